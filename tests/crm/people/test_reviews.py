"""What happens to a 侨眷 when a link ends: the law's cases, with one link and with two."""

import dataclasses
import datetime as dt

import pytest

from accounts.roles import Role
from crm.people import services as people_services
from crm.people.choices import (
    EndReason,
    IdentityCode,
    IdentityState,
    KinBasis,
    KinCode,
    KinLink,
    ReviewReason,
    Sex,
    Status,
    StepKind,
)
from crm.people.events import kinship_ended
from crm.people.identities import grounds, services
from crm.people.identities.errors import GroundError, GroundTakenError, InvalidStepError
from crm.people.identities.rules import Move
from crm.people.identities.selectors import (
    candidates,
    identities_of,
    last_key,
    relative_of,
    to_review,
)
from crm.people.kinship.services import end_kinship
from crm.people.models import Kinship, OverseasKin, PersonIdentity
from crm.people.selectors import people_with_parts, values_of
from crm.people.values import IdentityValues
from tenants.context import inside
from tests.factories import people
from tests.factories.people import NOW, TODAY
from tests.fixtures_accounts import make_account

S = IdentityState
ON = dt.date(2026, 2, 20)


def someone(name, *codes):
    return people.person(
        full_name=name,
        sex=Sex.UNKNOWN,
        birth_date=None,
        birth_precision=None,
        documents=(),
        identities=tuple(IdentityValues(code=code, country="ID") for code in codes),
    )


def link(person, relative, kind):
    """Say that ``relative`` is the parent, spouse, sibling or supporter of ``person``."""
    if kind in {KinLink.SPOUSE, KinLink.SIBLING} and person.pk > relative.pk:
        person, relative = relative, person
    return Kinship.objects.create(
        person=person, relative=relative, link=kind, basis=KinBasis.BLOOD, created_at=NOW
    )


def abroad(person, relation=KinCode.SIBLING):
    return OverseasKin.objects.create(
        person=person, relation=relation, country="MY", created_at=NOW
    )


def recognised(identity):
    for move in (
        Move(to=S.MATERIALS_CHECKED, on=TODAY),
        Move(to=S.RECOGNISED, on=dt.date(1990, 1, 8), recognised_by="侨办", certificate="J90-8"),
    ):
        services.move(
            identity_id=identity.pk, seen=last_key(reloaded(identity)), move=move, by=None, now=NOW
        )
    return reloaded(identity)


def reloaded(identity):
    return next(row for row in identities_of(identity.person_id) if row.pk == identity.pk)


def rest(identity, kin):
    key = f"abroad:{kin.pk}" if isinstance(kin, OverseasKin) else f"kin:{kin.pk}"
    return grounds.add_ground(identity_id=identity.pk, key=key, by=None, now=NOW)


def end(kin, reason):
    """End a link as the room of kinship does, and say so."""
    is_abroad = isinstance(kin, OverseasKin)
    kinship_ended.send(
        sender=None,
        kinship=None if is_abroad else kin.pk,
        overseas_kin=kin.pk if is_abroad else None,
        reason=reason,
        on=ON,
        by=None,
        now=NOW,
    )


@pytest.fixture
def wife(north):
    """A 侨眷 married to a 归侨, with a brother in Malaysia."""
    return someone("林秀英", IdentityCode.RELATIVE)


@pytest.fixture
def marriage(wife):
    return link(wife, someone("陈国华", IdentityCode.RETURNED), KinLink.SPOUSE)


@pytest.mark.parametrize("second", [False, True])
@pytest.mark.parametrize("is_recognised", [False, True])
@pytest.mark.parametrize(
    ("reason", "review"),
    [
        (EndReason.DIVORCE, ReviewReason.DIVORCE),
        (EndReason.SUPPORT_ENDED, ReviewReason.SUPPORT_ENDED),
        (EndReason.MISTAKE, ReviewReason.LINK_REMOVED),
        (EndReason.OTHER, ReviewReason.LINK_REMOVED),
        (EndReason.DEATH, ReviewReason.DEATH),
    ],
)
def test_the_law_of_ends(wife, marriage, second, is_recognised, reason, review):
    identity = wife.identities.get()
    if is_recognised:
        recognised(identity)
    ground = rest(identity, marriage)
    other = rest(identity, abroad(wife)) if second else None

    for _twice in range(2):  # receivers may be told again
        end(marriage, reason)

    identity = reloaded(identity)
    ground.refresh_from_db()
    steps = [s for s in identity.steps.all() if s.review_reason]
    assert len(steps) == 1
    step = steps[0]
    assert (step.happened_on, step.review_reason) == (ON, review)
    # Nothing ends by itself.
    assert identity.state == (S.RECOGNISED if is_recognised else S.SELF_DECLARED)
    if reason is EndReason.DEATH:
        assert ground.ended_on is None
        assert step.ground == ground
        assert step.kind == (StepKind.NOTE if is_recognised else StepKind.REVIEW)
        assert (identity.review_since is None) is is_recognised
        return
    assert (ground.ended_on, ground.end_reason) == (ON, reason)
    if other:
        assert (step.kind, step.ground) == (StepKind.CARRIED, other)
        assert identity.review_since is None
        assert not to_review()
    else:
        assert (step.kind, step.ground) == (StepKind.REVIEW, ground)
        assert (identity.review_since, identity.review_reason) == (NOW, review)
        assert [row.person.full_name for row in to_review()] == ["林秀英"]


def test_the_last_of_two_links_starts_the_review(wife, marriage):
    identity = wife.identities.get()
    brother = abroad(wife)
    rest(identity, marriage)
    rest(identity, brother)
    end(marriage, EndReason.DIVORCE)
    end(brother, EndReason.MISTAKE)
    assert reloaded(identity).review_reason == ReviewReason.LINK_REMOVED


def test_divorce_from_the_child_of_a_returned_one_ends_that_link_too(north):
    """实施办法 Art. 3: 儿媳 and 女婿."""
    husband = someone("陈建国")
    daughter_in_law = someone("黄美兰", IdentityCode.RELATIVE)
    marriage = link(daughter_in_law, husband, KinLink.SPOUSE)
    to_father = link(husband, someone("陈阿公", IdentityCode.RETURNED), KinLink.PARENT)
    identity = daughter_in_law.identities.get()

    (first, *others) = candidates(reloaded(identity))
    assert first.key == f"kin:{marriage.pk}:{to_father.pk}"
    assert (first.relative.relation, first.relative.name) == (
        "parent-in-law", "陈阿公",
    )  # fmt: skip
    assert [other.relative.name for other in others] == ["陈建国"]

    grounds.add_ground(identity_id=identity.pk, key=first.key, by=None, now=NOW)
    end(marriage, EndReason.DIVORCE)
    identity = reloaded(identity)
    assert identity.review_reason == ReviewReason.DIVORCE
    assert relative_of(identity.grounds.all()[0]).name == "陈阿公"


def test_a_divorce_that_a_clerk_enters_starts_the_review(wife, marriage):
    identity = wife.identities.get()
    rest(identity, marriage)
    end_kinship(kinship_id=marriage.pk, reason=EndReason.DIVORCE, on=ON, by=None, now=NOW)
    assert reloaded(identity).review_reason == ReviewReason.DIVORCE


def test_a_widow_s_marriage_still_carries(wife, marriage):
    end_kinship(kinship_id=marriage.pk, reason=EndReason.DEATH, on=ON, by=None, now=NOW)
    identity = wife.identities.get()
    rest(identity, marriage)
    assert reloaded(identity).review_since is None


def test_a_grandchild_s_ground_ends_with_either_of_its_links(north):
    grandfather = someone("许文辉", IdentityCode.OVERSEAS)
    mother, child = someone("许丽华"), someone("王小明", IdentityCode.RELATIVE)
    own, further = link(child, mother, KinLink.PARENT), link(mother, grandfather, KinLink.PARENT)
    identity = child.identities.get()
    (first, _mother) = candidates(reloaded(identity))
    assert first.relative.name == "许文辉"
    grounds.add_ground(identity_id=identity.pk, key=f"kin:{own.pk}:{further.pk}", by=None, now=NOW)
    end(further, EndReason.MISTAKE)
    assert reloaded(identity).review_reason == ReviewReason.LINK_REMOVED


def test_two_marriages_away_is_outside_the_circle(north):
    child = someone("王小明")
    parent = someone("王大力", IdentityCode.RELATIVE)
    link(child, parent, KinLink.PARENT)
    link(child, someone("李梅", IdentityCode.RETURNED), KinLink.SPOUSE)
    found = candidates(reloaded(parent.identities.get()))
    assert [candidate.relative.name for candidate in found] == ["王小明"]


def test_a_divorce_asks_where_nothing_says_what_the_identity_rests_on(wife, marriage):
    end(marriage, EndReason.DIVORCE)
    end(marriage, EndReason.DIVORCE)
    identity = reloaded(wife.identities.get())
    assert identity.review_reason == ReviewReason.DIVORCE
    assert identity.steps.filter(kind=StepKind.REVIEW).count() == 1


def test_a_divorce_leaves_a_ground_by_blood_alone(wife, marriage):
    identity = wife.identities.get()
    rest(identity, abroad(wife))
    end(marriage, EndReason.DIVORCE)
    identity = reloaded(identity)
    assert identity.review_since is None
    assert not identity.steps.filter(review_reason__gt="").exists()


def die(person):
    person = people_with_parts().get(pk=person.pk)
    people_services.set_status(
        person_id=person.pk, version=person.version, status=Status.DECEASED, by=None, now=NOW
    )


@pytest.mark.parametrize("is_recognised", [False, True])
def test_the_relative_s_death_leaves_what_was_recognised(wife, marriage, is_recognised):
    identity = wife.identities.get()
    if is_recognised:
        recognised(identity)
    ground = rest(identity, marriage)
    die(marriage.person if marriage.person != wife else marriage.relative)
    identity = reloaded(identity)
    ground.refresh_from_db()
    assert ground.ended_on is None
    assert (identity.review_since is None) is is_recognised
    assert identity.steps.last().kind == (StepKind.NOTE if is_recognised else StepKind.REVIEW)


def test_the_person_s_own_death_ends_nothing(wife, marriage):
    identity = wife.identities.get()
    rest(identity, marriage)
    die(wife)
    identity = reloaded(identity)
    assert (identity.state, identity.review_since) == (S.SELF_DECLARED, None)
    assert [step.kind for step in identity.steps.all()] == [StepKind.CHANGE]


def test_the_end_of_the_relative_s_own_standing_is_noted(wife, marriage):
    identity = wife.identities.get()
    rest(identity, marriage)
    husband = marriage.person if marriage.person != wife else marriage.relative
    standing = husband.identities.get()
    services.move(
        identity_id=standing.pk,
        seen=last_key(standing),
        move=Move(to=S.ENDED, on=TODAY, reason="登记有误"),
        by=None,
        now=NOW,
    )
    assert reloaded(identity).review_reason == ReviewReason.STANDING_CHANGED


def test_a_review_is_closed_by_keeping_and_opened_again_by_undo(wife, marriage):
    clerk = make_account(Role.CLERK)
    identity = recognised(wife.identities.get())
    rest(identity, marriage)
    end(marriage, EndReason.DIVORCE)
    with pytest.raises(InvalidStepError):
        services.keep(
            identity_id=identity.pk, seen=last_key(reloaded(identity)), reason=" ", by=None, now=NOW
        )
    services.keep(
        identity_id=identity.pk,
        seen=last_key(reloaded(identity)),
        reason="尚有一名兄弟在马来西亚",
        by=clerk,
        now=NOW,
    )
    identity = reloaded(identity)
    assert (identity.review_since, identity.state) == (None, S.RECOGNISED)
    assert identity.steps.last().review_reason == ReviewReason.DIVORCE
    services.undo(identity_id=identity.pk, seen=last_key(identity), by=clerk, now=NOW)
    assert reloaded(identity).review_since == NOW


def test_a_review_is_closed_by_an_end(wife, marriage):
    identity = recognised(wife.identities.get())
    rest(identity, marriage)
    end(marriage, EndReason.DIVORCE)
    services.move(
        identity_id=identity.pk,
        seen=last_key(reloaded(identity)),
        move=Move(to=S.ENDED, on=TODAY, reason="离婚"),
        by=None,
        now=NOW,
    )
    assert not to_review()


def test_an_ended_identity_is_left_alone(wife, marriage):
    identity = wife.identities.get()
    rest(identity, marriage)
    services.move(
        identity_id=identity.pk,
        seen=last_key(reloaded(identity)),
        move=Move(to=S.ENDED, on=TODAY, reason="重复登记"),
        by=None,
        now=NOW,
    )
    end(marriage, EndReason.DIVORCE)
    assert reloaded(identity).review_since is None


def test_a_ground_is_chosen_once_and_from_the_person_s_own_links(wife, marriage):
    identity = wife.identities.get()
    ground = rest(identity, marriage)
    with pytest.raises(GroundTakenError):
        rest(identity, marriage)
    stranger = link(someone("甲"), someone("乙"), KinLink.SPOUSE)
    with pytest.raises(GroundError):
        rest(identity, stranger)
    with pytest.raises(GroundError):
        grounds.add_ground(identity_id=identity.pk, key="kin:x", by=None, now=NOW)
    grounds.end_ground(ground_id=ground.pk, reason=EndReason.MISTAKE, on=TODAY, by=None, now=NOW)
    assert rest(identity, marriage).pk != ground.pk


def test_only_a_relative_s_identity_rests_on_relatives(north):
    person = someone("陈国华", IdentityCode.RETURNED)
    kin = abroad(person)
    with pytest.raises(GroundError):
        rest(person.identities.get(), kin)


def test_a_death_undone_by_mistake_can_be_kept(wife, marriage):
    """The status may be corrected; what was asked stays until somebody answers."""
    identity = wife.identities.get()
    rest(identity, marriage)
    husband = marriage.person if marriage.person != wife else marriage.relative
    die(husband)
    husband = people_with_parts().get(pk=husband.pk)
    people_services.change_person(
        person_id=husband.pk,
        version=husband.version,
        values=dataclasses.replace(values_of(husband), status=Status.ACTIVE),
        by=None,
        now=NOW,
    )
    assert reloaded(identity).review_reason == ReviewReason.DEATH


def test_reviews_belong_to_their_site(wife, marriage, south):
    rest(wife.identities.get(), marriage)
    end(marriage, EndReason.DIVORCE)
    assert to_review()
    with inside(south):
        assert not to_review()
        assert not PersonIdentity.objects.exists()

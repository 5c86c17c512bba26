"""Two records made one, field by field."""

import datetime as dt

import pytest

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people.choices import (
    CheckResult,
    DistinctReason,
    EndReason,
    IdentityCode,
    IdentityState,
    KinBasis,
    KinLink,
    PairDecision,
    Precision,
    Sex,
    Status,
)
from crm.people.duplicates import services as duplicates
from crm.people.duplicates.scanning import scan
from crm.people.errors import PersonChangedError, PersonMinimisedError
from crm.people.history import changes_of
from crm.people.merging import rights, services
from crm.people.merging.errors import (
    KinOfOneselfError,
    MergeNotAllowedError,
    SamePersonError,
    TwiceInOnePlaceError,
)
from crm.people.merging.plans import Plan, Side, make_plan
from crm.people.models import (
    DuplicatePair,
    Kinship,
    Person,
    PersonChange,
)
from crm.people.services import change_person
from crm.people.values import IdentityValues
from tenants.context import inside
from tests.factories import people
from tests.factories.merging import BORN, LATER, full_pair, merge, register
from tests.factories.people import NOW
from tests.fixtures_accounts import make_account


@pytest.fixture
def admin(north):
    return make_account(Role.ADMINISTRATOR)


def test_everything_of_both_is_there_once(admin):
    one, other = full_pair()
    merge(one, other, by=admin)

    person = Person.objects.get(pk=one.pk)
    assert not Person.objects.filter(pk=other.pk).exists()
    assert [str(row.number) for row in person.phones.all()] == [
        "138****8000", "138****8001", "138****8002"
    ]  # fmt: skip
    assert [row.position for row in person.phones.all()] == [0, 1, 2]
    # Of the same number in 15 and in 18 digits the one that can be checked stays.
    assert [row.check_result for row in person.documents.all()] == [CheckResult.OK] * 2
    assert {row.kind for row in person.contacts.all()} == {"wechat", "email"}
    assert sorted(row.code for row in person.identities.all()) == ["GQ", "QJ"]
    returned = person.identities.get(code="GQ")
    # Both were declared and written down once more; both rested on the same child.
    assert (returned.steps.count(), returned.grounds.count()) == (4, 1)
    assert person.memberships.count() == 2
    assert all(row.is_primary for row in person.memberships.all())
    assert (person.stays.count(), person.consents.count()) == (1, 1)
    # A child they both had, a parent, and a sibling whose place follows from the keys.
    assert person.kin_of.filter(link=KinLink.PARENT).count() == 1
    assert person.kin_of.count() + person.kin.count() == 3
    assert person.overseas_kin.get().name.reveal() == "曾小明"
    assert person.former_names == ["曾小红"]
    assert person.note == "儿子在新加坡\n听力不好"
    assert person.facts["period"] == "LQ"
    assert not DuplicatePair.objects.exists()


def test_the_richer_and_then_the_newer_value_is_proposed(north):
    one = register(sex=Sex.UNKNOWN, birth_date=dt.date(1958, 1, 1), address="一号",
                   birth_precision=Precision.YEAR, documents=(), nationality="")  # fmt: skip
    other = register("曾慶紅", sex=Sex.FEMALE, address="", note="新")
    Person.objects.filter(pk=other.pk).update(updated_at=LATER)
    choices = {c.name: c.default for c in make_plan(one, Person.objects.get(pk=other.pk)).choices}
    assert choices == {
        "full_name": Side.GONE, "sex": Side.GONE, "birth_date": Side.GONE,
        "nationality": Side.GONE, "address": Side.KEPT, "note": Side.GONE,
    }  # fmt: skip


def test_what_is_lost_is_named_before(north):
    one, other = full_pair()
    plan = make_plan(one, other)
    lost = plan.lost_fields(
        {
            "full_name": Side.KEPT, "address": Side.KEPT, "note": Side.GONE,
            "facts.occupation": Side.KEPT,
        }
    )  # fmt: skip
    assert {(name, person.pk) for name, person in lost} == {
        ("full_name", other.pk), ("address", other.pk), ("note", one.pk),
        ("facts.occupation", other.pk),
    }  # fmt: skip
    assert {type(twin.goes)._meta.model_name for twin in plan.twins} == {
        "persondocument", "personphone", "personcontact", "personidentity", "householdmember",
        "stay", "consent", "kinship",
    }  # fmt: skip
    [identity] = [t for t in plan.twins if t.stays.__class__.__name__ == "PersonIdentity"]
    assert identity.lost == ("country",)


def test_the_more_established_identity_stays(admin):
    one = register(identities=(IdentityValues(code=IdentityCode.RETURNED),))
    other = register(identities=(IdentityValues(code=IdentityCode.RETURNED),))
    identity = other.identities.get()
    identity.state, identity.certificate = IdentityState.RECOGNISED, "闽侨证1号"
    identity.recognised_by, identity.recognised_on = "省侨办", BORN
    identity.save()
    merge(one, other, by=admin)
    left = one.identities.get()
    assert (left.pk, left.certificate.reveal()) == (identity.pk, "闽侨证1号")


def test_the_history_of_both_goes_on_and_says_what_the_merge_did(admin):
    one, other = register(), register(note="旧")
    change_person(person_id=other.pk, version=1, values=people.values(full_name="曾庆红"), by=None,
                  now=NOW)  # fmt: skip
    operation = merge(one, Person.objects.get(pk=other.pk), by=admin)
    changes = PersonChange.objects.filter(person=one.pk)
    assert sorted(change.cause for change in changes) == ["form", "merge"]
    merged = changes.get(cause="merge")
    assert merged.cause_key == operation.pk
    assert {change.field for change in changes_of(merged)} >= {"documents", "phones"}
    entries = AuditEntry.objects.filter(action="person.merge")
    assert {entry.person_key for entry in entries} == {one.pk, other.pk}
    assert "曾" not in str([entry.detail for entry in entries])


def test_a_merge_is_no_back_door_to_a_record(admin, monkeypatch):
    """hitobito/hitobito#1309: make a duplicate of your own, merge, and gain the other's record."""
    mine, theirs = register(), register()
    monkeypatch.setattr(rights, "may_edit", lambda user, person: person.pk == mine.pk)
    for kept, gone in ((mine, theirs), (theirs, mine)):
        with pytest.raises(MergeNotAllowedError):
            merge(kept, gone, by=admin)
    assert Person.objects.count() == 2

    monkeypatch.undo()
    operation = merge(mine, theirs, by=admin)
    monkeypatch.setattr(rights, "may_edit", lambda user, person: False)
    with pytest.raises(MergeNotAllowedError):
        services.undo_merge(merge_id=operation.pk, by=admin, now=LATER)


def test_a_clerk_merges_and_who_may_change_nobody_does_not(north):
    with pytest.raises(MergeNotAllowedError):
        merge(register(), register(), by=make_account(Role.VOLUNTEER_LEAD))
    merge(register(), register(), by=make_account(Role.CLERK))


def test_stale_equal_and_reduced_records_are_refused(admin):
    one, other = register(), register()
    with pytest.raises(SamePersonError):
        merge(one, one, by=admin)
    with pytest.raises(PersonChangedError):
        services.merge_people(kept_id=one.pk, kept_version=1, gone_id=other.pk, gone_version=2,
                              sides={}, by=admin, now=NOW)  # fmt: skip
    Person.objects.filter(pk=other.pk).update(status=Status.MINIMISED)
    with pytest.raises(PersonMinimisedError):
        merge(one, other, by=admin)


@pytest.mark.parametrize("link", [KinLink.PARENT, KinLink.SIBLING])
def test_relatives_are_not_one_person(admin, link):
    one, other = sorted([register(), register()], key=lambda person: person.pk)
    Kinship.objects.create(person=one, relative=other, link=link, basis=KinBasis.BLOOD,
                           created_at=NOW)  # fmt: skip
    with pytest.raises(KinOfOneselfError):
        merge(one, other, by=admin)


def test_nobody_becomes_a_child_of_their_own_child(admin):
    one, other, child = register(), register(), register("李一")
    blood = {"link": KinLink.PARENT, "basis": KinBasis.BLOOD, "created_at": NOW}
    Kinship.objects.create(person=child, relative=one, **blood)
    Kinship.objects.create(person=other, relative=child, **blood)
    with pytest.raises(KinOfOneselfError):
        merge(one, other, by=admin)
    Kinship.objects.filter(person=other).update(valid_to=NOW, end_reason=EndReason.MISTAKE)
    merge(one, other, by=admin)


def test_what_can_be_there_once_only_is_refused_in_words(admin, monkeypatch):
    one, other = full_pair()
    # As a room would that came later and has a rule of its own.
    monkeypatch.setattr(services, "make_plan", lambda kept, gone: Plan(kept, gone, []))
    with pytest.raises(TwiceInOnePlaceError):
        merge(one, other, by=admin)
    assert Person.objects.filter(pk=other.pk).exists()


def test_two_people_stay_two_people_for_the_record_that_is_kept(admin):
    one, other, third = register(), register(), register()
    scan(now=NOW)
    pair = DuplicatePair.objects.get(first__in=[other, third], second__in=[other, third])
    duplicates.keep_apart(pair_id=pair.pk, reason=DistinctReason.ASKED, by=admin, now=NOW)
    first, second = sorted([one.pk, third.pk])
    DuplicatePair.objects.filter(first=first, second=second).delete()
    merge(one, other, by=admin)
    kept = DuplicatePair.objects.get()
    assert (kept.first_id, kept.second_id, kept.decision) == (
        first, second, PairDecision.NOT_DUPLICATE
    )  # fmt: skip
    assert scan(now=LATER).found == 0


def test_the_other_site_is_out_of_reach(admin, south):
    one = register()
    with inside(south):
        theirs = register()
    with pytest.raises(Person.DoesNotExist):
        merge(one, theirs, by=admin)

"""Linking people, ending and removing links, relatives abroad, the way to a 归侨, candidates."""

import datetime as dt

import pytest
from django.db import IntegrityError
from django.urls import reverse
from django.utils.translation import override

from audit.models import AuditEntry
from crm.people import events
from crm.people.choices import (
    EndReason,
    IdentityCode,
    KinBasis,
    KinCode,
    KinLink,
    OverseasStanding,
    Sex,
)
from crm.people.history import changes_of
from crm.people.kinship import errors, selectors
from crm.people.kinship.overseas import (
    OverseasKinValues,
    add_overseas_kin,
    change_overseas_kin,
    end_overseas_kin,
)
from crm.people.kinship.relations import Relation
from crm.people.kinship.services import add_kinship, end_kinship, remove_kinship
from crm.people.models import IdentityGround, Kinship, OverseasKin, PersonChange
from crm.people.values import IdentityValues
from tenants.context import inside
from tests.factories import people
from tests.factories.people import NOW, TODAY

F, M = Sex.FEMALE, Sex.MALE


def someone(name, sex=F, year=1960, *codes):
    return people.person(
        full_name=name,
        sex=sex,
        birth_date=dt.date(year, 5, 1),
        documents=(),
        identities=tuple(IdentityValues(code=code) for code in codes),
    )


def link(person, relation, relative, **more):
    return add_kinship(
        person_id=person.pk, relative_id=relative.pk, relation=relation, by=None, now=NOW, **more
    )


def words(person):
    with override("zh-hans"):
        return {way.end.name: way.term for way in selectors.kin_of(person.pk)}


@pytest.fixture
def family(north):
    """Three generations: 外祖父 (归侨), 外祖母, 母亲, 父亲, 外孙女."""
    old = someone("陈伯年", M, 1935, IdentityCode.RETURNED)
    wife = someone("黄玉兰", F, 1938)
    mother = someone("陈秀英", F, 1962)
    father = someone("林建国", M, 1960)
    girl = someone("林晓雯", F, 1990)
    link(old, Relation.WIFE, wife)
    link(mother, Relation.FATHER, old)
    link(mother, Relation.MOTHER, wife)
    link(father, Relation.WIFE, mother)
    link(girl, Relation.MOTHER, mother)
    link(girl, Relation.FATHER, father)
    return {row.full_name: row for row in (old, wife, mother, father, girl)}


def test_every_member_of_a_family_calls_the_others_rightly(family):
    assert words(family["林晓雯"]) == {
        "陈秀英": "母亲", "林建国": "父亲", "陈伯年": "外祖父", "黄玉兰": "外祖母"
    }  # fmt: skip
    assert words(family["陈伯年"]) == {
        "黄玉兰": "妻子", "陈秀英": "女儿", "林建国": "女婿", "林晓雯": "外孙女"
    }  # fmt: skip
    assert words(family["林建国"])["陈伯年"] == "岳父"


def test_a_link_costs_one_row_whoever_enters_it(north):
    mother, child = someone("甲"), someone("乙", M, 1990)
    link(mother, Relation.SON, child)
    row = Kinship.objects.get()
    assert (row.person, row.relative, row.link) == (child, mother, KinLink.PARENT)
    with pytest.raises(errors.KinshipExistsError):
        link(child, Relation.MOTHER, mother)


def test_mutual_links_stand_once_whichever_key_is_lower(north):
    one, two = someone("甲", F, 1960), someone("乙", M, 1958)
    link(two, Relation.YOUNGER_SISTER, one)
    with pytest.raises(errors.KinshipExistsError):
        link(one, Relation.ELDER_BROTHER, two)
    with pytest.raises(IntegrityError):
        Kinship.objects.create(
            person=max(one, two, key=lambda row: row.pk),
            relative=min(one, two, key=lambda row: row.pk),
            link=KinLink.SPOUSE, basis=KinBasis.MARRIAGE, created_at=NOW,
        )  # fmt: skip


def test_a_grandfather_without_the_mother_on_record_is_linked_directly(north):
    old, girl = someone("陈伯年", M, 1935, IdentityCode.RETURNED), someone("林晓雯", F, 1990)
    link(girl, Relation.MOTHERS_FATHER, old)
    assert Kinship.objects.get().link == KinLink.MATERNAL
    assert words(girl) == {"陈伯年": "外祖父"}
    assert words(old) == {"林晓雯": "外孙女"}
    assert selectors.ground_of(girl.pk).is_in_circle


def test_a_grandfather_is_linked_through_the_mother_who_is_on_record(north):
    old, mother, girl = someone("甲", M, 1935), someone("乙", F, 1962), someone("丙", F, 1990)
    link(girl, Relation.MOTHER, mother)
    link(old, Relation.DAUGHTERS_DAUGHTER, girl)
    assert Kinship.objects.filter(link=KinLink.PARENT, person=mother, relative=old).exists()
    assert not Kinship.objects.filter(link=KinLink.MATERNAL).exists()


def test_a_daughter_in_law_counts_with_and_without_the_son(north):
    old, wife = someone("甲", M, 1935), someone("乙", F, 1965)
    link(old, Relation.DAUGHTER_IN_LAW, wife)
    assert words(old) == {"乙": "儿媳"}
    assert words(wife) == {"甲": "公公"}
    son, other = someone("丙", M, 1966), someone("丁", F, 1966)
    link(son, Relation.WIFE, other)
    link(other, Relation.HUSBANDS_FATHER, old)
    assert words(son)["甲"] == "父亲"


def test_nonsense_is_refused(north):
    one, two, three = someone("甲", M, 1930), someone("乙", M, 1955), someone("丙", M, 1980)
    with pytest.raises(errors.OwnRelativeError):
        link(one, Relation.FATHER, one)
    link(two, Relation.FATHER, one)
    link(three, Relation.FATHER, two)
    with pytest.raises(errors.ParentLoopError):
        link(one, Relation.FATHER, three)
    with pytest.raises(errors.KinshipContradictsError):
        link(one, Relation.ELDER_BROTHER, two)
    with pytest.raises(errors.TooManyParentsError):
        link(three, Relation.FATHER, someone("丁", M, 1950))
    with pytest.raises(errors.RelativeSexError):
        link(three, Relation.MOTHER, one)
    with pytest.raises(errors.RelativeSexError):
        link(three, Relation.HUSBAND, someone("戊", M, 1980))
    with pytest.raises(errors.BasisError):
        link(three, Relation.WIFE, someone("己", F, 1980), basis=KinBasis.BLOOD)
    with pytest.raises(errors.FutureDayError):
        link(
            three, Relation.WIFE, someone("庚", F, 1980), valid_from=TODAY + dt.timedelta(days=9)
        )  # fmt: skip


def test_a_third_natural_parent_is_refused_and_an_adoptive_one_is_not(north):
    child = someone("甲", M, 1990)
    for name, sex in (("乙", F), ("丙", M)):
        link(child, Relation.MOTHER if sex is F else Relation.FATHER, someone(name, sex, 1960))
    third = people.person(full_name="丁", sex=Sex.UNKNOWN, documents=())
    with pytest.raises(errors.TooManyParentsError):
        link(child, Relation.FATHER, third)
    link(child, Relation.FATHER, third, basis=KinBasis.ADOPTION)


def test_nobody_is_married_twice_and_a_widow_may_marry_again(north):
    wife = someone("甲", F, 1960)
    first, second = someone("乙", M, 1958), someone("丙", M, 1959)
    row = link(wife, Relation.HUSBAND, first).kinship
    with pytest.raises(errors.MarriedError):
        link(second, Relation.WIFE, wife)
    end_kinship(kinship_id=row.pk, reason=EndReason.DEATH, on=TODAY, by=None, now=NOW)
    link(second, Relation.WIFE, wife)
    assert words(wife) == {"乙": "丈夫", "丙": "丈夫"}


def test_doubtful_ages_are_said_and_not_refused(north):
    parent, child = someone("甲", F, 1990), someone("乙", M, 1970)
    assert [w.code for w in link(child, Relation.MOTHER, parent).warnings] == ["older_than_parent"]
    brother = someone("丙", M, 1980)
    assert [w.code for w in link(child, Relation.ELDER_BROTHER, brother).warnings] == [
        "other_is_elder"
    ]


def test_a_divorce_ends_the_link_and_tells_who_listens(north):
    wife, husband = someone("甲", F, 1960), someone("乙", M, 1958)
    row = link(wife, Relation.HUSBAND, husband, valid_from=dt.date(1985, 1, 1)).kinship
    heard = []

    def listen(**sent):
        heard.append(sent)

    events.kinship_ended.connect(listen)
    try:
        with pytest.raises(errors.EndReasonError):
            end_kinship(
                kinship_id=row.pk, reason=EndReason.SUPPORT_ENDED, on=TODAY, by=None, now=NOW
            )
        for day in (dt.date(1985, 1, 1), TODAY + dt.timedelta(days=1)):
            with pytest.raises(errors.EndDayError):
                end_kinship(kinship_id=row.pk, reason=EndReason.DIVORCE, on=day, by=None, now=NOW)
        end_kinship(kinship_id=row.pk, reason=EndReason.DIVORCE, on=TODAY, by=None, now=NOW)
    finally:
        events.kinship_ended.disconnect(listen)
    assert [(e["kinship"], e["reason"], e["on"]) for e in heard] == [
        (row.pk, EndReason.DIVORCE, TODAY)
    ]
    assert words(wife) == {}
    with pytest.raises(errors.EndedAlreadyError):
        end_kinship(kinship_id=row.pk, reason=EndReason.DIVORCE, on=TODAY, by=None, now=NOW)


def test_a_mistake_leaves_no_link_on_any_page_and_can_be_entered_rightly(north):
    one, two = someone("甲", F, 1960), someone("乙", M, 1990)
    row = link(one, Relation.SON, two, valid_from=TODAY).kinship
    remove_kinship(kinship_id=row.pk, by=None, now=NOW)
    assert words(one) == {}
    assert not selectors.links_of(one.pk).exists()
    with pytest.raises(errors.EndedAlreadyError):
        remove_kinship(kinship_id=row.pk, by=None, now=NOW)
    link(two, Relation.MOTHER, one)
    assert words(one) == {"乙": "儿子"}


def test_both_histories_and_the_audit_tell_without_a_name(north):
    one, two = someone("曾庆红", F, 1960), someone("欧阳震华", M, 1990)
    row = link(one, Relation.SON, two).kinship
    remove_kinship(kinship_id=row.pk, by=None, now=NOW)
    for person, other, is_upward in ((one, two, False), (two, one, True)):
        removed, added = PersonChange.objects.filter(person=person)
        change = changes_of(added)[0]
        assert (change.field, change.before) == ("kin", "")
        assert (change.after["relative"], change.after["is_upward"]) == (str(other.pk), is_upward)
        assert changes_of(removed)[0].after == ""
        actions = AuditEntry.objects.filter(person_key=person.pk).values_list("action", flat=True)
        assert list(actions) == ["person.add", "kinship.add", "kinship.remove"]
    assert "欧阳" not in str(list(AuditEntry.objects.values()))


def test_the_way_to_a_returned_person_is_the_shortest_that_the_law_counts(family):
    ground = selectors.ground_of(family["林晓雯"].pk)
    assert [node.name for node in ground.way.nodes] == ["陈秀英", "陈伯年"]
    with override("zh-hans"):
        assert (ground.way.term, ground.way.term_back) == ("外祖父", "外孙女")
    assert ground.is_in_circle
    assert ground.end.grounds == (("GQ", "self_declared"),)
    assert selectors.ground_of(someone("外人").pk) is None


def test_a_way_outside_the_circle_is_shown_as_such(family):
    brother = someone("林建华", M, 1965)
    link(family["林建国"], Relation.YOUNGER_BROTHER, brother)
    ground = selectors.ground_of(brother.pk)
    assert not ground.is_in_circle
    assert ground.end.name == "陈伯年"


def abroad(person, relation=KinCode.GRANDPARENT, **more):
    values = OverseasKinValues(
        **{"relation": relation, "country": "ID", "standing": OverseasStanding.OVERSEAS} | more
    )
    return add_overseas_kin(person_id=person.pk, values=values, by=None, now=NOW)


def test_a_name_is_kept_only_by_consent_and_goes_with_it(north):
    person = someone("甲")
    with pytest.raises(errors.UnnamedKinError):
        abroad(person, name="陈文辉")
    kin = abroad(person, name="陈文辉", has_agreed=True)
    assert OverseasKin.objects.get().name.reveal() == "陈文辉"
    keep = OverseasKinValues(relation=KinCode.GRANDPARENT, country="MY", has_agreed=True)
    change_overseas_kin(kin_id=kin.pk, values=keep, by=None, now=NOW)
    assert OverseasKin.objects.get().name.reveal() == "陈文辉"
    without = OverseasKinValues(relation=KinCode.GRANDPARENT, country="MY")
    change_overseas_kin(kin_id=kin.pk, values=without, by=None, now=NOW)
    assert OverseasKin.objects.get().name is None


def test_what_cannot_be_true_of_a_relative_abroad_is_refused(north):
    person = someone("甲")
    for wrong, error in (
        ({"country": "QQ"}, errors.KinTextError),
        ({"since_year": 1700}, errors.KinYearError),
        ({"since_year": 2027}, errors.KinYearError),
        ({"name": "名" * 200, "has_agreed": True}, errors.KinTextError),
    ):
        with pytest.raises(error):
            abroad(person, **wrong)


def test_the_end_of_a_relative_abroad_is_told_with_its_key(north):
    kin = abroad(someone("甲"), KinCode.CHILD)
    heard = []

    def listen(**sent):
        heard.append((sent["overseas_kin"], sent["kinship"]))

    events.kinship_ended.connect(listen)
    try:
        with pytest.raises(errors.EndReasonError):
            end_overseas_kin(kin_id=kin.pk, reason=EndReason.DIVORCE, on=TODAY, by=None, now=NOW)
        end_overseas_kin(kin_id=kin.pk, reason=EndReason.DEATH, on=TODAY, by=None, now=NOW)
        end_overseas_kin(kin_id=kin.pk, reason=EndReason.MISTAKE, on=TODAY, by=None, now=NOW)
    finally:
        events.kinship_ended.disconnect(listen)
    assert heard == [(kin.pk, None)] * 2
    assert not selectors.overseas_kin_of(kin.person_id).exists()


def test_a_ground_stays_when_its_link_ends(family):
    """The room above decides about identities; this one only keeps the row it points to."""
    girl = family["林晓雯"]
    row = Kinship.objects.get(person=girl, relative=family["陈秀英"])
    identity = girl.identities.create(code=IdentityCode.RELATIVE, created_at=NOW)
    IdentityGround.objects.create(identity=identity, kinship=row, created_at=NOW)
    remove_kinship(kinship_id=row.pk, by=None, now=NOW)
    assert IdentityGround.objects.filter(kinship=row).exists()


def test_the_site_next_door_sees_no_family(family, south):
    with inside(south):
        assert selectors.candidates(None) == []
        assert not Kinship.objects.exists()


def test_the_history_page_says_who_is_what_and_offers_no_undo_there(family, clerk_client):
    girl = family["林晓雯"]
    abroad(girl, name="陈文辉", has_agreed=True)
    page = clerk_client.get(reverse("people:history", args=[girl.pk])).content.decode()
    assert "母亲 陈秀英" in page
    assert "祖父母、外祖父母" in page
    assert "陈文辉" not in page
    assert "take-back" not in page

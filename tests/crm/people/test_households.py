"""Households: joining, leaving, moving, splitting, merging; the history stays whole."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEntry
from crm.people.choices import EndReason, HouseholdRole, MembershipKind, RevealReason, Sex
from crm.people.history import changes_of
from crm.people.households import errors, members, reshaping, selectors, services
from crm.people.households.values import HouseholdValues, MemberValues
from crm.people.kinship.relations import Relation
from crm.people.kinship.services import add_kinship, end_kinship
from crm.people.models import Household, HouseholdMember, Kinship, Person, PersonChange
from crm.people.values import PhoneValues
from tenants.context import inside
from tests.factories import people
from tests.factories.people import NOW, TODAY

HEAD, SPOUSE, CHILD = HouseholdRole.HEAD, HouseholdRole.SPOUSE, HouseholdRole.CHILD
LAST_YEAR = dt.date(2025, 3, 1)
BY = {"by": None, "now": NOW}


def someone(name, sex=Sex.FEMALE, year=1960, **more):
    return people.person(
        full_name=name, sex=sex, birth_date=dt.date(year, 5, 1), documents=(), **more
    )


def member(person, role=HouseholdRole.OTHER, **more):
    return MemberValues(person_id=person.pk, role=role, **more)


def household(*rows, label="曾庆红户", **more):
    values = HouseholdValues(label=label, **more)
    return services.open_household(values=values, members=rows, **BY)


def fresh(row):
    return Household.objects.get(pk=row.pk)


def now_in(row):
    return {
        one.person.full_name: one
        for one in HouseholdMember.objects.filter(household=row, valid_to__isnull=True)
    }


def of(row):
    """Return the arguments that name a household as it is now."""
    return {"household_id": row.pk, "version": fresh(row).version, **BY}


@pytest.fixture
def home(north):
    """A couple and their son, who live together since last year."""
    wife = someone("曾庆红")
    husband = someone("林建国", Sex.MALE, 1958)
    son = someone("林晓东", Sex.MALE, 1988)
    return household(
        member(husband, HEAD, valid_from=LAST_YEAR),
        member(wife, SPOUSE, valid_from=LAST_YEAR),
        member(son, CHILD),
        number="17", address="厦门市思明区榕荫里12号301室",
    )  # fmt: skip


def contacts(row):
    return [name for name, one in now_in(row).items() if one.is_primary]


def test_a_household_opens_with_its_head_as_contact(home):
    assert contacts(home) == ["林建国"]
    assert home.sort_key.startswith("zeng")
    assert str(home.address) == "厦门市思明区***"
    assert home.version == 1


def test_somebody_is_in_two_households_at_once_but_in_neither_twice(home):
    person = now_in(home)["曾庆红"].person
    other = household(member(person, HEAD, kind=MembershipKind.REGISTERED), label="老家")
    assert {row.household_id for row in selectors.households_of(person.pk)} == {home.pk, other.pk}
    with pytest.raises(errors.MemberTwiceError):
        members.add_member(**of(home), member=member(person))


def test_when_the_contact_leaves_another_member_becomes_it(home):
    members.end_membership(**of(home), member_id=now_in(home)["林建国"].pk, on=TODAY)
    assert contacts(home) == ["曾庆红"]
    members.choose_contact(**of(home), member_id=now_in(home)["林晓东"].pk)
    assert contacts(home) == ["林晓东"]
    left = HouseholdMember.objects.get(person__full_name="林建国")
    assert (left.valid_from, left.valid_to, left.is_primary) == (LAST_YEAR, TODAY, False)


def test_the_database_knows_one_contact_only(home):
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdMember.objects.filter(household=home).update(is_primary=True)


def test_days_in_the_future_or_before_the_beginning_are_refused(home):
    row = now_in(home)["曾庆红"]
    for day in (LAST_YEAR, TODAY + dt.timedelta(days=1)):
        with pytest.raises(errors.MembershipDayError):
            members.end_membership(**of(home), member_id=row.pk, on=day)
    with pytest.raises(errors.MembershipDayError):
        members.add_member(
            **of(home), member=member(someone("甲"), valid_from=TODAY + dt.timedelta(days=1))
        )


def test_every_change_needs_the_version_that_was_seen(home):
    old = of(home)
    members.add_member(**old, member=member(someone("甲")))
    row = now_in(home)["曾庆红"]
    values = HouseholdValues(label="新名")
    for act in (
        lambda: services.change_household(**old, values=values),
        lambda: services.close_household(**old, on=TODAY),
        lambda: members.add_member(**old, member=member(someone("乙"))),
        lambda: members.end_membership(**old, member_id=row.pk, on=TODAY),
        lambda: members.remove_member(**old, member_id=row.pk),
        lambda: members.choose_contact(**old, member_id=row.pk),
    ):
        with pytest.raises(errors.HouseholdChangedError) as caught:
            act()
        assert (caught.value.opened, caught.value.current) == (1, 2)


def test_what_is_written_down_is_checked_and_the_address_stays_unless_named(home):
    services.change_household(**of(home), values=HouseholdValues(label=" 曾家 ", number="18"))
    assert fresh(home).label == "曾家"
    assert fresh(home).address.reveal() == "厦门市思明区榕荫里12号301室"
    services.change_household(**of(home), values=HouseholdValues(label="曾家", address=""))
    assert fresh(home).address is None
    version = fresh(home).version
    services.change_household(**of(home), values=HouseholdValues(label="曾家"))
    assert fresh(home).version == version
    for wrong, field in (
        (HouseholdValues(label=" "), "label"),
        (HouseholdValues(label="长" * 61), "label"),
        (HouseholdValues(label="曾家", number="1" * 31), "number"),
        (HouseholdValues(label="曾家", address="路" * 301), "address"),
    ):
        with pytest.raises(errors.HouseholdInvalidError) as caught:
            services.change_household(**of(home), values=wrong)
        assert caught.value.field == field


def test_a_move_is_one_day_in_both_households(home):
    other = household(label="林晓东户")
    son = now_in(home)["林晓东"]
    members.move_member(**of(home), member_id=son.pk, to_id=other.pk, role=HEAD, on=TODAY)
    assert set(now_in(home)) == {"林建国", "曾庆红"}
    there = now_in(other)["林晓东"]
    assert (there.role, there.valid_from, there.is_primary) == (HEAD, TODAY, True)
    with pytest.raises(errors.SameHouseholdError):
        members.move_member(**of(other), member_id=there.pk, to_id=other.pk, role=HEAD, on=TODAY)


def test_a_split_keeps_who_left_and_names_roles_after_the_new_head(home):
    son = now_in(home)["林晓东"]
    bride, child = someone("陈丽", year=1990), someone("林小宝", year=2015)
    for person in (bride, child):
        members.add_member(**of(home), member=member(person))
    for relation, relative in ((Relation.WIFE, bride), (Relation.DAUGHTER, child)):
        add_kinship(person_id=son.person_id, relative_id=relative.pk, relation=relation, **BY)
    leaving = [now_in(home)[name].pk for name in ("林晓东", "陈丽", "林小宝")]
    new = reshaping.split_household(
        **of(home), member_ids=leaving, head_id=son.pk,
        values=HouseholdValues(label="林晓东户"), on=TODAY,
    )  # fmt: skip
    assert {name: row.role for name, row in now_in(new).items()} == {
        "林晓东": HEAD, "陈丽": SPOUSE, "林小宝": CHILD
    }  # fmt: skip
    assert contacts(new) == ["林晓东"]
    assert set(now_in(home)) == {"林建国", "曾庆红"}
    assert HouseholdMember.objects.filter(household=home, valid_to=TODAY).count() == 3
    everybody = [row.pk for row in now_in(home).values()]
    with pytest.raises(errors.NobodyStaysError):
        reshaping.split_household(
            **of(home), member_ids=everybody, head_id=everybody[0],
            values=HouseholdValues(label="新户"), on=TODAY,
        )  # fmt: skip


def test_a_refused_split_changes_nothing(home):
    rows = now_in(home)
    with pytest.raises(errors.HouseholdInvalidError):
        reshaping.split_household(
            **of(home), member_ids=[rows["林晓东"].pk], head_id=rows["林晓东"].pk,
            values=HouseholdValues(label=" "), on=TODAY,
        )  # fmt: skip
    assert set(now_in(home)) == {"林建国", "曾庆红", "林晓东"}
    assert Household.objects.count() == 1


def test_a_merge_closes_the_one_and_leaves_dated_rows_in_both(home):
    wife = now_in(home)["曾庆红"].person
    other = household(member(wife, HEAD), member(someone("甲")), label="另一户")
    reshaping.merge_households(
        kept_id=home.pk, version=fresh(home).version, gone_id=other.pk, on=TODAY, **BY
    )
    assert set(now_in(home)) == {"林建国", "曾庆红", "林晓东", "甲"}
    assert now_in(other) == {}
    assert fresh(other).closed_on == TODAY
    assert HouseholdMember.objects.filter(household=other, valid_to=TODAY).count() == 2
    assert contacts(home) == ["林建国"]
    with pytest.raises(errors.HouseholdClosedError):
        members.add_member(**of(other), member=member(wife))


def test_closing_is_undone_with_who_left_on_that_day(home):
    members.end_membership(**of(home), member_id=now_in(home)["林晓东"].pk, on=LAST_YEAR)
    services.close_household(**of(home), on=TODAY)
    assert now_in(home) == {}
    services.reopen_household(**of(home))
    assert set(now_in(home)) == {"林建国", "曾庆红"}
    assert contacts(home) == ["林建国"]


def test_histories_and_audit_tell_who_joined_and_left_without_a_name(home):
    row = now_in(home)["林晓东"]
    members.end_membership(**of(home), member_id=row.pk, on=TODAY)
    left, joined = PersonChange.objects.filter(person=row.person_id)
    assert changes_of(joined)[0].before == ""
    change = changes_of(left)[0]
    assert (change.field, change.before["until"], change.after["until"]) == (
        "household", "", TODAY.isoformat()
    )  # fmt: skip
    actions = AuditEntry.objects.filter(person_key=row.person_id).values_list("action", flat=True)
    assert list(actions) == ["person.add", "household.open", "household.leave"]
    assert "林晓东" not in str(list(AuditEntry.objects.values()))


def test_somebody_entered_by_mistake_is_gone_and_only_the_history_tells(home):
    row = now_in(home)["林晓东"]
    members.remove_member(**of(home), member_id=row.pk)
    assert not HouseholdMember.objects.filter(person=row.person_id).exists()
    assert PersonChange.objects.filter(person=row.person_id).count() == 2


def test_who_shares_a_number_is_told_without_the_number(north):
    one = someone("甲", phones=(PhoneValues(number="13800138000"),))
    two = someone(
        "乙", phones=(PhoneValues(number="13900139000"), PhoneValues(number="13800138000"))
    )
    three = someone("丙", phones=(PhoneValues(number="13700137000"),))
    ids = [one.pk, two.pk, three.pk]
    assert selectors.who_shares_phones(ids) == {one.pk: {two.pk}, two.pk: {one.pk}}
    assert str(selectors.first_phones(ids)[two.pk].number) == "139****9000"


@pytest.mark.parametrize(
    ("text", "count"),
    [("曾庆", 1), ("zeng", 1), ("17", 1), ("林晓东", 1), ("lxd", 1), ("王", 0), ("", 1)],
)
def test_a_household_is_found_by_name_number_pinyin_and_member(home, text, count):
    assert selectors.households(text, by=None).count() == count
    assert selectors.households(text, by=None, is_closed=True).count() == 0


def test_an_address_is_shown_with_a_reason_and_each_member_can_read_it(home, clerk_client):
    clear = services.reveal_address(
        household=home, reason=RevealReason.CONTACT, by=clerk_client.user, now=NOW
    )
    assert clear == "厦门市思明区榕荫里12号301室"
    looks = AuditEntry.objects.filter(action="person.reveal")
    assert {look.person_key for look in looks} == {
        row.person_id for row in now_in(home).values()
    }  # fmt: skip


def test_the_family_of_a_household_reaches_relatives_elsewhere_and_ended_links(home):
    rows = now_in(home)
    old = someone("曾老先生", Sex.MALE, 1932)
    wife, husband = rows["曾庆红"].person, rows["林建国"].person
    add_kinship(person_id=wife.pk, relative_id=old.pk, relation=Relation.FATHER, **BY)
    marriage = add_kinship(
        person_id=wife.pk, relative_id=husband.pk, relation=Relation.HUSBAND, **BY
    ).kinship
    end_kinship(kinship_id=marriage.pk, reason=EndReason.DIVORCE, on=TODAY, **BY)
    family = selectors.family_of([wife.pk, husband.pk])
    assert {node.name for node in family.nodes} == {"曾庆红", "林建国", "曾老先生"}
    assert {row.valid_to for row in family.links} == {None, TODAY}
    assert family.recognised == {}


def test_the_site_next_door_sees_no_household(home, south):
    with inside(south):
        assert not selectors.households(by=None).exists()
        assert not Kinship.objects.exists()


def test_a_household_whose_members_one_may_not_see_is_not_listed(home, monkeypatch):
    """No right narrows the register today; the list asks all the same, once there is one."""
    empty = services.open_household(values=HouseholdValues(label="空户"), members=[], **BY)
    monkeypatch.setattr(selectors, "visible_people", lambda by: Person.objects.none())
    assert list(selectors.households(by=None)) == [empty]

"""A merge taken back, to the byte, or refused in words."""

import datetime as dt

import pytest
from django.db import connection
from django.dispatch import receiver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.roles import Role
from accounts.services.invitations import link_person
from common.errors import DomainError
from crm.people import events
from crm.people.choices import (
    ContactKind,
    DocumentKind,
    IdentityCode,
    Sex,
)
from crm.people.merging import services, snapshots
from crm.people.merging.errors import (
    AlreadyUndoneError,
    EditedSinceError,
    TwiceInOnePlaceError,
    UndoOverError,
)
from crm.people.merging.plans import Side
from crm.people.merging.selectors import merge_of, undoable_merges
from crm.people.models import (
    Consent,
    Household,
    HouseholdMember,
    Kinship,
    OverseasKin,
    Person,
    PersonPhone,
    Stay,
)
from crm.people.values import ContactValues, DocumentValues, IdentityValues, PhoneValues
from tests.factories.merging import BORN, LATER, every_row, full_pair, merge, register
from tests.factories.people import NOW, resident_id
from tests.fixtures_accounts import make_account


@pytest.fixture
def admin(north):
    return make_account(Role.ADMINISTRATOR)


def test_undo_gives_back_every_row_to_the_byte(admin):
    one, other = full_pair()
    before = every_row()
    operation = merge(one, other, by=admin, sides={"full_name": Side.GONE}, keep_name=True)
    assert Person.objects.get(pk=one.pk).full_name == "曾慶紅"
    assert every_row() != before

    services.undo_merge(merge_id=operation.pk, by=admin, now=LATER)
    assert every_row() == before
    operation.refresh_from_db()
    assert (operation.undone_by, operation.snapshot) == (admin, None)
    with pytest.raises(AlreadyUndoneError):
        services.undo_merge(merge_id=operation.pk, by=admin, now=LATER)
    # And again, the other way round.
    again = merge(other, one, by=admin)
    services.undo_merge(merge_id=again.pk, by=admin, now=LATER)
    assert every_row() == before


def test_merges_on_top_of_each_other_are_undone_from_the_top(admin):
    one, two, three = register(), register(note="二"), register(note="三")
    before = every_row()
    first = merge(two, three, by=admin)
    second = merge(one, Person.objects.get(pk=two.pk), by=admin)
    # An old link to the third leads to the first by now.
    assert merge_of(three.pk).winner_id == merge_of(two.pk).winner_id == one.pk

    with pytest.raises(EditedSinceError):
        services.undo_merge(merge_id=first.pk, by=admin, now=LATER)
    services.undo_merge(merge_id=second.pk, by=admin, now=LATER)
    services.undo_merge(merge_id=first.pk, by=admin, now=LATER)
    assert every_row() == before
    assert merge_of(three.pk) is None


def test_another_room_may_refuse_and_follows_an_undo(admin):
    one, other = register(), register()
    heard = []

    class TwiceAtOneEventError(DomainError):
        code = "twice_at_one_event"

    @receiver(events.person_merged)
    def refuse(**arguments):
        raise TwiceAtOneEventError

    try:
        with pytest.raises(TwiceAtOneEventError):
            merge(one, other, by=admin)
    finally:
        events.person_merged.disconnect(refuse)
    assert Person.objects.count() == 2

    @receiver([events.person_merged, events.merge_undone])
    def follow(kept, gone, merge, now, **arguments):
        heard.append((kept, gone, merge))

    try:
        operation = merge(one, other, by=admin)
        services.undo_merge(merge_id=operation.pk, by=admin, now=LATER)
    finally:
        events.person_merged.disconnect(follow)
        events.merge_undone.disconnect(follow)
    assert heard == [(one.pk, other.pk, operation.pk)] * 2


def test_undo_says_what_was_changed_since(admin):
    one, other = full_pair()
    operation = merge(one, other, by=admin)
    kept = Person.objects.get(pk=one.pk)
    kept.note = "后来写的"
    kept.save()
    kept.phones.last().delete()
    with pytest.raises(EditedSinceError) as caught:
        services.undo_merge(merge_id=operation.pk, by=admin, now=LATER)
    assert set(caught.value.what) == {
        str(Person._meta.get_field("note").verbose_name),
        str(PersonPhone._meta.verbose_name),
    }


def test_undo_refuses_when_a_paper_has_another_owner_now(admin):
    number = resident_id(BORN)
    one, other = register(), register(documents=(DocumentValues(number=number),))
    operation = merge(one, other, by=admin)
    one.documents.all().delete()
    register("李四", documents=(DocumentValues(number=number),))
    with pytest.raises(EditedSinceError):
        services.undo_merge(merge_id=operation.pk, by=admin, now=LATER)
    assert not Person.objects.filter(pk=other.pk).exists()


def test_after_thirty_days_nothing_is_left_to_undo_by(admin):
    one, other = register(), register()
    operation = merge(one, other, by=admin, now=NOW)
    assert undoable_merges(one.pk, now=NOW) == [operation]
    in_time, late = NOW + dt.timedelta(days=30, seconds=-1), NOW + dt.timedelta(days=30)
    assert services.forget_snapshots(now=in_time) == 0
    with pytest.raises(UndoOverError):
        services.undo_merge(merge_id=operation.pk, by=admin, now=late)
    assert services.forget_snapshots(now=late) == 1
    operation.refresh_from_db()
    assert operation.snapshot is None
    assert merge_of(other.pk) == operation


def test_the_snapshot_is_sealed(admin):
    one, other = full_pair()
    operation = merge(one, other, by=admin)
    with connection.cursor() as cursor:
        cursor.execute("SELECT snapshot FROM people_mergeoperation")
        [[sealed]] = cursor.fetchall()
    assert b"PersonPhone" not in bytes(sealed)
    found = snapshots.decode(operation.snapshot.reveal())
    assert any(label == "people.PersonPhone" for label, _key in found.before)


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=8)
RECORDS = st.fixed_dictionaries(
    {
        "full_name": st.sampled_from(["曾庆红", "曾慶紅", "Maria Santos"]),
        "former_names": st.lists(st.sampled_from(["曾红", "阿红"]), max_size=2).map(tuple),
        "sex": st.sampled_from(Sex),
        "note": TEXTS,
        "address": st.sampled_from(["", "榕荫里12号"]),
        "phones": st.sets(st.integers(0, 3), max_size=3).map(
            lambda tails: tuple(PhoneValues(number=f"1380013800{tail}") for tail in tails)
        ),
        "documents": st.sets(st.integers(0, 2), max_size=2).map(
            lambda tails: tuple(
                DocumentValues(kind=DocumentKind.OTHER, number=f"A{tail}") for tail in tails
            )
        ),
        "identities": st.sets(st.sampled_from(IdentityCode), max_size=3).map(
            lambda codes: tuple(IdentityValues(code=code) for code in codes)
        ),
        "contacts": st.sets(st.sampled_from(["zeng_1", "zeng_2"])).map(
            lambda names: tuple(
                ContactValues(kind=ContactKind.WECHAT, value=name) for name in sorted(names)
            )
        ),
        "facts": st.dictionaries(
            st.sampled_from(["employer", "birth_place", "donations"]),
            st.sampled_from(["厦门", "unknown", "=1+1"]),
        ),
        "languages": st.sampled_from([(), ("cmn",), ("nan", "hak")]),
    }
)
# What belongs to a person beside the row: a household of their own or one for both, a child of
# both or of one, a stay, a relative abroad, a consent.
BESIDE = st.sets(st.sampled_from(["home", "shared", "child", "stay", "abroad", "consent"]))


def surround(people):
    """Give each of the people what is named beside them."""
    when = {"created_at": NOW}
    child = register("李一")
    shared = Household.objects.create(label="曾家", sort_key="zeng", updated_at=NOW, **when)
    for person, beside in people:
        own = Household.objects.create(label="李家", sort_key="li", updated_at=NOW, **when)
        for name, home in (("home", own), ("shared", shared)):
            if name in beside:
                HouseholdMember.objects.create(
                    household=home, person=person, role="other", kind="living", **when
                )
        if "child" in beside:
            Kinship.objects.create(
                person=child, relative=person, link="parent", basis="blood", **when
            )
        if "stay" in beside:
            Stay.objects.create(
                person=person, country="ID", begins_on=BORN, right="legal", purpose="settled",
                **when,
            )  # fmt: skip
        if "abroad" in beside:
            OverseasKin.objects.create(person=person, relation="SIB", country="ID", **when)
        if "consent" in beside:
            Consent.objects.create(
                person=person, purpose="register", wording="1", data_classes=["name"],
                given_by="self", channel="paper", given_on=BORN, **when,
            )  # fmt: skip


@pytest.mark.usefixtures("north", "regions")
class TestRandomMerges(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        one=RECORDS,
        other=RECORDS,
        mine=BESIDE,
        theirs=BESIDE,
        sides=st.dictionaries(st.sampled_from(["full_name", "sex", "note", "address"]),
                              st.sampled_from(Side)),
        keep_name=st.booleans(),
    )  # fmt: skip
    def test_merge_then_undo_gives_equal_rows(self, one, other, mine, theirs, sides, keep_name):
        by = make_account(Role.ADMINISTRATOR)
        kept, gone = register(**one), register(**other)
        surround([(kept, mine), (gone, theirs)])
        before = every_row()
        operation = merge(kept, gone, by=by, sides=sides, keep_name=keep_name)
        assert not Person.objects.filter(pk=gone.pk).exists()
        services.undo_merge(merge_id=operation.pk, by=by, now=LATER)
        assert every_row() == before


def test_an_account_follows_its_person_and_comes_back(admin):
    one, other = register(), register()
    member = make_account(Role.MEMBER)
    link_person(member, other.pk)
    operation = merge(one, other, by=admin)
    member.refresh_from_db()
    assert member.person_key == one.pk
    services.undo_merge(merge_id=operation.pk, by=admin, now=LATER)
    member.refresh_from_db()
    assert member.person_key == other.pk

    link_person(make_account(Role.MEMBER), one.pk)
    with pytest.raises(TwiceInOnePlaceError):
        merge(one, other, by=admin)

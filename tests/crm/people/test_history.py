"""What changed is kept with its values, shown masked, and can be taken back."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from common.crypto import TamperedError
from crm.people import drafts, history
from crm.people.choices import ChangeCause, IdentityCode, Precision, Sex, Status
from crm.people.errors import ChangedSinceError, UnknownFieldError
from crm.people.models import Person, PersonChange
from crm.people.selectors import values_of
from crm.people.services import change_person, take_back
from crm.people.values import DocumentValues, IdentityValues, PhoneValues
from tests.factories.people import NOW, person, resident_id

LATER = NOW + dt.timedelta(hours=1)


def change(somebody, **values):
    somebody.refresh_from_db()
    return change_person(
        person_id=somebody.pk,
        version=somebody.version,
        values=dataclasses.replace(values_of(somebody), **values),
        by=None,
        now=LATER,
    ).person


def record_of(somebody):
    return history.snapshot(drafts.draft_of(Person.objects.get(pk=somebody.pk)))


def test_a_change_keeps_both_values_of_each_field(north):
    somebody = person(note="", documents=())
    changed = change(somebody, note="周三在家", sex=Sex.MALE)

    kept = PersonChange.objects.get(person=somebody)
    assert (kept.version, kept.cause) == (changed.version, ChangeCause.FORM)
    assert [(c.field, c.before, c.after) for c in history.changes_of(kept)] == [
        ("note", "", "周三在家"),
        ("sex", "female", "male"),
    ]


def test_saving_the_same_keeps_nothing(north):
    somebody = person()
    change(somebody)
    assert not PersonChange.objects.exists()


def test_old_numbers_lie_sealed_and_bound_to_their_row(north):
    somebody = person()
    change(somebody, phones=(PhoneValues(number="13805929999"),))
    change(somebody, note="x")
    newer, older = PersonChange.objects.order_by("-version")
    assert "13805929999" not in str(older.content)
    PersonChange.objects.filter(pk=newer.pk)  # what was moved to another row does not open
    newer.__dict__["content"] = older.__dict__["content"]
    with pytest.raises(TamperedError):
        newer.content.reveal()


def test_a_change_can_be_taken_back(north):
    somebody = person()
    before = record_of(somebody)
    change(
        somebody,
        full_name="曾庆虹",
        former_names=("曾小红",),
        birth_date=None,
        birth_precision=None,
        region_code="",
        address="",
        languages=(),
        status=Status.MOVED,
        documents=(),
        phones=(PhoneValues(number="020-83331234转801"),),
        identities=(IdentityValues(code=IdentityCode.OVERSEAS),),
    )
    kept = PersonChange.objects.get(person=somebody)
    take_back(change_id=kept.pk, by=None, now=LATER)

    assert record_of(somebody) == before
    assert PersonChange.objects.filter(cause=ChangeCause.UNDO).count() == 1


def test_taking_back_twice_gives_the_change_again(north):
    somebody = person(
        documents=(
            DocumentValues(number=resident_id(sequence=802), valid_to=dt.date(2040, 1, 1)),
            DocumentValues(number=resident_id(sequence=804)[:-1] + "?", issuing_place="厦门"),
        )
    )
    change(somebody, documents=(), phones=(PhoneValues(number="020-83331234转801"),))
    after = record_of(somebody)
    take_back(change_id=PersonChange.objects.get().pk, by=None, now=LATER)
    take_back(change_id=PersonChange.objects.get(cause="undo").pk, by=None, now=LATER)
    assert record_of(somebody) == after


def test_one_field_of_a_change_can_be_taken_back(north):
    somebody = person(note="", documents=())
    change(somebody, note="周三在家", sex=Sex.MALE, full_name="曾宏")
    kept = PersonChange.objects.get()
    take_back(change_id=kept.pk, fields=["note"], by=None, now=LATER)
    found = record_of(somebody)
    assert (found["note"], found["sex"], found["full_name"]) == ("", "male", "曾宏")


def test_a_date_of_birth_comes_back_with_its_precision(north):
    somebody = person(birth_date=dt.date(1949, 12, 31), birth_precision=Precision.DAY)
    change(somebody, documents=(), birth_date=dt.date(1950, 1, 1), birth_precision=Precision.YEAR)
    kept = PersonChange.objects.get()
    take_back(change_id=kept.pk, fields=["birth_date"], by=None, now=LATER)
    found = record_of(somebody)
    assert (found["birth_date"], found["birth_precision"]) == ("1949-12-31", "day")


def test_what_was_changed_again_is_not_taken_back(north):
    somebody = person(note="", documents=())
    change(somebody, note="周三在家", sex=Sex.MALE)
    first = PersonChange.objects.get()
    change(somebody, note="周四在家")
    with pytest.raises(ChangedSinceError) as refused:
        take_back(change_id=first.pk, by=None, now=LATER)
    assert refused.value.fields == ("note",)
    assert record_of(somebody)["note"] == "周四在家"
    take_back(change_id=first.pk, fields=["sex"], by=None, now=LATER)
    assert record_of(somebody)["sex"] == "female"


def test_a_field_that_did_not_change_cannot_be_taken_back(north):
    somebody = person(note="", documents=())
    change(somebody, note="周三在家")
    with pytest.raises(UnknownFieldError):
        take_back(change_id=PersonChange.objects.get().pk, fields=["sex"], by=None, now=LATER)


NAMES = st.text("曾庆红李明欧阳慧", min_size=1, max_size=4)


@pytest.mark.usefixtures("north")
class TestRandomChanges(TestCase):
    @settings(deadline=None)
    @given(
        values=st.fixed_dictionaries(
            {},
            optional={
                "full_name": NAMES,
                "former_names": st.lists(NAMES, max_size=2, unique=True).map(tuple),
                "note": st.text("周三在家 \n", max_size=20),
                "languages": st.sampled_from([(), ("cmn",), ("nan", "yue")]),
                "sex": st.sampled_from(Sex),
                "documents": st.just(()),
                "phones": st.sampled_from([(), (PhoneValues(number="+39 06 6982 1234"),)]),
                "address": st.sampled_from(["", "厦门市思明区公园南路2号"]),
                "identities": st.sampled_from([(), (IdentityValues(code=IdentityCode.FOREIGN),)]),
            },
        )
    )
    def test_taken_back_is_as_before(self, values):
        somebody = person(documents=())
        before = record_of(somebody)
        change(somebody, **values)
        kept = PersonChange.objects.filter(person=somebody).first()
        if kept is not None:
            take_back(change_id=kept.pk, by=None, now=LATER)
        assert record_of(somebody) == before

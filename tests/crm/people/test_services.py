"""Putting people on the register, changing them, and showing what is masked."""

import dataclasses
import datetime as dt
import functools

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from audit.models import AuditEntry
from common.crypto import TamperedError
from common.registry import unclassified, unprotected
from crm.people import services
from crm.people.choices import (
    CheckResult,
    DocumentKind,
    IdentityCode,
    IdentityState,
    Precision,
    RevealReason,
    Sex,
    Status,
)
from crm.people.errors import (
    DocumentTakenError,
    InvalidPersonError,
    PersonChangedError,
    ReasonMissingError,
    UnknownFieldError,
)
from crm.people.models import Person, PersonDocument, PersonIdentity, PersonPhone
from crm.people.selectors import people_with_parts, values_of
from crm.people.values import DocumentValues, IdentityValues, PersonValues, PhoneValues
from tests.factories import people
from tests.factories.people import NOW, resident_id, values

LATER = NOW + dt.timedelta(hours=1)


def person_with_parts(person_id):
    return people_with_parts().get(pk=person_id)


def change(person: Person, **changes):
    current = values_of(person_with_parts(person.pk))
    return services.change_person(
        person_id=person.pk,
        version=person.version,
        values=dataclasses.replace(current, **changes),
        by=None,
        now=LATER,
    )


def problems(**changes) -> dict[str, str]:
    with pytest.raises(InvalidPersonError) as caught:
        services.add_person(values=values(**changes), by=None, now=NOW)
    return {problem.field: problem.code for problem in caught.value.problems}


def test_a_person_is_added_with_all_parts(north):
    person = person_with_parts(people.person().pk)

    assert person.sort_key.startswith("zeng")
    assert str(person.address) == "厦门市思明区***"
    assert next(str(phone) for phone in person.phones.all()).startswith("138****")
    assert person.documents.get().check_result == CheckResult.OK
    identity = person.identities.get()
    assert (identity.code, identity.state) == ("QJ", IdentityState.SELF_DECLARED)
    assert person.version == 1


def test_adding_and_changing_are_recorded_without_any_value(north):
    person = people.person(full_name="欧阳震华")
    change(person, note="搬到女儿家")

    added, changed = AuditEntry.objects.filter(person_key=person.pk).order_by("seq")
    assert added.action == "person.add"
    assert "documents" in added.fields
    assert (changed.action, changed.fields) == ("person.change", ["note"])
    assert "女儿" not in f"{changed.detail}{changed.reason}"


def test_equal_values_change_nothing(north):
    person = people.person()
    change(person)

    assert Person.objects.get(pk=person.pk).version == 1
    assert AuditEntry.objects.filter(person_key=person.pk).count() == 1


def test_a_form_that_was_overtaken_is_refused(north):
    person = people.person()
    change(person, note="first")

    with pytest.raises(PersonChangedError) as caught:
        change(person, note="second")

    assert (caught.value.opened, caught.value.current) == (1, 2)
    assert Person.objects.get(pk=person.pk).note == "first"


def test_a_number_that_fails_its_check_is_kept_as_unverified(north):
    wrong = DocumentValues(number="110105194912310021")
    saved = services.add_person(values=values(documents=(wrong,)), by=None, now=NOW)

    assert saved.person.documents.get().check_result == CheckResult.UNVERIFIED
    assert [warning.code for warning in saved.checked.warnings] == ["number_check_digit"]


def test_the_same_paper_of_two_people_is_refused_with_the_other_person(north):
    first = people.person(documents=(DocumentValues(number=resident_id()),))

    with pytest.raises(DocumentTakenError) as caught:
        people.person(documents=(DocumentValues(number=resident_id()),))

    assert caught.value.person_id == first.pk
    assert caught.value.field == "documents.0.number"


def test_the_old_number_of_fifteen_digits_is_the_same_paper(north):
    modern = resident_id(dt.date(1949, 12, 31), sequence=2)
    people.person(documents=(DocumentValues(number=modern),))
    old = DocumentValues(number=modern[:6] + modern[8:17])
    saved = services.add_person(values=values(documents=(old,)), by=None, now=NOW)

    # Unverified numbers may be those of two people; the scan for duplicates finds them.
    indexes = {bytes(row.number_index) for row in PersonDocument.objects.all()}
    assert len(indexes) == 1
    assert saved.person.documents.get().check_result == CheckResult.UNVERIFIED


def test_two_people_may_give_the_same_mistyped_number(north):
    wrong = (DocumentValues(number="110105194912310021"),)
    people.person(documents=wrong)
    people.person(documents=wrong)
    assert PersonDocument.objects.count() == 2


def test_a_race_for_one_paper_is_won_once(north, monkeypatch):
    number = (DocumentValues(number=resident_id()),)
    people.person(documents=number)
    monkeypatch.setattr(services, "_taken", lambda _draft: None)

    with pytest.raises(DocumentTakenError):
        people.person(documents=number)


def test_a_family_may_share_a_phone(north):
    shared = (PhoneValues(number="0592-2123456"),)
    people.person(phones=shared)
    people.person(phones=shared)
    assert len({bytes(phone.number_index) for phone in PersonPhone.objects.all()}) == 1


def test_empty_birth_date_and_sex_are_taken_from_the_number(north):
    saved = services.add_person(
        values=values(
            sex=Sex.UNKNOWN,
            birth_date=None,
            birth_precision=None,
            documents=(DocumentValues(number=resident_id(dt.date(1960, 5, 6), sequence=3)),),
        ),
        by=None,
        now=NOW,
    )

    assert saved.person.birth_date == dt.date(1960, 5, 6)
    assert saved.person.sex == Sex.MALE
    assert {warning.field for warning in saved.checked.warnings} == {"birth_date", "sex"}


def test_a_number_that_disagrees_needs_a_reason(north):
    paper = DocumentValues(number=resident_id(dt.date(1949, 12, 31), sequence=3))
    person = {"birth_date": dt.date(1950, 1, 1), "sex": Sex.FEMALE}

    found = problems(**person, documents=(paper,))
    assert found == {"birth_date": "differs_from_number", "sex": "differs_from_number"}

    explained = dataclasses.replace(paper, mismatch_reason="户口本如此登记")
    people.person(**person, documents=(explained,))


def test_a_year_alone_agrees_with_the_number_of_that_year(north):
    people.person(
        birth_date=dt.date(1949, 6, 6),
        birth_precision=Precision.YEAR,
        documents=(DocumentValues(number=resident_id(dt.date(1949, 12, 31))),),
    )
    assert Person.objects.get().birth_date == dt.date(1949, 1, 1)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"full_name": " \x00 "}, "full_name", "name_missing"),
        ({"full_name": "长" * 121}, "full_name", "too_long"),
        ({"surname_reading": "zeng1"}, "surname_reading", "reading_invalid"),
        ({"nationality": "XX"}, "nationality", "country_unknown"),
        ({"region_code": "999999"}, "region_code", "region_unknown"),
        ({"languages": ("klingon",)}, "languages", "language_unknown"),
        ({"address": "长" * 301}, "address", "too_long"),
        ({"birth_date": dt.date(2027, 1, 1), "documents": ()}, "birth_date", "date_in_future"),
        ({"birth_date": dt.date(1700, 1, 1), "documents": ()}, "birth_date", "date_too_early"),
        ({"phones": (PhoneValues(number="2123456"),)}, "phones.0.number",
         "phone_area_code_missing"),
        ({"phones": (PhoneValues(),)}, "phones.0.number", "phone_invalid"),
        ({"phones": (PhoneValues(number="13800138000"),) * 2}, "phones.1.number", "phone_twice"),
        ({"phones": tuple(PhoneValues(number=f"1380013{n}") for n in range(8000, 8011))},
         "phones", "too_many"),
        ({"documents": (DocumentValues(),)}, "documents.0.number", "number_missing"),
        ({"documents": (DocumentValues(number="1" * 41),)}, "documents.0.number", "too_long"),
        ({"documents": (DocumentValues(number=resident_id()),) * 2}, "documents.1.number",
         "document_twice"),
        ({"documents": (DocumentValues(number="E12345678", kind=DocumentKind.PASSPORT,
                                       valid_from=dt.date(2020, 1, 2),
                                       valid_to=dt.date(2020, 1, 1)),)},
         "documents.0.valid_to", "ends_before_it_begins"),
        ({"identities": (IdentityValues(code=IdentityCode.RETURNED),) * 2}, "identities.1.code",
         "identity_twice"),
        ({"identities": (IdentityValues(code=IdentityCode.RETURNED, country="QQ"),)},
         "identities.0.country", "country_unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_at_its_field(north, changes, field, code):
    assert problems(**changes)[field] == code


def test_parts_that_are_left_out_are_removed_and_identities_end(north):
    person = people.person(
        phones=(PhoneValues(number="13800138000"), PhoneValues(number="+14155552671")),
    )
    first, second = person.phones.all()
    saved = change(
        person,
        phones=(PhoneValues(id=second.pk), PhoneValues(number="13900139000")),
        documents=(),
        identities=(),
    )

    rows = list(saved.person.phones.all())
    assert next(row.pk for row in rows) == second.pk
    assert first.pk not in {row.pk for row in rows}
    assert not saved.person.documents.exists()
    ended = PersonIdentity.objects.get(person=person)
    assert (ended.state, ended.ended_on) == (IdentityState.ENDED, dt.date(2026, 3, 2))


def test_another_number_is_another_row(north):
    person = people.person()
    paper = person.documents.get()
    change(person, documents=(DocumentValues(id=paper.pk, number=resident_id(sequence=888)),))
    assert person.documents.get().pk != paper.pk


def test_an_address_stays_until_another_or_none_is_sent(north):
    person = people.person()
    assert str(change(person, note="x").person.address) == "厦门市思明区***"
    person.refresh_from_db()
    assert change(person, address="").person.address is None


def test_a_status_is_set_alone(north):
    person = people.person()
    services.set_status(person_id=person.pk, version=1, status=Status.DECEASED, by=None, now=LATER)
    person = person_with_parts(person.pk)
    assert (person.status, person.documents.count()) == ("deceased", 1)


# --- Showing what is masked -------------------------------------------------------------------


def reveal(person, field, **changes):
    given = {"reason": RevealReason.CONTACT, "by": None} | changes
    return services.reveal(person=person, field=field, now=LATER, **given)


def test_each_masked_value_is_shown_with_a_reason_on_record(north):
    person = people.person(phones=(PhoneValues(number="13800138000"),))
    phone, paper = person.phones.get(), person.documents.get()

    assert reveal(person, f"phones.{phone.pk}") == "+8613800138000"
    assert reveal(person, f"documents.{paper.pk}").startswith("350203")
    assert reveal(person, "address") == "厦门市思明区榕荫里12号301室"

    entries = AuditEntry.objects.filter(action="person.reveal").order_by("seq")
    assert [entry.fields for entry in entries] == [["phones"], ["documents"], ["address"]]
    assert all(entry.person_key == person.pk and entry.reason for entry in entries)
    assert "13800138000" not in str(list(entries.values()))


@pytest.mark.parametrize(
    "field", ["full_name", "phones", "phones.x", "documents.", "", "pk", "a.b"]
)
def test_nothing_else_can_be_shown(north, field):
    with pytest.raises(UnknownFieldError):
        reveal(people.person(), field)
    assert not AuditEntry.objects.filter(action="person.reveal").exists()


def test_a_part_of_somebody_else_cannot_be_shown(north):
    other = people.person().phones.get()
    with pytest.raises(UnknownFieldError):
        reveal(people.person(), f"phones.{other.pk}")


def test_another_reason_must_be_written_down(north):
    person = people.person()
    with pytest.raises(ReasonMissingError):
        reveal(person, "address", reason=RevealReason.OTHER, explanation="  ")
    assert reveal(person, "address", reason=RevealReason.OTHER, explanation="送年货")


# --- What lies in the database ----------------------------------------------------------------


def test_no_number_and_no_address_lies_in_the_clear(north):
    number = resident_id(sequence=246)
    people.person(
        documents=(DocumentValues(number=number),), phones=(PhoneValues(number="13905921234"),)
    )
    rows = ""
    with connection.cursor() as cursor:
        for table in ["people_person", "people_persondocument", "people_personphone",
                      "people_personidentity", "audit_auditentry"]:  # fmt: skip
            cursor.execute(f"SELECT t::text FROM {table} t")
            rows += "".join(row for (row,) in cursor.fetchall())

    for secret in [number, "13905921234", "榕荫里"]:
        assert secret not in rows
        assert secret.encode().hex() not in rows


def test_a_sealed_number_moved_to_another_row_does_not_open(north):
    """Attack 25."""
    mine, theirs = people.person().documents.get(), people.person().documents.get()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE people_persondocument SET number ="
            " (SELECT number FROM people_persondocument WHERE id = %s) WHERE id = %s",
            [theirs.pk, mine.pk],
        )
    mine.refresh_from_db()
    with pytest.raises(TamperedError):
        str(mine.number)


@pytest.mark.parametrize(
    ("column", "value"),
    [("full_name", ""), ("sex", "x"), ("status", "gone"), ("nationality", "cn"), ("version", 0),
     ("source", "?"), ("birth_precision", ""), ("birth_precision", "year")],
)  # fmt: skip
def test_the_table_itself_refuses_nonsense(north, column, value):
    person = people.person()
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=person.pk).update(**{column: value})


def test_nobody_is_recognised_by_a_state_without_a_day(north):
    people.person()
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonIdentity.objects.update(state=IdentityState.ENDED)


def test_every_column_says_what_it_is_for_and_the_sensitive_ones_are_sealed():
    models = list(apps.get_app_config("people").get_models())
    assert unclassified(models) == []
    assert unprotected(models) == []


def test_a_renewed_passport_points_to_the_one_it_took_the_place_of(north):
    passport = functools.partial(DocumentValues, kind=DocumentKind.PASSPORT)
    old = passport(number="E11111111", valid_from=dt.date(2010, 1, 1), valid_to=dt.date(2020, 1, 1))
    new = passport(number="E22222222", valid_from=dt.date(2020, 1, 1), valid_to=dt.date(2030, 1, 1))
    foreign = passport(number="X1234567", country="ID", valid_from=dt.date(2021, 1, 1))
    saved = services.add_person(
        values=PersonValues(full_name="曾国芳", documents=(new, old, foreign)), by=None, now=NOW
    )

    renewals = {
        (row.country, row.valid_from.year): row.renews and row.renews.valid_from.year
        for row in saved.person.documents.all()
    }
    assert renewals == {("CN", 2010): None, ("CN", 2020): 2010, ("ID", 2021): None}

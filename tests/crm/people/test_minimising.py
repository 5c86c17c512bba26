"""People nobody serves any more: shown first, reduced for good, and still counted."""

import datetime as dt

import pytest
from django.db import connection
from django.urls import reverse

from audit.models import AuditEntry
from crm.people import events, minimising
from crm.people.choices import IdentityState, Sex, Status
from crm.people.errors import PersonMinimisedError
from crm.people.minimising import (
    Criteria,
    NobodyChosenError,
    WrongCountError,
    candidates,
    minimise_batch,
    order_minimisation,
)
from crm.people.models import Minimisation, Person, PersonDocument, PersonIdentity, PersonPhone
from crm.people.selectors import PeopleFilter, people, values_of
from crm.people.services import add_person, change_person
from tests.factories import people as factory
from tests.factories.people import NOW, TODAY, person, resident_id
from tests.fixtures_accounts import make_account

YEARS_LATER = NOW + dt.timedelta(days=4 * 366)
THEN = YEARS_LATER.date()


def order(people_, **values):
    given = {
        "criteria": Criteria(),
        "left_out": (),
        "count": len(people_),
        "by": make_account("administrator"),
        "today": THEN,
        "now": YEARS_LATER,
    }
    return order_minimisation(**given | values)


def moved(**values):
    return person(status=Status.MOVED, **values)


def test_the_list_holds_whom_nobody_touched_for_years(north):
    gone = moved()
    person()  # served still
    assert list(candidates(Criteria(), today=THEN)) == [gone]
    assert not candidates(Criteria(), today=TODAY + dt.timedelta(days=1000)).exists()
    assert not candidates(Criteria(states=(Status.DECEASED,)), today=THEN).exists()
    assert candidates(Criteria(states=(Status.ACTIVE,)), today=THEN).count() == 1
    assert not candidates(Criteria(idle_years=5), today=THEN).exists()


def test_reducing_leaves_what_figures_need_and_nothing_else(north, work_off):
    somebody = moved(
        full_name="欧阳震华",
        former_names=("欧阳华",),
        note="住在二楼",
        sex=Sex.FEMALE,
    )
    identity = somebody.identities.get()
    with work_off():
        job = order([somebody])
    job.refresh_from_db()
    somebody.refresh_from_db()

    assert job.result == {"reduced": 1, "listed": 1}
    assert somebody.status == Status.MINIMISED
    assert (somebody.full_name, somebody.sex) == ("欧阳*", Sex.FEMALE)
    assert somebody.birth_date == dt.date(1949, 1, 1)
    assert somebody.region_id == "350203"
    assert list(somebody.identities.all()) == [identity]
    for model in (PersonDocument, PersonPhone):
        assert not model.objects.filter(person=somebody).exists()
    with connection.cursor() as cursor:  # every column, as text
        cursor.execute("SELECT to_jsonb(p)::text FROM people_person p WHERE id = %s", [somebody.pk])
        text = cursor.fetchone()[0]
    for trace in ("震华", "欧阳华", "二楼", "榕荫里", "zhen", "1949-12"):
        assert trace not in text
    assert AuditEntry.objects.filter(action="person.minimise", person_key=somebody.pk).exists()


def test_a_recognised_identity_stays_counted_without_its_number(north, work_off):
    somebody = moved()
    identity = somebody.identities.get()
    identity.state = IdentityState.RECOGNISED
    identity.recognised_by, identity.recognised_on = "思明区侨办", TODAY
    identity.certificate = "闽侨认2026-001"
    identity.save()
    with work_off():
        order([somebody])
    identity = PersonIdentity.objects.get(pk=identity.pk)
    assert identity.state == IdentityState.RECOGNISED
    assert "2026-001" not in identity.certificate.reveal()


def test_whoever_is_taken_off_the_list_is_kept(north, work_off):
    kept, gone = moved(), moved()
    with work_off():
        order([gone], left_out=[kept.pk])
    assert {row.pk: row.status for row in Person.objects.all()} == {
        kept.pk: Status.MOVED,
        gone.pk: Status.MINIMISED,
    }


def test_the_number_confirms_the_list_that_was_seen(north):
    moved()
    with pytest.raises(WrongCountError):
        order([1, 2])
    with pytest.raises(NobodyChosenError):
        order([], left_out=list(Person.objects.values_list("pk", flat=True)))
    assert not Minimisation.objects.exists()


def test_whoever_was_touched_meanwhile_is_passed_over(north):
    somebody = moved()
    order([somebody])
    found = Minimisation.objects.get()
    Person.objects.filter(pk=somebody.pk).update(updated_at=YEARS_LATER + dt.timedelta(hours=1))
    assert minimise_batch(order=found, people=found.people, now=YEARS_LATER) == 0


def test_a_batch_may_run_twice(north):
    somebody = moved()
    order([somebody])
    found = Minimisation.objects.get()
    assert minimise_batch(order=found, people=found.people, now=YEARS_LATER) == 1
    assert minimise_batch(order=found, people=found.people, now=YEARS_LATER) == 0
    found.refresh_from_db()
    assert found.reduced == 1


def test_other_rooms_are_told(north, work_off):
    heard = []

    def listen(sender, person, **_told):
        heard.append(person)

    events.person_erased.connect(listen)
    try:
        somebody = moved()
        with work_off():
            order([somebody])
    finally:
        events.person_erased.disconnect(listen)
    assert heard == [somebody.pk]


def test_nothing_is_written_to_a_reduced_record_and_nobody_finds_it(north, work_off):
    somebody = moved(full_name="司徒美兰")
    with work_off():
        order([somebody])
    somebody.refresh_from_db()
    with pytest.raises(PersonMinimisedError):
        change_person(
            person_id=somebody.pk, version=somebody.version, values=values_of(somebody),
            by=None, now=YEARS_LATER,
        )  # fmt: skip
    assert not people(PeopleFilter(), by=None, now=YEARS_LATER).exists()
    assert not people(PeopleFilter(q="司徒"), by=None, now=YEARS_LATER).exists()
    assert people(PeopleFilter(status=Status.MINIMISED), by=None, now=YEARS_LATER).count() == 1


def test_nobody_is_reduced_by_a_mere_change(north):
    with pytest.raises(PersonMinimisedError):
        add_person(values=factory.values(status=Status.MINIMISED), by=None, now=NOW)


def test_the_paper_of_a_reduced_person_is_free_again(north, work_off):
    number = resident_id(sequence=902)
    paper = factory.DocumentValues(number=number)
    somebody = moved(documents=(paper,))
    with work_off():
        order([somebody])
    assert person(documents=(paper,)).documents.count() == 1


def test_the_page_shows_the_list_and_asks_for_its_number(administrator_client, work_off):
    somebody, other = moved(full_name="司徒美兰"), moved(full_name="曾庆红")
    Person.objects.update(updated_at=NOW - dt.timedelta(days=4 * 366))
    page = reverse("people:inactive")
    shown = administrator_client.get(page, {"idle_years": 3, "states": ["moved"]})
    assert {row.full_name for row in shown.context["people"]} == {"司徒美兰", "曾庆红"}
    wrong = administrator_client.post(page, {"keep": [str(other.pk)], "count": "2"})
    assert wrong.status_code == 422
    assert str(other.pk) in wrong.context["kept"]
    with work_off():
        answer = administrator_client.post(page, {"keep": [str(other.pk)], "count": "1"})
    assert answer.status_code == 302
    somebody.refresh_from_db()
    assert somebody.status == Status.MINIMISED


def test_criteria_that_make_no_sense_are_said(administrator_client):
    page = reverse("people:inactive")
    assert administrator_client.get(page, {"idle_years": "x"}).status_code == 422
    assert administrator_client.get(page).status_code == 200


def test_a_clerk_cannot_reduce_anybody(clerk_client):
    assert clerk_client.get(reverse("people:inactive")).status_code == 403


def test_the_name_of_the_job_is_no_personal_data(north):
    job = order([moved(full_name="司徒美兰")])
    assert "司徒" not in job.title
    assert minimising.BATCH >= 1

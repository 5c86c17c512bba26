"""The nightly scan, and what somebody decides about a pair."""

import dataclasses
import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people import services as people_services
from crm.people.choices import DistinctReason, Evidence, PairDecision, Precision
from crm.people.duplicates import selectors, services
from crm.people.duplicates.scanning import scan
from crm.people.errors import ReasonMissingError
from crm.people.models import DuplicatePair, Person
from crm.people.selectors import people_with_parts, values_of
from crm.people.tasks import scan_nightly
from crm.people.values import PhoneValues
from jobs.models import Job
from tenants.context import inside
from tests.factories import people
from tests.factories.people import NOW
from tests.fixtures_accounts import make_account

LATER = NOW + dt.timedelta(days=1)
BORN = {"birth_date": dt.date(1958, 3, 2), "birth_precision": Precision.DAY}


@pytest.fixture
def clerk(north):
    return make_account(Role.CLERK)


def register(full_name="曾庆红", **given) -> Person:
    plain = {"documents": (), "phones": (), "identities": (), "sex": people.Sex.UNKNOWN}
    return people.person(**plain | BORN | {"full_name": full_name} | given)


def change(person: Person, **changes) -> None:
    current = people_with_parts().get(pk=person.pk)
    values = dataclasses.replace(values_of(current), **changes)
    people_services.change_person(
        person_id=person.pk, version=current.version, values=values, by=None, now=NOW
    )


def open_pairs() -> dict[frozenset, int]:
    return {
        frozenset((p.first_id, p.second_id)): p.score for p in selectors.pairs(PairDecision.OPEN)
    }


def test_a_scan_finds_pairs_by_every_key_and_nobody_else(north):
    one, same = register(), register("曾慶宏")
    abroad = register("Maria Chen", other_names=("曾庆红",), birth_date=dt.date(1958, 3, 2))
    register("李四")
    register("王建国", phones=(PhoneValues(number="05925551234"),))
    register("王小明", phones=(PhoneValues(number="05925551234"),), birth_date=dt.date(1990, 1, 1))

    assert scan(now=NOW).found == 3
    assert open_pairs() == {
        frozenset((one.pk, same.pk)): 75,
        frozenset((one.pk, abroad.pk)): 75,
        frozenset((same.pk, abroad.pk)): 70,
    }


def test_another_scan_changes_nothing(north):
    register(), register()
    scan(now=NOW)
    [before] = DuplicatePair.objects.values()
    again = scan(now=LATER)
    assert (again.found, again.open) == (0, 1)
    assert [before] == list(DuplicatePair.objects.values())


def test_a_pair_goes_when_nothing_speaks_for_it_any_more(north):
    one, _other = register(), register()
    scan(now=NOW)
    change(one, full_name="李四", birth_date=dt.date(1971, 1, 1))
    assert scan(now=LATER).open == 0
    assert not DuplicatePair.objects.exists()


def test_what_somebody_decided_is_asked_again_only_for_new_evidence(north, clerk):
    one, other = register(), register()
    scan(now=NOW)
    [pair] = selectors.pairs(PairDecision.OPEN)
    services.keep_apart(pair_id=pair.pk, reason=DistinctReason.ASKED, by=clerk, now=NOW)

    assert scan(now=LATER).found == 0
    assert not selectors.pairs(PairDecision.OPEN)
    # Less speaks for it than before: still two people.
    change(one, full_name="曾庆宏")
    assert scan(now=LATER).found == 0
    phone = (PhoneValues(number="13805921234"),)
    change(one, full_name="曾庆红", phones=phone)
    change(other, phones=phone)
    assert scan(now=LATER).found == 1
    [pair] = selectors.pairs(PairDecision.OPEN)
    assert (pair.score, pair.reason, pair.decided_by) == (100, "", None)
    assert Evidence.SAME_PHONE in [reason.evidence for reason in selectors.reasons_of(pair)]


def test_a_decision_names_how_it_is_known_and_is_on_record_for_both(north, clerk):
    one, other = register(), register()
    scan(now=NOW)
    [pair] = selectors.pairs(PairDecision.OPEN)
    with pytest.raises(ReasonMissingError):
        services.keep_apart(
            pair_id=pair.pk, reason=DistinctReason.OTHER, explanation=" ", by=clerk, now=NOW
        )
    services.keep_apart(
        pair_id=pair.pk, reason=DistinctReason.OTHER, explanation="隔壁邻居", by=clerk, now=NOW
    )
    entries = AuditEntry.objects.filter(action="person.keep_apart")
    assert {entry.person_key for entry in entries} == {one.pk, other.pk}
    assert "隔壁" not in str(entries.values())

    services.ask_again(pair_id=pair.pk, by=clerk, now=LATER)
    assert open_pairs() == {frozenset((one.pk, other.pk)): 80}


def test_a_phone_of_a_whole_village_costs_nothing(north):
    phone = (PhoneValues(number="05925551234"),)
    for serial in range(52):
        register("王伟", phones=phone, birth_date=dt.date(1930 + serial, 1 + serial % 12, 9))
    scan(now=NOW)
    assert not DuplicatePair.objects.exists()


def test_queries_do_not_grow_with_the_pairs(north):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            scan(now=NOW)
        return len(queries)

    register(), register()
    few = cost()
    for _serial in range(8):
        register()
    assert cost() == few
    assert len(open_pairs()) == 45


def test_the_night_starts_a_job_that_says_what_came_out(north, work_off):
    register(), register()
    with work_off():
        scan_nightly(due_at=NOW.isoformat())
    job = Job.objects.get()
    assert (job.state, job.result["found"], job.result_url) == ("done", 1, "/people/duplicates/")
    assert selectors.last_scan() == job.finished_at


def test_one_site_does_not_see_the_other(north, south):
    register()
    with inside(south):
        register()
        assert scan(now=NOW).open == 0
    assert scan(now=NOW).open == 0

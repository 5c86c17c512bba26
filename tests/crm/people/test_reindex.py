"""After a release that changes how people are found, the rows on record follow."""

import pytest
from django.core.management import CommandError, call_command

from crm.people import reindex
from crm.people.choices import ContactKind, Status
from crm.people.models import Person, PersonContact
from crm.people.search import find_people
from crm.people.tasks import reindex_search
from crm.people.values import ContactValues, PhoneValues
from jobs.models import Job, JobState
from jobs.services import start_job
from tenants.context import inside
from tests.factories import people


def outdated(**values):
    """Put somebody on the register as an older release would have."""
    person = people.person(**values)
    Person.objects.filter(pk=person.pk).update(search="'hold'", sort_key="old")
    return person


def found(text):
    return [person.full_name for person in find_people(text, may_search_documents=True)]


def run_job():
    job = start_job(
        kind="people.reindex_search", title="Bring the search up to date", by=None, now=people.NOW
    )
    reindex_search(job_id=str(job.pk))
    job.refresh_from_db()
    return job


def test_the_job_makes_people_findable_and_touches_nothing_else(north, monkeypatch):
    monkeypatch.setattr(reindex, "BATCH", 2)
    names = ["曾慶紅", "李三", "王五", "赵六", "钱七"]
    for name in names:
        outdated(full_name=name, phones=(PhoneValues(number="13800138765"),))
    before = list(Person.objects.order_by("pk").values("version", "updated_at"))
    assert not found("曾庆红")

    job = run_job()

    assert (job.state, job.result) == (JobState.DONE, {"people": 5})
    assert found("曾庆红") == ["曾慶紅"]
    assert sorted(found("8765")) == sorted(names)
    assert Person.objects.values_list("full_name", flat=True).first() == "李三"
    assert list(Person.objects.order_by("pk").values("version", "updated_at")) == before


def test_begun_again_it_writes_only_what_is_not_right_yet(north, django_assert_num_queries):
    people.person(full_name="李三")
    _last, looked_at = reindex.reindex_batch(None)
    assert looked_at == 1
    with django_assert_num_queries(6):  # a savepoint and its end, the people, three kinds of parts
        reindex.reindex_batch(None)
    last = outdated(full_name="王五")
    with django_assert_num_queries(7):
        assert reindex.reindex_batch(None) == (last.pk, 2)
    assert found("wangwu") == ["王五"]


def test_whoever_was_reduced_to_figures_is_found_by_nothing_again(north):
    person = people.person(full_name="曾庆红")
    Person.objects.filter(pk=person.pk).update(search="", status=Status.MINIMISED)
    assert reindex.reindex_batch(None) == (None, 0)
    assert not found("曾")


def test_another_key_of_the_schema_makes_the_indexes_of_contacts_anew(north):
    people.person(contacts=(ContactValues(kind=ContactKind.QQ, value="123456"),))
    right = bytes(PersonContact.objects.get().value_index)
    PersonContact.objects.update(value_index=bytes(len(right)))
    reindex.reindex_people()
    assert bytes(PersonContact.objects.get().value_index) == right


def test_the_command_starts_a_job_on_each_site_that_takes_writes(north, south, capsys):
    call_command("reindex_people")
    for site in (north, south):
        with inside(site):
            assert Job.objects.get().kind == "people.reindex_search"
    assert north.code in capsys.readouterr().out
    with pytest.raises(CommandError, match="nowhere"):
        call_command("reindex_people", tenant="nowhere")

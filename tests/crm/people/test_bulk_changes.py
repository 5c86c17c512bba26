"""One change for many: what the preview says is what the run does, and undoing leaves no trace."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people.bulk_changes import services
from crm.people.bulk_changes.effects import Change, Refusal, check_change, effect, fact_choices
from crm.people.bulk_changes.errors import (
    BulkValueError,
    CannotUndoError,
    NobodyChosenError,
    NotAllowedToChangeError,
    SelectionChangedError,
)
from crm.people.bulk_changes.services import UNDO_FOR, Selection
from crm.people.choices import BulkAction, BulkState, ChangeCause, Status
from crm.people.facts import CATALOGUE
from crm.people.languages import LANGUAGES
from crm.people.models import BulkChange, Person, PersonChange
from crm.people.rules import LONGEST_NOTE, MOST_PARTS
from crm.people.selectors import PeopleFilter, values_of
from crm.people.services import change_person
from jobs.models import Job, JobState
from jobs.services import cancel_job
from tenants.access import limit_permissions
from tenants.context import inside
from tests.factories import people
from tests.factories.people import NOW
from tests.fixtures_accounts import make_account

LATER = NOW + dt.timedelta(minutes=5)
HAKKA = Change(action=BulkAction.ADD_LANGUAGE, value="hak")
MOVED = Change(action=BulkAction.STATUS, value="moved")
REGIONS = {"350203", "110105"}

CHANGES = st.one_of(
    st.sampled_from(["active", "moved", "deceased"]).map(
        lambda value: Change(action=BulkAction.STATUS, value=value)
    ),
    st.sampled_from(sorted(REGIONS)).map(
        lambda value: Change(action=BulkAction.REGION, value=value)
    ),
    st.tuples(
        st.sampled_from([BulkAction.ADD_LANGUAGE, BulkAction.REMOVE_LANGUAGE]),
        st.sampled_from(list(LANGUAGES)),
    ).map(lambda pair: Change(action=pair[0], value=pair[1])),
    st.sampled_from([(code, value) for code in CATALOGUE for value in fact_choices(code)]).map(
        lambda pair: Change(action=BulkAction.FACT, fact=pair[0], value=pair[1])
    ),
    st.text(min_size=1, max_size=40).map(
        lambda value: Change(action=BulkAction.NOTE, value=f"注{value}")
    ),
)


@pytest.fixture
def clerk(north):
    return make_account(Role.CLERK)


@pytest.fixture
def three(clerk):
    return [people.person(full_name=name) for name in ("甲", "乙", "丙")]


def preview(by, change=HAKKA, now=NOW, **selection):
    return services.preview(change=change, selection=Selection(**selection), by=by, now=now)


def run(bulk, by, now=LATER):
    return services.run(bulk_id=bulk.pk, by=by, now=now)


def rows():
    """Return every column of everybody that a change may touch and an undo must give back."""
    bookkeeping = ("version", "updated_at", "updated_by_id")
    return [
        {name: value for name, value in row.items() if name not in bookkeeping}
        for row in Person.objects.order_by("pk").values()
    ]


def test_a_change_is_previewed_run_and_undone(clerk, three):
    before = rows()
    bulk = preview(clerk)
    seen = services.foresee(bulk, by=clerk, now=NOW)
    assert (seen.changes, seen.already, sum(seen.refused.values())) == (3, 0, 0)
    assert seen.samples[0] == ("甲", ["cmn", "nan"], ["cmn", "nan", "hak"])
    assert rows() == before

    bulk = run(bulk, clerk)
    assert (bulk.state, bulk.changed, bulk.already, bulk.left_out) == (BulkState.DONE, 3, 0, [])
    assert all(row["languages"] == ["cmn", "nan", "hak"] for row in rows())
    assert set(Person.objects.values_list("version", flat=True)) == {2}
    made = PersonChange.objects.all()
    assert {(row.cause, row.cause_key) for row in made} == {(ChangeCause.BULK, bulk.pk)}
    entry = AuditEntry.objects.get(action="person.bulk_change")
    assert entry.detail == {"what": "add_language", "fact": "", "people": 3}
    assert AuditEntry.objects.filter(action="person.change").count() == 3

    bulk = services.undo(bulk_id=bulk.pk, by=clerk, now=LATER)
    assert (bulk.state, bulk.restored) == (BulkState.UNDONE, 3)
    assert rows() == before
    with pytest.raises(CannotUndoError):
        services.undo(bulk_id=bulk.pk, by=clerk, now=LATER)


@pytest.mark.usefixtures("three")
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(change=CHANGES)
def test_the_run_does_what_the_preview_says_and_undo_gives_equal_rows(clerk, change):
    before = rows()
    bulk = preview(clerk, change)
    seen = services.foresee(bulk, by=clerk, now=NOW)
    bulk = run(bulk, clerk)
    assert (bulk.changed, bulk.already) == (seen.changes, seen.already)
    assert len(bulk.left_out) == sum(seen.refused.values())
    assert (rows() == before) == (bulk.changed == 0)
    if bulk.changed:
        services.undo(bulk_id=bulk.pk, by=clerk, now=LATER)
    assert rows() == before


def test_running_twice_changes_once(clerk, three):
    bulk = preview(clerk, Change(action=BulkAction.NOTE, value="节前走访"))
    assert run(bulk, clerk).changed == run(bulk, clerk).changed == 3
    assert set(Person.objects.values_list("note", flat=True)) == {"节前走访"}


def test_only_those_who_were_ticked_are_changed(clerk, three):
    bulk = preview(clerk, MOVED, chosen=(three[1].pk,))
    run(bulk, clerk)
    assert [p.full_name for p in Person.objects.filter(status=Status.MOVED)] == ["乙"]


def test_who_is_so_already_or_cannot_is_counted_and_left(clerk, three):
    full = people.person(full_name="满", languages=tuple(list(LANGUAGES)[4 : 4 + MOST_PARTS]))
    people.person(full_name="有", languages=("hak",))
    bulk = preview(clerk)
    seen = services.foresee(bulk, by=clerk, now=NOW)
    assert (seen.changes, seen.already, dict(seen.refused)) == (3, 1, {"languages_full": 1})
    bulk = run(bulk, clerk)
    assert (bulk.changed, bulk.already) == (3, 1)
    assert bulk.left_out == [[str(full.pk), "languages_full"]]


def test_when_others_match_than_in_the_preview_it_asks_again(clerk, three):
    bulk = preview(clerk, criteria=PeopleFilter(status="active"))
    people.person(full_name="丁")
    with pytest.raises(SelectionChangedError) as caught:
        run(bulk, clerk)
    assert (caught.value.before, caught.value.after) == (3, 4)
    assert not PersonChange.objects.exists()


def test_who_was_changed_since_the_preview_is_reported_not_overwritten(clerk, three):
    bulk = preview(clerk)
    edit(three[0], note="新")
    bulk = run(bulk, clerk)
    assert (bulk.changed, bulk.left_out) == (2, [[str(three[0].pk), "person_changed"]])
    assert Person.objects.get(pk=three[0].pk).languages == ["cmn", "nan"]


def test_undo_leaves_alone_who_was_changed_again(clerk, three):
    bulk = run(preview(clerk), clerk)
    edit(Person.objects.get(pk=three[0].pk), languages=("yue",))
    edit(Person.objects.get(pk=three[1].pk), note="别的栏目")
    bulk = services.undo(bulk_id=bulk.pk, by=clerk, now=LATER)
    assert (bulk.changed, bulk.restored) == (3, 2)
    languages = {p.full_name: p.languages for p in Person.objects.all()}
    assert languages == {"甲": ["yue"], "乙": ["cmn", "nan"], "丙": ["cmn", "nan"]}
    assert Person.objects.get(full_name="乙").note == "别的栏目"


def edit(person, **changes):
    import dataclasses

    values = dataclasses.replace(values_of(person), **changes)
    change_person(person_id=person.pk, version=person.version, values=values, by=None, now=LATER)


def test_undo_has_its_time(clerk, three):
    bulk = run(preview(clerk), clerk)
    assert services.can_undo(bulk, now=LATER + UNDO_FOR - dt.timedelta(seconds=1))
    with pytest.raises(CannotUndoError):
        services.undo(bulk_id=bulk.pk, by=clerk, now=LATER + UNDO_FOR)


def test_rights_are_asked_at_the_run(clerk, three):
    bulk = preview(clerk)
    limit_permissions(clerk, {"person.view"})
    with pytest.raises(NotAllowedToChangeError):
        run(bulk, clerk)
    other = make_account(Role.ADMINISTRATOR)
    with pytest.raises(BulkChange.DoesNotExist):
        run(bulk, other)


def test_nobody_is_touched_whom_the_asker_may_not_see(clerk, three, monkeypatch):
    bulk = preview(clerk)
    monkeypatch.setattr(
        services, "visible_people", lambda _by: Person.objects.exclude(full_name="甲")
    )
    bulk = run(bulk, clerk)
    assert (bulk.changed, bulk.left_out) == (2, [[str(three[0].pk), "gone"]])


def test_an_empty_selection_is_refused(clerk, three):
    for selection in ({"chosen": ()}, {"criteria": PeopleFilter(q="无此人")}):
        with pytest.raises(NobodyChosenError):
            preview(clerk, **selection)


def test_old_previews_are_thrown_away_and_done_changes_kept(clerk, three):
    done = run(preview(clerk), clerk)
    preview(clerk)
    preview(clerk, now=NOW + dt.timedelta(days=2))
    assert BulkChange.objects.count() == 2
    assert BulkChange.objects.filter(pk=done.pk).exists()


@pytest.mark.parametrize(
    ("action", "value", "fact"),
    [
        ("status", "minimised", ""), ("status", "", ""), ("status", "gone", ""),
        ("region", "999999", ""), ("region", "思明区", ""), ("add_language", "xxx", ""),
        ("fact", "teacher", ""), ("fact", "teacher", "employer"), ("fact", "x", "occupation"),
        ("note", " \n ", ""), ("note", "长" * 301, ""),
    ],
)  # fmt: skip
def test_values_that_make_no_sense_are_refused(action, value, fact):
    with pytest.raises(BulkValueError):
        check_change(
            Change(action=BulkAction(action), value=value, fact=fact),
            is_region=REGIONS.__contains__,
        )


def test_a_full_note_is_refused_and_a_line_is_added_once():
    change = Change(action=BulkAction.NOTE, value="走访")
    with pytest.raises(Refusal):
        effect(change, "长" * (LONGEST_NOTE - 2))
    once = effect(change, "独居")
    assert effect(change, once) == once == "独居\n走访"


@pytest.fixture
def crowd(clerk, monkeypatch):
    """Put more people on the register than are changed at once, with small batches."""
    monkeypatch.setattr(services, "AT_ONCE", 4)
    monkeypatch.setattr(services, "BATCH", 2)
    return [people.person() for _ in range(7)]


def test_many_people_are_a_job_and_so_is_the_undo(clerk, crowd, work_off):
    before = rows()
    with work_off():
        bulk = run(preview(clerk), clerk)
        assert bulk.state == BulkState.RUNNING
    bulk.refresh_from_db()
    job = Job.objects.get(pk=bulk.job_key)
    assert (bulk.state, bulk.changed, job.state) == (BulkState.DONE, 7, JobState.DONE)
    assert job.result == {"changed": 7, "url": f"/people/bulk/{bulk.pk}/"}
    assert "hak" not in job.title
    with work_off():
        services.undo(bulk_id=bulk.pk, by=clerk, now=LATER)
    bulk.refresh_from_db()
    assert (bulk.state, bulk.restored) == (BulkState.UNDONE, 7)
    assert rows() == before


def test_a_job_that_was_killed_goes_on_after_the_last_batch(clerk, crowd, work_off, monkeypatch):
    bulk = preview(clerk, Change(action=BulkAction.NOTE, value="走访"))
    batches = iter([None, SystemExit])
    honest = services._change_batch

    def dies_in_the_second(*args, **kwargs):
        honest(*args, **kwargs)
        if error := next(batches, None):
            raise error

    with work_off():
        run(bulk, clerk)
        monkeypatch.setattr(services, "_change_batch", dies_in_the_second)
        services.go_on(bulk_id=bulk.pk, now=LATER)
        with pytest.raises(SystemExit):
            services.go_on(bulk_id=bulk.pk, now=LATER)
        assert Person.objects.filter(note="走访").count() == 2
    bulk.refresh_from_db()
    assert (bulk.state, bulk.reached, bulk.changed) == (BulkState.DONE, 7, 7)
    assert set(Person.objects.values_list("note", "version")) == {("走访", 2)}


def test_a_job_cancelled_on_the_way_can_be_undone(clerk, crowd, work_off):
    before = rows()
    bulk = run(preview(clerk), clerk)
    services.go_on(bulk_id=bulk.pk, now=LATER)
    bulk.refresh_from_db()
    with pytest.raises(CannotUndoError):
        services.undo(bulk_id=bulk.pk, by=clerk, now=LATER)
    cancel_job(job_id=bulk.job_key, by=clerk, now=LATER)
    with work_off():
        bulk = services.undo(bulk_id=bulk.pk, by=clerk, now=LATER)
    assert (bulk.state, bulk.restored) == (BulkState.UNDONE, 2)
    assert rows() == before


def test_people_are_changed_in_one_order(clerk, crowd):
    bulk = preview(clerk)
    assert all(first < second for first, second in pairwise(bulk.people))


def test_south_is_not_touched(clerk, three, south):
    with inside(south):
        people.person(full_name="南")
    bulk = run(preview(clerk), clerk)
    with inside(south):
        assert Person.objects.get().languages == ["cmn", "nan"]
        assert not BulkChange.objects.filter(pk=bulk.pk).exists()

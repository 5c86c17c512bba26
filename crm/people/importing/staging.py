"""The dry run: each row of the file is read, checked, matched and staged, a thousand at a time.

Rows go in by COPY, each thousand in a transaction of its own. Killed anywhere, the next try
begins behind the last row that is staged.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from common.copying import copy_rows
from common.keys import DataKey, current_key
from common.memory import collector_paused
from common.rows import fresh
from crm.people.bulk import commit_without_waiting
from crm.people.facts import Fact
from crm.people.importing import filling
from crm.people.importing.combining import BACK
from crm.people.importing.contents import Content, pack, unpack
from crm.people.importing.families import says_home, says_kin
from crm.people.importing.files import opened_file
from crm.people.importing.known_families import family_differences, homes_of, kin_of
from crm.people.importing.matching import (
    FileMemory,
    Match,
    Place,
    Traits,
    match_on_record,
    traits_of,
)
from crm.people.importing.plans import plans_of
from crm.people.importing.reading import read_rows
from crm.people.importing.recognising import goes_by, people_named, says_nothing_new
from crm.people.importing.shapes import Issue, RowReading, Severity, SheetPlan, Skip
from crm.people.models import (
    ImportBatch,
    ImportRow,
    ImportState,
    Person,
    RowAction,
)
from crm.people.rules import check_person
from crm.people.selectors import fact_catalogue, people_with_parts
from network.models import Region
from network.selectors import find_regions

BATCH = 2_000
Report = Callable[[int, int], None]


@dataclass(slots=True)
class Staged:
    """A row on its way into the staging table."""

    place: Place
    reading: RowReading
    action: RowAction
    content: Content
    issues: list[Issue] = field(default_factory=list)
    traits: Traits | None = None
    matches: list[Match] = field(default_factory=list)
    person_id: UUID | None = None

    def fail(self, column: str, code: str, message: str) -> None:
        """Keep the row out and say why."""
        self.issues.append(Issue(column, code, Severity.ERROR, message))
        self.action = RowAction.ERROR


def stage(*, batch_id: UUID, now: dt.datetime, report: Report) -> None:
    """Stage every row of an import that is being checked, and count what is to become of them.

    Args:
        batch_id: the import.
        now: the time, for "born in the future" and ages.
        report: called with the rows done and in all, between transactions.

    Raises:
        DomainError: the file cannot be read.
    """
    batch = ImportBatch.objects.get(pk=batch_id)
    if batch.state != ImportState.CHECKING:
        return
    work = _Work.begin(batch, timezone.localdate(now))
    total = sum(plan.rows for plan in work.plans if not plan.skipped)
    done = batch.rows.count()
    with opened_file(batch) as path, collector_paused():
        readings = _readings(path, work, frozenset(batch.refused))
        while some := list(islice(readings, BATCH)):
            done += _stage_some(batch_id, some, work)
            report(min(done, total), total)
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
        if batch.state == ImportState.CHECKING:
            batch.state = ImportState.CHECKED
            batch.counts = count_rows(batch)
            batch.save(update_fields=["state", "counts"])


def count_rows(batch: ImportBatch) -> dict[str, int]:
    """Return how many rows there are of each action, and of each outcome there is."""
    found = batch.rows.order_by().values_list("action", "outcome").annotate(rows=Count("pk"))
    counts: Counter[str] = Counter()
    for action, outcome, rows in found:
        counts[action] += rows
        if outcome:
            counts[f"outcome_{outcome}"] += rows
        counts["rows"] += rows
    return dict(counts)


@dataclass(slots=True)
class _Work:
    """What all rows of one file share."""

    plans: list[SheetPlan]
    today: dt.date
    key: DataKey
    is_region: Callable[[str], bool]
    memory: FileMemory
    catalogue: Mapping[str, Fact]

    @classmethod
    def begin(cls, batch: ImportBatch, today: dt.date) -> "_Work":
        """Load the regions, and the memory of what an earlier try staged."""
        regions = frozenset(Region.objects.values_list("code", flat=True))
        work = cls(
            plans_of(batch),
            today,
            current_key(),
            regions.__contains__,
            FileMemory(),
            fact_catalogue(),
        )
        rows = batch.rows.exclude(action__in=[RowAction.ERROR, RowAction.SKIP])
        for row in rows.order_by("sheet", "number").iterator(chunk_size=BATCH):
            checked = unpack(row.content.reveal()).checked
            if checked:
                work.memory.add(traits_of(checked, work.key), (row.sheet, row.number))
        return work


def _readings(path: Path, work: _Work, refused: frozenset[str]) -> Iterator[tuple[int, RowReading]]:
    places: dict[str, str | None] = {}

    def find_region(text: str) -> str | None:
        if text not in places:
            found = find_regions(text)
            places[text] = found[0].code if len(found) == 1 else None
        return places[text]

    for sheet, plan in enumerate(work.plans):
        if not plan.skipped:
            for reading in read_rows(
                path, plan, today=work.today, refused=refused, find_region=find_region
            ):
                yield sheet, reading


@transaction.atomic
def _stage_some(batch_id: UUID, readings: list[tuple[int, RowReading]], work: _Work) -> int:
    """Stage rows that are not staged yet; return how many they were."""
    # The lock keeps a second worker out, which may take the task from one thought dead.
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    commit_without_waiting()
    last = batch.rows.order_by("-sheet", "-number").values_list("sheet", "number").first()
    new = [
        (sheet, reading)
        for sheet, reading in readings
        if (last is None or (sheet, reading.number) > last) and reading.skip != Skip.BLANK
    ]
    rows = [_check(sheet, reading, work) for sheet, reading in new]
    _recognise(rows)
    _match([row for row in rows if row.traits is not None], work)
    copy_rows(ImportRow, [_as_row(row, batch) for row in rows])
    return len(rows)


def _check(sheet: int, reading: RowReading, work: _Work) -> Staged:
    """Return the row with what the rules say about it."""
    plan = work.plans[sheet]
    content = Content(reading.cells, household=reading.household, overseas=reading.overseas)
    row = Staged((sheet, reading.number), reading, RowAction.CREATE, content, [*reading.issues])
    if reading.values is None:
        row.action = RowAction.SKIP
        text = _skip_text(reading.skip)
        row.issues.append(Issue("", f"skipped_{reading.skip}", Severity.WARNING, text))
        return row
    checked = content.checked = check_person(
        reading.values, today=work.today, is_region=work.is_region, catalogue=work.catalogue
    )
    # A cell that could not be read is empty to the rules, which need not say so again.
    said = {issue.column for issue in reading.issues if issue.severity == Severity.ERROR}
    for problem in checked.problems:
        column = _column_of(problem.field, problem.code, reading, plan)
        issue = Issue(column, problem.code, Severity.ERROR, problem.message)
        # A date that lies ahead is wrong once, as a fact and as the beginning of an identity.
        if (not column or column not in said) and issue not in row.issues:
            row.issues.append(issue)
    row.issues += [
        Issue(
            _column_of(warning.field, warning.code, reading, plan),
            warning.code,
            Severity.WARNING,
            warning.message,
        )
        for warning in checked.warnings
    ]
    if any(issue.severity == Severity.ERROR for issue in row.issues):
        row.action = RowAction.ERROR
    else:
        row.traits = traits_of(checked, work.key)
    return row


def _recognise(rows: Sequence[Staged]) -> None:
    """Find whom our own lists name; a row that says nothing new is done with, without a word."""
    named = people_named(row.reading.person_key for row in rows)
    for row in rows:
        person, checked = named.get(row.reading.person_key), row.content.checked
        if person is None or checked is None:
            continue
        if not goes_by(person, checked.values.full_name):
            text = _("Somebody of another name has this number in the system.")
            row.fail(row.reading.origin.get("id", ""), "number_of_another_name", text)
            row.traits = None
            continue
        row.person_id = person.pk
        if not row.reading.issues and says_nothing_new(person, checked, row.content):
            row.action, row.traits, row.content.checked = RowAction.SKIP, None, None
            row.issues.clear()


def _match(rows: Sequence[Staged], work: _Work) -> None:
    """Say of each row whether its person is there already, on record or further up."""
    found = match_on_record([row.traits for row in rows if row.traits])
    for row, on_record in zip(rows, found, strict=True):
        if row.traits is None:
            continue
        above = work.memory.find(row.traits)
        work.memory.add(row.traits, row.place)
        if row.person_id:
            # One of our own lists says who it is.
            row.matches = [Match(100, (), person_id=row.person_id, is_named=True)]
            row.action = RowAction.DUPLICATE
            continue
        row.matches = [match for match in (on_record, above) if match]
        for match in row.matches:
            _judge(row, match)
    _compare(rows, work)


def _judge(row: Staged, match: Match) -> None:
    """Say what follows from one match."""
    if match.is_certain and match.has_other_name:
        if match.place:
            text = _("Row {row} has this paper under another name.").format(row=match.place[1])
        else:
            text = _("Somebody of another name on record has this paper.")
        row.fail(row.reading.origin.get("documents.0", ""), "paper_of_another_name", text)
    elif match.is_likely:
        if row.action == RowAction.CREATE:
            row.action = RowAction.DUPLICATE
        row.person_id = row.person_id or match.person_id
    else:
        text = match_text(match.place, map(str, match.reasons))
        row.issues.append(Issue("", "possible_duplicate", Severity.WARNING, text))


def match_text(place: Place | None, reasons: Iterable[str]) -> str:
    """Return in words who a row may be about, and why."""
    why = _(", ").join(reasons)
    if place:
        return _("Perhaps the same person as in row {row}: {why}").format(row=place[1], why=why)
    return _("Perhaps on record already: {why}").format(why=why)


def _compare(rows: Sequence[Staged], work: _Work) -> None:
    """Find out which rows add something to the person on record that a paper says they are."""
    wanted = {
        match.person_id: row
        for row in rows
        for match in row.matches[:1]
        if row.action == RowAction.DUPLICATE and match.person_id and match.is_certain
    }
    if not wanted:
        return
    kin, homes = kin_of(wanted), homes_of(wanted)
    people: dict[UUID, Person] = {
        person.pk: person for person in people_with_parts().filter(pk__in=wanted)
    }
    for row in rows:
        person = people.get(row.person_id) if row.person_id else None
        if person is None or row.content.checked is None or row.action == RowAction.ERROR:
            continue
        values, differences = filling.fill(person, row.content.checked)
        known = kin.get(person.pk, ()), homes.get(person.pk, ())
        row.issues += [
            Issue(
                _column_of(item.field, "", row.reading, work.plans[row.place[0]]),
                "differs_from_record",
                Severity.WARNING,
                item.message,
            )
            for item in (*differences, *family_differences(row.content, *known))
        ]
        adds_home = says_home(row.content) and person.pk not in homes
        adds_kin = says_kin(row.content) and person.pk not in kin
        # A second row about somebody waits for a clerk, whatever it would add.
        is_first = not any(match.place and match.is_likely for match in row.matches)
        if is_first and (values is not None or adds_home or adds_kin):
            row.action = RowAction.UPDATE


def _as_row(row: Staged, batch: ImportBatch) -> ImportRow:
    row.content.messages = [str(issue.message) for issue in row.issues]
    return fresh(
        ImportRow,
        batch=batch,
        sheet=row.place[0],
        number=row.place[1],
        action=row.action,
        content=pack(row.content),
        issues=[[i.column, i.code, i.severity.value, str(i.repair)] for i in row.issues],
        person_key=row.person_id,
        matches=[
            [
                list(match.place) if match.place else None,
                str(match.person_id) if match.person_id else None,
                match.score,
                [reason.evidence.value for reason in match.reasons],
            ]
            for match in row.matches
        ],
    )


_COLUMN_OF = {"phones": "phone", "documents": "id_number", "identities": "identity"}


def _column_of(field: str, code: str, reading: RowReading, plan: SheetPlan) -> str:
    """Return the heading that something about a field of the values belongs to."""
    parts = field.split(".")
    if parts[-1] in {"since", "country"} and len(parts) == 3 and reading.values:
        # When an identity began, and where, stands in columns of their own.
        is_back = reading.values.identities[int(parts[1])].code in BACK
        if parts[-1] == "since":
            parts = ["facts", "resettled" if is_back else "settled_abroad"]
        elif is_back and "former_country" in plan.mapping.values():
            parts = ["former_country"]
    for length in range(len(parts), 0, -1):
        if column := reading.origin.get(".".join(parts[:length])):
            return column
    if code in {"taken_from_number", "differs_from_number"}:
        return reading.origin.get("documents.0", "")
    # An empty cell has no origin; its column is the one that was to hold the field.
    wanted = _COLUMN_OF.get(parts[0], parts[0])
    return next((name for name, mapped in plan.mapping.items() if mapped == wanted), "")


def _skip_text(reason: str) -> str:
    texts = {
        Skip.TOTAL: _("A sum, not a person."),
        Skip.NOTE: _("A remark below the list, not a person."),
        Skip.HEADING: _("The headings again, not a person."),
        Skip.EXAMPLE: _("An example of how to fill in the list, not a person."),
        Skip.OTHER_HEADINGS: _("The headings of another table. Give it a sheet of its own."),
    }
    return next((text for code, text in texts.items() if code == reason), _("Nobody stands here."))

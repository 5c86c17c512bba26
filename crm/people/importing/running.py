"""Put a roster on the register: all of it or nothing, and nothing twice."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import User
from audit import services as audit
from common.keys import current_key
from crm.people import drafts
from crm.people.bulk import insert_drafts
from crm.people.choices import CheckResult, Source
from crm.people.drafts import Draft
from crm.people.importing.layout import Column
from crm.people.importing.roster import Line, Roster, read_roster
from crm.people.importing.rows import draft_row
from crm.people.models import Person, PersonDocument
from crm.people.rules import Checked, check_person
from crm.people.services import OBJECT_TYPE
from network.models import Region

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be said about one row; ``column`` is the heading as it stands in the file."""

    row: int
    column: str
    text: str


@dataclass(slots=True)
class Report:
    """What became of a file. Rows are numbered as the spreadsheet numbers them."""

    sheet: str
    rows: int = 0
    created: list[int] = field(default_factory=list)
    already_there: list[int] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    # Headings as they stand in the file.
    not_collected: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    # False when rows were refused and nothing was to be imported without them.
    is_saved: bool = True


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that passed the rules, and what tells its person again."""

    number: int
    draft: Draft

    @property
    def papers(self) -> list[bytes]:
        """The blind indexes of the papers whose numbers passed their check."""
        return [
            bytes(paper.number_index)
            for paper in self.draft.documents
            if paper.check_result == CheckResult.OK
        ]

    @property
    def fallbacks(self) -> list[tuple[object, ...]]:
        """Name, date of birth and phone."""
        phones = [bytes(phone.number_index) for phone in self.draft.phones]
        return list(_fallbacks(self.draft.person, phones))

    @property
    def keys(self) -> list[object]:
        """Everything another row of the same person would share."""
        return [*self.papers, *self.fallbacks]


def import_roster(
    *, path: Path, by: User | None, now: dt.datetime, in_part: bool = False
) -> Report:
    """Import a clean 归侨侨眷登记表 into the current site; return what became of each row.

    A row whose person is on record already, by a paper or else by name, date of birth and phone,
    changes nothing, so a file may be imported again.

    Args:
        path: the file.
        by: who imports; None for the operator's command.
        now: the time.
        in_part: keep the good rows although others are refused. Otherwise it is all or nothing.

    Raises:
        DomainError: the file cannot be read as such a roster (`crm.people.importing.errors`).
    """
    roster = read_roster(path)
    report = Report(
        sheet=roster.sheet,
        rows=len(roster.lines),
        not_collected=roster.not_collected,
        unknown=roster.unknown,
    )
    with transaction.atomic():
        _write(roster, report, by=by, now=now, file_hash=_hash(path))
        if report.refused and not in_part:
            transaction.set_rollback(True)
            report.is_saved, report.created = False, []
    return report


def _write(
    roster: Roster, report: Report, *, by: User | None, now: dt.datetime, file_hash: str
) -> None:
    key = current_key()
    events: list[audit.Event] = []
    seen: dict[object, int] = {}
    lines = iter(roster.lines)
    regions = frozenset(Region.objects.values_list("code", flat=True))
    while batch := list(islice(lines, BATCH)):
        drafted = [_check(line, roster, report, regions, now) for line in batch]
        rows = [
            _Row(line.number, drafts.new_draft(
                checked, source=Source.ROSTER, by=by, now=now, key=key
            ))
            for line, checked in zip(batch, drafted, strict=True)
            if checked is not None
        ]  # fmt: skip
        new = list(_new_rows(rows, roster, report, seen))
        insert_drafts([row.draft for row in new])
        report.created += [row.number for row in new]
        events += [_added(row, by) for row in new]
    if events:
        summary = {"file": file_hash, "rows": report.rows, "created": len(report.created)}
        events.append(audit.Event(action="person.import", by=by, detail=summary))
        audit.record_many(events, now=now)


def _check(
    line: Line, roster: Roster, report: Report, regions: frozenset[str], now: dt.datetime
) -> Checked | None:
    """Return the row's clean values, or None after saying in the report what is wrong."""

    def remark(column: Column, text: str | Promise) -> Remark:
        return Remark(line.number, roster.headings.get(column, ""), str(text))

    row = draft_row(line)
    checked = check_person(
        row.values, today=timezone.localdate(now), is_region=regions.__contains__
    )
    problems = [remark(column, text) for column, text in row.problems]
    # A cell that could not be read is empty to the rules, which need not say so again.
    said = {column for column, _text in row.problems}
    problems += [
        remark(column, problem.message)
        for problem in checked.problems
        if (column := row.column_of(problem)) not in said
    ]
    report.refused += problems
    if problems:
        return None
    report.warnings += [
        remark(row.column_of(warning), warning.message) for warning in checked.warnings
    ]
    return checked


def _new_rows(
    rows: Sequence[_Row], roster: Roster, report: Report, seen: dict[object, int]
) -> Iterator[_Row]:
    """Yield the rows whose person is not on record and not in the file above."""
    owners = _owners(rows)
    known = _known_people(rows)
    id_heading = roster.headings.get(Column.ID_NUMBER) or roster.headings.get(Column.PASSPORT, "")
    for row in rows:
        person, papers = row.draft.person, row.papers
        names = {owners[paper] for paper in papers if paper in owners}
        if names - {person.full_name}:
            text = _("Somebody of another name on record has this paper.")
            report.refused.append(Remark(row.number, id_heading, text))
        elif names or not known.isdisjoint(row.fallbacks):
            report.already_there.append(row.number)
        elif earlier := next((seen[key] for key in row.keys if key in seen), None):
            text = _("The same person as in row {row}.").format(row=earlier)
            report.refused.append(Remark(row.number, roster.headings[Column.NAME], text))
        else:
            seen.update(dict.fromkeys(row.keys, row.number))
            yield row


def _owners(rows: Sequence[_Row]) -> dict[bytes, str]:
    """Return whose the papers of these rows are: names by blind index, where they are on record."""
    indexes = [paper for row in rows for paper in row.papers]
    found = PersonDocument.objects.filter(
        number_index__in=indexes, check_result=CheckResult.OK
    ).values_list("number_index", "person__full_name")
    return {bytes(index): name for index, name in found}


def _known_people(rows: Sequence[_Row]) -> set[tuple[object, ...]]:
    """Return name, date of birth and phone of the people on record with a name of these rows."""
    keys = {row.draft.person.sort_key for row in rows}
    people = (
        Person.objects.filter(sort_key__in=keys)
        .prefetch_related("phones")
        .only("full_name", "birth_date")
    )
    return {
        fallback
        for person in people
        for fallback in _fallbacks(person, [bytes(p.number_index) for p in person.phones.all()])
    }


def _fallbacks(person: Person, phones: Sequence[bytes]) -> Iterator[tuple[object, ...]]:
    """Yield what tells a person again without a paper: name, birth and one phone, or none."""
    for phone in phones or [b""]:
        yield person.full_name, person.birth_date, phone


def _added(row: _Row, by: User | None) -> audit.Event:
    person = row.draft.person
    return audit.Event(
        action="person.add",
        by=by,
        object_type=OBJECT_TYPE,
        object_key=person.pk,
        person_key=person.pk,
        detail={"source": Source.ROSTER.value, "row": row.number},
    )


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

"""Imports as their pages show them: states in words, rows with what is said about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from crm.people.choices import Evidence
from crm.people.importing.batches import allowed_decisions
from crm.people.importing.contents import unpack
from crm.people.importing.questions import Group, masked_text
from crm.people.importing.results import reason_text
from crm.people.importing.shapes import SheetPlan
from crm.people.importing.staging import match_text
from crm.people.models import (
    ImportBatch,
    ImportRow,
    ImportState,
    RowAction,
    RowDecision,
    RowOutcome,
)

_STATE_KINDS = {
    ImportState.CHECKED: "primary",
    ImportState.PLANNED: "primary",
    ImportState.DONE: "good",
    ImportState.FAILED: "bad",
}
_ACTION_KINDS = {
    RowAction.CREATE: "good",
    RowAction.UPDATE: "primary",
    RowAction.DUPLICATE: "warn",
    RowAction.ERROR: "bad",
}
_OUTCOME_KINDS = {
    RowOutcome.CREATED: "good",
    RowOutcome.UPDATED: "primary",
    RowOutcome.KEPT: "warn",
}


def places_text(first: Sequence[tuple[int, int]], sheets: Mapping[int, str], rows: int) -> str:
    """Return in words where the first rows of a kind stand; ``sheets`` if there are several.

    >>> places_text([(0, 5), (0, 6)], {0: "归侨"}, 3)
    '归侨 row 5, 6 …'
    """
    parts = []
    for sheet, places in groupby(first, key=itemgetter(0)):
        numbers = _(", ").join(str(number) for _sheet, number in places)
        text = _("row {numbers}").format(numbers=numbers)
        parts.append(f"{sheets[sheet]} {text}" if sheet in sheets else text)
    return _("; ").join(parts) + (" …" if rows > len(first) else "")


def sheet_names(plans: Sequence[SheetPlan]) -> dict[int, str]:
    """Return the names of the sheets that are read, by their places; nothing if it is one."""
    read = {place: plan.name for place, plan in enumerate(plans) if not plan.skipped}
    return read if len(read) > 1 else {}


def state_kind(batch: ImportBatch) -> str:
    """Return the colour of the import's state."""
    return _STATE_KINDS.get(ImportState(batch.state), "")


@dataclass(slots=True)
class GroupView:
    """One kind of trouble in one column, as the page of an import shows it."""

    column: str
    severity: str
    repair: str
    rows: int
    example: str
    places: str

    @classmethod
    def of(cls, group: Group, names: Mapping[int, str]) -> "GroupView":
        """Return the group; ``names`` are the sheets', if there are several."""
        return cls(
            group.column,
            group.severity,
            group.repair,
            group.rows,
            masked_text(group.example),
            places_text(list(zip(group.sheets, group.first, strict=True)), names, group.rows),
        )


@dataclass(slots=True)
class RowView:
    """One row of the file on its page; ``sheet`` is its name if there are several."""

    row: ImportRow
    sheet: str
    name: str
    action_kind: str
    said: list[str] = field(default_factory=list)
    decisions: list[tuple[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, row: ImportRow, names: Mapping[int, str], *, is_open: bool) -> "RowView":
        """Return the row; ``is_open`` says whether it can still be decided."""
        content = unpack(row.content.reveal())
        view = cls(
            row,
            names.get(row.sheet, ""),
            name=content.checked.values.full_name if content.checked else "",
            action_kind=_ACTION_KINDS.get(RowAction(row.action), ""),
        )
        for issue, message in zip(row.issues, content.messages, strict=True):
            text = masked_text(message)
            view.said.append(f"{issue[0]}：{text}" if issue[0] else text)
        view.said += list(_same_people(row))
        if row.outcome in {RowOutcome.LEFT, RowOutcome.KEPT}:
            view.said.append(reason_text(row.reason))
        if is_open:
            view.decisions = [(choice.value, choice.label) for choice in allowed_decisions(row)]
        return view

    @property
    def person_url_key(self) -> str:
        """The key of the person on record whom the row is about, "" if there is none."""
        has_person = self.row.person_key and self.row.outcome != RowOutcome.UNDONE
        return str(self.row.person_key) if has_person else ""

    @property
    def outcome(self) -> str:
        """What became of the row, in words."""
        return str(RowOutcome(self.row.outcome).label)

    @property
    def outcome_kind(self) -> str:
        """The colour of the outcome."""
        return _OUTCOME_KINDS.get(RowOutcome(self.row.outcome), "")


def _same_people(row: ImportRow) -> Iterator[str]:
    if row.action not in {RowAction.DUPLICATE, RowAction.UPDATE}:
        return
    for place, _person_id, _score, evidence in row.matches:
        yield match_text(place, [str(Evidence(code).label) for code in evidence])


def decisions_in(data: QueryDict) -> Iterator[tuple[str, RowDecision]]:
    """Yield the keys of rows and what was chosen for them, from what a form sent.

    Raises:
        ValueError: a choice is none.
    """
    for name in data:
        if name.startswith("row-"):
            yield name.removeprefix("row-"), RowDecision(str(data[name]))

"""What a clerk is asked about a file: what is wrong with it, and which rows to look at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Func, JSONField, Q, QuerySet

from crm.people.importing.contents import unpack
from crm.people.importing.repairs.base import RepairClass
from crm.people.models import ImportBatch, ImportRow, RowAction, RowDecision, RowOutcome

# Beyond so many kinds of trouble nobody reads on.
MOST_GROUPS = 200
_FIRST = 3
# Seven or more digits in a row are a number of somebody's, unless they are a date.
_NUMBER = re.compile(r"[0-9０-９][0-9０-９Xx -]{5,}[0-9０-９Xx]")
_DATE = re.compile(r"(?:18|19|20)\d\d[- ]?[01]\d(?:[- ]?[0-3]\d)?")


class Show(StrEnum):
    """Which rows of an import a list shows."""

    ALL = "all"
    ERRORS = "errors"
    DECIDE = "decide"
    UPDATES = "updates"
    WARNINGS = "warnings"
    KEPT = "kept"
    ADDED = "added"
    COMPLETED = "completed"
    LEFT = "left"


def masked_text(text: str) -> str:
    """Return the text with long numbers cut to their ends; what is seen by chance is no secret.

    >>> masked_text("身份证 11010519491231002X"), masked_text("1958.3 读作 1958-03")
    ('身份证 110…02X', '1958.3 读作 1958-03')
    """
    return _NUMBER.sub(_shortened, text)


def _shortened(found: re.Match[str]) -> str:
    return found[0] if _DATE.fullmatch(found[0]) else f"{found[0][:3]}…{found[0][-3:]}"


@dataclass(slots=True)
class Group:
    """One kind of trouble in one column of the file.

    ``rows`` is how many rows have it; ``first`` are the numbers of some of them and
    ``sheets`` their sheets, from 0; ``example`` is what was said about the first.
    """

    column: str
    code: str
    severity: str
    repair: str
    rows: int
    first: list[int] = field(default_factory=list)
    sheets: list[int] = field(default_factory=list)
    example: str = ""


def groups_of(batch: ImportBatch) -> list[Group]:
    """Return the kinds of trouble in the file, errors first; two queries."""
    said = Func(F("issues"), function="jsonb_array_elements", output_field=JSONField())
    found = list(
        batch.rows.order_by()
        .annotate(said=said)
        .values("said")
        .annotate(
            rows=Count("pk", distinct=True), keys=ArrayAgg("pk", order_by=["sheet", "number"])
        )
        .order_by("-rows")
        .values_list("said", "rows", "keys")[:MOST_GROUPS]
    )
    # A row may have an issue twice.
    first_keys = [list(dict.fromkeys(keys[: 3 * _FIRST]))[:_FIRST] for *_facts, keys in found]
    examples = ImportRow.objects.in_bulk([key for keys in first_keys for key in keys])
    groups = []
    for ((column, code, severity, repair), rows, _keys), keys in zip(
        found, first_keys, strict=True
    ):
        first = [examples[key] for key in keys]
        numbers, sheets = [row.number for row in first], [row.sheet for row in first]
        example = _said(first[0], column, code)
        groups.append(Group(column, code, severity, repair, rows, numbers, sheets, example))
    return sorted(groups, key=lambda group: group.severity)


def _said(row: ImportRow, column: str, code: str) -> str:
    messages = unpack(row.content.reveal()).messages
    said = zip(row.issues, messages, strict=True)
    return next(text for issue, text in said if issue[0] == column and issue[1] == code)


@dataclass(slots=True)
class Repair:
    """A class of repairs that the file has cells of, and the kinds of trouble it settles."""

    code: str
    label: str
    is_refused: bool
    groups: list[Group] = field(default_factory=list)


def repairs_in(groups: Iterable[Group], batch: ImportBatch) -> list[Repair]:
    """Return the classes of repairs to accept or refuse; ``groups`` are those of the file."""
    found: dict[str, Repair] = {}
    for group in groups:
        if group.repair:
            code, label = group.repair, str(RepairClass(group.repair).label)
            repair = found.setdefault(code, Repair(code, label, code in batch.refused))
            repair.groups.append(group)
    return list(found.values())


def rows_to_show(batch: ImportBatch, show: Show) -> QuerySet[ImportRow]:
    """Return the rows of a list, in the order of the file."""
    conditions = {
        Show.ALL: Q(),
        Show.ERRORS: Q(action=RowAction.ERROR),
        Show.DECIDE: Q(action=RowAction.DUPLICATE),
        Show.UPDATES: Q(action=RowAction.UPDATE),
        Show.WARNINGS: ~Q(issues=[]) & Q(action__in=[RowAction.CREATE, RowAction.UPDATE]),
        Show.KEPT: Q(outcome=RowOutcome.KEPT),
        Show.ADDED: Q(action=RowAction.CREATE, outcome="") | Q(outcome=RowOutcome.CREATED),
        Show.COMPLETED: Q(outcome=RowOutcome.UPDATED),
        Show.LEFT: Q(outcome=RowOutcome.LEFT),
    }
    return batch.rows.filter(conditions[show]).order_by("sheet", "number")


def undecided(batch: ImportBatch) -> int:
    """Return how many rows wait for somebody to decide."""
    return batch.rows.filter(action=RowAction.DUPLICATE, decision="").count()


def going_in(batch: ImportBatch) -> int:
    """Return how many rows of a checked import go on the register when it runs."""
    decided = [RowDecision.UPDATE, RowDecision.CREATE]
    return batch.rows.filter(
        Q(action=RowAction.CREATE)
        | (Q(action=RowAction.UPDATE) & ~Q(decision=RowDecision.SKIP))
        | Q(action=RowAction.DUPLICATE, decision__in=decided)
    ).count()


def imports() -> QuerySet[ImportBatch]:
    """Return the imports of the site, newest first, with who made them."""
    return ImportBatch.objects.select_related("created_by", "ran_by").defer("plan")

"""What a clerk is asked about a file: what is wrong with it, and which rows to look at."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Func, JSONField, Q, QuerySet

from crm.people.importing.contents import unpack
from crm.people.importing.repairs.base import RepairClass
from crm.people.models import ImportBatch, ImportRow, RowAction, RowOutcome

# Beyond so many kinds of trouble nobody reads on.
MOST_GROUPS = 200
_FIRST = 3
# Seven or more digits in a row are a number of somebody's.
_NUMBER = re.compile(r"[0-9０-９][0-9０-９Xx -]{5,}[0-9０-９Xx]")


class Show(StrEnum):
    """Which rows of an import a list shows."""

    ALL = "all"
    ERRORS = "errors"
    DECIDE = "decide"
    UPDATES = "updates"
    WARNINGS = "warnings"
    KEPT = "kept"


def masked_text(text: str) -> str:
    """Return the text with long numbers cut to their ends; what is seen by chance is no secret.

    >>> masked_text("身份证 11010519491231002X"), masked_text("1958.3")
    ('身份证 110…02X', '1958.3')
    """
    return _NUMBER.sub(lambda found: f"{found[0][:3]}…{found[0][-3:]}", text)


@dataclass(slots=True)
class Group:
    """One kind of trouble in one column of the file.

    ``rows`` is how many rows have it; ``first`` are the numbers of some of them, and ``example``
    is what was said about the first.
    """

    column: str
    code: str
    severity: str
    repair: str
    rows: int
    first: list[int] = field(default_factory=list)
    example: str = ""


def groups_of(batch: ImportBatch) -> list[Group]:
    """Return the kinds of trouble in the file, errors first; two queries."""
    said = Func(F("issues"), function="jsonb_array_elements", output_field=JSONField())
    found = list(
        batch.rows.order_by()
        .annotate(said=said)
        .values("said")
        .annotate(rows=Count("pk"), keys=ArrayAgg("pk", order_by=["sheet", "number"]))
        .order_by("-rows")
        .values_list("said", "rows", "keys")[:MOST_GROUPS]
    )
    examples = ImportRow.objects.in_bulk([key for *_facts, keys in found for key in keys[:_FIRST]])
    groups = []
    for (column, code, severity, repair), rows, keys in found:
        first = [examples[key] for key in keys[:_FIRST]]
        numbers = [row.number for row in first]
        example = _said(first[0], column, code)
        groups.append(Group(column, code, severity, repair, rows, numbers, example))
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
    }
    return batch.rows.filter(conditions[show]).order_by("sheet", "number")


def undecided(batch: ImportBatch) -> int:
    """Return how many rows wait for somebody to decide."""
    return batch.rows.filter(action=RowAction.DUPLICATE, decision="").count()


def imports() -> QuerySet[ImportBatch]:
    """Return the imports of the site, newest first, with who made them."""
    return ImportBatch.objects.select_related("created_by", "ran_by").defer("plan")

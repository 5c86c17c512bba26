"""How the sheets of a file are to be read: kept with the import, remembered for the site."""

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from crm.people.importing.errors import ColumnsError
from crm.people.importing.fields import FIELDS, REPEATABLE, SETTINGS, UNKNOWN
from crm.people.importing.shapes import SheetPlan
from crm.people.models import ImportBatch, SavedMapping

# Said by a clerk who does not want a sheet; the others are `shapes.Skip`.
LEFT_OUT = "left_out"


def to_json(plans: Sequence[SheetPlan]) -> str:
    """Return the plans as an import keeps them."""
    return json.dumps([dataclasses.asdict(plan) for plan in plans], ensure_ascii=False)


def plans_of(batch: ImportBatch) -> list[SheetPlan]:
    """Return how the sheets of the file are read; nothing if nobody has looked yet."""
    if batch.plan is None:
        return []
    rows: list[dict[str, Any]] = json.loads(batch.plan.reveal())
    return [
        SheetPlan(
            **row
            | {
                "header_rows": tuple(row["header_rows"]),
                "headings": tuple(row["headings"]),
                "samples": {name: tuple(cells) for name, cells in row["samples"].items()},
            }
        )
        for row in rows
    ]


def fingerprint(headings: Sequence[str]) -> str:
    """Return what stands for a row of headings, in hexadecimal."""
    return hashlib.sha256("\x1f".join(headings).encode()).hexdigest()


def as_remembered(plan: SheetPlan) -> SheetPlan:
    """Return the plan with what the site's clerks once said about these headings."""
    saved = SavedMapping.objects.filter(fingerprint=fingerprint(plan.headings)).first()
    if saved is None or plan.skipped:
        return plan
    mapping = {name: saved.mapping.get(name, guess) for name, guess in plan.mapping.items()}
    return dataclasses.replace(plan, mapping=mapping, settings={**plan.settings, **saved.settings})


def remember(plan: SheetPlan, *, by: User | None, now: dt.datetime) -> None:
    """Keep what was said about these headings for the next file that has them."""
    SavedMapping.objects.update_or_create(
        fingerprint=fingerprint(plan.headings),
        defaults={
            "mapping": dict(plan.mapping),
            "settings": dict(plan.settings),
            "updated_at": now,
            "updated_by": by,
        },
    )


def corrected(
    plan: SheetPlan, mapping: Mapping[str, str], settings: Mapping[str, str], *, is_wanted: bool
) -> SheetPlan:
    """Return the plan with a clerk's answers.

    Raises:
        ColumnsError: no column is the name, two are the same, or an answer is none of the list.
    """
    if not is_wanted:
        return dataclasses.replace(plan, skipped=plan.skipped or LEFT_OUT)
    found = {**plan.mapping, **{name: mapping[name] for name in plan.mapping if name in mapping}}
    for heading, code in found.items():
        if code != UNKNOWN and code not in FIELDS and not code.startswith("fact:"):
            raise ColumnsError(_("Column {heading}: choose from the list.").format(heading=heading))
    codes = [code for code in found.values() if code != UNKNOWN]
    if "full_name" not in codes:
        raise ColumnsError(
            _("Sheet {sheet}: say which column is the full name.").format(sheet=plan.name)
        )
    twice = next((c for c in codes if c not in REPEATABLE and codes.count(c) > 1), None)
    if twice is not None:
        first, second = [name for name, code in found.items() if code == twice][:2]
        raise ColumnsError(
            _("Two columns mean the same: {first} and {second}.").format(first=first, second=second)
        )
    answers = {name: settings[name] for name in SETTINGS if settings.get(name)}
    skipped = "" if plan.skipped == LEFT_OUT else plan.skipped
    return dataclasses.replace(
        plan, mapping=found, settings={**plan.settings, **answers}, skipped=skipped
    )

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
from crm.people.importing.fields import FACT, FIELDS, REPEATABLE, SETTINGS, UNKNOWN
from crm.people.importing.headings import WITHIN
from crm.people.importing.own_files import is_own
from crm.people.importing.planning import Correction
from crm.people.importing.shapes import SheetPlan
from crm.people.models import ImportBatch, SavedMapping

# Said by a clerk who does not want a sheet; the others are `shapes.Skip`.
LEFT_OUT = "left_out"
MOST_HEADER_ROWS = 3


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
                "preview": tuple(tuple(cells) for cells in row.get("preview", ())),
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
    if saved is None or not plan.mapping or is_own(plan):
        return plan
    mapping = {name: saved.mapping.get(name, guess) for name, guess in plan.mapping.items()}
    return dataclasses.replace(plan, mapping=mapping, settings={**plan.settings, **saved.settings})


def as_before(plan: SheetPlan, before: SheetPlan | None) -> SheetPlan | None:
    """Return the plan with what was chosen before its file was looked at again; None if nothing."""
    if before is None or before.headings != plan.headings:
        return None
    return dataclasses.replace(
        plan, mapping=before.mapping, settings=before.settings, skipped=before.skipped
    )


def chosen(plan: SheetPlan, mapping: Mapping[str, str], *, is_wanted: bool) -> SheetPlan:
    """Return the plan with what was chosen so far, whether it is in order or not."""
    codes = {name: code for name, code in mapping.items() if _is_known(code)}
    skipped = "" if is_wanted else plan.skipped or LEFT_OUT
    return dataclasses.replace(
        plan, mapping=answered(plan, codes), skipped=skipped if plan.mapping else plan.skipped
    )


def with_headings(plan: SheetPlan, correction: Correction) -> SheetPlan:
    """Return what is left to say of a sheet once somebody said where its headings stand.

    Raises:
        ColumnsError: no headings can stand there.
    """
    rows, start = correction.header_rows, correction.start
    if len(rows) > MOST_HEADER_ROWS or any(not 1 <= row <= WITHIN for row in rows):
        text = _("Headings stand in one to three of the first {rows} rows.")
        raise ColumnsError(text.format(rows=WITHIN))
    if start and start <= max(rows, default=0):
        raise ColumnsError(_("The people begin below the headings."))
    return SheetPlan(plan.name, header_rows=rows, start=start, is_corrected=True)


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


def problems_of(plan: SheetPlan, mapping: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what is wrong with the meanings of columns: a heading, "" for all, and a sentence."""
    found = []
    for heading, code in mapping.items():
        if not _is_known(code):
            text = _("Column {heading}: choose from the list.").format(heading=heading)
            found.append((heading, text))
    if "full_name" not in mapping.values():
        text = _("Sheet {sheet}: say which column is the full name.").format(sheet=plan.name)
        found.append(("", text))
    first: dict[str, str] = {}
    for heading, code in mapping.items():
        if code in REPEATABLE:
            continue
        if code in first:
            text = _("Two columns mean the same: {first} and {second}.")
            found.append((heading, text.format(first=first[code], second=heading)))
        first.setdefault(code, heading)
    return found


def _is_known(code: str) -> bool:
    """Say whether a column can mean that; the fields of 侨情 may be the site's own."""
    return code == UNKNOWN or code in FIELDS or code.startswith(FACT)


def corrected(
    plan: SheetPlan, mapping: Mapping[str, str], settings: Mapping[str, str], *, is_wanted: bool
) -> SheetPlan:
    """Return the plan with a clerk's answers; a sheet without headings stays as it is.

    Raises:
        ColumnsError: no column is the name, two are the same, or an answer is none of the list.
    """
    if not plan.mapping:
        return plan
    if not is_wanted:
        return dataclasses.replace(plan, skipped=plan.skipped or LEFT_OUT)
    found = answered(plan, mapping)
    for _heading, text in problems_of(plan, found):
        raise ColumnsError(text)
    answers = {name: settings.get(name, plan.settings.get(name, "")) for name in SETTINGS}
    said = {name: answer for name, answer in answers.items() if answer}
    return dataclasses.replace(plan, mapping=found, settings=said, skipped="")


def answered(plan: SheetPlan, mapping: Mapping[str, str]) -> dict[str, str]:
    """Return the meaning of every column of the plan; ``mapping`` may leave some out."""
    return {**plan.mapping, **{name: mapping[name] for name in plan.mapping if name in mapping}}

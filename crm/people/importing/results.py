"""What became of a file: as data for programs, and as the same file with a column of errors."""

import datetime as dt
import io
import json
from collections.abc import Iterator, Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from accounts.models import User
from audit import services as audit
from crm.people.choices import Precision
from crm.people.importing.contents import Content, unpack
from crm.people.importing.plans import plans_of
from crm.people.importing.shapes import SheetPlan, Skip
from crm.people.models import ImportBatch, ImportRow, RowAction, RowOutcome
from crm.people.rules import Checked

# The heading is Chinese in every language: it goes back to who wrote the file.
ERROR_HEADING = "错误信息"
_CHUNK = 1_000
_encode = json.JSONEncoder(ensure_ascii=False).encode
_ISO: Mapping[str, str] = {
    Precision.YEAR: "%Y",
    Precision.MONTH: "%Y-%m",
    Precision.DAY: "%Y-%m-%d",
}


def rows_of(batch: ImportBatch, sheet: int) -> Iterator[tuple[ImportRow, Content]]:
    """Yield the staged rows of one sheet in order, opened, without holding them all."""
    rows = batch.rows.filter(sheet=sheet).order_by("number")
    for row in rows.iterator(chunk_size=_CHUNK):
        yield row, unpack(row.content.reveal())


def write_report(batch: ImportBatch, file: IO[str]) -> None:
    """Write as JSON what became, or will become, of each row; one row a line, none held back.

    ``{"file", "sheets": [{"name", "header_rows", "mapping", "skipped", "message", "rows"}]}``:
    rows as `row_report` has them; ``message`` says why a sheet was not read. The values are in
    the clear: it is for whoever holds the file.
    """
    file.write(f'{{"file": {_encode(batch.name)}, "sheets": [')
    for sheet, plan in enumerate(plans_of(batch)):
        facts = {
            "name": plan.name,
            "header_rows": plan.header_rows,
            "mapping": plan.mapping,
            "skipped": plan.skipped,
            "message": sheet_text(plan.skipped),
        }
        file.write(f'{"," if sheet else ""}\n{_encode(facts)[:-1]}, "rows": [')
        for place, (row, content) in enumerate(rows_of(batch, sheet)):
            file.write(f"{',' if place else ''}\n{_encode(row_report(row, content))}")
        file.write("\n]}")
    file.write("\n]}\n")


def sheet_text(reason: str) -> str:
    """Return a sentence for why a sheet was not read (`Skip`); "" if it was."""
    texts: Mapping[str, str] = {
        "": "",
        Skip.BLANK: _("Nothing stands on this sheet."),
        Skip.HIDDEN: _("This sheet is hidden. To import it, show it in the spreadsheet first."),
        Skip.NO_HEADINGS: _("No row of headings with 姓名 was found on this sheet."),
        Skip.NOT_PEOPLE: _("By its name, this sheet is no list of people."),
    }
    return texts.get(reason, _("This sheet was left out."))


def row_report(row: ImportRow, content: Content) -> dict[str, Any]:
    """Return what became, or will become, of one row."""
    return {
        "row": row.number,
        "action": row.action,
        "outcome": row.outcome,
        "reason": row.reason,
        "person": _person(content.checked) if content.checked else None,
        "issues": [
            {"column": column, "code": code, "severity": severity, "message": message}
            for (column, code, severity, _repair), message in zip(
                row.issues, content.messages, strict=True
            )
        ],
        "duplicates": [
            {"row": place[1] if place else None, "person_id": person_id, "score": score}
            for place, person_id, score, _evidence in row.matches
        ],
    }


def _person(checked: Checked) -> dict[str, Any]:
    values = checked.values
    return {
        "full_name": values.full_name,
        "sex": values.sex.value,
        "birth_date": iso_date(values.birth_date, values.birth_precision),
        "birth_date_precision": values.birth_precision.value if values.birth_precision else None,
        "documents": [
            {
                "type": paper.values.kind.value,
                "number": paper.number,
                "check": paper.result.value,
            }
            for paper in checked.documents
        ],
        "phones": [phone.e164 for phone in checked.phones],
        "identities": [identity.code.value for identity in values.identities],
    }


def iso_date(date: dt.date | None, precision: Precision | None) -> str | None:
    """Return as much of a date as is known.

    >>> iso_date(dt.date(1958, 3, 1), Precision.MONTH)
    '1958-03'
    """
    return date.strftime(_ISO[precision]) if date and precision else None


def write_workbook(batch: ImportBatch, file: IO[bytes], *, only_bad: bool) -> int:
    """Write the rows of the file with a column that says what is wrong; return how many.

    Every cell is text, as it stood: long numbers stay whole, and nothing is a formula.

    Args:
        batch: a checked or finished import.
        file: where the workbook goes.
        only_bad: leave out rows that went in, or will.
    """
    count = 0
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(file, options) as book:
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"num_format": "@", "bold": True})
        for number, plan in enumerate(plans_of(batch)):
            if plan.skipped:
                continue
            sheet = book.add_worksheet()
            sheet.freeze_panes(1, 0)
            for place, heading in enumerate([*plan.headings, ERROR_HEADING]):
                sheet.write_string(0, place, heading, head)
            line = 0
            for row, content in rows_of(batch, number):
                if only_bad and not is_bad(row):
                    continue
                line += 1
                cells = [*_padded(content.cells, plan), explain(row, content)]
                for place, cell in enumerate(cells):
                    sheet.write_string(line, place, cell, text)
            count += line
        if not book.worksheets():
            book.add_worksheet()
    return count


def is_bad(row: ImportRow) -> bool:
    """Say whether the row did not go in, or will not as it is; sums and remarks are no rows."""
    if row.action == RowAction.SKIP:
        return False
    if row.outcome:
        return row.outcome in {RowOutcome.LEFT, RowOutcome.KEPT}
    return row.action == RowAction.ERROR or (row.action == RowAction.DUPLICATE and not row.decision)


def explain(row: ImportRow, content: Content) -> str:
    """Return in words what is wrong with the row, and what became of it."""
    parts = [
        f"{issue[0]}: {message}" if issue[0] else message
        for issue, message in zip(row.issues, content.messages, strict=True)
    ]
    for place, *_facts in row.matches:
        if place:
            parts.append(_("The same person as in row {row}.").format(row=place[1]))
        else:
            parts.append(_("The person is on record already."))
    if row.reason and row.outcome == RowOutcome.KEPT:
        parts.append(reason_text(row.reason))
    return _("; ").join(parts)


def reason_text(reason: str) -> str:
    """Return a sentence for why a row was left out or could not be taken back."""
    texts = {
        "error": _("It has errors."),
        "skip": _("There is nothing to take in."),
        "update": _("You left it out."),
        "duplicate": _("The person is there already."),
        "on_record_since": _("Somebody put the person on record after the check."),
        "person_gone": _("The person is no longer on record."),
        "nothing_to_add": _("There was nothing to add."),
        "changed_since": _("Somebody changed the person since."),
        "needed": _("Something else on record refers to the person."),
        "document_taken": _("Another person on record has this document."),
    }
    return texts.get(reason, _("It could not be done."))


def _padded(cells: tuple[str, ...], plan: SheetPlan) -> list[str]:
    """Return one cell for each heading."""
    width = len(plan.headings)
    return [*cells[:width], *[""] * (width - len(cells))]


def hand_out(*, batch: ImportBatch, only_bad: bool, by: User, now: dt.datetime) -> IO[bytes]:
    """Return the workbook that `write_workbook` makes, and record that somebody took it."""
    content = io.BytesIO()
    rows = write_workbook(batch, content, only_bad=only_bad)
    audit.record(
        action="person.import_download",
        by=by,
        object_type="people.importbatch",
        object_key=batch.pk,
        detail={"rows": rows},
        now=now,
    )
    content.seek(0)
    return content

"""Lists taken along, for tests."""

import csv
import datetime as dt
import io

from openpyxl import load_workbook

from crm.people.choices import ExportFormat
from crm.people.exporting import making, requests
from crm.people.exporting.catalogue import site_columns
from crm.people.exporting.selection import Selection
from crm.people.exporting.writing import LIST_SHEET
from crm.people.importing.running import import_file
from tests.factories.people import NOW

LATER = NOW + dt.timedelta(hours=1)


def ask(by, **changes):
    wanted = {
        "selection": Selection(),
        "columns": ["name", "id_number", "phone", "address"],
        "file_format": ExportFormat.XLSX,
        "is_clear": False,
        "reason": "春节慰问",
        "by": by,
        "now": NOW,
    }
    return requests.ask_for_export(**wanted | changes)


def make(export, now=LATER):
    return making.make_export(export_id=export.pk, now=now, tell=lambda _done, _total: None)


def made_by(by, **changes):
    """Return the bytes of a list that is made and fetched."""
    export = make(ask(by, **changes))
    return requests.fetch_export(export_id=export.pk, by=by, now=LATER)[1]


def workbook_rows(content, sheet=LIST_SHEET):
    book = load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book[sheet].iter_rows()]


def csv_rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def taken_along(chief, path, columns=None, file_format=ExportFormat.XLSX, **options):
    """Write a list of everybody, in full, and return where it lies."""
    wanted = columns or list(site_columns())
    path = path.with_suffix(f".{file_format.value}")
    path.write_bytes(
        made_by(chief, is_clear=True, columns=wanted, file_format=file_format, **options)
    )
    return path


def taken_in(path):
    """Import a file and return what is to be said about each row: action, issues, messages."""
    with import_file(path=path, by=None, now=LATER) as batch:
        return [
            (row.action, [issue[:2] for issue in row.issues])
            for row in batch.rows.order_by("number")
        ]

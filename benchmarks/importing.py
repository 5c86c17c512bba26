"""100,000 people from a workbook onto the register, against the least that it can cost.

The first baseline reads the same file with the same reader and sends the rows that the import has
written, sealed and indexed already, into the same tables by COPY: what is over is what the program
does itself. The second reads with openpyxl, checks with the same rules and writes with
``bulk_create``, a fifth of the people, scaled; both costs are linear. Sides take turns where they
can be repeated; an import cannot, so each is measured once, one after the other.
"""

import datetime as dt
import io
import random
import resource
import tempfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
from django.db import connection, transaction
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from benchmarks.figures import Figure, seconds
from benchmarks.sites import NOW, make_site
from common.keys import current_key
from crm.people import drafts
from crm.people.bulk import insert_drafts
from crm.people.choices import DocumentKind, IdentityCode, Precision, Sex, Source
from crm.people.drafts import Draft
from crm.people.id_numbers import check_character
from crm.people.importing.running import import_file
from crm.people.models import Person, PersonDocument, PersonIdentity, PersonPhone
from crm.people.rules import check_person
from crm.people.values import DocumentValues, IdentityValues, PersonValues, PhoneValues
from network.demo import name_lists as lists
from tenants.context import inside
from tenants.models import Tenant

PEOPLE = 100_000
# How many of them the slow baseline takes.
SAMPLE = 20_000
BATCH = 1_000
LARGEST_MEMORY = 500  # MB
TABLES = (Person, PersonDocument, PersonPhone, PersonIdentity)
HEADINGS = [
    "序号", "姓名", "性别", "出生日期", "身份证号", "联系电话", "家庭住址", "身份类别",
    "侨居国", "民族", "备注", "所属社区",
]  # fmt: skip


def run() -> Iterator[Figure]:
    """Yield the whole import against both baselines, its parts against the second, its memory."""
    with tempfile.TemporaryDirectory(prefix="qiaojia-bench-") as folder:
        path = Path(folder) / "roster.xlsx"
        write_file(path)
        site, raw_site = make_site("bench-import"), make_site("bench-raw")
        ours = seconds(lambda: _import(site, path))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        read = seconds(lambda: _read_with_calamine(path))
        finished = _finished_rows(site)
        raw = seconds(lambda: _copy_raw(raw_site, finished))
        yield Figure("import whole by reading and raw COPY", ours / (read + raw), 8, "less")
        yield Figure("import memory in MB", memory, LARGEST_MEMORY, "less")

        rows: list[list[str]] = []
        slow_read = seconds(lambda: rows.extend(_read_with_openpyxl(path)))
        rows = rows[:SAMPLE]
        scale = PEOPLE / SAMPLE
        made: list[Draft] = []
        with inside(make_site("bench-slow")):
            check = seconds(lambda: made.extend(_check(rows))) * scale
            slow_write = seconds(lambda: _bulk_create(made)) * scale
        with inside(make_site("bench-copy")):
            again = list(_check(rows))
            write = seconds(lambda: _copy(again)) * scale
        yield Figure("import whole over bulk_create", (slow_read + check + slow_write) / ours, 2)
        yield Figure("import reading and writing", (slow_read + slow_write) / (read + write), 4)


def write_file(path: Path) -> None:
    """Write a clean roster of people who are all different, the same on every run."""
    chance = random.Random(20260302)
    surnames, weights = list(lists.SURNAMES), list(lists.SURNAMES.values())
    characters = sorted(
        {c for names in lists.GIVEN_NAMES.values() for line in names.values() for c in line} - {" "}
    )
    with Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("名册")
        for place, heading in enumerate(HEADINGS):
            sheet.write_string(0, place, heading)
        for number in range(PEOPLE):
            born = dt.date(1935, 1, 1) + dt.timedelta(days=number % 30_000)
            sequence = 2 * (number // 30_000) + 100
            body = f"350203{born:%Y%m%d}{sequence:03}"
            name = chance.choices(surnames, weights)[0] + "".join(chance.choices(characters, k=2))
            cells = [
                str(number + 1), name, "女", f"{born}", body + check_character(body),
                f"13{number % 10}{number:08}", f"厦门市思明区榕荫里{number % 900 + 1}号",
                "侨眷", "印度尼西亚", "汉族", "", "榕荫社区",
            ]  # fmt: skip
            for place, cell in enumerate(cells):
                sheet.write_string(number + 1, place, cell)


def _import(tenant: Tenant, path: Path) -> None:
    with inside(tenant), import_file(path=path, by=None, now=NOW) as batch:
        created = batch.counts.get("outcome_created", 0)
        # Chance makes some people alike; who waits for a decision is not written.
        assert created > PEOPLE * 0.98, batch.counts


def _read_with_calamine(path: Path) -> int:
    with CalamineWorkbook.from_path(str(path)) as workbook:
        sheet = workbook.get_sheet_by_index(0)
        return sum(1 for _row in sheet.iter_rows())


def _finished_rows(tenant: Tenant) -> dict[str, bytes]:
    """Return the rows that the import wrote, by table, as COPY spells them."""
    found = {}
    for model in TABLES:
        content = io.BytesIO()
        statement = f"COPY {model._meta.db_table} TO STDOUT"
        with inside(tenant), connection.cursor() as cursor, cursor.copy(statement) as copy:
            for piece in copy:
                content.write(piece)
        found[model._meta.db_table] = content.getvalue()
    return found


def _copy_raw(tenant: Tenant, rows: dict[str, bytes]) -> None:
    with inside(tenant), transaction.atomic(), connection.cursor() as cursor:
        for table, content in rows.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(content)


def _read_with_openpyxl(path: Path) -> Iterator[list[str]]:
    sheet = openpyxl.load_workbook(path, read_only=True).active
    rows = sheet.iter_rows(min_row=2, values_only=True)
    return ([str(cell or "") for cell in row] for row in rows)


def _check(rows: list[list[str]]) -> Iterator[Draft]:
    """Check clean rows by the rules and make models of them, as the import does."""
    key = current_key()
    for row in rows:
        values = PersonValues(
            full_name=row[1],
            sex=Sex.FEMALE,
            birth_date=dt.date.fromisoformat(row[3]),
            birth_precision=Precision.DAY,
            address=row[6],
            documents=(DocumentValues(kind=DocumentKind.RESIDENT_ID, number=row[4]),),
            phones=(PhoneValues(number=row[5]),),
            identities=(IdentityValues(code=IdentityCode.RELATIVE, country="ID"),),
        )
        checked = check_person(values, today=NOW.date(), is_region={"350203"}.__contains__)
        yield drafts.new_draft(checked, source=Source.ROSTER, by=None, now=NOW, key=key)


@transaction.atomic
def _bulk_create(made: list[Draft]) -> None:
    for start in range(0, len(made), BATCH):
        some = made[start : start + BATCH]
        Person.objects.bulk_create([draft.person for draft in some])
        PersonDocument.objects.bulk_create([row for draft in some for row in draft.documents])
        PersonPhone.objects.bulk_create([row for draft in some for row in draft.phones])
        PersonIdentity.objects.bulk_create([row for draft in some for row in draft.identities])


@transaction.atomic
def _copy(made: list[Draft]) -> None:
    for start in range(0, len(made), BATCH):
        insert_drafts(made[start : start + BATCH])

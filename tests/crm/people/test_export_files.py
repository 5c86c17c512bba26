"""What stands in the files of exports: no formula, whole numbers, masks, and the way back in."""

import datetime as dt
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people import extra_fields, selectors
from crm.people.cells import DANGEROUS, guard, unguard
from crm.people.choices import (
    ContactKind,
    DocumentKind,
    ExportFormat,
    FactKind,
    IdentityCode,
    Precision,
    Sex,
)
from crm.people.exporting.catalogue import site_columns
from crm.people.exporting.columns import COLUMNS, IDENTITY_WORDS, SEX_WORDS, Column
from crm.people.exporting.errors import ColumnOnlyInFullError, NotAllowedToExportError
from crm.people.exporting.selection import Selection
from crm.people.exporting.writing import LIST_SHEET
from crm.people.importing.layouts import LAYOUTS, field_of
from crm.people.importing.repairs.identities import read_identities
from crm.people.importing.running import import_file
from crm.people.models import Household, HouseholdMember, Kinship, OverseasKin, Person
from crm.people.selectors import PeopleFilter
from crm.people.values import ContactValues, DocumentValues, IdentityValues, PhoneValues
from tests.factories import people
from tests.factories.exports import LATER, ask, csv_rows, made_by, workbook_rows
from tests.factories.people import resident_id
from tests.fixtures_accounts import make_account

PAYLOADS = [
    "=1+1", "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", "\t=1+1", "\r=1+1", "\n=1+1",
    "＝1+1", "＋1", "－1", "＠SUM(1)", "'=1+1", "''@x", '=HYPERLINK("http://x","y")',
]  # fmt: skip


@pytest.fixture(autouse=True)
def no_files_yet(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def clerk(north):
    return make_account(Role.CLERK)


@pytest.fixture
def chief(north):
    return make_account(Role.ADMINISTRATOR, name="陈主任")


# Attack 20: nothing in a file is a formula.


@given(st.text(max_size=30))
@example("=1+1")
@example("'=1+1")
@example("＝1+1")
def test_a_guarded_text_never_begins_dangerously_and_comes_back(text):
    assert guard(text)[:1] not in set(DANGEROUS) or text == ""
    assert unguard(guard(text)) == text


def test_attack_20_no_cell_of_a_workbook_begins_with_a_formula(chief):
    for payload in PAYLOADS:
        people.person(full_name=f"{payload}王", other_names=(payload,), note=payload)
    # The services clean names; what older rows may hold is put in as it stands.
    for person, payload in zip(Person.objects.order_by("id"), PAYLOADS, strict=True):
        Person.objects.filter(pk=person.pk).update(full_name=payload, other_names=[payload])
    own = extra_fields.add_field(label="=1+1", kind=FactKind.TEXT, by=None, now=LATER)
    for person, payload in zip(Person.objects.order_by("id"), PAYLOADS, strict=True):
        Person.objects.filter(pk=person.pk).update(facts={"employer": payload, own.code: payload})
        household = Household.objects.create(
            label=payload, number=payload, created_at=LATER, updated_at=LATER, sort_key="x"
        )
        HouseholdMember.objects.create(
            household=household, person=person, role="other", kind="living", created_at=LATER
        )
    content = made_by(chief, is_clear=True, columns=list(site_columns()), reason="=1+1")

    book = load_workbook(io.BytesIO(content))
    found = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert len(found) > len(PAYLOADS) * 5
    assert {cell.data_type for cell in found} == {"s"}
    assert [cell.value for cell in found if str(cell.value)[0] in DANGEROUS] == []
    names = {row[0] for row in workbook_rows(content)[1:]}
    # openpyxl reads the carriage return of a text as XML does.
    assert {unguard(name) for name in names} >= {p for p in PAYLOADS if "\r" not in p}


def test_attack_20_no_value_of_a_csv_begins_with_a_formula(chief):
    people.person()
    columns = ["name", "fact:employer", "note"]
    for payload in PAYLOADS:
        Person.objects.update(full_name=payload, facts={"employer": payload}, note=payload)
        rows = csv_rows(
            made_by(chief, columns=columns, is_clear=True, file_format=ExportFormat.CSV)
        )
        assert {cell[0] for cell in rows[1]}.isdisjoint(DANGEROUS)
        assert [unguard(cell) for cell in rows[1]] == [payload] * 3


def test_long_numbers_are_cells_of_text_that_keep_every_digit(chief):
    number = resident_id()
    people.person(
        documents=(DocumentValues(number=number),), phones=(PhoneValues(number="13800138000"),)
    )
    content = made_by(chief, is_clear=True)
    row = list(load_workbook(io.BytesIO(content))[LIST_SHEET].iter_rows())[1]

    assert [cell.value for cell in row][1:3] == [number, "13800138000"]
    assert {cell.number_format for cell in row} == {"@"}
    assert csv_rows(made_by(chief, is_clear=True, file_format=ExportFormat.CSV))[1][1] == number


# Masks by default.


def test_a_list_is_masked_unless_asked_otherwise(clerk):
    number = resident_id()
    people.person(
        documents=(DocumentValues(number=number),), phones=(PhoneValues(number="13800138000"),)
    )
    rows = workbook_rows(made_by(clerk, columns=["name", "birth", "id_number", "phone", "address"]))

    assert rows[0] == ["姓名", "出生年月", "身份证号", "联系电话", "家庭住址"]
    assert rows[1] == [
        "曾庆红", "1949", "3****************" + number[-1], "138****8000", "厦门市思明区***"
    ]  # fmt: skip


def test_other_contacts_and_particulars_are_masked_or_left_to_full_lists(clerk, chief):
    person = people.person(
        contacts=(ContactValues(kind=ContactKind.WECHAT, value="linxy1996"),),
        facts={"occupation": "retired", "ethnic_group": "12", "left": "1958-03"},
    )
    own = extra_fields.add_field(label="爱好", kind=FactKind.TEXT, by=None, now=LATER)
    Person.objects.filter(pk=person.pk).update(facts={**person.facts, own.code: "下棋"})
    wanted = ["wechat", "fact:left", "fact:occupation"]
    rows = workbook_rows(made_by(clerk, columns=wanted))
    assert rows[0] == ["微信号", "出国时间", "职业"]
    assert "linxy1996" not in rows[1][0]
    assert rows[1][1:] == ["1958-03", "退休"]

    for name, spec in site_columns().items():
        if spec.is_only_in_full:
            with pytest.raises(ColumnOnlyInFullError, match=str(spec.label)):
                ask(clerk, columns=["name", name])
    in_full = ["wechat", "fact:ethnic_group", f"fact:{own.code}"]
    assert workbook_rows(made_by(chief, columns=in_full, is_clear=True))[1] == [
        "linxy1996", "侗族", "下棋"
    ]  # fmt: skip
    entry = AuditEntry.objects.filter(action="person.export").latest("at")
    assert set(entry.fields) == {"contacts", "facts"}


def test_no_column_that_is_only_in_full_says_anything_when_masked(chief):
    person = people.person(note="secret", facts={"farm_housing": "secret"})
    for spec in site_columns().values():
        if spec.is_only_in_full:
            found = selectors.people_with_parts().prefetch_related(*spec.needs).get(pk=person.pk)
            assert spec.text(found, False) == ""


def test_families_and_papers_stand_in_the_list(chief):
    father = people.person(
        full_name="曾阿公", sex=Sex.MALE, birth_date=dt.date(1920, 1, 1),
        documents=(DocumentValues(kind=DocumentKind.HOME_RETURN_PERMIT, number="H12345678"),),
    )  # fmt: skip
    person = people.person(
        documents=(DocumentValues(kind=DocumentKind.PASSPORT, number="K1234567", country="MY"),)
    )
    household = Household.objects.create(
        label="曾家", number="A-12", created_at=LATER, updated_at=LATER, sort_key="x"
    )
    HouseholdMember.objects.create(
        household=household, person=person, role="child", kind="living", created_at=LATER
    )
    Kinship.objects.create(
        person=person, relative=father, link="parent", basis="blood", created_at=LATER
    )
    OverseasKin.objects.create(person=person, relation="SIB", country="ID", created_at=LATER)
    OverseasKin.objects.create(person=person, relation="SIB", created_at=LATER)
    wanted = [
        "name", "passport", "other_papers", "household_number", "household", "household_role",
        "kin", "overseas_kin", "overseas_kin_country",
    ]  # fmt: skip
    rows = workbook_rows(made_by(chief, columns=wanted, is_clear=True))
    assert sorted(rows[1:]) == sorted([
        ["曾庆红", "K1234567（马来西亚）", None, "A-12", "曾家", "子女", "父亲 曾阿公",
         "兄弟姐妹、兄弟姐妹", "印度尼西亚、不详"],
        ["曾阿公", None, "港澳居民来往内地通行证：H12345678", None, None, None, "女儿 曾庆红",
         None, None],
    ])  # fmt: skip


def test_whoever_was_reduced_to_figures_can_be_counted_in_a_list(chief):
    person = people.person()
    Person.objects.filter(pk=person.pk).update(status="minimised")
    wanted = Selection(PeopleFilter(status="minimised"))
    rows = workbook_rows(made_by(chief, columns=["status"], selection=wanted))
    assert rows[1] == ["已精简"]


def test_full_numbers_take_a_right_of_their_own(clerk, chief):
    people.person()
    with pytest.raises(NotAllowedToExportError):
        ask(clerk, is_clear=True)
    assert ask(chief, is_clear=True).is_clear


def test_an_identity_stands_beside_how_far_it_is_established(clerk):
    people.person(identities=(IdentityValues(code=IdentityCode.RETURNED, country="ID"),))
    rows = workbook_rows(made_by(clerk, columns=["identity", "identity_state", "former_country"]))
    assert rows[1] == ["归侨", "归侨（本人自报）", "印度尼西亚"]


# Round trip.


def test_headings_and_words_are_those_that_the_import_knows(north):
    known = {
        Column.NAME: "full_name", Column.SEX: "sex", Column.BIRTH: "birth_date",
        Column.PHONE: "phone", Column.ID_NUMBER: "id_number", Column.PASSPORT: "passport",
        Column.ADDRESS: "address", Column.IDENTITY: "identity",
        Column.OVERSEAS_COUNTRY: "overseas_country", Column.FORMER_COUNTRY: "former_country",
        Column.RETURNED: "fact:resettled", Column.NOTE: "note",
    }  # fmt: skip
    roster = LAYOUTS["guiqiao_qiaojuan_register"]
    assert {column: field_of(COLUMNS[column].heading, roster)[0] for column in known} == known
    unknown = [s.heading for s in site_columns().values() if field_of(s.heading, roster)[1] < 1]
    assert unknown == []
    assert len({spec.heading for spec in site_columns().values()}) == len(site_columns())
    for code, word in IDENTITY_WORDS.items():
        found = read_identities(word)
        assert found.value is not None
        assert found.value == (code,)
        assert found.notes == ()
    assert set(SEX_WORDS.values()) == {"男", "女", ""}


def test_exporting_and_importing_changes_nothing(chief, tmp_path):
    people.person(
        full_name="欧阳震华",
        birth_date=dt.date(1958, 3, 1),
        birth_precision=Precision.MONTH,
        documents=(DocumentValues(kind=DocumentKind.PASSPORT, number="E12345678"),),
        phones=(PhoneValues(number="0592-2211222转801"), PhoneValues(number="+62 812-3456-7890")),
        identities=(
            IdentityValues(
                code=IdentityCode.RETURNED, country="ID", since=dt.date(1960, 1, 1),
                since_precision=Precision.YEAR,
            ),
            IdentityValues(code=IdentityCode.RELATIVE, country="MY"),
        ),
    )  # fmt: skip
    people.person(identities=(), note="=1+1")
    columns = ("id", "version", "full_name", "note", "updated_at")
    before = list(Person.objects.order_by("id").values(*columns))
    content = made_by(
        chief, is_clear=True, columns=[c.value for c in Column], file_format=ExportFormat.CSV
    )
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with import_file(path=path, by=None, now=LATER) as batch:
        rows = {row.number: row.action for row in batch.rows.all()}

    assert rows == {2: "skip", 3: "skip"}
    assert before == list(Person.objects.order_by("id").values(*columns))

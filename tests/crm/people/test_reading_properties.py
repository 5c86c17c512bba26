"""What holds for any bytes and any text: reading says a sentence, and no change goes unsaid."""

import datetime as dt
import tempfile
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from common.errors import DomainError
from crm.people.choices import DocumentKind
from crm.people.facts import CATALOGUE
from crm.people.id_numbers import check, check_character
from crm.people.importing.columns import DITTO, make_column
from crm.people.importing.planning import plan_workbook
from crm.people.importing.reading import read_rows
from crm.people.importing.repairs.dates import DateContext
from crm.people.importing.repairs.texts import tidy
from crm.people.importing.shapes import Severity
from crm.people.rules import clean_text
from tests.factories.people import TODAY
from tests.factories.rosters import LAYOUTS, table, write_csv, write_ods, write_xlsx

XLS = Path(__file__).parent / "rosters" / "register.xls"
REGISTER = "guiqiao_qiaojuan_register"
relaxed = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def samples() -> tuple[bytes, ...]:
    """Return one good file of each format."""
    with tempfile.TemporaryDirectory() as folder:
        rows = table(REGISTER, {}, {"姓名": "李 明", "出生年月": "1956.3"})
        base = Path(folder)
        files = [
            write_xlsx(base / "a", ("归侨侨眷", rows)),
            write_ods(base / "b", "归侨侨眷", rows),
            write_csv(base / "c", rows, "gb18030"),
            write_csv(base / "d", rows, "utf-16"),
        ]
        return (*[file.read_bytes() for file in files], XLS.read_bytes())


def read_whole(data: bytes) -> None:
    """Plan and read a file; only a `DomainError` may come out."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        path.write_bytes(data)
        try:
            for plan in plan_workbook(path):
                list(read_rows(path, plan, today=TODAY))
        except DomainError:
            pass


HEADS = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\xef\xbb\xbf"]


@relaxed
@given(st.sampled_from(HEADS), st.binary(max_size=2_000))
def test_random_bytes_raise_nothing_but_our_sentences(head, tail):
    read_whole(head + tail)


@relaxed
@given(
    st.integers(0, 4),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=30),
    st.floats(0.2, 1),
)
def test_mutated_files_raise_nothing_but_our_sentences(sample, changes, length):
    data = bytearray(samples()[sample])
    for place, value in changes:
        data[int(place * len(data))] = value
    read_whole(bytes(data[: int(length * len(data))] if length < 0.4 else data))


@relaxed
@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=12))
def test_any_table_of_text_is_planned_and_read(rows):
    with tempfile.TemporaryDirectory() as folder:
        path = write_csv(Path(folder) / "a.csv", [["姓名", "性别", "身份证号"], *rows], "utf-8")
        try:
            for plan in plan_workbook(path):
                for reading in read_rows(path, plan, today=TODAY):
                    assert (reading.values is None) == bool(reading.skip)
        except DomainError:
            pass


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2020, 12, 31)),
    st.integers(0, 999),
    st.integers(0, 17),
    st.sampled_from("0123456789X"),
)
def test_every_mutation_of_a_valid_number_by_one_character_is_caught(born, serial, place, other):
    body = f"350203{born:%Y%m%d}{serial:03}"
    number = body + check_character(body)
    mutated = number[:place] + other + number[place + 1 :]
    if mutated == number or (other == "X" and place < 17):
        return
    found = column("id_number").read(mutated)
    if found.value:
        [paper] = found.value
        result = check(paper.kind, paper.number, today=TODAY)
        is_moved = paper.kind is not DocumentKind.RESIDENT_ID and found.issues
        assert result.issues or is_moved
        assert not is_moved or result.issues
    else:
        assert any(issue.severity is Severity.ERROR for issue in found.issues)


@cache
def column(field: str):
    return make_column(
        0, "某列", field, refused=frozenset(), dates=DateContext(), find_region=lambda text: None
    )


def as_text(field: str, value: object) -> str:
    """Return a value as a clean cell would say it, so that it can be compared with the cell."""
    if field == "full_name":
        # What is no name goes to the note, which the row reports.
        return value.full_name if not value.remarks else ""
    if field in {"phone", "other_name", "former_name"}:
        return value[0] if len(value) == 1 else "?"
    if field in {"id_number", "passport"}:
        return value[0].number if len(value) == 1 else "?"
    if field == "birth_date":
        # An age, and a year without its century, are understood in their row.
        return str(value.date) if hasattr(value, "date") and not value.doubt else ""
    return str(value)


TEXTS = st.one_of(
    st.text(max_size=30),
    st.text("0123456789-./ '()（）+年月日Xx", max_size=24),
    st.text("张三李 \u3000\u200b·•（）()０１Ａ、/\n", max_size=10),
    st.sampled_from(
        [str(cell) for _name, cells in LAYOUTS.values() for cell in cells.values()]
    ).flatmap(lambda text: st.sampled_from([text, f" {text}", f"{text}\u200b", f"'{text}"])),
)


@pytest.mark.parametrize(
    "field",
    ["full_name", "other_name", "former_name", "phone", "id_number", "passport", "address", "note",
     "birth_date", "contact:wechat", "household_number", "fact:employer", "fact:birth_place"],
)  # fmt: skip
@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
@example(text="１３８００００００００")
@example(text=" 张三 ")
@example(text="1958.1")
def test_what_differs_from_its_cell_has_a_warning(field, text):
    found = column(field).read(text)
    if found is DITTO or found.issues:
        return
    if found.value is None:
        assert not clean_text(text)
    else:
        # Age and facts have words of their own, "unknown" for 不详.
        said = as_text(field, found.value)
        assert said in {text, ""} or (field.startswith("fact:") and said in {"unknown", "none"})


@given(TEXTS)
def test_tidying_leaves_nothing_to_the_rules_to_change_in_silence(text):
    for keep_lines in (False, True):
        tidied = tidy(text, keep_lines=keep_lines)
        assert clean_text(tidied.value, keep_lines=keep_lines) == tidied.value
        assert bool(tidied.notes) == (tidied.value != text)


@pytest.mark.parametrize("field", sorted(CATALOGUE))
@settings(max_examples=30, deadline=None)
@given(text=TEXTS)
def test_a_fact_takes_any_text_and_says_what_it_cannot_keep(field, text):
    found = column(f"fact:{field}").read(text)
    if found.value is None and found is not DITTO:
        assert found.issues or not clean_text(text)

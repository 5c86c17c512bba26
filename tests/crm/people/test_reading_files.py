"""Whatever is uploaded is read, or refused with a sentence; nothing costs more than a roster."""

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.protection import WorkbookProtection

from crm.people.importing.books import open_book
from crm.people.importing.errors import (
    FileEmptyError,
    FileEncryptedError,
    FileHasMacrosError,
    FileIsNoTableError,
    FileIsWebPageError,
    FileTooLargeError,
    FileUnreadableError,
    SheetGoneError,
    SheetTooWideError,
)
from crm.people.importing.planning import plan_workbook
from tests.factories.rosters import codes, read, table, write_csv, write_ods, write_xlsx

REGISTER = "guiqiao_qiaojuan_register"
XLS = Path(__file__).parent / "rosters" / "register.xls"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "roster.xlsx"


def register(path):
    return write_xlsx(path, ("归侨侨眷", table(REGISTER, {})))


def rebuilt(path, changes, drop=()):
    """Change entries of a zip archive: name -> function of the bytes, or new bytes."""
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist() if name not in drop}
    for name, change in changes.items():
        entries[name] = change(entries.get(name, b"")) if callable(change) else change
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


def in_sheet(path, old, new):
    return rebuilt(path, {SHEET: lambda data: data.replace(old.encode(), new.encode(), 1)})


def test_the_content_decides_and_not_the_ending(tmp_path):
    rows = table(REGISTER, {})
    for path in (
        write_csv(tmp_path / "a.xlsx", rows),
        write_ods(tmp_path / "b.csv", "归侨侨眷", rows),
        write_xlsx(tmp_path / "c.xls", ("归侨侨眷", rows)),
        write_csv(tmp_path / "d.txt", rows, "utf-16", delimiter="\t"),
        write_csv(tmp_path / "e.csv", rows, "gb18030", delimiter=";"),
    ):
        [row] = read(path)
        assert (row.values.full_name, row.issues) == ("曾庆红", [])


def test_an_xls_of_the_nineties(tmp_path):
    [plan] = plan_workbook(XLS)
    assert (plan.name, plan.layout, plan.header_rows, plan.rows) == ("归侨侨眷", REGISTER, (2,), 2)
    first, second = read(XLS)
    assert (first.values.full_name, str(first.values.birth_date), first.issues) == (
        "曾庆红", "1949-12-31", [],
    )  # fmt: skip
    assert codes(second) == ["spaces", "date_serial", "id_lost_precision", "identity", "cell_error"]


def renamed(old, new):
    """Return the .xls with an entry of its directory under another name."""
    data = bytearray(XLS.read_bytes())
    place = data.find(old.encode("utf-16-le"))
    data[place : place + 64] = new.encode("utf-16-le").ljust(64, b"\x00")
    data[place + 64] = 2 * len(new) + 2
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", FileEmptyError),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 500, FileIsNoTableError),
        (b"\xff\xd8\xff\xe0" + b"0" * 500, FileIsNoTableError),
        (b"%PDF-1.7 ...", FileIsNoTableError),
        (b"PK\x05\x06" + b"\x00" * 18, FileIsNoTableError),
        (b"PK\x03\x04" + b"\x00" * 50, FileUnreadableError),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, FileUnreadableError),
        (b"<html><table><tr><td>x</td></tr></table>", FileIsWebPageError),
        (b'<?xml version="1.0"?><Workbook/>', FileIsWebPageError),
        (b"\x00\x01\x02\x03" * 50, FileUnreadableError),
        (b"\xff\xfe\x00\xd8\x00", FileUnreadableError),
        (renamed("Workbook", "EncryptedPackage"), FileEncryptedError),
        (renamed("Workbook", "WordDocument"), FileIsNoTableError),
        (renamed("Workbook", "_VBA_PROJECT_CUR"), FileHasMacrosError),
        (XLS.read_bytes()[:3000], FileUnreadableError),
    ],
)
def test_what_is_no_roster_gets_a_sentence(tmp_path, data, error):
    path = tmp_path / "roster.xlsx"
    path.write_bytes(data)
    with pytest.raises(error) as caught:
        plan_workbook(path)
    assert type(caught.value) is error
    assert str(caught.value)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileUnreadableError):
        plan_workbook(tmp_path / "gone.xlsx")


def test_macros_are_refused(file):
    for change in ({"xl/vbaProject.bin": b"x"}, {"xl/macrosheets/sheet1.xml": b"<x/>"}):
        with pytest.raises(FileHasMacrosError):
            plan_workbook(rebuilt(register(file), change))
    types = {"[Content_Types].xml": lambda data: data.replace(b"sheet.main", b"sheet.macroEnabled")}
    with pytest.raises(FileHasMacrosError):
        plan_workbook(rebuilt(register(file), types))


def test_encrypted_files_are_refused(file, tmp_path):
    path = write_ods(tmp_path / "a.ods", "x", table(REGISTER, {}))
    rebuilt(path, {"META-INF/manifest.xml": b"<manifest:encryption-data/>"})
    with pytest.raises(FileEncryptedError):
        plan_workbook(path)
    # A structure that is only locked against changes can be read.
    book = openpyxl.load_workbook(register(file))
    book.security = WorkbookProtection(workbookPassword="x", lockStructure=True)
    book.save(file)
    assert len(read(file)) == 1


def test_truncated_archives_are_refused(file):
    data = register(file).read_bytes()
    for length in (100, len(data) // 2, len(data) - 10):
        file.write_bytes(data[:length])
        with pytest.raises(FileUnreadableError):
            plan_workbook(file)


def test_other_archives_are_refused(tmp_path):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(FileIsNoTableError):
        plan_workbook(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", "x")
    with pytest.raises(FileUnreadableError):
        plan_workbook(path)


def test_a_file_of_200_megabytes_is_not_even_opened(file):
    with file.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    with pytest.raises(FileTooLargeError):
        plan_workbook(file)


def test_a_bomb_is_known_by_its_ratio(file):
    rebuilt(register(file), {"xl/media/image1.png": b"0" * 30_000_000})
    with pytest.raises(FileTooLargeError):
        plan_workbook(file)


def test_a_bomb_whose_directory_lies_is_found_while_counting(file):
    data = bytearray(register(file).read_bytes())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo(SHEET).file_size
    place = data.rfind(SHEET.encode()) - 46
    assert data[place : place + 4] == b"PK\x01\x02"
    assert int.from_bytes(data[place + 24 : place + 28], "little") == size
    data[place + 24 : place + 28] = (10).to_bytes(4, "little")
    file.write_bytes(data)
    with pytest.raises(FileUnreadableError):
        plan_workbook(file)


def test_entries_that_lie_on_one_another_are_refused(file):
    data = bytearray(register(file).read_bytes())
    place = data.rfind(SHEET.encode()) - 46
    data[place + 20 : place + 24] = (len(data) + 1).to_bytes(4, "little")
    file.write_bytes(data)
    with pytest.raises((FileTooLargeError, FileUnreadableError)):
        plan_workbook(file)


@pytest.mark.parametrize(
    ("place", "error"),
    [("A2000000", FileTooLargeError), ("A1048576", FileTooLargeError), ("XFD2", SheetTooWideError),
     ("CX2", SheetTooWideError)],
)  # fmt: skip
def test_a_stray_cell_far_away_is_refused_before_the_table_is_made(file, place, error):
    in_sheet(register(file), 'r="A2"', f'r="{place}"')
    with pytest.raises(error):
        plan_workbook(file)


def test_empty_cells_with_a_format_do_not_count(file):
    in_sheet(register(file), "</row>", '<c r="XFD1" s="0"/></row>')
    assert len(read(file)) == 1


def test_cells_without_a_place_are_refused(file):
    in_sheet(register(file), '<c r="A2"', "<c")
    with pytest.raises(FileUnreadableError):
        plan_workbook(file)


def test_a_text_file_of_two_million_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("姓名,性别\n" + "张三,男\n" * 10 + "a,\n" * 2_000_000, encoding="utf-8")
    with pytest.raises(FileTooLargeError):
        plan_workbook(path)


def test_repeated_rows_and_columns_of_ods(tmp_path):
    rows = table(REGISTER, {})
    empty = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    assert len(read(write_ods(tmp_path / "a.ods", "归侨侨眷", rows, empty))) == 1
    for row, column, error in ((1_000_000, 1, FileTooLargeError), (1, 16_000, SheetTooWideError)):
        bomb = (
            f'<table:table-row table:number-rows-repeated="{row}"><table:table-cell'
            f' table:number-columns-repeated="{column}" office:value-type="string">'
            "<text:p>x</text:p></table:table-cell></table:table-row>"
        )
        with pytest.raises(error):
            plan_workbook(write_ods(tmp_path / "b.ods", "归侨侨眷", rows, bomb))


def test_errors_and_formulas_of_ods(tmp_path):
    rows = table(REGISTER, {"备注": '<table:table-cell table:formula="of:=1+1"/>',
        "家庭住址": '<table:table-cell office:value-type="string" calcext:value-type="error">'
        "<text:p>#REF!</text:p></table:table-cell>"})  # fmt: skip
    [row] = read(write_ods(tmp_path / "a.ods", "归侨侨眷", rows))
    assert codes(row) == ["cell_error", "formula_without_value"]


def test_a_sheet_of_formulas_is_no_sheet_of_empty_cells(file):
    rows = table(REGISTER, {})
    rows[1] = ["=A1"] * len(rows[1])
    [row] = read(write_xlsx(file, ("归侨侨眷", rows)))
    assert codes(row) == ["formula_without_value"] * len(rows[1])
    assert row.cells == ("=",) * len(rows[1])


def test_formulas_with_a_value_are_read(file):
    in_sheet(register(file), '<c r="A2"', '<c r="A2"')
    book = openpyxl.load_workbook(file)
    book.active["A2"] = '="曾"&"庆红"'
    book.save(file)
    in_sheet(file, "<v />", "<v>曾庆红</v>")
    in_sheet(file, '<c r="A2">', '<c r="A2" t="str">')
    [row] = read(file)
    assert (row.values.full_name, row.issues) == ("曾庆红", [])


def test_a_prefix_of_other_programs(file):
    def prefixed(data):
        for tag in (b"worksheet", b"sheetData", b"row", b"c", b"v", b"is", b"t", b"f"):
            data = data.replace(b"<" + tag + b" ", b"<x:" + tag + b" ")
            data = data.replace(b"<" + tag + b">", b"<x:" + tag + b">")
            data = data.replace(b"</" + tag + b">", b"</x:" + tag + b">")
        return data.replace(b"xmlns=", b"xmlns:x=", 1)

    rebuilt(register(file), {SHEET: prefixed})
    [row] = read(file)
    assert row.values.full_name == "曾庆红"
    in_sheet(file, 'r="A2"', 'r="XFD2"')
    with pytest.raises(SheetTooWideError):
        plan_workbook(file)


def test_a_plan_of_another_file(file, tmp_path):
    plan = plan_workbook(register(file))[0]
    other = write_xlsx(tmp_path / "b.xlsx", ("别的", [["姓名", "性别"]]))
    with pytest.raises(SheetGoneError):
        read(other, plan=plan)


def test_leading_empty_rows_and_columns_keep_their_places(file):
    book = openpyxl.Workbook()
    for row, cells in enumerate(table(REGISTER, {}), 4):
        for column, cell in enumerate(cells, 3):
            book.active.cell(row, column, cell or None)
    book.active.title = "归侨侨眷"
    book.save(file)
    [plan] = plan_workbook(file)
    assert (plan.header_rows, plan.headings[:3]) == ((4,), ("", "", "姓名"))
    [row] = read(file)
    assert (row.number, row.values.full_name, row.issues) == (5, "曾庆红", [])


def test_one_sheet_is_open_at_a_time(file):
    write_xlsx(file, ("甲", table(REGISTER, {})), ("乙", table(REGISTER, {"姓名": "陈一鸣"})))
    with open_book(file) as book:
        assert next(book.rows("甲"))[0] == next(book.rows("乙"))[0] == "姓名"
        assert list(book.rows("乙"))[1][0] == "陈一鸣"

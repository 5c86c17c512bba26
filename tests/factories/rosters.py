"""Files of rosters, written by other programs' libraries or byte by byte, clean and dirty."""

import csv
import dataclasses
import io
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl

from crm.people.importing.planning import plan_workbook
from crm.people.importing.reading import read_rows
from tests.factories.people import TODAY, resident_id

# Headings and one clean row of each layout, by the key of `layouts.LAYOUTS`: (sheet, cells).
LAYOUTS = {
    "guiqiao_qiaojuan_register": ("归侨侨眷", {
        "姓名": "曾庆红", "常用电话": "13805920001", "性别": "女", "民族": "汉族",
        "身份证号": resident_id(sequence=2), "家庭住址": "厦门市思明区榕荫里12号",
        "备注": "会潮汕话", "身份类别": "归侨", "出生年月": "1949-12-31", "回国时间": "1960",
        "原侨居国": "印度尼西亚", "文化程度": "高中",
    }),
    "qiaoqing_census_person": ("侨情普查表", {
        "姓名": "陈大文", "性别": "男", "出生年月": "1960-03", "出生地": "福建南安",
        "最高学历": "本科",
        "国(地区)籍": "中国", "身份": "华侨", "职业": "公司职员", "行业": "金融",
        "住在国(地区)": "意大利", "定居住在国(地区)时间": "1990", "联系电话": "13805920002",
        "国内居住地址": "南安市官桥镇", "住在国(地区)居住地址": "Via Roma 1, Prato",
    }),
    "huaqiao_farm_roster": ("职工花名册", {
        "序号": 1, "户号": "A-12", "户主": "黄阿福", "姓名": "黄阿福", "与户主关系": "户主",
        "性别": "男", "身份证号": resident_id(sequence=1), "民族": "汉", "归难侨身份": "归侨",
        "原侨居国": "越南", "回国时间": "1978-05", "生产队": "三队", "用工状态": "退休",
        "养老保险": "是", "承包土地(亩)": "3.5", "联系电话": "0592-6012345",
    }),
    "returned_student_info": ("留学人员", {
        "姓名": "林小雨", "常用电话": "13805920003", "拼音/外文名": "Lin Xiaoyu", "性别": "女",
        "出生年月": "1996-08-02", "护照号": "E12345678", "微信号": "linxy1996",
        "邮箱": "lin@example.com", "现居住国": "英国", "学位": "硕士", "留学类别": "自费",
        "所学专业": "统计学", "出国时间": "2019-09",
    }),
    "overseas_compatriot_info": ("华侨华人", {
        "姓名": "吴国华", "常用电话": "+39333123456", "拼音/外文名": "Wu Guohua", "性别": "男",
        "护照号": "G12345678", "QQ": "123456", "现国籍": "中国", "现居住国": "意大利",
        "现旅居地详细地址": "Via Pistoiese 5, Prato", "公司/单位名称": "华兴制衣",
        "社会任职": "商会理事", "侨界身份": "华侨",
    }),
    "volunteer_register": ("志愿者登记表", {
        "姓名": "许志远", "性别": "男", "出生日期": "1990-01-05",
        "身份证件号码": "", "居住区域": "思明区中华街道", "联系方式": "13805920004",
    }),
    "needy_guiqiao_ledger": ("困难归侨台账", {
        "序号": 1, "姓名": "郑秀英", "性别": "女", "身份证号": resident_id(sequence=4),
        "身份类别": "归侨", "原侨居国": "缅甸", "回国时间": "1969", "家庭住址": "华侨新村3号",
        "联系电话": "13805920005",
    }),
    "lawyer_volunteer_roster": ("律师团名册", {
        "序号": 1, "姓名": "周正", "性别": "男", "联系电话": "13805920006",
        "邮箱": "zhou@example.com",
    }),
}  # fmt: skip


def write_xlsx(path: Path, *sheets: tuple[str, list[list[object]]], merge: str = "") -> Path:
    """Write sheets of rows; ``merge`` are ranges of the first sheet, such as "A1:C1 B2:C2"."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    for cells in merge.split():
        book.worksheets[0].merge_cells(cells)
    book.save(path)
    return path


def write_csv(path: Path, rows: list[list[object]], encoding: str = "utf-8", delimiter=",") -> Path:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


def write_ods(path: Path, name: str, rows: list[list[object]], extra: str = "") -> Path:
    """Write one sheet; a cell that begins with < is XML, and ``extra`` stands behind the rows."""
    lines = "".join(
        "<table:table-row>" + "".join(map(_ods_cell, row)) + "</table:table-row>" for row in rows
    )
    spaces = " ".join(
        f'xmlns:{short}="{uri}"'
        for short, uri in {
            "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
            "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
            "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
            "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
        }.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}><office:body>'
        f'<office:spreadsheet><table:table table:name="{escape(name)}">{lines}{extra}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            "<manifest:manifest"
            ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
            "</manifest:manifest>",
        )
        archive.writestr("content.xml", content)
    return path


def _ods_cell(cell: object) -> str:
    text = str(cell)
    if text.startswith("<"):
        return text
    if text == "":
        return "<table:table-cell/>"
    return (
        '<table:table-cell office:value-type="string">'
        f"<text:p>{escape(text)}</text:p></table:table-cell>"
    )


def table(layout: str, *rows: dict[str, object], extra: tuple[str, ...] = ()) -> list[list[object]]:
    """Return headings and rows of a layout; each row changes cells of the clean one."""
    _sheet, clean = LAYOUTS[layout]
    headings = [*clean, *extra]
    return [headings, *[[(clean | row).get(heading, "") for heading in headings] for row in rows]]


def read(path: Path, sheet: int = 0, **options):
    """Return everything the rows of a sheet say, blank ones left out."""
    plan = options.pop("plan", None) or plan_workbook(path)[sheet]
    readings = read_rows(path, plan, **{"today": TODAY, **options})
    return [reading for reading in readings if reading.skip != "blank"]


def read_cell(path: Path, heading: str, cell: object, layout="guiqiao_qiaojuan_register", **others):
    """Return the reading of one row with this cell, in a file of its own at ``path``."""
    options = {key: others.pop(key) for key in ("refused", "find_region") if key in others}
    settings = others.pop("settings", None)
    clean = LAYOUTS[layout][1]
    new = tuple(text for text in (heading, *others) if text not in clean)
    rows = table(layout, {heading: cell, **others}, extra=new)
    write_xlsx(path, (LAYOUTS[layout][0], rows))
    plan = plan_workbook(path)[0]
    if settings:
        plan = dataclasses.replace(plan, settings=settings)
    [reading] = read(path, plan=plan, **options)
    return reading


def codes(reading) -> list[str]:
    """Return the codes of all issues."""
    return [issue.code for issue in reading.issues]

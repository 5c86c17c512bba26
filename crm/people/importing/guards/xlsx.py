"""The guard of .xlsx: parts of XML in a zip archive (ECMA-376)."""

import re
from html import unescape

from crm.people.importing.archives import LARGEST_PART, Archive
from crm.people.importing.errors import FileHasMacrosError, FileUnreadableError
from crm.people.importing.guards.inspection import ERRORS, FORMULA, Inspection, SheetFacts

_ROW_AT_MOST = 16 * 1024 * 1024
_SHEET = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_IS_1904 = re.compile(rb"date1904\s*=\s*[\"'](?:1|true)[\"']")


class _Patterns:
    """What to look for in the rows of a sheet; cells are many, so each begins with its bytes.

    ``prefix`` is that of the sheet's elements: some programs write <x:c> for <c>.
    """

    def __init__(self, prefix: bytes) -> None:
        cell, end, value = b"<" + prefix + b"c", b"</" + prefix, b"<" + prefix + b"v"
        formula = b"<" + prefix + b"f"
        self.row, self.cell = b"<" + prefix + b"row", cell + b" "
        self.has_formula = formula
        # Far to the right, from column Z on, or far down, from row 100,000 on.
        self.far = re.compile(cell + rb' r="((?:[A-Z]{2,}|[A-Z](?=[0-9]{6}))[0-9]+)"([^>]*)>')
        # As no program for spreadsheets writes: without its place, or with it behind something.
        self.odd = re.compile(cell + rb'(?=[\s/>])(?! r="[A-Z]{1,3}[0-9]{1,7}")')
        self.start = re.compile(cell + rb' r="([A-Z]+[0-9]+)"([^>]*)>')
        self.error = re.compile(
            cell + rb' r="([A-Z]+[0-9]+)"[^>]*\st="e"[^>]*>(.{0,8192}?)' + end + b"c>", re.DOTALL
        )
        self.shown = re.compile(value + rb">([^<]*)<")
        self.no_value = re.compile(
            b"(?:" + end + b"f>|" + formula + rb"(?:\s[^>]*)?/>)\s*(?:" + value + rb"\s*/>|" + value
            + rb">\s*" + end + rb"v>)?\s*" + end + b"c>"
        )  # fmt: skip


_ROOT = re.compile(rb"<((?:\w+:)?)worksheet[\s>]")
_OTHER_PREFIX = re.compile(rb"<\w+:c[\s/>]")
_PLACE = re.compile(rb"([A-Z]+)([0-9]+)")


def inspect_xlsx(archive: Archive) -> Inspection:
    """Return what is to be known of the workbook.

    Raises:
        FileHasMacrosError: it has programs in it.
        FileTooLargeError: a sheet is larger than a roster can be.
        FileUnreadableError: it is damaged, or written as no program for spreadsheets writes.
    """
    names = {name.lower(): name for name in archive.names}
    types = archive.read(names.get("[content_types].xml", ""))
    if any("vba" in name or "/macrosheets/" in name for name in names) or b"macroEnabled" in types:
        raise FileHasMacrosError
    workbook = archive.read(names.get("xl/workbook.xml", ""))
    relations = archive.read(names.get("xl/_rels/workbook.xml.rels", ""))
    paths = {
        attributes.get(b"Id", b""): _path(attributes.get(b"Target", b"").decode("utf-8", "replace"))
        for attributes in map(_attributes, _RELATION.findall(relations))
    }
    found = Inspection(is_1904=bool(_IS_1904.search(workbook)))
    facts: dict[str, SheetFacts] = {}
    for lowered, name in names.items():
        if lowered.startswith("xl/") and "sheets/" in lowered and lowered.endswith(".xml"):
            facts[lowered] = _scan(archive, name)
        elif lowered.endswith((".xml", ".rels")):
            for _piece in archive.pieces(name, limit=LARGEST_PART):
                pass
    for sheet in map(_attributes, _SHEET.findall(workbook)):
        relation = next((value for key, value in sheet.items() if key.endswith(b":id")), b"")
        path = paths.get(relation, "").lower()
        if path not in facts:
            raise FileUnreadableError
        found.sheets.append(facts[path])
    return found


def _attributes(tag: bytes) -> dict[bytes, bytes]:
    return {key: double or single for key, double, single in _ATTRIBUTE.findall(tag)}


def _path(target: str) -> str:
    target = unescape(target)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target.removeprefix('./')}"


def _scan(archive: Archive, name: str) -> SheetFacts:
    facts = SheetFacts()
    patterns = None
    rest = b""
    for piece in archive.pieces(name):
        data = rest + piece
        if patterns is None:
            root = _ROOT.search(data)
            if root is None:
                return facts  # a sheet of charts
            patterns = _Patterns(root[1])
        # A row is scanned as a whole.
        cut = max(data.rfind(patterns.row), 0)
        if not cut and len(data) > _ROW_AT_MOST:
            raise FileUnreadableError
        rest = data[cut:]
        _scan_rows(data[:cut], patterns, facts)
    if patterns is not None:
        _scan_rows(rest, patterns, facts)
    return facts


def _scan_rows(data: bytes, patterns: _Patterns, facts: SheetFacts) -> None:
    if patterns.odd.search(data):
        raise FileUnreadableError
    if patterns.row == b"<row" and b":c" in data and _OTHER_PREFIX.search(data):
        raise FileUnreadableError
    for place, behind in patterns.far.findall(data):
        if not behind.endswith(b"/"):  # an empty cell that has a format
            facts.see(*_position(place))
    if patterns.has_formula in data:
        for found in patterns.no_value.finditer(data):
            cell = patterns.start.match(data, max(data.rfind(patterns.cell, 0, found.start()), 0))
            # An empty text is a value, too.
            if cell and b't="str"' not in cell[2]:
                facts.mark(*_position(cell[1]), FORMULA)
    if b't="e"' in data:
        for found in patterns.error.finditer(data):
            shown = patterns.shown.search(found[2])
            text = shown[1].decode("utf-8", "replace") if shown else ""
            facts.mark(*_position(found[1]), text if text in ERRORS else "#N/A")


def _position(place: bytes) -> tuple[int, int]:
    found = _PLACE.fullmatch(place)
    if found is None:
        raise FileUnreadableError
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - 64
    return int(found[2]) - 1, column - 1

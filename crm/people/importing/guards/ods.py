"""The guard of .ods: one XML document in a zip archive, with repeats (OpenDocument 1.3)."""

import re

from crm.people.importing.archives import LARGEST_PART, Archive
from crm.people.importing.errors import (
    FileEncryptedError,
    FileHasMacrosError,
    FileUnreadableError,
)
from crm.people.importing.guards.inspection import FORMULA, Inspection, SheetFacts

_TAG = re.compile(
    r"<table:(table|table-row|table-cell|covered-table-cell)((?:\s[^>]*)?)>|</table:(table)>"
)
_REPEAT = re.compile(r"table:number-(?:rows|columns)-repeated\s*=\s*[\"']([0-9]{1,9})[\"']")
_SPAN = re.compile(r"table:number-(rows|columns)-spanned\s*=\s*[\"']([0-9]{1,9})[\"']")
_OTHER_PREFIX = re.compile(r"<(?!table:)[\w.-]+:table-cell[\s/>]")
_SHOWN = re.compile(r"<text:p[^>]*>([^<]*)</text:p>")


def inspect_ods(archive: Archive) -> Inspection:
    """Return what is to be known of the workbook.

    Raises:
        FileEncryptedError: it opens with a password only.
        FileHasMacrosError: it has programs in it.
        FileTooLargeError: a sheet is larger than a roster can be.
        FileUnreadableError: it is damaged.
    """
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise FileEncryptedError
    if any(name.startswith(("Basic/", "Scripts/")) for name in archive.names):
        raise FileHasMacrosError
    for name in archive.names:
        if name.endswith(".xml"):
            for _piece in archive.pieces(name, limit=LARGEST_PART):
                pass
    content = archive.read("content.xml").decode("utf-8", "replace")
    if not content or _OTHER_PREFIX.search(content):
        raise FileUnreadableError
    return _scan(content)


def _scan(content: str) -> Inspection:
    found = Inspection()
    row = column = row_repeat = 0
    for tag in _TAG.finditer(content):
        kind, attributes = tag[1], tag[2] or ""
        if kind == "table":
            found.sheets.append(SheetFacts())
            row = column = row_repeat = 0
        elif kind == "table-row":
            row, column, row_repeat = row + row_repeat, 0, _repeat(attributes)
        elif kind and found.sheets:
            repeat = _repeat(attributes)
            if "-spanned" in attributes:
                spans = {which: int(count) for which, count in _SPAN.findall(attributes)}
                last = row + spans.get("rows", 1) - 1, column + spans.get("columns", 1) - 1
                found.sheets[-1].merged.append((row, column, *last))
            if text := _text_of(content, tag, attributes):
                found.sheets[-1].see(row + row_repeat - 1, column + repeat - 1)
                if text != "value":
                    found.sheets[-1].mark(row, column, text)
            column += repeat
    return found


def _repeat(attributes: str) -> int:
    found = _REPEAT.search(attributes)
    return max(int(found[1]), 1) if found else 1


def _text_of(content: str, tag: re.Match[str], attributes: str) -> str:
    """Return "" for an empty cell, "value" for a filled one, or what it shows in its place."""
    is_closed = attributes.endswith("/")
    if 'calcext:value-type="error"' in attributes:
        shown = _SHOWN.match(content, tag.end()) if not is_closed else None
        return shown[1] if shown and shown[1].startswith("#") else "#N/A"
    if "value-type" in attributes:
        return "value"
    if "table:formula" in attributes:
        return FORMULA
    return "" if is_closed or content.startswith("</", tag.end()) else "value"

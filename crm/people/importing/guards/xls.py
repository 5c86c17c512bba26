"""The guard of .xls: records (BIFF) in a stream of a compound file ([MS-XLS], [MS-CFB])."""

import struct
from collections.abc import Iterator

from crm.people.importing.errors import (
    FileEncryptedError,
    FileHasMacrosError,
    FileIsNoTableError,
    FileUnreadableError,
)
from crm.people.importing.guards.inspection import ERRORS, Inspection, SheetFacts

_END = 0xFFFFFFFC  # and above: not a sector
_CODES = {0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
          0x24: "#NUM!", 0x2A: "#N/A"}  # fmt: skip
assert set(_CODES.values()) <= ERRORS
_BOF, _EOF, _BOUNDSHEET, _FILEPASS, _DATEMODE = 0x809, 0x0A, 0x85, 0x2F, 0x22
_ONE_CELL = {0x203, 0x27E, 0xFD, 0x204, 0xD6, 0x205, 0x06}
_BOOLERR, _FORMULA, _MULRK = 0x205, 0x06, 0xBD


def inspect_xls(data: bytes) -> Inspection:
    """Return what is to be known of the workbook.

    Raises:
        FileEncryptedError: it opens with a password only.
        FileHasMacrosError: it has programs in it.
        FileTooLargeError: a sheet is larger than a roster can be.
        FileUnreadableError: it is damaged, or no workbook.
    """
    try:
        return _inspect(_Compound(data))
    except (struct.error, IndexError, ValueError, KeyError) as error:
        raise FileUnreadableError from error


class _Compound:
    """A file system in a file: the directory and its streams."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._size = 1 << struct.unpack_from("<H", data, 0x1E)[0]
        if self._size not in {512, 4096}:
            raise FileUnreadableError
        count, self._directory_start = struct.unpack_from("<II", data, 0x2C)
        self._cutoff, mini_start = struct.unpack_from("<II", data, 0x38)
        self._fat = self._read_fat(count)
        self._mini_fat = self._numbers(b"".join(self._chain(mini_start)))
        self.entries = {entry[0]: entry[1:] for entry in self._read_directory()}

    def stream(self, name: str) -> bytes:
        """Return what is in a stream."""
        start, size = self.entries[name]
        if size >= self._cutoff:
            return b"".join(self._chain(start))[:size]
        mini = b"".join(self._chain(self.entries["Root Entry"][0]))
        parts, seen = [], 0
        while start < _END and seen <= len(self._mini_fat):
            parts.append(mini[start * 64 : start * 64 + 64])
            start, seen = self._mini_fat[start], seen + 1
        return b"".join(parts)[:size]

    def _sector(self, number: int) -> bytes:
        return self._data[(number + 1) * self._size : (number + 2) * self._size]

    def _chain(self, start: int) -> Iterator[bytes]:
        seen = 0
        while start < _END:
            seen += 1
            if seen > len(self._fat):
                raise FileUnreadableError
            yield self._sector(start)
            start = self._fat[start]

    def _read_fat(self, count: int) -> list[int]:
        places = list(struct.unpack_from("<109I", self._data, 0x4C))
        following = struct.unpack_from("<I", self._data, 0x44)[0]
        while following < _END and len(places) < count + 200:
            more = self._numbers(self._sector(following))
            places += more[:-1]
            following = more[-1]
        sectors = [self._sector(place) for place in places[:count] if place < _END]
        return self._numbers(b"".join(sectors))

    @staticmethod
    def _numbers(data: bytes) -> list[int]:
        whole = len(data) // 4
        return list(struct.unpack_from(f"<{whole}I", data))

    def _read_directory(self) -> Iterator[tuple[str, int, int]]:
        data = b"".join(self._chain(self._directory_start))
        for place in range(0, len(data) - 127, 128):
            length = struct.unpack_from("<H", data, place + 64)[0]
            if 2 <= length <= 64:
                name = data[place : place + length - 2].decode("utf-16-le", "replace")
                start, size = struct.unpack_from("<II", data, place + 116)
                yield name, start, size


def _workbook_of(compound: _Compound) -> bytes:
    """Return the stream of the workbook."""
    names = compound.entries
    if "EncryptedPackage" in names:
        raise FileEncryptedError
    if "_VBA_PROJECT_CUR" in names or "VBA" in names:
        raise FileHasMacrosError
    if "WordDocument" in names or "PowerPoint Document" in names:
        raise FileIsNoTableError
    name = "Workbook" if "Workbook" in names else "Book"
    if name not in names:
        raise FileUnreadableError
    return compound.stream(name)


def _inspect(compound: _Compound) -> Inspection:
    stream = _workbook_of(compound)
    found = Inspection()
    starts = []
    for kind, body in _records(stream, 0):
        if kind == _FILEPASS:
            raise FileEncryptedError
        if kind == _DATEMODE:
            found.is_1904 = body[:1] == b"\x01"
        elif kind == _BOUNDSHEET:
            # The type of the sheet stands behind its place and visibility: 1 is a macro sheet.
            if body[5] == 1:
                raise FileHasMacrosError
            starts.append((struct.unpack_from("<I", body)[0], body[5]))
    for start, kind in starts:
        found.sheets.append(_scan(stream, start) if kind == 0 else SheetFacts())
    return found


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of one substream, up to its end."""
    depth = 0
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        yield kind, stream[start + 4 : start + 4 + length]
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _EOF and depth <= 0:
            return
        start += 4 + length


def _scan(stream: bytes, start: int) -> SheetFacts:
    facts = SheetFacts()
    for kind, body in _records(stream, start):
        if kind in _ONE_CELL:
            row, column = struct.unpack_from("<HH", body)
            facts.see(row, column)
            if kind == _BOOLERR and body[7] == 1:
                facts.mark(row, column, _CODES.get(body[6], "#N/A"))
            elif kind == _FORMULA and body[12:14] == b"\xff\xff" and body[6] == 2:
                facts.mark(row, column, _CODES.get(body[8], "#N/A"))
        elif kind == _MULRK:
            row = struct.unpack_from("<H", body)[0]
            facts.see(row, struct.unpack_from("<H", body, len(body) - 2)[0])
    return facts

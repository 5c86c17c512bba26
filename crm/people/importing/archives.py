"""What may be done with a zip archive before anything is unpacked: a guard against zip bombs.

The directory of an archive may lie, so every entry that will be read is inflated here first, in
pieces, and counted. Nothing else in the program opens an uploaded archive.
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from crm.people.importing.errors import (
    FileEncryptedError,
    FileTooLargeError,
    FileUnreadableError,
)

LARGEST_UNPACKED = 400 * 1024 * 1024
LARGEST_PART = 100 * 1024 * 1024  # of a part that is held in memory as a whole
MOST_ENTRIES = 2_000
# Sheets shrink to a tenth; only repetition shrinks further, and little of it is big.
HIGHEST_RATIO = 200
RATIO_FROM = 10 * 1024 * 1024
_PIECE = 256 * 1024
_ENCRYPTED = 0x1
_LOCAL_HEADER = 30


class Archive:
    """An open zip archive whose directory is sound."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        try:
            with zipfile.ZipFile(file) as archive:
                entries = archive.infolist()
        except (zipfile.BadZipFile, RuntimeError, ValueError, EOFError) as error:
            raise FileUnreadableError from error
        self._entries = {entry.filename: entry for entry in entries}
        _check_directory(entries, file.seek(0, 2))

    @property
    def names(self) -> frozenset[str]:
        """The names of all entries."""
        return frozenset(self._entries)

    def read(self, name: str) -> bytes:
        """Return a whole entry, b"" if there is none.

        Raises:
            FileTooLargeError: it does not fit in memory.
        """
        return b"".join(self.pieces(name, limit=LARGEST_PART)) if name in self._entries else b""

    def pieces(self, name: str, *, limit: int = LARGEST_UNPACKED) -> Iterator[bytes]:
        """Yield an entry piece by piece, at most ``limit`` bytes of it.

        Raises:
            FileUnreadableError: it is damaged, or longer or shorter than the directory says.
            FileTooLargeError: it is longer than the limit.
        """
        entry = self._entries[name]
        if entry.file_size > limit:
            raise FileTooLargeError
        self._file.seek(entry.header_offset)
        header = self._file.read(_LOCAL_HEADER)
        if len(header) < _LOCAL_HEADER or header[:4] != b"PK\x03\x04":
            raise FileUnreadableError
        name_length, extra_length = int.from_bytes(header[26:28], "little"), header[28:30]
        self._file.seek(name_length + int.from_bytes(extra_length, "little"), 1)
        total = 0
        for piece in self._inflated(entry):
            total += len(piece)
            if total > entry.file_size:
                raise FileUnreadableError
            yield piece
        if total != entry.file_size:
            raise FileUnreadableError

    def _inflated(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        left = entry.compress_size
        if entry.compress_type == zipfile.ZIP_STORED:
            while left and (piece := self._file.read(min(_PIECE, left))):
                left -= len(piece)
                yield piece
            return
        inflater = zlib.decompressobj(-15)
        pending = b""
        try:
            while not inflater.eof:
                if not pending:
                    pending = self._file.read(min(_PIECE, left))
                    left -= len(pending)
                    if not pending:
                        return
                yield inflater.decompress(pending, _PIECE)
                pending = inflater.unconsumed_tail
        except zlib.error as error:
            raise FileUnreadableError from error


def open_archive(path: Path) -> Archive:
    """Return the archive in a file; the file stays open as long as the archive is in use."""
    return Archive(path.open("rb"))


def _check_directory(entries: list[zipfile.ZipInfo], size: int) -> None:
    if len(entries) > MOST_ENTRIES or len({entry.filename for entry in entries}) != len(entries):
        raise FileUnreadableError
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise FileEncryptedError
    if any(
        entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries
    ):
        raise FileUnreadableError
    packed = sum(entry.compress_size for entry in entries)
    unpacked = sum(entry.file_size for entry in entries)
    # Entries that lie on one another count more than once.
    if packed > size or unpacked > LARGEST_UNPACKED:
        raise FileTooLargeError
    for entry in entries:
        if entry.file_size > RATIO_FROM and entry.file_size > HIGHEST_RATIO * entry.compress_size:
            raise FileTooLargeError

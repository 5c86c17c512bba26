"""The uploaded file itself: sealed in the site's folder, opened only while a job reads it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from common.crypto import open_sealed, row_label, seal
from common.keys import current_key, current_schema, keystore
from crm.people.importing.errors import FileGoneError
from crm.people.models import ImportBatch

SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods", ".csv"})
_FOLDER = "imports"


def store_file(batch: ImportBatch, data: bytes) -> None:
    """Keep the file of an import, readable with the site's key only."""
    path = _path(batch)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    record = seal(data, key=current_key(), label=_label(batch), suite=int(settings.CIPHER_SUITE))
    path.touch(mode=0o600)
    path.write_bytes(record)


@contextmanager
def opened_file(batch: ImportBatch) -> Iterator[Path]:
    """Give the path of the file in the clear, for as long as the block lasts.

    A killed process leaves its copy behind; `forget_files` removes it.

    Raises:
        FileGoneError: it was removed, or did not come along when the site moved.
    """
    schema = current_schema()
    try:
        record = _path(batch).read_bytes()
    except FileNotFoundError:
        raise FileGoneError from None
    data = open_sealed(
        record,
        find_key=lambda key_id: keystore().data_key(schema, key_id),
        label=_label(batch),
    )
    with in_the_clear(data, name=batch.name) as path:
        yield path


@contextmanager
def in_the_clear(data: bytes, *, name: str) -> Iterator[Path]:
    """Give the path of a file with this content, for as long as the block lasts."""
    parent = settings.FILES_DIR / current_schema() / _FOLDER
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(
        dir=parent, prefix="open-", ignore_cleanup_errors=True
    ) as folder:
        # The sheet of a text file is called like the file. File systems take 255 bytes.
        stem = Path(name).stem.encode()[:200].decode(errors="ignore")
        path = Path(folder) / f"{stem}{Path(name).suffix.lower()}"
        path.touch(mode=0o600)
        path.write_bytes(data)
        yield path


def remove_file(batch: ImportBatch) -> None:
    """Remove the file; it may be gone already."""
    _path(batch).unlink(missing_ok=True)


def forget_files(*, kept: set[str]) -> None:
    """Remove the files of all imports but those whose keys are ``kept``, and what was left open.

    Only call it while no job reads a file.
    """
    folder = settings.FILES_DIR / current_schema() / _FOLDER
    for path in folder.glob("*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name not in kept:
            path.unlink(missing_ok=True)


def _path(batch: ImportBatch) -> Path:
    return settings.FILES_DIR / current_schema() / _FOLDER / str(batch.pk)


def _label(batch: ImportBatch) -> bytes:
    return row_label(current_schema(), batch._meta.db_table, "file", batch.pk)

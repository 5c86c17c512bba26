"""Where the files of exports lie: in the site's own folder, sealed with its key, for a day.

The folder goes with the site, and without the site's key its files are noise; a backup of the
folder alone tells nothing. Clear text touches the disk only while a workbook is put together,
inside the same private folder, and is swept if that is cut short.
"""

import datetime as dt
import secrets
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings

from common.crypto import open_sealed, row_label, seal
from common.keys import current_key, keystore
from crm.people.exporting.errors import FileGoneError
from tenants.context import current_schema

# Work of a killed process is swept after so long; a living one takes minutes at most.
_LEFT_OVER = dt.timedelta(hours=2)


def folder() -> Path:
    """Return the current site's folder of exports, which nobody else may enter."""
    path: Path = settings.FILES_DIR / current_schema() / "exports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def keep(content: bytes, *, owner: UUID) -> str:
    """Seal ``content`` for the export ``owner`` and return the file's random name."""
    name = secrets.token_hex(16)
    path = folder() / name
    part = path.with_suffix(".part")
    part.touch(mode=0o600)
    suite = int(settings.CIPHER_SUITE)
    part.write_bytes(seal(content, key=current_key(), label=_label(owner), suite=suite))
    part.rename(path)
    return name


def open_file(name: str, *, owner: UUID) -> bytes:
    """Return what `keep` was given.

    Raises:
        FileGoneError: there is no such file.
    """
    schema = current_schema()
    try:
        sealed = (folder() / Path(name).name).read_bytes()
    except OSError:
        raise FileGoneError from None
    return open_sealed(
        sealed, find_key=lambda key_id: keystore().data_key(schema, key_id), label=_label(owner)
    )


def remove(name: str) -> None:
    """Delete a file, if it is there."""
    if name:
        (folder() / Path(name).name).unlink(missing_ok=True)


def sweep(known: Collection[str], *, now: dt.datetime) -> int:
    """Delete what no export knows and no running job can still be writing; return how many."""
    swept = 0
    for path in folder().iterdir():
        # A process that is working may have removed it meanwhile.
        with suppress(FileNotFoundError):
            written = dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
            if path.name in known or now - written < _LEFT_OVER:
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
            swept += 1
    return swept


def _label(owner: UUID) -> bytes:
    return row_label(current_schema(), "people_exportrequest", "file", owner)

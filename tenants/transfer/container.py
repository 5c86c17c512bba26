"""The outside of an archive: a zip, or the same zip sealed with a passphrase.

A sealed archive is ``QJARCH01``, 16 bytes of salt, then chunks of 1 MiB (the last may be shorter),
each AES-256-GCM under the key that scrypt makes of the passphrase. The nonce of a chunk is its
number and whether it is the last, so that chunks cannot be exchanged, repeated or cut off.
"""

import os
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from django.utils.translation import gettext as _

from tenants.errors import TransferError

MAGIC = b"QJARCH01"
CHUNK = 1 << 20
_SALT_BYTES = 16
_TAG_BYTES = 16
# 128 MiB of memory for each guess.
_SCRYPT = {"length": 32, "n": 1 << 17, "r": 8, "p": 1}


@contextmanager
def new_archive(path: Path, passphrase: str | None) -> Iterator[zipfile.ZipFile]:
    """Give an empty zip; what the block puts in is at ``path`` afterwards, whole or not at all.

    Raises:
        TransferError: there is a file already, or it cannot be written.
    """
    if path.exists():
        raise TransferError(_("%(path)s exists already.") % {"path": path})
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w+b") as target:
            if passphrase is None:
                with _zip_writer(target) as archive:
                    yield archive
            else:
                # Without a name: the clear text must not outlive a crash.
                with tempfile.TemporaryFile(dir=path.parent) as clear:
                    with _zip_writer(clear) as archive:
                        yield archive
                    clear.seek(0)
                    _seal(clear, target, passphrase)
            target.flush()
            os.fsync(target.fileno())
        part.rename(path)
    except OSError as exc:
        raise TransferError(
            _("%(path)s cannot be written: %(why)s.") % {"path": path, "why": exc.strerror}
        ) from exc
    finally:
        with suppress(FileNotFoundError):
            part.unlink()


@contextmanager
def open_archive(path: Path, passphrase: str | None) -> Iterator[zipfile.ZipFile]:
    """Open an archive, sealed or not.

    Raises:
        TransferError: it is none, is damaged, or the passphrase does not open it.
    """
    try:
        with path.open("rb") as source, tempfile.TemporaryFile() as clear:
            if source.read(len(MAGIC)) == MAGIC:
                if passphrase is None:
                    raise TransferError(_("The archive is sealed. Give its passphrase file."))
                _open(source, clear, passphrase)
            else:
                source.seek(0)
                shutil.copyfileobj(source, clear, CHUNK)
            with zipfile.ZipFile(clear) as archive:
                yield archive
    except zipfile.BadZipFile as exc:
        raise TransferError(_("%(path)s is no archive of a site.") % {"path": path}) from exc
    except OSError as exc:
        raise TransferError(
            _("%(path)s cannot be read: %(why)s.") % {"path": path, "why": exc.strerror}
        ) from exc


def _zip_writer(file: IO[bytes]) -> zipfile.ZipFile:
    return zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6)


def _cipher(passphrase: str, salt: bytes) -> AESGCM:
    return AESGCM(Scrypt(salt, **_SCRYPT).derive(passphrase.encode()))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _seal(source: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    salt = secrets.token_bytes(_SALT_BYTES)
    cipher = _cipher(passphrase, salt)
    target.write(MAGIC + salt)
    number, chunk = 0, source.read(CHUNK)
    while chunk:
        following = source.read(CHUNK)
        nonce = _nonce(number, is_last=not following)
        target.write(cipher.encrypt(nonce, chunk, MAGIC))
        number, chunk = number + 1, following


def _open(source: IO[bytes], target: IO[bytes], passphrase: str) -> None:
    cipher = _cipher(passphrase, source.read(_SALT_BYTES))
    number, chunk = 0, source.read(CHUNK + _TAG_BYTES)
    try:
        while chunk:
            following = source.read(CHUNK + _TAG_BYTES)
            target.write(cipher.decrypt(_nonce(number, is_last=not following), chunk, MAGIC))
            number, chunk = number + 1, following
    except InvalidTag:
        raise TransferError(
            _("The passphrase does not open the archive, or the archive is damaged.")
        ) from None
    target.seek(0)

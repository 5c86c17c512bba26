"""The key folder: a master key, and for every schema its own data keys wrapped by it.

The folder lies outside the database, so destroying the keys of a schema erases that schema in
every backup of the database too. Files, all of mode 0400:

- ``master.key``: 32 random bytes;
- ``<schema>.<key id>.key``: one wrapped data key, ids counting from 1 to 255;
- ``<schema>.destroyed``: a tombstone; keys of that name are never made again.

A file appears whole or not at all and is never replaced, whoever is killed in between.
"""

import os
import re
import secrets
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

CACHE_SECONDS = 20  # a destroyed key is gone from every process within 30 s
_KEY_BYTES = 32
_NONCE_BYTES = 12
_LAST_KEY_ID = 255  # one byte in every sealed record
_SCHEMA_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Suite(IntEnum):
    """The algorithms a record or an index was made with."""

    AES = 1  # AES-256-GCM and HMAC-SHA-256
    SM = 2  # SM4-GCM and HMAC-SM3 (GM/T 0002, GM/T 0004)


class KeystoreError(Exception):
    """The key folder cannot serve; the text is a sentence for the operator."""


class MasterKeyError(KeystoreError):
    """The master key is missing, damaged or not the one these data keys were wrapped with."""


class KeyMissingError(KeystoreError):
    """There is no such data key."""


class KeyDestroyedError(KeystoreError):
    """The schema's keys were destroyed on purpose; its sealed values are gone for good."""


@dataclass(frozen=True, slots=True)
class DataKey:
    """The keys derived from one version of a schema's data key.

    ``index`` and ``audit`` come from version 1 whatever the version: what they made is compared
    with what they make later, so they must outlive a rotation. ``index_suite`` is the suite in
    use when the schema was made, for the same reason.
    """

    schema: str
    key_id: int
    encryption: bytes = field(repr=False)  # 32 bytes, for AES
    encryption_sm4: bytes = field(repr=False)  # 16 bytes
    index: bytes = field(repr=False)  # 32 bytes
    audit: bytes = field(repr=False)  # 32 bytes
    index_suite: Suite = Suite.AES


def _derive(secret: bytes, label: str, length: int = _KEY_BYTES) -> bytes:
    return HKDF(hashes.SHA256(), length, None, f"qiaojia {label}".encode()).derive(secret)


class Keystore:
    """The keys in one folder. Safe to share between threads.

    Args:
        folder: where the files lie.
        suite: the suite that schemas made from now on index with.
    """

    def __init__(self, folder: Path, suite: int = Suite.AES) -> None:
        self.folder = folder
        self._suite = Suite(suite)
        self._cache: dict[str, tuple[float, Mapping[int, DataKey]]] = {}
        self._lock = threading.Lock()

    @classmethod
    def create_master(cls, folder: Path, suite: int = Suite.AES) -> "Keystore":
        """Make the folder and its master key, and return the keystore.

        Raises:
            FileExistsError: there is a master key already.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_new(folder / "master.key", secrets.token_bytes(_KEY_BYTES))
        return cls(folder, suite)

    def current(self, schema: str) -> DataKey:
        """Return the newest data key of ``schema``, the one to seal with.

        Raises:
            KeyMissingError: the schema has none.
            KeyDestroyedError: they were destroyed.
        """
        keys = self._keys(schema)
        return keys[max(keys)]

    def data_key(self, schema: str, key_id: int) -> DataKey:
        """Return version ``key_id`` of the data key of ``schema``.

        Raises:
            KeyMissingError: there is no such version.
            KeyDestroyedError: the schema's keys were destroyed.
        """
        keys = self._keys(schema)
        if key_id not in keys:  # another process may have rotated since we looked
            keys = self._keys(schema, fresh=True)
        if key_id not in keys:
            raise KeyMissingError(f"Schema {schema} has no data key {key_id} in {self.folder}.")
        return keys[key_id]

    def create(self, schema: str) -> DataKey:
        """Make the first data key of ``schema``, unless it has one; return the newest.

        Raises:
            KeyDestroyedError: the schema's keys were destroyed; the name is spent.
        """
        self._refuse_destroyed(schema)
        if not self._path(schema, 1).exists():
            self._add(schema, 1)
        return self._newest(schema)

    def rotate(self, schema: str) -> DataKey:
        """Add a data key to ``schema`` and return it. Older records stay readable."""
        key_id = max(self._keys(schema, fresh=True)) + 1
        if key_id > _LAST_KEY_ID:
            raise KeystoreError(f"Schema {schema} has used all {_LAST_KEY_ID} key versions.")
        self._add(schema, key_id)
        return self._newest(schema)

    def destroy(self, schema: str) -> None:
        """Erase every data key of ``schema`` for good. Repeatable, and finishes what was begun.

        The overwriting is best effort: file systems that journal or copy on write, and backups
        of this folder, may keep the old bytes.
        """
        tombstone = self._tombstone(schema)
        if not tombstone.exists():
            with suppress(FileExistsError):
                _write_new(tombstone, b"")
        for key_id in range(1, _LAST_KEY_ID + 1):
            path = self._path(schema, key_id)
            if path.exists():
                _shred(path)
        _sync_folder(self.folder)
        with self._lock:
            self._cache.pop(schema, None)

    def problems(self) -> list[str]:
        """Return what is wrong with the folder, a sentence each; empty when all is well."""
        try:
            self._master()
        except MasterKeyError as exc:
            return [str(exc)]
        found = [
            f"{path} can be read by others. Run: chmod go-rwx {path}"
            for path in (self.folder, self.folder / "master.key")
            if path.stat().st_mode & 0o077
        ]
        for path in sorted(self.folder.glob("*.key")):
            schema, _, key_id = path.stem.partition(".")
            if key_id.isdecimal():
                try:
                    self._unwrap(schema, int(key_id))
                except KeystoreError as exc:
                    found.append(str(exc))
        return found

    def _keys(self, schema: str, *, fresh: bool = False) -> Mapping[int, DataKey]:
        """Return the data keys of ``schema`` by id, from memory where that is recent enough."""
        cached = self._cache.get(schema)
        if cached and not fresh and time.monotonic() < cached[0]:
            return cached[1]
        with self._lock:
            self._cache.pop(schema, None)
            keys = self._load(schema)
            self._cache[schema] = (time.monotonic() + CACHE_SECONDS, keys)
        return keys

    def _load(self, schema: str) -> Mapping[int, DataKey]:
        self._refuse_destroyed(schema)
        if not self._path(schema, 1).exists():
            raise KeyMissingError(
                f"Schema {schema} has no data key in {self.folder}. "
                "Put back the key folder that belongs to this database."
            )
        suite, first = self._unwrap(schema, 1)
        keys: dict[int, DataKey] = {}
        secret, key_id = first, 1
        while True:
            keys[key_id] = DataKey(
                schema=schema,
                key_id=key_id,
                encryption=_derive(secret, "encryption"),
                encryption_sm4=_derive(secret, "encryption sm4", 16),
                index=_derive(first, "index"),
                audit=_derive(first, "audit"),
                index_suite=suite,
            )
            key_id += 1
            if key_id > _LAST_KEY_ID or not self._path(schema, key_id).exists():
                return keys
            _suite, secret = self._unwrap(schema, key_id)

    def _newest(self, schema: str) -> DataKey:
        keys = self._keys(schema, fresh=True)
        return keys[max(keys)]

    def _add(self, schema: str, key_id: int) -> None:
        """Write one new wrapped key; losing a race to another process is as good as winning."""
        secret, nonce = secrets.token_bytes(_KEY_BYTES), secrets.token_bytes(_NONCE_BYTES)
        header = bytes([self._suite])
        wrapped = AESGCM(self._master()).encrypt(nonce, secret, _label(schema, key_id, header))
        path = self._path(schema, key_id)
        try:
            _write_new(path, header + nonce + wrapped)
        except FileExistsError:
            return
        if self._tombstone(schema).exists():  # destroyed while we wrote
            _shred(path)
        self._refuse_destroyed(schema)

    def _unwrap(self, schema: str, key_id: int) -> tuple[Suite, bytes]:
        path = self._path(schema, key_id)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            self._refuse_destroyed(schema)
            raise KeyMissingError(f"{path} is missing.") from None
        except OSError as exc:
            raise KeystoreError(f"{path} cannot be read: {exc.strerror}.") from exc
        header, nonce, wrapped = data[:1], data[1 : 1 + _NONCE_BYTES], data[1 + _NONCE_BYTES :]
        try:
            secret = AESGCM(self._master()).decrypt(nonce, wrapped, _label(schema, key_id, header))
            return Suite(header[0]), secret
        except (InvalidTag, ValueError, IndexError):
            raise MasterKeyError(
                f"{self.folder / 'master.key'} does not open {path.name}: it is another master "
                "key, or the file is damaged. Put back the key folder that belongs to this "
                "database."
            ) from None

    def _master(self) -> bytes:
        path = self.folder / "master.key"
        try:
            master = path.read_bytes()
        except FileNotFoundError:
            raise MasterKeyError(
                f"{path} is missing. Put back the key folder, or point QIAOJIA_KEY_DIR to it."
            ) from None
        except OSError as exc:
            raise MasterKeyError(f"{path} cannot be read: {exc.strerror}.") from exc
        if len(master) != _KEY_BYTES:
            raise MasterKeyError(f"{path} is damaged: it holds {len(master)} bytes, not 32.")
        return master

    def _refuse_destroyed(self, schema: str) -> None:
        if self._tombstone(schema).exists():
            raise KeyDestroyedError(f"The data keys of schema {schema} were destroyed.")

    def _path(self, schema: str, key_id: int) -> Path:
        return self._named(schema, f"{key_id}.key")

    def _tombstone(self, schema: str) -> Path:
        return self._named(schema, "destroyed")

    def _named(self, schema: str, suffix: str) -> Path:
        if not _SCHEMA_NAME.fullmatch(schema):
            raise ValueError(f"{schema!r} is not a schema name.")
        return self.folder / f"{schema}.{suffix}"


def keystore() -> Keystore:
    """Return the keystore that the settings name."""
    # As the settings have them: a page asks for each number it masks, and making a path takes
    # longer than opening the number.
    return _open(settings.KEY_DIR, settings.CIPHER_SUITE)


@lru_cache(maxsize=8)
def _open(folder: str | Path, suite: int) -> Keystore:
    return Keystore(Path(folder), int(suite))


def current_schema() -> str:
    """Return the schema the default connection works in."""
    schema = getattr(connection, "schema_name", None)
    if not isinstance(schema, str):
        raise ImproperlyConfigured("The default database backend knows no schemas.")
    return schema


def current_key() -> DataKey:
    """Return the newest data key of the schema the default connection works in."""
    return keystore().current(current_schema())


def _label(schema: str, key_id: int, header: bytes) -> bytes:
    return f"{schema}|{key_id}|".encode() + header


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that did not exist, whole or not at all, and make it durable.

    Linking a finished temporary file fails when the name is taken, which renaming would not.

    Raises:
        FileExistsError: ``path`` exists.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    finally:
        temporary.unlink()
    _sync_folder(path.parent)


def _shred(path: Path) -> None:
    """Overwrite the file with random bytes and remove it."""
    path.chmod(0o600)
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

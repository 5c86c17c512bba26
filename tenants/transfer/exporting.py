"""Write a site into an archive."""

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction

from accounts.models import User
from audit import selectors
from audit.services import record
from tenants.context import inside
from tenants.errors import InvalidStateError, UnknownTenantError
from tenants.lifecycle import EXPORT_ACTION, OBJECT_TYPE
from tenants.models import Tenant, TenantState
from tenants.ownership import owner_connection
from tenants.transfer.container import new_archive
from tenants.transfer.tables import (
    CHAIN_COLUMNS,
    CHAIN_TABLE,
    Row,
    Table,
    read_rows,
    read_tables,
    spell_plainly,
    write_csv,
)

FORMAT = "qiaojia-site/1"
MANIFEST = "manifest.json"
CHAIN_FILE = "audit_chain.csv"
# What the directory knows of a site, besides its code.
SITE_FACTS = ("name", "kind", "region_code", "phone", "address", "opening_hours")
_COPY_BYTES = 1 << 20


class HashingWriter:
    """Passes bytes on and remembers their SHA-256."""

    def __init__(self, target: IO[bytes] | None) -> None:
        self._target = target
        self._hash = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Write and hash."""
        self._hash.update(data)
        return self._target.write(data) if self._target else len(data)

    @property
    def sha256(self) -> str:
        """The digest so far, 64 hexadecimal digits."""
        return self._hash.hexdigest()


def export_tenant(
    *, code: str, path: Path, passphrase: str | None, by: User | None, now: dt.datetime
) -> dict[str, Any]:
    """Write the site into a new archive at ``path`` and return its manifest.

    All tables show one moment, while people go on working. Needs the provisioning login.

    Raises:
        UnknownTenantError: no site has the code.
        InvalidStateError: the site is deleted.
        TransferError: the file exists or cannot be written.
    """
    with owner_connection():
        tenant = Tenant.objects.filter(code=code).first()
        if tenant is None:
            raise UnknownTenantError
        if tenant.state == TenantState.DELETED:
            raise InvalidStateError
        with new_archive(path, passphrase) as archive:
            manifest = _fill(archive, tenant, now)
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        record(
            action=EXPORT_ACTION,
            by=by,
            object_type=OBJECT_TYPE,
            object_key=tenant.pk,
            detail={
                "code": tenant.code,
                "sha256": sha256,
                "rows": sum(table["rows"] for table in manifest["tables"].values()),
                "sealed": passphrase is not None,
            },
            now=now,
        )
    return manifest


def table_digest(schema: str, table: Table) -> tuple[int, str]:
    """Return how many rows the table has, and the SHA-256 that its file in an archive has."""
    writer = HashingWriter(None)
    rows = write_csv(read_rows(schema, table), table.columns, writer)  # type: ignore[arg-type]
    return rows, writer.sha256


def migrations_of(schema: str) -> list[str]:
    """Return the migrations that ``schema`` has applied, as ``app.name``, sorted."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT app || '.' || name FROM \"{schema}\".django_migrations ORDER BY 1"  # noqa: S608
        )
        return [name for (name,) in cursor.fetchall()]


def _fill(archive: zipfile.ZipFile, tenant: Tenant, now: dt.datetime) -> dict[str, Any]:
    schema = tenant.schema_name
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        spell_plainly()
        manifest = {
            "format": FORMAT,
            "exported_at": now.isoformat(),
            "site": {"code": tenant.code, "schema": schema}
            | {fact: getattr(tenant, fact) for fact in SITE_FACTS},
            "migrations": migrations_of(schema),
            "tables": {
                table.name: _add_table(archive, schema, table) for table in read_tables(schema)
            },
            "audit": _add_chain(archive, tenant),
        }
    manifest["files"] = {name: _add_file(archive, path, name) for name, path in _files_of(schema)}
    archive.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
    return manifest


def _add_table(archive: zipfile.ZipFile, schema: str, table: Table) -> dict[str, Any]:
    name = f"tables/{table.name}.csv"
    rows, sha256 = _add_csv(archive, name, read_rows(schema, table), table.columns)
    return {"file": name, "columns": list(table.columns), "rows": rows, "sha256": sha256}


def _add_chain(archive: zipfile.ZipFile, tenant: Tenant) -> dict[str, Any]:
    """Add the chain's old hashes, and say what it is worth."""
    schema, columns = tenant.schema_name, ("seq", *CHAIN_COLUMNS)
    chain = Table(CHAIN_TABLE, "seq", columns, (), {}, ())
    _rows, sha256 = _add_csv(archive, CHAIN_FILE, read_rows(schema, chain), columns)
    with inside(tenant):
        head = selectors.chain_head()
        findings = [str(finding) for finding in selectors.find_tampering()]
    return {
        "file": CHAIN_FILE,
        "sha256": sha256,
        "entries": head.seq,
        "head": head.mac.hex(),
        "findings": findings,
    }


def _add_csv(
    archive: zipfile.ZipFile, name: str, rows: Iterator[Row], columns: tuple[str, ...]
) -> tuple[int, str]:
    with archive.open(name, "w", force_zip64=True) as file:
        writer = HashingWriter(file)
        return write_csv(rows, columns, writer), writer.sha256  # type: ignore[arg-type]


def _files_of(schema: str) -> Iterator[tuple[str, Path]]:
    """Yield the site's files with the names they have in the archive."""
    folder = settings.FILES_DIR / schema
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield f"files/{path.relative_to(folder).as_posix()}", path


def _add_file(archive: zipfile.ZipFile, path: Path, name: str) -> dict[str, Any]:
    with path.open("rb") as source, archive.open(name, "w", force_zip64=True) as file:
        writer = HashingWriter(file)
        size = 0
        while data := source.read(_COPY_BYTES):
            size += writer.write(data)
    return {"bytes": size, "sha256": writer.sha256}

"""Take an archive in as a new site, all or nothing."""

import datetime as dt
import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
from django.conf import settings
from django.db import DatabaseError
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from accounts.models import User
from audit.chain import BEGINNING, Head, mac_of
from audit.models import AuditEntry
from audit.services import record
from common.crypto import row_label, seal
from common.events import index_key_changed
from common.ids import uuid7
from common.keys import current_key
from tenants.backend.current import connection
from tenants.errors import TransferError
from tenants.lifecycle import OBJECT_TYPE
from tenants.models import Tenant
from tenants.provisioning import create_tenant, replay_template
from tenants.transfer.container import open_archive
from tenants.transfer.exporting import FORMAT, MANIFEST, SITE_FACTS, table_digest
from tenants.transfer.tables import (
    CHAIN_COLUMNS,
    CHAIN_TABLE,
    Row,
    Table,
    read_csv,
    read_tables,
    spell_plainly,
)

IMPORT_ACTION = "site.import"
_COPY_BYTES = 1 << 20
_ENTRIES = 1_000  # chained at a time


def import_tenant(
    *,
    path: Path,
    code: str,
    passphrase: str | None,
    by: User | None,
    now: dt.datetime,
    region_code: str | None = None,
) -> Tenant:
    """Make a site named ``code`` from the archive at ``path``.

    Checksums and migrations are compared before anything is written; the new rows are compared
    with the manifest before anything is kept. Needs the provisioning login.

    Raises:
        TransferError: the archive is damaged, from another version, or does not fit here.
        InvalidCodeError: the code has the wrong shape or is reserved.
        CodeTakenError: another site has the code.
    """
    with open_archive(path, passphrase) as archive:
        manifest = _read_manifest(archive)
        _check_migrations(manifest)
        _check_files(archive, manifest)
        site = {fact: manifest["site"][fact] for fact in SITE_FACTS}
        if region_code:
            site["region_code"] = region_code
        tenant_id = uuid7()
        loader = _Loader(archive, manifest)
        try:
            return create_tenant(
                code=code,
                now=now,
                tenant_id=tenant_id,
                fill_schema=_filler(loader, tenant_id, by, now),
                **site,
            )
        except BaseException:
            loader.remove_files()
            raise


def _filler(
    loader: "_Loader", tenant_id: object, by: User | None, now: dt.datetime
) -> Callable[[str], None]:
    """Return what makes and fills the tables, inside the transaction that makes the site."""

    def fill(schema: str) -> None:
        replay_template(schema)
        connection.set_schema(schema)
        try:
            loader.load(schema)
            detail = loader.origin()
            record(action=IMPORT_ACTION, by=None, detail=detail, now=now)
        finally:
            connection.set_schema_to_public()
        record(
            action=IMPORT_ACTION,
            by=by,
            object_type=OBJECT_TYPE,
            object_key=str(tenant_id),
            detail=detail,
            now=now,
        )

    return fill


class _Loader:
    """Loads one archive into one empty schema, on the owner's connection."""

    def __init__(self, archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
        self.archive = archive
        self.manifest = manifest
        self._folder: Path | None = None

    def load(self, schema: str) -> None:
        """Fill tables and files, make anew what hangs on keys, and prove the result."""
        spell_plainly()
        tables = read_tables(schema)
        self._check_columns(tables)
        try:
            for table in tables:
                self._fill_table(schema, table)
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        except (DatabaseError, psycopg.Error, ValueError) as exc:
            raise TransferError(
                _("The rows do not fit here; is a region missing? %(why)s")
                % {"why": str(exc).splitlines()[0]}
            ) from exc
        _chain_anew()
        index_key_changed.send(sender=None)
        for table in tables:
            self._prove(schema, table)
        self._fill_files(schema)

    def origin(self) -> dict[str, Any]:
        """Return where the rows come from, for the audit."""
        audit = self.manifest["audit"]
        return {
            "from": self.manifest["site"]["schema"],
            "exported_at": self.manifest["exported_at"],
            "audit_entries": audit["entries"],
            "audit_head": audit["head"],
            "audit_findings": len(audit["findings"]),
        }

    def remove_files(self) -> None:
        """Remove what `load` wrote outside the database."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _check_columns(self, tables: list[Table]) -> None:
        expected = {table.name: list(table.columns) for table in tables}
        found = {name: facts["columns"] for name, facts in self.manifest["tables"].items()}
        if expected != found:
            raise TransferError(_("The archive's tables are not the tables of this version."))

    def _fill_table(self, schema: str, table: Table) -> None:
        derived = (*table.indexes, *table.searches, *_chain_columns(table))
        names = ", ".join(f'"{column}"' for column in (*table.columns, *derived))
        with (
            self.archive.open(self.manifest["tables"][table.name]["file"]) as file,
            connection.cursor() as cursor,
            cursor.copy(f'COPY "{schema}"."{table.name}" ({names}) FROM STDIN') as copy,
        ):
            rows = read_csv(file)
            next(rows)
            for row in _sealed(rows, schema, table):
                copy.write_row([*row, *_placeholders(row, table)])

    def _prove(self, schema: str, table: Table) -> None:
        facts = self.manifest["tables"][table.name]
        if table_digest(schema, table) != (facts["rows"], facts["sha256"]):
            raise TransferError(
                _("What was loaded into %(table)s is not what was exported.")
                % {"table": table.name}
            )
        for index in table.indexes:
            with connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT count(*) FROM "{schema}"."{table.name}"'  # noqa: S608  our names
                    f' WHERE "{index}" = decode(md5("{table.key}"::text), \'hex\')'
                )
                if cursor.fetchone()[0]:
                    raise AssertionError(f"Nobody made {table.name}.{index} anew.")

    def _fill_files(self, schema: str) -> None:
        if not self.manifest["files"]:
            return
        self._folder = settings.FILES_DIR / schema
        for name in self.manifest["files"]:
            target = self._folder.joinpath(*PurePosixPath(name).parts[1:])
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self.archive.open(name) as source, target.open("xb") as file:
                shutil.copyfileobj(source, file, _COPY_BYTES)


def _read_manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
    except (KeyError, ValueError) as exc:
        raise TransferError(_("This is no archive of a site: it has no manifest.")) from exc
    if manifest.get("format") != FORMAT:
        raise TransferError(_("The archive has another format than this version reads."))
    return manifest


def _check_migrations(manifest: dict[str, Any]) -> None:
    here = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations or ()}
    if differing := sorted(here ^ set(manifest["migrations"])):
        raise TransferError(
            _(
                "The archive was written by another version; it differs in %(migrations)s. Take it"
                " in with that version, then update."
            )
            % {"migrations": ", ".join(differing[:3])}
        )


def _check_files(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Compare every member with its checksum, and refuse names that lead elsewhere."""
    expected = {facts["file"]: facts["sha256"] for facts in manifest["tables"].values()}
    expected[manifest["audit"]["file"]] = manifest["audit"]["sha256"]
    for name, facts in manifest["files"].items():
        parts = PurePosixPath(name).parts
        if parts[0] != "files" or len(parts) < 2 or ".." in parts or "\\" in name:
            raise TransferError(_("The archive holds a file with an impossible name."))
        expected[name] = facts["sha256"]
    if set(archive.namelist()) != {*expected, MANIFEST}:
        raise TransferError(_("The archive does not hold what its manifest lists."))
    for name, sha256 in expected.items():
        with archive.open(name) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:  # type: ignore[arg-type]
                raise TransferError(_("%(name)s is damaged.") % {"name": name})


def _sealed(rows: Iterator[Row], schema: str, table: Table) -> Iterator[Row]:
    """Seal what is sealed here, bound to the new schema."""
    key, suite = current_key(), int(settings.CIPHER_SUITE)
    pk = table.columns.index(table.key)
    positions = [(table.columns.index(column), column) for column in table.sealed]
    for row in rows:
        for position, column in positions:
            if (text := row[position]) is not None:
                label = row_label(schema, table.name, column, row[pk])
                record_ = seal(text.encode(), key=key, label=label, suite=suite)
                row[position] = "\\x" + record_.hex()
        yield row


def _placeholders(row: Row, table: Table) -> Row:
    """Return values for the columns that are made anew; `_Loader._prove` knows them again."""
    values: Row = []
    pk = row[table.columns.index(table.key)] or ""
    for source in table.indexes.values():
        is_set = source not in table.columns or row[table.columns.index(source)] is not None
        digest = hashlib.md5(pk.encode(), usedforsecurity=False).hexdigest()
        values.append(f"\\x{digest}" if is_set else None)
    values += [""] * len(table.searches)
    values += ["1", "\\x", "\\x"][: len(_chain_columns(table))]
    return values


def _chain_columns(table: Table) -> tuple[str, ...]:
    return CHAIN_COLUMNS if table.name == CHAIN_TABLE else ()


def _chain_anew() -> None:
    """Sign the audit entries of the current schema with its own key, in their order."""
    key = current_key()
    head: Head = BEGINNING
    entries = AuditEntry.objects.order_by("seq")
    while batch := list(entries.filter(seq__gt=head.seq)[:_ENTRIES]):
        for entry in batch:
            entry.prev, entry.key_id = head.mac, key.key_id
            entry.mac = mac_of(entry, key)
            head = Head(entry.seq, entry.mac)
        AuditEntry.objects.bulk_update(batch, ["prev", "key_id", "mac"])

"""A site leaves as one file and arrives elsewhere, row for row, under other keys."""

import io
import json
import secrets
import stat
import zipfile
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections
from psycopg import sql

from accounts.roles import Role
from accounts.selectors import find_by_phone
from accounts.services.people import create_account
from audit.models import AuditEntry
from audit.selectors import find_tampering
from common.events import index_key_changed
from common.keys import Keystore
from crm.people.choices import ContactKind
from crm.people.models import Person, PersonContact, PersonDocument, PersonPhone
from crm.people.search import find_people
from crm.people.services import add_person
from crm.people.values import ContactValues, DocumentValues, PersonValues, PhoneValues
from network.models import Region
from tenants.context import inside
from tenants.errors import TransferError
from tenants.models import Tenant
from tenants.ownership import admin_connection
from tenants.provisioning import prepare_database
from tenants.transfer import export_tenant, import_tenant
from tenants.transfer.container import CHUNK
from tenants.transfer.tables import NOT_EXPORTED, read_csv, read_tables, write_csv
from tests.conftest import drop_database
from tests.fixtures_tenants import NOW

ELSEWHERE = "test_qiaojia_elsewhere"
ID_NUMBER, REGION, ODD = "11010519491231002X", "990000", '引号"、逗号,\n换行 \\N \\x00'


@pytest.fixture
def region(committing):
    """Make a region for as long as the test runs."""
    made = Region.objects.create(code=REGION, name="测试省", level=1, source="test")
    yield made
    connection.set_schema_to_public()
    Region.objects.filter(code=REGION)._raw_delete("default")


@pytest.fixture
def site(region, make_site):
    """Make a site with people, accounts, history and files."""
    tenant = make_site(name="侨福园区", phone="0592-5550101")
    with inside(tenant):
        clerk = create_account(
            display_name="柜员", phone="13900139000", roles=[Role.CLERK], now=NOW
        )
        for number in range(20):
            add_person(
                values=PersonValues(
                    full_name=f"曾{number}",
                    former_names=("曾,甲", 'A "B"'),
                    note=ODD if number else "",
                    region_code=REGION,
                    address="厦门市思明区鹭江道1号",
                    phones=(PhoneValues(number=f"138001380{number:02}"),),
                    contacts=(
                        ContactValues(kind=ContactKind.EMAIL, value=f"zeng{number}@example.org"),
                    ),
                    documents=((DocumentValues(number=ID_NUMBER),) if number == 0 else ()),
                ),
                by=clerk,
                now=NOW,
            )
    folder = settings.FILES_DIR / tenant.schema_name / "letters"
    folder.mkdir(parents=True)
    (folder / "来信.bin").write_bytes(secrets.token_bytes(CHUNK * 3 // 2))
    return tenant


@contextmanager
def elsewhere(tmp_path, settings):
    """Work in a fresh database with fresh keys and an empty file store."""
    here = connections["default"].settings_dict["NAME"]
    with admin_connection() as admin:
        drop_database(admin, ELSEWHERE)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(ELSEWHERE)))
    settings.KEY_DIR = tmp_path / "other-keys"
    settings.FILES_DIR = tmp_path / "other-files"
    Keystore.create_master(settings.KEY_DIR)
    switch_to(ELSEWHERE)
    try:
        prepare_database(app_password=settings.DATABASES["default"]["PASSWORD"])
        yield
    finally:
        switch_to(here)
        with admin_connection() as admin:
            drop_database(admin, ELSEWHERE)


def switch_to(name):
    connections["default"].close()
    connections["default"].close_pool()
    for config in (connections["default"].settings_dict, connections.settings["default"]):
        config["NAME"] = name


def in_the_clear(tenant):
    """Return every row of the site's people and accounts, opened, without what keys make."""
    with inside(tenant):
        return [
            {
                field.attname: getattr(value, "reveal", lambda v=value: v)()
                for field in row._meta.concrete_fields
                if field.attname not in {"number_index", "phone_index", "value_index", "search"}
                for value in [getattr(row, field.attname)]
            }
            for model in (Person, PersonPhone, PersonContact, PersonDocument)
            for row in model.objects.order_by("pk")
        ]


def export(tenant, path, passphrase=None):
    return export_tenant(code=tenant.code, path=path, passphrase=passphrase, by=None, now=NOW)


def test_a_site_arrives_whole_in_a_fresh_database_with_other_keys(site, tmp_path, settings):
    path = tmp_path / "site.zip"
    manifest = export(site, path, "correct horse battery")
    before = in_the_clear(site)
    files = (settings.FILES_DIR / site.schema_name / "letters" / "来信.bin").read_bytes()
    with inside(site):
        indexes = set(PersonPhone.objects.values_list("number_index", flat=True))
        contacts = set(PersonContact.objects.values_list("value_index", flat=True))
        entries = list(AuditEntry.objects.order_by("seq").values("seq", "action", "at", "detail"))

    with elsewhere(tmp_path, settings):
        with pytest.raises(TransferError, match="people_person_region"):
            bring(path, "other")
        assert not Tenant.objects.exists()
        assert list(settings.FILES_DIR.glob("*")) == []
        Region.objects.create(code=REGION, name="测试省", level=1, source="test")
        tenant = bring(path, "other")

        assert in_the_clear(tenant) == before
        assert len(before) == manifest["tables"]["people_person"]["rows"] * 3 + 1
        copied = settings.FILES_DIR / tenant.schema_name / "letters" / "来信.bin"
        assert copied.read_bytes() == files
        assert (tenant.name, tenant.phone) == (site.name, site.phone)
        with inside(tenant):
            assert not indexes & set(PersonPhone.objects.values_list("number_index", flat=True))
            assert not contacts & set(PersonContact.objects.values_list("value_index", flat=True))
            assert find_people("9999", may_search_documents=False).count() == 0
            assert find_people("8019", may_search_documents=False).count() == 1
            assert find_people("zeng", may_search_documents=False).count() == 20
            assert find_people("002X", may_search_documents=True).count() == 1
            assert find_by_phone("+8613900139000").display_name == "柜员"
            assert find_tampering() == []
            history = AuditEntry.objects.order_by("seq").values("seq", "action", "at", "detail")
            assert list(history)[:-1] == entries
            last = AuditEntry.objects.latest("seq")
            assert last.action == "site.import"
            assert last.detail["audit_head"] == manifest["audit"]["head"]


def bring(path, code, passphrase="correct horse battery"):
    return import_tenant(path=path, code=code, passphrase=passphrase, by=None, now=NOW)


def altered(path, target, change):
    """Write a copy of the archive; ``change`` gives new bytes, or None to leave a member out."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            data = change(name, source.read(name))
            if data is not None:
                copy.writestr(name, data)
    return target


def in_manifest(edit):
    def change(name, data):
        if name != "manifest.json":
            return data
        manifest = json.loads(data)
        edit(manifest)
        return json.dumps(manifest).encode()

    return change


def forge_rows(name, data):
    return data.replace(b"\xe6\x9b\xbe0", b"\xe6\x9b\xbe9") if "people_person.csv" in name else data


@pytest.mark.parametrize(
    "change",
    [
        forge_rows,
        lambda name, data: None if name.startswith("files/") else data,
        lambda name, data: data[:-1] if name.startswith("files/") else data,
        lambda name, data: data + b"\n" if name == "audit_chain.csv" else data,
        in_manifest(lambda manifest: manifest["migrations"].append("people.9999_to_come")),
        in_manifest(lambda manifest: manifest.update(format="qiaojia-site/9")),
        in_manifest(lambda manifest: manifest["files"].update({"files/../../x": {"sha256": ""}})),
        in_manifest(lambda manifest: manifest["tables"]["people_person"].update(rows=3)),
        in_manifest(lambda manifest: manifest["tables"]["people_person"]["columns"].pop()),
    ],
    ids=[
        "row",
        "file missing",
        "file cut",
        "chain",
        "version",
        "format",
        "traversal",
        "count",
        "column",
    ],
)
def test_a_damaged_or_foreign_archive_leaves_nothing(site, tmp_path, change):
    export(site, tmp_path / "site.zip")
    path = altered(tmp_path / "site.zip", tmp_path / "bad.zip", change)
    before = leftovers()
    with pytest.raises(TransferError):
        bring(path, "never", None)
    assert leftovers() == before
    assert not Tenant.objects.filter(code="never").exists()


def test_an_import_that_is_not_equal_is_not_kept(site, tmp_path, monkeypatch):
    path = tmp_path / "site.zip"
    export(site, path)

    def spoil(**_signal):
        Person.objects.filter(full_name="曾3").update(note="anders")

    monkeypatch.setattr(index_key_changed, "receivers", list(index_key_changed.receivers))
    index_key_changed.connect(spoil)
    with pytest.raises(TransferError, match="people_person"):
        bring(path, "never", None)
    monkeypatch.setattr(index_key_changed, "receivers", [])
    index_key_changed.sender_receivers_cache.clear()
    with pytest.raises(AssertionError, match="anew"):
        bring(path, "never", None)
    assert not Tenant.objects.filter(code="never").exists()


def leftovers():
    with admin_connection() as admin:
        schemas = admin.execute("SELECT count(*) FROM pg_namespace").fetchone()
        roles = admin.execute("SELECT count(*) FROM pg_roles").fetchone()
    return schemas, roles, len(list(settings.FILES_DIR.glob("*")))


def test_a_sealed_archive_opens_with_its_passphrase_only(site, tmp_path):
    path = tmp_path / "site.zip"
    export(site, path, "correct horse battery")
    sealed = path.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(sealed) > CHUNK
    assert b"people_person" not in sealed
    with pytest.raises(TransferError):
        bring(path, "never", "wrong horse battery")
    with pytest.raises(TransferError):
        bring(path, "never", None)
    first = len(b"QJARCH01") + 16
    one = CHUNK + 16
    for damaged in [
        sealed[:-1],
        sealed[: first + one],  # the last chunk is cut off
        sealed[:first] + sealed[first + one :],  # the first chunk is missing
        sealed[:-20] + bytes([sealed[-20] ^ 1]) + sealed[-19:],
    ]:
        path.write_bytes(damaged)
        with pytest.raises(TransferError) as refusal:
            bring(path, "never")
        # By the seal, not by chance when the zip is read.
        assert refusal.value.__cause__ is None


def test_an_archive_never_overwrites_and_leaves_no_half(site, tmp_path, monkeypatch):
    path = tmp_path / "site.zip"
    path.write_text("mine")
    with pytest.raises(TransferError):
        export(site, path)
    assert path.read_text() == "mine"
    monkeypatch.setattr("tenants.transfer.exporting._add_file", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export(site, tmp_path / "half.zip")
    assert [entry.name for entry in tmp_path.iterdir()] == ["site.zip"]


def test_every_table_of_a_site_is_exported_or_named_with_its_reason(make_site):
    tenant = make_site()
    with admin_connection() as admin:
        found = admin.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace",
            [tenant.schema_name],
        ).fetchall()
    exported = {table.name for table in read_tables(tenant.schema_name)}
    assert exported | set(NOT_EXPORTED) == {name for (name,) in found}
    assert not exported & set(NOT_EXPORTED)


def test_csv_keeps_null_empty_and_every_character_apart():
    rows = [["1", None, ""], [None, ODD, 'a"b""c'], ["", "\r\n", None], [None, None, None]]
    file = io.BytesIO()
    assert write_csv(iter(rows), ["x", "y", "z"], file) == 4
    file.seek(0)
    assert list(read_csv(file)) == [["x", "y", "z"], *rows]
    with pytest.raises(ValueError):
        list(read_csv(io.BytesIO(b'"a","b')))
    with pytest.raises(ValueError):
        list(read_csv(io.BytesIO(b'"a"x,"b"\n')))


def test_the_commands_move_a_site(site, tmp_path, capsys):
    path, secret = tmp_path / "site.zip", tmp_path / "secret"
    secret.write_text("correct horse battery\n")
    call_command("export_tenant", site.code, str(path))
    assert "in the clear" in capsys.readouterr().err
    with pytest.raises(CommandError):
        call_command("import_tenant", str(path), "--code", site.code)
    (tmp_path / "short").write_text("x")
    with pytest.raises(CommandError, match="too short"):
        call_command("export_tenant", site.code, str(path), f"--passphrase-file={tmp_path}/short")

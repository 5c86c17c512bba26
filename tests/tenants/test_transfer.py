"""A site leaves as one file and arrives elsewhere, row for row, under other keys."""

import datetime as dt
import io
import json
import stat
import zipfile
from contextlib import contextmanager

import psycopg
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
from common.keys import Keystore, keystore
from crm.people.models import Person, PersonDocument, PersonPhone
from crm.people.search import find_people
from crm.people.services import add_person
from crm.people.values import DocumentValues, PersonValues, PhoneValues
from network.models import Region
from tenants.context import inside
from tenants.errors import TransferError
from tenants.ownership import admin_connection
from tenants.provisioning import prepare_database
from tenants.transfer import export_tenant, import_tenant
from tenants.transfer.container import CHUNK
from tenants.transfer.tables import NOT_EXPORTED, read_csv, read_tables, write_csv
from tests.conftest import drop_database
from tests.fixtures_tenants import NOW

ELSEWHERE = "test_qiaojia_elsewhere"
ID_NUMBER, PHONE, ODD = "11010519491231002X", "+8613800138000", '引号"、逗号,\n换行 \\N \\x00'


@pytest.fixture
def site(make_site):
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
                    address="厦门市思明区鹭江道1号",
                    phones=(PhoneValues(number=f"138001380{number:02}"),),
                    documents=(
                        (DocumentValues(number=ID_NUMBER),)
                        if number == 0
                        else ()
                    ),
                ),
                by=clerk,
                now=NOW,
            )
    folder = settings.FILES_DIR / tenant.schema_name / "letters"
    folder.mkdir(parents=True)
    (folder / "来信.bin").write_bytes(bytes(range(256)) * 9000)
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
                if field.attname not in {"number_index", "phone_index", "search"}
                for value in [getattr(row, field.attname)]
            }
            for model in (Person, PersonPhone, PersonDocument)
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
        entries = list(AuditEntry.objects.order_by("seq").values("seq", "action", "at", "detail"))

    with elsewhere(tmp_path, settings):
        with pytest.raises(TransferError):  # regions are not there yet
            bring(path, "other")
        Region.objects.create(code="350000", name="福建省", level=1, source="test")
        tenant = bring(path, "other")

        assert in_the_clear(tenant) == before
        assert len(before) == manifest["tables"]["people_person"]["rows"] * 2 + 1
        copied = settings.FILES_DIR / tenant.schema_name / "letters" / "来信.bin"
        assert copied.read_bytes() == files
        assert (tenant.name, tenant.phone) == (site.name, site.phone)
        with inside(tenant):
            assert not indexes & set(PersonPhone.objects.values_list("number_index", flat=True))
            assert find_people("8013", may_search_documents=False).count() == 0
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

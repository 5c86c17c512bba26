"""Backup and restore as docs/operations.md tells it, into an empty server."""

import datetime as dt
import os
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections

from accounts.models import User
from accounts.services import create_account
from common.keys import Keystore
from config.embedded import Cluster
from tenants.context import inside

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
PHONE = "+8613494000077"


@pytest.fixture
def kept_account(sites, django_db_blocker):
    """Commit one account at north, so that another process can dump it."""
    with django_db_blocker.unblock(), inside(sites["north"]):
        user = create_account(display_name="备份", phone=PHONE, now=NOW)
        yield user
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM accounts_user WHERE id = %s", [user.pk])


def test_a_restored_backup_can_be_read_with_the_restored_keys(kept_account, sites, tmp_path):
    schema = sites["north"].schema_name
    cluster = Cluster(tmp_path / "other", settings={"fsync": "off"})
    binaries = cluster.places.binaries
    source = os.environ["DATABASE_ADMIN_URL"]
    name = connections["default"].settings_dict["NAME"]

    run(binaries / "pg_dumpall", "--roles-only", "--no-role-passwords",
        f"--file={tmp_path}/roles.sql", f"--dbname={source}")  # fmt: skip
    run(binaries / "pg_dump", "--format=custom", f"--file={tmp_path}/qiaojia.dump",
        f"--dbname={psycopg.conninfo.make_conninfo(source, dbname=name)}")  # fmt: skip
    shutil.copytree(settings.KEY_DIR, tmp_path / "keys")

    with cluster.running():
        admin = cluster.admin_url
        # The superuser exists already, and that is the only complaint we let pass.
        run(binaries / "psql", "--quiet", f"--file={tmp_path}/roles.sql", admin)
        run(binaries / "createdb", f"--maintenance-db={admin}", "qiaojia")
        target = cluster.url("postgres", "qiaojia")
        run(binaries / "pg_restore", "--exit-on-error", f"--dbname={target}",
            str(tmp_path / "qiaojia.dump"))  # fmt: skip
        with psycopg.connect(target) as restored:
            restored.execute(f'SET ROLE "{schema}"')
            row = restored.execute(
                f'SELECT phone FROM "{schema}".accounts_user WHERE id = %s', [kept_account.pk]
            ).fetchone()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                restored.execute(f'SELECT * FROM "{sites["south"].schema_name}".accounts_user')

    assert open_phone(bytes(row[0]), schema, kept_account, tmp_path / "keys") == PHONE


def open_phone(sealed: bytes, schema: str, user: User, folder: Path) -> str:
    """Decrypt with nothing but the restored row and the restored keys."""
    from common.crypto import open_sealed, row_label

    keys = Keystore(folder)
    label = row_label(schema, "accounts_user", "phone", user.pk)
    return open_sealed(
        sealed, find_key=lambda key_id: keys.data_key(schema, key_id), label=label
    ).decode()


def run(program: Path, *arguments: str) -> None:
    subprocess.run(
        [str(program), *arguments], check=True, capture_output=True, text=True, timeout=120
    )

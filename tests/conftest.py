"""The test database: a real PostgreSQL with real roles, two sites and one wall between them.

Without ``DATABASE_ADMIN_URL`` an embedded server is started in ``var/test`` and kept for the
next run; with it, the database ``test_qiaojia`` is made anew on that server.
"""

import atexit
import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import django
import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

ROOT = Path(__file__).resolve().parents[1]
# Two runs at once need two names.
TEST_DATABASE = os.environ.get("QIAOJIA_TEST_DATABASE", "test_qiaojia")
TEST_APP_USER = f"{TEST_DATABASE}_app"

# The test server forgets everything anyway; the crash tests start servers of their own.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_cleanup = ExitStack()
atexit.register(_cleanup.close)
_workspace = tempfile.TemporaryDirectory(prefix="qiaojia-test-")


def _environment() -> None:
    """Set what config.settings reads, before Django is set up."""
    # Playwright's synchronous API runs an event loop in the test's thread.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    os.environ["QIAOJIA_SECRET_KEY"] = secrets.token_hex(32)
    os.environ["QIAOJIA_KEY_DIR"] = f"{_workspace.name}/keys"
    os.environ["QIAOJIA_FILES_DIR"] = f"{_workspace.name}/files"
    os.environ["QIAOJIA_STATIC_ROOT"] = f"{_workspace.name}/static"
    os.environ["QIAOJIA_BASE_URL"] = "http://localhost:8000"
    os.environ.pop("QIAOJIA_DEMO", None)
    if "DATABASE_ADMIN_URL" not in os.environ:
        from config.embedded import Cluster

        cluster = Cluster(ROOT / "var" / "test", settings=FAST)
        _cleanup.enter_context(cluster.running())
        os.environ["DATABASE_ADMIN_URL"] = cluster.admin_url
    admin = conninfo_to_dict(os.environ["DATABASE_ADMIN_URL"])
    app = admin | {
        "dbname": TEST_DATABASE,
        "user": TEST_APP_USER,
        "password": secrets.token_hex(16),
    }
    os.environ["DATABASE_URL"] = make_conninfo("", **app)
    # Plugins below import models, before pytest-django would set Django up.
    django.setup()


_environment()

pytest_plugins = ["tests.fixtures_tenants", "tests.fixtures_tasks", "tests.fixtures_accounts"]


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """Make the database anew, as `prepare_database` makes a real one."""
    from django.conf import settings
    from django.db import connections

    admin_url = os.environ["DATABASE_ADMIN_URL"]
    with psycopg.connect(admin_url, autocommit=True, dbname="postgres") as admin:
        drop_database(admin, TEST_DATABASE)
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEST_DATABASE)))
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        from common.keys import Keystore
        from tenants.provisioning import prepare_database

        Keystore.create_master(settings.KEY_DIR)
        prepare_database(app_password=settings.DATABASES["default"]["PASSWORD"])
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections["default"].close()
        connections["default"].close_pool()


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Name static files as they lie in the source: pages render without collecting them first."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns otherwise
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture(autouse=True)
def speak_english() -> Iterator[None]:
    """Let messages outside of requests be in the language of the code, so tests can name them."""
    from django.utils import translation

    with translation.override("en"):
        yield


def drop_database(admin: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    """Drop a test database together with the roles of its tenants."""
    exists = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
    if not exists:
        return
    conninfo = make_conninfo(os.environ["DATABASE_ADMIN_URL"], dbname=name)
    roles: list[tuple[str]] = []
    with psycopg.connect(conninfo, autocommit=True) as inner:
        if inner.execute("SELECT to_regclass('public.tenants_tenant')").fetchone() != (None,):
            roles = inner.execute("SELECT schema_name FROM public.tenants_tenant").fetchall()  # type: ignore[assignment]
    admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    for (role,) in roles:
        admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))

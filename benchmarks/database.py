"""A database for one run of the benchmarks, made as a real one is made, and dropped afterwards."""

import os
import secrets
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

NAME = "bench_qiaojia"
ROOT = Path(__file__).resolve().parents[1]


def prepare(stack: ExitStack) -> None:
    """Start Django on an empty network; ``stack`` takes everything down again.

    Without ``DATABASE_ADMIN_URL`` an embedded server of its own is started, with the settings
    of a real one.
    """
    sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qiaojia-bench-")))
    if "DATABASE_ADMIN_URL" not in os.environ:
        from config.embedded import Cluster

        cluster = Cluster(folder / "data", say=lambda _line: None)
        stack.enter_context(cluster.running())
        os.environ["DATABASE_ADMIN_URL"] = cluster.admin_url
    admin_url = os.environ["DATABASE_ADMIN_URL"]
    login = {"dbname": NAME, "user": f"{NAME}_app", "password": secrets.token_hex(16)}
    os.environ |= {
        "DATABASE_URL": make_conninfo("", **conninfo_to_dict(admin_url) | login),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "QIAOJIA_SECRET_KEY": secrets.token_hex(32),
        "QIAOJIA_KEY_DIR": str(folder / "keys"),
        "QIAOJIA_FILES_DIR": str(folder / "files"),
        "QIAOJIA_STATIC_ROOT": str(folder / "static"),
        "QIAOJIA_BASE_URL": "http://localhost:8000",
    }
    os.environ.pop("QIAOJIA_DEMO", None)
    _drop(admin_url)
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(NAME)))
    stack.callback(_drop, admin_url)

    import django

    django.setup()
    from django.conf import settings
    from django.db import connections

    from common.keys import Keystore
    from tenants.provisioning import prepare_database

    Keystore.create_master(settings.KEY_DIR)
    prepare_database(app_password=login["password"])
    stack.callback(lambda: (connections["default"].close(), connections["default"].close_pool()))


def _drop(admin_url: str) -> None:
    """Drop the database and the roles of its tenants."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
            return
        with psycopg.connect(make_conninfo(admin_url, dbname=NAME)) as inner:
            known = inner.execute("SELECT to_regclass('public.tenants_tenant')").fetchone()
            query = "SELECT schema_name FROM public.tenants_tenant"
            roles = inner.execute(query).fetchall() if known and known[0] else []
        name = sql.Identifier(NAME)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
        for (role,) in roles:
            admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))

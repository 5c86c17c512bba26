"""Migrate 100 sites by planning once, against ``migrate_schemas``, which plans for each."""

import importlib
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from django.core.management import call_command
from django.test.utils import override_settings

import crm.people.migrations
from benchmarks.figures import Figure, seconds
from benchmarks.sites import crowd
from tenants.migrating import migrate_tenants
from tenants.ownership import owner_connection

PACKAGE = "bench_people_migrations"
MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "{previous}")]
    operations = [
        migrations.AddField("person", "{column}", models.CharField(max_length=20, default="")),
    ]
"""


def run() -> Iterable[Figure]:
    """Yield how many times faster 100 sites are looked through, and given one column."""
    crowd()
    migrate_tenants()
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / PACKAGE
        shutil.copytree(Path(crm.people.migrations.__file__).parent, package)
        sys.path.insert(0, folder)
        try:
            with override_settings(MIGRATION_MODULES={"people": PACKAGE}):
                yield from _compare(package)
        finally:
            sys.path.remove(folder)


def _compare(package: Path) -> Iterable[Figure]:
    ours = min(seconds(migrate_tenants) for _ in range(3))
    yield Figure("migrate-100-tenants-no-op", seconds(_stock) / ours, 20)
    # A column for ours and another for stock, so that each has the same to do.
    _add_migration(package, "bench_ours")
    ours = seconds(migrate_tenants)
    _add_migration(package, "bench_stock")
    yield Figure("migrate-100-tenants-add-field", seconds(_stock) / ours, 20)


def _stock() -> None:
    with owner_connection():
        call_command("migrate_schemas", tenant=True, interactive=False, verbosity=0)


def _add_migration(package: Path, column: str) -> None:
    previous = max(path.stem for path in package.glob("[0-9]*.py"))
    name = f"{int(previous[:4]) + 1:04}_add_{column}.py"
    (package / name).write_text(MIGRATION.format(previous=previous, column=column))
    importlib.invalidate_caches()

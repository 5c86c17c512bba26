"""Make a site by replaying the template, against running its migrations, 100 sites present."""

import statistics
from collections.abc import Iterable

from django.db import connection

from benchmarks.figures import Figure, seconds
from benchmarks.sites import crowd, make_site
from tenants.backend.base import TEMPLATE_SCHEMA
from tenants.ownership import owner_connection
from tenants.provisioning import migrate_schema

ROUNDS = 3
# Below this many tables the fixed cost of role, schema and rows hides what replaying saves.
TABLES_PROMISED = 60


def run() -> Iterable[Figure]:
    """Yield how many times faster the replay is."""
    crowd()
    ours, stock = [], []
    for number in range(ROUNDS):
        ours.append(seconds(lambda n=number: make_site(f"replayed-{n}")))
        stock.append(
            seconds(lambda n=number: make_site(f"migrated-{n}", fill_schema=migrate_schema))
        )
    ratio = statistics.median(stock) / statistics.median(ours)
    waiting = "" if count_tables() >= TABLES_PROMISED else f"from {TABLES_PROMISED} tables on"
    yield Figure("create-tenant-by-replay", ratio, 15, waiting=waiting)


def count_tables() -> int:
    """Return how many tables a site has."""
    with owner_connection(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = %s::regnamespace",
            [f'"{TEMPLATE_SCHEMA}"'],
        )
        return int(cursor.fetchone()[0])

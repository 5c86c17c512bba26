"""What tenancy adds to a request: resolve the host, take role and path, give them back.

Three chains answer the same request with one trivial query over a pooled connection: without
tenants, with django-tenants' own middleware and backend, and with ours. What the first takes is
subtracted from the other two.
"""

import statistics
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper as PlainWrapper
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django_tenants.middleware.main import TenantMainMiddleware
from django_tenants.postgresql_backend.base import DatabaseWrapper as StockWrapper

from benchmarks.figures import Figure, seconds
from benchmarks.sites import crowd
from tenants.middleware import TenantMiddleware
from tenants.ownership import admin_conninfo

ROUNDS, REQUESTS = 9, 300

Chain = Callable[[HttpRequest], HttpResponse]


def run() -> Iterable[Figure]:
    """Yield our cost as a part of stock's."""
    host = f"{crowd()[0].code}.localhost"
    taken: dict[str, list[float]] = {"bare": [], "stock": [], "ours": []}
    for _ in range(ROUNDS):
        with _default(PlainWrapper):
            taken["bare"].append(_requests(_answer, host))
        with _default(StockWrapper):
            taken["stock"].append(_requests(TenantMainMiddleware(_answer), host))
        taken["ours"].append(_requests(TenantMiddleware(_answer), host))
    bare, stock, ours = (statistics.median(taken[name]) for name in ("bare", "stock", "ours"))
    yield Figure("tenancy-cost-of-a-request", (ours - bare) / (stock - bare), 0.5, better="less")


def _answer(_request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse()


def _requests(chain: Chain, host: str) -> float:
    """Return the seconds of `REQUESTS` requests, after a few to warm up."""
    request = RequestFactory().get("/", headers={"host": host})
    for _ in range(20):
        _serve(chain, request)
    return seconds(lambda: [_serve(chain, request) for _ in range(REQUESTS)])


def _serve(chain: Chain, request: HttpRequest) -> None:
    request_started.send(sender=None, environ={})
    assert chain(request).status_code == 200
    request_finished.send(sender=None)


@contextmanager
def _default(wrapper: type[PlainWrapper]) -> Iterator[None]:
    """Make the default connection one of another backend, with the same pool, without roles."""
    usual: Any = connections["default"]
    usual.close()
    parts = admin_conninfo()
    pool = dict(usual.settings_dict["OPTIONS"]["pool"])
    pool.pop("reset", None)
    options = {
        key: value
        for key, value in parts.items()
        if key not in {"dbname", "user", "password", "host", "port"}
    }
    other = wrapper(
        usual.settings_dict
        | {
            "USER": parts.get("user", ""),
            "PASSWORD": parts.get("password", ""),
            "HOST": parts.get("host", ""),
            "PORT": parts.get("port", ""),
            "OPTIONS": options | {"server_side_binding": True, "pool": pool},
        },
        f"bench-{wrapper.__module__}",
    )
    # The receivers of Django's signals and ours expect a schema to leave.
    if not hasattr(other, "set_schema_to_public"):
        other.set_schema_to_public = lambda: None  # type: ignore[attr-defined]
    connections["default"] = other
    try:
        yield
    finally:
        close_old_connections()
        other.close()
        other.close_pool()
        connections["default"] = usual

"""The list of people: at 100,000 people against 1,000, and against a bare Django page."""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from accounts.services import create_account
from benchmarks.figures import Figure, seconds
from benchmarks.population import load_people
from tenants.context import inside
from tenants.models import Tenant
from tenants.ownership import owner_connection
from tenants.provisioning import create_tenant

SMALL, LARGE = 1_000, 100_000
REQUESTS = 200
MOST_QUERIES = 12
PATH = "/people/"
ROOT = Path(__file__).resolve().parents[1]


def run() -> Iterator[Figure]:
    """Yield how the page grows, how many queries it costs, and what it costs over HTTP."""
    call_command("collectstatic", interactive=False, verbosity=0)
    small, large = _site("bench-small", SMALL), _site("bench-large", LARGE)
    cookies = {tenant.code: _sign_in(tenant) for tenant in (small, large)}
    with inside(large), CaptureQueriesContext(connection) as queries:
        client = Client(SERVER_NAME=_host(large))
        client.cookies[settings.SESSION_COOKIE_NAME] = cookies[large.code]
        assert client.get(PATH).status_code == 200
    yield Figure("people list queries", len(queries), MOST_QUERIES, better="less")
    with _server("config.wsgi") as port, _server("benchmarks.bare_page") as bare_port:
        in_large = _fetch(port, _host(large), PATH, cookies[large.code])
        in_small = _fetch(port, _host(small), PATH, cookies[small.code])
        bare = _fetch(bare_port, "localhost", "/", "")
        for page in (in_large, in_small, bare):
            for _ in range(10):
                page()
        ratio = _median_ratio(in_large, in_small)
        yield Figure("people list 100,000 to 1,000", ratio, 1.3, better="less")
        ratio = _median_ratio(in_small, bare)
        yield Figure("people list to a bare page", ratio, 10, better="less")


def _median_ratio(page: Callable[[], object], baseline: Callable[[], object]) -> float:
    """Ask for the two pages by turns, and compare the medians.

    Not in rows, as `interleaved` does: a server answers many pages by turns, and sixty requests
    for the bare page on end would find the processor's cache warm as nobody finds it.
    """
    times = [(seconds(page), seconds(baseline)) for _ in range(REQUESTS)]
    first, second = (statistics.median(row) for row in zip(*times, strict=True))
    return first / second


def _site(code: str, people: int) -> Tenant:
    tenant = create_tenant(
        code=code, kind="community", name=code, region_code="350203", now=timezone.now()
    )
    load_people(tenant, people)
    with owner_connection() as owner, owner.cursor() as cursor:
        cursor.execute(f'VACUUM ANALYZE "{tenant.schema_name}".people_person')
        cursor.execute(f'VACUUM ANALYZE "{tenant.schema_name}".people_personphone')
        cursor.execute(f'VACUUM ANALYZE "{tenant.schema_name}".people_personidentity')
    return tenant


def _host(tenant: Tenant) -> str:
    return f"{tenant.code}.{settings.PLATFORM_HOST}"


def _sign_in(tenant: Tenant) -> str:
    """Return the session cookie of a new clerk."""
    now = timezone.now()
    with inside(tenant):
        clerk = create_account(display_name="clerk", roles=[Role.CLERK], now=now)
        clerk.second_factor_at = now
        clerk.save()
        client = Client(SERVER_NAME=_host(tenant))
        client.force_login(clerk)
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time()},
            {"method": "mfa", "at": time.time(), "type": "totp"},
        ]
        session["account_authentication_methods_user"] = str(clerk.pk)
        session.save()
        return str(session.session_key)


def _fetch(port: int, host: str, path: str, cookie: str) -> Callable[[], object]:
    """Return what asks for a page once, over a connection that stays open."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Host": f"{host}:{port}", "Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"}

    def act() -> object:
        link.request("GET", path, headers=headers)
        response = link.getresponse()
        body = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path} answered {response.status}")
        return body

    return act


@contextmanager
def _server(module: str) -> Iterator[int]:
    """Run one gunicorn worker, as the program runs them; give its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", f"{module}:application", "--bind", f"127.0.0.1:{port}",
         "--worker-class", "gthread", "--threads", "4", "--keep-alive", "60"],
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"},
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        for _attempt in range(300):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()

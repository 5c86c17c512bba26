"""Probes for supervisors, load balancers and Prometheus."""

import hmac
import ipaddress
import os

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from psycopg_pool import PoolTimeout

from common.keys import KeystoreError, keystore
from tenants.access import public_page
from tenants.backend.base import PUBLIC
from tenants.models import SchemaTemplate
from tenants.telemetry import queue_depth, sites_by_state, wall_breaches
from tenants.template import migrations_fingerprint


@require_safe
@never_cache
@public_page("A probe: says that the process lives, nothing else.")
def healthz(_request: HttpRequest) -> HttpResponse:
    """Say that this process answers. Touches nothing that could be down."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
@public_page("A probe: says whether database, keys and migrations are in order.")
def readyz(_request: HttpRequest) -> HttpResponse:
    """Say whether this server should get traffic; 503 names what is missing."""
    checks = {"database": _has_database(), "keys": _has_keys()}
    checks["migrations"] = checks["database"] and _is_migrated()
    status = 200 if all(checks.values()) else 503
    return JsonResponse(checks, status=status)


@require_safe
@never_cache
@public_page("For Prometheus: from this machine, or with the token from the environment.")
def metrics(request: HttpRequest) -> HttpResponse:
    """Show figures about the program; to strangers the page does not exist."""
    if not _may_scrape(request):
        raise Http404
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    text = generate_latest(registry) + generate_latest(_Now())
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


class _Now(CollectorRegistry):
    """Figures read at the moment of asking, the same from every process."""

    def collect(self):  # type: ignore[no-untyped-def]  # prometheus_client has no type for it
        """Yield the depth of the queue, the number of sites, and walls that fell."""
        queue = GaugeMetricFamily(
            "qiaojia_queue_messages", "Messages in the queue.", labels=["queue", "state"]
        )
        for (name, state), count in queue_depth().items():
            queue.add_metric([name, state], count)
        yield queue
        sites = GaugeMetricFamily("qiaojia_sites", "Sites by state.", labels=["state"])
        for state, count in sites_by_state().items():
            sites.add_metric([state], count)
        yield sites
        yield GaugeMetricFamily(
            "qiaojia_wall_breaches",
            "Walls between sites that the nightly canary got through, in two days. Alarm above 0.",
            value=wall_breaches(timezone.now()),
        )


def _may_scrape(request: HttpRequest) -> bool:
    token = os.environ.get("QIAOJIA_METRICS_TOKEN", "")
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token:
        return hmac.compare_digest(token.encode(), given.encode())
    # A proxy on this machine speaks for strangers, and says so in this header.
    address = ipaddress.ip_address(request.META["REMOTE_ADDR"])
    return address.is_loopback and "X-Forwarded-For" not in request.headers


def _has_database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError, PoolTimeout):
        return False
    return True


def _has_keys() -> bool:
    try:
        keystore().current(PUBLIC)
    except (KeystoreError, OSError):
        return False
    return settings.KEY_DIR.is_dir()


def _is_migrated() -> bool:
    return SchemaTemplate.objects.filter(fingerprint=migrations_fingerprint()).exists()

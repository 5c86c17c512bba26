"""From the request's host to its tenant, and the last look at a view's door."""

import time
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import set_urlconf

from common.ids import uuid7
from tenants.backend.current import connection
from tenants.models import TenantState
from tenants.routing import resolve_host
from tenants.telemetry import observe

GetResponse = Callable[[HttpRequest], HttpResponse]

# Answered on every host, before any look-up: the machines that ask know no host name.
PROBE_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# A suspended site can be read, so people must be able to sign in and choose large type.
_OPEN_WHEN_SUSPENDED = ("/accounts/", "/preferences/")

log = structlog.get_logger("request")


class RequestLogMiddleware:
    """Writes one line for each request: no query strings, no names, no addresses of people."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request and log how it went."""
        began = time.perf_counter()
        request.id = str(uuid7())  # type: ignore[attr-defined]
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.id)  # type: ignore[attr-defined]
        response = self.get_response(request)
        seconds = time.perf_counter() - began
        # The route, not the path: paths hold keys of people.
        match = getattr(request, "resolver_match", None)
        route = match.route if match else None
        status = response.status_code
        observe(route=route, method=request.method, status=status, seconds=seconds)
        log.info(
            "request",
            method=request.method,
            route=route,
            status=status,
            ms=round(seconds * 1000),
            tenant=getattr(getattr(request, "tenant", None), "code", None),
        )
        response["X-Request-ID"] = request.id  # type: ignore[attr-defined]
        return response


class TenantMiddleware:
    """Enters the tenant that the host belongs to, or the platform, or refuses the host."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Enter the host's schema, answer the request there."""
        connection.set_schema_to_public()
        request.tenant = None  # type: ignore[attr-defined]
        if request.path in PROBE_PATHS:
            return self._on_platform(request)
        try:
            host = request.get_host().rsplit(":", 1)[0].lower()
        except DisallowedHost:
            return _notice(request, "unknown_host.html", 400)
        if host == settings.PLATFORM_HOST:
            return self._on_platform(request)
        tenant = resolve_host(host)
        if tenant is None:
            return _notice(request, "unknown_host.html", 404)
        if tenant.state == TenantState.ARCHIVED:
            return _notice(request, "archived.html", 410, tenant=tenant)
        if (
            tenant.is_read_only
            and request.method not in _SAFE_METHODS
            and not request.path.startswith(_OPEN_WHEN_SUSPENDED)
        ):
            return _notice(request, "suspended.html", 403, tenant=tenant)
        connection.set_tenant(tenant)
        structlog.contextvars.bind_contextvars(tenant=tenant.code)
        request.tenant = tenant  # type: ignore[attr-defined]
        return self.get_response(request)

    def _on_platform(self, request: HttpRequest) -> HttpResponse:
        request.urlconf = settings.PUBLIC_SCHEMA_URLCONF
        set_urlconf(settings.PUBLIC_SCHEMA_URLCONF)
        return self.get_response(request)


class AccessMiddleware:
    """Refuses a view that names neither its permission nor why it needs none.

    The test of the URL table finds such a view first; this is the wall behind the test.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], *_args: Any
    ) -> HttpResponse | None:
        """Look for the mark that `requires`, `public_page` or an API view leaves."""
        if not is_guarded(view):
            raise PermissionDenied("The view names no permission.")
        return None


def is_guarded(view: Callable[..., Any]) -> bool:
    """Say whether a view names its permission, or why it needs none."""
    api_view = getattr(view, "cls", None)
    if api_view is not None:
        return getattr(api_view, "read_permission", None) is not None
    return getattr(view, "permission", None) is not None or bool(getattr(view, "public_reason", ""))


def _notice(request: HttpRequest, template: str, status: int, **context: Any) -> HttpResponse:
    return render(request, template, context, status=status)

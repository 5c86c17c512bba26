"""Absolute addresses, made from what is stored and never from what a request claims."""

from urllib.parse import urlsplit

from django.conf import settings

from tenants.routing import ResolvedTenant


def absolute(tenant: ResolvedTenant | None, path: str) -> str:
    """Return the full address of ``path`` at the site's primary host, or at the platform (None)."""
    base = urlsplit(settings.BASE_URL)
    host = tenant.primary_host if tenant else settings.PLATFORM_HOST
    port = f":{base.port}" if base.port else ""
    return f"{base.scheme}://{host}{port}{path}"

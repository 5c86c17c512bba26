"""Absolute addresses for pages."""

from tenants import links
from tenants.access import MemberRequest


def absolute(request: MemberRequest, path: str) -> str:
    """Return the full address of ``path`` at the host that the request's site has."""
    return links.absolute(request.tenant, path)

"""What an entry says about the request it was written in: from which network, in which role."""

import ipaddress
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_NETWORK_BITS = {4: 24, 6: 48}


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """The network a request came from, and the role its sender acts in when that is not plain."""

    ip: str = ""
    role: str = ""


_OUTSIDE = RequestFacts()
_facts: ContextVar[RequestFacts] = ContextVar("audit_request", default=_OUTSIDE)


def request_facts() -> RequestFacts:
    """Return the facts of the request being answered; empty ones outside of any request."""
    return _facts.get()


@contextmanager
def set_request_context(*, ip: str = "", role: str = "") -> Iterator[None]:
    """Write ``ip`` (shortened to its network) and ``role`` on the entries of the block.

    An empty ``role`` means: all that the actor holds.
    """
    token = _facts.set(RequestFacts(ip=network_of(ip), role=role))
    try:
        yield
    finally:
        _facts.reset(token)


def remember_request(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: have every entry of a request say where the request came from."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with set_request_context(ip=client_address(request)):
            return get_response(request)

    return middleware


def client_address(request: HttpRequest) -> str:
    """Return the visitor's address: the last one that no proxy of ours has.

    ``X-Forwarded-For`` is believed only as far as our own proxies (``TRUSTED_PROXIES``) wrote it.
    """
    address: str = request.META.get("REMOTE_ADDR", "")
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while is_our_proxy(address) and forwarded:
        address = forwarded.pop().strip()
    return address


def is_our_proxy(address: str) -> bool:
    """Say whether ``address`` is one of ``TRUSTED_PROXIES``, which are addresses or networks."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(
        parsed in ipaddress.ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES
    )


def network_of(address: str) -> str:
    """Return the network an address belongs to, or nothing for what is no address.

    >>> network_of("203.0.113.77"), network_of("2001:db8:12:3456::1"), network_of("unix:")
    ('203.0.113.0/24', '2001:db8:12::/48', '')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    bits = _NETWORK_BITS[parsed.version]
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False))

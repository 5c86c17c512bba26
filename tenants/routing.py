"""From host name to tenant, cached for a few seconds in each process."""

import time
from dataclasses import dataclass

from tenants.backend.current import connection
from tenants.models import Domain, TenantKind, TenantState

# Seconds. A suspension reaches every process within this time.
CACHE_SECONDS = 15
# Unknown hosts are remembered too, so the memory needs a bound against made-up names.
_MOST_HOSTS = 10_000


@dataclass(frozen=True, slots=True)
class ResolvedTenant:
    """What a request needs to know of its tenant, without asking the database again."""

    id: str
    schema_name: str
    code: str
    name: str
    kind: TenantKind
    region_code: str
    phone: str
    address: str
    opening_hours: str
    state: TenantState
    state_reason: str
    primary_host: str

    @property
    def is_read_only(self) -> bool:
        """Say whether the site may be read but not changed."""
        return self.state == TenantState.SUSPENDED

    @property
    def is_on_trial(self) -> bool:
        """Say whether the site is still being tried out."""
        return self.state == TenantState.TRIAL


_hosts: dict[str, tuple[float, ResolvedTenant | None]] = {}


def resolve_host(host: str) -> ResolvedTenant | None:
    """Return the tenant that answers at ``host`` (lower case, no port), or None."""
    now = time.monotonic()
    cached = _hosts.get(host)
    if cached and cached[0] > now:
        return cached[1]
    tenant = _look_up(host)
    if len(_hosts) >= _MOST_HOSTS:
        _hosts.clear()
    _hosts[host] = (now + CACHE_SECONDS, tenant)
    return tenant


def forget_hosts() -> None:
    """Drop the cache, after a change of hosts or states. Other processes follow by time."""
    _hosts.clear()


def _look_up(host: str) -> ResolvedTenant | None:
    # A role that can read two tables and nothing else: no tenant is known yet.
    connection.set_router()
    try:
        domain = (
            Domain.objects.select_related("tenant")
            .filter(domain=host)
            .exclude(tenant__state=TenantState.DELETED)
            .first()
        )
        if domain is None:
            return None
        tenant = domain.tenant
        primary = tenant.domains.filter(is_primary=True).values_list("domain", flat=True).first()
    finally:
        connection.set_schema_to_public()
    return ResolvedTenant(
        id=str(tenant.pk),
        schema_name=tenant.schema_name,
        code=tenant.code,
        name=tenant.name,
        kind=TenantKind(tenant.kind),
        region_code=tenant.region_code,
        phone=tenant.phone,
        address=tenant.address,
        opening_hours=tenant.opening_hours,
        state=TenantState(tenant.state),
        state_reason=tenant.state_reason,
        primary_host=primary or host,
    )

"""Many small sites, as the benchmarks of tenancy need them around."""

import datetime as dt

from tenants.models import Tenant
from tenants.provisioning import create_tenant

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)


def make_site(code: str, **options: object) -> Tenant:
    """Make one empty site."""
    return create_tenant(
        code=code,
        kind="community",
        name="测试侨之家",
        region_code="350203",
        now=NOW,
        **options,  # type: ignore[arg-type]
    )


def crowd(size: int = 100) -> list[Tenant]:
    """Return ``size`` sites, making those that are not there yet."""
    codes = [f"crowd-{number:03}" for number in range(size)]
    known = {tenant.code: tenant for tenant in Tenant.objects.filter(code__in=codes)}
    return [known.get(code) or make_site(code) for code in codes]

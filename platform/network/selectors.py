"""What can be asked about regions and sites."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from jobs.models import Job
from network.models import Region
from tenants.models import MigrationResult, SchemaTemplate, Tenant, TenantKind, TenantState


def region_path(code: str) -> list[Region]:
    """Return the region and everything it is part of, the province first.

    One query. Empty for a code that is not on record: papers may carry codes older than our list.
    """
    region = (
        Region.objects.select_related("parent__parent__parent__parent").filter(code=code).first()
    )
    path: list[Region] = []
    while region is not None:
        path.insert(0, region)
        region = region.parent
    return path


def region_full_name(code: str) -> str:
    """Return the names down to ``code``, as in 福建省 厦门市 思明区; empty if not on record."""
    return " ".join(region.name for region in region_path(code))


def regions_under(code: str) -> QuerySet[Region]:
    """Return every region below ``code``, at any depth, without the region itself.

    A code contains its parents' codes (35 0000, 3502 00, 350203), so this is one prefix search on
    the primary key and finds nothing below a county until streets are added.
    """
    return Region.objects.filter(code__startswith=region_stem(code) or code).exclude(code=code)


def region_stem(code: str) -> str:
    """Return the digits that every region within ``code`` begins with; "" for no code.

    >>> region_stem("350000"), region_stem("350200"), region_stem("350203"), region_stem("x")
    ('35', '3502', '350203', '')
    >>> region_stem("350203100")  # a street
    '350203100'
    """
    if not (code.isascii() and code.isdecimal() and len(code) in {6, 9, 12}):
        return ""
    if len(code) > 6:
        return code
    return code[:2] if code.endswith("0000") else code[:4] if code.endswith("00") else code


def is_known_region(code: str) -> bool:
    """Say whether ``code`` is or was a region."""
    return Region.objects.filter(code=code).exists()


@dataclass(frozen=True)
class DirectoryEntry:
    """A site as the platform's directory shows it."""

    tenant: Tenant
    region_name: str
    host: str
    migration_error: str
    # Whether its tables are those a new site gets today.
    is_up_to_date: bool


def directory(*, text: str = "", kind: str = "", state: str = "") -> QuerySet[Tenant]:
    """Return the sites whose name or code contains ``text``, of a kind, in a state."""
    tenants = Tenant.objects.prefetch_related("domains").order_by("region_code", "code")
    if text:
        tenants = tenants.filter(Q(name__icontains=text) | Q(code__icontains=text))
    if kind in TenantKind.values:
        tenants = tenants.filter(kind=kind)
    return tenants.filter(state=state) if state in TenantState.values else tenants


def describe_sites(tenants: Iterable[Tenant]) -> list[DirectoryEntry]:
    """Add to each site its region's full name, host, last migration and structure.

    Four queries in all.
    """
    tenants = list(tenants)
    regions = Region.objects.select_related("parent__parent").in_bulk(
        {tenant.region_code for tenant in tenants}
    )
    errors = dict(
        MigrationResult.objects.filter(schema_name__in=[t.schema_name for t in tenants])
        .exclude(error="")
        .values_list("schema_name", "error")
    )
    newest = (
        SchemaTemplate.objects.order_by("-created_at").values_list("fingerprint", flat=True).first()
    )
    return [
        DirectoryEntry(
            tenant=tenant,
            region_name=_names_down_to(regions.get(tenant.region_code)),
            host=next((d.domain for d in tenant.domains.all() if d.is_primary), ""),
            migration_error=errors.get(tenant.schema_name, ""),
            is_up_to_date=tenant.template_fingerprint == newest,
        )
        for tenant in tenants
    ]


def last_change(code: str) -> Job | None:
    """Return the newest job that was ordered on the site's page, or None."""
    return Job.objects.filter(kind="network.change_site", arguments__code=code).first()


def _names_down_to(region: Region | None) -> str:
    names: list[str] = []
    while region is not None:
        names.insert(0, region.name)
        region = region.parent
    return " ".join(names)


def suggest_regions(text: str, *, limit: int = 20) -> list[tuple[str, str]]:
    """Return ``(code, full name)`` of counties and cities that match a name or a code's start.

    Withdrawn codes are left out; too short a text finds nothing.
    """
    text = text.strip()
    if len(text) < 2:
        return []
    wanted = Q(code__startswith=text) if text.isdecimal() else Q(name__contains=text)
    regions = (
        Region.objects.select_related("parent__parent")
        .filter(wanted, valid_to__isnull=True, level__gte=Region.Level.CITY)
        .order_by("code")[:limit]
    )
    return [(region.code, _names_down_to(region)) for region in regions]


def find_regions(text: str) -> list[Region]:
    """Return the regions that ``text`` may mean: a code, a name, or names from the province down.

    ``思明区``, ``厦门市思明区`` and ``福建省 厦门市 思明区`` all find the district. At most two
    queries; nothing for a text that names no region, several for one that fits several.
    """
    text = "".join(text.split())
    if not text:
        return []
    if text.isascii() and text.isdecimal():
        return list(Region.objects.filter(code=text))
    endings = [text[start:] for start in range(len(text))]
    named = Region.objects.select_related("parent__parent__parent__parent").filter(
        name__in=endings, valid_to__isnull=True
    )
    found = [region for region in named if _is_path_of(region, text)]
    longest = max((len(region.name) for region in found), default=0)
    return [region for region in found if len(region.name) == longest]


def _is_path_of(region: Region, text: str) -> bool:
    """Say whether ``text`` is the region's name with none, some or all of those above it."""
    above: Region | None = region
    while above is not None and text:
        text = text.removesuffix(above.name)
        above = above.parent
    return not text

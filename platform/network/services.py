"""What can be done to the network: its regions and its sites."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from network.errors import UnknownRegionError
from network.models import Region
from network.region_data import RegionList, read_region_list
from network.selectors import is_known_region
from tenants.models import Tenant
from tenants.provisioning import create_tenant

# 9 columns a row keep a batch far below PostgreSQL's 65,535 parameters.
BATCH = 1_000


@transaction.atomic
def load_regions(regions: RegionList | None = None) -> int:
    """Bring the regions in line with ``regions``, by default the list that ships with the program.

    New and changed codes are written; a code down to the county that the list no longer has is
    closed on the list's day, never deleted, and opens again if a later list brings it back. Runs
    at every start: a second run reads one query and writes nothing.

    Returns:
        The number of rows written or closed.
    """
    regions = regions or read_region_list()
    source = f"GB/T 2260 {regions.year}"
    listed = {
        row.code: Region(
            code=row.code,
            name=row.name,
            level=row.level,
            parent_id=row.parent or None,
            source=source,
        )
        for row in regions.rows
    }
    known = Region.objects.filter(level__lte=Region.Level.COUNTY).in_bulk()
    changed = [
        region
        for code, region in listed.items()
        if code not in known or _facts(region) != _facts(known[code])
    ]
    Region.objects.bulk_create(
        changed,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "level", "parent", "valid_to", "source"],
    )
    gone = [code for code, r in known.items() if code not in listed and r.valid_to is None]
    return len(changed) + Region.objects.filter(code__in=gone).update(valid_to=regions.as_of)


def _facts(region: Region) -> tuple[object, ...]:
    """Return what the list decides about a region."""
    return (region.name, region.level, region.parent_id, region.valid_to, region.source)


def create_site(
    *,
    code: str,
    kind: str,
    name: str,
    region_code: str,
    now: dt.datetime,
    phone: str = "",
    address: str = "",
    opening_hours: str = "",
) -> Tenant:
    """Make a site with a schema, role and key of its own; all or nothing.

    Needs the provisioning login (see `tenants.ownership`).

    Raises:
        UnknownRegionError: the region's code is not on the state's list.
        InvalidCodeError: the code has the wrong shape or is reserved.
        CodeTakenError: another site has the code.
    """
    if not is_known_region(region_code):
        raise UnknownRegionError(
            _("“{code}” is not a region's code. Give the six digits of GB/T 2260.").format(
                code=region_code
            )
        )
    return create_tenant(
        code=code,
        kind=kind,
        name=name,
        region_code=region_code,
        now=now,
        phone=phone,
        address=address,
        opening_hours=opening_hours,
    )

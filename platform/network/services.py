"""What can be done to the network: its regions and its sites."""

import datetime as dt
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Invitation, RoleGrant, User
from accounts.roles import Role
from accounts.services import invite
from audit.services import record
from jobs.models import Job
from jobs.services import start_job
from network.errors import AlreadyInvitedError, UnknownRegionError
from network.models import Region
from network.region_data import RegionList, read_region_list
from network.selectors import is_known_region
from tenants.context import inside
from tenants.errors import CodeTakenError
from tenants.models import Tenant
from tenants.provisioning import check_code, create_tenant

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


@dataclass(frozen=True, kw_only=True)
class SiteFacts:
    """What must be known to make a site."""

    code: str
    kind: str
    name: str
    region_code: str
    phone: str = ""
    address: str = ""
    opening_hours: str = ""
    trial: bool = False


def order_site(*, facts: SiteFacts, by: User, now: dt.datetime) -> Job:
    """Check the facts and put the making of the site into the provisioner's queue.

    Raises:
        UnknownRegionError: the region's code is not on the state's list.
        InvalidCodeError: the code has the wrong shape or is reserved.
        CodeTakenError: another site has the code.
    """
    _check(facts)
    if Tenant.objects.filter(code=facts.code).exists():
        raise CodeTakenError(
            _("Another site already uses the code “{code}”.").format(code=facts.code)
        )
    with transaction.atomic():
        job = start_job(
            kind="network.create_site",
            title=_("Create the site {name}").format(name=facts.name),
            by=by,
            now=now,
            arguments=asdict(facts),
        )
        record(
            action="site.order",
            by=by,
            object_type="site",
            object_key=facts.code,
            now=now,
        )
    return job


def create_site(*, facts: SiteFacts, now: dt.datetime, tenant_id: UUID | None = None) -> Tenant:
    """Make a site with a schema, role and key of its own; all or nothing.

    Needs the provisioning login (see `tenants.ownership`). With ``tenant_id`` it may be repeated.

    Raises:
        UnknownRegionError: the region's code is not on the state's list.
        InvalidCodeError: the code has the wrong shape or is reserved.
        CodeTakenError: another site has the code.
    """
    _check(facts)
    return create_tenant(**asdict(facts), now=now, tenant_id=tenant_id)


def _check(facts: SiteFacts) -> None:
    check_code(facts.code)
    if not is_known_region(facts.region_code):
        raise UnknownRegionError(
            _("“{code}” is not a region's code. Give the six digits of GB/T 2260.").format(
                code=facts.region_code
            )
        )


def invite_first_administrator(
    *, tenant: Tenant, display_name: str, phone: str, by: User, now: dt.datetime
) -> str:
    """Invite the administrator of a site that has none; return the link's token, shown once.

    The one thing the platform does inside a site: from then on the site invites by itself. An
    earlier link that nobody used is withdrawn.

    Raises:
        AlreadyInvitedError: the site has an administrator.
        PhoneError: ``phone`` is no phone number.
    """
    with inside(tenant), transaction.atomic():
        if RoleGrant.objects.filter(role=Role.ADMINISTRATOR, ended_at=None).exists():
            raise AlreadyInvitedError(
                _("This site has an administrator. Only the site invites people now.")
            )
        Invitation.objects.filter(
            role=Role.ADMINISTRATOR, accepted_at=None, revoked_at=None
        ).update(revoked_at=now)
        _invitation, token = invite(
            role=Role.ADMINISTRATOR, display_name=display_name, phone=phone, by=None, now=now
        )
    record(
        action="site.invite_administrator",
        by=by,
        object_type="site",
        object_key=tenant.code,
        now=now,
    )
    return token

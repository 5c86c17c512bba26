"""The one way from the platform's host to a site's: for one account, one site, one purpose, once.

The platform issues a token for an account that is fully signed in there; the site's host redeems
it under the site's own role, within seconds. Only the name and an opaque key cross. What becomes
of the visitor is decided by whoever owns the scope (for support: `accounts.services.support`).
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from accounts.models import User
from accounts.secrets import hashed, new_secret
from audit.services import record
from tenants.backend.current import connection
from tenants.errors import HandoverClosedError, InvalidStateError
from tenants.models import WORKING_STATES, Handover, Tenant

LIFETIME = dt.timedelta(seconds=30)
# The audit remembers for good; the rows are for the look-up only.
_KEEP = dt.timedelta(days=1)


class Scope(StrEnum):
    """What a visitor comes for."""

    SUPPORT = "support"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who comes, as the site learns it."""

    account_key: UUID
    account_name: str
    scope: str


@transaction.atomic
def issue(*, tenant: Tenant, scope: Scope, by: User, now: dt.datetime) -> str:
    """Return the token that takes ``by`` to ``tenant``, good once and for `LIFETIME`.

    On the platform. It says nothing about whether the site will let the visitor in.

    Raises:
        InvalidStateError: the site is not at work.
    """
    if tenant.state not in WORKING_STATES:
        raise InvalidStateError
    Handover.objects.filter(expires_at__lt=now - _KEEP).delete()
    token = new_secret()
    Handover.objects.create(
        token_hash=hashed(token),
        tenant=tenant,
        account_key=by.pk,
        account_name=by.display_name,
        scope=scope,
        issued_at=now,
        expires_at=now + LIFETIME,
    )
    record(
        action="site.hand_over",
        by=by,
        object_type="tenants.tenant",
        object_key=tenant.pk,
        detail={"code": tenant.code, "scope": scope},
        now=now,
    )
    return token


def redeem(token: str) -> Visitor:
    """Use the token up, at the site whose role stands before the database.

    The database checks age (by its own clock), first use and audience in one statement: of two
    that redeem at once, one does.

    Raises:
        HandoverClosedError: it was used, is too old, is for another site, or never was one.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM public.redeem_handover(%s)", [hashed(token)])
        row = cursor.fetchone()
    if row is None:
        raise HandoverClosedError
    return Visitor(*row)

"""Support from the platform: let in for a while by the site, and put out again.

A visitor is a local account bound to one account of the platform by an opaque key. Who it is was
proved by the handover (`tenants.handover`); here is decided whether it may come in.
"""

import datetime as dt
from uuid import UUID

from django.db import transaction

from accounts.errors import NoSupportWindowError, SupportWindowOpenError
from accounts.models import RoleGrant, SupportWindow, User
from accounts.roles import Role
from accounts.services.sessions import end_sessions
from audit.services import record

WINDOW_TYPE = "accounts.supportwindow"
ENTER_ACTION = "support.enter"


@transaction.atomic
def open_support_window(*, reason: str, hours: int, by: User, now: dt.datetime) -> SupportWindow:
    """Let support in for ``hours``, 1 to 24.

    Raises:
        SupportWindowOpenError: a window is open already.
    """
    if SupportWindow.objects.open(now).exists():
        raise SupportWindowOpenError
    window = SupportWindow.objects.create(
        granted_by=by, reason=reason, starts_at=now, ends_at=now + dt.timedelta(hours=hours)
    )
    record(
        action="support.open",
        by=by,
        object_type=WINDOW_TYPE,
        object_key=window.pk,
        reason=reason,
        detail={"hours": hours},
        now=now,
    )
    return window


@transaction.atomic
def close_support_windows(*, by: User, now: dt.datetime) -> None:
    """Close what is open and end the sessions of every visitor, whatever they are doing."""
    for window in SupportWindow.objects.select_for_update(of=["self"]).open(now):
        window.closed_at, window.closed_by = now, by
        window.save(update_fields=["closed_at", "closed_by"])
        record(
            action="support.close",
            by=by,
            object_type=WINDOW_TYPE,
            object_key=window.pk,
            now=now,
        )
    for visitor in User.objects.exclude(external_key=None):
        end_sessions(user=visitor)


@transaction.atomic
def admit_support(
    *, external_key: UUID, display_name: str, now: dt.datetime
) -> tuple[User, SupportWindow]:
    """Return the local account of a visitor, made at the first visit, and the window it is in.

    Call it with what a redeemed handover says, never with what a request says.

    Raises:
        NoSupportWindowError: no window is open, or the site has disabled this visitor.
    """
    window = SupportWindow.objects.open(now).first()
    if window is None:
        raise NoSupportWindowError
    visitor = User(external_key=external_key, display_name=display_name)
    # Nobody signs in with this account: no phone, no password.
    visitor.set_unusable_password()
    visitor, _is_new = User.objects.get_or_create(
        external_key=external_key,
        defaults={"display_name": display_name, "password": visitor.password},
    )
    if not visitor.is_active:
        raise NoSupportWindowError
    if visitor.display_name != display_name:
        visitor.display_name = display_name
        visitor.save(update_fields=["display_name"])
    # Not by `give`, which would let an administrator give it too.
    RoleGrant.objects.get_or_create(
        user=visitor, role=Role.SUPPORT, ended_at=None, defaults={"granted_at": now}
    )
    record(
        action=ENTER_ACTION,
        by=visitor,
        object_type=WINDOW_TYPE,
        object_key=window.pk,
        reason=window.reason,
        now=now,
    )
    return visitor, window

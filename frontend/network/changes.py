"""What can be ordered on a site's page: when, by whom, and in which words."""

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from network.changes import Change
from tenants.access import may
from tenants.models import WORKING_STATES, DeletionOrder, Tenant, TenantState
from tenants.permissions import Permission


@dataclass(frozen=True)
class Words:
    """How a change is offered and confirmed."""

    button: Promise
    # What will happen, before it is confirmed.
    text: Promise
    is_dangerous: bool = False


WORDS = {
    Change.ACTIVATE: Words(
        _("End the trial"), _("The site becomes one of the network's. Its pages stay as they are.")
    ),
    Change.SUSPEND: Words(
        _("Suspend"),
        _("Everything on the site can still be read, and nothing changed, until it is resumed."),
        is_dangerous=True,
    ),
    Change.RESUME: Words(_("Resume"), _("The site can be used again as before.")),
    Change.ARCHIVE: Words(
        _("Archive"),
        _("The site answers with a notice that it is closed. Its records are kept."),
        is_dangerous=True,
    ),
    Change.EXPORT: Words(
        _("Export"),
        _(
            "The site is written into one sealed archive in open formats, which stays on the"
            " server. Whoever runs the server hands it over; only your passphrase opens it."
        ),
    ),
    Change.ORDER_DELETION: Words(
        _("Order the deletion"),
        _(
            "After the waiting time, and once a second person has approved, everything the site"
            " knows is destroyed, in every backup too."
        ),
        is_dangerous=True,
    ),
    Change.APPROVE_DELETION: Words(
        _("Approve the deletion"),
        _("You are the second person. After the waiting time the site can be destroyed."),
        is_dangerous=True,
    ),
    Change.WITHDRAW_DELETION: Words(_("Withdraw the order"), _("The site stays archived.")),
    Change.DELETE: Words(
        _("Delete now"),
        _("Tables, files and keys of the site are destroyed. Nothing brings them back."),
        is_dangerous=True,
    ),
}
STATE_CHANGES = frozenset(
    {Change.ACTIVATE, Change.SUSPEND, Change.RESUME, Change.ARCHIVE, Change.EXPORT}
)
DELETION_CHANGES = frozenset(Change) - STATE_CHANGES


def offered(
    *, tenant: Tenant, order: DeletionOrder | None, user: User, now: dt.datetime
) -> list[Change]:
    """Return what ``user`` can order for the site now; ``order`` is its standing deletion order.

    The rules are checked once more when the change is carried out.
    """
    found: list[Change] = []
    state = TenantState(tenant.state)
    if may(user, Permission.SITE_SUSPEND):
        found += _state_changes(state, has_order=order is not None)
    if may(user, Permission.SITE_DELETE) and state is TenantState.ARCHIVED:
        found += _deletion_changes(order, user, now)
    return found


def _state_changes(state: TenantState, *, has_order: bool) -> list[Change]:
    found = [Change.ACTIVATE] if state is TenantState.TRIAL else []
    if state in WORKING_STATES:
        found.append(Change.SUSPEND)
    if state is TenantState.SUSPENDED or (state is TenantState.ARCHIVED and not has_order):
        found.append(Change.RESUME)
    if state is TenantState.SUSPENDED:
        found.append(Change.ARCHIVE)
    if state is not TenantState.DELETED:
        found.append(Change.EXPORT)
    return found


def _deletion_changes(order: DeletionOrder | None, user: User, now: dt.datetime) -> list[Change]:
    if order is None:
        return [Change.ORDER_DELETION]
    found = [Change.WITHDRAW_DELETION]
    if order.approved_at is None and order.ordered_by_id != user.pk:
        found.insert(0, Change.APPROVE_DELETION)
    if order.approved_at is not None and order.wait_until <= now:
        found.insert(0, Change.DELETE)
    return found

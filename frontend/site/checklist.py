"""The first steps of a new site, computed from what is there."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant, User
from accounts.roles import Role
from crm.people.models import Person
from tenants.access import may
from tenants.permissions import Permission


@dataclass(frozen=True)
class Step:
    """Something to do once."""

    label: Promise
    url: str
    is_done: bool


def first_steps(user: User) -> list[Step]:
    """Return the steps for whoever sets the site up; nothing once all are done.

    Four queries, each of which stops at the first row.
    """
    if not may(user, Permission.ACCOUNT_MANAGE):
        return []
    has_clerk = RoleGrant.objects.filter(
        role__in=[Role.CLERK, Role.VOLUNTEER_LEAD], ended_at=None
    ).exists()
    steps = [
        Step(
            _("Protect your account with a second factor"),
            reverse("accounts:mine"),
            user.has_second_factor(),
        ),
        Step(_("Invite a colleague"), reverse("accounts:invite"), has_clerk),
        Step(_("Add or import the first people"), reverse("people:add"), Person.objects.exists()),
    ]
    return [] if all(step.is_done for step in steps) else steps

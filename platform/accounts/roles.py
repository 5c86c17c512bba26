"""The roles an account can hold, on the platform and at a site."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What somebody is here. What a role may do is data in `tenants.permissions`."""

    # Platform. The three administrators exclude each other (等保: 三员分立).
    SYSTEM_ADMIN = "system_admin", _("system administrator")
    SECURITY_ADMIN = "security_admin", _("security administrator")
    AUDIT_ADMIN = "audit_admin", _("audit administrator")
    OPERATOR = "operator", _("platform operator")
    # Site.
    ADMINISTRATOR = "administrator", _("site administrator")
    CLERK = "clerk", _("window clerk")
    VOLUNTEER_LEAD = "volunteer_lead", _("volunteer lead")
    VOLUNTEER = "volunteer", _("volunteer")
    LAWYER = "lawyer", _("lawyer")
    MEMBER = "member", _("member")
    # Somebody of the platform inside a window that the site opened; see accounts.services.support.
    SUPPORT = "support", _("support visitor")


PLATFORM_ROLES = frozenset(
    {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.OPERATOR}
)
# Support is never given or invited: it comes with the handover and goes with the window.
SITE_ROLES = frozenset(Role) - PLATFORM_ROLES - {Role.SUPPORT}
# One person never holds two of these.
EXCLUSIVE_ROLES = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
# Staff: need a second factor and are signed out sooner.
STAFF_ROLES = PLATFORM_ROLES | {
    Role.ADMINISTRATOR,
    Role.CLERK,
    Role.VOLUNTEER_LEAD,
    Role.LAWYER,
    Role.SUPPORT,
}
# These decide who else comes in; a place always keeps one.
MANAGING_ROLES = frozenset({Role.SECURITY_ADMIN, Role.ADMINISTRATOR})

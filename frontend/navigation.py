"""What the sidebar and a phone's tabs lead to, on a site and on the platform, as data."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tenants.access import may
from tenants.permissions import Permission


@dataclass(frozen=True)
class Destination:
    """A place in the navigation. Without a permission, everybody signed in may go there."""

    label: Promise
    url_name: str
    icon: str
    permission: Permission | None = None


@dataclass(frozen=True)
class Link:
    """A destination as one visitor sees it, on one page."""

    label: Promise
    url: str
    icon: str
    is_current: bool


# The first four are the tabs of a phone.
SITE = (
    Destination(_("Today"), "site:today", "layout-dashboard", Permission.TODAY_VIEW),
    Destination(_("People"), "people:list", "users", Permission.PERSON_VIEW),
    Destination(_("Households"), "households:list", "house", Permission.PERSON_VIEW),
    Destination(_("Members"), "accounts:list", "user-cog", Permission.ACCOUNT_VIEW),
    Destination(_("Consents"), "people:consents", "file-check", Permission.PERSON_VIEW),
    Destination(_("Fields"), "people:own-fields", "list-plus", Permission.PERSON_FIELDS),
    Destination(_("Jobs"), "jobs:list", "list-checks", Permission.JOB_VIEW),
    Destination(_("Imports"), "imports:list", "file-up", Permission.PERSON_IMPORT),
    Destination(_("Audit"), "audit:list", "shield-check", Permission.AUDIT_VIEW),
    Destination(_("Style guide"), "styleguide:show", "palette", Permission.STYLEGUIDE_VIEW),
)
PLATFORM = (
    Destination(_("Sites"), "network:sites", "building-2", Permission.SITE_VIEW),
    Destination(_("Members"), "accounts:list", "user-cog", Permission.ACCOUNT_VIEW),
    Destination(_("Jobs"), "jobs:list", "list-checks", Permission.JOB_VIEW),
    Destination(_("Audit"), "audit:list", "shield-check", Permission.AUDIT_VIEW),
    Destination(_("Style guide"), "styleguide:show", "palette", Permission.STYLEGUIDE_VIEW),
)


def resolve(url_name: str) -> str:
    """Return the URL of ``url_name``, or an empty string if this host has no such page."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""


def links(
    destinations: tuple[Destination, ...], *, user: User | AnonymousUser, path: str
) -> list[Link]:
    """Return the destinations ``user`` may go to, marking the one that ``path`` lies under."""
    if not user.is_authenticated:
        return []
    found = [
        (destination, url)
        for destination in destinations
        if (url := resolve(destination.url_name))
        and (destination.permission is None or may(user, destination.permission))
    ]
    # "/" begins every path: the longest match is the place we are in.
    current = max((url for _place, url in found if path.startswith(url)), key=len, default="")
    if current == "/" != path:
        current = ""
    return [Link(place.label, url, place.icon, url == current) for place, url in found]

"""The context processor behind ``{{ ui }}``: what every page knows about its frame."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, gettext

from accounts.models import ElderMode, SupportWindow, User
from accounts.selectors import open_support_window
from accounts.session_rules import TOUCH_EVERY
from frontend.navigation import PLATFORM, SITE, Link, links, resolve
from frontend.preferences.choices import Preferences
from tenants.access import may
from tenants.permissions import Permission
from tenants.routing import ResolvedTenant

_BRIEF_TABS = 3
_TABS = 4
# The width up to which a layout applies, in CSS pixels at normal size; see app.css.
_MEDIUM, _SMALL = 960, 720
_SCALE = {ElderMode.STANDARD: 1.0, ElderMode.ELDER: 1.25}


@dataclass(frozen=True)
class Site:
    """Whose pages these are."""

    name: str
    phone: str = ""
    is_platform: bool = True
    is_suspended: bool = False
    is_on_trial: bool = False


class Interface:
    """The frame of one page. Lazy: a fragment that shows no frame pays for none of it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        preferences: Preferences = getattr(
            request, "preferences", None
        ) or Preferences.from_cookies(request.COOKIES)
        self.elder = preferences.elder.value
        self.theme = preferences.theme.value
        self.shortcuts = preferences.shortcuts.value
        self.languages = settings.LANGUAGES
        self.is_demonstration = settings.IS_DEMONSTRATION

    @property
    def lang(self) -> str:
        """The language as the ``lang`` attribute spells it: ``zh-Hans`` or ``en``."""
        return "zh-Hans" if self.language == "zh-hans" else self.language

    @property
    def language(self) -> str:
        """The active language as Django spells it."""
        return get_language() or settings.LANGUAGE_CODE

    @property
    def medium(self) -> str:
        """The media query of medium.css."""
        return self._media(_MEDIUM)

    @property
    def small(self) -> str:
        """The media query of small.css."""
        return self._media(_SMALL)

    def _media(self, width: int) -> str:
        # The largest elder mode has one column whatever the screen.
        scale = _SCALE.get(ElderMode(self.elder))
        return f"screen and (max-width: {width * scale:.0f}px)" if scale else "screen"

    @cached_property
    def site(self) -> Site:
        """The site of this host, or the platform."""
        tenant: ResolvedTenant | None = getattr(self._request, "tenant", None)
        if tenant is None:
            return Site(name=gettext("Network platform"))
        return Site(
            name=tenant.name,
            phone=tenant.phone,
            is_platform=False,
            is_suspended=tenant.is_read_only,
            is_on_trial=tenant.is_on_trial,
        )

    @cached_property
    def support_window(self) -> SupportWindow | None:
        """The window by which support is in, or may come: for itself and for who can close it."""
        user = getattr(self._request, "user", None)
        if self.site.is_platform or not isinstance(user, User):
            return None
        if not self.is_support and not may(user, Permission.ACCOUNT_MANAGE):
            return None
        return open_support_window(timezone.now())

    @property
    def is_support(self) -> bool:
        """Whether the visitor is support from the platform."""
        return getattr(getattr(self._request, "user", None), "external_key", None) is not None

    @cached_property
    def navigation(self) -> list[Link]:
        """Where this visitor may go; empty for guests."""
        user = getattr(self._request, "user", None)
        if user is None:
            return []
        return links(
            PLATFORM if self.site.is_platform else SITE,
            user=user,
            path=self._request.path,
        )

    @property
    def tabs(self) -> list[Link]:
        """The first destinations, as many as fit on a phone beside "More"."""
        return self.navigation[: _BRIEF_TABS if self.elder == ElderMode.EXTRA else _TABS]

    @cached_property
    def search_url(self) -> str:
        """Where the search box leads; empty if this visitor may not search."""
        people = resolve("people:list")
        return people if any(link.url == people for link in self.navigation) else ""

    @cached_property
    def sign_in_url(self) -> str:
        """The sign-in page, which leads back here."""
        url = resolve(settings.LOGIN_URL)
        return f"{url}?next={quote(self._request.path)}" if url else ""

    @cached_property
    def sign_out_url(self) -> str:
        """The page that signs out, by POST."""
        return resolve("account_logout")

    @cached_property
    def account_links(self) -> list[tuple[str, str, str]]:
        """Pages about the visitor's own account, as ``(label, URL, icon)``; none for support."""
        if self.is_support:
            return []
        pages = (
            (gettext("My account and security"), "accounts:mine", "user"),
            (gettext("Who has seen my information"), "audit:who-looked", "eye"),
        )
        return [(label, url, icon) for label, name, icon in pages if (url := resolve(name))]

    @property
    def is_timed(self) -> bool:
        """Whether the session ends by itself."""
        return bool(self.idle_seconds)

    @property
    def idle_seconds(self) -> int:
        """How long an untouched session lives; 0 for guests. A dialog warns before the end.

        Presence is noted once in `TOUCH_EVERY` seconds, so a session may end that much earlier
        than its limit; the dialog never promises more.
        """
        limit: int = getattr(self._request, "idle_seconds", 0)  # set by accounts.middleware
        return max(limit - TOUCH_EVERY, 0)


def ui(request: HttpRequest) -> dict[str, Interface]:
    """Give every template ``ui``."""
    return {"ui": Interface(request)}

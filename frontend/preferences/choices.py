"""What a visitor may choose about the interface, and the cookies that keep it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.http import HttpResponse

from accounts.models import ElderMode, Theme

_Choice = TypeVar("_Choice", bound=models.TextChoices)
_YEAR = 365 * 24 * 60 * 60


class Shortcuts(models.TextChoices):
    """Whether single keys act. Speech input may need them off (WCAG 2.1.4)."""

    ON = "on"
    OFF = "off"


def cookie_name(name: str) -> str:
    """Return the cookie's name, with the prefix that pins it to this host where that works."""
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name


def chosen(kind: type[_Choice], value: str | None, otherwise: _Choice) -> _Choice:
    """Return ``value`` as a choice, or ``otherwise`` if it is none."""
    return kind(value) if value in kind.values else otherwise


@dataclass(frozen=True)
class Preferences:
    """A visitor's choices. The language is kept by Django's own cookie."""

    elder: ElderMode = ElderMode.STANDARD
    theme: Theme = Theme.AUTO
    shortcuts: Shortcuts = Shortcuts.ON

    @classmethod
    def from_cookies(cls, cookies: Mapping[str, str]) -> Self:
        """Read the choices from ``request.COOKIES``; what is missing or forged is the default."""
        return cls().updated(
            {
                "elder": cookies.get(cookie_name("elder"), ""),
                "theme": cookies.get(cookie_name("theme"), ""),
                "shortcuts": cookies.get(cookie_name("shortcuts"), ""),
            }
        )

    def updated(self, values: Mapping[str, str]) -> Self:
        """Return a copy with the known choices of ``values``, such as ``request.POST``."""
        return type(self)(
            elder=chosen(ElderMode, values.get("elder"), self.elder),
            theme=chosen(Theme, values.get("theme"), self.theme),
            shortcuts=chosen(Shortcuts, values.get("shortcuts"), self.shortcuts),
        )

    def write(self, response: HttpResponse) -> None:
        """Put the choices into cookies that only the server reads."""
        for name, value in (
            ("elder", self.elder),
            ("theme", self.theme),
            ("shortcuts", self.shortcuts),
        ):
            set_cookie(response, cookie_name(name), value)


def set_cookie(response: HttpResponse, name: str, value: str) -> None:
    """Keep ``value`` on the visitor's device for a year."""
    response.set_cookie(
        name,
        value,
        max_age=_YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )

"""Times, telephone numbers and devices as people write them; filters of `{% load ui %}`."""

import datetime as dt

from django.utils import timezone

from common.phones import write_phone

# What a User-Agent contains, and what it means; the first match counts, as most name others too.
_BROWSERS = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
    ("curl", "curl"),
)
_SYSTEMS = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def telephone(value: str) -> str:
    """Write a stored telephone number as people do: 0592-0000101."""
    return write_phone(value)


def device(user_agent: str) -> str:
    """Name the browser and the system of a User-Agent header as people know them."""
    found = (
        next((name for mark, name in marks if mark in user_agent), "")
        for marks in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(filter(None, found)) or user_agent[:40]


def day(value: dt.date | dt.datetime | None) -> str:
    """Write a day as 2026-11-22, a time by its day in China; nothing for None."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        value = timezone.localtime(value)
    return f"{value:%Y-%m-%d}"


def minute(value: dt.datetime | None) -> str:
    """Write a time as 2026-11-22 14:05, in China's time; nothing for None."""
    return "" if value is None else f"{timezone.localtime(value):%Y-%m-%d %H:%M}"

"""Read the environment, and stop with a sentence where it is wrong."""

import os
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict


class SettingsError(SystemExit):
    """The environment lacks a value or holds a wrong one; the text says what to set."""


def read(name: str, default: str | None = None) -> str:
    """Return the environment variable ``name``, or stop with a sentence."""
    value = os.environ.get(name, default)
    if not value:
        raise SettingsError(f"{name} is not set. Set it (see .env.example), or start with ./run.")
    return value


def read_flag(name: str) -> bool:
    """Return whether ``name`` is 1; 0, empty and unset mean no."""
    value = os.environ.get(name, "0") or "0"
    if value not in {"0", "1"}:
        raise SettingsError(f"{name} must be 1 or 0, not {value!r}.")
    return value == "1"


def read_number(name: str, default: int) -> int:
    """Return ``name`` as a whole number."""
    value = os.environ.get(name) or str(default)
    if not value.isdecimal():
        raise SettingsError(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def read_database(name: str) -> dict[str, Any]:
    """Return the connection settings in the URL ``name`` as Django spells them."""
    try:
        parts: dict[str, Any] = dict(conninfo_to_dict(read(name)))
    except ProgrammingError as exc:
        raise SettingsError(
            f"{name} is not a PostgreSQL URL such as postgresql://user:password@host:5432/qiaojia."
        ) from exc
    return {
        "NAME": parts.pop("dbname", "qiaojia"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "OPTIONS": parts,
    }


def read_list(name: str) -> list[str]:
    """Return the parts of ``name`` between commas; nothing when it is unset."""
    return [part.strip() for part in os.environ.get(name, "").split(",") if part.strip()]

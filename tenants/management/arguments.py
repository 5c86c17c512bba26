"""What the commands on sites have in common."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management.base import CommandError, CommandParser

from accounts.models import User
from accounts.selectors import find_by_phone
from common.errors import DomainError
from common.phones import parse_phone
from tenants.context import on_platform
from tenants.ownership import NotAnOwnerError


def add_site(parser: CommandParser) -> None:
    """Add the site's code."""
    parser.add_argument("code", metavar="CODE", help="the site's code, such as siming")


def add_actor(parser: CommandParser, *, required: bool = False) -> None:
    """Add who does it: an account of the platform, named by its phone."""
    parser.add_argument(
        "--by",
        type=platform_account,
        required=required,
        metavar="PHONE",
        help="phone of the platform account that does this; written into the audit",
    )


def add_passphrase(parser: CommandParser) -> None:
    """Add the file that holds an archive's passphrase."""
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="its first line seals the archive"
    )


def read_passphrase(path: Path | None) -> str | None:
    """Return the passphrase in ``path``, or None without a file."""
    if path is None:
        return None
    try:
        passphrase = path.read_text(encoding="utf-8").partition("\n")[0].strip()
    except OSError as exc:
        raise CommandError(f"{path} cannot be read: {exc.strerror}.") from exc
    if len(passphrase) < 12:
        raise CommandError(f"The passphrase in {path} is too short; use 12 characters or more.")
    return passphrase


def platform_account(phone: str) -> User:
    """Return the active account of the platform with this phone.

    The command line trusts whoever may run it with the provisioning login: the account is named,
    not signed in.
    """
    try:
        number = parse_phone(phone).e164
    except DomainError as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc
    with on_platform():
        user = find_by_phone(number)
    if user is not None and user.is_active:
        return user
    raise argparse.ArgumentTypeError("no active platform account has this phone")


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn what a rule refuses into one sentence and exit code 1."""
    try:
        yield
    except (DomainError, NotAnOwnerError) as exc:
        raise CommandError(str(exc)) from exc

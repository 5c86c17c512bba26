"""Say whether the audit chain of a schema was tampered with."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit import selectors
from common.keys import KeystoreError
from tenants.context import inside, on_platform
from tenants.models import Tenant, TenantState


class Command(BaseCommand):
    help = "Verify audit chains against their keys and daily anchors; exit 1 on tampering."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--tenant", metavar="CODE", help="one site; default: the platform")
        which.add_argument("--all", action="store_true", help="the platform and every site")

    def handle(self, *args: Any, **options: Any) -> None:
        bad = 0
        for name, enter in _places(options["tenant"], every=options["all"]):
            try:
                with enter:
                    entries = selectors.chain_head().seq
                    findings = selectors.find_tampering()
            except KeystoreError as exc:
                bad += 1
                self.stderr.write(f"{name}: cannot be verified. {exc}")
                continue
            bad += bool(findings)
            for finding in findings:
                self.stderr.write(f"{name}: {finding}")
            if not findings:
                self.stdout.write(f"{name}: {entries} entries, whole.")
        if bad:
            raise CommandError(f"{bad} audit chain(s) not whole. Keep the database as it is.")


def _places(code: str | None, *, every: bool) -> Sequence[tuple[str, AbstractContextManager[None]]]:
    """Return names of schemas to verify, each with the way in."""
    with on_platform():
        tenants = list(Tenant.objects.exclude(state=TenantState.DELETED))
    if code:
        tenants = [tenant for tenant in tenants if tenant.code == code]
        if not tenants:
            raise CommandError(f"There is no site with the code {code!r}.")
    sites = [(tenant.code, inside(tenant)) for tenant in tenants]
    if code:
        return sites
    return [("platform", on_platform()), *(sites if every else [])]

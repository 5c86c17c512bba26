"""Say whether the audit chain of a schema was tampered with."""

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


def _places(code: str | None, *, every: bool) -> list[tuple[str, AbstractContextManager[None]]]:
    tenants = Tenant.objects.exclude(state=TenantState.DELETED)
    if code:
        tenant = tenants.filter(code=code).first()
        if tenant is None:
            raise CommandError(f"There is no site with the code {code!r}.")
        return [(code, inside(tenant))]
    platform = ("platform", on_platform())
    return [platform, *((tenant.code, inside(tenant)) for tenant in tenants)] if every else [platform]

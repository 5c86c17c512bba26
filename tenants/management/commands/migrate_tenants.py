"""`./run migrate_tenants`: bring every site's schema up to date, canaries first."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.migrating import migrate_tenants


class Command(BaseCommand):
    """Migrate all sites, or one."""

    help = "Bring every site's schema up to date: canaries first, then a tenth, then all."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="CODE", help="only this site")

    def handle(self, *_args: Any, **options: Any) -> None:
        report = migrate_tenants(only=options["tenant"], say=self.stdout.write)
        self.stdout.write(
            f"{len(report.migrated)} migrated, {report.unchanged} up to date,"
            f" {len(report.failed)} failed, {len(report.waiting)} waiting"
        )
        if report.failed:
            raise CommandError("Mend what is named above and run the command again.")

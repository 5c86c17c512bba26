"""`./run prepare`: bring the database up to date; what `./run` does before it serves."""

import json
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.keys import Keystore
from config.demonstration import Account, load_demonstration
from network.services import load_regions
from tenants.migrating import migrate_tenants
from tenants.models import Tenant
from tenants.provisioning import prepare_database


class Command(BaseCommand):
    """Roles, migrations, regions, every site's schema, and the demonstration if asked for."""

    help = "Bring the database up to date, and load the demonstration into an empty one."
    # The checks look at tables that this command makes.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print what ./run shows, as JSON")

    def handle(self, *_args: Any, **options: Any) -> None:
        is_new = not (settings.KEY_DIR / "master.key").exists()
        if is_new:
            Keystore.create_master(settings.KEY_DIR)
        for statement in prepare_database(app_password=settings.DATABASES["default"]["PASSWORD"]):
            self.stderr.write(f"Needs a superuser, run it by hand: {statement}")
        load_regions()
        report = migrate_tenants(say=self.stderr.write)
        if report.failed:
            raise CommandError(
                f"{len(report.failed)} sites could not be migrated: mend what is named above and"
                " start again. The others are up to date."
            )
        accounts: list[Account] = []
        if settings.IS_DEMONSTRATION:
            accounts = load_demonstration(
                password=os.environ["QIAOJIA_DEMO_PASSWORD"], say=self.stderr.write
            )
        if options["json"]:
            self._print(accounts)

    def _print(self, accounts: list[Account]) -> None:
        scheme, _, rest = settings.BASE_URL.partition("://")
        addresses = [{"name": "platform", "url": settings.BASE_URL}]
        addresses += [
            {"name": tenant.name, "url": f"{scheme}://{tenant.code}.{rest}"}
            for tenant in Tenant.objects.filter(state="active")[:20]
        ]
        self.stdout.write(json.dumps({"addresses": addresses}, ensure_ascii=False))
        self.stdout.write(
            json.dumps({"accounts": [account.as_row() for account in accounts]}, ensure_ascii=False)
        )

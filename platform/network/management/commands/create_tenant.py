"""`./run create_tenant`: make a site."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.errors import DomainError
from network.services import SiteFacts, create_site
from tenants.models import TenantKind


class Command(BaseCommand):
    """Make a site from the command line."""

    help = "Make a site: schema, database role, key and host name. All or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--code", required=True, help="host name, such as siming")
        parser.add_argument("--kind", required=True, choices=TenantKind.values)
        parser.add_argument("--name", required=True, help="such as 思明社区侨之家")
        parser.add_argument("--region", required=True, help="GB/T 2260 code, six digits")
        parser.add_argument("--phone", default="")
        parser.add_argument("--address", default="")
        parser.add_argument("--hours", default="")
        parser.add_argument(
            "--trial", action="store_true", help="say on its pages that it is on trial"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            facts = SiteFacts(
                code=options["code"],
                kind=options["kind"],
                name=options["name"],
                region_code=options["region"],
                phone=options["phone"],
                address=options["address"],
                opening_hours=options["hours"],
                trial=options["trial"],
            )
            tenant = create_site(facts=facts, now=timezone.now())
        except DomainError as exc:
            raise CommandError(str(exc)) from exc
        host = tenant.domains.get(is_primary=True).domain
        self.stdout.write(f"{tenant.code} is ready at {host} (schema {tenant.schema_name}).")

"""`./run suspend_tenant CODE --reason …`: make a site read-only."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tenants.lifecycle import suspend_tenant
from tenants.management.arguments import add_actor, add_site, one_sentence


class Command(BaseCommand):
    help = "Make a site read-only, with a banner on its pages. Undone by resume_tenant."

    def add_arguments(self, parser: CommandParser) -> None:
        add_site(parser)
        parser.add_argument("--reason", required=True, help="shown on the site's pages")
        add_actor(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        with one_sentence():
            tenant = suspend_tenant(
                code=options["code"],
                reason=options["reason"],
                by=options["by"],
                now=timezone.now(),
            )
        self.stdout.write(f"{tenant.code} is suspended: it can be read but not changed.")

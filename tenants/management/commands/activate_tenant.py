"""`./run activate_tenant CODE`: end the trial of a site."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tenants.lifecycle import activate_tenant
from tenants.management.arguments import add_actor, add_site, one_sentence


class Command(BaseCommand):
    help = "End the trial of a site."

    def add_arguments(self, parser: CommandParser) -> None:
        add_site(parser)
        add_actor(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        with one_sentence():
            tenant = activate_tenant(code=options["code"], by=options["by"], now=timezone.now())
        self.stdout.write(f"{tenant.code} is active.")

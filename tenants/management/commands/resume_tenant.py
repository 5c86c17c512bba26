"""`./run resume_tenant CODE`: open a suspended or archived site again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tenants.lifecycle import resume_tenant
from tenants.management.arguments import add_actor, add_site, one_sentence


class Command(BaseCommand):
    help = "Open a suspended or archived site again."

    def add_arguments(self, parser: CommandParser) -> None:
        add_site(parser)
        add_actor(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        with one_sentence():
            tenant = resume_tenant(code=options["code"], by=options["by"], now=timezone.now())
        self.stdout.write(f"{tenant.code} is open.")

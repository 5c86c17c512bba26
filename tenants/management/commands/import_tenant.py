"""`./run import_tenant FILE --code CODE`: make a site from an archive."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tenants.management.arguments import (
    add_actor,
    add_passphrase,
    one_sentence,
    read_passphrase,
)
from tenants.transfer import import_tenant


class Command(BaseCommand):
    help = "Make a site from an archive that export_tenant wrote. All or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--code", required=True, help="the new site's code")
        parser.add_argument("--region", metavar="GB2260", help="default: as in the archive")
        add_passphrase(parser)
        add_actor(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        with one_sentence():
            tenant = import_tenant(
                path=options["file"],
                code=options["code"],
                region_code=options["region"],
                passphrase=read_passphrase(options["passphrase_file"]),
                by=options["by"],
                now=timezone.now(),
            )
        self.stdout.write(
            f"{tenant.code} is ready, row for row as it was exported. People sign in with their"
            " phones and enrol a second factor again."
        )

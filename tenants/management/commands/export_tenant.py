"""`./run export_tenant CODE FILE`: write a site into one archive of open formats."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from tenants.management.arguments import (
    add_actor,
    add_passphrase,
    add_site,
    one_sentence,
    read_passphrase,
)
from tenants.transfer import export_tenant


class Command(BaseCommand):
    help = "Write a site into one archive: CSV tables, files, checksums. See import_tenant."

    def add_arguments(self, parser: CommandParser) -> None:
        add_site(parser)
        parser.add_argument("file", type=Path, metavar="FILE", help="a new file, such as site.zip")
        add_passphrase(parser)
        add_actor(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        with one_sentence():
            manifest = export_tenant(
                code=options["code"],
                path=options["file"],
                passphrase=read_passphrase(options["passphrase_file"]),
                by=options["by"],
                now=timezone.now(),
            )
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(
            f"{options['file']}: {len(manifest['tables'])} tables, {rows} rows,"
            f" {len(manifest['files'])} files."
        )
        if manifest["audit"]["findings"]:
            self.stderr.write("The site's audit chain is not whole. Run verify_audit.")
        if options["passphrase_file"] is None:
            self.stderr.write(
                "The archive holds personal data in the clear and is readable by you alone. Keep"
                " it so, or export again with --passphrase-file."
            )

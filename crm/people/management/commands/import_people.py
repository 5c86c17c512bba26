"""`./run import_people FILE --tenant CODE`: put the people of a file on a site's register."""

from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import DomainError
from crm.people.importing.contents import unpack
from crm.people.importing.errors import FileUnreadableError
from crm.people.importing.plans import plans_of
from crm.people.importing.results import explain, sheet_text, write_report
from crm.people.importing.running import import_file
from crm.people.models import ImportBatch, RowAction
from tenants.context import inside
from tenants.models import Tenant, TenantState

_MOST_PRINTED = 50


class Command(BaseCommand):
    help = (
        "Import people from a file (xlsx, xls, ods, csv) into a site. Rows with errors, and rows"
        " whose person may be there already, are left out and said; the others go in. Exits with 0"
        " when the file was read to its end. Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--tenant", required=True, metavar="CODE", help="code of the site")
        parser.add_argument("--dry-run", action="store_true", help="check only, write nothing")
        parser.add_argument(
            "--report", type=Path, metavar="REPORT.json", help="says what became of each row"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(code=options["tenant"]).first()
        if tenant is None or tenant.state != TenantState.ACTIVE:
            raise CommandError(
                _("There is no active site with the code “{code}”.").format(code=options["tenant"])
            )
        path, now, is_dry_run = options["file"], timezone.now(), options["dry_run"]
        if not path.is_file():
            raise CommandError(str(FileUnreadableError()))
        try:
            with (
                inside(tenant),
                import_file(path=path, by=None, now=now, is_dry_run=is_dry_run) as batch,
            ):
                if options["report"]:
                    with options["report"].open("w", encoding="utf-8") as file:
                        write_report(batch, file)
                self._print(batch)
        except DomainError as error:
            raise CommandError(str(error)) from error

    def _print(self, batch: ImportBatch) -> None:
        for plan in plans_of(batch):
            if plan.skipped:
                text = sheet_text(plan.skipped)
                self.stdout.write(_("{sheet}: {text}").format(sheet=plan.name, text=text))
        rows = batch.rows.filter(action=RowAction.ERROR).order_by("sheet", "number")
        for row in islice(rows.iterator(), _MOST_PRINTED):
            text = explain(row, unpack(row.content.reveal()))
            self.stdout.write(_("row {row}: {text}").format(row=row.number, text=text))
        if batch.counts.get(RowAction.ERROR, 0) > _MOST_PRINTED:
            self.stdout.write(_("… the others stand in the report."))
        count = batch.counts.get("rows", 0)
        parts = [ngettext("{count} row", "{count} rows", count).format(count=count)]
        parts += [f"{action.label} {batch.counts.get(action, 0)}" for action in RowAction]
        self.stdout.write(_(", ").join(parts))

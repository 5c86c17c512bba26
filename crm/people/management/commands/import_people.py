"""`./run import_people FILE --tenant CODE`: put a 归侨侨眷登记表 on a site's register."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.errors import DomainError
from crm.people.importing.running import Remark, Report, import_roster
from tenants.context import inside
from tenants.models import Tenant, TenantState


class Command(BaseCommand):
    help = "Import a roster of people (xlsx, xls, ods, csv) into a site. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--tenant", required=True, metavar="CODE", help="code of the site")
        parser.add_argument(
            "--in-part", action="store_true", help="keep the good rows although others are refused"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(code=options["tenant"]).first()
        if tenant is None or tenant.state != TenantState.ACTIVE:
            raise CommandError(
                _("There is no active site with the code “{code}”.").format(code=options["tenant"])
            )
        try:
            with inside(tenant):
                report = import_roster(
                    path=options["file"], by=None, now=timezone.now(), in_part=options["in_part"]
                )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self._print(report)
        if not report.is_saved:
            raise CommandError(
                _("Nothing was imported. Correct these rows, or add --in-part to leave them out.")
            )

    def _print(self, report: Report) -> None:
        write = self.stdout.write
        for column in report.not_collected:
            write(_("not collected: {column}").format(column=column))
        for column in report.unknown:
            write(_("not known, not imported: {column}").format(column=column))
        for remark in report.warnings:
            write(_line(_("look again"), remark))
        for remark in report.refused:
            write(_line(_("refused"), remark))
        rows = len({remark.row for remark in report.refused})
        counts = [
            ngettext("{count} row", "{count} rows", report.rows).format(count=report.rows),
            _("{count} created").format(count=len(report.created)),
            _("{count} already there").format(count=len(report.already_there)),
            _("{count} refused").format(count=rows),
        ]
        write(_(", ").join(counts))


def _line(word: str, remark: Remark) -> str:
    return _("row {row}, {column}: {word}: {text}").format(
        row=remark.row, column=remark.column or "—", word=word, text=remark.text
    )

"""`./run reindex_people`: after a release that changes how people are found."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.services import start_job
from tenants.context import inside, on_platform
from tenants.models import Tenant, TenantState

_TAKE_WRITES = [TenantState.TRIAL, TenantState.ACTIVE]


class Command(BaseCommand):
    help = "Let the search follow the program: start a job on each active site. Safe to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", metavar="CODE", help="one site; default: all of them")

    def handle(self, *_args: Any, **options: Any) -> None:
        with on_platform():
            tenants = list(Tenant.objects.filter(state__in=_TAKE_WRITES).order_by("code"))
        if options["tenant"]:
            tenants = [tenant for tenant in tenants if tenant.code == options["tenant"]]
            if not tenants:
                raise CommandError(
                    _("There is no active site with the code “{code}”.").format(
                        code=options["tenant"]
                    )
                )
        for tenant in tenants:
            with inside(tenant):
                start_job(
                    kind="people.reindex_search",
                    title=_("Bring the search up to date"),
                    by=None,
                    now=timezone.now(),
                )
            self.stdout.write(_("{code}: the job is in the queue").format(code=tenant.code))

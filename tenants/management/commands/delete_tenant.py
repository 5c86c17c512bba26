"""`./run delete_tenant CODE`: two people, a wait, and then nothing is left but a certificate."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tenants import lifecycle
from tenants.management.arguments import add_actor, add_site, one_sentence
from tenants.models import DeletionOrder


class Command(BaseCommand):
    help = (
        "Delete an archived site in three steps: one account orders it, another approves it, and"
        " after the waiting period it is executed. The command line trusts whoever may run it: the"
        " accounts are named, not signed in."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_site(parser)
        step = parser.add_mutually_exclusive_group(required=True)
        step.add_argument("--order", metavar="REASON", help="order the deletion")
        step.add_argument("--approve", action="store_true", help="consent as the second person")
        step.add_argument("--withdraw", action="store_true", help="take the order back")
        step.add_argument("--execute", action="store_true", help="delete, after the wait")
        add_actor(parser, required=True)

    def handle(self, *_args: Any, **options: Any) -> None:
        who = {"code": options["code"], "by": options["by"], "now": timezone.now()}
        with one_sentence():
            if options["order"] is not None:
                if not options["order"].strip():
                    raise CommandError("Give a reason for the deletion.")
                order = lifecycle.order_deletion(reason=options["order"].strip(), **who)
                self._say(order, "ordered; somebody else must approve it.")
            elif options["approve"]:
                self._say(lifecycle.approve_deletion(**who), "approved.")
            elif options["withdraw"]:
                self._say(lifecycle.withdraw_deletion(**who), "withdrawn.")
            else:
                order = lifecycle.execute_deletion(**who)
                self.stdout.write(json.dumps(order.certificate, indent=1))

    def _say(self, order: DeletionOrder, what: str) -> None:
        self.stdout.write(f"The deletion of {order.tenant.code} is {what}")
        if order.withdrawn_at is None:
            self.stdout.write(f"It can be executed from {order.wait_until:%Y-%m-%d %H:%M} UTC.")

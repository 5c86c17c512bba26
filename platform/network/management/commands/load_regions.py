"""Load the regions of GB/T 2260."""

from typing import Any

from django.core.management.base import BaseCommand

from network.services import load_regions


class Command(BaseCommand):
    """Load the regions that ship with the program. Safe to run again."""

    help = "Load the administrative regions (GB/T 2260) that ship with the program."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write new, changed and withdrawn regions, and say how many."""
        self.stdout.write(f"{load_regions()} regions written.")

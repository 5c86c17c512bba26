"""Say what is wrong with this installation and how to mend it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.doctor import Level, examine


class Command(BaseCommand):
    help = "Say what is wrong with this installation and how to mend it; exit 1 on problems."
    # It must run where the checks of the framework would already fail.
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        styles = {
            Level.OK: self.style.SUCCESS,
            Level.WARNING: self.style.WARNING,
            Level.PROBLEM: self.style.ERROR,
        }
        problems = 0
        for finding in examine():
            problems += finding.level is Level.PROBLEM
            self.stdout.write(f"{styles[finding.level](f'{finding.level:<8}')} {finding.text}")
            if finding.remedy:
                self.stdout.write(f"         → {finding.remedy}")
        if problems:
            raise CommandError(f"{problems} problem(s). Mend them and run doctor again.")

"""A process that imports and is killed: the worker, or with arguments the operator's command.

Its batches are small, and each takes a while in the middle of its transaction, so that a signal
finds it there.
"""

import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402

import crm.people.tasks  # noqa: E402, F401  # declares the actors
from crm.people.importing import batches, staging, undoing, writing  # noqa: E402
from tests.tenants import worker_process  # noqa: E402

ROWS = 10
SECONDS = 0.15


def slowly(work: Callable[..., Any]) -> Callable[..., Any]:
    """Return ``work`` with a pause before it."""

    def wait(*args: Any, **values: Any) -> Any:
        time.sleep(SECONDS)
        return work(*args, **values)

    return wait


def main() -> None:
    """Work until killed."""
    staging.BATCH = writing.BATCH = undoing.BATCH = ROWS
    batches.plan_workbook = slowly(batches.plan_workbook)  # type: ignore[assignment]
    staging.copy_rows = slowly(staging.copy_rows)  # type: ignore[assignment]
    writing.save_outcomes = slowly(writing.save_outcomes)  # type: ignore[assignment]
    undoing.save_outcomes = slowly(undoing.save_outcomes)  # type: ignore[assignment]
    if len(sys.argv) > 1:
        call_command(*sys.argv[1:])
    else:
        worker_process.main()


if __name__ == "__main__":
    main()

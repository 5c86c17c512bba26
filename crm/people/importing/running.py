"""All steps of an import one after the other, for the operator's command."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accounts.models import User
from crm.people.importing import batches, staging, writing
from crm.people.models import ImportBatch


@contextmanager
def import_file(
    *, path: Path, by: User | None, now: dt.datetime, is_dry_run: bool = False
) -> Iterator[ImportBatch]:
    """Take a file through all steps as it was guessed, and give what became of it.

    Rows with errors are left out, rows whose person may be there already too. A dry run leaves
    nothing behind at the end of the block; otherwise the site sees the import among its others
    and may undo it.

    Raises:
        DomainError: the file cannot be read (`crm.people.importing.errors`).
        OSError: there is no such file.
    """
    batch = batches.keep(name=path.name, data=batches.read_file(path), by=by, now=now)
    is_done = False
    try:
        batches.read_plan(batch_id=batch.pk)
        batches.check(batch_id=batch.pk, by=by, now=now, in_job=False)
        staging.stage(batch_id=batch.pk, now=now, report=_nobody_watches)
        if not is_dry_run:
            batches.run(batch_id=batch.pk, by=by, now=now, in_job=False)
            writing.write(batch_id=batch.pk, report=_nobody_watches)
            is_done = True
        batch.refresh_from_db()
        yield batch
    finally:
        if not is_done:
            batches.drop(batch)


def _nobody_watches(_done: int, _total: int) -> None:
    """Take the place of a progress bar."""

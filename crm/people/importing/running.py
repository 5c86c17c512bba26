"""All steps of an import one after the other, for the operator's command."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from accounts.models import User
from crm.people.importing import batches, staging, writing
from crm.people.models import ImportBatch, ImportState


@contextmanager
def import_file(
    *, path: Path, by: User | None, now: dt.datetime, is_dry_run: bool = False
) -> Iterator[ImportBatch]:
    """Take a file through all steps as it was guessed, and give what became of it.

    Rows with errors are left out, rows whose person may be there already too. A dry run leaves
    nothing behind at the end of the block; otherwise the site sees the import among its others
    and may undo it. After a call that was killed, the next one with this file goes on writing
    where it stopped, or begins anew if nothing was written yet.

    Raises:
        DomainError: the file cannot be read (`crm.people.importing.errors`).
        OSError: there is no such file.
    """
    data = batches.read_file(path)
    batch = None if is_dry_run else _interrupted(data)
    # What has begun to write is never dropped: it is what undoes it.
    is_written = batch is not None
    if batch is None:
        batch = batches.keep(name=path.name, data=data, by=by, now=now)
    try:
        if not is_written:
            batches.read_plan(batch_id=batch.pk)
            batches.check(batch_id=batch.pk, by=by, now=now, in_job=False)
            staging.stage(batch_id=batch.pk, now=now, report=_nobody_watches)
        if not is_dry_run:
            if not is_written:
                batches.run(batch_id=batch.pk, by=by, now=now, in_job=False)
                is_written = True
            writing.write(batch_id=batch.pk, report=_nobody_watches)
        batch.refresh_from_db()
        yield batch
    finally:
        if not is_written:
            batches.drop(batch)


def _interrupted(data: bytes) -> ImportBatch | None:
    """Return the import of this file that a killed command has begun to write, if there is one.

    What one left behind before it wrote is removed.
    """
    # Only the command starts no job.
    left = ImportBatch.objects.filter(
        file_hash=hashlib.sha256(data).hexdigest(), job_key=None, created_by=None
    ).exclude(state=ImportState.DONE)
    for batch in left.filter(ran_at=None):
        batches.drop(batch)
    return left.filter(state=ImportState.RUNNING).first()


def _nobody_watches(_done: int, _total: int) -> None:
    """Take the place of a progress bar."""

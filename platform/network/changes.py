"""Changes of a site's state that platform staff order on its page.

They need the owner's login, which the servers of pages do not have: each is a job for the
provisioner, and the rules are those of `tenants.lifecycle`, whoever calls.
"""

import base64
import datetime as dt
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import User
from common.crypto import open_sealed, row_label, seal
from common.keys import current_key, current_schema, keystore
from jobs.models import Job
from jobs.services import start_job
from tenants import lifecycle
from tenants.errors import NotAllowedError
from tenants.models import Tenant
from tenants.transfer import export_tenant

KIND = "network.change_site"


class Change(StrEnum):
    """What can be done to a site that exists."""

    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    ARCHIVE = "archive"
    EXPORT = "export"
    ORDER_DELETION = "order"
    APPROVE_DELETION = "approve"
    WITHDRAW_DELETION = "withdraw"
    DELETE = "execute"


# Those that take no more than who and when.
_PLAIN: dict[Change, Callable[..., object]] = {
    Change.ACTIVATE: lifecycle.activate_tenant,
    Change.RESUME: lifecycle.resume_tenant,
    Change.ARCHIVE: lifecycle.archive_tenant,
    Change.APPROVE_DELETION: lifecycle.approve_deletion,
    Change.WITHDRAW_DELETION: lifecycle.withdraw_deletion,
    Change.DELETE: lifecycle.execute_deletion,
}
_REASONED: dict[Change, Callable[..., object]] = {
    Change.SUSPEND: lifecycle.suspend_tenant,
    Change.ORDER_DELETION: lifecycle.order_deletion,
}


@transaction.atomic
def order_change(
    *,
    tenant: Tenant,
    change: Change,
    title: str,
    reason: str = "",
    passphrase: str = "",
    by: User,
    now: dt.datetime,
) -> Job:
    """Put a change into the provisioner's queue; it is on record when it is done.

    Args:
        tenant: the site.
        change: what to do.
        title: what the list of jobs calls it.
        reason: for suspending and for ordering a deletion.
        passphrase: seals an export; kept sealed itself until the job runs.
        by: who orders it.
        now: the time.
    """
    job = start_job(
        kind=KIND,
        title=title,
        by=by,
        now=now,
        arguments={"change": change, "code": tenant.code, "reason": reason},
    )
    if passphrase:
        sealed = seal(passphrase.encode(), key=current_key(), label=_label(job))
        job.arguments["passphrase"] = base64.b64encode(sealed).decode()
        job.save(update_fields=["arguments"])
    return job


def carry_out(
    *, job: Job, change: Change, code: str, reason: str = "", passphrase: str = "", now: dt.datetime
) -> dict[str, Any]:
    """Do what was ordered, in the name of who ordered it. Needs the provisioning login.

    Raises:
        NotAllowedError: whoever ordered it was disabled since.
        DomainError: the site's state, or the rights of who ordered it, do not allow the change.
    """
    by = job.created_by
    if by is None or not by.is_active:
        raise NotAllowedError
    result: dict[str, Any] = {"url": f"/sites/{code}/"}
    if change is Change.EXPORT:
        return result | _export(job, code, passphrase, by, now)
    if change in _REASONED:
        _REASONED[change](code=code, reason=reason, by=by, now=now)
    else:
        _PLAIN[change](code=code, by=by, now=now)
    return result


def _export(job: Job, code: str, sealed: str, by: User, now: dt.datetime) -> dict[str, Any]:
    """Write the archive where only who runs the server gets at it, sealed for who ordered it.

    So neither of the two can read a site's people alone.
    """
    schema = current_schema()
    passphrase = open_sealed(
        base64.b64decode(sealed),
        find_key=lambda key_id: keystore().data_key(schema, key_id),
        label=_label(job),
    ).decode()
    folder = settings.FILES_DIR / "public" / "exports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    # A second attempt writes a second file; the first may be cut short.
    path = folder / f"{code}-{now:%Y%m%d-%H%M%S}-{job.attempts}.zip"
    manifest = export_tenant(code=code, path=path, passphrase=passphrase, by=by, now=now)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    return {"file": path.name, "rows": rows}


def _label(job: Job) -> bytes:
    return row_label(current_schema(), "jobs_job", "passphrase", job.pk)

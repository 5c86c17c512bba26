"""The frame around a long job's task: its beginning, its end and its errors."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from dramatiq.middleware import TimeLimitExceeded

from common.errors import DomainError
from jobs import services
from jobs.errors import JobCancelledError
from tenants.tasks import is_last_attempt

Work = Callable[..., Mapping[str, Any] | None]


def job_task(work: Work) -> Callable[..., None]:
    """Turn ``work(job, **arguments)`` into the task of a long job.

    The actor stands above it::

        @tenant_actor("people.import_rows")
        @job_task
        def import_rows(job: Job, *, import_id: str) -> dict[str, Any]:

    What ``work`` returns becomes the job's result. A `DomainError` is the job's answer, shown to
    people; after any other error the task is tried again, and the job fails with the last try.
    ``work`` may run twice, the second time from the middle: it begins where its own rows end.
    """

    @wraps(work)
    def run(*, job_id: str) -> None:
        job = services.begin_job(job_id=UUID(job_id), now=timezone.now())
        if job is None:
            return
        try:
            result = work(job, **job.arguments)
        except JobCancelledError:
            return
        except DomainError as exc:
            services.fail_job(job_id=job.pk, error_text=str(exc), now=timezone.now())
        except (Exception, TimeLimitExceeded):
            if is_last_attempt():
                services.fail_job(
                    job_id=job.pk,
                    error_text=_("An unexpected error ended the job. The details are in the log."),
                    now=timezone.now(),
                )
            else:
                services.pause_job(job_id=job.pk)
            raise
        else:
            services.finish_job(job_id=job.pk, now=timezone.now(), result=result)

    return run

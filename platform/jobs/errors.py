"""What a user may be told about long jobs."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class JobNotFailedError(DomainError):
    """Only a failed job can be tried again."""

    code = "job_not_failed"
    message = _("Only a job that failed can be tried again.")


class JobFinishedError(DomainError):
    """The job has ended and cannot be cancelled."""

    code = "job_finished"
    message = _("This job has already ended.")


class JobCancelledError(DomainError):
    """Somebody cancelled the job; raised inside its task, which ends there."""

    code = "job_cancelled"
    message = _("The job was cancelled.")

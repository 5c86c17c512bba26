"""The list of long jobs, and one job while it runs."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseStopPolling, trigger_client_event

from common.errors import DomainError
from jobs import selectors, services
from jobs.models import Job, JobState
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

LIST_PAGE = "jobs/job_list.html"
DETAIL_PAGE = "jobs/job_detail.html"
_ROWS = 25


@require_safe
@requires(Permission.JOB_VIEW)
@vary_on_headers("HX-Request")
def job_list(request: MemberRequest) -> HttpResponse:
    """Show the long jobs, newest first; the rows renew themselves while one is open."""
    state = request.GET.get("state", "")
    page = Paginator(selectors.list_jobs(state=state), _ROWS).get_page(request.GET.get("page"))
    jobs: list[Job] = list(page)
    is_open = any(job.is_open for job in jobs)
    context = {
        "page": page,
        "jobs": jobs,
        "is_open": is_open,
        "state": state if state in JobState.values else "",
        "states": JobState.choices,
        "may_retry": may(request.user, Permission.JOB_RETRY),
    }
    if request.htmx:
        return _fragment(request, f"{LIST_PAGE}#results", context, is_open=is_open)
    return render(request, LIST_PAGE, context)


@require_safe
@requires(Permission.JOB_VIEW)
@vary_on_headers("HX-Request")
def job_detail(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Show one job. The answer to htmx is its progress alone, polled until the job has ended.

    With the last answer every page that shows the job hears the event ``job-ended``.
    """
    job = get_object_or_404(selectors.list_jobs(), pk=job_id)
    context = {"job": job, "may_retry": may(request.user, Permission.JOB_RETRY)}
    if request.htmx:
        response = _fragment(request, f"{DETAIL_PAGE}#job-progress", context, is_open=job.is_open)
        if not job.is_open:
            trigger_client_event(response, "job-ended", {"job": str(job.pk)})
        return response
    return render(request, DETAIL_PAGE, context)


@require_POST
@requires(Permission.JOB_RETRY)
def retry(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Put a failed job into the queue again."""
    return _change(request, job_id, services.retry_job, _("The job was put into the queue again."))


@require_POST
@requires(Permission.JOB_RETRY)
def cancel(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """End a job that waits or runs."""
    return _change(request, job_id, services.cancel_job, _("The job was cancelled."))


def _change(
    request: MemberRequest, job_id: UUID, service: Callable[..., Job], outcome: Promise
) -> HttpResponse:
    job = get_object_or_404(Job, pk=job_id)
    try:
        service(job_id=job.pk, by=request.user, now=timezone.now())
    except DomainError as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, str(outcome))
    return redirect("jobs:detail", job.pk)


def _fragment(
    request: MemberRequest, template: str, context: dict[str, Any], *, is_open: bool
) -> HttpResponse:
    """Render a part that polls; status 286 tells htmx that nothing more will change."""
    response = render(request, template, context)
    return response if is_open else HttpResponseStopPolling(response.content)

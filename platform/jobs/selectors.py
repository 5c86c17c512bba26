"""What can be asked about long jobs."""

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from jobs.models import Job, JobState


def list_jobs(*, state: str = "") -> QuerySet[Job]:
    """Return jobs with who started them, newest first; an unknown ``state`` keeps them all."""
    jobs = Job.objects.select_related("created_by")
    return jobs.filter(state=state) if state in JobState.values else jobs


def count_by_state() -> dict[str, int]:
    """Return how many jobs stand in each state, zeros included."""
    counted: Iterable[tuple[str, int]] = (
        Job.objects.order_by().values_list("state").annotate(Count("pk"))
    )
    return dict.fromkeys(JobState.values, 0) | dict(counted)


def unfinished_jobs(*, limit: int = 5) -> QuerySet[Job]:
    """Return the newest jobs that run, wait or failed: what staff should know of."""
    return Job.objects.exclude(state__in=[JobState.DONE, JobState.CANCELLED])[:limit]

"""One row for each long job of a schema."""

from __future__ import annotations

import datetime as dt
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7


class JobState(models.TextChoices):
    """Where a job stands. A failed one may be queued again; the last two are final."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    FAILED = "failed", _("failed")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")


OPEN_STATES = frozenset({JobState.QUEUED, JobState.RUNNING})


class JobQuerySet(models.QuerySet["Job"]):
    """Adjectives for jobs."""

    def open(self) -> Self:
        """Keep jobs that have not ended."""
        return self.filter(state__in=OPEN_STATES)


class Job(models.Model):
    """A task that takes long enough for people to watch it.

    The message in the queue carries the job's key only. What the task needs stands in
    ``arguments``, behind the tenant's wall: keys and settings, nothing about people.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The task's name, such as `people.import_rows`.
    kind = models.CharField(max_length=100)
    title = models.CharField(_("job"), max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=JobState, default=JobState.QUEUED)
    # Steps; total 0 means nobody knows yet.
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=200, blank=True)
    # A sentence for people; what went wrong inside is in the log.
    error_text = models.CharField(max_length=500, blank=True)
    # Figures for people, and `url`, the page that shows the outcome.
    result = models.JSONField(default=dict, blank=True)
    # How often the task was begun, redeliveries included.
    attempts = models.PositiveSmallIntegerField(default=0)
    arguments = models.JSONField(default=dict, blank=True)
    # The message that stands for the job in the queue.
    message_key = models.UUIDField(null=True)

    objects = JobQuerySet.as_manager()

    not_personal = frozenset(
        {
            "kind",
            "title",
            "created_at",
            "started_at",
            "finished_at",
            "state",
            "total",
            "done",
            "message",
            "error_text",
            "result",
            "attempts",
            "arguments",
            "message_key",
        }
    )

    class Meta:
        db_table = "jobs_job"
        ordering = ["-created_at"]
        indexes = [
            # For the list page.
            models.Index(fields=["-created_at"], name="jobs_newest_first"),
            # For jobs.check_stale; finished jobs stay out of it.
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=["queued", "running"]),
                name="jobs_open",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=JobState.values), name="job_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], finished_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], finished_at__isnull=False),
                name="job_has_an_end_when_it_ended",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(started_at__isnull=False),
                name="running_job_has_started",
            ),
            models.CheckConstraint(
                condition=Q(total=0) | Q(done__lte=F("total")), name="job_done_within_total"
            ),
            models.CheckConstraint(
                condition=Q(state="failed", error_text__gt="")
                | (~Q(state="failed") & Q(error_text="")),
                name="failed_job_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Say whether the job waits or runs."""
        return self.state in OPEN_STATES

    @property
    def result_url(self) -> str:
        """The page of this host that shows the outcome; empty without one."""
        url: Any = self.result.get("url", "") if isinstance(self.result, dict) else ""
        is_path = isinstance(url, str) and url.startswith("/") and not url.startswith("//")
        return url if is_path else ""

    @property
    def ran_for(self) -> dt.timedelta | None:
        """How long the job took, from its first start to its end."""
        if self.started_at is None or self.finished_at is None:
            return None
        return self.finished_at - self.started_at

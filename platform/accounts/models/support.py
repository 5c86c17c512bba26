"""When a site lets the platform's support in."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User
from common.ids import uuid7

LONGEST_WINDOW = dt.timedelta(hours=24)


class SupportWindowQuerySet(models.QuerySet["SupportWindow"]):
    """Adjectives for windows."""

    def open(self, now: dt.datetime) -> Self:
        """Keep those through which support may come in now."""
        return self.filter(closed_at=None, starts_at__lte=now, ends_at__gt=now)


class SupportWindow(models.Model):
    """A time in which somebody of the platform may look after this site, with a narrow role."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    granted_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(_("reason"), max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(_("open until"))
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    objects = SupportWindowQuerySet.as_manager()

    not_personal = frozenset({"reason", "starts_at", "ends_at", "closed_at"})

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    ends_at__gt=F("starts_at"), ends_at__lte=F("starts_at") + LONGEST_WINDOW
                ),
                name="support_window_lasts_a_day_at_most",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("starts_at")),
                name="support_window_closed_after_it_opened",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} {self.reason}"

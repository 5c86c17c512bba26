"""Lists of people whose data was reduced because nobody needs it any more."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.ids import uuid7
from crm.people.models.columns import who


class Minimisation(models.Model):
    """One list that somebody looked through and confirmed; worked off by a job.

    ``criteria`` are those of `crm.people.minimising.Criteria`. ``people`` are the keys of whoever
    stood on the list and was left on it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    criteria = models.JSONField()
    people = ArrayField(models.UUIDField())
    reduced = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = who()
    finished_at = models.DateTimeField(null=True, blank=True)

    # Keys that lead to nobody once the work is done.
    not_personal = frozenset({"criteria", "people", "reduced", "finished_at"})

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d} ({len(self.people)})"

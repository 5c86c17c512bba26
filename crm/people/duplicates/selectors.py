"""What can be asked about possible duplicates."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.people.choices import Evidence, PairDecision
from crm.people.duplicates.scoring import Reason
from crm.people.duplicates.services import SCAN_TASK
from crm.people.models import DuplicatePair, Person
from crm.people.selectors import people_with_parts
from jobs.models import Job, JobState


def pairs(decision: PairDecision) -> QuerySet[DuplicatePair]:
    """Return the pairs so decided: open ones likeliest first, others newest first."""
    found = DuplicatePair.objects.filter(decision=decision).select_related("decided_by")
    return found if decision == PairDecision.OPEN else found.order_by("-decided_at", "id")


def with_person(found: QuerySet[DuplicatePair], person_id: UUID) -> QuerySet[DuplicatePair]:
    """Keep the pairs that one person stands in."""
    return found.filter(Q(first=person_id) | Q(second=person_id))


def people_of(shown: Iterable[DuplicatePair]) -> dict[UUID, Person]:
    """Return both people of each pair with all their parts. Costs five queries."""
    keys = {key for pair in shown for key in (pair.first_id, pair.second_id)}
    return {person.pk: person for person in people_with_parts().filter(pk__in=keys)}


def reasons_of(pair: DuplicatePair) -> Sequence[Reason]:
    """Return what speaks for and against a pair; evidence no longer used is left out."""
    return [
        Reason(Evidence(code), points) for code, points in pair.reasons if code in Evidence.values
    ]


def last_scan() -> dt.datetime | None:
    """Return when everybody was last looked through; None before the first time."""
    done = Job.objects.filter(kind=SCAN_TASK, state=JobState.DONE)
    return done.order_by("-finished_at").values_list("finished_at", flat=True).first()

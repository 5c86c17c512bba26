"""Figures about a site's own people, for its own staff: exact and live."""

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from crm.people.choices import CheckResult, Status
from crm.people.models import Person, PersonDocument

# 老年人权益保障法 Art. 2.
ELDER_AGE = 60
LATELY = dt.timedelta(days=30)


@dataclass(frozen=True)
class PeopleFigures:
    """How many people there are, of the kinds that shape a day."""

    people: int
    added_lately: int
    elders: int
    unverified_documents: int


def people_figures(*, now: dt.datetime) -> PeopleFigures:
    """Count the people on record; four queries."""
    today = timezone.localtime(now).date()
    # Sixty years before a leap year lies another, until 2160: 29 February needs no special case.
    sixty_years_ago = today.replace(year=today.year - ELDER_AGE)
    active = Person.objects.filter(status=Status.ACTIVE)
    return PeopleFigures(
        people=active.count(),
        added_lately=active.filter(created_at__gte=now - LATELY).count(),
        elders=active.filter(birth_date__lte=sixty_years_ago).count(),
        unverified_documents=PersonDocument.objects.filter(
            check_result=CheckResult.UNVERIFIED
        ).count(),
    )

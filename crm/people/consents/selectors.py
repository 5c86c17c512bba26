"""What can be asked about consents. Rooms that hand data out ask `has_consent` first."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from crm.people.models import Consent
from crm.people.purposes import PURPOSES

# What the register of consents can be narrowed to.
STANDING, OUTDATED, WITHDRAWN, ENDED = "standing", "outdated", "withdrawn", "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentFilter:
    """Which consents are asked for; empty parts ask for all."""

    purpose: str = ""
    state: str = ""


def has_consent(person_id: UUID, purpose: str, *, recipient: str = "", day: dt.date) -> bool:
    """Say whether the person agreed to this, in today's words, and has not taken it back.

    Raises:
        KeyError: there is no such purpose.
    """
    asked = PURPOSES[purpose]
    return (
        Consent.objects.valid(day)
        .filter(
            person=person_id,
            purpose=purpose,
            recipient=recipient if asked.has_recipient else "",
            wording=asked.current.version,
        )
        .exists()
    )


def consents_of(person_id: UUID) -> QuerySet[Consent]:
    """Return all that somebody ever agreed to, newest first."""
    return Consent.objects.filter(person=person_id).select_related("created_by", "withdrawn_by")


def state_of(consent: Consent, day: dt.date) -> str:
    """Return one of the words above; a consent to older words must be asked for again."""
    if consent.withdrawn_at is not None:
        return WITHDRAWN
    if consent.valid_until is not None and consent.valid_until < day:
        return ENDED
    asked = PURPOSES.get(consent.purpose)
    return STANDING if asked and asked.current.version == consent.wording else OUTDATED


def consents(wanted: ConsentFilter, *, day: dt.date) -> QuerySet[Consent]:
    """Return the register of consents, newest first."""
    found = Consent.objects.select_related("person").order_by("-given_on", "-id")
    if wanted.purpose in PURPOSES:
        found = found.filter(purpose=wanted.purpose)
    if wanted.state == WITHDRAWN:
        return found.filter(withdrawn_at__isnull=False)
    if wanted.state == ENDED:
        return found.filter(withdrawn_at__isnull=True, valid_until__lt=day)
    if wanted.state in {STANDING, OUTDATED}:
        in_todays_words = Q()
        for purpose in PURPOSES.values():
            in_todays_words |= Q(purpose=purpose.code, wording=purpose.current.version)
        is_current = wanted.state == STANDING
        found = found.valid(day).filter(in_todays_words if is_current else ~in_todays_words)
    return found

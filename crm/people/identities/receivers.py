"""What other rooms tell identities: a link ended, somebody died."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import User
from crm.people.choices import EndReason, ReviewReason
from crm.people.events import kinship_ended, person_died
from crm.people.identities.grounds import (
    end_grounds,
    grounds_resting_on,
    look_again,
    look_again_without_grounds,
)
from crm.people.models import IdentityGround, Kinship


@receiver(kinship_ended)
def end_what_rests_on_it(
    *,
    kinship: UUID | None = None,
    overseas_kin: UUID | None = None,
    reason: EndReason,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
    **_others: Any,
) -> None:
    """End the grounds on a link that ended, and have the identities looked at."""
    found = IdentityGround.objects.filter(
        Q(overseas_kin=overseas_kin)
        if kinship is None
        else Q(kinship=kinship) | Q(next_link=kinship)
    )
    reason = EndReason(reason)
    end_grounds(found, reason=reason, on=on, by=by, now=now)
    if kinship is not None and reason in {EndReason.DIVORCE, EndReason.SUPPORT_ENDED}:
        link = Kinship.objects.get(pk=kinship)
        look_again_without_grounds(
            {link.person_id, link.relative_id}, reason=reason, on=on, by=by, now=now
        )


@receiver(person_died)
def note_the_death(
    *, person: UUID, by: User | None = None, now: dt.datetime, **_others: Any
) -> None:
    """Note on relatives' identities that somebody died; the person's own stay as they are."""
    look_again(
        grounds_resting_on(person),
        reason=ReviewReason.DEATH,
        on=timezone.localdate(now),
        by=by,
        now=now,
    )

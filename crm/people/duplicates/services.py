"""What can be done about possible duplicates: look for them, say that two are two people."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit import services as audit
from crm.people.choices import DistinctReason, PairDecision
from crm.people.duplicates.scanning import reopen
from crm.people.errors import ReasonMissingError
from crm.people.models import DuplicatePair
from jobs.models import Job
from jobs.services import start_job

SCAN_TASK = "people.scan_duplicates"
_LONGEST_EXPLANATION = 200


def start_scan(*, by: User | None, now: dt.datetime) -> Job:
    """Look through everybody for duplicates, as a job; the one that runs already, if one does."""
    running = Job.objects.open().filter(kind=SCAN_TASK).first()
    return running or start_job(kind=SCAN_TASK, title=_("Look for duplicates"), by=by, now=now)


@transaction.atomic
def keep_apart(
    *,
    pair_id: UUID,
    reason: DistinctReason,
    explanation: str = "",
    by: User | None,
    now: dt.datetime,
) -> DuplicatePair:
    """Remember that two records are of two people; they are not shown again unless more comes up.

    Raises:
        DuplicatePair.DoesNotExist: there is no such pair.
        ReasonMissingError: another reason, and no explanation.
    """
    explanation = explanation.strip()[:_LONGEST_EXPLANATION]
    if reason is DistinctReason.OTHER and not explanation:
        raise ReasonMissingError
    pair = DuplicatePair.objects.select_for_update().get(pk=pair_id)
    pair.decision = PairDecision.NOT_DUPLICATE
    pair.reason, pair.explanation = reason, explanation
    pair.decided_at, pair.decided_by = now, by
    pair.save()
    _record("person.keep_apart", pair, by=by, now=now, reason=str(reason.label))
    return pair


@transaction.atomic
def ask_again(*, pair_id: UUID, by: User | None, now: dt.datetime) -> DuplicatePair:
    """Take back that two records are of two people.

    Raises:
        DuplicatePair.DoesNotExist: there is no such pair.
    """
    pair = DuplicatePair.objects.select_for_update().get(pk=pair_id)
    if pair.decision != PairDecision.OPEN:
        reopen(pair)
        pair.save()
        _record("person.ask_again", pair, by=by, now=now)
    return pair


def _record(
    action: str, pair: DuplicatePair, *, by: User | None, now: dt.datetime, reason: str = ""
) -> None:
    """Write an entry for each of both people."""
    audit.record_many(
        [
            audit.Event(
                action=action,
                by=by,
                object_type="people.duplicatepair",
                object_key=pair.pk,
                person_key=person_key,
                reason=reason,
            )
            for person_key in (pair.first_id, pair.second_id)
        ],
        now=now,
    )

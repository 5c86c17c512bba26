"""Write down a consent, and take it back. Taking back is as easy as giving (Art. 15)."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from crm.people import events
from crm.people.choices import ConsentChannel, ConsentGiver
from crm.people.consents.errors import (
    ConsentInFutureError,
    ConsentWithdrawnError,
    GiverMissingError,
    GuardianMissingError,
    ProofMissingError,
    RecipientMissingError,
    UnknownPurposeError,
)
from crm.people.models import Consent, Person
from crm.people.purposes import PURPOSES, Purpose, is_child
from crm.people.services import OBJECT_TYPE


@transaction.atomic
def give_consent(
    *,
    person_id: UUID,
    purpose: str,
    recipient: str = "",
    given_by: ConsentGiver = ConsentGiver.SELF,
    giver_name: str = "",
    channel: ConsentChannel,
    proof: str = "",
    given_on: dt.date,
    valid_until: dt.date | None = None,
    by: User | None,
    now: dt.datetime,
) -> Consent:
    """Write down that somebody agreed to a purpose, in the words of today.

    A consent to an older wording that still stands is taken back by the new one. The person's
    row stays locked until commit, so that one consent of a kind stands at a time.

    Args:
        person_id: whose data it is about.
        purpose: a code of `purposes.PURPOSES`.
        recipient: who receives the data, where the purpose hands it out; otherwise left out.
        given_by: who said yes; under 14 only a guardian can.
        giver_name: the guardian's or agent's name.
        channel: how it was given; paper needs ``proof``.
        proof: where the signed paper or the recording is kept.
        given_on: the day, in China.
        valid_until: the last day it holds; None without end.
        by: who writes it down; the person's own account when given online.
        now: the time.

    Raises:
        Person.DoesNotExist: there is no such person here.
        UnknownPurposeError, RecipientMissingError, GuardianMissingError, GiverMissingError,
        ProofMissingError, ConsentInFutureError: something is missing; ``field`` says what.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    asked = _purpose(purpose)
    today = timezone.localdate(now)
    recipient, giver_name, proof = recipient.strip(), giver_name.strip(), proof.strip()
    if asked.has_recipient and not recipient:
        raise RecipientMissingError
    if is_child(person.birth_date, today) and given_by is not ConsentGiver.GUARDIAN:
        raise GuardianMissingError
    if given_by is not ConsentGiver.SELF and not giver_name:
        raise GiverMissingError
    if channel is ConsentChannel.PAPER and not proof:
        raise ProofMissingError
    if given_on > today or (valid_until is not None and valid_until < given_on):
        raise ConsentInFutureError
    recipient = recipient if asked.has_recipient else ""
    for standing in Consent.objects.filter(
        person=person, purpose=purpose, recipient=recipient, withdrawn_at__isnull=True
    ):
        if standing.wording == asked.current.version and standing.valid_until == valid_until:
            return standing
        _end(standing, channel=channel, by=by, now=now)
    consent = Consent.objects.create(
        person=person,
        purpose=purpose,
        wording=asked.current.version,
        data_classes=[str(part) for part in asked.data_classes],
        recipient=recipient,
        given_by=given_by,
        giver_name=giver_name or None if given_by is not ConsentGiver.SELF else None,
        channel=channel,
        proof=proof,
        given_on=given_on,
        valid_until=valid_until,
        created_at=now,
        created_by=by,
    )
    audit.record(
        action="consent.give",
        by=by,
        object_type=OBJECT_TYPE,
        object_key=person.pk,
        person_key=person.pk,
        detail={"purpose": purpose, "wording": consent.wording, "consent": str(consent.pk)},
        now=now,
    )
    return consent


@transaction.atomic
def withdraw_consent(
    *, consent_id: UUID, channel: ConsentChannel, by: User | None, now: dt.datetime
) -> Consent:
    """Take a consent back, and tell every room that relies on it, in the same transaction.

    Raises:
        Consent.DoesNotExist: there is no such consent here.
        ConsentWithdrawnError: it was taken back before.
    """
    consent = Consent.objects.select_for_update().get(pk=consent_id)
    if consent.withdrawn_at is not None:
        raise ConsentWithdrawnError
    _end(consent, channel=channel, by=by, now=now)
    events.consent_withdrawn.send(
        sender=None,
        consent=consent.pk,
        person=consent.person_id,
        purpose=consent.purpose,
        recipient=consent.recipient,
        now=now,
    )
    audit.record(
        action="consent.withdraw",
        by=by,
        object_type=OBJECT_TYPE,
        object_key=consent.person_id,
        person_key=consent.person_id,
        detail={"purpose": consent.purpose, "consent": str(consent.pk)},
        now=now,
    )
    return consent


def _purpose(code: str) -> Purpose:
    if code not in PURPOSES:
        raise UnknownPurposeError
    return PURPOSES[code]


def _end(consent: Consent, *, channel: ConsentChannel, by: User | None, now: dt.datetime) -> None:
    consent.withdrawn_at = now
    consent.withdrawn_by = by
    consent.withdrawal_channel = channel
    consent.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_channel"])

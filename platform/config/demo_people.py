"""Write a demonstration site's invented people, by the same rules and road as an import."""

import dataclasses
import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from audit.services import Event, record_many
from common.copying import copy_rows
from common.keys import current_key
from config.demo_families import load_families
from crm.people.bulk import insert_drafts
from crm.people.choices import (
    ContactKind,
    DocumentKind,
    FactKind,
    IdentityCode,
    IdentityState,
    Precision,
    ReviewReason,
    Sex,
    Source,
    StepKind,
)
from crm.people.drafts import new_draft
from crm.people.extra_fields import add_field
from crm.people.models import IdentityStep, Person, PersonIdentity, Stay
from crm.people.rules import check_person
from crm.people.selectors import fact_catalogue
from crm.people.values import (
    ContactValues,
    DocumentValues,
    IdentityValues,
    PersonValues,
    PhoneValues,
)
from network.demo.particulars import contacts_of, facts_of, own_answers_of
from network.demo.people import DemoPerson
from network.demo.standing import DemoStanding, standing_of, stays_of
from network.selectors import is_known_region

# The generator's word for somebody without an overseas status.
_CODES = {"FQ": IdentityCode.OTHER}


@transaction.atomic
def load_people(people: Iterable[DemoPerson], *, now: dt.datetime) -> bool:
    """Write the people into the current site, unless it has some; say whether it did."""
    if Person.objects.exists():
        return False
    key = current_key()
    today = timezone.localdate(now)
    own = _own_fields(now)
    catalogue = fact_catalogue()
    is_region = cache(is_known_region)
    drafts, steps, stays = [], list[IdentityStep](), list[Stay]()
    told = list(people)
    for person in told:
        checked = check_person(
            _values(person, own), today=today, is_region=is_region, catalogue=catalogue
        )
        if checked.problems:
            raise AssertionError(f"The demonstration breaks our own rules: {checked.problems}")
        draft = new_draft(checked, source=Source.ROSTER, by=None, now=now, key=key)
        drafts.append(draft)
        for identity in draft.identities:
            steps += _establish(identity, standing_of(person, identity.code), now)
        stays += [
            Stay(person=draft.person, created_at=now, **dataclasses.asdict(stay))
            for stay in stays_of(person)
        ]
    insert_drafts(drafts)
    copy_rows(IdentityStep, steps)
    copy_rows(Stay, stays)
    record_many(
        [
            Event(
                action="person.add",
                object_type="people.person",
                object_key=draft.person.pk,
                person_key=draft.person.pk,
                detail={"source": Source.ROSTER.value},
            )
            for draft in drafts
        ],
        now=now,
    )
    written = [draft.person for draft in drafts]
    load_families(list(zip(told, written, strict=True)), now=now)
    return True


def _establish(
    identity: PersonIdentity, standing: DemoStanding, now: dt.datetime
) -> list[IdentityStep]:
    """Bring a new identity, not saved yet, to where it stands; return the steps to write."""
    rows: list[IdentityStep] = []

    def add(kind: StepKind, to: str, on: dt.date, **values: Any) -> None:
        # A history is read in the order of its times.
        at = now + dt.timedelta(microseconds=len(rows) + 1)
        rows.append(
            IdentityStep(
                identity=identity, kind=kind, from_state=identity.state, to_state=to,
                happened_on=on, created_at=at, **values,
            )
        )  # fmt: skip
        identity.state = to

    for step in standing.steps:
        add(StepKind.CHANGE, step.to, step.on, reason=step.reason)
    if identity.state == IdentityState.RECOGNISED:
        identity.recognised_by, identity.recognised_on = (
            standing.recognised_by,
            rows[-1].happened_on,
        )
        identity.certificate = standing.certificate
    elif identity.state == IdentityState.ENDED:
        identity.ended_on = rows[-1].happened_on
    if standing.is_to_review:
        why = ReviewReason.DIVORCE
        add(StepKind.REVIEW, identity.state, timezone.localdate(now), review_since=now,
            review_reason=why)  # fmt: skip
        identity.review_since, identity.review_reason = now, why
    return rows


def _own_fields(now: dt.datetime) -> list[str]:
    """Add the two fields that the demonstration's sites have of their own; return their codes."""
    days = ["上午", "下午", "周末"]
    return [
        add_field(label="需要上门", kind=FactKind.FLAG, by=None, now=now).code,
        add_field(label="常来时段", kind=FactKind.CHOICE, options=days, by=None, now=now).code,
    ]


def _values(person: DemoPerson, own: list[str]) -> PersonValues:
    answers = zip(own, own_answers_of(person), strict=True)
    return PersonValues(
        full_name=person.full_name,
        surname_reading=person.surname_reading,
        former_names=tuple(n.text for n in person.other_names if n.kind == "former"),
        other_names=tuple(n.text for n in person.other_names if n.kind != "former"),
        sex=Sex(person.sex),
        birth_date=person.birth_date,
        birth_precision=Precision(person.birth_precision),
        nationality=person.nationality,
        region_code=person.native_region,
        address=person.address,
        languages=person.languages,
        facts=facts_of(person) | {code: text for code, text in answers if text},
        contacts=tuple(
            ContactValues(kind=ContactKind(kind), value=value)
            for kind, value in contacts_of(person)
        ),
        documents=tuple(
            DocumentValues(kind=DocumentKind(d.kind), number=d.number, country=d.country)
            for d in person.documents
        ),
        phones=tuple(PhoneValues(number=number) for number in person.phones),
        identities=tuple(
            IdentityValues(code=_CODES.get(i.code) or IdentityCode(i.code), country=i.country)
            for i in person.identities
        ),
    )

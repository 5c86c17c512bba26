"""Write a demonstration site's invented people, by the same rules and road as an import."""

import datetime as dt
from collections.abc import Iterable
from functools import cache

from django.db import transaction
from django.utils import timezone

from audit.services import Event, record_many
from common.keys import current_key
from crm.people.bulk import insert_drafts
from crm.people.choices import DocumentKind, IdentityCode, Precision, Sex, Source
from crm.people.drafts import new_draft
from crm.people.models import Person
from crm.people.rules import check_person
from crm.people.values import DocumentValues, IdentityValues, PersonValues, PhoneValues
from network.demo.people import DemoPerson
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
    is_region = cache(is_known_region)
    drafts = []
    for person in people:
        checked = check_person(_values(person), today=today, is_region=is_region)
        if checked.problems:
            raise AssertionError(f"The demonstration breaks our own rules: {checked.problems}")
        drafts.append(new_draft(checked, source=Source.ROSTER, by=None, now=now, key=key))
    insert_drafts(drafts)
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
    return True


def _values(person: DemoPerson) -> PersonValues:
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

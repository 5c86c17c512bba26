"""Many synthetic people, the same on every run, put straight into a tenant's tables."""

import datetime as dt
import random
from collections.abc import Iterator

from django.utils import timezone

from common.keys import current_key
from common.phones import Phone, PhoneKind
from crm.people.bulk import insert_drafts
from crm.people.choices import (
    CheckResult,
    DocumentKind,
    IdentityCode,
    Precision,
    Sex,
    Source,
)
from crm.people.drafts import Draft, new_draft
from crm.people.rules import Checked, CheckedDocument
from crm.people.values import DocumentValues, IdentityValues, PersonValues
from network.demo import name_lists as lists
from tenants.context import inside
from tenants.models import Tenant

BATCH = 5_000


def load_people(tenant: Tenant, count: int) -> None:
    """Put ``count`` people on the register of ``tenant``; about 20 s for 100,000."""
    with inside(tenant):
        batch: list[Draft] = []
        for draft in _drafts(count):
            batch.append(draft)
            if len(batch) == BATCH:
                insert_drafts(batch)
                batch = []
        insert_drafts(batch)


def _drafts(count: int) -> Iterator[Draft]:
    chance = random.Random(20260302)
    key, now = current_key(), timezone.now()
    surnames, weights = list(lists.SURNAMES), list(lists.SURNAMES.values())
    given = [
        (name, Sex(sex))
        for names in lists.GIVEN_NAMES.values()
        for sex, line in names.items()
        for name in line.split()
    ]
    characters = sorted({character for name, _sex in given for character in name})
    for number in range(count):
        name, sex = chance.choice(given)
        # The demonstration's lists are short: drawn from them alone, 0.4 % of everybody would be
        # called 陈丽…, three times as many as in life. Most names are made of any two characters.
        if len(name) == 2 and chance.random() < 0.7:
            name = chance.choice(characters) + chance.choice(characters)
        values = PersonValues(
            full_name=chance.choices(surnames, weights)[0] + name,
            sex=sex,
            birth_date=dt.date(1930, 1, 1) + dt.timedelta(days=chance.randrange(30_000)),
            birth_precision=Precision.DAY,
            nationality="CN",
            identities=(IdentityValues(code=chance.choice(list(IdentityCode)), country="ID"),),
        )
        phone = Phone(f"+861{3 + number % 7}{chance.randrange(10**9):09}", PhoneKind.MOBILE)
        paper = CheckedDocument(
            values=DocumentValues(kind=DocumentKind.RESIDENT_ID, country="CN"),
            number=f"{number:06}{chance.randrange(10**12):012}",
            source=f"resident_id|CN|{number}",
            result=CheckResult.OK,
        )
        checked = Checked(values, documents=[paper], phones=[phone])
        yield new_draft(checked, source=Source.ROSTER, by=None, now=now, key=key)

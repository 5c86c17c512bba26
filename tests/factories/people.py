"""People for tests, put on the register the way the program does it."""

import datetime as dt
from itertools import count
from typing import Any

from crm.people.choices import IdentityCode, Precision, Sex
from crm.people.id_numbers import check_character
from crm.people.models import Person
from crm.people.services import add_person
from crm.people.values import DocumentValues, IdentityValues, PersonValues, PhoneValues

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)  # Monday, 09:00 in China
TODAY = dt.date(2026, 3, 2)

_serial = count(1)


def resident_id(born: dt.date = dt.date(1949, 12, 31), *, sequence: int = 2) -> str:
    """Return a valid number; an even ``sequence`` (three digits) is a woman's."""
    body = f"350203{born:%Y%m%d}{sequence:03}"
    return body + check_character(body)


def values(**changes: Any) -> PersonValues:
    """Return values that are in order, with a paper and a phone nobody else has."""
    serial = next(_serial)
    given: dict[str, Any] = {
        "full_name": "曾庆红",
        "sex": Sex.FEMALE,
        "birth_date": dt.date(1949, 12, 31),
        "birth_precision": Precision.DAY,
        "nationality": "CN",
        "region_code": "350203",
        "address": "厦门市思明区榕荫里12号301室",
        "languages": ("cmn", "nan"),
        "documents": (DocumentValues(number=resident_id(sequence=serial * 2 % 1000)),),
        "phones": (PhoneValues(number=f"1380592{serial:04}"),),
        "identities": (IdentityValues(code=IdentityCode.RELATIVE, country="ID"),),
    }
    return PersonValues(**given | changes)


def person(**changes: Any) -> Person:
    """Put somebody on the register of the current site."""
    return add_person(values=values(**changes), by=None, now=NOW).person

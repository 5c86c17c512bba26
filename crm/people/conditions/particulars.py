"""What a rule can ask about 侨情: one field for each of the catalogue and of the site's own.

Their codes are ``facts.`` and the code of the catalogue. What is not known, or that there is
none, counts as an answer of its own; who was never asked meets "is not" and nothing else.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Case, DecimalField, Q, TextField, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Collate
from django.db.models.lookups import (
    GreaterThanOrEqual,
    IContains,
    In,
    LessThan,
    LessThanOrEqual,
    Regex,
)
from django.utils.translation import gettext_lazy as _

from crm.people.choices import FactKind
from crm.people.conditions.shapes import IS, Field, Kind, Op, Query
from crm.people.facts import CATALOGUE, OWN_PREFIX, Fact, choices_of, words_of
from crm.people.facts.own import own_facts

PREFIX = "facts."
_MOST = 999_999
_ASKED = {
    Op.ON_RECORD: _("{field} is on record"),
    Op.NOT_ON_RECORD: _("{field} is not on record"),
}
_KINDS: Mapping[FactKind, Kind] = {
    FactKind.CHOICE: Kind.CHOICES,
    FactKind.FLAG: Kind.CHOICES,
    FactKind.COUNTRY: Kind.COUNTRY,
    FactKind.DATE: Kind.PARTIAL_DATE,
    FactKind.YEAR: Kind.PARTIAL_DATE,
    FactKind.NUMBER: Kind.NUMBER,
    FactKind.TEXT: Kind.TEXT,
}
_PHRASES: Mapping[Kind, Mapping[Op, Any]] = {
    Kind.CHOICES: IS,
    Kind.COUNTRY: IS,
    Kind.PARTIAL_DATE: {
        Op.SINCE: _("{field} in {value} or later"),
        Op.BEFORE: _("{field} before {value}"),
    },
    Kind.NUMBER: {
        Op.AT_LEAST: _("{field} is {value} or more"),
        Op.AT_MOST: _("{field} is {value} or less"),
    },
    Kind.TEXT: {Op.CONTAINS: _("{field} contains “{value}”")},
}


def find_particular(code: str) -> Field | None:
    """Return the field of this code; a query where it is the site's own."""
    name = code.removeprefix(PREFIX)
    if name == code:
        return None
    if name in _OF_CATALOGUE:
        return _OF_CATALOGUE[name]
    fact = own_facts().get(name) if name.startswith(OWN_PREFIX) else None
    return particular(fact) if fact else None


def particulars() -> list[Field]:
    """Return all that is in use, section by section; one query."""
    facts = [*CATALOGUE.values(), *own_facts().values()]
    return [particular(fact) for fact in facts if not fact.is_retired]


def particular(fact: Fact) -> Field:
    """Return what a rule can ask about one fact."""
    kind = _KINDS[fact.kind]
    return Field(
        code=f"{PREFIX}{fact.code}",
        label=fact.label,
        kind=kind,
        section=fact.section.value,
        choices=[*choices_of(fact).items(), *words_of(fact).items()]
        if kind is Kind.CHOICES
        else (),
        phrases={**_PHRASES[kind], **_ASKED},
        query=_query(fact.code, kind),
        least=0,
        most=_MOST,
    )


def _query(code: str, kind: Kind) -> Query:
    text = KT(f"facts__{code}")

    def query(op: Op, value: Any, _now: dt.datetime) -> Q:
        if op is Op.ON_RECORD:
            return Q(facts__has_key=code)
        if kind is Kind.CHOICES:
            return _any_of(code, value)
        if kind is Kind.COUNTRY:
            return _any_of(code, [value])
        if kind is Kind.TEXT:
            return Q(IContains(text, value))
        if kind is Kind.NUMBER:
            return _compare_number(text, op, value)
        return _compare_date(text, op, value)

    return query


def _any_of(code: str, values: list[str]) -> Q:
    found = Q()
    for value in values:
        # Unlike a comparison of the value, this is false where nobody has asked, and so can be
        # turned round.
        found |= Q(facts__contains={code: value})
    return found


def _compare_number(text: Any, op: Op, value: int) -> Q:
    number = Case(
        When(Regex(text, r"^[0-9]+(\.[0-9]+)?$"), then=Cast(text, _DECIMAL)),
        output_field=_DECIMAL,
    )
    compare = GreaterThanOrEqual if op is Op.AT_LEAST else LessThanOrEqual
    return Q(compare(number, Value(value, output_field=_DECIMAL)))


def _compare_date(text: Any, op: Op, value: str) -> Q:
    """Compare as far as both are known: 1978 is neither before June 1978 nor after."""
    written = Collate(Cast(text, TextField()), "C")
    is_date = Q(Regex(text, "^[12]"))
    if op is Op.SINCE:
        return is_date & Q(GreaterThanOrEqual(written, Value(value)))
    vaguer = [value[:length] for length in (4, 7) if length < len(value)]
    found = is_date & Q(LessThan(written, Value(value)))
    return found & ~Q(In(text, vaguer)) if vaguer else found


_DECIMAL: "DecimalField[Any, Any]" = DecimalField(max_digits=20, decimal_places=4)
_OF_CATALOGUE = {code: particular(fact) for code, fact in CATALOGUE.items()}

"""What several cells of a row say together: identities with countries, relatives, papers."""

import dataclasses
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from crm.people.choices import DocumentKind, IdentityCode
from crm.people.dates import parse_partial_date
from crm.people.facts import NONE, UNKNOWN
from crm.people.importing.layouts import KIN_GROUPS
from crm.people.importing.repairs.papers import Paper
from crm.people.importing.shapes import OverseasHint
from crm.people.values import DocumentValues, IdentityValues

_ABROAD = frozenset(
    {IdentityCode.OVERSEAS, IdentityCode.FOREIGN, IdentityCode.STUDENT_ABROAD,
     IdentityCode.HONG_KONG_MACAO}
)  # fmt: skip
BACK = frozenset({IdentityCode.RETURNED, IdentityCode.RETURNED_STUDENT})
_SAYS_NOTHING = frozenset({"", NONE, UNKNOWN})


def overseas_hints(
    people: Sequence[OverseasHint], kin: Sequence[Any], countries: Sequence[str]
) -> tuple[OverseasHint, ...]:
    """Put names, relations and countries together: one for all, or one for each."""
    count = len(people) or max(len(kin), len(countries))
    found = []
    for place in range(count):
        known = people[place] if people else OverseasHint()
        relation = known.relation or _of(kin, place, count)
        country = known.country or _of(countries, place, count) or ""
        found.append(OverseasHint(relation=relation, country=country, count=known.count))
    return tuple(found)


def _of(values: Sequence[Any], place: int, count: int) -> Any:
    if len(values) == 1:
        return values[0]
    return values[place] if len(values) == count else None


@lru_cache(maxsize=4_096)
def identity_values(
    codes: tuple[str, ...], former: str, lives_in: str, relatives: str, back: str, abroad: str
) -> tuple[IdentityValues, ...]:
    """Return the identities, each with the country that belongs to it and since when it holds.

    Args:
        codes: of `IdentityCode`.
        former: where a returned person lived.
        lives_in: where the person lives abroad.
        relatives: where the relatives live.
        back: since when the person is back.
        abroad: since when the person is settled abroad.
    """
    found = []
    for code in map(IdentityCode, codes):
        country, since = relatives, ""
        if code in BACK:
            country, since = former or relatives, back
        elif code in _ABROAD:
            country, since = lives_in, abroad
        date = parse_partial_date(since) if since not in _SAYS_NOTHING else None
        found.append(
            IdentityValues(
                code=code,
                country="" if country in _SAYS_NOTHING else country,
                since=date.date if date else None,
                since_precision=date.precision if date else None,
            )
        )
    return tuple(found)


def side_by_side(
    codes: Sequence[str], countries: Sequence[Any], former: Sequence[Any], back: Sequence[Any]
) -> tuple[IdentityValues, ...]:
    """Return the identities of one of our own lists, which has a country for each, or for all."""
    returning = [code for code in codes if code in BACK]
    others = [code for code in codes if code not in BACK]
    found = {
        code: IdentityValues(code=IdentityCode(code), country=place.code if place else "")
        for some, places in ((returning, former), (others, countries))
        for code, place in zip(some, _for_each(places, len(some)), strict=True)
    }
    for code, since in zip(returning, _for_each(back, len(returning)), strict=True):
        if since:
            found[code] = dataclasses.replace(
                found[code], since=since.date, since_precision=since.precision
            )
    return tuple([found[code] for code in codes])


def _for_each(values: Sequence[Any], count: int) -> Sequence[Any]:
    if len(values) == 1:
        return [values[0]] * count
    return values if len(values) == count else [None] * count


def lives_in(parts: Mapping[str, Sequence[tuple[str, Any]]]) -> str:
    """Return the country of a heading such as 旅居国 that no relative stands beside."""
    if "overseas_people" in parts or "overseas_relation" in parts:
        return ""
    found = parts.get("overseas_country", ())
    return one_country([part for part in found if not KIN_GROUPS.search(part[0])])


def one_country(found: Sequence[tuple[str, Any]]) -> str:
    """Return the country if there is exactly one."""
    codes = {place.code for _heading, places in found for place in places if place.code}
    return codes.pop() if len(codes) == 1 else ""


def document_of(paper: Paper, nationality: str) -> DocumentValues:
    """Return the paper; a foreign passport is of the country its holder is a national of."""
    is_foreign = paper.kind is DocumentKind.PASSPORT and not paper.is_chinese
    country = paper.country or (is_foreign and nationality) or "CN"
    return DocumentValues(kind=paper.kind, number=paper.number, country=country)

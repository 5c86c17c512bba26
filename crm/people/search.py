"""Find people by 汉字, pinyin, initials, a mixture of them, or the last four digits of a number.

Everything a person can be found by is a token in ``Person.search``. Numbers are there as keyed
tokens of their last four digits only (security D1): equal digits give equal tokens in one site,
and nobody without the site's key can tell which digits they were.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Func

from common.crypto import tail_token
from common.keys import DataKey, current_key
from common.names import answers, search_query, search_tokens, sort_key
from crm.people.choices import FoundByKind
from crm.people.models import Person, PersonQuerySet

PHONE, DOCUMENT = "phone", "document"
_ANY_TAIL = "tail"  # stands for a number's tail where only names are asked about
# The order of lists, as an expression that no index holds. The planner cannot tell how many people
# a prefix fits: given the index it walks the whole list for a rare name, 80 times slower.
IN_ORDER = (Func(F("sort_key"), template="(%(expressions)s || '')"), F("id"))
_TAIL_LENGTH = 4


def person_tokens(
    person: Person, *, phones: Iterable[str], documents: Iterable[str], key: DataKey
) -> list[str]:
    """Return the tokens ``person`` is found by.

    Args:
        person: only the names are read.
        phones: all numbers in the clear, E.164.
        documents: all numbers in the clear, normalised.
        key: the site's current key.
    """
    tokens = set(
        search_tokens(
            person.full_name,
            [*person.former_names, *person.other_names],
            surname_reading=person.surname_reading,
        )
    )
    tokens.update(_tails(PHONE, phones, key))
    tokens.update(_tails(DOCUMENT, documents, key))
    return sorted(tokens)


def order_of(person: Person) -> str:
    """Return what ``person`` is sorted by in lists."""
    longest = Person._meta.get_field("sort_key").max_length
    return sort_key(person.full_name, surname_reading=person.surname_reading)[:longest]


def as_tsvector(tokens: Iterable[str]) -> str:
    """Return the tokens as PostgreSQL reads a ``tsvector``.

    >>> as_tsvector(["czeng", "sz"])
    "'czeng' 'sz'"
    """
    return " ".join(f"'{token}'" for token in tokens)


def find_people(
    text: str, *, among: PersonQuerySet | None = None, may_search_documents: bool
) -> PersonQuerySet:
    """Return the people that ``text`` may mean, in order; nobody if it cannot be searched for.

    Args:
        text: what was typed; no input raises.
        among: whom to look among; None means everybody on the register.
        may_search_documents: also find the last four digits of papers, not of phones only.
    """
    key = current_key()
    kinds = (PHONE, DOCUMENT) if may_search_documents else (PHONE,)
    query = search_query(text, lambda tail: [tail_token(kind, tail, key) for kind in kinds])
    if query is None:
        return Person.objects.none()
    match = SearchQuery(query, config="simple", search_type="raw")
    return (
        (Person.objects.all() if among is None else among).filter(search=match).order_by(*IN_ORDER)
    )


@dataclass(frozen=True, slots=True)
class FoundBy:
    """Why somebody is found whose full name does not say it; ``text`` is the other name."""

    kind: FoundByKind
    text: str = ""


def found_by(
    text: str, ids: Collection[UUID], *, may_search_documents: bool
) -> dict[UUID, FoundBy]:
    """Return the reason for each of the people found by ``text`` whose full name is none.

    Costs a query, and another for the tail of a number.

    Args:
        text: what was typed.
        ids: people that `find_people` found by it, a page of them.
        may_search_documents: as it was then.
    """
    key = current_key()
    tails: list[str] = []

    def note_tail(tail: str) -> list[str]:
        tails.append(tail)
        return [_ANY_TAIL]

    query = search_query(text, note_tail)
    if query is None or not ids:
        return {}
    reasons: dict[UUID, FoundBy] = {}
    if tails:
        by_phone = set(ids)
        if may_search_documents:
            phones = " | ".join(tail_token(PHONE, tail, key) for tail in tails)
            match = SearchQuery(phones, config="simple", search_type="raw")
            by_phone = set(
                Person.objects.filter(pk__in=ids, search=match).values_list("pk", flat=True)
            )
        reasons = {
            pk: FoundBy(FoundByKind.PHONE if pk in by_phone else FoundByKind.DOCUMENT) for pk in ids
        }
    return reasons | _by_other_names(query, ids)


def _by_other_names(query: str, ids: Collection[UUID]) -> dict[UUID, FoundBy]:
    """Return whom the full name alone does not answer to, with the first name that helps."""
    names = Person.objects.filter(pk__in=ids).exclude(former_names=[], other_names=[])
    found: dict[UUID, FoundBy] = {}
    for pk, full_name, reading, former, other in names.values_list(
        "pk", "full_name", "surname_reading", "former_names", "other_names"
    ):
        own = {*search_tokens(full_name, surname_reading=reading), _ANY_TAIL}
        if answers(own, query):
            continue
        for kind, name in [
            *((FoundByKind.FORMER_NAME, name) for name in former),
            *((FoundByKind.OTHER_NAME, name) for name in other),
        ]:
            # With the full name's own: some words may be of the one, some of the other.
            tokens = search_tokens(full_name, [name], surname_reading=reading)
            if answers(own.union(tokens), query):
                found[pk] = FoundBy(kind, name)
                break
    return found


def _tails(kind: str, numbers: Iterable[str], key: DataKey) -> Iterable[str]:
    for number in numbers:
        try:
            yield tail_token(kind, number[-_TAIL_LENGTH:], key)
        except ValueError:  # the number ends in a letter; it has no tail to search by
            continue

"""Find people by 汉字, pinyin, initials, a mixture of them, or the last four digits of a number.

Everything a person can be found by is a token in ``Person.search``. Numbers are there as keyed
tokens of their last four digits only (security D1): equal digits give equal tokens in one site,
and nobody without the site's key can tell which digits they were.
"""

from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Func

from common.crypto import tail_token
from common.keys import DataKey, current_key
from common.names import search_query, search_tokens, sort_key
from crm.people.models import Person, PersonQuerySet

PHONE, DOCUMENT = "phone", "document"
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


def _tails(kind: str, numbers: Iterable[str], key: DataKey) -> Iterable[str]:
    for number in numbers:
        try:
            yield tail_token(kind, number[-_TAIL_LENGTH:], key)
        except ValueError:  # the number ends in a letter; it has no tail to search by
            continue

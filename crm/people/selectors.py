"""What can be asked about people: the list page by page, one person with all that belongs to it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self, cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from accounts.models import User
from common.fields import EncryptedTextField
from crm.people.choices import (
    ContactKind,
    DocumentKind,
    IdentityCode,
    IdentityState,
    Precision,
    Sex,
    Status,
)
from crm.people.conditions.compiling import compile_rule
from crm.people.conditions.rule import rule_of
from crm.people.dates import years_before
from crm.people.errors import GroupMissingError
from crm.people.facts import CATALOGUE, OWN_PREFIX, Fact
from crm.people.facts.own import own_facts
from crm.people.models import (
    Person,
    PersonGroup,
    PersonIdentity,
    PersonPhone,
    PersonQuerySet,
)
from crm.people.search import FoundBy, find_people, found_by
from crm.people.values import (
    ContactValues,
    DocumentValues,
    IdentityValues,
    PersonValues,
    PhoneValues,
)
from network.selectors import region_stem

PAGE_SIZE = 50
# Beyond so many, a list says "1,000+": nobody pages through more, and counting costs.
COUNT_LIMIT = 1_000
NUMBERED_PAGES = COUNT_LIMIT // PAGE_SIZE


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFilter:
    """What a list of people is narrowed by; the names are those of the query parameters.

    ``age_from`` and ``age_to`` are full years, both included. ``region`` is a GB/T 2260 code and
    means everything below it too. ``fact`` is a code of the 侨情 catalogue and a value,
    ``occupation:retired``.
    """

    q: str = ""
    identity: str = ""
    # Of that identity or, if none is named, of any current one.
    identity_state: str = ""
    status: str = ""
    sex: str = ""
    age_from: int | None = None
    age_to: int | None = None
    region: str = ""
    # The key of a group, as text.
    group: str = ""
    fact: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it lets everybody through."""
        return not self.as_json()

    def as_json(self) -> dict[str, Any]:
        """Return what narrows, by name."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        return {name: value for name, value in values.items() if value not in ("", None)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Return what `as_json` wrote; names that are unknown by now are left out."""
        names = {item.name for item in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in names})


@dataclass(frozen=True, slots=True)
class PersonLine:
    """What a list shows of a person: read without making models, which took most of the time.

    ``identities`` are the codes of the current ones, ``recognised`` those of them that an
    authority recognised; ``phone`` is the mask of the first number.
    """

    id: UUID
    full_name: str
    sex: str
    birth_date: dt.date | None
    status: str
    version: int
    identities: tuple[str, ...] = ()
    recognised: frozenset[str] = frozenset()
    phone: str = ""
    found_by: FoundBy | None = None


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """One page of a list of people.

    ``count`` stops at `COUNT_LIMIT`; ``is_counted`` says whether it is exact. ``number`` is None
    for a page reached by key.
    """

    people: Sequence[PersonLine]
    count: int
    is_counted: bool
    number: int | None
    has_previous: bool
    has_next: bool

    @property
    def numbers(self) -> range:
        """The pages that can be chosen by number."""
        return range(1, -(-self.count // PAGE_SIZE) + 1)


def visible_people(by: User | None) -> PersonQuerySet:
    """Return the people that ``by`` may see; None stands for the program itself.

    Whoever may see people sees the whole register today. Every list, group and change for many
    begins here, so that a narrower right will be written down once.
    """
    return Person.objects.all()


def people(
    wanted: PeopleFilter, *, by: User | None, now: dt.datetime, may_search_documents: bool = False
) -> PersonQuerySet:
    """Return the people that the filter lets through and ``by`` may see, in the order of lists.

    Raises:
        GroupMissingError: the group is none that ``by`` may use.
    """
    today = timezone.localdate(now)
    found = visible_people(by)
    if wanted.q.strip():
        found = find_people(wanted.q, among=found, may_search_documents=may_search_documents)
    else:
        found = found.order_by("sort_key", "id")
    code = wanted.identity if wanted.identity in IdentityCode.values else ""
    state = wanted.identity_state if wanted.identity_state in IdentityState.values else ""
    if code or state:
        found = found.with_identity(code, state=state)
    if wanted.status in Status.values:
        found = found.filter(status=wanted.status)
    else:
        found = found.exclude(status=Status.MINIMISED)
    if wanted.sex in Sex.values:
        found = found.filter(sex=wanted.sex)
    if wanted.age_from is not None or wanted.age_to is not None:
        found = found.born_between(
            _day_after_years(today, wanted.age_to),
            None if wanted.age_from is None else years_before(today, wanted.age_from),
        )
    code, _colon, value = wanted.fact.partition(":")
    if code and value:
        found = found.filter(facts__contains={code: value})
    if stem := region_stem(wanted.region):
        found = found.filter(region__code__startswith=stem)
    if wanted.group:
        found = found.filter(compile_rule(rule_of(find_group(wanted.group, by=by)), now=now))
    return found


def find_group(key: str | UUID, *, by: User | None) -> PersonGroup:
    """Return a group in use that ``by`` may use.

    Raises:
        GroupMissingError: there is none.
    """
    try:
        return PersonGroup.objects.in_use().visible_to(by).get(pk=key)
    except (PersonGroup.DoesNotExist, ValidationError):
        raise GroupMissingError from None


def people_page(
    found: QuerySet[Person],
    *,
    number: int = 1,
    after: UUID | None = None,
    before: UUID | None = None,
) -> PeoplePage:
    """Return one page of ``found`` with what its rows show. Costs 4 queries, 5 by key.

    The first pages have numbers; further ones are reached from the person at the end of a page,
    which costs the same however far down the list it is.
    """
    count = found.order_by()[: COUNT_LIMIT + 1].count()
    is_counted = count <= COUNT_LIMIT
    anchor_id = after or before
    anchor = Person.objects.filter(pk=anchor_id).first() if anchor_id else None
    rows = found.values_list(*_LISTED)
    if anchor is None:
        number = max(1, min(number, NUMBERED_PAGES))
        start = (number - 1) * PAGE_SIZE
        people = list(rows[start : start + PAGE_SIZE + 1])
        has_previous, has_next = number > 1, len(people) > PAGE_SIZE
        people = people[:PAGE_SIZE]
    elif after:
        people = list(rows.filter(_beyond(anchor, "gt"))[: PAGE_SIZE + 1])
        has_previous, has_next = True, len(people) > PAGE_SIZE
        people = people[:PAGE_SIZE]
    else:
        people = list(rows.filter(_beyond(anchor, "lt")).reverse()[: PAGE_SIZE + 1])[::-1]
        has_previous, has_next = len(people) > PAGE_SIZE, True
        people = people[-PAGE_SIZE:]
    return PeoplePage(
        people=_lines(people),
        count=min(count, COUNT_LIMIT),
        is_counted=is_counted,
        number=None if anchor else number,
        has_previous=has_previous,
        has_next=has_next,
    )


def explained(page: PeoplePage, text: str, *, may_search_documents: bool) -> PeoplePage:
    """Return a page of what ``text`` found, with the reason where it is not the full name."""
    ids = [line.id for line in page.people]
    reasons = found_by(text, ids, may_search_documents=may_search_documents)
    lines = [replace(line, found_by=reasons.get(line.id)) for line in page.people]
    return replace(page, people=lines)


def people_with_parts() -> QuerySet[Person]:
    """Return people with all that is shown on their pages. Costs 5 queries."""
    return Person.objects.select_related(
        "region__parent__parent__parent", "created_by", "updated_by"
    ).prefetch_related("documents", "phones", "contacts", _CURRENT_IDENTITIES)


def values_of(person: Person) -> PersonValues:
    """Return what is on record, as it would be sent to keep all of it as it is."""
    return PersonValues(
        full_name=person.full_name,
        surname_reading=person.surname_reading,
        former_names=tuple(person.former_names),
        other_names=tuple(person.other_names),
        sex=Sex(person.sex),
        birth_date=person.birth_date,
        birth_precision=_precision(person.birth_precision),
        nationality=person.nationality,
        region_code=person.region_id or "",
        address=None,
        languages=tuple(person.languages),
        facts=dict(person.facts),
        note=person.note,
        status=Status(person.status),
        documents=tuple(
            DocumentValues(
                id=document.pk,
                kind=DocumentKind(document.kind),
                country=document.country,
                issuing_place=document.issuing_place,
                valid_from=document.valid_from,
                valid_to=document.valid_to,
                mismatch_reason=document.mismatch_reason,
            )
            for document in person.documents.all()
        ),
        phones=tuple(PhoneValues(id=phone.pk) for phone in person.phones.all()),
        contacts=tuple(
            ContactValues(id=contact.pk, kind=ContactKind(contact.kind))
            for contact in person.contacts.all()
        ),
        identities=tuple(
            IdentityValues(
                code=IdentityCode(identity.code),
                country=identity.country,
                since=identity.since,
                since_precision=_precision(identity.since_precision),
            )
            for identity in person.identities.all()
            if identity.ended_on is None
        ),
    )


def fact_catalogue(codes: Iterable[str] | None = None) -> Mapping[str, Fact]:
    """Return the fields of 侨情 by their codes, the program's and then the site's own.

    Args:
        codes: those one needs; the site's own cost a query only where there are some among them.
    """
    if codes is not None and not any(code.startswith(OWN_PREFIX) for code in codes):
        return CATALOGUE
    return {**CATALOGUE, **own_facts()}


_CURRENT_IDENTITIES = Prefetch(
    "identities", PersonIdentity.objects.filter(ended_on__isnull=True).order_by("created_at", "id")
)
_LISTED = ("id", "full_name", "sex", "birth_date", "status", "version")


def _lines(rows: Sequence[tuple[Any, ...]]) -> list[PersonLine]:
    """Add identities and the first phone to the columns of ``_LISTED``, in two queries."""
    ids = [row[0] for row in rows]
    codes: dict[UUID, list[str]] = defaultdict(list)
    recognised: dict[UUID, set[str]] = defaultdict(set)
    for person_id, code, state in (
        PersonIdentity.objects.filter(person__any=ids, ended_on__isnull=True)
        .order_by("created_at", "id")
        .values_list("person_id", "code", "state")
    ):
        codes[person_id].append(code)
        if state == IdentityState.RECOGNISED:
            recognised[person_id].add(code)
    column = cast(EncryptedTextField, PersonPhone._meta.get_field("number"))
    phones = {
        person_id: str(column.masked(cast(bytes, number), pk=pk))
        for person_id, pk, number in PersonPhone.objects.filter(
            person__any=ids, position=0
        ).values_list("person_id", "pk", "number")
    }
    return [
        PersonLine(
            id=pk,
            full_name=full_name,
            sex=sex,
            birth_date=birth_date,
            status=status,
            version=version,
            identities=tuple(codes[pk]),
            recognised=frozenset(recognised[pk]),
            phone=phones.get(pk, ""),
        )
        for pk, full_name, sex, birth_date, status, version in rows
    ]


def _beyond(anchor: Person, direction: str) -> Q:
    """Keep people after (``gt``) or before (``lt``) ``anchor`` in the order of lists.

    The first condition follows from the second; it is what the index can be entered with.
    """
    return Q(**{f"sort_key__{direction}e": anchor.sort_key}) & (
        Q(**{f"sort_key__{direction}": anchor.sort_key})
        | Q(**{"sort_key": anchor.sort_key, f"id__{direction}": anchor.pk})
    )


def _day_after_years(day: dt.date, age: int | None) -> dt.date | None:
    """Return the first day on which somebody was born who is ``age`` years old, not older."""
    return None if age is None else years_before(day, age + 1) + dt.timedelta(days=1)


def _precision(text: str) -> Precision | None:
    return Precision(text) if text else None

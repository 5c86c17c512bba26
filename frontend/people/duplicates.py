"""Two records side by side, in words: what is equal, what differs, and what speaks for a pair."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.people.dates import partial_text
from crm.people.duplicates import selectors
from crm.people.duplicates.scoring import LIKELY, Reason
from crm.people.models import DuplicatePair, Person
from frontend.people.fields import country_name, region_text
from frontend.people.present import Tag
from frontend.text import minute

Text = str | Promise

# What the list compares, in its order.
LABELS: Mapping[str, Promise] = {
    "full_name": gettext_lazy("Full name"),
    "names": gettext_lazy("Other and former names"),
    "sex": gettext_lazy("Sex"),
    "birth_date": gettext_lazy("Date of birth"),
    "nationality": gettext_lazy("Nationality"),
    "region": gettext_lazy("Native place"),
    "address": gettext_lazy("Address"),
    "phones": gettext_lazy("Phones"),
    "documents": gettext_lazy("Papers"),
    "identities": gettext_lazy("Identities"),
    "status": gettext_lazy("Status"),
    "entered": gettext_lazy("Put on the register"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One field of both records, masked; ``is_same`` compares what is behind the masks."""

    label: Text
    first: list[str]
    second: list[str]
    is_same: bool


@dataclass(frozen=True, slots=True)
class PairView:
    """A pair as the list shows it."""

    pair: DuplicatePair
    first: Person
    second: Person
    likelihood: Tag
    reasons: Sequence[tuple[Reason, Tag]]
    lines: list[Line]

    @classmethod
    def of(cls, pair: DuplicatePair, people: Mapping[UUID, Person]) -> Self:
        """Return the words of one pair; ``people`` must hold both with their parts."""
        first, second = people[pair.first_id], people[pair.second_id]
        return cls(
            pair=pair,
            first=first,
            second=second,
            likelihood=likelihood(pair.score),
            reasons=[(reason, reason_tag(reason)) for reason in selectors.reasons_of(pair)],
            lines=compare(first, second),
        )


def likelihood(score: int) -> Tag:
    """Return a score in words."""
    if score >= LIKELY:
        return Tag(_("very likely the same ({score})").format(score=score), "warn")
    return Tag(_("perhaps the same ({score})").format(score=score))


def reason_tag(reason: Reason) -> Tag:
    """Return a piece of evidence with its points; what speaks against it looks different."""
    return Tag(f"{reason} {reason.points:+d}", "primary" if reason.points > 0 else "bad")


def compare(first: Person, second: Person) -> list[Line]:
    """Return the fields in which either record says something."""
    mine, theirs = _fields(first), _fields(second)
    return [
        Line(label, mine[name][0], theirs[name][0], mine[name][1] == theirs[name][1])
        for name, label in LABELS.items()
        if mine[name][0] or theirs[name][0]
    ]


def _fields(person: Person) -> dict[str, tuple[list[str], object]]:
    """Return each field as it is shown, and what tells whether two are equal."""
    born = partial_text(person.birth_date, person.birth_precision)
    address = person.address
    plain = {
        "full_name": [person.full_name],
        "names": [*person.former_names, *person.other_names],
        "sex": [person.get_sex_display()],
        "birth_date": [born] if born else [],
        "nationality": _one(country_name(person.nationality)),
        "region": _one(region_text(person.region)),
        "identities": [
            f"{row.get_code_display()} · {row.get_state_display()}"
            for row in person.identities.all()
        ],
        "status": [person.get_status_display()],
        "entered": [f"{minute(person.created_at)} {person.get_source_display()}"],
    }
    found: dict[str, tuple[list[str], object]] = {
        name: (texts, texts) for name, texts in plain.items()
    }
    found["address"] = (_one(str(address or "")), address.reveal() if address else "")
    phones = list(person.phones.all())
    found["phones"] = ([str(row) for row in phones], _indexes(row.number_index for row in phones))
    papers = list(person.documents.all())
    found["documents"] = (
        [f"{row.get_kind_display()} {row.number}" for row in papers],
        _indexes(row.number_index for row in papers),
    )
    return found


def _one(text: str) -> list[str]:
    return [text] if text else []


def _indexes(indexes: Iterable[bytes | memoryview]) -> frozenset[bytes]:
    return frozenset(map(bytes, indexes))

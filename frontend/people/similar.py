"""Who on record may be the person that somebody is typing in: shown beside the form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from crm.people.choices import ContactKind, DocumentKind, Evidence, Sex
from crm.people.dates import PartialDate
from crm.people.duplicates.matching import Match, match_values
from crm.people.selectors import people_with_parts
from crm.people.values import ContactValues, DocumentValues, PersonValues, PhoneValues
from frontend.people.duplicates import likelihood, reason_tag
from frontend.people.entry import PersonEntry
from frontend.people.forms import Rows
from frontend.people.present import Tag
from tenants.access import MemberRequest, requires
from tenants.permissions import Permission

PAGE = "people/parts/similar.html"
_MOST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Similar:
    """Somebody on record as far as a list shows people, and why it may be them."""

    id: UUID
    url: str
    name: str
    sex: str
    birth_year: int | None
    phones: list[str]
    likelihood: Tag
    reasons: list[Tag]
    # Then saving is refused anyway, in words of its own.
    has_same_paper: bool


@require_POST
@never_cache
@requires(Permission.PERSON_EDIT)
def similar(request: MemberRequest) -> HttpResponse:
    """Show who it may be, while somebody types; what is not typed yet or wrong is passed over."""
    return render(request, PAGE, {"similar": similar_people(PersonEntry(request.POST))})


def similar_people(entry: PersonEntry, *, at_least: int = 0) -> list[Similar]:
    """Return at most five people on record who may be the one in the form."""
    found = match_values(_typed(entry), today=timezone.localdate())
    return _in_words([match for match in found if match.score >= at_least][:_MOST_SHOWN])


def _typed(entry: PersonEntry) -> PersonValues:
    """Return what tells people apart, as far as it was typed and has the right shape."""
    entry.is_valid()
    data = entry.form.cleaned_data
    born: PartialDate | None = data.get("birth_date")
    return PersonValues(
        full_name=data.get("full_name", ""),
        surname_reading=data.get("surname_reading", ""),
        former_names=data.get("former_names", ()),
        other_names=data.get("other_names", ()),
        sex=Sex(data.get("sex") or Sex.UNKNOWN),
        birth_date=born.date if born else None,
        birth_precision=born.precision if born else None,
        phones=tuple(PhoneValues(number=row["number"]) for row in _rows(entry.phones, "number")),
        contacts=tuple(
            ContactValues(kind=ContactKind(row["kind"]), value=row["value"])
            for row in _rows(entry.contacts, "value")
        ),
        documents=tuple(
            DocumentValues(
                kind=DocumentKind(row["kind"]),
                number=row["number"],
                country=row.get("country") or "CN",
            )
            for row in _rows(entry.documents, "number")
        ),
    )


def _rows(rows: Rows, column: str) -> list[dict[str, Any]]:
    return [form.cleaned_data for form in rows if form.is_valid() and form.cleaned_data.get(column)]


def _in_words(found: Sequence[Match]) -> list[Similar]:
    people = {
        person.pk: person
        for person in people_with_parts().filter(pk__in=[match.person_id for match in found])
    }
    return [
        Similar(
            id=person.pk,
            url=reverse("people:detail", args=[person.pk]),
            name=person.full_name,
            sex=person.get_sex_display(),
            birth_year=person.birth_date.year if person.birth_date else None,
            phones=[str(phone) for phone in person.phones.all()],
            likelihood=likelihood(match.score),
            reasons=[reason_tag(reason) for reason in match.reasons],
            has_same_paper=any(reason.evidence is Evidence.SAME_PAPER for reason in match.reasons),
        )
        for match in found
        if (person := people.get(match.person_id))
    ]

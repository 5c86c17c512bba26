"""People as pages show them: words instead of codes, masks instead of values."""

import datetime as dt
from dataclasses import dataclass
from typing import Self

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.people.choices import CheckResult, IdentityCode, IdentityState
from crm.people.dates import partial_text
from crm.people.languages import LANGUAGES
from crm.people.models import Person, PersonDocument
from crm.people.selectors import PeoplePage, fact_catalogue
from frontend.people.facts import FactLine, fact_lines
from frontend.people.fields import country_name, region_text

Text = str | Promise
_IDENTITIES = dict(IdentityCode.choices)


@dataclass(frozen=True, slots=True)
class Tag:
    """A badge: its words, and the kind of the component."""

    label: Text
    kind: str = ""


def identity_tag(code: str, is_recognised: bool) -> Tag:
    """Return the badge of an identity, which says whether an authority recognised it."""
    if code == IdentityCode.OTHER:
        # There is nothing to recognise.
        return Tag(_IDENTITIES[code])
    text = _("{identity}, recognised") if is_recognised else _("{identity}, not recognised")
    return Tag(text.format(identity=_IDENTITIES[code]), "good" if is_recognised else "")


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A paper or a phone with its mask, and the name by which it can be revealed."""

    label: Text
    mask: str
    field: str
    note: str
    tag: Tag | None = None


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person's page."""

    other_names: str
    former_names: str
    born: str
    age: int | None
    nationality: str
    region: str
    languages: str
    identities: list[Tag]
    documents: list[NumberLine]
    phones: list[NumberLine]
    contacts: list[NumberLine]
    facts: list[tuple[str, list[FactLine]]]

    @classmethod
    def of(cls, person: Person, today: dt.date) -> Self:
        """Return the page of ``person``; parts must be loaded."""
        comma = _(", ")
        documents = person.documents.all()
        renewed = {document.renews_id for document in documents}
        return cls(
            other_names=comma.join(person.other_names),
            former_names=comma.join(person.former_names),
            born=partial_text(person.birth_date, person.birth_precision),
            age=person.age_on(today),
            nationality=country_name(person.nationality),
            region=region_text(person.region),
            languages=comma.join(str(LANGUAGES.get(code, code)) for code in person.languages),
            identities=[
                identity_tag(row.code, row.state == IdentityState.RECOGNISED)
                for row in person.identities.all()
            ],
            documents=[
                NumberLine(
                    label=document.get_kind_display(),
                    mask=str(document.number),
                    field=f"documents.{document.pk}",
                    note=comma.join(
                        filter(
                            None,
                            [
                                country_name(document.country),
                                document.issuing_place,
                                _validity(document.valid_from, document.valid_to),
                                document.mismatch_reason,
                            ],
                        )
                    ),
                    tag=_paper_tag(document, is_renewed=document.pk in renewed),
                )
                for document in documents
            ],
            phones=[
                NumberLine(
                    label=_("called first") if phone.position == 0 else _("phone"),
                    mask=str(phone.number),
                    field=f"phones.{phone.pk}",
                    note=_("extension {number}").format(number=phone.extension)
                    if phone.extension
                    else "",
                )
                for phone in person.phones.all()
            ],
            contacts=[
                NumberLine(
                    label=contact.get_kind_display(),
                    mask=str(contact.value),
                    field=f"contacts.{contact.pk}",
                    note="",
                )
                for contact in person.contacts.all()
            ],
            facts=fact_lines(person.facts, fact_catalogue(person.facts), reverse("people:list")),
        )


@dataclass(frozen=True, slots=True)
class PageLinks:
    """Addresses of the pages around the one being shown; numbers are ``(number, URL)``."""

    previous: str
    next: str
    numbers: list[tuple[int, str]]


def without(query: QueryDict, name: str) -> str:
    """Return the address of the list's first page narrowed by everything in ``query`` but one."""
    kept = query.copy()
    for gone in (name, "page", "after", "before"):
        kept.pop(gone, None)
    return f"?{kept.urlencode()}"


def page_links(query: QueryDict, page: PeoplePage) -> PageLinks:
    """Return where the pager leads, with the filter as it is in ``query``."""
    here = without(query, "page")

    def address(name: str, value: object) -> str:
        return f"{here}&{name}={value}" if len(here) > 1 else f"?{name}={value}"

    people = page.people
    return PageLinks(
        previous=address("before", people[0].id) if page.has_previous and people else "",
        next=address("after", people[-1].id) if page.has_next and people else "",
        numbers=[(number, address("page", number)) for number in page.numbers],
    )


def _paper_tag(document: PersonDocument, *, is_renewed: bool) -> Tag:
    if is_renewed:
        return Tag(_("renewed by a newer one"))
    kind = "good" if document.check_result == CheckResult.OK else "warn"
    return Tag(document.get_check_result_display(), kind)


def _validity(first: dt.date | None, last: dt.date | None) -> str:
    if not first and not last:
        return ""
    return f"{first or '…'} – {last or '…'}"

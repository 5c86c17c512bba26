"""One person as it is typed: the form and the rows of its parts, handled as one."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from django.forms import BoundField, Form
from django.forms.utils import ErrorList
from django.http import QueryDict

from crm.people.choices import ContactKind, DocumentKind, IdentityCode, Sex, Status
from crm.people.dates import PartialDate, partial_text
from crm.people.errors import Problem
from crm.people.models import Person
from crm.people.selectors import fact_catalogue, values_of
from crm.people.values import (
    ContactValues,
    DocumentValues,
    IdentityValues,
    PersonValues,
    PhoneValues,
)
from frontend.people.facts import FactsForm
from frontend.people.fields import region_text
from frontend.people.forms import (
    ContactRows,
    DocumentRows,
    IdentityRows,
    PersonForm,
    PhoneRows,
    Rows,
)

ADD_BUTTON = "add"


class PersonEntry:
    """The page's form and rows; for templates it stands in for a form, with all their errors.

    Args:
        data: what was sent, or None for a page that was just opened.
        person: the one being changed, or None for a new one.
    """

    def __init__(self, data: QueryDict | None = None, person: Person | None = None) -> None:
        self.person = person
        start = _initial(person) if person else {"form": {"sex": Sex.UNKNOWN, "nationality": "CN"}}
        mask = str(person.address or "") if person else ""
        self.form = PersonForm(data, initial=start["form"], address_mask=mask)
        self.documents: Rows = DocumentRows(
            data, initial=start.get("documents"), prefix="documents"
        )
        self.phones: Rows = PhoneRows(data, initial=start.get("phones"), prefix="phones")
        self.contacts: Rows = ContactRows(data, initial=start.get("contacts"), prefix="contacts")
        self.identities: Rows = IdentityRows(
            data, initial=start.get("identities"), prefix="identities"
        )
        facts = person.facts if person else {}
        self.facts = FactsForm(
            data,
            on_record=facts,
            identities=[row.code for row in person.identities.all()] if person else [],
            catalogue=fact_catalogue(),
        )
        if person:
            _show_masks(self.documents, person)
            _show_masks(self.phones, person)
            _show_masks(self.contacts, person)

    @property
    def parts(self) -> dict[str, Rows]:
        """The rows by the name of their part."""
        return {
            "documents": self.documents, "phones": self.phones, "contacts": self.contacts,
            "identities": self.identities,
        }  # fmt: skip

    def add_row(self, part: str) -> None:
        """Offer one more row of ``part``; everything typed stays as it is, unchecked."""
        if part in self.parts:
            setattr(self, part, self.parts[part].one_more())
            if self.person and part != "identities":
                _show_masks(self.parts[part], self.person)

    def is_valid(self) -> bool:
        """Say whether everything has the right shape; the rules come after that."""
        return all(
            [
                self.form.is_valid(),
                self.facts.is_valid(),
                *(rows.is_valid() for rows in self.parts.values()),
            ]
        )

    def values(self) -> PersonValues:
        """Return what was typed; the entry must be valid."""
        data = self.form.cleaned_data
        born: PartialDate | None = data["birth_date"]
        address = data["address"] or None
        if data.get("remove_address") and not address:
            address = ""
        return PersonValues(
            full_name=data["full_name"],
            surname_reading=data["surname_reading"],
            former_names=data["former_names"],
            other_names=data["other_names"],
            sex=Sex(data["sex"]),
            birth_date=born.date if born else None,
            birth_precision=born.precision if born else None,
            nationality=data["nationality"],
            region_code=data["region_code"],
            address=address,
            languages=tuple(data["languages"]),
            facts=self.facts.values(),
            note=data["note"],
            status=Status(data["status"]),
            documents=tuple(_document(row) for _place, row in self.documents.filled()),
            phones=tuple(
                PhoneValues(id=row["id"], number=row["number"] or None)
                for _place, row in self.phones.filled()
            ),
            contacts=tuple(
                ContactValues(
                    id=row["id"], kind=ContactKind(row["kind"]), value=row["value"] or None
                )
                for _place, row in self.contacts.filled()
            ),
            identities=tuple(_identity(row) for _place, row in self.identities.filled()),
        )

    def add_problems(self, problems: Sequence[Problem]) -> None:
        """Show each problem at the field it belongs to."""
        for problem in problems:
            part, _dot, rest = problem.field.partition(".")
            place, _dot, column = rest.partition(".")
            if part in self.parts and place.isdecimal():
                rows = self.parts[part]
                form: Form = rows.forms[rows.filled()[int(place)][0]]
                form.add_error(column if column in form.fields else None, str(problem.message))
            elif part == "facts" and rest in self.facts.fields:
                self.facts.add_error(rest, str(problem.message))
            else:
                named = part if part in self.form.fields else None
                self.form.add_error(named, str(problem.message))

    # What `{% error_summary %}` and the base template ask of a form.

    @property
    def errors(self) -> dict[str, Any]:
        """Whatever is wrong anywhere; empty if all is well or nothing was sent."""
        return {
            f"{form.prefix}-{name}": errors
            for form in self._forms()
            for name, errors in form.errors.items()
        }

    @property
    def non_field_errors(self) -> list[str]:
        """What belongs to no field."""
        lists: list[ErrorList] = [form.non_field_errors() for form in self._forms()]
        lists += [rows.non_form_errors() for rows in self.parts.values()]
        return [str(error) for error in itertools.chain.from_iterable(lists)]

    def __iter__(self) -> Iterator[BoundField]:
        return itertools.chain.from_iterable(self._forms())

    def _forms(self) -> list[Form]:
        return [self.form, self.facts, *itertools.chain.from_iterable(self.parts.values())]


def _document(row: dict[str, Any]) -> DocumentValues:
    return DocumentValues(
        id=row["id"],
        kind=DocumentKind(row["kind"]),
        number=row["number"] or None,
        country=row["country"] or "CN",
        issuing_place=row["issuing_place"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        mismatch_reason=row["mismatch_reason"],
    )


def _identity(row: dict[str, Any]) -> IdentityValues:
    since: PartialDate | None = row["since"]
    return IdentityValues(
        code=IdentityCode(row["code"]),
        country=row["country"],
        since=since.date if since else None,
        since_precision=since.precision if since else None,
    )


def _initial(person: Person) -> dict[str, Any]:
    """Return what the fields show when the page is opened."""
    values = values_of(person)
    return {
        "form": {
            "version": person.version,
            "full_name": values.full_name,
            "surname_reading": values.surname_reading,
            "former_names": values.former_names,
            "other_names": values.other_names,
            "sex": values.sex,
            "birth_date": partial_text(values.birth_date, values.birth_precision or ""),
            "nationality": values.nationality,
            "region_code": region_text(person.region),
            "languages": values.languages,
            "status": values.status,
            "note": values.note,
        },
        "documents": [
            {name: getattr(document, name) for name in DocumentValues.__slots__ if name != "number"}
            for document in values.documents
        ],
        "phones": [{"id": phone.id} for phone in values.phones],
        "contacts": [{"id": contact.id, "kind": contact.kind} for contact in values.contacts],
        "identities": [
            {
                "code": identity.code,
                "country": identity.country,
                "since": partial_text(identity.since, identity.since_precision or ""),
            }
            for identity in values.identities
        ],
    }


def _show_masks(rows: Rows, person: Person) -> None:
    """Show the masked value of each part on record where another could be typed."""
    masks = {str(paper.pk): str(paper.number) for paper in person.documents.all()}
    masks |= {str(phone.pk): str(phone.number) for phone in person.phones.all()}
    masks |= {str(contact.pk): str(contact.value) for contact in person.contacts.all()}
    for form in rows.forms:
        known = masks.get(str(form["id"].value()))
        if known:
            name = "value" if "value" in form.fields else "number"
            form.fields[name].widget.attrs["placeholder"] = known


def stated(person: Person) -> dict[str, str]:
    """Return what is on record as the form's fields would show it; for comparing two versions."""
    return {name: _plain(value) for name, value in _initial(person)["form"].items()}


def typed(entry: PersonEntry) -> dict[str, str]:
    """Return what was typed into the form's own fields, as text."""
    return {name: _plain(entry.form[name].value()) for name in entry.form.fields}


def _plain(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return "" if value is None else str(value).replace("\r\n", "\n").strip()

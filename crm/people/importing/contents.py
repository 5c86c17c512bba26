"""What a staged row holds, as JSON that is sealed: written by the dry run, read by the run.

The run takes what the dry run checked, so that the two agree; nothing is read from the file twice.
"""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

from common.phones import Phone, PhoneKind
from crm.people.choices import (
    CheckResult,
    ContactKind,
    DocumentKind,
    HouseholdRole,
    IdentityCode,
    KinCode,
    OverseasStanding,
    Precision,
    Sex,
    Status,
)
from crm.people.importing.shapes import HouseholdHint, OverseasHint
from crm.people.rules import Checked, CheckedContact, CheckedDocument
from crm.people.values import (
    ContactValues,
    DocumentValues,
    IdentityValues,
    PersonValues,
    PhoneValues,
)


@dataclass(slots=True)
class Content:
    """A row: its cells as they stand, who stands in it, and a sentence for each of its issues."""

    cells: tuple[str, ...] = ()
    checked: Checked | None = None
    household: HouseholdHint | None = None
    overseas: tuple[OverseasHint, ...] = ()
    messages: list[str] = field(default_factory=list)


def pack(content: Content) -> str:
    """Return the content as JSON; what is as it is by default is left out."""
    found: dict[str, Any] = {"cells": content.cells}
    if content.messages:
        found["messages"] = content.messages
    if content.household:
        found["household"] = _stated(content.household)
    if content.overseas:
        found["overseas"] = [_stated(hint) for hint in content.overseas]
    if content.checked:
        checked = content.checked
        person = _stated(checked.values)
        # These lie below, checked.
        person.pop("documents", None)
        person.pop("phones", None)
        person.pop("contacts", None)
        found["person"] = person
        found["documents"] = [
            [_stated(paper.values), paper.number, paper.source, paper.result]
            for paper in checked.documents
        ]
        found["phones"] = [[phone.e164, phone.kind, phone.extension] for phone in checked.phones]
        found["contacts"] = [[contact.kind, contact.value] for contact in checked.contacts]
    return _encode(found)


def unpack(text: str) -> Content:
    """Return what `pack` was given; warnings and problems of ``checked`` are in the messages."""
    found: dict[str, Any] = json.loads(text)
    content = Content(tuple(found["cells"]), messages=found.get("messages", []))
    if "household" in found:
        content.household = _read(HouseholdHint, found["household"])
    content.overseas = tuple(_read(OverseasHint, hint) for hint in found.get("overseas", ()))
    if "person" in found:
        papers = [
            CheckedDocument(_read(DocumentValues, values), number, source, CheckResult(result))
            for values, number, source, result in found["documents"]
        ]
        phones = [Phone(e164, PhoneKind(kind), ext) for e164, kind, ext in found["phones"]]
        contacts = [CheckedContact(ContactKind(kind), value) for kind, value in found["contacts"]]
        person = found["person"] | {
            "documents": tuple(paper.values for paper in papers),
            "phones": tuple(PhoneValues(number=_written(phone)) for phone in phones),
            "contacts": tuple(ContactValues(kind=one.kind, value=one.value) for one in contacts),
        }
        content.checked = Checked(_read(PersonValues, person), papers, phones, contacts)
    return content


def _written(phone: Phone) -> str:
    return f"{phone.e164}转{phone.extension}" if phone.extension else phone.e164


def _plain(value: Any) -> Any:
    """Return what JSON has no form for."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    return _stated(value)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode

_SHAPES = (
    PersonValues, DocumentValues, IdentityValues,
    HouseholdHint, OverseasHint,
)  # fmt: skip
_DEFAULTS: Mapping[type, tuple[tuple[str, Any], ...]] = {
    shape: tuple(
        (item.name, item.default if item.default_factory is MISSING else item.default_factory())
        for item in fields(shape)
    )
    for shape in _SHAPES
}


def _stated(part: Any) -> dict[str, Any]:
    """Return the fields of a value that are not as by default."""
    return {
        name: value
        for name, default in _DEFAULTS[type(part)]
        if (value := getattr(part, name)) != default
    }


def _read(shape: Callable[..., Any], found: Mapping[str, Any]) -> Any:
    readers = _READERS[shape]
    return shape(**{name: readers.get(name, _as_is)(value) for name, value in found.items()})


def _as_is(value: Any) -> Any:
    return value


_day = dt.date.fromisoformat
_READERS: Mapping[Callable[..., Any], Mapping[str, Callable[[Any], Any]]] = {
    PersonValues: {
        "sex": Sex,
        "birth_date": _day,
        "birth_precision": Precision,
        "status": Status,
        "former_names": tuple,
        "other_names": tuple,
        "languages": tuple,
        "identities": lambda rows: tuple(_read(IdentityValues, row) for row in rows),
    },
    DocumentValues: {"kind": DocumentKind, "valid_from": _day, "valid_to": _day},
    IdentityValues: {"code": IdentityCode, "since": _day, "since_precision": Precision},
    HouseholdHint: {"relation": HouseholdRole},
    OverseasHint: {"relation": KinCode, "standing": OverseasStanding},
}

"""What a row adds to a person on record: only where nothing stands, never over what stands."""

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django_countries import countries

from common.masking import mask_address
from crm.people.choices import Precision, Sex, Status
from crm.people.dates import partial_text
from crm.people.drafts import clear_values, draft_of
from crm.people.facts import CATALOGUE, value_text
from crm.people.languages import LANGUAGES
from crm.people.models import Person
from crm.people.rules import Checked, contact_source, first_day, index_source
from crm.people.selectors import values_of
from crm.people.values import (
    ContactValues,
    DocumentValues,
    IdentityValues,
    PersonValues,
    PhoneValues,
)
from network.selectors import region_full_name

_TEXTS = ("surname_reading", "nationality", "region_code", "note")
# Codes are shown in words, and addresses without the door.
_SHOWN: Mapping[str, Callable[[str], str]] = {
    "address": mask_address,
    "nationality": lambda code: str(countries.name(code)),
    "region_code": region_full_name,
}
_NAMES = ("former_names", "other_names")
_RETURNED = "resettled"
_FINER = {Precision.YEAR: 0, Precision.MONTH: 1, Precision.DAY: 2}


@dataclasses.dataclass(frozen=True, slots=True)
class Difference:
    """A field in which row and record differ; the record stays as it is. Values as people read."""

    field: str
    on_record: str
    in_row: str

    @property
    def message(self) -> str:
        """A sentence with both values."""
        return _("On record stands “{old}”, here “{new}”. The record stays as it is.").format(
            old=self.on_record, new=self.in_row
        )


def fill(person: Person, checked: Checked) -> tuple[PersonValues | None, list[Difference]]:
    """Return the person's values with what the row adds, and where the two differ.

    Args:
        person: with documents, phones and current identities.
        checked: the row.

    Returns:
        None instead of values if the row adds nothing.
    """
    old, row = values_of(person), checked.values
    added: dict[str, Any] = {}
    differ: list[Difference] = []
    for name in _TEXTS:
        _fill_text(name, getattr(old, name), getattr(row, name), added, differ)
    address = person.address.reveal() if person.address else ""
    _fill_text("address", address, row.address or "", added, differ)
    _fill_sex(old, row, added, differ)
    _fill_birth(old, row, added, differ)
    for name in _NAMES:
        known = getattr(old, name)
        if new := tuple(text for text in getattr(row, name) if text not in known):
            added[name] = known + new
    _fill_languages(old, row, added, differ)
    if row.status not in {Status.ACTIVE, old.status}:
        differ.append(Difference("status", str(old.status.label), str(row.status.label)))
    _compare_identities(old, row, differ)
    _fill_facts(old, row, added, differ)
    added |= _new_parts(person, old, checked)
    return (dataclasses.replace(old, **added) if added else None), differ


def _fill_text(
    name: str, old: str, new: str, added: dict[str, Any], differ: list[Difference]
) -> None:  # fmt: skip
    if not new or new == old:
        return
    if not old:
        added[name] = new
    else:
        shown = _SHOWN.get(name, str)
        differ.append(Difference(name, shown(old), shown(new)))


def _fill_sex(
    old: PersonValues, row: PersonValues, added: dict[str, Any], differ: list[Difference]
) -> None:
    if row.sex in {Sex.UNKNOWN, old.sex}:
        return
    if old.sex is Sex.UNKNOWN:
        added["sex"] = row.sex
    else:
        differ.append(Difference("sex", str(old.sex.label), str(row.sex.label)))


def _fill_birth(
    old: PersonValues, row: PersonValues, added: dict[str, Any], differ: list[Difference]
) -> None:
    if row.birth_date is None or row.birth_precision is None:
        return
    if old.birth_date is None or old.birth_precision is None:
        added |= {"birth_date": row.birth_date, "birth_precision": row.birth_precision}
    elif (
        not _agree(old.birth_date, old.birth_precision, row.birth_date, row.birth_precision)
        or _FINER[row.birth_precision] > _FINER[old.birth_precision]
    ):
        differ.append(
            Difference(
                "birth_date",
                partial_text(old.birth_date, old.birth_precision),
                partial_text(row.birth_date, row.birth_precision),
            )
        )


def _agree(one: dt.date, one_to: Precision, other: dt.date, other_to: Precision) -> bool:
    """Say whether two dates are equal as far as both are known."""
    return first_day(first_day(one, one_to), other_to) == first_day(
        first_day(other, other_to), one_to
    )


def _fill_languages(
    old: PersonValues, row: PersonValues, added: dict[str, Any], differ: list[Difference]
) -> None:
    if not old.languages and row.languages:
        added["languages"] = row.languages
    elif not set(row.languages) <= set(old.languages):
        differ.append(Difference("languages", _languages(old.languages), _languages(row.languages)))


def _languages(codes: Sequence[str]) -> str:
    return _(", ").join(str(LANGUAGES.get(code, code)) for code in codes)


def _compare_identities(old: PersonValues, row: PersonValues, differ: list[Difference]) -> None:
    """Say where an identity that both know is of another country."""
    known = {one.code: one for one in old.identities}
    for number, new in enumerate(row.identities):
        there = known.get(new.code)
        if there and there.country and new.country and there.country != new.country:
            names = [str(countries.name(one.country)) for one in (there, new)]
            differ.append(Difference(f"identities.{number}.country", *names))


def _fill_facts(
    old: PersonValues, row: PersonValues, added: dict[str, Any], differ: list[Difference]
) -> None:
    # When somebody came back stands with the identity, too; said there, it is no news.
    since = {partial_text(one.since, one.since_precision or "") for one in old.identities}
    new = {
        code: text
        for code, text in row.facts.items()
        if code not in old.facts and not (code == _RETURNED and text in since)
    }
    if new:
        added["facts"] = {**old.facts, **new}
    differ += [
        Difference(f"facts.{code}", _fact(code, old.facts[code]), _fact(code, text))
        for code, text in row.facts.items()
        if old.facts.get(code, text) != text
    ]


def _fact(code: str, value: str) -> str:
    fact = CATALOGUE.get(code)
    return value_text(fact, value) if fact else value


def _new_parts(person: Person, old: PersonValues, checked: Checked) -> dict[str, Any]:
    """Return the lists of papers, phones and identities that become longer."""
    numbers = clear_values(draft_of(person))
    papers = {
        index_source(paper.kind, paper.country, numbers[paper.id])
        for paper in old.documents
        if paper.id
    }
    phones = {numbers[phone.id] for phone in old.phones if phone.id}
    contacts = {contact_source(one.kind, numbers[one.id]) for one in old.contacts if one.id}
    codes = {identity.code for identity in old.identities}
    new: dict[str, tuple[Sequence[Any], Iterable[Any]]] = {
        "documents": (old.documents, _papers(checked, papers)),
        "phones": (old.phones, _phones(checked, phones)),
        "contacts": (old.contacts, _contacts(checked, contacts)),
        "identities": (old.identities, _identities(checked, codes)),
    }
    return {name: (*known, *more) for name, (known, found) in new.items() if (more := list(found))}


def _papers(checked: Checked, known: set[str]) -> Iterable[DocumentValues]:
    return (paper.values for paper in checked.documents if paper.source not in known)


def _phones(checked: Checked, known: set[str]) -> Iterable[PhoneValues]:
    return (
        values
        for values, phone in zip(checked.values.phones, checked.phones, strict=False)
        if phone.e164 not in known
    )


def _contacts(checked: Checked, known: set[str]) -> Iterable[ContactValues]:
    return (
        ContactValues(kind=one.kind, value=one.value)
        for one in checked.contacts
        if one.source not in known
    )


def _identities(checked: Checked, known: set[Any]) -> Iterable[IdentityValues]:
    return (one for one in checked.values.identities if one.code not in known)

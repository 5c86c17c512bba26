"""A person's timeline in words: what happened, who did it, and each field before and after."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.masking import mask_address, mask_contact, mask_id_number, mask_phone
from crm.people.choices import (
    ContactKind,
    DocumentKind,
    IdentityCode,
    Precision,
    Sex,
    Status,
)
from crm.people.facts import Fact, value_text
from crm.people.history import FACTS, FieldChange, changes_of
from crm.people.languages import LANGUAGES
from crm.people.models import IdentityStep, Person, PersonChange
from crm.people.selectors import fact_catalogue
from crm.people.timeline import Moment
from frontend.families.words import household_words, kin_words, overseas_words
from frontend.people.fields import country_name
from frontend.people.identity_words import step_note, step_title
from network.selectors import region_full_name

Text = str | Promise

LABELS: Mapping[str, Promise] = {
    "full_name": gettext_lazy("Full name"),
    "surname_reading": gettext_lazy("Reading of the surname"),
    "former_names": gettext_lazy("Former names"),
    "other_names": gettext_lazy("Other names"),
    "sex": gettext_lazy("Sex"),
    "birth_date": gettext_lazy("Date of birth"),
    "birth_precision": gettext_lazy("Date of birth known to the"),
    "nationality": gettext_lazy("Nationality"),
    "region_id": gettext_lazy("Native place"),
    "languages": gettext_lazy("Languages"),
    "note": gettext_lazy("Note"),
    "status": gettext_lazy("Status"),
    "address": gettext_lazy("Address"),
    "documents": gettext_lazy("Papers"),
    "phones": gettext_lazy("Phones"),
    "contacts": gettext_lazy("Other contacts"),
    "identities": gettext_lazy("Identities"),
    "kin": gettext_lazy("Relatives"),
    "household": gettext_lazy("Households"),
    "overseas_kin": gettext_lazy("Relatives abroad"),
}
# Kept beside the person: their own pages take them back.
_ELSEWHERE = frozenset({"household", "kin", "overseas_kin"})


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field of a change; numbers and addresses are masked."""

    name: str
    label: Text
    before: list[str]
    after: list[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. ``change_id`` is set where it can be taken back."""

    at: dt.datetime
    by: str
    title: Text
    note: Text = ""
    lines: list[FieldLine] = field(default_factory=list)
    change_id: UUID | None = None


def describe(moment: Moment) -> Entry:
    """Return a moment in words."""
    return _DESCRIBE[moment.kind](moment)


def add_words(kind: str, words: Callable[[Moment], Entry]) -> None:
    """Say how moments of ``kind``, which another room adds, are put into words."""
    _DESCRIBE[kind] = words


def _added(moment: Moment) -> Entry:
    person: Person = moment.what
    return Entry(moment.at, moment.by, _("Put on the register"), person.get_source_display())


def _changed(moment: Moment) -> Entry:
    change: PersonChange = moment.what
    return Entry(
        moment.at,
        moment.by,
        _("Data changed"),
        change.get_cause_display(),
        [_line(item) for item in changes_of(change)],
        None if _ELSEWHERE & set(change.fields) else change.pk,
    )


def _identity_step(moment: Moment) -> Entry:
    step: IdentityStep = moment.what
    title = _("{identity}: {state}").format(
        identity=step.identity.get_code_display(), state=step_title(step)
    )
    return Entry(moment.at, moment.by, title, step_note(step))


def _line(item: FieldChange) -> FieldLine:
    show = _SHOW.get(item.field, _plain)
    label: Text = LABELS.get(item.field, item.field)
    code = item.field.removeprefix(FACTS)
    if code != item.field and (fact := fact_catalogue([code]).get(code)):
        label, show = fact.label, partial(_fact, fact)
    return FieldLine(item.field, label, show(item.before), show(item.after))


def _plain(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(part) for part in value]
    return [str(value)] if value not in ("", None, {}) else []


def _choice(choices: type[Any], value: str) -> list[str]:
    return [str(choices(value).label)] if value in choices.values else _plain(value)


def _fact(fact: Fact, value: str | None) -> list[str]:
    return [value_text(fact, value)] if value else []


def _masked(mask: Callable[[str], str], value: str) -> list[str]:
    return [mask(value)] if value else []


def _documents(rows: list[dict[str, str]]) -> list[str]:
    return [
        " ".join([*_choice(DocumentKind, row["kind"]), mask_id_number(row["number"])])
        for row in rows
    ]


def _contacts(rows: list[dict[str, str]]) -> list[str]:
    return [
        " ".join([*_choice(ContactKind, row["kind"]), mask_contact(row["value"])]) for row in rows
    ]


def _identities(rows: list[dict[str, str]]) -> list[str]:
    return [
        " ".join(filter(None, [*_choice(IdentityCode, row["code"]), country_name(row["country"])]))
        for row in rows
    ]


def _region(code: str) -> list[str]:
    return [region_full_name(code)] if code else []


_SHOW: Mapping[str, Callable[[Any], list[str]]] = {
    "sex": partial(_choice, Sex),
    "status": partial(_choice, Status),
    "birth_precision": partial(_choice, Precision),
    "nationality": lambda code: _plain(country_name(code)),
    "region_id": _region,
    "languages": lambda codes: [str(LANGUAGES.get(code, code)) for code in codes],
    "address": partial(_masked, mask_address),
    "documents": _documents,
    "phones": lambda rows: [mask_phone(row["number"]) for row in rows],
    "contacts": _contacts,
    "identities": _identities,
    "household": household_words,
    "kin": kin_words,
    "overseas_kin": overseas_words,
}
_DESCRIBE: dict[str, Callable[[Moment], Entry]] = {
    "added": _added,
    "change": _changed,
    "identity": _identity_step,
}

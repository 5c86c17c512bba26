"""侨情 on pages: the fields of the form by their sections, and a person's values in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.people.choices import FactKind, FactSection
from crm.people.facts import Fact, choices_of, fitting_sections, value_text, words_of
from frontend.forms import Form
from frontend.people.fields import country_choices

_CHOSEN = frozenset({FactKind.CHOICE, FactKind.FLAG, FactKind.COUNTRY})


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that belong together; shown at once where ``is_open``."""

    label: str | Promise
    fields: list[BoundField]
    is_open: bool


@dataclass(frozen=True, slots=True)
class FactLine:
    """One value in words; ``url`` leads to everybody who has the same."""

    label: str | Promise
    text: str
    url: str


class WrittenFactField(forms.CharField):
    """A field of the catalogue that is typed; says in words that there is nothing or none known."""

    def __init__(self, fact: Fact) -> None:
        self.words = {code: str(text) for code, text in words_of(fact).items()}
        hints = {
            FactKind.DATE: _("1958-03-09, 1958-03 or 1958."),
            FactKind.YEAR: _("Four digits."),
        }
        hint = fact.help or hints.get(fact.kind, "")
        super().__init__(label=str(fact.label), required=False, help_text=str(hint))

    def prepare_value(self, value: Any) -> Any:
        """Return what is shown."""
        return self.words.get(value, value)

    def clean(self, value: Any) -> str:
        """Return what the rules take."""
        text: str = super().clean(value)
        return next((code for code, word in self.words.items() if word == text), text)


class FactsForm(Form):
    """Every field of the catalogue that is in use; the rules of the catalogue check the values.

    Args:
        data: what was sent, or None.
        on_record: the person's values; those of fields that were not sent stay.
        identities: codes, which say what is shown at once.
        catalogue: the program's fields and the site's own.
    """

    def __init__(
        self,
        data: QueryDict | None,
        *,
        on_record: Mapping[str, str],
        identities: Iterable[str],
        catalogue: Mapping[str, Fact],
    ) -> None:
        self.on_record = on_record
        self.catalogue = {code: fact for code, fact in catalogue.items() if not fact.is_retired}
        self.fitting = fitting_sections(on_record, identities, self.catalogue)
        # Fields of this form alone; Django copies them when it sets up.
        self.base_fields = {  # type: ignore[misc]
            code: _field(fact, on_record.get(code, "")) for code, fact in self.catalogue.items()
        }
        super().__init__(data, initial=dict(on_record), prefix="facts")

    def sections(self) -> list[Section]:
        """Return the sections in order; one with a problem is open."""
        found = []
        for section in FactSection:
            bound = [self[f.code] for f in self.catalogue.values() if f.section is section]
            if bound:
                is_open = section in self.fitting or any(field.errors for field in bound)
                found.append(Section(section.label, bound, is_open))
        return found

    def values(self) -> dict[str, str]:
        """Return the values as they would be kept; the form must be valid."""
        sent = {
            code: text
            for code, text in self.cleaned_data.items()
            if self.add_prefix(code) in self.data
        }
        return {code: text for code, text in {**self.on_record, **sent}.items() if text}

    def differing(self, theirs: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Return label, what was typed and what is on record now, where these differ."""
        mine = self.values()
        return [
            (
                str(fact.label),
                value_text(fact, mine[code]) if code in mine else "",
                value_text(fact, theirs[code]) if code in theirs else "",
            )
            for code, fact in self.catalogue.items()
            if mine.get(code) != theirs.get(code)
        ]


def fact_lines(
    facts: Mapping[str, str], catalogue: Mapping[str, Fact], list_url: str
) -> list[tuple[str, list[FactLine]]]:
    """Return the sections that say something, with their values in words."""
    found = []
    for section in FactSection:
        lines = [
            FactLine(
                fact.label,
                value_text(fact, facts[fact.code]),
                f"{list_url}?{urlencode({'fact': f'{fact.code}:{facts[fact.code]}'})}"
                if fact.kind in _CHOSEN
                else "",
            )
            for fact in catalogue.values()
            if fact.section is section and fact.code in facts
        ]
        if lines:
            found.append((str(section.label), lines))
    return found


def fact_text(wanted: str, catalogue: Mapping[str, Fact]) -> str:
    """Return in words what a list is narrowed to by ``code:value``; "" for nothing."""
    code, _colon, value = wanted.partition(":")
    fact = catalogue.get(code)
    if fact is None or not value:
        return ""
    return _("{label}: {value}").format(label=fact.label, value=value_text(fact, value))


def _field(fact: Fact, on_record: str) -> forms.Field:
    if fact.kind not in _CHOSEN:
        return WrittenFactField(fact)
    if fact.kind is FactKind.COUNTRY:
        choices = [*country_choices(), *words_of(fact).items()]
    else:
        choices = [("", "—"), *choices_of(fact).items(), *words_of(fact).items()]
    # An option that is not on offer any more stays with whoever has it.
    if on_record not in dict(choices):
        choices.append((on_record, on_record))
    return forms.ChoiceField(
        label=str(fact.label), required=False, choices=choices, help_text=str(fact.help)
    )

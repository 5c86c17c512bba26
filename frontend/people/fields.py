"""Form fields for what people know only in part, or call by several names."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_countries import countries

from crm.people.dates import parse_partial_date
from network.models import Region
from network.selectors import find_regions

# Where most overseas relatives of the people of such sites live; the rest follows by name.
_FIRST = ["CN", "HK", "MO", "TW", "ID", "MY", "PH", "SG", "TH", "VN", "US", "CA", "AU", "GB"]
_MOST_NAMED = 5


class PartialDateField(forms.CharField):
    """A date of which perhaps only the year or the month is known; cleans to `PartialDate`."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "text", "class": "short"})
        given: dict[str, Any] = {"required": False, "max_length": 20, "widget": widget}
        super().__init__(**given | kwargs)

    def clean(self, value: Any) -> Any:
        """Return a `PartialDate`, or None for an empty field."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_partial_date(text)
        except ValueError:
            raise ValidationError(
                _("Write a day as 1949-12-31, a month as 1949-12, or a year as 1949.")
            ) from None


class RegionField(forms.CharField):
    """A region by name or code; cleans to its code."""

    def __init__(self, **kwargs: Any) -> None:
        given: dict[str, Any] = {"required": False, "max_length": 60}
        super().__init__(**given | kwargs)

    def clean(self, value: Any) -> str:
        """Return the code, or "" for an empty field."""
        text = super().clean(value)
        if not text:
            return ""
        found = find_regions(text)
        if len(found) == 1:
            return found[0].code
        if not found:
            raise ValidationError(
                _("This region is not on our list. Write 福建省厦门市思明区 or six digits.")
            )
        names = _(", ").join(region_text(region) for region in found[:_MOST_NAMED])
        raise ValidationError(
            _("Several regions have this name: %(names)s"), params={"names": names}
        )


class NamesField(forms.CharField):
    """Names, one on each line; cleans to a tuple."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.Textarea(attrs={"rows": 2})
        given: dict[str, Any] = {"required": False, "max_length": 1_500, "widget": widget}
        super().__init__(**given | kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Return the names on lines."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        """Return the names."""
        return tuple(name for line in super().clean(value).split("\n") if (name := line.strip()))


class CountryField(forms.ChoiceField):
    """A country; cleans to its ISO 3166-1 code."""

    def __init__(self, **kwargs: Any) -> None:
        given: dict[str, Any] = {"required": False, "choices": country_choices}
        super().__init__(**given | kwargs)


def country_choices() -> list[tuple[str, str]]:
    """Return every country with its name in the active language, the likely ones first."""
    names = dict(countries)
    return [
        ("", "—"),
        *((code, names[code]) for code in _FIRST),
        *((code, name) for code, name in names.items() if code not in _FIRST),
    ]


def country_name(code: str) -> str:
    """Return the name of a country in the active language; "" for no code."""
    return str(countries.name(code)) if code else ""


def region_text(region: Region | None) -> str:
    """Return the names from the province down to ``region``; up to four queries if not joined."""
    names: list[str] = []
    while region is not None:
        names.insert(0, region.name)
        region = region.parent
    return "".join(names)

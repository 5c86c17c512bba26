"""The forms of people: the filter of the list, a person with all parts, and a reason to look."""

import re
from functools import lru_cache
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.forms import BaseFormSet, formset_factory
from django.http import QueryDict
from django.template import loader
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.people.choices import (
    ContactKind,
    DistinctReason,
    DocumentKind,
    IdentityCode,
    IdentityState,
    RevealReason,
    Sex,
    Status,
)
from crm.people.languages import LANGUAGES
from crm.people.rules import LONGEST_NOTE, MOST_PARTS
from crm.people.selectors import PeopleFilter
from frontend.accounts.fields import PhoneField
from frontend.forms import DayInput, Form, ListFilter, PhoneInput
from frontend.people.fields import CountryField, NamesField, PartialDateField, RegionField

AGE_BANDS = {"0-13", "14-17", "18-59", "60-79", "80"}
# Other ages that an address may name: "65", "65-70".
_AGES = re.compile(r"([0-9]{1,3})(?:-([0-9]{1,3}))?")
_ANY = ("", _("all"))


class FilterForm(ListFilter):
    """What narrows the list, sent in the address."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    identity = forms.ChoiceField(
        label=_("Identity"), required=False, choices=[_ANY, *IdentityCode.choices]
    )
    identity_state = forms.ChoiceField(
        label=_("Established"),
        required=False,
        choices=[_ANY, *(choice for choice in IdentityState.choices if choice[0] != "ended")],
    )
    status = forms.ChoiceField(label=_("Status"), required=False, choices=[_ANY, *Status.choices])
    sex = forms.ChoiceField(label=_("Sex"), required=False, choices=[_ANY, *Sex.choices])
    age = forms.ChoiceField(
        label=_("Age"),
        required=False,
        choices=[
            _ANY,
            ("0-13", _("under 14")),
            ("14-17", _("14 to 17")),
            ("18-59", _("18 to 59")),
            ("60-79", _("60 to 79")),
            ("80", _("80 and over")),
        ],
    )
    region = RegionField(label=_("Native place"))
    group = forms.UUIDField(required=False, widget=forms.HiddenInput)
    # From a person's page: everybody who has the same value.
    fact = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        age = str(self.data.get("age", ""))
        if age not in AGE_BANDS and _AGES.fullmatch(age):
            choices: Any = self.fields["age"]
            choices.choices = [*choices.choices, (age, age)]

    def wanted(self) -> PeopleFilter:
        """Return the filter; the form must be valid."""
        data = self.cleaned_data
        age_from, age_to = _ages(data["age"])
        return PeopleFilter(
            q=data["q"],
            identity=data["identity"],
            identity_state=data["identity_state"],
            status=data["status"],
            sex=data["sex"],
            age_from=age_from,
            age_to=age_to,
            region=data["region"],
            group=str(data["group"] or ""),
            fact=data["fact"],
        )


def filter_query(wanted: PeopleFilter) -> str:
    """Return what the address of the list says for a filter.

    >>> filter_query(PeopleFilter(sex="male", age_from=60, age_to=79))
    'sex=male&age=60-79'
    """
    said = wanted.as_json()
    first, last = said.pop("age_from", None), said.pop("age_to", None)
    if last is not None:
        said["age"] = f"{first or 0}-{last}"
    elif first is not None:
        said["age"] = str(first)
    return urlencode(said)


def _ages(text: str) -> tuple[int | None, int | None]:
    found = _AGES.fullmatch(text)
    if found is None:
        return None, None
    first, last = found.groups()
    return int(first), int(last) if last else None


@lru_cache(maxsize=len(settings.LANGUAGES))
def untouched_filters(_language: str) -> SafeString:
    """Return the filter of the list as it stands before anybody chose anything, as HTML.

    The same for everybody who reads the same language, and a sixth of the time of the page.
    """
    return loader.render_to_string("people/filters.html", {"form": FilterForm()})


class MemberInviteForm(Form):
    """How a person on the register gets an account of their own."""

    phone = PhoneField(
        required=False, help_text=_("If you give it, only this phone can accept the invitation.")
    )


class PlaceForm(forms.Form):
    """Which page of the list; what makes no sense is the first page."""

    page = forms.IntegerField(required=False, min_value=1)
    after = forms.UUIDField(required=False)
    before = forms.UUIDField(required=False)

    def place(self) -> dict[str, Any]:
        """Return the arguments of `selectors.people_page`."""
        self.full_clean()
        data = self.cleaned_data
        return {
            "number": data.get("page") or 1,
            "after": data.get("after"),
            "before": data.get("before"),
        }


class PersonForm(Form):
    """What is one field each; rules are those of `crm.people.rules`, said at their field."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    full_name = forms.CharField(label=_("Full name"))
    surname_reading = forms.CharField(
        label=_("Reading of the surname"),
        required=False,
        help_text=_("Only where it is unusual, in letters without tones: zeng for 曾 is known."),
    )
    former_names = NamesField(label=_("Former names"), help_text=_("One on each line."))
    other_names = NamesField(
        label=_("Other names"),
        help_text=_("In a passport, in Chinese, romanised; one on each line."),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, widget=forms.RadioSelect)
    birth_date = PartialDateField(
        label=_("Date of birth"),
        help_text=_(
            "1949-12-31, 1949-12 or 1949. Left empty, it is taken from an identity number."
        ),
    )
    nationality = CountryField(label=_("Nationality"))
    region_code = RegionField(
        label=_("Native place"), help_text=_("Province, city and county, or the six-digit code.")
    )
    address = forms.CharField(label=_("Address"), required=False)
    remove_address = forms.BooleanField(label=_("Remove the address on record"), required=False)
    languages = forms.MultipleChoiceField(
        label=_("Languages"), required=False, choices=list(LANGUAGES.items()),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    status = forms.ChoiceField(
        label=_("Status"),
        choices=[choice for choice in Status.choices if choice[0] != Status.MINIMISED],
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, address_mask: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Languages that another program sent stay on offer.
        for code in self.initial.get("languages") or ():
            if code not in LANGUAGES:
                self.fields["languages"].choices.append((code, code))  # type: ignore[attr-defined]
        if address_mask:
            address = self.fields["address"]
            address.widget.attrs["placeholder"] = address_mask
            address.help_text = _("Left empty, the address on record stays.")
        else:
            del self.fields["remove_address"]


class DocumentForm(Form):
    """An identity paper; ``id`` names one on record, whose number stays unless another is typed."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("Kind of paper"), choices=DocumentKind.choices, initial=DocumentKind.RESIDENT_ID
    )
    number = forms.CharField(label=_("Number"), required=False)
    country = CountryField(label=_("Issued by"), initial="CN")
    issuing_place = forms.CharField(label=_("Place of issue"), required=False)
    valid_from = forms.DateField(label=_("Valid from"), required=False, widget=DayInput)
    valid_to = forms.DateField(label=_("Valid until"), required=False, widget=DayInput)
    mismatch_reason = forms.CharField(
        label=_("Why date of birth or sex differ from the number"), required=False
    )


class PhoneForm(Form):
    """A phone; ``id`` names one on record, whose number stays unless another is typed."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    number = forms.CharField(label=_("Number"), required=False, widget=PhoneInput)


class ContactForm(Form):
    """Another contact; ``id`` names one on record, whose kind and value stay unless typed anew."""

    id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=ContactKind.choices, initial=ContactKind.WECHAT
    )
    value = forms.CharField(label=_("Name or address there"), required=False)


class IdentityForm(Form):
    """A category the person says they fall under."""

    code = forms.ChoiceField(
        label=_("Identity"), required=False, choices=[("", "—"), *IdentityCode.choices]
    )
    country = CountryField(label=_("Country of residence, of return, or of the relatives"))
    since = PartialDateField(label=_("Since"), help_text=_("1958-03-09, 1958-03 or 1958."))


class Rows(BaseFormSet):  # type: ignore[type-arg]
    """Rows of a part, and one more on request, with or without a script."""

    def one_more(self) -> "Rows":
        """Return the same rows as they were typed, and an empty one."""
        data = cast(QueryDict, self.data).copy()
        data[f"{self.prefix}-TOTAL_FORMS"] = str(min(self.total_form_count() + 1, MOST_PARTS))
        return type(self)(data, initial=self.initial, prefix=self.prefix)

    def filled(self) -> list[tuple[int, dict[str, Any]]]:
        """Return place and clean values of the rows that say something and are not removed."""
        return [
            (place, form.cleaned_data)
            for place, form in enumerate(self.forms)
            if form.cleaned_data and not form.cleaned_data.get("DELETE") and _says_something(form)
        ]


def _says_something(form: forms.Form) -> bool:
    data = form.cleaned_data
    return any(data.get(name) for name in ("id", "number", "value", "code"))


def _rows(form: type[Form]) -> Any:
    return formset_factory(
        form, formset=Rows, extra=0, min_num=1, can_delete=True,
        max_num=MOST_PARTS, absolute_max=MOST_PARTS + 2,
    )  # fmt: skip


DocumentRows, PhoneRows = _rows(DocumentForm), _rows(PhoneForm)
ContactRows, IdentityRows = _rows(ContactForm), _rows(IdentityForm)


class RevealForm(Form):
    """What somebody needs a masked value for."""

    reason = forms.ChoiceField(
        label=_("What do you need it for?"), choices=RevealReason.choices, widget=forms.RadioSelect
    )
    explanation = forms.CharField(
        label=_("In your own words"),
        required=False,
        max_length=200,
        help_text=_("The person can read this."),
    )


class DistinctForm(Form):
    """How somebody knows that two similar records are of two people."""

    reason = forms.ChoiceField(
        label=_("How do you know?"), choices=DistinctReason.choices, widget=forms.RadioSelect
    )
    explanation = forms.CharField(label=_("In your own words"), required=False, max_length=200)

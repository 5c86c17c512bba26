"""Forms of relatives and households; rules are those of the services, said at their fields."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.people.choices import (
    EndReason,
    HouseholdRole,
    KinBasis,
    KinCode,
    MembershipKind,
    OverseasStanding,
    Sex,
)
from crm.people.households.values import HouseholdValues, MemberValues
from crm.people.kinship.overseas import OverseasKinValues
from crm.people.kinship.relations import MEANINGS, Relation
from crm.people.kinship.services import LONGEST_PROOF
from crm.people.models import Household, OverseasKin, Person
from crm.people.rules import LONGEST_NOTE
from frontend.families.picking import HouseholdPicker, PersonPicker
from frontend.forms import DayInput, Form
from frontend.people.fields import CountryField

_USUAL = ("", _("as usual for this relation"))


def _day(label: Any, *, required: bool = False) -> forms.DateField:
    return forms.DateField(label=label, required=required, widget=DayInput)


class KinForm(PersonPicker):
    """A relative of ``person``, by the word the person would use."""

    relation = forms.ChoiceField(label=_("What is the relative to the person?"))
    basis = forms.ChoiceField(
        label=_("It rests on"), required=False,
        choices=[_USUAL, *KinBasis.choices],
        help_text=_("Choose adoption or marriage for adoptive and step-parents."),
    )  # fmt: skip
    proof = forms.CharField(
        label=_("Proof"), required=False, max_length=LONGEST_PROOF,
        help_text=_("A household register, a notarised certificate."),
    )  # fmt: skip
    valid_from = _day(_("Since"))
    field_order = ("relation", "q", "chosen", "basis", "proof", "valid_from")

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, leave_out=[person.pk], **kwargs)
        fitting = [
            (word.value, word.label)
            for word, meaning in MEANINGS.items()
            if Sex.UNKNOWN in {meaning.own_sex, Sex(person.sex)} or meaning.own_sex == person.sex
        ]
        self.fields["relation"].choices = [("", "—"), *fitting]  # type: ignore[attr-defined]

    def link(self) -> dict[str, Any]:
        """Return the arguments of `add_kinship`; the form must be valid."""
        data = self.cleaned_data
        return {
            "relative_id": self.picked,
            "relation": Relation(data["relation"]),
            "basis": KinBasis(data["basis"]) if data["basis"] else None,
            "proof": data["proof"],
            "valid_from": data["valid_from"],
        }


class EndForm(Form):
    """Why and when a link ended; a mistake needs no day."""

    reason = forms.ChoiceField(label=_("What happened?"), widget=forms.RadioSelect)
    on = _day(_("On which day?"))

    def __init__(self, *args: Any, reasons: list[EndReason], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            (reason.value, reason.label) for reason in reasons
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for the day of what happened."""
        data = self.cleaned_data
        needs_day = data.get("reason") not in {None, EndReason.MISTAKE}
        if needs_day and not data.get("on") and "on" not in self.errors:
            self.add_error("on", _("Write the day."))
        return data


class OverseasKinForm(Form):
    """A relative abroad."""

    relation = forms.ChoiceField(
        label=_("What is the relative to the person?"), choices=[("", "—"), *KinCode.choices]
    )
    country = CountryField(label=_("Country or region"))
    since_year = forms.IntegerField(label=_("Abroad since the year"), required=False)
    standing = forms.ChoiceField(
        label=_("What the relative is in law"),
        required=False,
        choices=[("", _("not known")), *OverseasStanding.choices],
    )
    has_agreed = forms.BooleanField(label=_("The relative agreed to be named here"), required=False)
    name = forms.CharField(
        label=_("Name"), required=False, help_text=_("Only with that consent; it is not needed.")
    )
    remove_name = forms.BooleanField(label=_("Remove the name on record"), required=False)

    def __init__(self, *args: Any, kin: OverseasKin | None = None, **kwargs: Any) -> None:
        if kin:
            kwargs["initial"] = {
                "relation": kin.relation,
                "country": kin.country,
                "since_year": kin.since_year,
                "standing": kin.standing,
                "has_agreed": kin.has_agreed,
            }
        super().__init__(*args, **kwargs)
        if kin and kin.name:
            self.fields["name"].help_text = _("Left empty, the name on record stays.")
        else:
            del self.fields["remove_name"]

    def values(self) -> OverseasKinValues:
        """Return what was typed; the form must be valid."""
        data = self.cleaned_data
        return OverseasKinValues(
            relation=KinCode(data["relation"]),
            country=data["country"],
            since_year=data["since_year"],
            standing=OverseasStanding(data["standing"]) if data["standing"] else None,
            has_agreed=data["has_agreed"],
            name=data["name"] or ("" if data.get("remove_name") else None),
        )


class VersionForm(Form):
    """Any change of a household that was opened at ``version``."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class HouseholdForm(Form):
    """What is written down of a household."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    label = forms.CharField(
        label=_("Name of the household"), help_text=_("Often the head's name: 曾庆红户.")
    )
    number = forms.CharField(
        label=_("Number of the household"),
        required=False,
        help_text=_("As the grid worker or the farm numbers it."),
    )
    address = forms.CharField(label=_("Address"), required=False)
    remove_address = forms.BooleanField(label=_("Remove the address on record"), required=False)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def __init__(self, *args: Any, household: Household | None = None, **kwargs: Any) -> None:
        if household:
            kwargs["initial"] = stated(household)
        super().__init__(*args, **kwargs)
        if household and household.address:
            address = self.fields["address"]
            address.widget.attrs["placeholder"] = str(household.address)
            address.help_text = _("Left empty, the address on record stays.")
        else:
            del self.fields["remove_address"]

    def values(self) -> HouseholdValues:
        """Return what was typed; the form must be valid."""
        data = self.cleaned_data
        address = data["address"] or ("" if data.get("remove_address") else None)
        return HouseholdValues(
            label=data["label"], number=data["number"], address=address, note=data["note"]
        )


def stated(household: Household) -> dict[str, Any]:
    """Return what is on record as the form's fields show it."""
    return {
        "version": household.version,
        "label": household.label,
        "number": household.number,
        "note": household.note,
    }


class _PlaceForm(Form):
    """What somebody is in a household."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    role = forms.ChoiceField(
        label=_("Role in the household"), choices=[("", "—"), *HouseholdRole.choices]
    )
    kind = forms.ChoiceField(
        label=_("Belongs by"), choices=MembershipKind.choices, initial=MembershipKind.LIVING
    )
    valid_from = _day(_("Since"))

    def place(self) -> dict[str, Any]:
        """Return role, kind and first day; the form must be valid."""
        data = self.cleaned_data
        return {
            "role": HouseholdRole(data["role"]),
            "kind": MembershipKind(data["kind"]),
            "valid_from": data["valid_from"],
        }


class MemberForm(PersonPicker, _PlaceForm):
    """Somebody who joins a household."""

    field_order = ("version", "q", "chosen", "role", "kind", "valid_from")

    def member(self) -> MemberValues:
        """Return the new member; the form must be valid."""
        return MemberValues(person_id=self.picked, **self.place())


class MemberEditForm(_PlaceForm):
    """What is wrong in a membership."""


class LeaveForm(VersionForm):
    """How somebody leaves a household."""

    how = forms.ChoiceField(
        label=_("What happened?"),
        choices=[("left", _("Left the household")), ("mistake", _("Was entered by mistake"))],
        initial="left",
        widget=forms.RadioSelect,
    )
    on = _day(_("First day out of the household"))

    def clean(self) -> dict[str, Any]:
        """Ask for the day of leaving."""
        data = self.cleaned_data
        if data.get("how") == "left" and not data.get("on") and "on" not in self.errors:
            self.add_error("on", _("Write the day."))
        return data


class OnDayForm(VersionForm):
    """Something that takes effect on a day."""

    on = _day(_("From which day?"), required=True)


class MoveForm(HouseholdPicker, OnDayForm):
    """Where somebody moves to."""

    role = forms.ChoiceField(
        label=_("Role in the new household"), choices=[("", "—"), *HouseholdRole.choices]
    )
    field_order = ("version", "q", "chosen", "role", "on")


class MergeForm(HouseholdPicker, OnDayForm):
    """Which household joins this one."""

    field_order = ("version", "q", "chosen", "on")


class SplitForm(OnDayForm):
    """Who leaves together, and what their household is called."""

    members = forms.MultipleChoiceField(label=_("Who leaves?"), widget=forms.CheckboxSelectMultiple)
    head = forms.ChoiceField(label=_("Head of the new household"), widget=forms.RadioSelect)
    label = forms.CharField(label=_("Name of the new household"))
    field_order = ("version", "members", "head", "label", "on")

    def __init__(self, *args: Any, members: list[tuple[UUID, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(key), name) for key, name in members]
        self.fields["members"].choices = choices  # type: ignore[attr-defined]
        self.fields["head"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Let the head be one of those who leave."""
        data = self.cleaned_data
        if data.get("head") and data.get("members") and data["head"] not in data["members"]:
            self.add_error("head", _("The head must be one of those who leave."))
        return data


class HouseholdFilter(Form):
    """What narrows the list of households."""

    q = forms.CharField(label=_("Search"), required=False, max_length=100)
    closed = forms.BooleanField(label=_("closed ones"), required=False)
    page = forms.IntegerField(required=False, min_value=1)


def today() -> str:
    """Return today as a date control wants it."""
    return timezone.localdate().isoformat()

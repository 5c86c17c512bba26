"""Pages of a household's members: joining, leaving, moving, splitting, merging."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from crm.people.choices import HouseholdRole
from crm.people.households import members, reshaping
from crm.people.households.values import HouseholdValues
from crm.people.models import Household
from frontend.families.forms import (
    LeaveForm,
    MemberEditForm,
    MemberForm,
    MergeForm,
    MoveForm,
    SplitForm,
    today,
)
from frontend.families.taking import about, household_of, member_of, now_in, pick, press, take
from tenants.access import MemberRequest, requires
from tenants.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def add_member(request: MemberRequest, household_id: UUID) -> HttpResponse:
    """Let somebody join."""
    household = household_of(household_id)
    current = [row.person_id for row in now_in(household)]

    def form(data: Any, initial: Any) -> MemberForm:
        return MemberForm(data, initial=initial, user=request.user, leave_out=current)

    def save(form: MemberForm) -> Household:
        members.add_member(
            household_id=household.pk, version=form.cleaned_data["version"],
            member=form.member(), by=request.user, now=timezone.now(),
        )  # fmt: skip
        return household

    context = about(_("Add a member"), _("Add the member"), household)
    return pick(request, form, context, save, _("The member is on record."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def edit_member(request: MemberRequest, household_id: UUID, member_id: UUID) -> HttpResponse:
    """Correct what somebody is in the household."""
    household, row = member_of(household_id, member_id)

    def save(form: MemberEditForm) -> Household:
        members.change_member(
            household_id=household.pk, version=form.cleaned_data["version"], member_id=row.pk,
            **form.place(), by=request.user, now=timezone.now(),
        )  # fmt: skip
        return household

    initial = {
        "version": household.version, "role": row.role, "kind": row.kind,
        "valid_from": row.valid_from,
    }  # fmt: skip
    title = _("Change the place of {name}").format(name=row.person.full_name)
    context = about(title, _("Save"), household)
    form = MemberEditForm(request.POST or None, initial=initial)
    return take(request, form, context, save, _("It is written down."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def end_member(request: MemberRequest, household_id: UUID, member_id: UUID) -> HttpResponse:
    """Write down that somebody left, or was entered by mistake."""
    household, row = member_of(household_id, member_id)

    def save(form: LeaveForm) -> Household:
        given = {
            "household_id": household.pk, "version": form.cleaned_data["version"],
            "member_id": row.pk, "by": request.user, "now": timezone.now(),
        }  # fmt: skip
        if form.cleaned_data["how"] == "mistake":
            members.remove_member(**given)
        else:
            members.end_membership(**given, on=form.cleaned_data["on"])
        return household

    title = _("{name} leaves the household").format(name=row.person.full_name)
    context = about(title, _("Save"), household)
    form = LeaveForm(request.POST or None, initial={"version": household.version, "on": today()})
    return take(request, form, context, save, _("It is written down."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def move_member(request: MemberRequest, household_id: UUID, member_id: UUID) -> HttpResponse:
    """Let somebody leave for another household."""
    household, row = member_of(household_id, member_id)

    def form(data: Any, initial: Any) -> MoveForm:
        return MoveForm(data, initial=initial, user=request.user, leave_out=[household.pk])

    def save(form: MoveForm) -> Household:
        moved = members.move_member(
            household_id=household.pk, version=form.cleaned_data["version"], member_id=row.pk,
            to_id=form.picked, role=HouseholdRole(form.cleaned_data["role"]),
            on=form.cleaned_data["on"], by=request.user, now=timezone.now(),
        )  # fmt: skip
        return moved.household

    title = _("{name} moves to another household").format(name=row.person.full_name)
    context = about(title, _("Move"), household)
    return pick(request, form, context, save, _("It is written down in both households."))


@require_POST
@requires(Permission.PERSON_EDIT)
def choose_contact(request: MemberRequest, household_id: UUID, member_id: UUID) -> HttpResponse:
    """Make somebody the one who is called first."""
    household, row = member_of(household_id, member_id)
    return press(
        request,
        household,
        lambda version: members.choose_contact(
            household_id=household.pk, version=version, member_id=row.pk,
            by=request.user, now=timezone.now(),
        ),
        _("{name} is called first now.").format(name=row.person.full_name),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def split(request: MemberRequest, household_id: UUID) -> HttpResponse:
    """Let some members found a household of their own."""
    household = household_of(household_id)

    def save(form: SplitForm) -> Household:
        data = form.cleaned_data
        return reshaping.split_household(
            household_id=household.pk, version=data["version"],
            member_ids=[UUID(key) for key in data["members"]], head_id=UUID(data["head"]),
            values=HouseholdValues(label=data["label"]), on=data["on"],
            by=request.user, now=timezone.now(),
        )  # fmt: skip

    context = about(_("Split the household"), _("Split"), household)
    context["intro"] = _("Who leaves stays in the history of this household.")
    choices = [(row.pk, row.person.full_name) for row in now_in(household)]
    initial = {"version": household.version, "on": today()}
    form = SplitForm(request.POST or None, initial=initial, members=choices)
    return take(request, form, context, save, _("The new household is open."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def merge(request: MemberRequest, household_id: UUID) -> HttpResponse:
    """Let everybody of another household join this one."""
    household = household_of(household_id)

    def form(data: Any, initial: Any) -> MergeForm:
        return MergeForm(data, initial=initial, user=request.user, leave_out=[household.pk])

    def save(form: MergeForm) -> Household:
        return reshaping.merge_households(
            kept_id=household.pk, version=form.cleaned_data["version"], gone_id=form.picked,
            on=form.cleaned_data["on"], by=request.user, now=timezone.now(),
        )  # fmt: skip

    context = about(_("Take in another household"), _("Take it in"), household)
    context["intro"] = _("Everybody of the other one joins this one; the other one is closed.")
    return pick(request, form, context, save, _("The two households are one."))

"""What the pages of households share: finding one, and showing and taking a form about it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from common.errors import DomainError
from crm.people.households import selectors
from crm.people.households.errors import HouseholdChangedError
from crm.people.models import Household, HouseholdMember
from frontend.families.forms import VersionForm, stated, today
from frontend.families.picking import FIND_BUTTON
from tenants.access import MemberRequest

FORM_PAGE = "families/form.html"
FOUND = f"{FORM_PAGE}#found"
# Services name what is chosen; the form's field is the choice.
_FIELDS = {"person": "chosen", "other": "chosen"}


def household_of(household_id: UUID) -> Household:
    """Return a household with all who are or were in it, or answer 404."""
    return get_object_or_404(selectors.household_with_members(), pk=household_id)


def now_in(household: Household) -> list[HouseholdMember]:
    """Return the current members of a loaded household."""
    return [row for row in household.members.all() if row.valid_to is None]


def member_of(household_id: UUID, member_id: UUID) -> tuple[Household, HouseholdMember]:
    """Return a household and one of its current members, or answer 404."""
    household = household_of(household_id)
    for row in now_in(household):
        if row.pk == member_id:
            return household, row
    raise Http404


def about(title: str, submit: str, household: Household | None) -> dict[str, Any]:
    """Return what the page of a form shows around it; ``household`` None: a new one."""
    list_url = reverse("households:list")
    return {
        "household": household,
        "title": title,
        "submit": submit,
        "list_label": _("Households"),
        "list_url": list_url,
        "owner": household.label if household else "",
        "owner_url": reverse("households:detail", args=[household.pk]) if household else list_url,
    }


def take(
    request: MemberRequest,
    form: Any,
    context: dict[str, Any],
    save: Callable[[Any], Household],
    done: str,
) -> HttpResponse:
    """Show or take a form; where somebody saved first, show it again with both versions."""
    context["form"] = form
    if request.method != "POST":
        return render(request, FORM_PAGE, context)
    if form.is_valid():
        try:
            household = save(form)
        except HouseholdChangedError as error:
            return _compare(request, form, context, error)
        except Household.DoesNotExist:
            form.add_error(None, _("This household is no longer there."))
        except DomainError as error:
            name = _FIELDS.get(error.field or "", error.field)
            form.add_error(name if name in form.fields else None, str(error))
        else:
            messages.success(request, done)
            return redirect("households:detail", household.pk)
    return render(request, FORM_PAGE, context, status=422)


def pick(
    request: MemberRequest,
    make: Callable[[Any, Any], Any],
    context: dict[str, Any],
    save: Callable[[Any], Household],
    done: str,
) -> HttpResponse:
    """Show or take a form with a search in it; searching keeps what was typed, unchecked."""
    start = {"version": context["household"].version, "on": today()}
    if request.method != "POST" or FIND_BUTTON in request.POST:
        typed = request.POST.dict() if request.method == "POST" else request.GET.dict()
        context["form"] = make(None, start | typed)
        return searched(request, context)
    return take(request, make(request.POST, start), context, save, done)


def searched(request: MemberRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the form of a search as it was typed; to a script, only what was found."""
    is_live = bool(request.htmx) and request.method == "POST"
    return render(request, FOUND if is_live else FORM_PAGE, context)


def press(
    request: MemberRequest, household: Household, act: Callable[[int], object], done: str
) -> HttpResponse:
    """Do what a button on the page says; a page that is out of date is shown anew."""
    form = VersionForm(request.POST)
    try:
        act(form.cleaned_data["version"] if form.is_valid() else 0)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("households:detail", household.pk)


def _compare(
    request: MemberRequest, form: Any, context: dict[str, Any], error: HouseholdChangedError
) -> HttpResponse:
    """Show what was typed beside what is on record now; saving again takes what was typed."""
    theirs = stated(household_of(context["household"].pk))
    typed = {name: str(form[name].value() or "") for name in form.fields}
    context["conflict"] = error
    context["differences"] = [
        (form[name].label, typed[name], theirs[name])
        for name in theirs
        if name in typed and name != "version" and typed[name] != theirs[name]
    ]
    form.data = form.data.copy()
    form.data["version"] = str(error.current)
    return render(request, FORM_PAGE, context, status=409)

"""The page of the test of residence: stays, and what follows from them, line by line."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from crm.people.choices import StayPurpose
from crm.people.errors import InvalidPersonError
from crm.people.identities import stays
from crm.people.identities.residence import Route, RouteResult, check_residence, counts
from crm.people.models import Person, Stay
from frontend.people.fields import country_name
from frontend.people.identity_forms import StayForm
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

PAGE = "people/residence.html"


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def residence(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Show the stays of a person and how far they go."""
    return _show(request, get_object_or_404(Person, pk=person_id), StayForm())


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def add_stay(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Add a stay. The address may be opened again after a mistake was shown there."""
    person = get_object_or_404(Person, pk=person_id)
    if request.method != "POST":
        return redirect("people:residence", person.pk)
    form = StayForm(request.POST)
    if form.is_valid():
        try:
            stays.add_stay(
                person_id=person.pk, values=form.stay(), by=request.user, now=timezone.now()
            )
        except InvalidPersonError as error:
            for problem in error.problems:
                form.add_error(problem.field, str(problem.message))
        else:
            messages.success(request, _("The stay is saved, and the test computed anew."))
            return redirect("people:residence", person.pk)
    return _show(request, person, form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def remove_stay(request: MemberRequest, person_id: UUID, stay_id: UUID) -> HttpResponse:
    """Remove a stay; what it said stands in the form then, to be put back."""
    person = get_object_or_404(Person, pk=person_id)
    stay = Stay.objects.filter(pk=stay_id, person=person).first()
    if stay is None or request.method != "POST":
        # The page was loaded again, or somebody else removed it.
        return redirect("people:residence", person.pk)
    values = stays.remove_stay(stay_id=stay.pk, by=request.user, now=timezone.now())
    form = StayForm(initial=StayForm.initial_of(values))
    return _show(request, person, form, is_removed=True)


def _show(
    request: MemberRequest, person: Person, form: StayForm, *, is_removed: bool = False
) -> HttpResponse:
    found = list(Stay.objects.filter(person=person))
    result = check_residence(found, today=timezone.localdate())
    context: dict[str, Any] = {
        "person": person,
        "form": form,
        "stays": [
            {"stay": stay, "country": country_name(stay.country), "why_not": _why_not(stay)}
            for stay in found
        ],
        "result": result,
        "routes": [_words(route) for route in result.routes],
        "is_removed": is_removed,
        "may_edit": may(request.user, Permission.PERSON_EDIT),
    }
    return render(request, PAGE, context, status=422 if form.errors else 200)


def _why_not(stay: Stay) -> str:
    """Return why a stay counts on no route, or only on the second; empty if it counts on both."""
    if stay.purpose != StayPurpose.SETTLED:
        return _("does not count: {purpose}").format(purpose=stay.get_purpose_display())
    if not counts(stay, Route.LEGAL):
        return _("does not count: {right}").format(right=stay.get_right_display())
    return "" if counts(stay, Route.PERMANENT) else _("counts for the second way only")


def _words(route: RouteResult) -> dict[str, Any]:
    titles = {
        Route.PERMANENT: _("With the right to stay: 2 years on end, 18 months of them there"),
        Route.LEGAL: _("Without it: 5 years of lawful residence on end, 30 months of them there"),
    }
    return {"result": route, "title": titles[route.route], "country": country_name(route.country)}

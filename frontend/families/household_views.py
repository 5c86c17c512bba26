"""Pages of households: the list, a household with its picture, opening and closing one."""

from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from crm.people.choices import HouseholdRole, MembershipKind, RevealReason
from crm.people.households import selectors, services
from crm.people.households.values import MemberValues
from crm.people.models import Household, Person
from frontend.families import picture
from frontend.families.forms import HouseholdFilter, HouseholdForm, OnDayForm, today
from frontend.families.present import HouseholdView
from frontend.families.taking import about, household_of, now_in, press, take
from frontend.people.forms import RevealForm
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

LIST_PAGE = "families/household_list.html"
DETAIL_PAGE = "families/household_detail.html"
PRINT_PAGE = "families/household_print.html"
REVEAL_PAGE = "families/household_reveal.html"


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def household_list(request: MemberRequest) -> HttpResponse:
    """Show households in the order of their names, a page at a time."""
    form = HouseholdFilter(request.GET)
    form.full_clean()
    data = form.cleaned_data
    found = selectors.households(
        data.get("q") or "", by=request.user, is_closed=bool(data.get("closed"))
    )
    context = {
        "form": form,
        "page": Paginator(found, selectors.PAGE_SIZE).get_page(data.get("page") or 1),
        "is_narrowed": bool(data.get("q") or data.get("closed")),
        "may_edit": may(request.user, Permission.PERSON_EDIT),
    }
    response = render(
        request, f"{LIST_PAGE}#households" if request.htmx else LIST_PAGE, context,
        status=422 if form.errors else 200,
    )  # fmt: skip
    response["Vary"] = "HX-Request"
    return response


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def detail(request: MemberRequest, household_id: UUID) -> HttpResponse:
    """Show a household: who is in it, how to reach them, the picture of the family."""
    return render(request, DETAIL_PAGE, _page(request, household_id))


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def print_sheet(request: MemberRequest, household_id: UUID) -> HttpResponse:
    """Show a household as a sheet of paper, everything masked."""
    return render(request, PRINT_PAGE, _page(request, household_id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def add(request: MemberRequest) -> HttpResponse:
    """Open a household; with ``person`` in the address, that person becomes its head."""
    head = _head(request)
    initial = {"label": _("{name}'s household").format(name=head.full_name)} if head else {}

    def save(form: HouseholdForm) -> Household:
        first = (
            [MemberValues(
                person_id=head.pk, role=HouseholdRole.HEAD, kind=MembershipKind.REGISTERED
            )]
            if head
            else []
        )  # fmt: skip
        return services.open_household(
            values=form.values(), members=first, by=request.user, now=timezone.now()
        )

    form = HouseholdForm(request.POST or None, initial=initial)
    context = about(_("Open a household"), _("Open it"), None)
    if head:
        context["intro"] = _("{name} becomes its head.").format(name=head.full_name)
    return take(request, form, context, save, _("The household is open. Add who belongs to it."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def edit(request: MemberRequest, household_id: UUID) -> HttpResponse:
    """Change what is written down of a household."""
    household = household_of(household_id)

    def save(form: HouseholdForm) -> Household:
        return services.change_household(
            household_id=household.pk, version=form.cleaned_data["version"] or 0,
            values=form.values(), by=request.user, now=timezone.now(),
        )  # fmt: skip

    form = HouseholdForm(request.POST or None, household=household)
    context = about(_("Change the household"), _("Save"), household)
    return take(request, form, context, save, _("The household is saved."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def close(request: MemberRequest, household_id: UUID) -> HttpResponse:
    """Close a household."""
    household = household_of(household_id)

    def save(form: OnDayForm) -> Household:
        return services.close_household(
            household_id=household.pk, version=form.cleaned_data["version"],
            on=form.cleaned_data["on"], by=request.user, now=timezone.now(),
        )  # fmt: skip

    context = about(_("Close the household"), _("Close it"), household)
    context["intro"] = _("Whoever is in it leaves on that day. It can be opened again.")
    form = OnDayForm(request.POST or None, initial={"version": household.version, "on": today()})
    return take(request, form, context, save, _("The household is closed."))


@require_POST
@requires(Permission.PERSON_EDIT)
def reopen(request: MemberRequest, household_id: UUID) -> HttpResponse:
    """Undo a closing."""
    household = household_of(household_id)
    return press(
        request,
        household,
        lambda version: services.reopen_household(
            household_id=household.pk, version=version, by=request.user, now=timezone.now()
        ),
        _("The household is open again, with those who left when it was closed."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_REVEAL)
def reveal(request: MemberRequest, household_id: UUID) -> HttpResponse:
    """Ask what the address is needed for, then show it."""
    household = household_of(household_id)
    if not household.address:
        raise Http404
    form = RevealForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "household": household}
    template = f"{REVEAL_PAGE}#reveal" if request.htmx else REVEAL_PAGE
    if request.method != "POST":
        return render(request, template, context)
    if form.is_valid():
        try:
            context["clear"] = services.reveal_address(
                household=household,
                reason=RevealReason(form.cleaned_data["reason"]),
                explanation=form.cleaned_data["explanation"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            return render(request, template, context)
    return render(request, template, context, status=422)


def _page(request: MemberRequest, household_id: UUID) -> dict[str, Any]:
    household = household_of(household_id)
    ids = [row.person_id for row in now_in(household)]
    return {
        "household": household,
        "view": HouseholdView.of(household, selectors.family_of(ids)),
        "box_width": picture.BOX_WIDTH,
        "box_height": picture.BOX_HEIGHT,
        "may_edit": may(request.user, Permission.PERSON_EDIT),
        "may_reveal": may(request.user, Permission.PERSON_REVEAL),
        "now": timezone.now(),
    }


def _head(request: MemberRequest) -> Person | None:
    try:
        key = UUID(request.GET.get("person", ""))
    except ValueError:
        return None
    return get_object_or_404(Person, pk=key)

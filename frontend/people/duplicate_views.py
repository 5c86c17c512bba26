"""Records that may be of one person: the list of pairs, and what somebody decides about them."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from crm.people.choices import DistinctReason, PairDecision
from crm.people.duplicates import selectors, services
from crm.people.models import DuplicatePair, Person
from frontend.people.duplicates import PairView
from frontend.people.forms import DistinctForm
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

LIST_PAGE = "people/duplicate_list.html"
APART_PAGE = "people/duplicate_apart.html"
_PAIRS = 10


@require_safe
@never_cache
@requires(Permission.PERSON_EDIT)
def duplicate_list(request: MemberRequest) -> HttpResponse:
    """Show the pairs that wait for a decision, or with ``?decided=1`` those kept apart."""
    is_decided = request.GET.get("decided") == "1"
    found = selectors.pairs(PairDecision.NOT_DUPLICATE if is_decided else PairDecision.OPEN)
    person = _asked_for(request.GET.get("person", ""))
    if person:
        found = selectors.with_person(found, person.pk)
    page = Paginator(found, _PAIRS).get_page(request.GET.get("page"))
    people = selectors.people_of(page)
    list_url = reverse("people:duplicates")
    context: dict[str, Any] = {
        "page": page,
        "pairs": [PairView.of(pair, people) for pair in page],
        "is_decided": is_decided,
        "person": person,
        "may_merge": may(request.user, Permission.PERSON_MERGE),
        "last_scan": selectors.last_scan(),
        "tabs": [
            (gettext_lazy("To be decided"), list_url, not is_decided),
            (gettext_lazy("Kept apart"), f"{list_url}?decided=1", is_decided),
        ],
    }
    return render(request, LIST_PAGE, context)


@require_POST
@requires(Permission.PERSON_EDIT)
def scan_now(request: MemberRequest) -> HttpResponse:
    """Look through everybody now, as a job."""
    job = services.start_scan(by=request.user, now=timezone.now())
    return redirect("jobs:detail", job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def keep_apart(request: MemberRequest, pair_id: UUID) -> HttpResponse:
    """Ask how somebody knows that these are two people, and remember it."""
    pair = get_object_or_404(DuplicatePair, pk=pair_id)
    form = DistinctForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.keep_apart(
                pair_id=pair.pk,
                reason=DistinctReason(form.cleaned_data["reason"]),
                explanation=form.cleaned_data["explanation"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("Kept apart. You find the pair under “Kept apart”."))
            return redirect("people:duplicates")
    context = {"form": form, "item": PairView.of(pair, selectors.people_of([pair]))}
    return render(request, APART_PAGE, context, status=422 if form.errors else 200)


@require_POST
@requires(Permission.PERSON_EDIT)
def ask_again(request: MemberRequest, pair_id: UUID) -> HttpResponse:
    """Take a decision back."""
    get_object_or_404(DuplicatePair, pk=pair_id)
    services.ask_again(pair_id=pair_id, by=request.user, now=timezone.now())
    messages.success(request, _("The pair is to be decided again."))
    return redirect("people:duplicates")


def _asked_for(text: str) -> Person | None:
    """Return the person whose pairs alone are wanted; anything that is no key is passed over."""
    try:
        return Person.objects.filter(pk=UUID(text)).first()
    except ValueError:
        return None

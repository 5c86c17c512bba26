"""The list of people nobody serves any more, and the order to reduce them."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from crm.people.choices import Status
from crm.people.minimising import Criteria, candidates, order_minimisation
from frontend.forms import Form, ListFilter
from tenants.access import MemberRequest, requires
from tenants.permissions import Permission

PAGE = "people/inactive_list.html"
# More are reduced in several lists: nobody looks through a longer one.
MOST_SHOWN = 500


class CriteriaForm(ListFilter):
    """Who is on the list, sent in the address."""

    idle_years = forms.IntegerField(
        label=_("Not touched for years"), min_value=1, max_value=20, initial=3
    )
    states = forms.MultipleChoiceField(
        label=_("Status"),
        choices=[choice for choice in Status.choices if choice[0] != Status.MINIMISED],
        initial=[Status.MOVED, Status.DECEASED],
        widget=forms.CheckboxSelectMultiple,
    )

    def criteria(self) -> Criteria:
        """Return the criteria; the form must be valid."""
        data = self.cleaned_data
        return Criteria(idle_years=data["idle_years"], states=tuple(data["states"]))


class OrderForm(Form):
    """Whom to keep, and the number that confirms."""

    keep = forms.TypedMultipleChoiceField(coerce=UUID, required=False)
    count = forms.IntegerField(
        label=_("Number of people to reduce"),
        min_value=0,
        help_text=_("Count those that are not ticked, and type the number. There is no way back."),
    )

    def __init__(self, *args: Any, people: list[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(pk), "") for pk in people]
        self.fields["keep"].choices = choices  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_MINIMISE)
def inactive(request: MemberRequest) -> HttpResponse:
    """Show who meets the criteria; reduce those that nobody took off the list."""
    form = CriteriaForm(request.GET or None, initial={})
    criteria = Criteria() if not request.GET else form.criteria() if form.is_valid() else None
    context: dict[str, Any] = {"form": form, "criteria": criteria}
    if criteria is None:
        return render(request, PAGE, context, status=422)
    today = timezone.localdate()
    people = list(candidates(criteria, today=today)[: MOST_SHOWN + 1])
    keys = [person.pk for person in people]
    order = OrderForm(request.POST or None, people=keys)
    if request.method == "POST" and order.is_valid():
        try:
            job = order_minimisation(
                criteria=criteria,
                left_out=order.cleaned_data["keep"],
                count=order.cleaned_data["count"],
                by=request.user,
                today=today,
                now=timezone.now(),
            )
        except DomainError as error:
            order.add_error(error.field if error.field in order.fields else None, str(error))
        else:
            return redirect("jobs:detail", job.pk)
    context |= {
        "people": people[:MOST_SHOWN],
        "is_too_long": len(people) > MOST_SHOWN,
        "order": order,
        "kept": set(request.POST.getlist("keep")),
    }
    return render(request, PAGE, context, status=422 if order.errors else 200)

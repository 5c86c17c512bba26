"""Filters of the list under a name: saved, chosen to begin with, renamed, put away."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from crm.people.groups import selectors, services
from crm.people.models import SavedFilter
from crm.people.selectors import PeopleFilter
from frontend.forms import Form
from frontend.people.forms import FilterForm, filter_query
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

LIST_PAGE = "people/saved_filters.html"
FORM_PAGE = "people/saved_filter_form.html"


class SavedFilterForm(Form):
    """What a filter is called, and for whom."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=40)
    is_shared = forms.BooleanField(label=gettext_lazy("For the whole site"), required=False)
    is_start = forms.BooleanField(label=gettext_lazy("Begin my list with it"), required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def saved_filters(request: MemberRequest) -> HttpResponse:
    """Show the filters one may use, and those that were put away."""
    context = {
        "saved": [(saved, query_of(saved)) for saved in selectors.saved_filters(by=request.user)],
        "retired": selectors.saved_filters(by=request.user, is_retired=True),
        "may_share": may(request.user, Permission.GROUP_EDIT),
    }
    return render(request, LIST_PAGE, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_VIEW)
def save(request: MemberRequest) -> HttpResponse:
    """Keep the filter in the address under a name."""
    filters = FilterForm(request.GET)
    if not filters.is_valid() or filters.wanted().is_empty:
        messages.error(request, _("Choose a filter first."))
        return redirect("people:list")
    return _enter(request, None, filters.wanted())


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_VIEW)
def edit(request: MemberRequest, filter_id: UUID) -> HttpResponse:
    """Give a filter another name, share it, or begin with it."""
    saved = get_object_or_404(selectors.saved_filters(by=request.user), pk=filter_id)
    return _enter(request, saved, PeopleFilter.from_json(saved.criteria))


@require_POST
@requires(Permission.PERSON_VIEW)
def retire(request: MemberRequest, filter_id: UUID) -> HttpResponse:
    """Put a filter away; the page offers to bring it back."""
    saved = get_object_or_404(selectors.saved_filters(by=request.user), pk=filter_id)
    try:
        services.retire(kept=saved, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        text = _("{name} is put away. Below you can bring it back.")
        messages.success(request, text.format(name=saved.name))
    return redirect("people:saved-filters")


@require_POST
@requires(Permission.PERSON_VIEW)
def restore(request: MemberRequest, filter_id: UUID) -> HttpResponse:
    """Bring a filter back."""
    gone = selectors.saved_filters(by=request.user, is_retired=True)
    saved = get_object_or_404(gone, pk=filter_id)
    try:
        services.restore(kept=saved, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("{name} is back.").format(name=saved.name))
    return redirect("people:saved-filters")


def query_of(saved: SavedFilter) -> str:
    """Return what the address of the list says for a saved filter."""
    return filter_query(PeopleFilter.from_json(saved.criteria))


def _enter(
    request: MemberRequest, saved: SavedFilter | None, criteria: PeopleFilter
) -> HttpResponse:
    may_share = may(request.user, Permission.GROUP_EDIT)
    initial = (
        {"name": saved.name, "is_shared": saved.is_shared, "is_start": saved.is_start}  # type: ignore[attr-defined]  # annotated
        if saved
        else {}
    )
    form = SavedFilterForm(request.POST or None, initial=initial, may_share=may_share)
    list_url = f"{reverse('people:list')}?{filter_query(criteria)}"
    if request.method == "POST" and form.is_valid():
        try:
            kept = _save(request, form.cleaned_data, saved, criteria)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("The filter {name} is saved.").format(name=kept.name))
            return redirect(list_url)
    context = {"form": form, "saved": saved, "list_url": list_url}
    return render(request, FORM_PAGE, context, status=422 if form.errors else 200)


def _save(
    request: MemberRequest,
    data: dict[str, Any],
    saved: SavedFilter | None,
    criteria: PeopleFilter,
) -> SavedFilter:
    now = timezone.now()
    is_shared = data.get("is_shared", bool(saved and saved.is_shared))
    was_start = bool(saved and saved.is_start)  # type: ignore[attr-defined]  # annotated
    if saved is None:
        saved = services.save_filter(
            name=data["name"], criteria=criteria, is_shared=is_shared, by=request.user, now=now
        )
    elif (data["name"], is_shared) != (saved.name, saved.is_shared):
        saved = services.change_filter(
            saved=saved, name=data["name"], is_shared=is_shared, by=request.user, now=now
        )
    if data["is_start"] != was_start:
        services.choose_start_view(saved=saved if data["is_start"] else None, by=request.user)
    return saved

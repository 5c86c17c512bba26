"""Changing many people at once: choose what, look at the effect, run it, undo it."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from crm.people.bulk_changes import services
from crm.people.bulk_changes.effects import REASONS, Change
from crm.people.bulk_changes.errors import BulkValueError, SelectionChangedError
from crm.people.bulk_changes.services import Selection
from crm.people.choices import BulkAction, BulkState, Status
from crm.people.facts import CATALOGUE, value_text
from crm.people.languages import LANGUAGES
from crm.people.models import BulkChange, Person
from frontend.people.bulk_forms import BulkForm
from frontend.people.export_forms import chosen_ids
from frontend.people.forms import FilterForm
from jobs.models import Job
from network.selectors import region_full_name
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

LIST_PAGE = "people/bulk_list.html"
CHOOSE_PAGE = "people/bulk_choose.html"
DETAIL_PAGE = "people/bulk_detail.html"
_ROWS = 20


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody who was left as they were, and why; ``name`` is empty where nobody is there."""

    person_id: str
    name: str
    reason: str


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_BULK_EDIT)
def bulk_changes(request: MemberRequest) -> HttpResponse:
    """Show what was changed for many; take a selection of the list, then what to change."""
    if request.method != "POST":
        found = BulkChange.objects.exclude(state=BulkState.PREVIEWED).select_related("created_by")
        page = Paginator(found.defer("people", "versions"), _ROWS).get_page(request.GET.get("page"))
        rows = [(bulk, _words(services.change_of(bulk))) for bulk in page]
        return render(request, LIST_PAGE, {"page": page, "rows": rows})
    query = QueryDict(request.POST.get("filter", "")[:2_000])
    filters = FilterForm(query)
    takes_all = "all" in request.POST
    chosen = chosen_ids(request.POST)
    back = f"{reverse('people:list')}?{query.urlencode()}"
    if not filters.is_valid() or not (takes_all or chosen):
        messages.error(request, _("Nobody is chosen. Tick people in the list first."))
        return redirect(back)
    form = BulkForm(request.POST if "go" in request.POST else None)
    if form.is_bound and form.is_valid():
        selection = Selection(criteria=filters.wanted()) if takes_all else Selection(chosen=chosen)
        try:
            bulk = services.preview(
                change=form.change(), selection=selection, by=request.user, now=timezone.now()
            )
        except BulkValueError as error:
            form.add_error(form.value_field(BulkAction(form.cleaned_data["action"])), str(error))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect("people:bulk-change", bulk.pk)
    context = {
        "form": form, "chosen": chosen, "takes_all": takes_all, "filter": query.urlencode(),
        "back": back,
    }  # fmt: skip
    return render(request, CHOOSE_PAGE, context, status=422 if form.errors else 200)


@require_safe
@never_cache
@requires(Permission.PERSON_BULK_EDIT)
def bulk_change(request: MemberRequest, bulk_id: UUID) -> HttpResponse:
    """Show a change: what it would do, how far it is, or what it did."""
    return _show(request, _get(request, bulk_id))


@require_POST
@requires(Permission.PERSON_BULK_EDIT)
def run(request: MemberRequest, bulk_id: UUID) -> HttpResponse:
    """Do what was previewed; where other people match by now, show the new preview instead."""
    bulk = _get(request, bulk_id)
    now = timezone.now()
    try:
        services.run(bulk_id=bulk.pk, by=request.user, now=now)
    except SelectionChangedError as error:
        return _preview_again(request, bulk, error)
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("people:bulk-change", bulk.pk)


@require_POST
@requires(Permission.PERSON_BULK_EDIT)
def undo(request: MemberRequest, bulk_id: UUID) -> HttpResponse:
    """Take a change back as a whole."""
    bulk = _get(request, bulk_id)
    try:
        services.undo(bulk_id=bulk.pk, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("people:bulk-change", bulk.pk)


def _get(request: MemberRequest, bulk_id: UUID) -> BulkChange:
    """Return a change; a preview is its owner's only."""
    bulk = get_object_or_404(BulkChange.objects.select_related("created_by"), pk=bulk_id)
    if bulk.state == BulkState.PREVIEWED and bulk.created_by != request.user:
        return get_object_or_404(BulkChange.objects.none())
    return bulk


def _preview_again(
    request: MemberRequest, bulk: BulkChange, error: SelectionChangedError
) -> HttpResponse:
    try:
        again = services.preview(
            change=services.change_of(bulk),
            selection=services.selection_of(bulk),
            by=request.user,
            now=timezone.now(),
        )
    except DomainError as nobody:
        messages.error(request, str(nobody))
        return redirect("people:list")
    text = _("The preview was for {before} people, now {after} match. Nothing was changed.")
    messages.warning(request, text.format(before=error.before, after=error.after))
    return redirect("people:bulk-change", again.pk)


def _show(request: MemberRequest, bulk: BulkChange) -> HttpResponse:
    now = timezone.now()
    change = services.change_of(bulk)
    context: dict[str, Any] = {"bulk": bulk, "what": _words(change)}
    if bulk.state == BulkState.PREVIEWED:
        try:
            seen = services.foresee(bulk, by=request.user, now=now)
        except DomainError as error:
            messages.error(request, str(error))
            return redirect("people:list")
        context |= {
            "seen": seen,
            "refused": [(REASONS.get(code, code), n) for code, n in seen.refused.items()],
            "samples": [
                (name, _value_words(change, before), _value_words(change, after))
                for name, before, after in seen.samples
            ],
        }
        return render(request, DETAIL_PAGE, context)
    if bulk.job_key:
        context["job"] = Job.objects.filter(pk=bulk.job_key).first()
        context["may_retry"] = may(request.user, Permission.JOB_RETRY)
    context |= {
        "may_undo": services.can_undo(bulk, now=now),
        "left": _left_out(bulk),
        "left_count": bulk.reached - bulk.changed - bulk.already,
        "kept": bulk.changed - bulk.restored,
        "reasons": Counter(str(REASONS.get(c, c)) for _pk, c in bulk.left_out).items(),
    }
    return render(request, DETAIL_PAGE, context)


def _left_out(bulk: BulkChange) -> list[LeftOut]:
    """Return the first who were left as they were, with their names."""
    first = bulk.left_out[:50]
    names = dict(
        Person.objects.filter(pk__in=[pk for pk, _code in first]).values_list("pk", "full_name")
    )
    return [
        LeftOut(pk, names.get(UUID(pk), ""), str(REASONS.get(code, _("could not be changed"))))
        for pk, code in first
    ]


def _words(change: Change) -> str:
    """Return a change in words, such as "add a language: Hakka"."""
    value: Any = change.value
    if change.action is BulkAction.STATUS:
        value = Status(value).label
    elif change.action is BulkAction.REGION:
        value = region_full_name(value)
    elif change.action in {BulkAction.ADD_LANGUAGE, BulkAction.REMOVE_LANGUAGE}:
        value = LANGUAGES.get(value, value)
    elif change.action is BulkAction.FACT:
        fact = CATALOGUE[change.fact]
        return _("{field}: {value}").format(field=fact.label, value=value_text(fact, value))
    return _("{field}: {value}").format(field=change.action.label, value=value)


def _value_words(change: Change, value: Any) -> str:
    """Return what the column says, in words."""
    if change.action is BulkAction.STATUS:
        return str(Status(value).label)
    if change.action is BulkAction.REGION:
        return region_full_name(value or "")
    if change.action is BulkAction.FACT:
        code = value.get(change.fact, "")
        return value_text(CATALOGUE[change.fact], code) if code else ""
    if isinstance(value, list):
        return _(", ").join(str(LANGUAGES.get(code, code)) for code in value)
    return str(value)

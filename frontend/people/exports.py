"""Pages of lists that leave the site: asking, deciding, fetching; and the empty roster."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from crm.people.choices import ExportFormat, ExportState
from crm.people.exporting import requests
from crm.people.exporting.catalogue import site_columns
from crm.people.exporting.making import specs_of
from crm.people.exporting.selection import Selection, count_people
from crm.people.exporting.template import empty_roster
from crm.people.models import ExportRequest
from frontend.people.export_forms import ExportForm, RefusalForm, chosen_ids
from frontend.people.forms import FilterForm
from jobs.models import Job
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

FORM_PAGE = "people/export_form.html"
LIST_PAGE = "people/export_list.html"
DETAIL_PAGE = "people/export_detail.html"
_ROWS = 25
_TYPES = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv; charset=utf-8",
}
_TEMPLATE_NAME = "归侨侨眷登记表.xlsx"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EXPORT)
def ask(request: MemberRequest) -> HttpResponse:
    """Ask for the list that the filter in the address makes, or of it the people named there."""
    filters = FilterForm(request.GET)
    if not filters.is_valid():
        return redirect("people:list")
    selection = Selection(filters.wanted(), chosen_ids(request.GET))
    may_clear = may(request.user, Permission.PERSON_EXPORT_CLEAR)
    form = ExportForm(
        request.POST or None,
        columns=site_columns(),
        may_clear=may_clear,
        initial={"columns": requests.usual_columns(request.user)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            export = requests.ask_for_export(
                selection=selection, **form.values(), by=request.user, now=timezone.now()
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            if export.state == ExportState.WAITING:
                messages.info(request, _("Your export waits for somebody else to agree."))
            return redirect("people:export", export.pk)
    context: dict[str, Any] = {"form": form, "may_clear": may_clear}
    try:
        context["count"] = count_people(selection, by=request.user, now=timezone.now())
    except DomainError as error:
        context["problem"] = str(error)
    else:
        context["limit"] = requests.ALONE_UP_TO
        context["is_long"] = requests.needs_agreement(context["count"])
        context["has_second"] = requests.can_anybody_else_approve(request.user)
    return render(request, FORM_PAGE, context, status=422 if form.errors else 200)


@require_safe
@never_cache
@requires(Permission.PERSON_EXPORT)
def export_list(request: MemberRequest) -> HttpResponse:
    """Show the own exports, and to those who decide the others' as well."""
    found = requests.visible_exports(request.user)
    page = Paginator(found, _ROWS).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "exports": [(export, state_kind(export)) for export in page],
        "sees_all": may(request.user, Permission.PERSON_APPROVE_EXPORT),
    }
    return render(request, LIST_PAGE, context)


@require_safe
@never_cache
@requires(Permission.PERSON_EXPORT)
def export_detail(request: MemberRequest, export_id: UUID) -> HttpResponse:
    """Show one export: where it stands, and what can be done with it."""
    return _show(request, _export(request, export_id), RefusalForm())


@require_POST
@requires(Permission.PERSON_APPROVE_EXPORT)
def approve(request: MemberRequest, export_id: UUID) -> HttpResponse:
    """Agree to what somebody else wants to take along."""
    export = _export(request, export_id)
    try:
        requests.approve_export(export_id=export.pk, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You agreed. The file is being made for whoever asked."))
    return redirect("people:export", export.pk)


@require_POST
@requires(Permission.PERSON_APPROVE_EXPORT)
def refuse(request: MemberRequest, export_id: UUID) -> HttpResponse:
    """Refuse what somebody else wants to take along."""
    export = _export(request, export_id)
    form = RefusalForm(request.POST)
    if form.is_valid():
        try:
            requests.refuse_export(
                export_id=export.pk,
                refusal=form.cleaned_data["refusal"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("You refused. Whoever asked can read why."))
            return redirect("people:export", export.pk)
    return _show(request, export, form, status=422)


@require_POST
@never_cache
@requires(Permission.PERSON_EXPORT)
def fetch(request: MemberRequest, export_id: UUID) -> HttpResponse:
    """Give the file to who asked for it; every time goes on record."""
    export = get_object_or_404(ExportRequest, pk=export_id, requested_by=request.user)
    try:
        export, content = requests.fetch_export(
            export_id=export.pk, by=request.user, now=timezone.now()
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("people:export", export.pk)
    day = timezone.localdate(export.made_at)
    name = f"人员名单-{day:%Y%m%d}-{str(export.pk)[-6:]}.{export.file_format}"
    return as_file(content, name, _TYPES[ExportFormat(export.file_format)])


@require_safe
@requires(Permission.PERSON_EXPORT)
def roster_template(request: MemberRequest) -> HttpResponse:
    """Give an empty roster to fill in."""
    return as_file(empty_roster(), _TEMPLATE_NAME, _TYPES[ExportFormat.XLSX])


def as_file(content: bytes, name: str, content_type: str) -> HttpResponse:
    """Answer with a file to save: never shown by the browser, never kept by anybody between."""
    return HttpResponse(
        content,
        content_type=content_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


def state_kind(export: ExportRequest) -> str:
    """Return the kind of badge that shows where an export stands."""
    kinds = {
        ExportState.WAITING: "warn",
        ExportState.APPROVED: "primary",
        ExportState.MADE: "good",
        ExportState.REFUSED: "bad",
    }
    return kinds.get(ExportState(export.state), "")


def _export(request: MemberRequest, export_id: UUID) -> ExportRequest:
    return get_object_or_404(requests.visible_exports(request.user), pk=export_id)


def _show(
    request: MemberRequest, export: ExportRequest, form: RefusalForm, *, status: int = 200
) -> HttpResponse:
    is_own = export.requested_by_id == request.user.pk
    context = {
        "export": export,
        "kind": state_kind(export),
        "columns": [spec.label for spec in specs_of(export)],
        "job": Job.objects.filter(pk=export.job_key).first() if export.job_key else None,
        "is_own": is_own,
        "may_decide": not is_own
        and export.state == ExportState.WAITING
        and may(request.user, Permission.PERSON_APPROVE_EXPORT),
        "has_second": not is_own or requests.can_anybody_else_approve(request.user),
        "form": form,
    }
    return render(request, DETAIL_PAGE, context, status=status)

"""Importing a file of people: each step is a page, and the long ones show their progress."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from crm.people.importing import batches
from crm.people.importing.batches import LARGEST_FILE
from crm.people.importing.errors import DecisionError, FileTooLargeError
from crm.people.importing.plans import plans_of
from crm.people.importing.questions import (
    Show,
    groups_of,
    imports,
    masked_text,
    repairs_in,
    rows_to_show,
    undecided,
)
from crm.people.importing.results import hand_out
from crm.people.models import ImportBatch, ImportState
from frontend.imports.forms import FileForm, SheetForm
from frontend.imports.present import RowView, decisions_in, state_kind
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

LIST_PAGE = "imports/import_list.html"
UPLOAD_PAGE = "imports/upload.html"
DETAIL_PAGE = "imports/import_detail.html"
COLUMNS_PAGE = "imports/columns.html"
ROWS_PAGE = "imports/rows.html"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PER_PAGE = 50


@require_safe
@never_cache
@requires(Permission.PERSON_IMPORT)
def import_list(request: MemberRequest) -> HttpResponse:
    """Show the site's imports, newest first."""
    page = Paginator(imports(), _PER_PAGE).get_page(request.GET.get("page"))
    lines = [(batch, state_kind(batch)) for batch in page]
    return render(request, LIST_PAGE, {"page": page, "lines": lines})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_IMPORT)
def upload(request: MemberRequest) -> HttpResponse:
    """Take a file in."""
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST":
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            given = form.cleaned_data["file"]
            try:
                if given.size > LARGEST_FILE:
                    raise FileTooLargeError
                batch = batches.upload(
                    name=given.name, data=given.read(), by=request.user, now=timezone.now()
                )
            except DomainError as error:
                form.add_error("file", str(error))
            else:
                return redirect("imports:detail", batch.pk)
    return render(request, UPLOAD_PAGE, {"form": form}, status=422 if form.errors else 200)


@require_safe
@never_cache
@requires(Permission.PERSON_IMPORT)
def detail(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Show how far an import is, and what can be done next."""
    batch = _batch(batch_id)
    if batch.state == ImportState.PLANNED:
        return _show_columns(request, batch)
    job = batches.job_of(batch)
    context: dict[str, Any] = {
        "batch": batch,
        "state_kind": state_kind(batch),
        "job": job,
        "is_stuck": batches.is_stuck(batch, job),
        "may_retry": may(request.user, Permission.JOB_RETRY),
        "may_undo": batch.undo_until is not None and timezone.now() <= batch.undo_until,
        "now": timezone.now(),
    }
    if batch.state == ImportState.CHECKED:
        groups = groups_of(batch)
        for group in groups:
            group.example = masked_text(group.example)
        context |= {
            "errors": [group for group in groups if group.severity == "error"],
            "warnings": [g for g in groups if g.severity != "error" and not g.repair],
            "repairs": repairs_in(groups, batch),
            "undecided": undecided(batch),
        }
    return render(request, DETAIL_PAGE, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_IMPORT)
def columns(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Say what the columns mean; the check begins."""
    batch = _batch(batch_id)
    if batch.state not in {ImportState.PLANNED, ImportState.CHECKED}:
        return redirect("imports:detail", batch.pk)
    if request.method != "POST":
        return _show_columns(request, batch)
    forms = _sheet_forms(batch, request)
    if [form for form in forms if not form.is_valid()]:
        return _show_columns(request, batch, forms)
    try:
        batches.check(
            batch_id=batch.pk,
            answers=[form.answer() for form in forms],
            refused=batch.refused,
            by=request.user,
            now=timezone.now(),
        )
    except DomainError as error:
        return _show_columns(request, batch, forms, problem=str(error))
    return redirect("imports:detail", batch.pk)


@require_POST
@requires(Permission.PERSON_IMPORT)
def repairs(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Say which kinds of repair are accepted; the check begins anew."""
    offered, accepted = request.POST.getlist("offered"), set(request.POST.getlist("accepted"))
    refused = [code[:40] for code in offered if code not in accepted]
    return _do(
        request,
        batch_id,
        lambda **given: batches.check(refused=refused, **given),
        _("The file is checked again."),
    )


@require_safe
@never_cache
@requires(Permission.PERSON_IMPORT)
def rows(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Show rows of the file with what is said about them, and ask about doubtful ones."""
    batch = _batch(batch_id)
    wanted = request.GET.get("show", "")
    show = Show(wanted) if wanted in set(Show) else Show.ALL
    page = Paginator(rows_to_show(batch, show), _PER_PAGE).get_page(request.GET.get("page"))
    is_open = batch.state == ImportState.CHECKED
    views = [RowView.of(row, is_open=is_open) for row in page]
    context = {
        "batch": batch,
        "page": page,
        "rows": views,
        "show": show.value,
        "shows": _show_choices(),
        "may_decide": any(view.decisions for view in views),
        "has_outcomes": not is_open,
        "sheets": len([plan for plan in plans_of(batch) if not plan.skipped]),
    }
    return render(request, ROWS_PAGE, context)


@require_POST
@requires(Permission.PERSON_IMPORT)
def decide(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Keep what was said about rows whose people may be there already."""
    batch = _batch(batch_id)
    try:
        decisions = {UUID(key): decision for key, decision in decisions_in(request.POST)}
        batches.decide(batch_id=batch.pk, decisions=decisions)
    except (ValueError, ValidationError):
        messages.error(request, str(DecisionError()))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Your decisions are saved."))
    return redirect("imports:detail", batch.pk)


@require_POST
@requires(Permission.PERSON_IMPORT)
def run(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Put the checked rows on the register."""
    return _do(request, batch_id, batches.run, _("The import has begun."))


@require_POST
@requires(Permission.PERSON_IMPORT)
def undo(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Take an import back."""
    return _do(request, batch_id, batches.undo, _("The import is being undone."))


@require_POST
@requires(Permission.PERSON_IMPORT)
def go_on(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Continue a step whose job failed."""
    return _do(request, batch_id, batches.go_on, _("The import goes on."))


@require_POST
@requires(Permission.PERSON_IMPORT)
def discard(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Remove a file that was not imported."""
    batch = _batch(batch_id)
    try:
        batches.discard(batch_id=batch.pk, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("imports:detail", batch.pk)
    messages.success(request, _("The file is removed; nothing was imported."))
    return redirect("imports:list")


@require_POST
@requires(Permission.PERSON_IMPORT)
def file(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Give the same file back with a column that says what is wrong."""
    batch = _batch(batch_id)
    only_bad = request.POST.get("which") != "all"
    content = hand_out(batch=batch, only_bad=only_bad, by=request.user, now=timezone.now())
    name = f"{batch.name.rpartition('.')[0]}-错误信息.xlsx"
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return answer


def _batch(batch_id: UUID) -> ImportBatch:
    return get_object_or_404(
        ImportBatch.objects.select_related("created_by", "ran_by"), pk=batch_id
    )


def _do(
    request: MemberRequest, batch_id: UUID, verb: Callable[..., Any], outcome: Promise
) -> HttpResponse:
    batch = _batch(batch_id)
    try:
        verb(batch_id=batch.pk, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, str(outcome))
    return redirect("imports:detail", batch.pk)


def _sheet_forms(batch: ImportBatch, request: MemberRequest) -> list[SheetForm]:
    data = request.POST if request.method == "POST" else None
    return [SheetForm(plan, number, data) for number, plan in enumerate(plans_of(batch))]


def _show_columns(
    request: MemberRequest,
    batch: ImportBatch,
    forms: list[SheetForm] | None = None,
    problem: str = "",
) -> HttpResponse:
    sheets = forms or _sheet_forms(batch, request)
    context = {
        "batch": batch,
        "sheets": [form for form in sheets if form.is_read],
        "others": [form.plan for form in sheets if not form.is_read],
        "problem": problem,
    }
    return render(request, COLUMNS_PAGE, context, status=422 if forms else 200)


def _show_choices() -> list[tuple[str, Promise]]:
    return [
        (Show.DECIDE, _("to decide")),
        (Show.ERRORS, _("with errors")),
        (Show.UPDATES, _("add to somebody")),
        (Show.WARNINGS, _("with remarks")),
        (Show.KEPT, _("not taken back")),
        (Show.ALL, _("all")),
    ]

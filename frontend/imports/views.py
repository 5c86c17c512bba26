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
from django.utils.translation import pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from crm.people.importing import batches
from crm.people.importing.batches import LARGEST_FILE
from crm.people.importing.errors import DecisionError, FileTooLargeError
from crm.people.importing.plans import plans_of
from crm.people.importing.questions import (
    Show,
    going_in,
    groups_of,
    imports,
    repairs_in,
    rows_to_show,
    undecided,
)
from crm.people.importing.results import hand_out
from crm.people.importing.shapes import Skip
from crm.people.models import ImportBatch, ImportState
from crm.people.selectors import fact_catalogue
from frontend.imports.forms import FileForm, SheetForm
from frontend.imports.present import (
    GroupView,
    RowView,
    decisions_in,
    sheet_names,
    state_kind,
)
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

LIST_PAGE = "imports/import_list.html"
UPLOAD_PAGE = "imports/upload.html"
DETAIL_PAGE = "imports/import_detail.html"
COLUMNS_PAGE = "imports/columns.html"
ROWS_PAGE = "imports/rows.html"
UNDO_PAGE = "imports/undo.html"
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
        names = sheet_names(plans_of(batch))
        found = groups_of(batch)
        groups = [GroupView.of(group, names) for group in found]
        context |= {
            "errors": [group for group in groups if group.severity == "error"],
            "warnings": [g for g in groups if g.severity != "error" and not g.repair],
            "repairs": [
                (repair, [GroupView.of(group, names) for group in repair.groups])
                for repair in repairs_in(found, batch)
            ],
            "undecided": undecided(batch),
            "going_in": going_in(batch),
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
    if not any(form.answer().is_wanted and form.has_columns for form in forms):
        return _show_columns(request, batch, forms, problem=_("Choose at least one sheet."))
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
def headings(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Say where the headings of a sheet stand; the file is looked at again."""
    batch = _batch(batch_id)
    if batch.state not in {ImportState.PLANNED, ImportState.CHECKED}:
        return redirect("imports:detail", batch.pk)
    forms = _sheet_forms(batch, request)
    number = request.POST.get("sheet", "")
    asked = next((form for form in forms if str(form.number) == number), None)
    for form in forms:
        form.is_valid()  # what is wrong with the columns is said when they are sent
    correction = asked.correction() if asked else None
    if asked is None or correction is None:
        return _show_columns(request, batch, forms)
    try:
        batches.set_headings(
            batch_id=batch.pk,
            sheet=asked.number,
            correction=correction,
            answers=[form.answer() for form in forms],
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
    return _do(request, batch_id, lambda **given: batches.check(refused=refused, **given))


@require_safe
@never_cache
@requires(Permission.PERSON_IMPORT)
def rows(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Show rows of the file with what is said about them, and ask about doubtful ones."""
    batch = _batch(batch_id)
    wanted, shows = request.GET.get("show", ""), _show_choices(batch)
    show = Show(wanted) if wanted in dict(shows) else Show.ALL
    page = Paginator(rows_to_show(batch, show), _PER_PAGE).get_page(request.GET.get("page"))
    is_open = batch.state == ImportState.CHECKED
    names = sheet_names(plans_of(batch))
    views = [RowView.of(row, names, is_open=is_open) for row in page]
    context = {
        "batch": batch,
        "page": page,
        "rows": views,
        "show": show.value,
        "shows": shows,
        "may_decide": any(view.decisions for view in views),
        "has_outcomes": not is_open,
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
    return _do(request, batch_id, batches.run)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_IMPORT)
def undo(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Ask whether an import is to be taken back, and take it back."""
    if request.method == "POST":
        return _do(request, batch_id, batches.undo)
    batch = _batch(batch_id)
    if batch.state != ImportState.DONE:
        return redirect("imports:detail", batch.pk)
    return render(request, UNDO_PAGE, {"batch": batch})


@require_POST
@requires(Permission.PERSON_IMPORT)
def go_on(request: MemberRequest, batch_id: UUID) -> HttpResponse:
    """Continue a step whose job failed."""
    return _do(request, batch_id, batches.go_on)


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


def _do(request: MemberRequest, batch_id: UUID, verb: Callable[..., Any]) -> HttpResponse:
    """Begin a step; the page of the import tells what is going on and what became of it."""
    batch = _batch(batch_id)
    try:
        verb(batch_id=batch.pk, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("imports:detail", batch.pk)


def _sheet_forms(batch: ImportBatch, request: MemberRequest) -> list[SheetForm]:
    data = request.POST if request.method == "POST" else None
    facts = fact_catalogue()
    return [SheetForm(plan, number, facts, data) for number, plan in enumerate(plans_of(batch))]


def _show_columns(
    request: MemberRequest,
    batch: ImportBatch,
    forms: list[SheetForm] | None = None,
    problem: str | Promise = "",
) -> HttpResponse:
    sheets = forms or _sheet_forms(batch, request)
    context = {
        "batch": batch,
        "sheets": [form for form in sheets if form.plan.skipped != Skip.BLANK],
        "blank": [form.plan for form in sheets if form.plan.skipped == Skip.BLANK],
        "may_check": any(form.has_columns for form in sheets),
        "faulty": [form for form in sheets if form.is_bound and form.errors],
        "problem": problem,
    }
    return render(request, COLUMNS_PAGE, context, status=422 if forms else 200)


def _show_choices(batch: ImportBatch) -> list[tuple[str, str | Promise]]:
    """Return the lists of rows that there can be in the state of an import."""
    if batch.state == ImportState.UNDONE:
        own: list[tuple[str, str | Promise]] = [(Show.KEPT, _("not taken back"))]
    elif batch.ran_at is not None:
        own = [
            (Show.ADDED, pgettext_lazy("rows", "added")),
            (Show.COMPLETED, pgettext_lazy("rows", "completed")),
            (Show.LEFT, pgettext_lazy("rows", "left out")),
        ]
    else:
        own = [
            (Show.DECIDE, _("to decide")),
            (Show.ADDED, _("new people")),
            (Show.UPDATES, _("add to somebody")),
            (Show.WARNINGS, _("with remarks")),
        ]
    return [(Show.ALL, pgettext_lazy("rows", "all")), *own, (Show.ERRORS, _("with errors"))]

"""The page of an identity, its steps, its links, and the list of those to review."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError, StaleWriteError
from crm.people.choices import EndReason, IdentityState
from crm.people.errors import InvalidPersonError
from crm.people.identities import grounds, rules, selectors, services
from crm.people.models import IdentityGround, PersonIdentity
from frontend.people.identity_forms import (
    GroundEndForm,
    GroundForm,
    KeepForm,
    ReviewFilterForm,
    StepForm,
)
from frontend.people.identity_words import (
    STEP_LABELS,
    ground_line,
    history_of,
    line_of,
    relative_text,
    steps_now,
)
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

DETAIL_PAGE = "people/identity_detail.html"
STEP_PAGE = "people/identity_step.html"
REVIEWS_PAGE = "people/review_list.html"
PAGE_SIZE = 50


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def identity(request: MemberRequest, person_id: UUID, identity_id: UUID) -> HttpResponse:
    """Show an identity: how far it is established, what it rests on, all that happened."""
    return _show(request, _identity(person_id, identity_id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def step(request: MemberRequest, person_id: UUID, identity_id: UUID, to: str) -> HttpResponse:
    """Ask what belongs to the next step, then take it."""
    row = _identity(person_id, identity_id)
    if to not in IdentityState.values:
        raise Http404
    state = IdentityState(to)
    if state in rules.DECISIONS and not may(request.user, Permission.IDENTITY_DECIDE):
        raise PermissionDenied(Permission.IDENTITY_DECIDE)
    form = StepForm(state, request.POST or None, initial={"seen": selectors.last_key(row)})

    def act() -> None:
        services.move(
            identity_id=row.pk,
            seen=form.cleaned_data["seen"],
            move=form.move(),
            by=request.user,
            now=timezone.now(),
        )

    if request.method != "POST" and state not in rules.next_states(row.state):
        # An old link, or somebody was faster.
        return redirect("people:identity", person_id, identity_id)
    return _ask(request, row, form, act, title=STEP_LABELS[state])


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.IDENTITY_DECIDE)
def keep(request: MemberRequest, person_id: UUID, identity_id: UUID) -> HttpResponse:
    """Ask why an identity stays as it is, then close its review."""
    row = _identity(person_id, identity_id)
    form = KeepForm(request.POST or None, initial={"seen": selectors.last_key(row)})

    def act() -> None:
        services.keep(
            identity_id=row.pk,
            seen=form.cleaned_data["seen"],
            reason=form.cleaned_data["reason"],
            by=request.user,
            now=timezone.now(),
        )

    return _ask(request, row, form, act, title=_("Keep it"))


@require_POST
@requires(Permission.PERSON_EDIT)
def undo(request: MemberRequest, person_id: UUID, identity_id: UUID) -> HttpResponse:
    """Undo the last step."""
    row = _identity(person_id, identity_id)
    form = KeepForm({"seen": request.POST.get("seen", ""), "reason": "-"})
    try:
        if not form.is_valid():
            raise StaleWriteError
        seen = form.cleaned_data["seen"]
        services.undo(identity_id=row.pk, seen=seen, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Undone. Both steps stay in the history."))
    return redirect("people:identity", person_id, identity_id)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def add_ground(request: MemberRequest, person_id: UUID, identity_id: UUID) -> HttpResponse:
    """Let an identity rest on a relative. The address may be opened again after a mistake."""
    row = _identity(person_id, identity_id)
    if request.method != "POST":
        return redirect("people:identity", person_id, identity_id)
    form = GroundForm(selectors.candidates(row), request.POST)
    if form.is_valid():
        try:
            grounds.add_ground(
                identity_id=row.pk,
                key=form.cleaned_data["ground"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error("ground", str(error))
        else:
            messages.success(request, _("The identity rests on this relative now."))
            return redirect("people:identity", person_id, identity_id)
    return _show(request, row, form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def end_ground(
    request: MemberRequest, person_id: UUID, identity_id: UUID, ground_id: UUID
) -> HttpResponse:
    """Ask why an identity no longer rests on a relative, then end that link."""
    row = _identity(person_id, identity_id)
    ground = get_object_or_404(IdentityGround, pk=ground_id, identity=row, ended_on=None)
    form = GroundEndForm(request.POST or None)

    def act() -> None:
        grounds.end_ground(
            ground_id=ground.pk,
            reason=EndReason(form.cleaned_data["reason"]),
            on=form.cleaned_data["on"],
            by=request.user,
            now=timezone.now(),
        )

    note = relative_text(selectors.relative_of(ground))
    return _ask(request, row, form, act, title=_("No longer rests on this relative"), note=note)


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def reviews(request: MemberRequest) -> HttpResponse:
    """List the identities that somebody must look at again, the oldest review first."""
    form = ReviewFilterForm(request.GET)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    page = Paginator(selectors.reviews_for(reason), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": [(row, line_of(row)) for row in page],
        "is_narrowed": bool(reason),
    }
    return render(request, REVIEWS_PAGE, context, status=422 if form.errors else 200)


def _ask(
    request: MemberRequest,
    row: PersonIdentity,
    form: Form,
    act: Callable[[], None],
    *,
    title: object,
    note: str = "",
) -> HttpResponse:
    """Show a form of an identity or, once it is filled in properly, act and go back."""
    status = 200
    context: dict[str, Any] = {"form": form, "title": title, "note": note}
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act()
            except InvalidPersonError as error:
                for problem in error.problems:
                    named = problem.field if problem.field in form.fields else None
                    form.add_error(named, str(problem.message))
            except StaleWriteError as error:
                context["stale"], status = str(error), 409
            except DomainError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error))
            else:
                messages.success(request, _("Written down."))
                return redirect("people:identity", row.person_id, row.pk)
    context |= {"person": row.person, "identity": row, "line": line_of(row)}
    return render(request, STEP_PAGE, context, status=status)


def _show(
    request: MemberRequest, row: PersonIdentity, form: GroundForm | None = None
) -> HttpResponse:
    may_edit = may(request.user, Permission.PERSON_EDIT)
    may_decide = may(request.user, Permission.IDENTITY_DECIDE)
    rests_on_kin = row.code in rules.REST_ON_KIN
    is_open = row.state in rules.OPEN
    if form is None and may_edit and rests_on_kin and is_open:
        form = GroundForm(selectors.candidates(row))
    steps = selectors.steps_of(row)
    context = {
        "person": row.person,
        "identity": row,
        "line": line_of(row),
        "next_steps": steps_now(row, may_decide=may_decide) if may_edit else [],
        "history": history_of(row),
        "may_undo": may_edit and rules.may_undo(steps, by=request.user.pk, now=timezone.now()),
        "seen": selectors.last_key(row),
        "rests_on_kin": rests_on_kin,
        "grounds": [ground_line(ground) for ground in row.grounds.all()],
        "form": form,
        "may_edit": may_edit,
        "may_decide": may_decide,
        "may_reveal": may(request.user, Permission.PERSON_REVEAL),
    }
    return render(request, DETAIL_PAGE, context, status=422 if form and form.errors else 200)


def _identity(person_id: UUID, identity_id: UUID) -> PersonIdentity:
    found = PersonIdentity.objects.filter(person=person_id)
    return get_object_or_404(selectors.with_history(found), pk=identity_id)

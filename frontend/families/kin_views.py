"""Pages of relatives: linking, ending, relatives abroad, and who might be 侨眷."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from crm.people.choices import EndReason, KinCode, KinLink
from crm.people.identities.declaring import declare_relative
from crm.people.kinship import overseas, selectors, services
from crm.people.models import Kinship, OverseasKin, Person
from frontend.families.forms import EndForm, KinForm, OverseasKinForm
from frontend.families.picking import FIND_BUTTON
from frontend.families.present import GroundView
from frontend.families.taking import FORM_PAGE, searched
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

CANDIDATES_PAGE = "families/candidate_list.html"
PAGE_SIZE = 50
# Services name the relative; the form's field is the choice of one.
_FIELDS = {"relative": "chosen"}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def add_kin(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Link a relative who is on the register."""
    person = get_object_or_404(Person, pk=person_id)
    context = _about(person, _("Add a relative"), _("Add the relative"))
    if request.method != "POST" or FIND_BUTTON in request.POST:
        initial = request.POST.dict() or request.GET.dict()
        context["form"] = KinForm(initial=initial, user=request.user, person=person)
        return searched(request, context)
    form = context["form"] = KinForm(request.POST, user=request.user, person=person)
    if form.is_valid():
        try:
            linked = services.add_kinship(
                person_id=person.pk, **form.link(), by=request.user, now=timezone.now()
            )
        except Person.DoesNotExist:
            form.add_error("chosen", _("This person is no longer on the register."))
        except DomainError as error:
            _say(form, error)
        else:
            for warning in linked.warnings:
                messages.warning(request, str(warning.message))
            messages.success(request, _("The relative is on record, in both directions."))
            return redirect(_family_url(person))
    return render(request, FORM_PAGE, context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def end_kin(request: MemberRequest, person_id: UUID, kinship_id: UUID) -> HttpResponse:
    """Write down that a link ended, or was entered by mistake."""
    person = get_object_or_404(Person, pk=person_id)
    row = get_object_or_404(selectors.links_of(person.pk), pk=kinship_id)
    other = row.relative if row.person_id == person.pk else row.person
    title = _("End or remove: {term} {name}").format(
        term=selectors.term_seen_from(person, row), name=other.full_name
    )
    reasons = _reasons(row)

    def end(reason: EndReason, form: EndForm) -> None:
        if reason is EndReason.MISTAKE:
            services.remove_kinship(kinship_id=row.pk, by=request.user, now=timezone.now())
        else:
            services.end_kinship(
                kinship_id=row.pk, reason=reason, on=form.cleaned_data["on"],
                by=request.user, now=timezone.now(),
            )  # fmt: skip

    return _end(request, person, title, reasons, end)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def add_overseas(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Write down a relative abroad."""
    return _enter_overseas(request, get_object_or_404(Person, pk=person_id), None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def edit_overseas(request: MemberRequest, person_id: UUID, kin_id: UUID) -> HttpResponse:
    """Correct a relative abroad."""
    person = get_object_or_404(Person, pk=person_id)
    kin = get_object_or_404(selectors.overseas_kin_of(person.pk), pk=kin_id)
    return _enter_overseas(request, person, kin)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def end_overseas(request: MemberRequest, person_id: UUID, kin_id: UUID) -> HttpResponse:
    """Write down that the link to a relative abroad ended, or was never true."""
    person = get_object_or_404(Person, pk=person_id)
    kin = get_object_or_404(selectors.overseas_kin_of(person.pk), pk=kin_id)
    title = _("End or remove: {term}").format(term=kin.get_relation_display())
    reasons = [
        reason
        for reason in EndReason
        if kin.relation in overseas.ENDS.get(reason, KinCode.values)
        and (reason is EndReason.MISTAKE or not kin.ended_on)
    ]

    def end(reason: EndReason, form: EndForm) -> None:
        overseas.end_overseas_kin(
            kin_id=kin.pk, reason=reason, on=form.cleaned_data["on"] or timezone.localdate(),
            by=request.user, now=timezone.now(),
        )  # fmt: skip

    return _end(request, person, title, reasons, end)


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def candidate_list(request: MemberRequest) -> HttpResponse:
    """List who might be 侨眷 by law and has no such identity, each with the way that shows it."""
    found = selectors.candidates(request.user)
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [(ground.start, GroundView.of(ground)) for ground in page],
        "count": len(found),
        "now": timezone.now(),
        "may_edit": may(request.user, Permission.PERSON_EDIT),
    }
    return render(request, CANDIDATES_PAGE, context)


@require_POST
@requires(Permission.PERSON_EDIT)
def declare(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Write down that somebody says they are 侨眷; that is all, an authority recognises."""
    person = get_object_or_404(Person, pk=person_id)
    try:
        declare_relative(
            person_id=person.pk,
            key=request.POST.get("ground", ""),
            by=request.user,
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("{name} is down as self-declared. Check the materials next.").format(
                name=person.full_name
            ),
        )
    return redirect("people:detail", person.pk)


def _enter_overseas(
    request: MemberRequest, person: Person, kin: OverseasKin | None
) -> HttpResponse:
    title = _("Change a relative abroad") if kin else _("Add a relative abroad")
    context = _about(person, title, _("Save"))
    form = context["form"] = OverseasKinForm(request.POST or None, kin=kin)
    if request.method != "POST":
        return render(request, FORM_PAGE, context)
    if form.is_valid():
        try:
            if kin:
                overseas.change_overseas_kin(
                    kin_id=kin.pk, values=form.values(), by=request.user, now=timezone.now()
                )
            else:
                overseas.add_overseas_kin(
                    person_id=person.pk, values=form.values(), by=request.user, now=timezone.now()
                )
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("The relative abroad is on record."))
            return redirect(_family_url(person))
    return render(request, FORM_PAGE, context, status=422)


def _end(
    request: MemberRequest, person: Person, title: str, reasons: list[EndReason], end: Any
) -> HttpResponse:
    context = _about(person, title, _("Save"))
    context["intro"] = _("The link stays in the history. A mistake is shown nowhere any more.")
    initial = {"on": timezone.localdate().isoformat()}
    form = context["form"] = EndForm(request.POST or None, reasons=reasons, initial=initial)
    if request.method != "POST":
        return render(request, FORM_PAGE, context)
    if form.is_valid():
        try:
            end(EndReason(form.cleaned_data["reason"]), form)
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("It is written down."))
            return redirect(_family_url(person))
    return render(request, FORM_PAGE, context, status=422)


def _reasons(row: Kinship) -> list[EndReason]:
    """Return what such a link can end for; one that has ended can only be a mistake."""
    return [
        reason
        for reason in EndReason
        if row.link in services.ENDS.get(reason, KinLink.values)
        and (reason is EndReason.MISTAKE or not row.valid_to)
    ]


def _about(person: Person, title: str, submit: str) -> dict[str, Any]:
    return {
        "title": title,
        "submit": submit,
        "list_label": _("People"),
        "list_url": reverse("people:list"),
        "owner": person.full_name,
        "owner_url": _family_url(person),
    }


def _family_url(person: Person) -> str:
    return f"{reverse('people:detail', args=[person.pk])}#family"


def _say(form: Any, error: DomainError) -> None:
    name = _FIELDS.get(error.field or "", error.field)
    form.add_error(name if name in form.fields else None, str(error))

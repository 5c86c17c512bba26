"""Pages of printed sheets, their check, and a person's own copy of everything."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from crm.people.models import Household, Person, PrintedSheet
from crm.people.printing import own_copy, sheets, typesetting
from crm.people.printing.errors import SheetGoneError
from frontend.accounts.links import absolute
from frontend.accounts.qr import qr_svg
from frontend.forms import Form
from frontend.people.exports import as_file
from tenants.access import MemberRequest, may, public_page, requires
from tenants.permissions import Permission

PRINT_PAGE = "people/print_form.html"
SHEET_PAGE = "people/sheet.html"
PICTURES_PAGE = "people/sheet_pictures.html"
CHECK_PAGE = "people/sheet_check.html"
COPY_PAGE = "people/own_copy.html"
JSON, PDF = "json", "pdf"


class PrintForm(Form):
    """Masked or in full, and what for."""

    is_clear = forms.BooleanField(
        label=gettext_lazy("Numbers, addresses and notes in full, instead of masked"),
        required=False,
    )
    reason = forms.CharField(
        label=gettext_lazy("What is the sheet for?"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Needed for full numbers. The person can read this."),
    )

    def __init__(self, *args: Any, may_clear: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_clear:
            del self.fields["is_clear"]


class CopyForm(Form):
    """Why staff hand out a copy, and in which form."""

    reason = forms.CharField(
        label=gettext_lazy("Why is the copy made?"),
        max_length=200,
        help_text=gettext_lazy("For example: the person asked for it at the window."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_VIEW)
def print_person(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Ask how a person's sheet shall be printed, and put it together."""
    person = get_object_or_404(Person, pk=person_id)

    def make(**chosen: Any) -> PrintedSheet:
        return sheets.print_person(person_id=person.pk, **chosen)

    current = person.memberships.filter(valid_to__isnull=True).select_related("household")
    return _print(
        request,
        make,
        subject=person.full_name,
        back=reverse("people:detail", args=[person.pk]),
        households=[membership.household for membership in current],
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_VIEW)
def print_household(request: MemberRequest, household_id: UUID) -> HttpResponse:
    """Ask how a household's sheet shall be printed, and put it together."""
    household = get_object_or_404(Household, pk=household_id)

    def make(**chosen: Any) -> PrintedSheet:
        return sheets.print_household(household_id=household.pk, **chosen)

    return _print(request, make, subject=household.label, back=reverse("people:list"))


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def sheet(request: MemberRequest, serial: str) -> HttpResponse:
    """Show a sheet as a page to print, for a day and to who made it."""
    try:
        made, content = _own(request, serial)
    except SheetGoneError as error:
        return render(request, SHEET_PAGE, {"gone": str(error)}, status=410)
    context = {
        "sheet": made,
        "content": content,
        "code": qr_svg(content["address"]),
        "can_typeset": typesetting.can_typeset(),
        "in_wechat": _is_wechat(request),
    }
    return render(request, SHEET_PAGE, context)


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def sheet_pdf(request: MemberRequest, serial: str) -> HttpResponse:
    """Give a sheet as PDF; where none can be made, lead to the page that prints as well."""
    try:
        made, content = _own(request, serial)
        document = typesetting.pdf(sheets.TEMPLATE, sheets.with_code(content), now=made.printed_at)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("people:sheet", serial)
    return as_file(document, f"{content['title']}-{serial}.pdf", "application/pdf")


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def sheet_pictures(request: MemberRequest, serial: str) -> HttpResponse:
    """Show a sheet's pages as pictures, for phones and WeChat, which open no PDF."""
    try:
        _made, content = _own(request, serial)
        pages = typesetting.pictures(sheets.TEMPLATE, sheets.with_code(content))
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("people:sheet", serial)
    context = {
        "serial": serial,
        "content": content,
        "numbers": range(1, len(pages) + 1),
        "in_wechat": _is_wechat(request),
    }
    return render(request, PICTURES_PAGE, context)


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def sheet_picture(request: MemberRequest, serial: str, number: int) -> HttpResponse:
    """Give one page of a sheet as a picture."""
    try:
        _made, content = _own(request, serial)
        pages = typesetting.pictures(sheets.TEMPLATE, sheets.with_code(content))
    except DomainError:
        return HttpResponse(status=404)
    if not 1 <= number <= len(pages):
        return HttpResponse(status=404)
    return HttpResponse(
        pages[number - 1],
        content_type="image/png",
        headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
    )


@require_safe
@never_cache
@public_page("Whoever holds a sheet may ask whether we printed it; nothing else is told.")
def check_sheet(request: HttpRequest) -> HttpResponse:
    """Say whether a number on paper is ours, of which day, and whether there is a newer sheet."""
    number = request.GET.get("n", "")[:40].strip()
    found = sheets.check_sheet(number) if number else None
    context = {"number": number, "found": found}
    return render(request, CHECK_PAGE, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_REVEAL)
def person_copy(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Make a copy of everything for a person who asked for it at the window."""
    person = get_object_or_404(Person, pk=person_id)
    form = CopyForm(request.POST or None)
    context = {"form": form, "person": person}
    if request.method == "POST" and form.is_valid():
        return _copy(request, person.pk, form.cleaned_data["reason"], context)
    return render(request, COPY_PAGE, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.SELF_VIEW)
def my_copy(request: MemberRequest) -> HttpResponse:
    """Give people everything that the site holds on them."""
    key = request.user.person_key
    has_file = key is not None and Person.objects.filter(pk=key).exists()
    context = {"is_own": True, "has_file": has_file}
    if request.method == "POST" and key is not None and has_file:
        return _copy(request, key, "", context)
    return render(request, COPY_PAGE, context)


def _print(
    request: MemberRequest,
    make: Callable[..., PrintedSheet],
    *,
    subject: str,
    back: str,
    households: Sequence[Household] = (),
) -> HttpResponse:
    may_clear = may(request.user, Permission.PERSON_REVEAL)
    # A form of which nothing is ticked or written is sent as well.
    data = request.POST if request.method == "POST" else None
    form = PrintForm(data, may_clear=may_clear)

    def address_of(serial: str) -> str:
        return absolute(request, f"{reverse('people:sheet-check')}?n={serial}")

    if request.method == "POST" and form.is_valid():
        try:
            made = make(
                is_clear=form.cleaned_data.get("is_clear", False),
                reason=form.cleaned_data["reason"],
                address_of=address_of,
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return redirect("people:sheet", made.serial)
    context = {
        "form": form,
        "may_clear": may_clear,
        "subject": subject,
        "back": back,
        "households": households,
    }
    return render(request, PRINT_PAGE, context, status=422 if form.errors else 200)


def _copy(
    request: MemberRequest, person_id: UUID, reason: str, context: dict[str, Any]
) -> HttpResponse:
    wants_pdf = request.POST.get("kind") == PDF
    if wants_pdf and not typesetting.can_typeset():
        messages.error(request, _("No PDF can be made here: the font is missing. Take the data."))
        return render(request, COPY_PAGE, context, status=422)
    copy = own_copy.copy_for(
        person_id=person_id, reason=reason, by=request.user, now=timezone.now()
    )
    name = f"本人信息副本-{timezone.localdate():%Y%m%d}"
    if wants_pdf:
        return as_file(copy.to_pdf(), f"{name}.pdf", "application/pdf")
    return as_file(copy.to_json(), f"{name}.json", "application/json")


def _own(request: MemberRequest, serial: str) -> tuple[PrintedSheet, dict[str, Any]]:
    return sheets.own_sheet(serial=serial, by=request.user, now=timezone.now())


def _is_wechat(request: HttpRequest) -> bool:
    return "MicroMessenger" in request.headers.get("User-Agent", "")

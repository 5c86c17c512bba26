"""Pages of consents: on a person's page, the register of them, and one's own."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from common.errors import DomainError
from crm.people.choices import ConsentChannel
from crm.people.consents import selectors, services
from crm.people.models import Consent, Person
from crm.people.purposes import PURPOSES, DataClass, Purpose
from frontend.people.consent_forms import (
    STATES,
    ConsentFilterForm,
    ConsentForm,
    WithdrawalForm,
    words_of,
)
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

GIVE_PAGE = "people/consent_give.html"
PAPER_PAGE = "people/consent_paper.html"
WITHDRAW_PAGE = "people/consent_withdraw.html"
REGISTER_PAGE = "people/consent_list.html"
OWN_PAGE = "people/consents_own.html"
PAGE_SIZE = 50
_KINDS = {selectors.STANDING: "good", selectors.OUTDATED: "warn"}

Text = str | Promise


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One consent in words. ``may_end`` says whether it can still be taken back."""

    consent: Consent
    label: Text
    data: str
    state: Text
    kind: str
    may_end: bool


def line_of(consent: Consent) -> ConsentLine:
    """Return a consent in words, as of today."""
    state = selectors.state_of(consent, timezone.localdate())
    purpose = PURPOSES.get(consent.purpose)
    return ConsentLine(
        consent=consent,
        label=purpose.label if purpose else consent.purpose,
        data=_(", ").join(str(DataClass(part).label) for part in consent.data_classes),
        state=STATES[state],
        kind=_KINDS.get(state, ""),
        may_end=consent.withdrawn_at is None,
    )


def person_consents(person_id: UUID) -> dict[str, Any]:
    """Return what the part of a person's page shows: all consents, and what can be asked for."""
    lines = [line_of(consent) for consent in selectors.consents_of(person_id)]
    standing = {line.consent.purpose for line in lines if line.kind == _KINDS[selectors.STANDING]}
    missing = [
        purpose
        for purpose in PURPOSES.values()
        if purpose.code not in standing or purpose.has_recipient
    ]
    return {"consents": lines, "missing_consents": missing}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def give(request: MemberRequest, person_id: UUID, purpose: str) -> HttpResponse:
    """Write down that somebody agreed, with the words in sight."""
    person, asked = get_object_or_404(Person, pk=person_id), _purpose(purpose)
    form = ConsentForm(request.POST or None, has_recipient=asked.has_recipient)
    if request.method == "POST" and form.is_valid():
        try:
            services.give_consent(
                person_id=person.pk,
                purpose=asked.code,
                by=request.user,
                now=timezone.now(),
                **form.values(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("The consent is written down."))
            return redirect("people:detail", person.pk)
    context = {"form": form, "person": person, "purpose": asked, "words": words_of(asked.current)}
    return render(request, GIVE_PAGE, context, status=422 if form.errors else 200)


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def paper(request: MemberRequest, person_id: UUID, purpose: str) -> HttpResponse:
    """Show the words as a sheet to print and sign, in large type."""
    person, asked = get_object_or_404(Person, pk=person_id), _purpose(purpose)
    context = {
        "person": person,
        "purpose": asked,
        "data": [part.label for part in asked.data_classes],
        "words": words_of(asked.current),
    }
    return render(request, PAPER_PAGE, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def withdraw(request: MemberRequest, person_id: UUID, consent_id: UUID) -> HttpResponse:
    """Take a consent back at the window."""
    consent = get_object_or_404(
        Consent.objects.select_related("person"), pk=consent_id, person=person_id
    )
    form = WithdrawalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _withdraw(request, consent, ConsentChannel(form.cleaned_data["channel"]))
        return redirect("people:detail", consent.person_id)
    context = {"form": form, "person": consent.person, "line": line_of(consent)}
    return render(request, WITHDRAW_PAGE, context, status=422 if form.errors else 200)


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def register(request: MemberRequest) -> HttpResponse:
    """Show the site's register of consents, narrowed by purpose and state."""
    form = ConsentFilterForm(request.GET)
    may_minimise = may(request.user, Permission.PERSON_MINIMISE)
    context: dict[str, Any] = {"form": form, "may_minimise": may_minimise}
    if not form.is_valid():
        return render(request, REGISTER_PAGE, context, status=422)
    found = selectors.consents(form.wanted(), day=timezone.localdate())
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context |= {"page": page, "lines": [line_of(consent) for consent in page]}
    return render(request, REGISTER_PAGE, context)


@require_safe
@never_cache
@requires(Permission.SELF_VIEW)
def own(request: MemberRequest) -> HttpResponse:
    """Show people what they agreed to, and let them agree or take it back."""
    key = _own_key(request.user)
    context: dict[str, Any] = {"has_file": key is not None}
    if key is not None:
        found = person_consents(key)
        context |= found | {
            "offers": [
                (purpose, words_of(purpose.current))
                for purpose in found["missing_consents"]
                if not purpose.has_recipient
            ]
        }
    return render(request, OWN_PAGE, context)


@require_POST
@requires(Permission.SELF_EDIT)
def own_give(request: MemberRequest, purpose: str) -> HttpResponse:
    """Agree to a purpose for oneself."""
    key, asked = _own_key(request.user), _purpose(purpose)
    if key is None or asked.has_recipient:
        raise Http404
    try:
        services.give_consent(
            person_id=key,
            purpose=asked.code,
            channel=ConsentChannel.ONLINE,
            given_on=timezone.localdate(),
            by=request.user,
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Thank you. You can take it back here at any time."))
    return redirect("people:own-consents")


@require_POST
@requires(Permission.SELF_EDIT)
def own_withdraw(request: MemberRequest, consent_id: UUID) -> HttpResponse:
    """Take one's own consent back."""
    consent = get_object_or_404(Consent, pk=consent_id, person=_own_key(request.user))
    _withdraw(request, consent, ConsentChannel.ONLINE)
    return redirect("people:own-consents")


def _withdraw(request: MemberRequest, consent: Consent, channel: ConsentChannel) -> None:
    try:
        services.withdraw_consent(
            consent_id=consent.pk, channel=channel, by=request.user, now=timezone.now()
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The consent is taken back. It counts from now on."))


def _purpose(code: str) -> Purpose:
    try:
        return PURPOSES[code]
    except KeyError:
        raise Http404 from None


def _own_key(user: User) -> UUID | None:
    """Return the reader's own record; None without one, or where it was reduced."""
    key = user.person_key
    return key if key and Person.objects.filter(pk=key).exists() else None

"""The list of people, a person's page, the forms, and the dialog that shows a masked value."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import Role
from accounts.services import forget_unsent
from accounts.services import invite as make_invitation
from common.errors import DomainError
from crm.people import selectors, services
from crm.people.choices import RevealReason
from crm.people.duplicates.scoring import POSSIBLE
from crm.people.errors import DocumentTakenError, InvalidPersonError, PersonChangedError
from crm.people.groups.selectors import saved_filters, sentence_of
from crm.people.merging.selectors import merge_of
from crm.people.models import Person, SavedFilter
from frontend.accounts.members import show_link
from frontend.families.present import FamilyPart
from frontend.people.consents import person_consents
from frontend.people.entry import ADD_BUTTON, PersonEntry, stated, typed
from frontend.people.facts import fact_text
from frontend.people.filter_views import query_of
from frontend.people.forms import (
    FilterForm,
    MemberInviteForm,
    PlaceForm,
    RevealForm,
    untouched_filters,
)
from frontend.people.identity_words import person_identities
from frontend.people.merging import person_merges
from frontend.people.present import PersonView, page_links, without
from frontend.people.rows import COLUMNS, list_rows
from frontend.people.similar import similar_people
from frontend.unsent.views import kept
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

LIST_PAGE = "people/person_list.html"
DETAIL_PAGE = "people/person_detail.html"
FORM_PAGE = "people/person_form.html"
INVITE_PAGE = "people/person_invite.html"
REVEAL_PAGE = "people/person_reveal.html"


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def person_list(request: MemberRequest) -> HttpResponse:
    """Show the people that the filter lets through, a page at a time."""
    saved: list[Any] = [] if request.htmx else list(saved_filters(by=request.user))
    if not request.GET and (start := next((one for one in saved if one.is_start), None)):
        return redirect(f"{reverse('people:list')}?{query_of(start)}")
    context: dict[str, Any] = {
        "chips": _chips(saved, request),
        "may_edit": may(request.user, Permission.PERSON_EDIT),
        "may_export": may(request.user, Permission.PERSON_EXPORT),
        "may_import": may(request.user, Permission.PERSON_IMPORT),
    }
    status = 200
    if not request.GET:
        context["filters"] = untouched_filters(get_language() or "")
        context |= _found(request, selectors.PeopleFilter())
    else:
        form = context["form"] = FilterForm(request.GET)
        if form.is_valid():
            try:
                context |= _found(request, form.wanted())
            except DomainError as error:
                form.add_error(None, str(error))
        status = 422 if form.errors else 200
    response = render(
        request, f"{LIST_PAGE}#people" if request.htmx else LIST_PAGE, context, status=status
    )
    response["Vary"] = "HX-Request"
    return response


def _chips(saved: list[SavedFilter], request: MemberRequest) -> list[tuple[str, str, bool]]:
    """Return name and address of each saved filter, and whether it is the one shown."""
    here = request.GET.urlencode()
    found = [(one.name, query_of(one)) for one in saved]
    return [(name, query, query == here) for name, query in found]


def _found(request: MemberRequest, wanted: selectors.PeopleFilter) -> dict[str, Any]:
    """Return what the list shows of the people that the filter lets through.

    Raises:
        DomainError: the group that was asked for is not there, or no longer understood.
    """
    now = timezone.now()
    may_search_documents = may(request.user, Permission.PERSON_SEARCH_DOCUMENT)
    found = selectors.people(
        wanted, by=request.user, now=now, may_search_documents=may_search_documents
    )
    context: dict[str, Any] = {}
    if wanted.group:
        group = selectors.find_group(wanted.group, by=request.user)
        context = {"group": group, "sentence": sentence_of(group), "as_of": now}
    place = PlaceForm(request.GET).place() if request.GET else {}
    page = selectors.people_page(found, **place)
    if wanted.q:
        page = selectors.explained(page, wanted.q, may_search_documents=may_search_documents)
    may_bulk = may(request.user, Permission.PERSON_BULK_EDIT) and not (
        request.tenant and request.tenant.is_read_only
    )
    return context | {
        "page": page,
        "columns": COLUMNS,
        "rows": list_rows(
            page.people,
            today=timezone.localdate(now),
            list_url=reverse("people:list"),
            may_tick=may_bulk,
        ),
        "links": page_links(request.GET, page),
        "is_narrowed": not wanted.is_empty,
        "fact": fact_text(wanted.fact, selectors.fact_catalogue([wanted.fact])),
        "without_fact": without(request.GET, "fact"),
        "may_bulk": may_bulk,
    }


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def detail(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Show a person with numbers and address masked; an old link leads to the record kept."""
    if merge := merge_of(person_id):
        messages.info(
            request, _("The record you asked for went into this one. It is the same person.")
        )
        return redirect("people:detail", merge.winner_id)
    person = _person(person_id)
    context = {
        "person": person,
        "view": PersonView.of(person, timezone.localdate()),
        "may_edit": may(request.user, Permission.PERSON_EDIT),
        "may_reveal": may(request.user, Permission.PERSON_REVEAL),
        "may_audit": may(request.user, Permission.AUDIT_VIEW),
        "may_invite": may(request.user, Permission.ACCOUNT_MANAGE),
        **person_identities(person.pk),
        "family": FamilyPart.of(person),
        **person_consents(person.pk),
        **person_merges(request, person, timezone.now()),
    }
    return render(request, DETAIL_PAGE, context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def add(request: MemberRequest) -> HttpResponse:
    """Put somebody on the register."""
    return _enter(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_EDIT)
def edit(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Change what is on record."""
    return _enter(request, _person(person_id))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.ACCOUNT_MANAGE)
def invite(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Invite a person to sign in as a member, who then sees who looked at the own record."""
    person = _person(person_id)
    form = MemberInviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invitation, token = make_invitation(
                role=Role.MEMBER,
                display_name=person.full_name[:60],
                phone=form.cleaned_data["phone"],
                person_key=person.pk,
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return show_link(request, invitation, token)
    context = {"form": form, "person": person}
    return render(request, INVITE_PAGE, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_REVEAL)
def reveal(request: MemberRequest, person_id: UUID, field: str) -> HttpResponse:
    """Ask what a masked value is needed for, then show it; in a dialog or as a page."""
    person = _person(person_id)
    masked = services.masked_value(person, field)
    if not masked:
        raise Http404
    form = RevealForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "person": person, "field": field, "masked": masked}
    template = f"{REVEAL_PAGE}#reveal" if request.htmx else REVEAL_PAGE
    if request.method != "POST":
        return render(request, template, context)
    if form.is_valid():
        try:
            context["clear"] = services.reveal(
                person=person,
                field=field,
                reason=RevealReason(form.cleaned_data["reason"]),
                explanation=form.cleaned_data["explanation"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            return render(request, template, context)
    return render(request, template, context, status=422)


def _enter(request: MemberRequest, person: Person | None) -> HttpResponse:
    """Show or take the form of a new person or of ``person``."""
    unsent = kept(request, f"people:edit:{person.pk}" if person else "people:add")
    context: dict[str, Any] = {"person": person, "unsent": unsent}
    if request.method != "POST":
        context["form"] = PersonEntry(unsent.data, person)
        return render(request, FORM_PAGE, context | {"is_unchecked": unsent.data is not None})
    entry = context["form"] = PersonEntry(request.POST, person)
    if ADD_BUTTON in request.POST:
        entry.add_row(request.POST[ADD_BUTTON])
        return render(request, FORM_PAGE, context | {"is_unchecked": True})
    if not entry.is_valid():
        return render(request, FORM_PAGE, context, status=422)
    if person is None and (asking := _ask_who_it_is(request, entry)):
        return render(request, FORM_PAGE, context | asking, status=409)
    try:
        saved = _save(request, entry, person)
    except InvalidPersonError as error:
        entry.add_problems(error.problems)
    except DocumentTakenError as error:
        entry.form.add_error(None, str(error))
        context["other_id"] = error.person_id
    except PersonChangedError as error:
        return _compare(request, entry, error, context)
    else:
        forget_unsent(user=request.user, form=unsent.form)
        for warning in saved.checked.warnings:
            messages.warning(request, str(warning.message))
        messages.success(request, _("{name} is saved.").format(name=saved.person.full_name))
        return redirect("people:detail", saved.person.pk)
    return render(request, FORM_PAGE, context, status=422)


def _ask_who_it_is(request: MemberRequest, entry: PersonEntry) -> dict[str, Any]:
    """Return what the form asks if somebody on record may be meant; empty once that is answered.

    ``none_of`` names the people that somebody has seen and who are not meant.
    """
    similar = similar_people(entry, at_least=POSSIBLE)
    seen = set(request.POST.get("none_of", "").split())
    if any(person.has_same_paper for person in similar):
        return {}
    if seen.issuperset(str(person.id) for person in similar):
        return {}
    none_of = " ".join(str(person.id) for person in similar)
    return {"similar": similar, "is_asking": True, "none_of": none_of, "is_unchecked": True}


def _save(request: MemberRequest, entry: PersonEntry, person: Person | None) -> services.Saved:
    now = timezone.now()
    if person is None:
        return services.add_person(values=entry.values(), by=request.user, now=now)
    return services.change_person(
        person_id=person.pk,
        version=entry.form.cleaned_data["version"] or 0,
        values=entry.values(),
        by=request.user,
        now=now,
    )


def _compare(
    request: MemberRequest, entry: PersonEntry, error: PersonChangedError, context: dict[str, Any]
) -> HttpResponse:
    """Show what was typed beside what is on record now; saving again takes what was typed."""
    current = _person(entry.person.pk) if entry.person else None
    if current is None:
        raise Http404
    mine, theirs = typed(entry), stated(current)
    differences = [
        (entry.form[name].label, mine[name], theirs.get(name, ""))
        for name in mine
        if name in theirs and name != "version" and mine[name] != theirs[name]
    ]
    differences += entry.facts.differing(current.facts)
    # The next attempt is made knowing this version.
    data = request.POST.copy()
    data["version"] = str(error.current)
    context |= {
        "form": PersonEntry(data, current),
        "person": current,
        "differences": differences,
        "conflict": error,
        "is_unchecked": True,
    }
    return render(request, FORM_PAGE, context, status=409)


def _person(person_id: UUID) -> Person:
    return get_object_or_404(selectors.people_with_parts(), pk=person_id)

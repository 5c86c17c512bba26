"""A person's timeline, and taking back one change of it."""

import datetime as dt
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from common.errors import DomainError
from crm.people import services
from crm.people.models import Person, PersonChange
from crm.people.timeline import moments
from frontend.people.history import describe
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

PAGE = "people/person_history.html"
PAGE_SIZE = 30


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def history(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Show what happened with a person, newest first, a page at a time."""
    person = get_object_or_404(Person, pk=person_id)
    found = moments(
        person.pk,
        may=lambda permission: may(request.user, permission),
        before=_time(request.GET.get("before", "")),
        limit=PAGE_SIZE + 1,
    )
    shown = found[:PAGE_SIZE]
    context = {
        "person": person,
        "entries": [describe(moment) for moment in shown],
        "earlier": shown[-1].at.isoformat() if len(found) > PAGE_SIZE else "",
        "is_newest": "before" not in request.GET,
        "may_edit": may(request.user, Permission.PERSON_EDIT),
    }
    return render(request, PAGE, context)


@require_POST
@requires(Permission.PERSON_EDIT)
def take_back(request: MemberRequest, person_id: UUID, change_id: UUID) -> HttpResponse:
    """Give one field, or all that one change touched, the values from before."""
    change = get_object_or_404(PersonChange, pk=change_id, person=person_id)
    fields = [name] if (name := request.POST.get("field", "")) else []
    try:
        services.take_back(change_id=change.pk, fields=fields, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("It is as it was before that change."))
    return redirect("people:history", person_id)


def _time(text: str) -> dt.datetime | None:
    """Return the time in the address; None for none, and for what is no time."""
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None

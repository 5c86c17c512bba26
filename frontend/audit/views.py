"""The audit list, its check, and the page that tells people who looked at their data."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from audit import selectors, services
from audit.selectors import Place
from crm.people.merging.selectors import keys_merged_into
from crm.people.models import Person
from frontend.audit.forms import FilterForm, PlaceForm
from frontend.audit.words import describe_entry, describe_look
from tenants.access import MemberRequest, requires
from tenants.permissions import Permission

LIST_PAGE = "audit/entry_list.html"
LOOKED_PAGE = "audit/who_looked.html"
# More would keep the reader waiting; the nightly job and the command check them all.
CHECKED_AT_ONCE = 50_000


@require_safe
@requires(Permission.AUDIT_VIEW)
def entry_list(request: MemberRequest) -> HttpResponse:
    """Show what happened here, newest first, and whether the record is whole."""
    form = FilterForm(request.GET)
    context: dict[str, object] = {
        "form": form,
        "last_check": selectors.last_check(services.CHECK_ACTION),
    }
    if not form.is_valid():
        return render(request, LIST_PAGE, context, status=422)
    page = selectors.entry_page(form.wanted(), form.place())
    context |= {
        "rows": [describe_entry(entry) for entry in page.entries],
        "previous": _address(request, page.previous),
        "next": _address(request, page.next),
        "is_narrowed": any(form.cleaned_data[name] for name in ("actor", "object_key")),
    }
    return render(request, LIST_PAGE, context)


@require_POST
@requires(Permission.AUDIT_VIEW)
def check(request: MemberRequest) -> HttpResponse:
    """Verify the newest part of the chain now, and say what came out."""
    findings = services.check_chain(newest=CHECKED_AT_ONCE, by=request.user, now=timezone.now())
    if findings:
        text = ngettext(
            "{count} trace of tampering was found. Tell the platform's security administrator.",
            "{count} traces of tampering were found. Tell the platform's security administrator.",
            len(findings),
        )
        messages.error(request, text.format(count=len(findings)))
    else:
        messages.success(request, _("The record is whole. Nobody has changed it."))
    return redirect("audit:list")


@require_safe
@requires(Permission.SELF_VIEW)
def who_looked(request: MemberRequest) -> HttpResponse:
    """Tell the reader who looked at the file that the site keeps on them."""
    key = request.user.person_key
    return _show_looks(request, key, {"is_own": True, "has_file": key is not None})


@require_safe
@requires(Permission.AUDIT_VIEW)
def who_looked_at_person(request: MemberRequest, person_id: UUID) -> HttpResponse:
    """Show staff what the person would read, to answer a question at the window."""
    person = get_object_or_404(Person, pk=person_id)
    return _show_looks(request, person.pk, {"person": person, "has_file": True})


def _show_looks(
    request: MemberRequest, person_key: UUID | None, context: dict[str, object]
) -> HttpResponse:
    reader_key = request.user.pk if context.get("is_own") else None
    if person_key is not None:
        place = PlaceForm(request.GET).place()
        former = keys_merged_into(person_key)
        page = selectors.who_looked(person_key, place, former_keys=former, now=timezone.now())
        context |= {
            "looks": [describe_look(look, reader_key=reader_key) for look in page.looks],
            "previous": _address(request, page.previous),
            "next": _address(request, page.next),
        }
    response = render(request, LOOKED_PAGE, context)
    response["Cache-Control"] = "no-store"
    return response


def _address(request: MemberRequest, place: Place | None) -> str:
    """Return this page's address with the filter as it is and ``place``; empty without one."""
    if place is None:
        return ""
    query = request.GET.copy()
    for name in ("after", "before"):
        query.pop(name, None)
    query["after" if place.is_after else "before"] = str(place.seq)
    return f"?{query.urlencode()}"

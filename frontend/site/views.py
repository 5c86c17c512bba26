"""A site's front door, open to everybody, and the page its staff begin the day with."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.people.exporting.requests import waiting_for
from crm.people.figures import people_figures
from crm.people.identities.selectors import to_review
from frontend.site.checklist import first_steps
from jobs.selectors import unfinished_jobs
from network.selectors import region_full_name
from tenants.access import MemberRequest, may, public_page, requires
from tenants.permissions import Permission
from tenants.routing import ResolvedTenant


@require_safe
@public_page("What everybody may know of a site: where it is and when it is open.")
def home(request: HttpRequest) -> HttpResponse:
    """Show where the site is, when it is open and whom to call."""
    tenant = cast(ResolvedTenant, cast(MemberRequest, request).tenant)
    return render(
        request,
        "site/home.html",
        {"tenant": tenant, "region": region_full_name(tenant.region_code)},
    )


@require_safe
@requires(Permission.TODAY_VIEW)
def today(request: MemberRequest) -> HttpResponse:
    """Show what waits today: figures, work that runs or failed, and the first steps."""
    now = timezone.now()
    context = {
        "now": timezone.localtime(now),
        "figures": people_figures(now=now) if may(request.user, Permission.PERSON_VIEW) else None,
        "reviews": to_review().count() if may(request.user, Permission.PERSON_VIEW) else 0,
        "jobs": unfinished_jobs() if may(request.user, Permission.JOB_VIEW) else [],
        "exports_waiting": waiting_for(request.user, now=now),
        "steps": first_steps(request.user),
        "may_edit": may(request.user, Permission.PERSON_EDIT),
    }
    return render(request, "site/today.html", context)

"""The platform's pages: the way in, the directory of sites, and making one."""

from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import DomainError
from frontend.accounts.qr import qr_svg
from frontend.network.changes import STATE_CHANGES, WORDS, offered
from frontend.network.forms import DirectoryFilter, FirstAdministratorForm, SiteForm
from network import selectors, services
from network.changes import Change
from tenants.access import MemberRequest, may, public_page, requires
from tenants.lifecycle import standing_orders
from tenants.models import WORKING_STATES, Tenant
from tenants.permissions import Permission

LIST = "network/site_list.html"
FORM = "network/site_form.html"
SITES_PER_PAGE = 50


@require_safe
@public_page("The way in: it shows nothing but what the network is.")
def home(request: HttpRequest) -> HttpResponse:
    """Welcome guests; lead staff to the directory."""
    if may(cast(MemberRequest, request).user, Permission.SITE_VIEW):
        return redirect("network:sites")
    return render(request, "network/home.html")


@require_safe
@requires(Permission.SITE_VIEW)
def site_list(request: MemberRequest) -> HttpResponse:
    """List the sites and their state."""
    form = DirectoryFilter(request.GET)
    form.is_valid()
    found = selectors.directory(
        text=form.cleaned_data.get("q", ""),
        kind=form.cleaned_data.get("kind", ""),
        state=form.cleaned_data.get("state", ""),
    )
    page = Paginator(found, SITES_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "filter": form,
        "page": page,
        "sites": selectors.describe_sites(page.object_list),
        "may_create": may(request.user, Permission.SITE_CREATE),
    }
    return render(request, f"{LIST}#results" if request.htmx else LIST, context)


@require_http_methods(["GET", "POST"])
@requires(Permission.SITE_CREATE)
def add_site(request: MemberRequest) -> HttpResponse:
    """Ask for a site's facts and order it; the job's page shows how it comes along."""
    form = SiteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            job = services.order_site(facts=form.facts(), by=request.user, now=timezone.now())
        except DomainError as exc:
            form.add_error(exc.field if exc.field in form.fields else None, str(exc))
        else:
            return redirect("jobs:detail", job.pk)
    return render(request, FORM, {"form": form}, status=422 if form.errors else 200)


@require_safe
@requires(Permission.SITE_CREATE)
def region_choices(request: MemberRequest) -> HttpResponse:
    """Offer regions whose name or code matches what was typed, for the form's list."""
    regions = selectors.suggest_regions(request.GET.get("region_code", ""))
    return render(request, f"{FORM}#regions", {"regions": regions})


@require_safe
@requires(Permission.SITE_VIEW)
def site_detail(request: MemberRequest, code: str) -> HttpResponse:
    """Show one site: its facts, its state and what to do next."""
    tenant = get_object_or_404(Tenant.objects.prefetch_related("domains"), code=code)
    (entry,) = selectors.describe_sites([tenant])
    now = timezone.now()
    orders = standing_orders().select_related("ordered_by", "approved_by")
    order = orders.filter(tenant=tenant).first()
    changes = offered(tenant=tenant, order=order, user=request.user, now=now)
    works = tenant.state in WORKING_STATES
    context = {
        "entry": entry,
        "address": site_address(entry.host),
        "may_invite": works and may(request.user, Permission.SITE_CREATE),
        "may_support": works and may(request.user, Permission.SITE_SUPPORT),
        "changes": [(WORDS[change], _change_url(code, change)) for change in changes],
        "order": order,
        "last_job": selectors.last_change(code),
        "may_see_jobs": may(request.user, Permission.JOB_VIEW),
        "title": tenant.name,
        "here": reverse("network:site", args=[code]),
        "note": _("Code {code}").format(code=code),
    }
    return render(request, "network/site_detail.html", context)


def _change_url(code: str, change: Change) -> str:
    name = "change-state" if change in STATE_CHANGES else "change-deletion"
    return reverse(f"network:{name}", args=[code, change])


@require_http_methods(["GET", "POST"])
@requires(Permission.SITE_CREATE)
def invite_administrator(request: MemberRequest, code: str) -> HttpResponse:
    """Invite a new site's first administrator, and show the link once."""
    tenant = get_object_or_404(Tenant, code=code, state__in=WORKING_STATES)
    form = FirstAdministratorForm(request.POST or None)
    context = {"form": form, "tenant": tenant}
    if request.method == "POST" and form.is_valid():
        try:
            token = services.invite_first_administrator(
                tenant=tenant, by=request.user, now=timezone.now(), **form.cleaned_data
            )
        except DomainError as exc:
            form.add_error(exc.field if exc.field in form.fields else None, str(exc))
        else:
            host = tenant.domains.get(is_primary=True).domain
            path = reverse("accounts:accept", args=[token], urlconf="config.urls_tenant")
            link = site_address(host) + path
            context |= {"link": link, "qr": qr_svg(link)}
            return render(request, "network/invitation.html", context)
    return render(request, "network/invite_form.html", context, status=422 if form.errors else 200)


def site_address(host: str) -> str:
    """Return the address of a site's host, with the scheme and port of the platform's own.

    From the settings, never from the request: its host can be made up (attack 8).
    """
    base = urlsplit(settings.BASE_URL)
    return f"{base.scheme}://{host}" + (f":{base.port}" if base.port else "")

"""From the platform to a site, as support."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontend.network.views import site_address
from tenants import handover
from tenants.access import MemberRequest, requires
from tenants.models import WORKING_STATES, Tenant
from tenants.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SITE_SUPPORT)
def hand_over(request: MemberRequest, code: str) -> HttpResponse:
    """Say what a visit is, and lead to the site; whether it opens is the site's business."""
    tenant = get_object_or_404(Tenant, code=code, state__in=WORKING_STATES)
    if request.method != "POST":
        return render(request, "support/hand_over.html", {"tenant": tenant})
    token = handover.issue(
        tenant=tenant, scope=handover.Scope.SUPPORT, by=request.user, now=timezone.now()
    )
    host = tenant.domains.get(is_primary=True).domain
    path = reverse("support:enter", args=[token], urlconf="config.urls_tenant")
    link = site_address(host) + path
    response = render(request, "support/leaving.html", {"tenant": tenant, "link": link})
    # Not a redirect: browsers apply `form-action 'self'` to where a sent form is redirected.
    response["Refresh"] = f"0; url={link}"
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response

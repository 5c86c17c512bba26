"""Ordering changes of a site: each has a page that says what will happen, then becomes a job."""

from collections.abc import Collection

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from frontend.network.changes import DELETION_CHANGES, STATE_CHANGES, WORDS, offered
from frontend.network.forms import CHANGE_FORMS
from network.changes import Change, order_change
from tenants.access import MemberRequest, may, requires
from tenants.lifecycle import standing_orders
from tenants.models import Tenant
from tenants.permissions import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SITE_SUSPEND)
def change_state(request: MemberRequest, code: str, change: str) -> HttpResponse:
    """Activate, suspend, resume, archive or export a site."""
    return _change(request, code, change, STATE_CHANGES)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SITE_DELETE)
def change_deletion(request: MemberRequest, code: str, change: str) -> HttpResponse:
    """Order, approve, withdraw or carry out the deletion of a site."""
    return _change(request, code, change, DELETION_CHANGES)


def _change(request: MemberRequest, code: str, name: str, here: Collection[Change]) -> HttpResponse:
    tenant = get_object_or_404(Tenant, code=code)
    if name not in here:
        raise Http404
    change, now = Change(name), timezone.now()
    order = standing_orders().filter(tenant=tenant).first()
    if change not in offered(tenant=tenant, order=order, user=request.user, now=now):
        messages.error(request, _("This cannot be done with the site now."))
        return redirect("network:site", code)
    # A form without fields may be sent empty.
    form = CHANGE_FORMS[change](request.POST if request.method == "POST" else None)
    words = WORDS[change]
    if request.method == "POST" and form.is_valid():
        job = order_change(
            tenant=tenant,
            change=change,
            title=f"{words.button}: {tenant.name}",
            by=request.user,
            now=now,
            **form.cleaned_data,
        )
        if may(request.user, Permission.JOB_VIEW):
            return redirect("jobs:detail", job.pk)
        messages.success(request, _("It is on its way. This page shows how it went."))
        return redirect("network:site", code)
    context = {"tenant": tenant, "form": form, "words": words, "order": order}
    status = 422 if form.errors else 200
    return render(request, "network/change_form.html", context, status=status)

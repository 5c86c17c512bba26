"""What ``app.js`` sends while somebody types, and the button that throws it away.

A page with such a form names it in ``data-unsent``, asks `kept` when it is opened, and calls
`accounts.services.forget_unsent` when the form is saved.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import UnsentForm
from accounts.selectors import unsent_form
from accounts.services import forget_unsent, keep_unsent
from tenants.access import MemberRequest, requires
from tenants.permissions import Permission

CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a form. ``data`` is set once its owner asked to go on with it."""

    form: str
    found: UnsentForm | None
    data: QueryDict | None


def kept(request: MemberRequest, form: str) -> Kept:
    """Return what the reader typed into ``form`` and did not send."""
    found = unsent_form(request.user, form)
    goes_on = found is not None and CONTINUE in request.GET
    data = QueryDict(found.content.reveal()) if found and goes_on else None
    return Kept(form, found, data)


@require_POST
@requires(Permission.SELF_EDIT)
def keep(request: MemberRequest, form: str) -> HttpResponse:
    """Keep what stands in the form; answer 204."""
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    keep_unsent(user=request.user, form=form, content=typed.urlencode(), now=timezone.now())
    return HttpResponse(status=204)


@require_POST
@requires(Permission.SELF_EDIT)
def discard(request: MemberRequest, form: str) -> HttpResponse:
    """Forget what was kept, and open the form as it is on record."""
    forget_unsent(user=request.user, form=form)
    messages.success(request, _("What was not sent is thrown away."))
    target = request.POST.get("next", "")
    is_here = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return redirect(target if is_here else "/")

"""Keep what a visitor chooses about the interface; works without a script."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.services import set_preferences
from frontend.preferences.choices import Preferences, set_cookie
from tenants.access import public_page


@require_POST
@public_page("Guests choose the size, colours and language of the pages they read.")
def save(request: HttpRequest) -> HttpResponse:
    """Keep ``elder``, ``theme``, ``shortcuts`` or ``language`` and go back to ``next``.

    What is not sent, or is no known choice, stays as it is. A signed-in visitor's choices are
    kept on the account too, and follow to other devices.
    """
    preferences = Preferences.from_cookies(request.COOKIES).updated(request.POST)
    response = HttpResponseRedirect(_safe_next(request))
    preferences.write(response)
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = ""
    if language:
        set_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    if request.user.is_authenticated:
        set_preferences(
            user=request.user,
            elder_mode=preferences.elder,
            theme=preferences.theme,
            language=language or request.user.language,
        )
    return response


@require_POST
@public_page("Touches the visitor's own session and nothing else.")
def extend(request: HttpRequest) -> HttpResponse:
    """Answer 204. Being asked is enough: accounts.middleware notes that the visitor is present."""
    return HttpResponse(status=204)


def _safe_next(request: HttpRequest) -> str:
    """Return where to go back to: a path on this host, or the first page."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return target
    return "/"

"""Help and the accessibility statement, open to everybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tenants.access import public_page

HELP = "pages/help.html"


@require_safe
@public_page("Help must be readable before signing in.")
def help_page(request: HttpRequest) -> HttpResponse:
    """Explain the keyboard, the sizes and where to ask; a fragment of it fills the dialog."""
    is_fragment = bool(request.htmx)  # type: ignore[attr-defined]  # set by HtmxMiddleware
    return render(request, f"{HELP}#shortcuts-dialog" if is_fragment else HELP)


@require_safe
@public_page("The accessibility statement is public by its nature.")
def accessibility(request: HttpRequest) -> HttpResponse:
    """Say what is accessible, what is not, and whom to tell."""
    return render(request, "pages/accessibility.html")

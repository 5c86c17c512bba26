"""Error pages that Django cannot choose by itself."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the page was open for too long, and how to go on (``CSRF_FAILURE_VIEW``)."""
    return render(request, "403_csrf.html", status=403)

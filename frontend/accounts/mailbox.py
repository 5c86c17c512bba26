"""The development mailbox: what a phone would have received. Demonstration networks only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.selectors import newest_texts
from tenants.access import public_page


@never_cache
@require_safe
@public_page("Exists in a demonstration network only, where every phone is invented.")
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show the newest messages of this place."""
    texts = [
        (message.created_at, str(message.phone), message.text.reveal())
        for message in newest_texts()
    ]
    return render(request, "accounts/mailbox.html", {"texts": texts})

"""Answers to htmx requests that end a dialog. The events are heard by ``app.js``."""

from django.http import HttpResponse
from django.utils.functional import Promise
from django_htmx.http import trigger_client_event


def toast(response: HttpResponse, text: str | Promise, *, kind: str = "good") -> HttpResponse:
    """Have the page show ``text`` for a while; ``kind="bad"`` stays until it is dismissed."""
    return trigger_client_event(response, "toast", {"text": str(text), "kind": kind})


def close_dialog(text: str | Promise = "", *, refresh: str = "") -> HttpResponse:
    """Answer 204: close the dialog, show ``text``, and send the event ``refresh``.

    A list that should reload says ``hx-trigger="people-changed from:body"`` and passes
    ``refresh="people-changed"`` here.
    """
    response = trigger_client_event(HttpResponse(status=204), "dialog-close", {})
    if text:
        toast(response, text)
    if refresh:
        trigger_client_event(response, refresh, {})
    return response

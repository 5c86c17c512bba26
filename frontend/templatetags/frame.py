"""What only the frame of a page is made of."""

from collections.abc import Sequence
from functools import lru_cache

from django import template
from django.template import loader
from django.urls import get_urlconf
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from frontend.navigation import Link
from frontend.templatetags.ui import html_attributes, icon

register = template.Library()


@register.simple_tag
def still(template_name: str, **values: str | bool) -> SafeString:
    """Include a part of the frame that hangs on nothing but ``values`` and the language.

    It is rendered once for each of them and kept, so it may hold nothing of a person, a site or
    a request: the part sees ``values`` and no other context.
    """
    return _still(template_name, get_language(), get_urlconf(), tuple(values.items()))


@lru_cache(maxsize=256)
def _still(
    template_name: str,
    _language: str | None,
    _urlconf: str | None,
    values: tuple[tuple[str, str | bool], ...],
) -> SafeString:
    return loader.render_to_string(template_name, dict(values))


@register.simple_tag
def places(links: Sequence[Link], size: int = 20) -> SafeString:
    """List where the visitor may go, for the sidebar and the tabs; icons are ``size`` pixels."""
    return format_html_join(
        "",
        '<li><a href="{}"{}>{}<span>{}</span></a></li>',
        (
            (
                link.url,
                html_attributes({"aria_current": "page" if link.is_current else ""}),
                icon(link.icon, size),
                link.label,
            )
            for link in links
        ),
    )

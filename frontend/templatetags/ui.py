"""The components of the design system. The style guide shows each with its states.

Small ones are built here; the larger ones are templates in ``components/``. Arguments with a
meaning for HTML or htmx pass through: ``hx_get=url`` becomes ``hx-get="…"``.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from frontend.text import day, device, minute, telephone

register = template.Library()

Text = str | Promise

NOTICE_ICONS = {
    "info": "info",
    "good": "circle-check",
    "warn": "triangle-alert",
    "bad": "circle-alert",
}


def html_attributes(values: dict[str, Any]) -> SafeString:
    """Return ``values`` as attributes; True stands bare, False, None and "" are left out.

    >>> html_attributes({"hx_get": "/x", "disabled": True, "id": ""})
    ' hx-get="/x" disabled'
    """
    parts = [
        format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value)
        for name, value in ((key.rstrip("_").replace("_", "-"), v) for key, v in values.items())
        if value not in (False, None, "")
    ]
    return mark_safe("".join(parts))  # noqa: S308  # every part was escaped above


@lru_cache(maxsize=256)
def _icon(name: str, size: int) -> str:
    # In rem, so that icons grow with the text of the elder modes.
    rem = f"{size / 16:g}rem"
    return lucide(name, size=None, width=rem, height=rem, aria_hidden="true", focusable="false")


@register.simple_tag
def icon(name: str, size: int = 20) -> str:
    """Draw a lucide icon, ``size`` pixels at normal scale; hidden from screen readers.

    An unknown name raises ``IconDoesNotExist``; tests/frontend/test_icons.py finds it first.
    """
    return mark_safe(_icon(str(name), size))  # noqa: S308  # drawn from a wheel, not from data


@register.simple_tag
def button(
    label: Text,
    *,
    href: str = "",
    kind: str = "",
    icon: str = "",
    type: str = "submit",  # noqa: A002  # the name that HTML gives it
    hide_label: bool = False,
    **attributes: Any,
) -> str:
    """Draw a button, or with ``href`` a link that looks like one.

    ``kind`` is "", "primary", "danger" or "ghost".
    """
    content = format_html(
        "{}<span{}>{}</span>",
        mark_safe(_icon(icon, 18)) if icon else "",  # noqa: S308
        mark_safe(' class="visually-hidden"') if hide_label else "",
        label,
    )
    extra = attributes.pop("class_", "")
    css = " ".join(filter(None, ["button", kind and f"button-{kind}", extra]))
    rest = html_attributes(attributes)
    if href:
        return format_html('<a class="{}" href="{}"{}>{}</a>', css, href, rest, content)
    return format_html('<button class="{}" type="{}"{}>{}</button>', css, type, rest, content)


@register.simple_tag
def badge(label: Text, kind: str = "") -> str:
    """Show a state in one word; ``kind`` is "", "good", "warn", "bad" or "primary"."""
    css = f"badge badge-{kind}" if kind else "badge"
    return format_html('<span class="{}">{}</span>', css, label)


@register.simple_block_tag
def card(content: str, title: Text = "", note: Text = "", level: int = 2) -> str:
    """Draw a surface with an optional heading of ``level`` and a note beside it."""
    head = (
        format_html(
            '<div class="card-head"><h{0}>{1}</h{0}>{2}</div>',
            level,
            title,
            format_html("<p>{}</p>", note) if note else "",
        )
        if title
        else ""
    )
    return format_html('<section class="card">{}{}</section>', head, content)


@register.inclusion_tag("components/page_head.html")
def page_head(title: Text, note: Text = "") -> dict[str, Any]:
    """Show the page's heading. For actions beside it, write ``<div class="page-head">`` by hand."""
    return {"title": title, "note": note}


@register.inclusion_tag("components/kpi.html")
def kpi(
    label: Text, value: object, *, icon: str, note: Text = "", kind: str = "", href: str = ""
) -> dict[str, Any]:
    """Show one figure with its name; ``href`` leads to the list that it counts."""
    return {
        "label": label, "value": value, "icon": icon, "note": note, "kind": kind, "href": href
    }  # fmt: skip


@register.simple_block_tag
def table(content: str, caption: Text, stacked: bool = True, show_caption: bool = False) -> str:
    """Make a table whose rows become labelled cards on phones; its name is ``caption``.

    The roles are spelled out because some engines drop them once rows are not laid out as rows.
    """
    return format_html(
        '<div class="table-wrap"><table class="table{}" role="table">'
        '<caption class="{}">{}</caption>{}</table></div>',
        " table-stacked" if stacked else "",
        "" if show_caption else "visually-hidden",
        caption,
        content,
    )


@register.simple_tag
def head(*labels: Text, actions: bool = False, secondary: str = "") -> str:
    """Make the head of a table: one label a column, and an unnamed last one for ``actions``.

    ``secondary`` lists the columns, counted from 1, that elder mode leaves out: ``"3 5"``.
    """
    hidden = set(secondary.split())
    cells = format_html_join(
        "",
        '<th role="columnheader" scope="col"{}>{}</th>',
        (
            (mark_safe(' class="secondary"') if str(number) in hidden else "", label)
            for number, label in enumerate(labels, 1)
        ),
    )
    if actions:
        cells += format_html(
            '<th role="columnheader" scope="col"><span class="visually-hidden">{}</span></th>',
            _("Actions"),
        )
    return format_html('<thead role="rowgroup"><tr role="row">{}</tr></thead>', cells)


@register.simple_block_tag
def rows(content: str, **attributes: Any) -> str:
    """Make the body of a table; attributes such as ``id`` and ``hx_get`` pass through."""
    return format_html('<tbody role="rowgroup"{}>{}</tbody>', html_attributes(attributes), content)


@register.simple_block_tag
def row(content: str, **attributes: Any) -> str:
    """Make a row of a table."""
    return format_html('<tr role="row"{}>{}</tr>', html_attributes(attributes), content)


@register.simple_block_tag
def row_head(content: str) -> str:
    """Make the cell that names its row: on a phone, the heading of the card."""
    return format_html('<th role="rowheader" scope="row">{}</th>', content)


@register.simple_block_tag
def cell(content: str, label: Text = "", kind: str = "") -> str:
    """Make a cell; ``label`` repeats the column's name, for phones.

    ``kind`` is any of "number", "amount", "actions" and "secondary", apart by spaces.
    """
    return format_html(
        '<td role="cell"{}>{}</td>', html_attributes({"class": kind, "data_label": label}), content
    )


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(
    context: template.Context,
    page: "Page[Any] | None" = None,
    *,
    previous: str = "",
    next: str = "",  # noqa: A002  # a word of the template
    target: str = "",
) -> dict[str, Any]:
    """Link to the pages before and after.

    Give a Django ``page`` (its number goes into ``?page=``), or the URLs ``previous`` and
    ``next`` of a list that is paged by key. With ``target``, htmx swaps that element.
    """
    following = next
    if page is not None:
        query = context["request"].GET.copy()
        if page.has_previous():
            query["page"] = str(page.previous_page_number())
            previous = f"?{query.urlencode()}"
        if page.has_next():
            query["page"] = str(page.next_page_number())
            following = f"?{query.urlencode()}"
    return {"page": page, "previous": previous, "next": following, "target": target}


@register.simple_tag
def page_numbers(
    numbers: Sequence[tuple[int, str]], current: int | None, *, target: str
) -> SafeString | str:
    """Link the first pages by their numbers, ``(number, URL)``; htmx swaps ``target``."""
    if len(numbers) < 2:
        return ""
    links = format_html_join(
        "",
        '<a class="button button-ghost" href="{0}" hx-get="{0}" hx-target="{1}"'
        ' hx-swap="outerHTML" hx-push-url="true"{2}>{3}</a>',
        (
            (url, target, mark_safe(' aria-current="page"') if number == current else "", number)
            for number, url in numbers
        ),
    )
    return format_html(
        '<nav class="row no-print" aria-label="{}">{}</nav>', _("First pages"), links
    )


@register.inclusion_tag("components/empty.html")
def empty(
    title: Text, text: Text = "", *, icon: str = "inbox", href: str = "", action: Text = ""
) -> dict[str, Any]:
    """Say why nothing is here and what to do about it."""
    return {"title": title, "text": text, "icon": icon, "href": href, "action": action}


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: Text = "") -> str:
    """Show a message in the page; ``kind`` is "info", "good", "warn" or "bad"."""
    return format_html(
        '<div class="notice notice-{}">{}<div>{}{}</div></div>',
        kind,
        mark_safe(_icon(NOTICE_ICONS[str(kind)], 20)),  # noqa: S308
        format_html("<p><strong>{}</strong></p>", title) if title else "",
        content,
    )


@register.inclusion_tag("components/tabs.html", takes_context=True)
def tabs(
    context: template.Context, items: Iterable[tuple[Text, str]], label: Text
) -> dict[str, Any]:
    """Link the parts of one thing; ``items`` are ``(label, URL)``."""
    path = context["request"].path
    return {"items": [(text, url, url == path) for text, url in items], "label": label}


@register.inclusion_tag("components/breadcrumb.html")
def breadcrumb(*parts: Text) -> dict[str, Any]:
    """Show the way here: label, URL, label, URL, …, and last the label of this page."""
    *pairs, here = parts
    return {"links": list(zip(pairs[::2], pairs[1::2], strict=True)), "here": here}


@register.simple_tag
def field(bound: BoundField) -> str:
    """Show a form's field with label, hint and errors."""
    return bound.as_field_group()


@register.inclusion_tag("components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """List what is wrong, each line a link to its field; nothing for a form without errors."""
    return {"form": form, "fields": [field for field in form if field.errors]}


@register.simple_block_tag(takes_context=True)
def dialog(context: template.Context, content: str, title: Text) -> str:
    """Fill the page's one dialog: a heading, a way out, and the content.

    Opened as a page, it needs no way out, and the heading is the page's.
    """
    if not getattr(context.get("request"), "htmx", True):
        return format_html("<h1>{}</h1>{}", title, content)
    return format_html(
        '<div class="dialog-head"><h2 id="dialog-title">{}</h2>'
        '<button class="button button-ghost" type="button" data-close>{}'
        '<span class="visually-hidden">{}</span></button></div>{}',
        title,
        mark_safe(_icon("x", 20)),  # noqa: S308
        _("Close"),
        content,
    )


@register.inclusion_tag("components/progress.html")
def progress(label: Text, done: int, total: int, note: Text = "") -> dict[str, Any]:
    """Show how far a job has come, in words and as a bar; ``total`` 0 means nobody knows yet."""
    percent = round(100 * done / total) if total else None
    return {"label": label, "done": done, "total": total, "percent": percent, "note": note}


@register.simple_block_tag
def facts(content: str) -> str:
    """List names and values, made of ``{% fact %}``."""
    return format_html('<dl class="facts">{}</dl>', content)


@register.simple_block_tag
def fact(content: str, label: Text) -> str:
    """Show one name and its value; an empty value shows a dash."""
    return format_html(
        "<div><dt>{}</dt><dd>{}</dd></div>", label, content if content.strip() else "—"
    )


@register.inclusion_tag("components/masked.html")
def masked(value: str, *, url: str = "", label: Text = "") -> dict[str, Any]:
    """Show a masked value; ``url`` asks for the reason and reveals it, in a dialog or as a page.

    ``label`` says what is revealed ("Phone of 许文辉"), for screen readers.
    """
    return {"value": value, "url": url, "label": label}


@register.inclusion_tag("components/revealed.html")
def revealed(value: str, mask: str) -> dict[str, Any]:
    """Show a value in the clear; ``app.js`` puts ``mask`` back after a minute."""
    return {"value": value, "mask": mask}


@register.inclusion_tag("components/copy.html")
def copy(value: str, label: Text) -> dict[str, Any]:
    """Show a value that a button copies, such as an invitation link; ``label`` names it."""
    return {"value": value, "label": label}


@register.simple_block_tag
def timeline(content: str) -> str:
    """Show what happened, newest first, made of ``{% moment %}``."""
    return format_html('<ol class="timeline">{}</ol>', content)


@register.simple_block_tag
def moment(content: str, at: dt.datetime) -> str:
    """Show one entry of a timeline."""
    return format_html(
        '<li><time datetime="{}">{}</time>{}</li>', at.isoformat(), minute(at), content
    )


@register.inclusion_tag("components/bars.html")
def bars(items: Sequence[tuple[Text, float]]) -> dict[str, Any]:
    """Draw a bar chart of ``(label, value)`` whose every figure is text as well."""
    return {"items": items, "top": max((value for _label, value in items), default=0) or 1}


@register.inclusion_tag("components/date_range.html")
def date_range(label: Text, name: str, start: str = "", end: str = "") -> dict[str, Any]:
    """Ask for two days of a filter, sent as ``<name>_from`` and ``<name>_to``."""
    return {"label": label, "name": name, "start": start, "end": end}


@register.inclusion_tag("components/seal_area.html")
def seal_area(issuer: Text) -> dict[str, Any]:
    """Leave room for signature, date and the round seal, at the end of a printed form."""
    return {"issuer": issuer}


for _filter in (day, minute, telephone, device):
    register.filter(_filter)

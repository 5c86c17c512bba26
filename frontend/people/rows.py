"""The rows of the list of people, written in one go: as template nodes they cost half the page."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from crm.people.choices import Sex, Status
from crm.people.dates import age_on
from crm.people.selectors import PersonLine
from frontend.people.present import identity_tag
from frontend.templatetags.ui import badge

# Django's get_…_display makes its table anew at each call: a fifth of the time of a list.
SEXES, STATUSES = dict(Sex.choices), dict(Status.choices)

COLUMNS = (pgettext_lazy("of a person", "Name"), _("Identity"), _("Sex"), _("Age"), _("Phone"))


def list_rows(
    lines: Sequence[PersonLine], *, today: dt.date, list_url: str, may_tick: bool
) -> SafeString:
    """Return the rows of the list as HTML; no birthday, no number in full.

    Args:
        lines: the people of one page.
        today: what ages are counted to.
        list_url: the list's address; a person's page lies below it.
        may_tick: whether each row can be chosen for a change of many.
    """
    language = get_language() or ""
    # On a phone each value repeats the name of its column.
    _name, identity, sex, age, phone = (escape(str(label)) for label in COLUMNS)
    sexes = {code: escape(str(label)) for code, label in SEXES.items()}
    rows: list[str] = []
    for line in lines:
        key, name = line.id, escape(line.full_name)
        years = age_on(line.birth_date, today)
        tick = (
            f'<input class="tick" type="checkbox" name="id" value="{key}" aria-label="{name}">'
            if may_tick
            else ""
        )
        rows += (
            f'<tr role="row"><th role="rowheader" scope="row">{tick}',
            # Fifty look-ups in the URL table would cost more than the queries.
            f'<a href="{list_url}{key}/">{name}</a>',
            f"{_status(line.status, language)}{_found_by(line)}</th>",
            f'<td role="cell" data-label="{identity}">{_identities(line, language)}</td>',
            f'<td role="cell" class="secondary" data-label="{sex}">{sexes[line.sex]}</td>',
            f'<td role="cell" class="number" data-label="{age}">',
            "—" if years is None else str(years),
            f'</td><td role="cell" class="number" data-label="{phone}">',
            f"{line.phone or '—'}</td></tr>",
        )
    return mark_safe("".join(rows))  # noqa: S308  # names and words were escaped above


def _found_by(line: PersonLine) -> str:
    if line.found_by is None:
        return ""
    return format_html(
        '<br><small class="muted">{} {}</small>', line.found_by.kind.label, line.found_by.text
    )


def _identities(line: PersonLine, language: str) -> SafeString | str:
    recognised = line.recognised
    return _badges(tuple((code, code in recognised) for code in line.identities), language)


@lru_cache(maxsize=512)
def _badges(identities: tuple[tuple[str, bool], ...], _language: str) -> SafeString | str:
    """Return the badges of a person, who shares them with hundreds."""
    tags = [identity_tag(code, is_recognised) for code, is_recognised in identities]
    return format_html_join(" ", "{}", ((badge(tag.label, tag.kind),) for tag in tags)) or "—"


@lru_cache(maxsize=16)
def _status(status: str, _language: str) -> SafeString | str:
    """Return the badge of a status that is worth saying."""
    return "" if status == Status.ACTIVE else format_html(" {}", badge(STATUSES[status]))

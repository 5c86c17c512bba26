"""Links as words, for pages and histories."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from crm.people.choices import (
    EndReason,
    HouseholdRole,
    KinBasis,
    KinCode,
    KinLink,
    MembershipKind,
    OverseasStanding,
)
from crm.people.kinship.graph import Link, hops_of
from crm.people.kinship.terms import Someone, term
from crm.people.models import Household, Person
from frontend.people.fields import country_name


def kin_words(state: Mapping[str, Any] | str) -> list[str]:
    """Return one state of a link, as a person's history keeps it: the word and the relative.

    Costs a query, since the history keeps no name of anybody else.
    """
    if not state:
        return []
    assert isinstance(state, Mapping)
    relative = Person.objects.filter(pk=state["relative"]).first()
    link = Link(UUID(int=0), UUID(int=0), UUID(int=0), KinLink(state["link"]),
                KinBasis(state["basis"]))  # fmt: skip
    someone = Someone(relative.sex) if relative else Someone()
    lower, upper = (Someone(), someone) if state["is_upward"] else (someone, Someone())
    hops = hops_of(link, lower, upper, is_upward=bool(state["is_upward"]))
    name = relative.full_name if relative else _("no longer on record")
    return [_joined(f"{term(Someone(), hops)} {name}", state)]


def overseas_words(state: Mapping[str, Any] | str) -> list[str]:
    """Return one state of a relative abroad, as a person's history keeps it."""
    if not state:
        return []
    assert isinstance(state, Mapping)
    standing = state["standing"]
    parts = [
        str(KinCode(state["relation"]).label),
        country_name(state["country"]),
        str(state["since_year"]),
        str(OverseasStanding(standing).label) if standing else "",
        _("named by consent") if state["name"] else "",
    ]
    return [_joined(" ".join(filter(None, parts)), state)]


def household_words(state: Mapping[str, Any] | str) -> list[str]:
    """Return one state of a membership, as a person's history keeps it; costs a query."""
    if not state:
        return []
    assert isinstance(state, Mapping)
    household = Household.objects.filter(pk=state["household"]).first()
    parts = [
        household.label if household else _("no longer on record"),
        str(HouseholdRole(state["role"]).label),
        str(MembershipKind(state["kind"]).label),
    ]
    days = f"{state['since'] or '…'} – {state['until'] or '…'}"
    if state["since"] or state["until"]:
        parts.append(days)
    return [" ".join(parts)]


def _joined(text: str, state: Mapping[str, Any]) -> str:
    if not state["until"]:
        return text
    return f"{text} ({EndReason(state['reason']).label}, {state['until']})"

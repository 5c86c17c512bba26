"""What can be asked about groups and saved filters."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User
from crm.people.conditions.compiling import compile_rule
from crm.people.conditions.rule import InvalidRuleError, Rule, rule_of
from crm.people.conditions.wording import rule_sentence
from crm.people.models import PersonGroup, SavedFilter, StartView
from crm.people.selectors import COUNT_LIMIT, PeopleFilter, people
from network.selectors import region_full_name


@dataclass(frozen=True, slots=True)
class MemberCount:
    """How many people belong to a group at a time; ``count`` stops at `COUNT_LIMIT`."""

    count: int
    is_counted: bool
    at: dt.datetime


def groups(*, by: User, is_retired: bool = False) -> QuerySet[PersonGroup]:
    """Return the groups that ``by`` may use, or those of them that are put away."""
    found = PersonGroup.objects.visible_to(by).select_related("owner")
    return found.exclude(retired_at=None) if is_retired else found.in_use()


def saved_filters(*, by: User, is_retired: bool = False) -> QuerySet[SavedFilter]:
    """Return the filters that ``by`` may use; ``is_start`` marks where the own list begins."""
    start = StartView.objects.filter(user=by, saved_filter=OuterRef("pk"))
    found = SavedFilter.objects.visible_to(by).annotate(is_start=Exists(start))
    return found.exclude(retired_at=None) if is_retired else found.in_use()


def count_members(rule: Rule, *, by: User, now: dt.datetime) -> MemberCount:
    """Count whom of those ``rule`` is about ``by`` may see; one query."""
    found = people(PeopleFilter(), by=by, now=now).filter(compile_rule(rule, now=now))
    count = found.order_by()[: COUNT_LIMIT + 1].count()
    return MemberCount(min(count, COUNT_LIMIT), count <= COUNT_LIMIT, now)


def sentence_of(group: PersonGroup) -> str:
    """Return a group's rule in words; "" where today's fields no longer understand it."""
    try:
        return in_words(rule_of(group))
    except InvalidRuleError:
        return ""


def in_words(rule: Rule) -> str:
    """Return a rule in words; one query for each region in it."""
    return rule_sentence(rule, region_name=region_full_name)

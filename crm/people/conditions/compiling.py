"""From a rule to a query: conditions only, so it can keep people of a list but never add any."""

import datetime as dt
import operator
from functools import reduce

from django.db.models import Q

from crm.people.conditions.rule import Condition, Match, Rule
from crm.people.conditions.shapes import OPPOSITES


def compile_rule(rule: Rule, *, now: dt.datetime) -> Q:
    """Return what keeps the people ``rule`` is about, as of ``now``."""
    blocks = [
        _join(rule.match.other, [_compile(condition, now) for condition in block])
        for block in rule.blocks
    ]
    return _join(rule.match, blocks)


def _compile(condition: Condition, now: dt.datetime) -> Q:
    opposite = OPPOSITES.get(condition.op)
    query = condition.field.query(opposite or condition.op, condition.value, now)
    return ~query if opposite else query


def _join(match: Match, parts: list[Q]) -> Q:
    return reduce(operator.and_ if match is Match.ALL else operator.or_, parts)

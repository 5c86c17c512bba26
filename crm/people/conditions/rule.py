"""A rule as it is checked, stored and sent: pure, and total on whatever JSON somebody sends."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from common.errors import DomainError
from crm.people.conditions.fields import find_field
from crm.people.conditions.shapes import DAY_OPS, WITHOUT_VALUE, Field, Kind, Op
from crm.people.dates import parse_partial_date
from crm.people.errors import Problem
from crm.people.models import PersonGroup

MOST_CONDITIONS = 20
_LONGEST_TEXT = 60
_EARLIEST, _LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)


class Match(StrEnum):
    """Whether all of several things must hold, or one of them is enough."""

    ALL = "all"
    ANY = "any"

    @property
    def other(self) -> "Match":
        """The other word."""
        return Match.ANY if self is Match.ALL else Match.ALL


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; ``value`` has the shape that the field's `Kind` says, None for a flag."""

    field: Field
    op: Op
    value: Any = None

    def as_json(self) -> dict[str, Any]:
        """Return what `parse_rule` reads."""
        found = {"field": self.field.code, "op": self.op.value}
        return found if self.value is None else found | {"value": self.value}


@dataclass(frozen=True, slots=True)
class Rule:
    """Blocks that ``match`` joins; the conditions in a block are joined by the other word."""

    match: Match
    blocks: tuple[tuple[Condition, ...], ...]

    def as_json(self) -> dict[str, Any]:
        """Return what `parse_rule` reads."""
        return {
            self.match.value: [
                block[0].as_json()
                if len(block) == 1
                else {self.match.other.value: [condition.as_json() for condition in block]}
                for block in self.blocks
            ]
        }


class InvalidRuleError(DomainError):
    """Some conditions make no sense; ``problems`` says which, by block and place: ``0.1``."""

    code = "rule_invalid"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(problems[0].message, field="rule")


class _Wrong(Exception):  # noqa: N818  # never leaves this module
    def __init__(self, code: str, message: str | Promise) -> None:
        self.code, self.message = code, message
        super().__init__(code)


def parse_rule(data: object, *, is_region: Callable[[str], bool]) -> Rule:
    """Return the rule that ``data``, JSON from anywhere, states.

    Args:
        data: see `crm.people.conditions`.
        is_region: says whether a GB/T 2260 code is on our list.

    Raises:
        InvalidRuleError: it states none; a problem's ``field`` is ``<block>.<place>``, or "".
    """
    try:
        match, items = _group_of(data)
    except _Wrong as wrong:
        raise InvalidRuleError([Problem("", wrong.code, wrong.message)]) from None
    problems: list[Problem] = []
    blocks: list[tuple[Condition, ...]] = []
    total = 0
    for number, item in enumerate(items):
        block: list[Condition] = []
        try:
            parts = list(_parts(item, match))
        except _Wrong as wrong:
            problems.append(Problem(f"{number}.0", wrong.code, wrong.message))
            continue
        total += len(parts)
        for place, part in enumerate(parts):
            try:
                block.append(_condition(part, is_region))
            except _Wrong as wrong:
                problems.append(Problem(f"{number}.{place}", wrong.code, wrong.message))
        blocks.append(tuple(block))
    if total > MOST_CONDITIONS:
        problems.insert(0, _too_many())
    if problems:
        raise InvalidRuleError(problems)
    return Rule(match, tuple(blocks))


def rule_of(group: PersonGroup) -> Rule:
    """Return a stored group's rule. Its regions were known when it was saved."""
    return parse_rule(group.rule, is_region=lambda _code: True)


def _too_many() -> Problem:
    message = _("At most {most} conditions, please.").format(most=MOST_CONDITIONS)
    return Problem("", "too_many", message)


def _group_of(data: object) -> tuple[Match, list[Any]]:
    if isinstance(data, Mapping) and len(data) == 1:
        [(word, items)] = data.items()
        if word in list(Match) and isinstance(items, list):
            if not items:
                raise _Wrong("rule_empty", _("Add at least one condition."))
            if len(items) > MOST_CONDITIONS:
                problem = _too_many()
                raise _Wrong(problem.code, problem.message)
            return Match(word), items
    raise _Wrong("rule_shape", _("A rule says all or any, and lists conditions."))


def _parts(item: object, match: Match) -> Iterator[object]:
    """Yield the conditions of one block."""
    if not isinstance(item, Mapping) or "field" in item:
        yield item
        return
    word, items = _group_of(item)
    if word is match and len(items) > 1:
        raise _Wrong("rule_shape", _("Inside all stands any, and inside any stands all."))
    yield from items


def _condition(data: object, is_region: Callable[[str], bool]) -> Condition:
    if not isinstance(data, Mapping):
        raise _Wrong("rule_shape", _("This is no condition."))
    code, op = data.get("field"), data.get("op")
    field = find_field(code) if isinstance(code, str) else None
    if field is None:
        raise _Wrong("field_unknown", _("Nothing of this name can be asked about."))
    if not isinstance(op, str) or op not in field.ops:
        raise _Wrong("op_unknown", _("Choose how to compare it."))
    return Condition(field, Op(op), _value(field, Op(op), data.get("value"), is_region))


def _value(field: Field, op: Op, value: object, is_region: Callable[[str], bool]) -> Any:
    if field.kind is Kind.FLAG or op in WITHOUT_VALUE:
        return None
    if field.kind is Kind.TEXT:
        return _text(value)
    if field.kind is Kind.PARTIAL_DATE:
        return _partial_date(value)
    if field.kind is Kind.CHOICES:
        return _codes(field, value)
    if field.kind is Kind.NUMBER or (field.kind is Kind.TIME and op not in DAY_OPS):
        return _number(field, value)
    if field.kind is Kind.TIME:
        return _day(value)
    if field.kind is Kind.COUNTRY:
        if isinstance(value, str) and value in countries:
            return value
        raise _Wrong("value_unknown", _("Choose a country."))
    if isinstance(value, str) and value.isascii() and value.isdecimal() and is_region(value):
        return value
    raise _Wrong("value_unknown", _("This region is not on our list."))


def _codes(field: Field, value: object) -> list[str]:
    known = [code for code, _label in field.choices]
    if not isinstance(value, list) or not value:
        raise _Wrong("value_missing", _("Choose at least one."))
    if not all(isinstance(code, str) and code in known for code in value):
        raise _Wrong("value_unknown", _("One of these is not on the list."))
    return [code for code in known if code in value]


def _number(field: Field, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _Wrong("value_missing", _("Write a whole number."))
    if not field.least <= value <= field.most:
        message = _("Write a number from {least} to {most}.")
        raise _Wrong("value_range", message.format(least=field.least, most=field.most))
    return value


def _text(value: object) -> str:
    text = value.strip() if isinstance(value, str) else ""
    if not text or not text.isprintable():
        raise _Wrong("value_missing", _("Write what it should contain."))
    if len(text) > _LONGEST_TEXT:
        raise _Wrong("value_range", _("This is too long."))
    return text


def _partial_date(value: object) -> str:
    try:
        return str(parse_partial_date(value)) if isinstance(value, str) else _no_date()
    except ValueError:
        return _no_date()


def _no_date() -> str:
    raise _Wrong("value_missing", _("Write 1958, 1958-03 or 1958-03-09."))


def _day(value: object) -> str:
    try:
        day = dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is None or not _EARLIEST <= day <= _LATEST:
        raise _Wrong("value_missing", _("Write a day as 2026-03-02."))
    return day.isoformat()

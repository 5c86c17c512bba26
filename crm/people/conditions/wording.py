"""A rule as a sentence in the reader's language."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_countries import countries

from crm.people.conditions.rule import Condition, Match, Rule
from crm.people.conditions.shapes import Kind


def rule_sentence(rule: Rule, *, region_name: Callable[[str], str]) -> str:
    """Return the rule as people would say it.

    Args:
        rule: a checked one.
        region_name: gives the name of a region by its code.
    """
    blocks = [
        _join(rule.match.other, [condition_text(item, region_name=region_name) for item in block])
        for block in rule.blocks
    ]
    if len(blocks) > 1:
        blocks = [
            _("({text})").format(text=text) if len(block) > 1 else text
            for text, block in zip(blocks, rule.blocks, strict=True)
        ]
    return _join(rule.match, blocks)


def condition_text(condition: Condition, *, region_name: Callable[[str], str]) -> str:
    """Return one condition as a phrase, such as "60 years old or older"."""
    phrase = str(condition.field.phrases[condition.op])
    return phrase.format(
        field=condition.field.label, value=_value_text(condition, region_name=region_name)
    )


def _value_text(condition: Condition, *, region_name: Callable[[str], str]) -> str:
    value, kind = condition.value, condition.field.kind
    if value is None:
        return ""
    if kind is Kind.CHOICES:
        labels = dict(condition.field.choices)
        return pgettext("between choices", " or ").join(str(labels[code]) for code in value)
    if kind is Kind.COUNTRY:
        return str(countries.name(value))
    if kind is Kind.REGION:
        return region_name(value) or str(value)
    return str(value)


def _join(match: Match, parts: list[str]) -> str:
    word = (
        pgettext("between conditions", " and ")
        if match is Match.ALL
        else pgettext("between conditions", " or ")
    )
    return word.join(parts)

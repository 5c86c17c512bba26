"""What a change for many does to one person: pure, so that the preview and the run agree."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.people.bulk_changes.errors import BulkValueError
from crm.people.choices import BulkAction, FactKind, Status
from crm.people.facts import CATALOGUE, choices_of, words_of
from crm.people.languages import LANGUAGES
from crm.people.rules import LONGEST_NOTE, MOST_PARTS, clean_text

LONGEST_LINE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be changed; ``fact`` names a field of the catalogue for `BulkAction.FACT`."""

    action: BulkAction
    value: str
    fact: str = ""

    @property
    def column(self) -> str:
        """The one column of `Person` that it touches."""
        return _COLUMNS[self.action]


class Refusal(Exception):  # noqa: N818  # an answer about one person, not an error
    """Somebody cannot be changed so; ``code`` says why (`REASONS`)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


# Why somebody was left as they were.
REASONS: Mapping[str, str | Promise] = {
    "languages_full": _("has ten languages already"),
    "note_full": _("has no room in the note"),
    "person_changed": _("was changed by somebody else since the preview"),
    "gone": _("is no longer among the people you may see"),
}

_COLUMNS = {
    BulkAction.STATUS: "status",
    BulkAction.REGION: "region_id",
    BulkAction.ADD_LANGUAGE: "languages",
    BulkAction.REMOVE_LANGUAGE: "languages",
    BulkAction.FACT: "facts",
    BulkAction.NOTE: "note",
}


def check_change(change: Change, *, is_region: Callable[[str], bool]) -> Change:
    """Return the change with a clean value.

    Raises:
        BulkValueError: there is nothing like that to set.
    """
    value = clean_text(change.value)
    if not value or not _is_known(change.action, change.fact, value, is_region):
        raise BulkValueError
    fact = change.fact if change.action is BulkAction.FACT else ""
    return Change(action=change.action, value=value, fact=fact)


def fact_choices(code: str) -> dict[str, str | Promise]:
    """Return what a field of the catalogue can be set to for many; nothing for free texts.

    >>> "teacher" in fact_choices("occupation"), fact_choices("employer")
    (True, {})
    """
    fact = CATALOGUE.get(code)
    if fact is None or fact.is_retired or fact.kind not in {FactKind.CHOICE, FactKind.FLAG}:
        return {}
    return {**choices_of(fact), **words_of(fact)}


def effect(change: Change, before: Any) -> Any:
    r"""Return what the column says after the change; the same as ``before`` if it says so already.

    Raises:
        Refusal: it cannot be.

    >>> effect(Change(action=BulkAction.ADD_LANGUAGE, value="nan"), ["cmn"])
    ['cmn', 'nan']
    >>> effect(Change(action=BulkAction.NOTE, value="要走访"), "独居")
    '独居\n要走访'
    """
    value = change.value
    match change.action:
        case BulkAction.ADD_LANGUAGE:
            return _with_language(before, value)
        case BulkAction.REMOVE_LANGUAGE:
            return [language for language in before if language != value]
        case BulkAction.FACT:
            return {**before, change.fact: value}
        case BulkAction.NOTE:
            return _with_line(before, value)
        case _:
            return value


def _with_language(before: list[str], language: str) -> list[str]:
    if language in before:
        return before
    if len(before) >= MOST_PARTS:
        raise Refusal("languages_full")
    return [*before, language]


def _with_line(before: str, line: str) -> str:
    if line in before.split("\n"):
        return before
    after = f"{before}\n{line}" if before else line
    if len(after) > LONGEST_NOTE:
        raise Refusal("note_full")
    return after


def _is_known(action: BulkAction, fact: str, value: str, is_region: Callable[[str], bool]) -> bool:
    match action:
        case BulkAction.STATUS:
            return value in Status.values and value != Status.MINIMISED
        case BulkAction.REGION:
            return value.isascii() and value.isdecimal() and is_region(value)
        case BulkAction.FACT:
            return value in fact_choices(fact)
        case BulkAction.NOTE:
            return len(value) <= LONGEST_LINE
        case _:
            return value in LANGUAGES

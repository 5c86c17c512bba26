"""What a user may be told about people. Codes never change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, StaleWriteError


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, or only doubtful, with one field of what was sent.

    ``field`` is the name in `PersonValues`, with its place for a part: ``phones.0.number``.
    """

    field: str
    code: str
    message: str | Promise


class InvalidPersonError(DomainError):
    """Some of what was sent cannot be kept; ``problems`` says all that is wrong."""

    code = "person_invalid"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = tuple(problems)
        first = self.problems[0]
        super().__init__(first.message, field=first.field)


class FactError(DomainError):
    """A field of the 侨情 catalogue does not take the value; ``problem`` is the code for it."""

    code = "fact_invalid"

    def __init__(self, problem: str, message: str | Promise) -> None:
        self.problem = problem
        super().__init__(message)


class DocumentTakenError(DomainError):
    """Another person, ``person_id``, has this very document, and its number passed the check."""

    code = "document_taken"
    message = _("Another person on record has this document. Compare the two records.")

    def __init__(self, *, person_id: UUID | None, field: str) -> None:
        self.person_id = person_id
        super().__init__(field=field)


class PersonChangedError(StaleWriteError):
    """The record was opened at version ``opened`` and is at ``current`` now."""

    code = "person_changed"
    message = _("Somebody else changed this person while you were working. Compare and save again.")

    def __init__(self, *, opened: int, current: int) -> None:
        self.opened, self.current = opened, current
        super().__init__(field="version")


class ChangedSinceError(DomainError):
    """A change cannot be taken back: ``fields`` were changed again after it."""

    code = "changed_since"
    message = _("This was changed again afterwards. Correct it in the form instead.")

    def __init__(self, fields: Iterable[str]) -> None:
        self.fields = tuple(fields)
        super().__init__(field=self.fields[0])


class PersonMinimisedError(DomainError):
    """What told who the person was is gone, so nothing more is written to the record."""

    code = "person_minimised"
    message = _("This record was reduced to figures. Add the person anew if they come back.")


class UnknownFieldError(DomainError):
    """There is no such masked value on the record."""

    code = "field_unknown"
    message = _("There is nothing to show here.")


class ReasonMissingError(DomainError):
    """Another reason than those listed was chosen and not written down."""

    code = "reason_missing"
    field = "explanation"
    message = _("Write what you need it for.")


class VersionMissingError(DomainError):
    """A program did not say which version of the record it changes."""

    code = "version_missing"
    field = "version"
    message = _("Say which version you change: in `version`, or in the header If-Match.")


class GroupMissingError(DomainError):
    """The group is put away, somebody else's own, or was never there."""

    code = "group_missing"
    field = "group"
    message = _("This group is no longer there.")

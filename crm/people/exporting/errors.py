"""Why a list cannot be taken along."""

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class ColumnsMissingError(DomainError):
    """No column was chosen, or one that does not exist."""

    code = "columns_missing"
    field = "columns"
    message = _("Choose at least one column.")


class ColumnOnlyInFullError(DomainError):
    """A column has no masked form, and masks were asked for."""

    code = "column_only_in_full"
    field = "columns"

    def __init__(self, labels: Sequence[str | Promise]) -> None:
        sentence = gettext(
            "These have no masked form: {columns}. Leave them out, or ask for everything in full."
        )
        super().__init__(sentence.format(columns=gettext(", ").join(map(str, labels))))


class ExportReasonMissingError(DomainError):
    """Nobody said what the list is for."""

    code = "reason_missing"
    field = "reason"
    message = _("Write what you need the list for. The people on it can read this.")


class RefusalMissingError(DomainError):
    """A refusal without a word."""

    code = "reason_missing"
    field = "refusal"
    message = _("Write why, so that your colleague knows what to change.")


class NothingToExportError(DomainError):
    """The filter lets nobody through."""

    code = "nothing_to_export"
    message = _("Nobody is on this list. Choose fewer filters.")


class TooManyPeopleError(DomainError):
    """The list is longer than one file may be."""

    code = "too_many_people"
    message = _("This is more than 50,000 people. Choose a narrower filter.")


class NotAllowedToExportError(DomainError):
    """The account may not take people along, or not in full; perhaps not any more."""

    code = "export_not_allowed"
    field = "is_clear"
    message = _("Whoever asked for this may not take it along.")


class OwnExportError(DomainError):
    """Somebody wanted to approve what they asked for themselves."""

    code = "own_export"
    message = _("Somebody else has to decide about your own export.")


class ExportNotWaitingError(DomainError):
    """It was decided already, or nobody decided in time."""

    code = "export_not_waiting"
    message = _("This export does not wait for a decision any more.")


class MoreThanApprovedError(DomainError):
    """Between the approval and the making, more people came within the filter."""

    code = "more_than_approved"
    message = _("More people are on the list than were agreed to. It waits for a new approval.")


class FileGoneError(DomainError):
    """There is no file, not yet or not any more."""

    code = "file_gone"
    message = _("The file is not here any more. Ask for the list again.")

"""What a user may be told about changes for many. Codes never change."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, StaleWriteError


class NobodyChosenError(DomainError):
    """The selection is empty."""

    code = "nobody_chosen"
    message = _("Nobody is chosen. Tick people in the list first.")


class TooManyChosenError(DomainError):
    """More people than one change may be for."""

    code = "too_many_chosen"
    message = _("These are too many people for one change. Choose a narrower filter.")


class BulkValueError(DomainError):
    """The value fits the chosen change in no way."""

    code = "bulk_value_invalid"
    field = "value"
    message = _("Choose what to set.")


class SelectionChangedError(StaleWriteError):
    """Other people are meant now than those the preview showed: ``before`` many, ``after`` now."""

    code = "selection_changed"
    message = _("Other people match now than in the preview. Look at it again.")

    def __init__(self, *, before: int, after: int) -> None:
        self.before, self.after = before, after
        super().__init__()


class NotAllowedToChangeError(DomainError):
    """Whoever asked for the change may not make it any more."""

    code = "bulk_not_allowed"
    message = _("Whoever asked for this may no longer change many people at once.")


class CannotUndoError(DomainError):
    """It runs still, did nothing, is undone already, or is too old."""

    code = "bulk_cannot_undo"
    message = _("This can no longer be undone as a whole.")

"""What a user may be told about groups and saved filters. Codes never change."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, StaleWriteError


class GroupChangedError(StaleWriteError):
    """The group was opened at version ``opened`` and is at ``current`` now."""

    code = "group_changed"
    message = _("Somebody else changed this group while you were working. Compare and save again.")

    def __init__(self, *, opened: int, current: int) -> None:
        self.opened, self.current = opened, current
        super().__init__(field="version")


class NotYoursError(DomainError):
    """It is shared, or is to be, and the account may not change what the whole site uses."""

    code = "group_not_yours"
    field = "is_shared"
    message = _("You may not change what the whole site uses.")


class NameMissingError(DomainError):
    """It has no name, or too long a one."""

    code = "name_missing"
    field = "name"
    message = _("Write a name, not longer than the field.")


class NumberInFilterError(DomainError):
    """The search is for the end of somebody's number, which no saved filter keeps."""

    code = "filter_has_number"
    message = _("The end of a number is personal. Search for it each time.")


class NothingToSaveError(DomainError):
    """A filter that lets everybody through."""

    code = "filter_empty"
    message = _("Choose a filter first.")

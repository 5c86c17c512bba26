"""What may not be done with households. Codes never change."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, StaleWriteError


class HouseholdInvalidError(DomainError):
    """A text that is missing or too long; ``field`` says which."""

    code = "household_invalid"
    message = _("This cannot be kept.")


class HouseholdChangedError(StaleWriteError):
    """The household was opened at version ``opened`` and is at ``current`` now."""

    code = "household_changed"
    message = _("Somebody else changed this household while you were working.")

    def __init__(self, *, opened: int, current: int) -> None:
        self.opened, self.current = opened, current
        super().__init__(field="version")


class HouseholdClosedError(DomainError):
    """The household is closed."""

    code = "household_closed"
    message = _("This household is closed.")


class MemberTwiceError(DomainError):
    """Somebody is in the household already."""

    code = "member_twice"
    field = "person"
    message = _("This person is in the household already.")


class NotAMemberError(DomainError):
    """There is no such current member."""

    code = "not_a_member"
    field = "member"
    message = _("Nobody like that is in the household now.")


class MembershipDayError(DomainError):
    """A day in the future, or an end that does not lie after the beginning."""

    code = "membership_day"
    field = "on"
    message = _("The day must lie after the beginning, and not in the future.")


class NobodyStaysError(DomainError):
    """A split that takes nobody or everybody along."""

    code = "nobody_stays"
    field = "members"
    message = _("Choose who leaves; at least one person must stay.")


class SameHouseholdError(DomainError):
    """A household was to be joined with itself."""

    code = "same_household"
    field = "other"
    message = _("Choose another household.")

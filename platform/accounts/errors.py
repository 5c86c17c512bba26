"""What a user may be told about accounts, roles and signing in."""

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class PhoneTakenError(DomainError):
    """Another account here has the phone."""

    code = "phone_taken"
    field = "phone"
    message = _("An account with this phone number exists already.")


class InvitationClosedError(DomainError):
    """The link was used, withdrawn, is too old, or never was one."""

    code = "invitation_closed"
    message = _("This invitation is no longer valid. Ask for a new one.")


class PersonHasAccountError(DomainError):
    """The person has an account here."""

    code = "person_has_account"
    message = _("This person can sign in already.")


class WrongPhoneError(DomainError):
    """The invitation is for somebody with another phone."""

    code = "invitation_for_another_phone"
    field = "phone"
    message = _("This invitation was made for another phone number.")


class SelfGrantError(DomainError):
    """Nobody decides about his own roles and his own account's end."""

    code = "own_account"
    message = _("Somebody else must do this: nobody changes the roles of the own account.")


class ExclusiveRolesError(DomainError):
    """The three administrators of the platform are three people."""

    code = "exclusive_roles"
    field = "role"
    message = _("System, security and audit administrator must be different people.")


class WrongPlaceError(DomainError):
    """A platform's role was to be held at a site, or the other way round."""

    code = "role_of_another_place"
    field = "role"
    message = _("This role does not exist here.")


class LastAdministratorError(DomainError):
    """Nobody would be left who can manage accounts."""

    code = "last_administrator"
    message = _("This is the last account that can manage accounts. Appoint another one first.")


class VisitorRoleError(DomainError):
    """Somebody of the platform was to get a role of the site."""

    code = "visitor_role"
    field = "role"
    message = _("A support visitor belongs to the platform and gets no other role here.")


class SupportWindowOpenError(DomainError):
    """Support may come in already."""

    code = "support_window_open"
    message = _("Support may come in already. Close the open window first.")


class NoSupportWindowError(DomainError):
    """The site has not let support in."""

    code = "no_support_window"
    message = _("The site has not opened a support window for you.")


class TokenScopeError(DomainError):
    """A token was to be given more than its owner may do, or nothing at all."""

    code = "token_scope"
    field = "permissions"
    message = _("Choose at least one thing that you may do yourself.")


class UnsentFormTooLongError(DomainError):
    """More was typed into a form than anybody types."""

    code = "unsent_form_too_long"
    message = _("This is too long to be kept. Save the form.")


class TooManyAttemptsError(DomainError):
    """Too many attempts; the text says how long to wait.

    Args:
        seconds: how long until the next attempt is looked at.
    """

    code = "too_many_attempts"

    def __init__(self, seconds: int) -> None:
        self.seconds = max(1, seconds)
        super().__init__(
            gettext("Too many attempts. Please wait {time} and try again.").format(
                time=_waiting_time(self.seconds)
            )
        )


def _waiting_time(seconds: int) -> str | Promise:
    if seconds < 60:
        return ngettext("{n} second", "{n} seconds", seconds).format(n=seconds)
    minutes = -(-seconds // 60)
    return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)

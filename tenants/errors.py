"""What a user or operator may be told about tenants."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class InvalidCodeError(DomainError):
    """The code cannot be a host name, or is reserved."""

    code = "invalid_code"
    field = "code"


class CodeTakenError(DomainError):
    """Another site has the code or the host name."""

    code = "code_taken"
    field = "code"


class InvalidStateError(DomainError):
    """The site's state does not allow this."""

    code = "invalid_state"
    message = _("The site's state does not allow this.")


class ReadOnlyTenantError(DomainError):
    """The site is suspended; nothing can be changed."""

    code = "read_only"

    def __init__(self) -> None:
        super().__init__(_("This site is suspended. It can be read but not changed."))


class UnknownTenantError(DomainError):
    """No site has the code."""

    code = "unknown_tenant"
    message = _("There is no site with this code.")
    field = "code"


class NotAllowedError(DomainError):
    """The account may not do this."""

    code = "not_allowed"
    message = _("This account may not do this.")


class HandoverClosedError(DomainError):
    """The token was used, is too old, is for another site, or never was one."""

    code = "handover_closed"
    message = _("This way in is no longer valid. It works once, for a few seconds, at one site.")


class DeletionError(DomainError):
    """The deletion of a site is not at the step that was asked for."""

    code = "deletion_refused"


class TransferError(DomainError):
    """An export cannot be written, or an archive cannot be taken in."""

    code = "transfer_refused"

"""What a user may be told about the network."""

from common.errors import DomainError


class UnknownRegionError(DomainError):
    """No region has that code."""

    code = "unknown_region"
    field = "region_code"


class AlreadyInvitedError(DomainError):
    """The site has an administrator already; only the site invites people from then on."""

    code = "has_administrator"

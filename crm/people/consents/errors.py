"""Why a consent cannot be given or taken back."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class UnknownPurposeError(DomainError):
    """Nobody asks for this."""

    code = "purpose_unknown"
    field = "purpose"
    message = _("Choose what the consent is for.")


class RecipientMissingError(DomainError):
    """Data is to go outside, and nobody is named."""

    code = "recipient_missing"
    field = "recipient"
    message = _("Name who receives the data: the lawyer, the office or the site.")


class GuardianMissingError(DomainError):
    """The person is under 14, so a guardian decides (个人信息保护法 Art. 31)."""

    code = "guardian_missing"
    field = "given_by"
    message = _("This person is under 14: a guardian must agree.")


class GiverMissingError(DomainError):
    """Somebody else agreed, and is not named."""

    code = "giver_missing"
    field = "giver_name"
    message = _("Write the name of the guardian or agent.")


class ProofMissingError(DomainError):
    """It was given on paper, and nobody could find the paper again."""

    code = "proof_missing"
    field = "proof"
    message = _("Write where the signed paper is kept.")


class ConsentInFutureError(DomainError):
    """It cannot have been given yet, or would have ended before it began."""

    code = "consent_date"
    field = "given_on"
    message = _("The day must be today or earlier, and before the day it ends.")


class ConsentWithdrawnError(DomainError):
    """It was taken back before."""

    code = "consent_withdrawn"
    message = _("This consent was taken back already.")

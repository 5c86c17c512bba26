"""Why something cannot be printed."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class FontMissingError(DomainError):
    """No font with 汉字 is on this machine, so a PDF would be blank."""

    code = "font_missing"
    message = _("No PDF can be made here: the font is missing. Print the page itself instead.")


class SheetGoneError(DomainError):
    """The sheet's day is over, or somebody else printed it."""

    code = "sheet_gone"
    message = _("This sheet is not kept any more. Print it again.")


class PrintReasonMissingError(DomainError):
    """Full numbers were asked for without a reason."""

    code = "reason_missing"
    field = "reason"
    message = _("Write what full numbers are needed for. The person can read this.")


class PrintNotAllowedError(DomainError):
    """The account may not see numbers in full."""

    code = "print_not_allowed"
    field = "is_clear"
    message = _("You may print this sheet with masked numbers only.")

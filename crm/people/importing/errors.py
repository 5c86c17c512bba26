"""Why a file cannot be read as a roster."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class FileUnreadableError(DomainError):
    """It is no spreadsheet that we can open."""

    code = "file_unreadable"
    message = _("This file cannot be opened. Save it as .xlsx or .csv and try again.")


class FileTooLargeError(DomainError):
    """It is larger than a roster can be."""

    code = "file_too_large"
    message = _("This file is too large. Split it into files of at most 100,000 rows and 20 MB.")


class SheetAmbiguousError(DomainError):
    """Several sheets hold rows, or none does."""

    code = "sheet_ambiguous"


class HeadingsMissingError(DomainError):
    """No row looks like the headings of the roster."""

    code = "headings_missing"
    message = _("No row of headings with 姓名 was found among the first rows.")


class HeadingTwiceError(DomainError):
    """Two columns mean the same."""

    code = "heading_twice"

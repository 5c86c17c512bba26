"""Why a file cannot be read as a roster."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, StaleWriteError


class FileUnreadableError(DomainError):
    """It is no spreadsheet that we can open."""

    code = "file_unreadable"
    field = "file"
    message = _("This file cannot be opened. Save it as .xlsx or .csv and try again.")


class FileEmptyError(FileUnreadableError):
    """There is nothing in it."""

    code = "file_empty"
    message = _("This file is empty.")


class FileIsNoTableError(FileUnreadableError):
    """It is a picture, a document or an archive, whatever its name ends in."""

    code = "file_no_table"
    message = _("This is no spreadsheet. Send the .xlsx or .csv file itself.")


class FileIsWebPageError(FileUnreadableError):
    """It is a web page or an XML table under the name of a spreadsheet, as older programs write."""

    code = "file_web_page"
    message = _("This is a web page named like a spreadsheet. Open it and save it as .xlsx.")


class FileEncryptedError(FileUnreadableError):
    """It opens with a password only."""

    code = "file_encrypted"
    message = _("This file has a password. Save it without one and try again.")


class FileHasMacrosError(FileUnreadableError):
    """It has programs in it."""

    code = "file_has_macros"
    message = _("This file has macros. Save it as .xlsx and try again.")


class FileQuoteError(FileUnreadableError):
    """A quotation mark opens and never closes, so that everything behind it is one cell."""

    code = "file_quote"
    message = _(
        "A quotation mark in this file is never closed, and hides rows. Save it as .xlsx and try"
        " again."
    )


class FileTooLargeError(DomainError):
    """It is larger than a roster can be."""

    code = "file_too_large"
    field = "file"
    message = _("This file is too large. Split it into files of at most 100,000 rows and 20 MB.")


class SheetTooWideError(FileTooLargeError):
    """It has more columns than a roster can have, or a stray cell far to the right."""

    code = "sheet_too_wide"
    message = _("This sheet has cells too far to the right. Delete the columns behind the roster.")


class SheetGoneError(DomainError):
    """The plan names a sheet that the file does not have."""

    code = "sheet_gone"
    message = _("This sheet is not in the file.")


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


class FileKindError(DomainError):
    """The name does not end as a spreadsheet's does."""

    code = "file_kind"
    field = "file"
    message = _("Choose a spreadsheet: .xlsx, .xls, .ods or .csv.")


class FileGoneError(DomainError):
    """The file is no longer kept."""

    code = "file_gone"
    message = _("The file is no longer kept. Upload it again.")


class ImportStateError(DomainError):
    """The import has gone on, or is not as far yet."""

    code = "import_state"
    message = _("This import is at another step by now. Look at its page again.")


class ColumnsError(DomainError):
    """The columns cannot be read like that."""

    code = "columns_invalid"
    field = "sheets"


class UndoTooLateError(DomainError):
    """The time for undoing is over."""

    code = "undo_too_late"
    message = _("An import can be undone for 30 days; they are over.")


class EditedSinceError(StaleWriteError):
    """Somebody changed people of the import after it ran; undoing it would leave them."""

    code = "import_edited"
    message = _("Somebody changed people of this import since. They would stay as they are.")


class DecisionError(DomainError):
    """The decision does not fit the row."""

    code = "decision_invalid"
    field = "decisions"
    message = _("This row cannot be decided like that.")

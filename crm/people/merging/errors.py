"""Why records are not merged, or a merge is not undone. Codes never change."""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class SamePersonError(DomainError):
    """Both records are one already."""

    code = "same_record"
    message = _("This is one and the same record.")


class MergeNotAllowedError(DomainError):
    """Whoever asks may not change both records."""

    code = "merge_not_allowed"
    message = _("To merge, you must be allowed to change both records.")


class KinOfOneselfError(DomainError):
    """The records are related to each other, or would be in a circle."""

    code = "kin_of_oneself"
    message = _(
        "The two are on record as relatives, and nobody is their own relative."
        " End that link first if it is a mistake."
    )


class TwiceInOnePlaceError(DomainError):
    """Something that a person can have or be only once would be there twice."""

    code = "twice_in_one_place"

    def __init__(self, what: str | Promise) -> None:
        super().__init__(
            format_lazy(_("Both records have this, and a person can have it once: {what}."),
                        what=what)
        )  # fmt: skip


class AlreadyUndoneError(DomainError):
    """The merge was undone before."""

    code = "merge_undone"
    message = _("This merge was undone already.")


class UndoOverError(DomainError):
    """The thirty days are over."""

    code = "undo_over"
    message = _("A merge can be undone for thirty days; that time is over.")


class EditedSinceError(DomainError):
    """Rows that the merge touched were changed afterwards; ``what`` are their names."""

    code = "edited_since"

    def __init__(self, what: Iterable[str]) -> None:
        self.what = tuple(what)
        super().__init__(
            format_lazy(
                _("This was changed after the merge, so it cannot be undone: {what}."),
                what=", ".join(self.what),
            )
        )

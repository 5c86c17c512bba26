"""What a user may be told went wrong: errors with a stable code and a translated sentence."""

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A rule said no. ``str(error)`` is the sentence for the user, in the active language.

    Subclasses set ``code``, which API clients rely on and which never changes, and a default
    ``message``. Faces answer 422 with ``{code, detail, field}``.

    Args:
        message: replaces the default sentence.
        field: the form field the sentence belongs to, if it belongs to one.
    """

    code: ClassVar[str] = "refused"
    message: str | Promise = _("This cannot be done.")
    field: str | None = None

    def __init__(self, message: str | Promise | None = None, *, field: str | None = None) -> None:
        if message is not None:
            self.message = message
        if field is not None:
            self.field = field
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class StaleWriteError(DomainError):
    """Somebody saved the same row first. Faces answer 409 instead of 422."""

    code = "stale_write"
    message = _("Somebody else changed this in the meantime. Reload the page and try again.")

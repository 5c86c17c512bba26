"""What a user may be told about identities. Codes never change."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.errors import DomainError, StaleWriteError
from crm.people.choices import IdentityState
from crm.people.errors import InvalidPersonError


class TransitionError(DomainError):
    """No step leads from the one state to the other."""

    code = "identity_transition"

    def __init__(self, source: IdentityState, target: IdentityState) -> None:
        sentence: str | Promise = _("An identity that is “{source}” cannot become “{target}”.")
        super().__init__(str(sentence).format(source=source.label, target=target.label), field="to")


class InvalidStepError(InvalidPersonError):
    """Some of what was said with a step cannot be; ``problems`` says all that is wrong."""

    code = "identity_step_invalid"


class IdentityChangedError(StaleWriteError):
    """Somebody else wrote a step since the page was opened."""

    code = "identity_changed"
    message = _("Something happened to this identity while you were working. Look at it again.")


class NotUnderReviewError(DomainError):
    """There is no review to close."""

    code = "identity_not_under_review"
    message = _("This identity is not under review.")


class UndoError(DomainError):
    """The last step cannot be undone, by this account or any more."""

    code = "identity_undo"
    message = _(
        "A step can be undone for ten minutes, by whoever took it, if nothing followed. "
        "Later, take the next step and say why."
    )


class CurrentAlreadyError(DomainError):
    """The ended identity would be the second current one of its kind."""

    code = "identity_current_already"
    message = _("The person has this identity anew already. This one stays ended.")


class GroundError(DomainError):
    """The link cannot carry this identity."""

    code = "identity_ground"
    field = "ground"
    message = _("Choose one of the relatives listed.")


class GroundTakenError(DomainError):
    """The identity rests on this link already."""

    code = "identity_ground_twice"
    field = "ground"
    message = _("The identity rests on this relative already.")


class InvalidStayError(InvalidPersonError):
    """Some of what was said about a stay cannot be; ``problems`` says all that is wrong."""

    code = "stay_invalid"

"""What may not be said about relatives. Codes never change."""

from django.utils.translation import gettext_lazy as _

from common.errors import DomainError


class OwnRelativeError(DomainError):
    """Somebody was linked to themselves."""

    code = "own_relative"
    field = "relative"
    message = _("Nobody is their own relative. Choose the other person.")


class KinshipExistsError(DomainError):
    """The two are linked this way already."""

    code = "kinship_exists"
    field = "relative"
    message = _("This is on record already.")


class KinshipContradictsError(DomainError):
    """The two are linked in a way that rules this out."""

    code = "kinship_contradicts"
    field = "relation"
    message = _("These two are linked in another way. End that link first, if it is wrong.")


class ParentLoopError(DomainError):
    """Somebody would be their own ancestor."""

    code = "parent_loop"
    field = "relative"
    message = _("The parent would descend from the child. Compare the two records.")


class TooManyParentsError(DomainError):
    """There are two natural parents already, or one of the same sex."""

    code = "too_many_parents"
    field = "relative"
    message = _("The child has this natural parent already. Perhaps it is by adoption or marriage.")


class MarriedError(DomainError):
    """One of the two is married to somebody else."""

    code = "married"
    field = "relative"
    message = _("One of the two has a spouse on record. End that marriage first.")


class RelativeSexError(DomainError):
    """The word and the record disagree about somebody's sex."""

    code = "relative_sex"
    field = "relation"
    message = _("This word does not fit the sex on record. Choose another, or correct the record.")


class BasisError(DomainError):
    """Such a link does not rest on that."""

    code = "basis_unfit"
    field = "basis"
    message = _("This relation does not come about that way.")


class EndReasonError(DomainError):
    """Such a link does not end for that reason."""

    code = "end_reason_unfit"
    field = "reason"
    message = _("This link does not end for that reason.")


class EndDayError(DomainError):
    """The day of the end is in the future, or not after the beginning."""

    code = "end_day"
    field = "on"
    message = _("The day must lie after the beginning, and not in the future.")


class EndedAlreadyError(DomainError):
    """The link has ended."""

    code = "ended_already"
    message = _("This has ended already.")


class FutureDayError(DomainError):
    """A beginning in the future."""

    code = "date_in_future"
    field = "valid_from"
    message = _("This day has not come yet.")


class UnnamedKinError(DomainError):
    """A name of a relative abroad without that relative's consent."""

    code = "kin_not_agreed"
    field = "name"
    message = _("A name may be kept only if the relative agreed. Tick that, or leave it out.")


class KinYearError(DomainError):
    """A year that cannot be."""

    code = "kin_year"
    field = "since_year"
    message = _("Write a year between 1840 and this one.")


class KinTextError(DomainError):
    """A text that is too long, or a country that does not exist; ``field`` says which."""

    code = "kin_invalid"
    message = _("This cannot be kept.")


class NoGroundError(DomainError):
    """Nobody's relative by law, as far as the record shows."""

    code = "no_ground"
    message = _("No link within the circle of the law leads to a 归侨 or 华侨.")

"""The closed lists of this app. Codes are stored and never change; labels are translated."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Sex(models.TextChoices):
    """Sex as a document states it (GB/T 2261.1); not asked is not the same as either."""

    FEMALE = "female", _("female")
    MALE = "male", _("male")
    UNKNOWN = "unknown", _("unknown")


class Precision(models.TextChoices):
    """How much of a date is known; the parts beyond it are 1."""

    DAY = "day", _("day")
    MONTH = "month", _("month")
    YEAR = "year", _("year")


class Status(models.TextChoices):
    """Whether the site still serves the person."""

    ACTIVE = "active", pgettext_lazy("person", "active")
    MOVED = "moved", _("moved away")
    DECEASED = "deceased", _("deceased")


class Source(models.TextChoices):
    """How the record came here."""

    FORM = "form", _("entered at the site")
    ROSTER = "roster", _("imported from a roster")
    API = "api", _("sent by another program")


class IdentityCode(models.TextChoices):
    """Categories of the national survey forms; only the first four have a standing in law.

    Source: 国侨发〔2009〕5号 for the four, county census notices for the rest.
    """

    RETURNED = "GQ", _("returned overseas Chinese (归侨)")
    RELATIVE = "QJ", _("relative of overseas Chinese (侨眷)")
    OVERSEAS = "HQ", _("overseas Chinese (华侨)")
    FOREIGN = "WJHR", _("foreign national of Chinese origin (外籍华人)")
    DISTANT_RELATIVE = "QS", _("collateral relative (侨属)")
    HONG_KONG_MACAO = "GA", _("Hong Kong or Macao resident")
    HONG_KONG_MACAO_RELATIVE = "GAJ", _("relative of a Hong Kong or Macao resident")
    STUDENT_ABROAD = "LXS", _("student abroad")
    RETURNED_STUDENT = "LXGG", _("returned student")
    STUDENT_RELATIVE = "LXJS", _("family of a student abroad")
    OTHER = "OTHER", _("no overseas status")


class IdentityState(models.TextChoices):
    """How far an identity is established. The site checks papers; only an authority recognises."""

    SELF_DECLARED = "self_declared", _("self-declared")
    MATERIALS_CHECKED = "materials_checked", _("materials checked")
    SUBMITTED = "submitted", _("submitted")
    RECOGNISED = "recognised", _("recognised")
    REFUSED = "refused", pgettext_lazy("identity", "refused")
    ENDED = "ended", _("ended")


class DocumentKind(models.TextChoices):
    """Identity papers with a number."""

    RESIDENT_ID = "resident_id", _("resident identity card")
    RESIDENCE_PERMIT = "residence_permit", _("residence permit for Hong Kong, Macao and Taiwan")
    PASSPORT = "passport", _("passport")
    HOME_RETURN_PERMIT = "home_return_permit", _("mainland travel permit, Hong Kong and Macao")
    TAIWAN_PERMIT = "taiwan_permit", _("mainland travel permit, Taiwan")
    PERMANENT_RESIDENCE = "permanent_residence", _("foreign permanent resident card")
    OTHER = "other", _("other paper")


class CheckResult(models.TextChoices):
    """Whether a number has the shape and the check digit of its kind."""

    OK = "ok", _("checked")
    UNVERIFIED = "unverified", _("unverified")


class RevealReason(models.TextChoices):
    """What somebody may need a masked value for."""

    CONTACT = "contact", _("to reach the person")
    IDENTITY = "identity", _("to make sure who it is")
    APPLICATION = "application", _("to fill in an application for the person")
    CORRECTION = "correction", _("to correct the record")
    OTHER = "other", _("another reason, written below")

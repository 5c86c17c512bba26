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
    # Nobody served any more: what told who it was is gone, so that counts stay true.
    MINIMISED = "minimised", _("reduced to figures")


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


class StepKind(models.TextChoices):
    """What a line of an identity's history says."""

    CHANGE = "change", _("the state changed")
    REMOVED = "removed", _("taken out of the person's record")
    REVIEW = "review", _("to be reviewed")
    CARRIED = "carried", _("rests on another link now")
    NOTE = "note", _("noted, changes nothing")
    KEPT = "kept", _("kept after the review")
    UNDONE = "undone", _("last step undone")


class ReviewReason(models.TextChoices):
    """What happened to a link that an identity rests on."""

    DIVORCE = "divorce", _("divorce")
    DEATH = "death", _("death of the relative")
    SUPPORT_ENDED = "support_ended", _("end of the support")
    LINK_REMOVED = "link_removed", _("the link was removed")
    STANDING_CHANGED = "standing", _("the relative's standing changed")


class EndReason(models.TextChoices):
    """Why a link between two people, or what rests on it, ended."""

    DIVORCE = "divorce", _("divorce")
    DEATH = "death", pgettext_lazy("end of a link", "death")
    SUPPORT_ENDED = "support_ended", _("end of the support")
    MISTAKE = "mistake", _("entered by mistake")
    OTHER = "other", pgettext_lazy("end of a link", "another reason")


class ResidenceRight(models.TextChoices):
    """By what right somebody lived in a country."""

    PERMANENT = "permanent", _("permanent or long-term residence")
    LEGAL = "legal", _("other legal residence")
    NONE = "none", _("none, or not known")


class StayPurpose(models.TextChoices):
    """What somebody was abroad for. Study and official or posted work do not count."""

    SETTLED = "settled", _("living there")
    STUDY = "study", _("study")
    POSTED = "posted", _("official or posted work")


class KinLink(models.TextChoices):
    """The simplest links; what somebody is called follows from them.

    The last three leap over one person who is not on the register: a grandparent whose own child
    is not here, the parents of a spouse who is not here.
    """

    PARENT = "parent", _("parent")
    SPOUSE = "spouse", _("spouse")
    SIBLING = "sibling", _("brother or sister")
    SUPPORTER = "supporter", _("gives long-term support")
    PATERNAL = "paternal", _("grandparent through the father")
    MATERNAL = "maternal", _("grandparent through the mother")
    IN_LAW = "in_law", _("parent of the spouse")


class KinBasis(models.TextChoices):
    """What a link rests on in law."""

    BLOOD = "blood", _("blood")
    MARRIAGE = "marriage", _("marriage")
    ADOPTION = "adoption", _("adoption")
    SUPPORT = "support", _("support")


class KinCode(models.TextChoices):
    """What a relative is to somebody, as rosters and forms have it.

    Source: 归侨侨眷权益保护法 Art. 2; the last is outside the statutory circle.
    """

    SPOUSE = "SPO", _("spouse")
    PARENT = "PAR", _("father or mother")
    CHILD = "CHI", _("son or daughter")
    CHILD_IN_LAW = "CHS", _("son-in-law or daughter-in-law")
    SIBLING = "SIB", _("brother or sister")
    GRANDPARENT = "GRP", _("grandparent")
    GRANDCHILD = "GRC", _("grandchild")
    SUPPORT = "SUP", _("relative with long-term support")
    COLLATERAL = "COL", _("other relative")


class OverseasStanding(models.TextChoices):
    """What a relative abroad is in law."""

    OVERSEAS = "HQ", _("overseas Chinese (华侨)")
    FOREIGN = "WJHR", _("foreign national of Chinese origin (外籍华人)")
    STUDENT = "LXS", _("student abroad")


class HouseholdRole(models.TextChoices):
    """What somebody is in a household, as the household register has it."""

    HEAD = "head", _("head of the household")
    SPOUSE = "spouse", _("spouse")
    CHILD = "child", _("child")
    PARENT = "parent", _("father or mother")
    GRANDCHILD = "grandchild", _("grandchild")
    GRANDPARENT = "grandparent", _("grandparent")
    SIBLING = "sibling", _("brother or sister")
    IN_LAW = "in_law", _("relative by marriage")
    OTHER = "other", pgettext_lazy("household", "other")


class MembershipKind(models.TextChoices):
    """Why somebody belongs to a household."""

    REGISTERED = "registered", _("household register")
    LIVING = "living", _("living there")
    SUPPORTED = "supported", _("supported by it")


class ContactKind(models.TextChoices):
    """Ways to reach somebody besides phones."""

    WECHAT = "wechat", _("WeChat")
    EMAIL = "email", _("e-mail")
    QQ = "qq", "QQ"
    ADDRESS_ABROAD = "abroad", _("address abroad")


class ConsentGiver(models.TextChoices):
    """Who said yes."""

    SELF = "self", _("the person")
    GUARDIAN = "guardian", _("a guardian")
    AGENT = "agent", _("somebody with a power of attorney")


class ConsentChannel(models.TextChoices):
    """How somebody said yes, or took it back."""

    PAPER = "paper", _("on paper, signed")
    DESK = "desk", _("at the window")
    PHONE = "phone", _("by phone")
    ONLINE = "online", _("in their own account")


class FactKind(models.TextChoices):
    """What a field of the 侨情 catalogue takes; see `crm.people.facts`."""

    CHOICE = "choice", _("one of a list")
    COUNTRY = "country", _("country or region")
    DATE = "date", _("date, or month, or year")
    YEAR = "year", _("year")
    FLAG = "flag", _("yes or no")
    NUMBER = "number", _("number")
    TEXT = "text", _("text")


class FactSection(models.TextChoices):
    """How the fields of the catalogue are grouped, in this order."""

    ABROAD = "abroad", _("Abroad and back")
    BACKGROUND = "background", _("Background")
    WORK = "work", _("Work")
    STUDY = "study", _("Study abroad")
    FARM = "farm", _("Overseas Chinese farm")
    OWN = "own", _("Fields of this site")


class ChangeCause(models.TextChoices):
    """How a change of a record came about."""

    FORM = "form", _("entered at the site")
    API = "api", _("sent by another program")
    IMPORT = "import", _("imported from a roster")
    MERGE = "merge", _("two records made one")
    UNDO = "undo", _("undone")
    BULK = "bulk", _("changed for many at once")
    UPKEEP = "upkeep", _("done by the program")


class BulkAction(models.TextChoices):
    """What can be changed for many people at once."""

    STATUS = "status", _("set the status")
    REGION = "region", _("set the native place")
    ADD_LANGUAGE = "add_language", _("add a language")
    REMOVE_LANGUAGE = "remove_language", _("remove a language")
    FACT = "fact", _("set one of the particulars")
    NOTE = "note", _("add a line to the note")


class BulkState(models.TextChoices):
    """Where a change for many people stands."""

    PREVIEWED = "previewed", _("previewed")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")


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


class FoundByKind(models.TextChoices):
    """What of a person a search answers to, if it is not the full name."""

    FORMER_NAME = "former_name", _("former name")
    OTHER_NAME = "other_name", _("other name")
    PHONE = "phone", _("end of a phone")
    DOCUMENT = "document", _("end of a paper's number")


class RevealReason(models.TextChoices):
    """What somebody may need a masked value for."""

    CONTACT = "contact", _("to reach the person")
    IDENTITY = "identity", _("to make sure who it is")
    APPLICATION = "application", _("to fill in an application for the person")
    CORRECTION = "correction", _("to correct the record")
    OTHER = "other", _("another reason, written below")


class Evidence(models.TextChoices):
    """What speaks for two records being of one person, or against it."""

    SAME_PAPER = "same_paper", _("the same paper")
    OLD_NUMBER = "old_number", _("the same identity number, once with 15 and once with 18 digits")
    SAME_UNCHECKED_NUMBER = "same_unchecked_number", _("the same number, which fails its check")
    RENEWED_PASSPORT = "renewed_passport", _("passports of one country, one perhaps renewed")
    SAME_NAME = "same_name", _("the same name")
    SAME_OTHER_NAME = "same_other_name", _("the same former or other name")
    SAME_SOUND = "same_sound", _("the name sounds the same, with other characters")
    OTHER_NAME_SOUND = "other_name_sound", _("a former or other name sounds the same")
    DIFFERENT_NAME = "different_name", _("different names")
    SAME_BIRTH_DATE = "same_birth_date", _("the same date of birth")
    SAME_BIRTH_MONTH = "same_birth_month", _("the same month of birth")
    SAME_BIRTH_YEAR = "same_birth_year", _("the same year of birth")
    SLIP_IN_BIRTH_DATE = "slip_in_birth_date", _("dates of birth that one slip of the pen explains")
    LUNAR_BIRTH_DATE = (
        "lunar_birth_date",
        _("dates of birth of which one may be by the lunar calendar"),
    )
    NO_BIRTH_DATE = "no_birth_date", _("neither has a date of birth")
    DIFFERENT_BIRTH_DAY = "different_birth_day", _("another day of the same year")
    DIFFERENT_BIRTH_YEAR = "different_birth_year", _("different years of birth")
    SAME_PHONE = "same_phone", _("the same phone")
    SHARED_PHONE = "shared_phone", _("the same phone, which more people share")
    SAME_CONTACT = "same_contact", _("the same e-mail address or account")
    SHARED_CONTACT = "shared_contact", _("the same address or account, which more people share")
    DIFFERENT_SEX = "different_sex", _("different sex")
    DIFFERENT_PAPERS = "different_papers", _("different valid numbers of one kind of paper")


class ExportState(models.TextChoices):
    """Where an export stands."""

    WAITING = "waiting", _("waits for a second person")
    APPROVED = "approved", pgettext_lazy("export", "being made")
    MADE = "made", pgettext_lazy("export", "ready")
    REFUSED = "refused", pgettext_lazy("export", "refused")
    EXPIRED = "expired", pgettext_lazy("export", "expired")


class ExportFormat(models.TextChoices):
    """Kinds of files that lists are written to."""

    XLSX = "xlsx", _("workbook (.xlsx)")
    CSV = "csv", _("text (.csv)")


class SheetKind(models.TextChoices):
    """What a printed sheet is about."""

    PERSON = "person", _("person")
    HOUSEHOLD = "household", _("household")


class PairDecision(models.TextChoices):
    """What somebody decided about two records that may be of one person; merged ones are one."""

    OPEN = "open", _("to be decided")
    NOT_DUPLICATE = "not_duplicate", _("two people")


class DistinctReason(models.TextChoices):
    """How somebody knows that two similar records are of two people."""

    ASKED = "asked", _("asked them, or somebody who knows both")
    PAPERS = "papers", _("saw both their papers")
    FAMILY = "family", _("twins or other relatives")
    OTHER = "other", _("another reason, written below")

"""People, and the papers, phones and identities each of them has."""

import datetime as dt
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import BlindIndexField, EncryptedTextField
from common.ids import uuid7
from common.masking import mask_address, mask_id_number, mask_phone
from common.phones import PhoneKind
from common.registry import Basis, PersonalData, Sensitivity
from crm.people.choices import (
    CheckResult,
    DocumentKind,
    IdentityCode,
    IdentityState,
    Precision,
    Sex,
    Source,
    Status,
)
from network.models import Region

if TYPE_CHECKING:
    from accounts.models import User

_COUNTRY = r"^[A-Z]{2}$"


def _kept(purpose: str, sensitivity: Sensitivity) -> PersonalData:
    """Return the entry of a column kept for as long as the person is on the site's register."""
    return PersonalData(
        purpose=purpose, basis=Basis.CONSENT, retention="membership", sensitivity=sensitivity
    )


def _who() -> "models.ForeignKey[User | None, User | None]":
    """Return a column for the account that acted; None where a command did."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )


class PersonQuerySet(models.QuerySet["Person"]):
    """Adjectives for people."""

    def with_identity(self, code: str) -> Self:
        """Keep people who have this identity now."""
        return self.filter(
            models.Exists(
                PersonIdentity.objects.filter(
                    person=models.OuterRef("pk"), code=code, ended_on__isnull=True
                )
            )
        )

    def born_between(self, first: dt.date | None, last: dt.date | None) -> Self:
        """Keep people born on these days or between them; None leaves an end open."""
        found = self
        if first is not None:
            found = found.filter(birth_date__gte=first)
        if last is not None:
            found = found.filter(birth_date__lte=last)
        return found


class Person(models.Model):
    """Somebody the site knows. Whoever can sign in is a `User`, which is another matter.

    ``sort_key`` and ``search`` follow from the names and numbers; only the services write them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    full_name = models.CharField(_("full name"), max_length=120)
    # Pinyin without tones, where the usual reading is not this family's: "zeng" for 曾.
    surname_reading = models.CharField(_("reading of the surname"), max_length=30, blank=True)
    former_names = ArrayField(
        models.CharField(max_length=120), verbose_name=_("former names"), default=list, blank=True
    )
    # In a passport, in Chinese, among friends: any script.
    other_names = ArrayField(
        models.CharField(max_length=120), verbose_name=_("other names"), default=list, blank=True
    )
    sex = models.CharField(_("sex"), max_length=8, choices=Sex, default=Sex.UNKNOWN)
    birth_date = models.DateField(_("date of birth"), null=True, blank=True)
    birth_precision = models.CharField(
        _("known to the"), max_length=8, choices=Precision, blank=True
    )
    nationality = models.CharField(_("nationality"), max_length=2, blank=True)
    region = models.ForeignKey(
        Region,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("native place"),
    )
    address = EncryptedTextField(_("address"), mask=mask_address, null=True, blank=True)
    # ISO 639-3, Chinese languages apart: cmn, nan, yue, hak, …
    languages = ArrayField(
        models.CharField(max_length=8), verbose_name=_("languages"), default=list, blank=True
    )
    note = models.TextField(_("note"), blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.FORM)
    # Grows with every change; a form that was opened at an older one may not overwrite this row.
    version = models.PositiveIntegerField(default=1)
    # Compared byte by byte, as `common.names.sort_key` means it, on every server.
    sort_key = models.CharField(max_length=200, editable=False, db_collation="C")
    search = SearchVectorField(editable=False)
    created_at = models.DateTimeField()
    created_by = _who()
    updated_at = models.DateTimeField()
    updated_by = _who()

    objects = PersonQuerySet.as_manager()

    personal_data = {
        "full_name": _kept("identify", Sensitivity.S1),
        "surname_reading": _kept("find by pinyin", Sensitivity.S1),
        "former_names": _kept("identify", Sensitivity.S1),
        "other_names": _kept("identify", Sensitivity.S1),
        "sex": _kept("identify", Sensitivity.S1),
        "birth_date": _kept("identify, services by age", Sensitivity.S2),
        "birth_precision": _kept("identify", Sensitivity.S2),
        "nationality": _kept("which services fit", Sensitivity.S1),
        "address": _kept("visits and letters", Sensitivity.S2),
        "languages": _kept("speak with the person", Sensitivity.S1),
        "note": _kept("what staff must know", Sensitivity.S2),
        "status": _kept("serve or not", Sensitivity.S1),
        "sort_key": _kept("order of lists", Sensitivity.S1),
        "search": _kept("find by name; numbers as keyed tokens only", Sensitivity.S2),
    }
    not_personal = frozenset({"source", "version"})

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["sort_key", "id"]
        indexes = [
            # The people list, page by page.
            models.Index(fields=["sort_key", "id"], name="person_in_order"),
            # The search box. Writes go to a list first, which each search reads through: short
            # enough not to be felt, long enough to make imports faster.
            GinIndex(
                fields=["search"],
                name="person_search",
                fastupdate=True,
                gin_pending_list_limit=256,
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(full_name=""), name="person_has_a_name"),
            models.CheckConstraint(condition=Q(sex__in=Sex.values), name="person_sex_is_known"),
            models.CheckConstraint(
                condition=Q(birth_date__isnull=True, birth_precision="")
                | Q(birth_date__isnull=False, birth_precision__in=Precision.values),
                name="birth_date_and_its_precision_together",
            ),
            models.CheckConstraint(
                condition=~Q(birth_precision=Precision.MONTH) | Q(birth_date__day=1),
                name="birth_month_is_its_first_day",
            ),
            models.CheckConstraint(
                condition=~Q(birth_precision=Precision.YEAR)
                | Q(birth_date__day=1, birth_date__month=1),
                name="birth_year_is_its_first_day",
            ),
            models.CheckConstraint(
                condition=Q(nationality="") | Q(nationality__regex=_COUNTRY),
                name="nationality_is_a_country_code",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="person_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(source__in=Source.values), name="person_source_is_known"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="person_version_counts_up"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def age_on(self, day: dt.date) -> int | None:
        """Return the age in full years; None where not even the year of birth is known."""
        return age_on(self.birth_date, day)


def age_on(birth_date: dt.date | None, day: dt.date) -> int | None:
    """Return the age in full years; from a year or month alone it is the age after the birthday.

    >>> born = dt.date(1958, 3, 2)
    >>> age_on(born, dt.date(2026, 3, 1)), age_on(born, dt.date(2026, 3, 2)), age_on(None, born)
    (67, 68, None)
    """
    if birth_date is None:
        return None
    birthday_to_come = (day.month, day.day) < (birth_date.month, birth_date.day)
    return day.year - birth_date.year - birthday_to_come


class PersonIdentity(models.Model):
    """One category a person falls under, from one time to another, and how far it is proven."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="identities")
    code = models.CharField(_("identity"), max_length=8, choices=IdentityCode)
    state = models.CharField(
        _("state"), max_length=20, choices=IdentityState, default=IdentityState.SELF_DECLARED
    )
    # Where the person lives, came back from, or has the relatives this identity rests on.
    country = models.CharField(_("country"), max_length=2, blank=True)
    since = models.DateField(_("since"), null=True, blank=True)
    since_precision = models.CharField(max_length=8, choices=Precision, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = _who()

    personal_data = {
        "code": _kept("which services fit", Sensitivity.S1),
        "state": _kept("which services fit", Sensitivity.S1),
        "country": _kept("overseas ties", Sensitivity.S2),
        "since": _kept("overseas ties", Sensitivity.S2),
        "since_precision": _kept("overseas ties", Sensitivity.S2),
        "ended_on": _kept("which services fit", Sensitivity.S1),
    }

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "code"],
                condition=Q(ended_on__isnull=True),
                name="one_current_identity_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(code__in=IdentityCode.values), name="identity_code_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=IdentityState.values), name="identity_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=IdentityState.ENDED, ended_on__isnull=False)
                | (~Q(state=IdentityState.ENDED) & Q(ended_on__isnull=True)),
                name="identity_ended_with_its_day",
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=_COUNTRY),
                name="identity_country_is_a_country_code",
            ),
            models.CheckConstraint(
                condition=Q(since__isnull=True, since_precision="")
                | Q(since__isnull=False, since_precision__in=Precision.values),
                name="identity_since_and_its_precision_together",
            ),
        ]

    def __str__(self) -> str:
        return self.get_code_display()


class PersonDocument(models.Model):
    """An identity paper. A number that fails its check is kept, and marked as unverified."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="documents")
    kind = models.CharField(_("kind of paper"), max_length=20, choices=DocumentKind)
    number = EncryptedTextField(_("number"), mask=mask_id_number)
    # Of kind, country and number together: passports of two countries may share a number.
    number_index = BlindIndexField(editable=False)
    country = models.CharField(_("issued by"), max_length=2, default="CN")
    issuing_place = models.CharField(_("place of issue"), max_length=80, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    check_result = models.CharField(_("check"), max_length=12, choices=CheckResult)
    # The older paper of the same kind that this one took the place of.
    renews = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="renewed_by", db_index=False
    )
    # Why date of birth or sex are not those in the number; asked for where they differ.
    mismatch_reason = models.CharField(_("why it differs"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = _who()

    personal_data = {
        "kind": _kept("prove who it is", Sensitivity.S1),
        "number": _kept("prove who it is", Sensitivity.S3),
        "number_index": _kept("find the same person again", Sensitivity.S3),
        "country": _kept("prove who it is", Sensitivity.S1),
        "issuing_place": _kept("prove who it is", Sensitivity.S2),
        "valid_from": _kept("remind before it ends", Sensitivity.S2),
        "valid_to": _kept("remind before it ends", Sensitivity.S2),
        "mismatch_reason": _kept("prove who it is", Sensitivity.S2),
    }
    not_personal = frozenset({"check_result", "position"})

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["position", "id"]
        indexes = [
            # add_person and the import: does somebody have this paper already?
            models.Index(fields=["number_index"], name="document_by_number"),
        ]
        constraints = [
            # Mistyped numbers may collide; a number that passed its check belongs to one person.
            models.UniqueConstraint(
                fields=["number_index"],
                condition=Q(check_result=CheckResult.OK),
                name="a_checked_document_belongs_to_one_person",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=DocumentKind.values), name="document_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(check_result__in=CheckResult.values), name="document_check_is_known"
            ),
            models.CheckConstraint(
                condition=Q(country__regex=_COUNTRY), name="document_country_is_a_country_code"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                name="document_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class PersonPhone(models.Model):
    """A number somebody can be reached at. A family may share one, so it is not unique."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="phones")
    number = EncryptedTextField(_("phone"), mask=mask_phone)  # E.164
    number_index = BlindIndexField(editable=False)
    kind = models.CharField(max_length=8, choices=[(kind.value, kind.value) for kind in PhoneKind])
    extension = models.CharField(_("extension"), max_length=6, blank=True)
    # The phone at position 0 is called first.
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = _who()

    personal_data = {
        "number": _kept("reach the person", Sensitivity.S2),
        "number_index": _kept("find who called", Sensitivity.S2),
        "extension": _kept("reach the person", Sensitivity.S2),
    }
    not_personal = frozenset({"kind", "position"})

    class Meta:
        verbose_name = _("phone")
        verbose_name_plural = _("phones")
        ordering = ["position", "id"]
        indexes = [
            # The import and, later, duplicates: who has this phone?
            models.Index(fields=["number_index"], name="phone_by_number"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "number_index"], name="a_phone_once_per_person"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in PhoneKind]), name="phone_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.number)

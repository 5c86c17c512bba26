"""People: what a person's own row says. Their papers, phones and identities lie beside it."""

import datetime as dt
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from common.masking import mask_address
from common.registry import Sensitivity
from crm.people.choices import Precision, Sex, Source, Status
from crm.people.dates import age_on
from crm.people.models.columns import COUNTRY, kept, who
from network.models import Region


class PersonQuerySet(models.QuerySet["Person"]):
    """Adjectives for people."""

    def with_identity(self, code: str = "", *, state: str = "") -> Self:
        """Keep people who have this identity now, any if none is named, and in this state."""
        wanted = {"code": code, "state": state}
        return self.filter(
            models.Exists(
                self.model._meta.apps.get_model("people", "PersonIdentity").objects.filter(
                    person=models.OuterRef("pk"),
                    ended_on__isnull=True,
                    **{name: value for name, value in wanted.items() if value},
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

    ``sort_key``, ``search`` and the name keys follow from the names and numbers; only the
    services write them.
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
    # 侨情: what `crm.people.facts` lists, by code; a missing code means that nobody has asked.
    facts = models.JSONField(_("overseas Chinese particulars"), default=dict, blank=True)
    note = models.TextField(_("note"), blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    source = models.CharField(_("source"), max_length=8, choices=Source, default=Source.FORM)
    # Grows with every change; a form that was opened at an older one may not overwrite this row.
    version = models.PositiveIntegerField(default=1)
    # Compared byte by byte, as `common.names.sort_key` means it, on every server.
    sort_key = models.CharField(max_length=200, editable=False, db_collation="C")
    search = SearchVectorField(editable=False)
    # Pinyin and year of birth, of the full name and of all others; see `crm.people.name_keys`.
    name_key = models.CharField(max_length=110, default="", editable=False, db_collation="C")
    other_name_keys = ArrayField(
        models.CharField(max_length=110), default=list, editable=False, blank=True
    )
    created_at = models.DateTimeField()
    created_by = who()
    updated_at = models.DateTimeField()
    updated_by = who()

    objects = PersonQuerySet.as_manager()

    personal_data = {
        "full_name": kept("identify", Sensitivity.S1),
        "surname_reading": kept("find by pinyin", Sensitivity.S1),
        "former_names": kept("identify", Sensitivity.S1),
        "other_names": kept("identify", Sensitivity.S1),
        "sex": kept("identify", Sensitivity.S1),
        "birth_date": kept("identify, services by age", Sensitivity.S2),
        "birth_precision": kept("identify", Sensitivity.S2),
        "nationality": kept("which services fit", Sensitivity.S1),
        "address": kept("visits and letters", Sensitivity.S2),
        "languages": kept("speak with the person", Sensitivity.S1),
        "facts": kept("which services fit, overseas ties", Sensitivity.S2),
        "note": kept("what staff must know", Sensitivity.S2),
        "status": kept("serve or not", Sensitivity.S1),
        "sort_key": kept("order of lists", Sensitivity.S1),
        "search": kept("find by name; numbers as keyed tokens only", Sensitivity.S2),
        "name_key": kept("find the same person again", Sensitivity.S2),
        "other_name_keys": kept("find the same person again", Sensitivity.S2),
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
            # Duplicates: who has this name and year of birth?
            models.Index(fields=["name_key"], name="person_by_name_key"),
            # The same, of those few who have further names.
            GinIndex(
                fields=["other_name_keys"],
                name="person_by_other_name_keys",
                condition=~Q(other_name_keys=[]),
                fastupdate=False,
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
                condition=Q(nationality="") | Q(nationality__regex=COUNTRY),
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

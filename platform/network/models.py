"""Reference tables of the network. They live in the public schema and every site may read them."""

import datetime as dt
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class RegionQuerySet(models.QuerySet["Region"]):
    """Adjectives for regions."""

    def valid_on(self, day: dt.date) -> Self:
        """Keep regions whose code was in force on ``day``."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        )


class Region(models.Model):
    """An administrative division under its GB/T 2260 code.

    Codes of 6 digits come from the state's list, down to the county; the platform may add streets
    (9 digits) and communities (12 digits) below them. A code that the state withdraws keeps its
    row, with ``valid_to`` and ``successor``, because people's papers keep the old code for life.
    """

    class Level(models.IntegerChoices):
        """Depth of a region, from the top."""

        PROVINCE = 1, _("province")
        CITY = 2, _("city")
        COUNTY = 3, _("county or district")
        STREET = 4, _("street or township")
        COMMUNITY = 5, _("community or village")

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    # A county of a municipality, or one that its province governs directly, has no city between.
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until (exclusive)"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("replaced by"),
    )
    source = models.CharField(_("source"), max_length=200)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[1-9][0-9]{5}([0-9]{3}([0-9]{3})?)?$"),
                name="region_code_has_6_9_or_12_digits",
            ),
            models.CheckConstraint(
                condition=Q(level=1, parent__isnull=True)
                | Q(level__gt=1, level__lte=5, parent__isnull=False),
                name="only_a_province_has_no_parent",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="region_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name

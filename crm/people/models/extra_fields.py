"""Fields that a site adds to the 侨情 catalogue for itself."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.ids import uuid7
from crm.people.choices import FactKind
from crm.people.models.columns import who


class ExtraField(models.Model):
    """One field of a site's own; its values lie in ``Person.facts`` and never leave the site.

    It is never deleted: values on record keep their name. Options are kept by their words, so
    whoever has one that was taken off the list keeps it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=12, unique=True)
    label = models.CharField(_("name of the field"), max_length=40)
    kind = models.CharField(_("kind"), max_length=8, choices=FactKind)
    options = ArrayField(
        models.CharField(max_length=40), verbose_name=_("options"), default=list, blank=True
    )
    position = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = who()

    not_personal = frozenset({"code", "label", "kind", "options", "position", "retired_at"})

    class Meta:
        verbose_name = _("field of this site")
        verbose_name_plural = _("fields of this site")
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex="^x_[0-9]{1,9}$"), name="extra_field_code_is_a_sites_own"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=FactKind.values), name="extra_field_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind=FactKind.CHOICE, options__len__gt=0)
                | (~Q(kind=FactKind.CHOICE) & Q(options=[])),
                name="extra_field_has_options_if_one_chooses",
            ),
        ]

    def __str__(self) -> str:
        return self.label

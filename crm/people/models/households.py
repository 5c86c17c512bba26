"""侨户: people who live together, are registered together or support each other, with dates."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from common.masking import mask_address
from common.registry import Sensitivity
from crm.people.choices import HouseholdRole, MembershipKind
from crm.people.models.columns import kept, who
from crm.people.models.persons import Person


class Household(models.Model):
    """A household. Who belongs to it, and since when, is said by its members' rows."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    label = models.CharField(_("name of the household"), max_length=60)
    # As the grid worker or the farm numbers it.
    number = models.CharField(_("number"), max_length=30, blank=True)
    address = EncryptedTextField(_("address"), mask=mask_address, null=True, blank=True)
    note = models.TextField(_("note"), blank=True)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    # As for people: by pinyin, byte by byte.
    sort_key = models.CharField(max_length=200, editable=False, db_collation="C")
    created_at = models.DateTimeField()
    created_by = who()
    updated_at = models.DateTimeField()
    updated_by = who()

    personal_data = {
        "label": kept("know who lives together", Sensitivity.S1),
        "number": kept("know who lives together", Sensitivity.S1),
        "address": kept("visits and letters", Sensitivity.S2),
        "note": kept("what staff must know", Sensitivity.S2),
        "closed_on": kept("know who lives together", Sensitivity.S1),
        "sort_key": kept("order of lists", Sensitivity.S1),
    }
    not_personal = frozenset({"version"})

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        ordering = ["sort_key", "id"]
        indexes = [
            # The list of households, page by page.
            models.Index(fields=["sort_key", "id"], name="household_in_order"),
            # The import: the household of this number.
            models.Index(fields=["number"], condition=~Q(number=""), name="household_by_number"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(label=""), name="household_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.label


class HouseholdMember(models.Model):
    """Somebody's time in a household. A person may be in several: registered here, living there."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    household = models.ForeignKey(Household, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=HouseholdRole)
    kind = models.CharField(_("belongs by"), max_length=12, choices=MembershipKind)
    # The one who is called first about the household.
    is_primary = models.BooleanField(_("contact of the household"), default=False)
    valid_from = models.DateField(_("since"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    created_at = models.DateTimeField()
    created_by = who()

    personal_data = {
        "role": kept("know who lives together", Sensitivity.S1),
        "kind": kept("know who lives together", Sensitivity.S1),
        "is_primary": kept("whom to call", Sensitivity.S1),
        "valid_from": kept("know who lives together", Sensitivity.S1),
        "valid_to": kept("know who lives together", Sensitivity.S1),
    }

    class Meta:
        verbose_name = _("member of a household")
        verbose_name_plural = _("members of a household")
        ordering = ["-is_primary", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "person"],
                condition=Q(valid_to__isnull=True),
                name="in_a_household_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["household"],
                condition=Q(valid_to__isnull=True, is_primary=True),
                name="one_contact_for_a_household",
            ),
            models.CheckConstraint(
                condition=Q(role__in=HouseholdRole.values), name="household_role_is_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=MembershipKind.values), name="membership_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="membership_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.get_role_display()}"

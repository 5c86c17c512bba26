"""Who is related to whom. Only the simplest links are kept; all other terms follow from them."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from common.registry import Sensitivity
from crm.people.choices import EndReason, KinBasis, KinCode, KinLink, OverseasStanding
from crm.people.models.columns import COUNTRY, kept, who
from crm.people.models.persons import Person


class Kinship(models.Model):
    """``relative`` is a parent, the spouse, a sibling or the supporter of ``person``.

    One row stands for both directions: a child is somebody's parent's row read backwards. What
    the two call each other follows from the link, their sex and the links in between. For
    spouses and siblings, who is ``person`` says nothing; the lower key stands there.

    A grandparent, or a spouse's parent, is linked directly only while the person in between is
    not on the register; `KinLink` tells which one that would be.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="kin")
    relative = models.ForeignKey(Person, models.CASCADE, related_name="kin_of")
    link = models.CharField(_("link"), max_length=10, choices=KinLink)
    basis = models.CharField(_("by"), max_length=10, choices=KinBasis)
    # What proves it: a household register, a notarised certificate.
    proof = models.CharField(_("proof"), max_length=200, blank=True)
    valid_from = models.DateField(_("since"), null=True, blank=True)
    valid_to = models.DateField(_("until"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=20, choices=EndReason, blank=True)
    created_at = models.DateTimeField()
    created_by = who()

    personal_data = {
        "link": kept("prove who is 侨眷", Sensitivity.S2),
        "basis": kept("prove who is 侨眷", Sensitivity.S2),
        "proof": kept("prove who is 侨眷", Sensitivity.S2),
        "valid_from": kept("prove who is 侨眷", Sensitivity.S2),
        "valid_to": kept("prove who is 侨眷", Sensitivity.S2),
        "end_reason": kept("prove who is 侨眷", Sensitivity.S2),
    }

    class Meta:
        verbose_name = _("kinship")
        verbose_name_plural = _("kinship")
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "relative", "link"],
                condition=Q(valid_to__isnull=True),
                name="a_kinship_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(person=F("relative")), name="nobody_is_their_own_relative"
            ),
            models.CheckConstraint(
                condition=~Q(link__in=[KinLink.SPOUSE, KinLink.SIBLING])
                | Q(person__lt=F("relative")),
                name="mutual_kinship_is_written_once",
            ),
            models.CheckConstraint(
                condition=Q(link__in=KinLink.values), name="kinship_link_is_known"
            ),
            models.CheckConstraint(
                condition=Q(basis__in=KinBasis.values), name="kinship_basis_is_known"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True, end_reason="")
                | Q(valid_to__isnull=False, end_reason__in=EndReason.values),
                name="kinship_ended_with_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
                name="kinship_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.get_link_display()

    @property
    def counts(self) -> bool:
        """Whether it is a link now; a death ends none: a widow stays the wife of the dead."""
        return self.valid_to is None or self.end_reason == EndReason.DEATH


class OverseasKin(models.Model):
    """A relative abroad, who is not on the register: the relation and the country are enough.

    A name is kept only where that relative agreed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="overseas_kin")
    # What the relative is to ``person``.
    relation = models.CharField(_("relation"), max_length=10, choices=KinCode)
    country = models.CharField(_("country"), max_length=2, blank=True)
    since_year = models.PositiveSmallIntegerField(_("abroad since"), null=True, blank=True)
    standing = models.CharField(_("standing"), max_length=10, choices=OverseasStanding, blank=True)
    has_agreed = models.BooleanField(_("agreed to be named"), default=False)
    name = EncryptedTextField(_("name"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=20, choices=EndReason, blank=True)
    created_at = models.DateTimeField()
    created_by = who()

    personal_data = {
        "relation": kept("overseas ties", Sensitivity.S2),
        "country": kept("overseas ties", Sensitivity.S2),
        "since_year": kept("overseas ties", Sensitivity.S2),
        "standing": kept("overseas ties", Sensitivity.S2),
        "has_agreed": kept("overseas ties", Sensitivity.S1),
        "name": kept("overseas ties", Sensitivity.S2),
        "ended_on": kept("overseas ties", Sensitivity.S2),
        "end_reason": kept("overseas ties", Sensitivity.S2),
    }

    class Meta:
        verbose_name = _("relative abroad")
        verbose_name_plural = _("relatives abroad")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(name__isnull=True) | Q(has_agreed=True),
                name="relative_abroad_is_named_by_consent",
            ),
            models.CheckConstraint(
                condition=Q(relation__in=KinCode.values), name="overseas_relation_is_known"
            ),
            models.CheckConstraint(
                condition=Q(standing="") | Q(standing__in=OverseasStanding.values),
                name="overseas_standing_is_known",
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=COUNTRY),
                name="overseas_country_is_a_country_code",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="")
                | Q(ended_on__isnull=False, end_reason__in=EndReason.values),
                name="overseas_kin_ended_with_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_relation_display()} ({self.country})"

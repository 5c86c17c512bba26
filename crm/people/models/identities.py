"""Categories people fall under, how far each is established, and what it rests on.

The rules are those of 归侨侨眷权益保护法 and its 实施办法, Art. 2 and 3: the site never grants an
identity, it records what an authority recognised.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from common.masking import mask_id_number
from common.registry import Sensitivity
from crm.people.choices import (
    EndReason,
    IdentityCode,
    IdentityState,
    Precision,
    ResidenceRight,
    ReviewReason,
    StayPurpose,
    StepKind,
)
from crm.people.models.columns import COUNTRY, kept, who
from crm.people.models.kinship import Kinship, OverseasKin
from crm.people.models.persons import Person


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
    # Who recognised it, by which paper and when; all three, or the state is another one.
    recognised_by = models.CharField(_("recognised by"), max_length=120, blank=True)
    certificate = EncryptedTextField(
        _("number of the certificate"), mask=mask_id_number, null=True, blank=True
    )
    recognised_on = models.DateField(_("recognised on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    # Something happened (a divorce, a death) after which somebody must look again.
    review_since = models.DateTimeField(_("to be reviewed since"), null=True, blank=True)
    review_reason = models.CharField(
        _("why it is reviewed"), max_length=20, choices=ReviewReason, blank=True
    )
    created_at = models.DateTimeField()
    created_by = who()

    personal_data = {
        "code": kept("which services fit", Sensitivity.S1),
        "state": kept("which services fit", Sensitivity.S1),
        "country": kept("overseas ties", Sensitivity.S2),
        "since": kept("overseas ties", Sensitivity.S2),
        "since_precision": kept("overseas ties", Sensitivity.S2),
        "recognised_by": kept("which services fit", Sensitivity.S1),
        "certificate": kept("prove the identity", Sensitivity.S3),
        "recognised_on": kept("which services fit", Sensitivity.S1),
        "ended_on": kept("which services fit", Sensitivity.S1),
        "review_since": kept("which services fit", Sensitivity.S1),
        "review_reason": kept("which services fit", Sensitivity.S2),
    }

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        ordering = ["created_at", "id"]
        indexes = [
            # The list of identities to look at again.
            models.Index(
                fields=["review_since"],
                condition=Q(review_since__isnull=False),
                name="identity_to_review",
            ),
        ]
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
                condition=~Q(state=IdentityState.RECOGNISED)
                | (
                    Q(recognised_by__gt="", recognised_on__isnull=False)
                    & Q(certificate__isnull=False)
                ),
                name="recognised_identity_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(review_since__isnull=True, review_reason="")
                | Q(review_since__isnull=False, review_reason__in=ReviewReason.values),
                name="identity_review_and_its_reason_together",
            ),
            models.CheckConstraint(
                condition=Q(country="") | Q(country__regex=COUNTRY),
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


class IdentityStep(models.Model):
    """Something that happened to an identity, most often to its state; never changed afterwards."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    identity = models.ForeignKey(PersonIdentity, models.CASCADE, related_name="steps")
    kind = models.CharField(
        _("what happened"), max_length=10, choices=StepKind, default=StepKind.CHANGE
    )
    # Empty for the first; equal to `to_state` where the state stayed.
    from_state = models.CharField(max_length=20, choices=IdentityState, blank=True)
    to_state = models.CharField(max_length=20, choices=IdentityState)
    # The day it happened; `created_at` is when it was written down.
    happened_on = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    # The link it is about: one that ended, or the one that carries the identity on.
    ground = models.ForeignKey(
        "IdentityGround", models.SET_NULL, null=True, related_name="+", db_index=False
    )
    # The review that this step opened or closed, so that an undo can open it again.
    review_since = models.DateTimeField(null=True, blank=True)
    review_reason = models.CharField(
        _("why it is reviewed"), max_length=20, choices=ReviewReason, blank=True
    )
    created_at = models.DateTimeField()
    created_by = who()

    personal_data = {
        "kind": kept("which services fit", Sensitivity.S1),
        "review_since": kept("which services fit", Sensitivity.S1),
        "review_reason": kept("which services fit", Sensitivity.S2),
        "from_state": kept("which services fit", Sensitivity.S1),
        "to_state": kept("which services fit", Sensitivity.S1),
        "happened_on": kept("which services fit", Sensitivity.S1),
        "reason": kept("which services fit", Sensitivity.S2),
    }

    class Meta:
        verbose_name = _("step of an identity")
        verbose_name_plural = _("steps of an identity")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_state="") | Q(from_state__in=IdentityState.values),
                name="identity_step_begins_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(to_state__in=IdentityState.values),
                name="identity_step_leads_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=StepKind.values), name="identity_step_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.get_to_state_display()


class IdentityGround(models.Model):
    """A link that an identity rests on: a relative on the register, or one overseas.

    A grandparent, a grandchild or a spouse's parent is two links away: `kinship` is the person's
    own, `next_link` leads on from there. The ground ends with either. All links are kept and ended
    one by one, so that a second one can carry the identity on.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    identity = models.ForeignKey(PersonIdentity, models.CASCADE, related_name="grounds")
    kinship = models.ForeignKey(Kinship, models.CASCADE, null=True, related_name="grounds")
    next_link = models.ForeignKey(
        Kinship, models.CASCADE, null=True, related_name="grounds_further_on"
    )
    overseas_kin = models.ForeignKey(OverseasKin, models.CASCADE, null=True, related_name="grounds")
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=20, choices=EndReason, blank=True)
    created_at = models.DateTimeField()
    created_by = who()

    personal_data = {
        "ended_on": kept("which services fit", Sensitivity.S2),
        "end_reason": kept("which services fit", Sensitivity.S2),
    }

    class Meta:
        verbose_name = _("ground of an identity")
        verbose_name_plural = _("grounds of an identity")
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kinship__isnull=False, overseas_kin__isnull=True)
                | Q(kinship__isnull=True, overseas_kin__isnull=False),
                name="ground_is_one_link",
            ),
            models.CheckConstraint(
                condition=Q(next_link__isnull=True) | Q(kinship__isnull=False),
                name="ground_leads_on_from_a_link",
            ),
            models.UniqueConstraint(
                fields=["identity", "kinship", "next_link", "overseas_kin"],
                condition=Q(ended_on__isnull=True),
                nulls_distinct=False,
                name="a_ground_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, end_reason="")
                | Q(ended_on__isnull=False, end_reason__in=EndReason.values),
                name="ground_ended_with_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return str(self.kinship or self.overseas_kin)


class Stay(models.Model):
    """A time somebody lived in one country, for the residence test of 国侨发〔2009〕5号."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="stays")
    country = models.CharField(_("country"), max_length=2)
    begins_on = models.DateField(_("from"))
    # Half-open; empty while it lasts.
    ends_on = models.DateField(_("until"), null=True, blank=True)
    right = models.CharField(_("right of residence"), max_length=10, choices=ResidenceRight)
    purpose = models.CharField(_("purpose"), max_length=10, choices=StayPurpose)
    created_at = models.DateTimeField()
    created_by = who()

    personal_data = {
        "country": kept("test of residence", Sensitivity.S2),
        "begins_on": kept("test of residence", Sensitivity.S2),
        "ends_on": kept("test of residence", Sensitivity.S2),
        "right": kept("test of residence", Sensitivity.S2),
        "purpose": kept("test of residence", Sensitivity.S2),
    }

    class Meta:
        verbose_name = _("stay")
        verbose_name_plural = _("stays")
        ordering = ["begins_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("begins_on")),
                name="stay_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(country__regex=COUNTRY), name="stay_country_is_a_country_code"
            ),
            models.CheckConstraint(
                condition=Q(right__in=ResidenceRight.values), name="stay_right_is_known"
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=StayPurpose.values), name="stay_purpose_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.begins_on} – {self.ends_on or '…'}"

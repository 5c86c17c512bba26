"""What somebody agreed to. Rows are never changed but by a withdrawal, which is kept too."""

import datetime as dt
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.fields import EncryptedTextField
from common.ids import uuid7
from common.masking import mask_name
from common.registry import Basis, PersonalData, Sensitivity
from crm.people.choices import ConsentChannel, ConsentGiver
from crm.people.models.columns import who
from crm.people.models.persons import Person


def _proof(purpose: str, sensitivity: Sensitivity) -> PersonalData:
    # Kept three years longer than the data it covers (个人信息保护法 Art. 56, security B3).
    return PersonalData(
        purpose=purpose, basis=Basis.STATUTORY_DUTY, retention="consent", sensitivity=sensitivity
    )


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Adjectives for consents."""

    def valid(self, day: dt.date) -> Self:
        """Keep those that hold on ``day``: not withdrawn, not run out."""
        return self.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=day), withdrawn_at__isnull=True
        )


class Consent(models.Model):
    """Somebody's yes to one purpose, in one version of its words."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    # A code of `crm.people.purposes`, and the version of its wording.
    purpose = models.CharField(_("purpose"), max_length=20)
    wording = models.CharField(_("version of the words"), max_length=10)
    data_classes = ArrayField(models.CharField(max_length=20), verbose_name=_("data"))
    # Who receives the data, where that is somebody outside the site.
    recipient = models.CharField(_("recipient"), max_length=120, blank=True)
    given_by = models.CharField(_("given by"), max_length=10, choices=ConsentGiver)
    giver_name = EncryptedTextField(
        _("name of the guardian or agent"), mask=mask_name, null=True, blank=True
    )
    channel = models.CharField(_("given"), max_length=10, choices=ConsentChannel)
    # Where the signed paper or the recording is.
    proof = models.CharField(_("proof"), max_length=200, blank=True)
    given_on = models.DateField(_("given on"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True, blank=True)
    withdrawn_by = who()
    withdrawal_channel = models.CharField(
        _("taken back"), max_length=10, choices=ConsentChannel, blank=True
    )
    created_at = models.DateTimeField()
    created_by = who()

    objects = ConsentQuerySet.as_manager()

    personal_data = {
        "purpose": _proof("prove what was agreed to", Sensitivity.S1),
        "wording": _proof("prove what was agreed to", Sensitivity.S1),
        "data_classes": _proof("prove what was agreed to", Sensitivity.S1),
        "recipient": _proof("prove what was agreed to", Sensitivity.S2),
        "given_by": _proof("prove what was agreed to", Sensitivity.S1),
        "giver_name": _proof("prove who agreed", Sensitivity.S2),
        "channel": _proof("prove what was agreed to", Sensitivity.S1),
        "proof": _proof("prove what was agreed to", Sensitivity.S2),
        "given_on": _proof("prove what was agreed to", Sensitivity.S1),
        "valid_until": _proof("prove what was agreed to", Sensitivity.S1),
        "withdrawn_at": _proof("prove what was taken back", Sensitivity.S1),
        "withdrawal_channel": _proof("prove what was taken back", Sensitivity.S1),
    }

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_on", "-id"]
        indexes = [
            # The register of consents, by purpose.
            models.Index(fields=["purpose", "-given_on"], name="consent_by_purpose"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose", "recipient"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_standing_consent_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(given_by__in=ConsentGiver.values), name="consent_giver_is_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=ConsentChannel.values), name="consent_channel_is_known"
            ),
            models.CheckConstraint(
                condition=Q(given_by=ConsentGiver.SELF) | Q(giver_name__isnull=False),
                name="consent_of_another_names_them",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawal_channel="")
                | Q(withdrawn_at__isnull=False, withdrawal_channel__in=ConsentChannel.values),
                name="consent_taken_back_says_how",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=models.F("given_on")),
                name="consent_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.given_on}"

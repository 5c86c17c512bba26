"""What a person can be proven by and reached at: papers, phones, other contacts."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.fields import BlindIndexField, EncryptedTextField
from common.ids import uuid7
from common.masking import mask_contact, mask_id_number, mask_phone
from common.phones import PhoneKind
from common.registry import Sensitivity
from crm.people.choices import CheckResult, ContactKind, DocumentKind
from crm.people.models.columns import COUNTRY, kept, who
from crm.people.models.persons import Person


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
    created_by = who()

    personal_data = {
        "kind": kept("prove who it is", Sensitivity.S1),
        "number": kept("prove who it is", Sensitivity.S3),
        "number_index": kept("find the same person again", Sensitivity.S3),
        "country": kept("prove who it is", Sensitivity.S1),
        "issuing_place": kept("prove who it is", Sensitivity.S2),
        "valid_from": kept("remind before it ends", Sensitivity.S2),
        "valid_to": kept("remind before it ends", Sensitivity.S2),
        "mismatch_reason": kept("prove who it is", Sensitivity.S2),
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
                condition=Q(country__regex=COUNTRY), name="document_country_is_a_country_code"
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
    created_by = who()

    personal_data = {
        "number": kept("reach the person", Sensitivity.S2),
        "number_index": kept("find who called", Sensitivity.S2),
        "extension": kept("reach the person", Sensitivity.S2),
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


class PersonContact(models.Model):
    """Another way to reach somebody: WeChat, e-mail, an address abroad."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="contacts")
    kind = models.CharField(_("kind"), max_length=10, choices=ContactKind)
    value = EncryptedTextField(_("contact"), mask=mask_contact)
    value_index = BlindIndexField(editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    created_by = who()

    personal_data = {
        "value": kept("reach the person", Sensitivity.S2),
        "value_index": kept("find who wrote", Sensitivity.S2),
    }
    not_personal = frozenset({"kind", "position"})

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering = ["position", "id"]
        indexes = [
            # Duplicates: who has this WeChat name or e-mail address?
            models.Index(fields=["value_index"], name="contact_by_value"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "value_index"], name="a_contact_once_per_person"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ContactKind.values), name="contact_kind_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"

"""What somebody has typed into a form and not sent yet."""

from django.db import models
from django.db.models import Q

from accounts.models.users import User
from common.fields import EncryptedTextField
from common.ids import uuid7
from common.registry import Basis, PersonalData, Sensitivity


class UnsentForm(models.Model):
    """A form as it stood a moment ago, so that a lost line or an ended session loses nothing.

    Kept here and not in the browser: window computers are shared. One row for each account and
    form; sending the form, or a week, ends it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="unsent_forms")
    # Which form of which object: "people:edit:<key>".
    form = models.CharField(max_length=80)
    # What the browser would have sent, as a query string.
    content = EncryptedTextField()
    saved_at = models.DateTimeField()

    personal_data = {
        "content": PersonalData(
            purpose="go on where the line was lost",
            basis=Basis.CONTRACT,
            retention="week",
            sensitivity=Sensitivity.S3,
        ),
    }
    not_personal = frozenset({"form", "saved_at"})

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "form"], name="one_unsent_form_of_a_kind"),
            models.CheckConstraint(condition=~Q(form=""), name="unsent_form_says_which"),
        ]

    def __str__(self) -> str:
        return self.form

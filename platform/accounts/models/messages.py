"""Text messages on their way to a phone."""

from django.db import models

from common.fields import EncryptedTextField
from common.ids import uuid7
from common.masking import mask_phone
from common.registry import Basis, PersonalData, Sensitivity


class TextMessage(models.Model):
    """A text message to be sent. Removed once it is, except in a demonstration network.

    There nothing is sent: the rows are what the development mailbox shows.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone = EncryptedTextField(mask=mask_phone)
    # Holds a code, so it is sealed like a number.
    text = EncryptedTextField()
    created_at = models.DateTimeField()

    personal_data = {
        "phone": PersonalData(
            purpose="send a code",
            basis=Basis.CONTRACT,
            retention="until sent",
            sensitivity=Sensitivity.S2,
        ),
        "text": PersonalData(
            purpose="send a code",
            basis=Basis.CONTRACT,
            retention="until sent",
            sensitivity=Sensitivity.S2,
        ),
    }

    def __str__(self) -> str:
        return str(self.id)

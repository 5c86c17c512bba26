"""Text messages: written in the request, delivered by a task."""

import datetime as dt
from uuid import UUID

from django.conf import settings

from accounts.models import TextMessage
from accounts.sms import gateway

# A code is of no use after this; a message that waited longer is not sent.
_USEFUL_FOR = dt.timedelta(minutes=10)


def write_text(*, phone: str, text: str, now: dt.datetime) -> TextMessage:
    """Put a message into the outbox; the caller sends the task that delivers it."""
    return TextMessage.objects.create(phone=phone, text=text, created_at=now)


def deliver_text(*, message_id: UUID, now: dt.datetime) -> None:
    """Hand a message to the gateway and remove it. Does nothing for one that is gone.

    If the gateway fails the row stays, and the task tries again. In a demonstration network
    the row is kept instead, for the development mailbox.
    """
    message = TextMessage.objects.filter(pk=message_id).first()
    if message is None or settings.IS_DEMONSTRATION:
        return
    if now - message.created_at <= _USEFUL_FOR:
        gateway().send(
            phone=message.phone.reveal(), text=message.text.reveal(), reference=str(message.pk)
        )
    message.delete()

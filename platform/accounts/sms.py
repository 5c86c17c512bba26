"""The door to whoever sends text messages. The program itself calls nobody.

An operator's gateway is a class of this shape, named by ``QIAOJIA_SMS_GATEWAY`` as
``package.module.Class``.
"""

from typing import Protocol

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from common.masking import mask_phone

log = structlog.get_logger("sms")


class SmsGateway(Protocol):
    """Sends one text to one phone."""

    def send(self, *, phone: str, text: str, reference: str) -> None:
        """Send ``text`` to ``phone`` (E.164), or raise any error to have it tried again.

        ``reference`` is the same when it is tried again: a gateway that remembers it sends once.
        """


class LogGateway:
    """Stands in where no gateway is set: writes that a message was due, and never what it said."""

    def send(self, *, phone: str, text: str, reference: str) -> None:
        """Log the masked phone."""
        log.warning("sms not sent: no gateway", phone=mask_phone(phone), reference=reference)


def gateway() -> SmsGateway:
    """Return the gateway that the settings name."""
    made: SmsGateway = import_string(settings.SMS_GATEWAY)()
    return made

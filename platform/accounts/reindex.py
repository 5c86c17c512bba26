"""Make the phone indexes of accounts anew when their schema has another key."""

from typing import Any

from django.dispatch import receiver

from accounts.models import User
from accounts.selectors import phone_index
from common.events import index_key_changed

_BATCH = 500


@receiver(index_key_changed, dispatch_uid="accounts.reindex")
def reindex_accounts(**_signal: Any) -> None:
    """Write every account's phone index from its sealed phone."""
    batch = []
    for user in User.objects.filter(phone__isnull=False).only("phone").iterator(_BATCH):
        if user.phone is not None:
            user.phone_index = phone_index(user.phone.reveal())
            batch.append(user)
    User.objects.bulk_update(batch, ["phone_index"], batch_size=_BATCH)

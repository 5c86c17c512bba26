"""Tasks of floors below `tenants`, which cannot declare their own."""

from uuid import UUID

from django.utils import timezone

from accounts import services
from tenants.tasks import any_schema_actor


@any_schema_actor("accounts.deliver_text", while_suspended=True, max_retries=5)
def deliver_text(*, message_id: str) -> None:
    """Hand a text message to the gateway."""
    services.deliver_text(message_id=UUID(message_id), now=timezone.now())

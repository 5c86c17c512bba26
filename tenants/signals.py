"""What must happen in every process that loads the app."""

from typing import Any

from django.core.signals import request_finished
from django.dispatch import receiver

from tenants.backend.current import connection


@receiver(request_finished)
def leave_tenant(**_kwargs: Any) -> None:
    """Forget the request's tenant, so that nothing on this thread runs in it by accident."""
    connection.set_schema_to_public()

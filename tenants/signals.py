"""What must happen in every process that loads the app."""

from typing import Any

from django.contrib.auth.management import create_permissions
from django.core.signals import request_finished
from django.db import connection
from django.db.models.signals import post_migrate
from django.dispatch import receiver

# Permissions are data of ours (tenants.permissions); Django's own table stays empty.
post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
assert create_permissions  # imported so that the receiver above exists before it is removed


@receiver(request_finished)
def leave_tenant(**_kwargs: Any) -> None:
    """Forget the request's tenant, so that nothing on this thread runs in it by accident."""
    connection.set_schema_to_public()

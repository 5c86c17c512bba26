"""Django's entry for the app."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """People who can sign in here, and their roles. Tables in public and in every tenant."""

    name = "accounts"
    verbose_name = "accounts"

    def ready(self) -> None:
        """Connect what must follow a sign-in, and keep Django's permissions empty.

        Ours are data in `tenants.permissions`.
        """
        post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
        from accounts import reindex, signals  # noqa: F401  models are ready only now

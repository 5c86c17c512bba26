"""Django's entry for the app."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Whose data is this, and who may do what."""

    name = "tenants"
    verbose_name = "tenants"

    def ready(self) -> None:
        """Connect what must run in every process."""
        from tenants import signals  # noqa: F401  models are ready only now

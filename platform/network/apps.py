"""The network app: what the whole network of sites shares."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NetworkConfig(AppConfig):
    """Installed in the public schema only."""

    name = "network"
    verbose_name = _("network")
    default_auto_field = "django.db.models.BigAutoField"

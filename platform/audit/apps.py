"""Django's entry for the app."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """What happened here, in a chain that shows every change. In public and in every tenant."""

    name = "audit"
    verbose_name = "audit"

"""Django's entry for the app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Long jobs, in public and in every tenant."""

    name = "jobs"
    verbose_name = "jobs"

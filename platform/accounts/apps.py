"""Django's entry for the app."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People who can sign in here, and their roles. Tables in public and in every tenant."""

    name = "accounts"
    verbose_name = "accounts"

"""The people a site knows."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Persons, their papers, phones and identities; search and import."""

    name = "crm.people"
    label = "people"
    verbose_name = _("people")

    def ready(self) -> None:
        """Listen for a change of the schema's key."""
        from crm.people import reindex  # noqa: F401  models are ready only now

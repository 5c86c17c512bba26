"""The people a site knows."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    """Persons, their papers, phones and identities; search and import."""

    name = "crm.people"
    label = "people"
    verbose_name = _("people")

    def ready(self) -> None:
        """Listen for a change of the schema's key, and to what rooms tell each other."""
        # Models are ready only now.
        from crm.people import reindex  # noqa: F401
        from crm.people.identities import receivers  # noqa: F401

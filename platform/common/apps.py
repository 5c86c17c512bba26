"""What every app stands on."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """Errors, keys, encrypted fields, masks, names, phones; no tables."""

    name = "common"

    def ready(self) -> None:
        """Teach the columns their lookup."""
        from common import lookups  # noqa: F401  # registers itself

"""Pages are rendered without collecting static files first."""

import pytest


@pytest.fixture(autouse=True)
def plain_static_files(settings):
    """Name static files as they lie in the source, with no manifest of hashes."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # WhiteNoise warns otherwise
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }

"""Pages are rendered without collecting static files first."""

import pytest


@pytest.fixture(autouse=True)
def _pages(plain_static_files: None) -> None:
    """See `plain_static_files`."""

"""What tests of the CRM share: the regions that their people come from."""

import pytest

from network.models import Region
from tenants.context import on_platform

REGIONS = [
    ("350000", "福建省", 1, None),
    ("350200", "厦门市", 2, "350000"),
    ("350203", "思明区", 3, "350200"),
    ("110000", "北京市", 1, None),
    ("110105", "朝阳区", 3, "110000"),
]


@pytest.fixture(autouse=True)
def regions(request: pytest.FixtureRequest) -> None:
    """Put a few regions on the platform's list for the length of a test with a database."""
    if "db" not in request.fixturenames:
        return
    request.getfixturevalue("db")
    with on_platform():
        Region.objects.bulk_create(
            [
                Region(code=code, name=name, level=level, parent_id=parent, source="test")
                for code, name, level, parent in REGIONS
            ]
        )

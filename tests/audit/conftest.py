"""An account as the audit sees it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from common.ids import uuid7


@dataclass
class Clerk:
    pk: UUID = field(default_factory=uuid7)
    display_name: str = "林晓梅"

    def current_roles(self) -> Collection[str]:
        return frozenset({"clerk"})


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()

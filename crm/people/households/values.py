"""What the services of households take and the faces send."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from crm.people.choices import HouseholdRole, MembershipKind


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdValues:
    """What is written down of a household; ``address`` None keeps the one on record."""

    label: str
    number: str = ""
    address: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberValues:
    """Somebody's place in a household; ``valid_from`` None means that nobody knows."""

    person_id: UUID
    role: HouseholdRole
    kind: MembershipKind = MembershipKind.LIVING
    valid_from: dt.date | None = None

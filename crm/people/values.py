"""What the services take and the faces send: plain values, checked by `crm.people.rules`.

One shape for the form, the API, the import and the demonstration. A part that is there already
(a phone, a paper) names its row in ``id``; its number is None as long as it stays as it is, since
nobody who edits a person has seen it in the clear.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from crm.people.choices import ContactKind, DocumentKind, IdentityCode, Precision, Sex, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentValues:
    """An identity paper as somebody gives it."""

    id: UUID | None = None
    kind: DocumentKind = DocumentKind.RESIDENT_ID
    number: str | None = None
    country: str = "CN"
    issuing_place: str = ""
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    mismatch_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneValues:
    """A phone number as people write it; the first of a person's is called first."""

    id: UUID | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactValues:
    """Another way to reach somebody; like a phone, its value is None as long as it stays."""

    id: UUID | None = None
    kind: ContactKind
    value: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityValues:
    """A category somebody says they fall under."""

    code: IdentityCode
    country: str = ""
    since: dt.date | None = None
    since_precision: Precision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonValues:
    """Everything the site writes down about a person.

    ``address`` None means that the one on record stays; "" removes it.
    """

    full_name: str
    surname_reading: str = ""
    former_names: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    sex: Sex = Sex.UNKNOWN
    birth_date: dt.date | None = None
    birth_precision: Precision | None = None
    nationality: str = ""
    region_code: str = ""
    address: str | None = None
    languages: tuple[str, ...] = ()
    # 侨情 by the codes of the catalogue; a code left out means that nobody has asked.
    facts: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    status: Status = Status.ACTIVE
    documents: tuple[DocumentValues, ...] = ()
    phones: tuple[PhoneValues, ...] = ()
    contacts: tuple[ContactValues, ...] = ()
    identities: tuple[IdentityValues, ...] = ()

"""Print a sheet, show it again on the same day, and check one by its number."""

import datetime as dt
import io
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import segno
from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from crm.people import selectors
from crm.people.choices import SheetKind
from crm.people.models import Household, HouseholdMember, PrintedSheet
from crm.people.printing.contents import day_words, household_sections, person_sections
from crm.people.printing.errors import (
    PrintNotAllowedError,
    PrintReasonMissingError,
    SheetGoneError,
)
from crm.people.services import OBJECT_TYPE as PERSON_TYPE
from tenants.access import may
from tenants.context import site_name
from tenants.permissions import Permission

TEMPLATE = "sheet.typ"
KEPT = dt.timedelta(hours=24)
# No I, O, 0 or 1: somebody may have to type it.
_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_SERIAL_LENGTH = 12
_LONGEST_REASON = 200
_PERSON_FIELDS = (
    "full_name", "former_names", "other_names", "sex", "birth_date", "nationality", "region",
    "address", "phones", "contacts", "languages", "documents", "identities", "facts",
    "memberships", "overseas_kin",
)  # fmt: skip
_MEMBER_FIELDS = (
    "full_name", "sex", "birth_date", "documents", "phones", "identities", "memberships",
)  # fmt: skip
AddressOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Check:
    """What anybody may know of a sheet: when it was printed, and whether there is a newer one."""

    printed_on: dt.date
    is_newest: bool


@transaction.atomic
def print_person(
    *,
    person_id: UUID,
    is_clear: bool = False,
    reason: str = "",
    address_of: AddressOf,
    by: User,
    now: dt.datetime,
) -> PrintedSheet:
    """Put a person's sheet together under a new number; the person can read that it was printed.

    Args:
        person_id: whose.
        is_clear: numbers, address and note in full; needs the right to see them and a reason.
        reason: what for.
        address_of: makes the address that checks a sheet, from its number.
        by: who prints.
        now: the time.

    Raises:
        Person.DoesNotExist: there is no such person.
        PrintNotAllowedError: ``by`` may not see numbers in full.
        PrintReasonMissingError: full numbers, and no reason.
    """
    reason = _check(is_clear=is_clear, reason=reason, by=by)
    found = selectors.people_with_parts().prefetch_related("memberships__household", "overseas_kin")
    person = found.get(pk=person_id)
    fields = [*_PERSON_FIELDS, "note"] if is_clear else _PERSON_FIELDS
    sheet = _new_sheet(
        SheetKind.PERSON,
        person.pk,
        title="人员登记表",
        sections=person_sections(person, selectors.fact_catalogue(person.facts), is_clear=is_clear),
        is_clear=is_clear,
        address_of=address_of,
        by=by,
        now=now,
    )
    _tell_people([person.pk], sheet, fields=fields, reason=reason, by=by, now=now)
    return sheet


@transaction.atomic
def print_household(
    *,
    household_id: UUID,
    is_clear: bool = False,
    reason: str = "",
    address_of: AddressOf,
    by: User,
    now: dt.datetime,
) -> PrintedSheet:
    """Put a household's sheet together; everybody on it can read that. See `print_person`.

    Raises:
        Household.DoesNotExist: there is no such household.
        PrintNotAllowedError: ``by`` may not see numbers in full.
        PrintReasonMissingError: full numbers, and no reason.
    """
    reason = _check(is_clear=is_clear, reason=reason, by=by)
    household = Household.objects.get(pk=household_id)
    members = list(
        HouseholdMember.objects.filter(household=household, valid_to__isnull=True).prefetch_related(
            Prefetch("person", selectors.people_with_parts())
        )
    )
    sheet = _new_sheet(
        SheetKind.HOUSEHOLD,
        household.pk,
        title="家庭登记表",
        sections=household_sections(household, members, is_clear=is_clear),
        is_clear=is_clear,
        address_of=address_of,
        by=by,
        now=now,
    )
    people = [member.person_id for member in members]
    _tell_people(people, sheet, fields=_MEMBER_FIELDS, reason=reason, by=by, now=now)
    return sheet


def own_sheet(*, serial: str, by: User, now: dt.datetime) -> tuple[PrintedSheet, dict[str, Any]]:
    """Return a sheet that ``by`` printed within the last day, and what it says.

    Raises:
        SheetGoneError: there is none.
    """
    sheet = PrintedSheet.objects.filter(serial=serial, printed_by=by).first()
    if sheet is None or not sheet.content or sheet.printed_at + KEPT <= now:
        raise SheetGoneError
    content: dict[str, Any] = json.loads(sheet.content.reveal())
    return sheet, content


def check_sheet(text: str) -> Check | None:
    """Return what may be known of the sheet whose number somebody typed; None if there is none."""
    serial = "".join(letter for letter in text.upper() if letter.isalnum())[: _SERIAL_LENGTH + 1]
    sheet = PrintedSheet.objects.filter(serial=serial).first()
    if sheet is None:
        return None
    newer = PrintedSheet.objects.filter(
        subject_key=sheet.subject_key, kind=sheet.kind, printed_at__gt=sheet.printed_at
    )
    return Check(timezone.localdate(sheet.printed_at), is_newest=not newer.exists())


def empty_sheets(*, now: dt.datetime) -> int:
    """Forget what sheets said whose day is over; their numbers stay. Return how many."""
    due = PrintedSheet.objects.filter(content__isnull=False, printed_at__lte=now - KEPT)
    return due.update(content=None)


def spaced(serial: str) -> str:
    """Return a number as it is read aloud.

    >>> spaced("7K3M9QXT2BAB")
    '7K3M-9QXT-2BAB'
    """
    return "-".join(serial[start : start + 4] for start in range(0, len(serial), 4))


def _check(*, is_clear: bool, reason: str, by: User) -> str:
    reason = reason.strip()[:_LONGEST_REASON]
    if is_clear and not may(by, Permission.PERSON_REVEAL):
        raise PrintNotAllowedError
    if is_clear and not reason:
        raise PrintReasonMissingError
    return reason


def _new_sheet(
    kind: SheetKind,
    subject_key: UUID,
    *,
    title: str,
    sections: list[dict[str, Any]],
    is_clear: bool,
    address_of: AddressOf,
    by: User,
    now: dt.datetime,
) -> PrintedSheet:
    serial = "".join(secrets.choice(_LETTERS) for _ in range(_SERIAL_LENGTH))
    printed = f"{timezone.localtime(now):%Y-%m-%d %H:%M}"
    content = {
        "title": title,
        "site": site_name(),
        "number": f"编号 {spaced(serial)}",
        "address": address_of(serial),
        "check": "扫码核验",
        "sections": sections,
        "closing": "以上内容按本中心登记信息打印；身份以主管部门的认定为准。",
        "seal": "（印章）",
        "day": day_words(now),
        "footer": f"{spaced(serial)}　{by.display_name}　{printed}　内含个人信息，请妥善保管",
    }
    return PrintedSheet.objects.create(
        serial=serial,
        kind=kind,
        subject_key=subject_key,
        is_clear=is_clear,
        content=json.dumps(content, ensure_ascii=False),
        printed_at=now,
        printed_by=by,
    )


def with_code(content: dict[str, Any]) -> dict[str, Any]:
    """Return a sheet's content with the QR code of its address, for `typesetting`."""
    out = io.BytesIO()
    segno.make(content["address"], error="m", micro=False).save(out, kind="svg", border=2)
    return content | {"qr": out.getvalue().decode()}


def _tell_people(
    people: Sequence[UUID],
    sheet: PrintedSheet,
    *,
    fields: Sequence[str],
    reason: str,
    by: User,
    now: dt.datetime,
) -> None:
    detail = {"sheet": sheet.serial, "kind": sheet.kind, "in_full": sheet.is_clear}
    events = [
        audit.Event(
            action="person.print",
            by=by,
            object_type=PERSON_TYPE,
            object_key=pk,
            person_key=pk,
            fields=fields,
            reason=reason,
            detail=detail,
        )
        for pk in dict.fromkeys(people)
    ]
    audit.record_many(events, now=now)

"""Rules for what belongs to a person: papers, phones, contacts, identities, 侨情."""

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.phones import PhoneError, parse_phone
from crm.people.choices import ContactKind, Precision, Sex
from crm.people.errors import FactError
from crm.people.facts import Fact, clean_value
from crm.people.id_numbers import Check, Issue, check
from crm.people.rules.checked import (
    IN_THE_FUTURE,
    IS_MASKED,
    LONGEST_CONTACT,
    LONGEST_NUMBER,
    LONGEST_PLACE,
    LONGEST_REASON,
    MASK,
    NOT_A_COUNTRY,
    TOO_LONG,
    Checked,
    CheckedContact,
    CheckedDocument,
    clean_text,
    country_codes,
    first_day,
    index_source,
)
from crm.people.values import (
    ContactValues,
    DocumentValues,
    IdentityValues,
    PersonValues,
    PhoneValues,
)

_QQ = re.compile(r"[1-9][0-9]{4,11}")
_WARNINGS: Mapping[Issue, str | Promise] = {
    Issue.SHAPE: _("The number does not look like one of this kind; saved as unverified."),
    Issue.CHECK_DIGIT: _("The check digit is wrong; saved as unverified."),
    Issue.DATE: _("The date of birth in the number is impossible; saved as unverified."),
    Issue.REGION_UNKNOWN: _("The number begins with a region that is not on our list."),
    Issue.UNUSUAL: _("Nothing in this number says that it is right; saved as unverified."),
}


def check_document(
    found: Checked,
    position: int,
    document: DocumentValues,
    today: dt.date,
    is_region: Callable[[str], bool],
    on_record: Mapping[UUID, str],
) -> None:
    """Check one paper, and compare date of birth and sex with those in its number."""
    place = f"documents.{position}"
    number = clean_text(_number_of(document, on_record))
    if not number:
        found.refuse(f"{place}.number", "number_missing", _("Write the number of the paper."))
        return
    if len(number) > LONGEST_NUMBER:
        found.refuse(f"{place}.number", "too_long", TOO_LONG)
        return
    if MASK in number:
        found.refuse(f"{place}.number", "value_is_masked", IS_MASKED)
        return
    result = check(
        document.kind, number, today=today, country=document.country, is_region=is_region
    )
    _check_paper(found, place, document)
    if document.number is not None:
        for issue in result.issues:
            found.warn(f"{place}.number", f"number_{issue.value}", _WARNINGS[issue])
    _compare_with_person(found, document, result)
    source = index_source(document.kind, document.country, result.normalised)
    if any(known.source == source for known in found.documents):
        found.refuse(f"{place}.number", "document_twice", _("This paper is there twice."))
        return
    found.documents.append(CheckedDocument(document, result.normalised, source, result.result))


def _number_of(part: DocumentValues | PhoneValues, on_record: Mapping[UUID, str]) -> str:
    return _sent_or_kept(part.number, part.id, on_record)


def _sent_or_kept(sent: str | None, part_id: UUID | None, on_record: Mapping[UUID, str]) -> str:
    """Return what was sent, or else what is on record; "" if there is neither."""
    if sent is not None:
        return sent
    return on_record.get(part_id, "") if part_id else ""


def _check_paper(found: Checked, place: str, document: DocumentValues) -> None:
    if document.country not in country_codes():
        found.refuse(f"{place}.country", "country_unknown", NOT_A_COUNTRY)
    if len(document.issuing_place) > LONGEST_PLACE:
        found.refuse(f"{place}.issuing_place", "too_long", TOO_LONG)
    if len(document.mismatch_reason) > LONGEST_REASON:
        found.refuse(f"{place}.mismatch_reason", "too_long", TOO_LONG)
    first, last = document.valid_from, document.valid_to
    if first and last and last < first:
        found.refuse(
            f"{place}.valid_to", "ends_before_it_begins", _("It cannot end before it begins.")
        )


def _compare_with_person(found: Checked, document: DocumentValues, result: Check) -> None:
    """Compare date of birth and sex with those in the number; fill in the empty ones."""
    values = found.values
    if result.birth_date is not None:
        if values.birth_date is None:
            found.values = values = dataclasses.replace(
                values, birth_date=result.birth_date, birth_precision=Precision.DAY
            )
            found.warn(
                "birth_date",
                "taken_from_number",
                _("The date of birth was taken from the number of the paper."),
            )
        elif _differs(values, result.birth_date) and not document.mismatch_reason:
            found.refuse(
                "birth_date",
                "differs_from_number",
                _("The paper's number gives another date of birth. Correct one of them, or write"
                  " beside the number why they differ."),
            )  # fmt: skip
    if result.sex is not None:
        if values.sex is Sex.UNKNOWN:
            found.values = dataclasses.replace(values, sex=Sex(result.sex.value))
            found.warn(
                "sex", "taken_from_number", _("The sex was taken from the number of the paper.")
            )
        elif not document.mismatch_reason and values.sex.value != result.sex.value:
            found.refuse(
                "sex",
                "differs_from_number",
                _("The paper's number gives the other sex. Correct one of them, or write beside"
                  " the number why they differ."),
            )  # fmt: skip


def _differs(values: PersonValues, stated: dt.date) -> bool:
    """Say whether a possible date of birth is another than the one a number states."""
    born, precision = values.birth_date, values.birth_precision or Precision.DAY
    return born is not None and born != first_day(stated, precision)


def check_phone(
    found: Checked, position: int, phone: PhoneValues, on_record: Mapping[UUID, str]
) -> None:
    """Check one phone."""
    place = f"phones.{position}.number"
    try:
        parsed = parse_phone(_number_of(phone, on_record))
    except PhoneError as error:
        found.refuse(place, error.code, error.message)
        return
    if any(known.e164 == parsed.e164 for known in found.phones):
        found.refuse(place, "phone_twice", _("This phone is there twice."))
        return
    found.phones.append(parsed)


def check_contact(
    found: Checked, position: int, contact: ContactValues, on_record: Mapping[UUID, str]
) -> None:
    """Check one other contact; what is no address loses its spaces."""
    place = f"contacts.{position}.value"
    value = clean_text(_sent_or_kept(contact.value, contact.id, on_record))
    if contact.kind is not ContactKind.ADDRESS_ABROAD:
        value = unicodedata.normalize("NFKC", value).replace(" ", "")
    if not value:
        found.refuse(place, "value_missing", _("Write the contact itself."))
    elif len(value) > LONGEST_CONTACT[contact.kind]:
        found.refuse(place, "too_long", TOO_LONG)
    elif MASK in value:
        found.refuse(place, "value_is_masked", IS_MASKED)
    elif contact.kind is ContactKind.QQ and not _QQ.fullmatch(value):
        found.refuse(place, "qq_invalid", _("A QQ number has five to twelve digits."))
    elif contact.kind is ContactKind.EMAIL and not _is_email(value):
        found.refuse(place, "email_invalid", _("This is no e-mail address."))
    else:
        if contact.kind is ContactKind.EMAIL:
            name, _at, host = value.rpartition("@")
            value = f"{name}@{host.lower()}"
        checked = CheckedContact(contact.kind, value)
        if any(known.source == checked.source for known in found.contacts):
            found.refuse(place, "contact_twice", _("This contact is there twice."))
        else:
            found.contacts.append(checked)


def _is_email(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def check_identities(found: Checked, today: dt.date) -> None:
    """Check the identities and bring their dates into the stored form."""
    identities: list[IdentityValues] = []
    for position, identity in enumerate(found.values.identities):
        place = f"identities.{position}"
        if any(identity.code is known.code for known in identities):
            found.refuse(f"{place}.code", "identity_twice", _("This identity is there twice."))
        if identity.country and identity.country not in country_codes():
            found.refuse(f"{place}.country", "country_unknown", NOT_A_COUNTRY)
        precision = None
        if identity.since is not None:
            precision = identity.since_precision or Precision.DAY
            if identity.since > today:
                found.refuse(f"{place}.since", "date_in_future", IN_THE_FUTURE)
        since = first_day(identity.since, precision) if identity.since and precision else None
        if (since, precision) != (identity.since, identity.since_precision):
            identity = dataclasses.replace(identity, since=since, since_precision=precision)
        identities.append(identity)
    found.amend(identities=tuple(identities))


def check_facts(
    found: Checked,
    today: dt.date,
    catalogue: Mapping[str, Fact],
    on_record: Mapping[str, str],
) -> None:
    """Check the 侨情 by ``catalogue``; what is on record already may stay as it is."""
    facts: dict[str, str] = {}
    for code, value in found.values.facts.items():
        facts[code] = value
        if on_record.get(code) == value:
            continue
        fact = catalogue.get(code)
        if fact is None or fact.is_retired:
            found.refuse(f"facts.{code}", "fact_unknown", _("There is no such field."))
            continue
        try:
            facts[code] = clean_value(fact, value, today=today)
        except FactError as error:
            found.refuse(f"facts.{code}", error.problem, error.message)
    found.amend(facts=facts)

"""One check for all of a person's values."""

import dataclasses
import datetime as dt
import re
from collections.abc import Callable, Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.people.choices import Precision
from crm.people.facts import CATALOGUE, Fact
from crm.people.rules import parts
from crm.people.rules.checked import (
    FIRST_BIRTH,
    IN_THE_FUTURE,
    IS_MASKED,
    LONGEST_ADDRESS,
    LONGEST_NAME,
    LONGEST_NOTE,
    LONGEST_READING,
    MASK,
    MOST_PARTS,
    NOT_A_COUNTRY,
    TOO_LONG,
    Checked,
    clean_text,
    country_codes,
    first_day,
)
from crm.people.values import PersonValues

_READING = re.compile(r"[a-zü]{1,10}( ?[a-zü]{1,10})?")
_LANGUAGE = re.compile(r"[a-z]{3}")


def check_person(
    values: PersonValues,
    *,
    today: dt.date,
    is_region: Callable[[str], bool],
    on_record: Mapping[UUID, str] | None = None,
    facts_on_record: Mapping[str, str] | None = None,
    catalogue: Mapping[str, Fact] = CATALOGUE,
) -> Checked:
    """Clean ``values`` and list what is wrong with them.

    An empty date of birth or sex is taken from the number of a paper that states it.

    Args:
        values: as they were sent.
        today: in China; nobody is born later.
        is_region: says whether a GB/T 2260 code is on our list.
        on_record: what papers, phones and contacts on record say, by their ids, in the clear.
        facts_on_record: values that stay are kept, whatever the catalogue takes today.
        catalogue: the fields of the program, and the site's own if values have some.
    """
    cleaned = Checked(_without_odd_characters(values))
    _check_texts(cleaned)
    _check_codes(cleaned, is_region)
    _check_birth(cleaned, today)
    for position, document in enumerate(cleaned.values.documents):
        parts.check_document(cleaned, position, document, today, is_region, on_record or {})
    for position, phone in enumerate(cleaned.values.phones):
        parts.check_phone(cleaned, position, phone, on_record or {})
    for position, contact in enumerate(cleaned.values.contacts):
        parts.check_contact(cleaned, position, contact, on_record or {})
    parts.check_identities(cleaned, today)
    parts.check_facts(cleaned, today, catalogue, facts_on_record or {})
    return cleaned


def _without_odd_characters(values: PersonValues) -> PersonValues:
    return dataclasses.replace(
        values,
        full_name=clean_text(values.full_name),
        surname_reading=clean_text(values.surname_reading).lower(),
        former_names=_clean_list(values.former_names),
        other_names=_clean_list(values.other_names),
        nationality=clean_text(values.nationality).upper(),
        address=None if values.address is None else clean_text(values.address),
        note=clean_text(values.note, keep_lines=True),
        languages=_clean_list(values.languages),
        facts={code: text for code, value in values.facts.items() if (text := clean_text(value))},
        documents=tuple(
            dataclasses.replace(
                document,
                country=clean_text(document.country).upper(),
                issuing_place=clean_text(document.issuing_place),
                mismatch_reason=clean_text(document.mismatch_reason),
            )
            for document in values.documents
        ),
        identities=tuple(
            dataclasses.replace(identity, country=clean_text(identity.country).upper())
            for identity in values.identities
        ),
    )


def _clean_list(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(clean_text, texts))))


def _check_texts(found: Checked) -> None:
    values = found.values
    if not values.full_name:
        found.refuse("full_name", "name_missing", _("Write the full name."))
    limits = [
        ("full_name", values.full_name, LONGEST_NAME),
        ("address", values.address or "", LONGEST_ADDRESS),
        ("note", values.note, LONGEST_NOTE),
        *(("former_names", name, LONGEST_NAME) for name in values.former_names),
        *(("other_names", name, LONGEST_NAME) for name in values.other_names),
    ]
    for name, text, limit in limits:
        if len(text) > limit:
            found.refuse(name, "too_long", TOO_LONG)
    if MASK in (values.address or ""):
        found.refuse("address", "value_is_masked", IS_MASKED)
    reading = values.surname_reading
    if reading and (len(reading) > LONGEST_READING or not _READING.fullmatch(reading)):
        found.refuse(
            "surname_reading",
            "reading_invalid",
            _("Write the reading in letters without tones, for example zeng."),
        )
    lists = [
        ("former_names", values.former_names),
        ("other_names", values.other_names),
        ("languages", values.languages),
        ("documents", values.documents),
        ("phones", values.phones),
        ("contacts", values.contacts),
        ("identities", values.identities),
    ]
    for name, items in lists:
        if len(items) > MOST_PARTS:
            found.refuse(name, "too_many", _("At most {most}, please.").format(most=MOST_PARTS))


def _check_codes(found: Checked, is_region: Callable[[str], bool]) -> None:
    values = found.values
    if values.nationality and values.nationality not in country_codes():
        found.refuse("nationality", "country_unknown", NOT_A_COUNTRY)
    if values.region_code and not is_region(values.region_code):
        found.refuse("region_code", "region_unknown", _("This region is not on our list."))
    for language in values.languages:
        if not _LANGUAGE.fullmatch(language):
            found.refuse("languages", "language_unknown", _("This language is not on our list."))


def _check_birth(found: Checked, today: dt.date) -> None:
    values = found.values
    if values.birth_date is None:
        found.amend(birth_precision=None)
        return
    precision = values.birth_precision or Precision.DAY
    birth_date = first_day(values.birth_date, precision)
    found.amend(birth_date=birth_date, birth_precision=precision)
    if birth_date > today:
        found.refuse("birth_date", "date_in_future", IN_THE_FUTURE)
        found.amend(birth_date=None, birth_precision=None)
    elif birth_date < FIRST_BIRTH:
        found.refuse("birth_date", "date_too_early", _("Nobody alive was born then."))

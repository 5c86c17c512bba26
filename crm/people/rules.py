"""What must hold for a person's data: pure functions that clean values and list problems.

Nothing is refused that a clerk may rightly have before them: a number that fails its check is
kept as unverified, with a warning (requirements K3).
"""

import dataclasses
import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from common.phones import Phone, PhoneError, parse_phone
from crm.people.choices import CheckResult, DocumentKind, Precision, Sex
from crm.people.errors import Problem
from crm.people.id_numbers import Check, Issue, check, matching_form
from crm.people.values import DocumentValues, IdentityValues, PersonValues, PhoneValues

LONGEST_NAME = 120
LONGEST_READING = 30
LONGEST_ADDRESS = 300
LONGEST_NOTE = 5_000
LONGEST_REASON = 200
LONGEST_PLACE = 80
LONGEST_NUMBER = 40
MOST_PARTS = 10
FIRST_BIRTH = dt.date(1880, 1, 1)
_READING = re.compile(r"[a-zü]{1,10}( ?[a-zü]{1,10})?")
_LANGUAGE = re.compile(r"[a-z]{3}")

MASK = "*"
TOO_LONG = _("This is too long.")
IS_MASKED = _("This is a masked value. Leave it out to keep what is on record.")
NOT_A_COUNTRY = _("This is no country that we know.")
IN_THE_FUTURE = _("This day has not come yet.")

_WARNINGS: Mapping[Issue, str | Promise] = {
    Issue.SHAPE: _("The number does not look like one of this kind; saved as unverified."),
    Issue.CHECK_DIGIT: _("The check digit is wrong; saved as unverified."),
    Issue.DATE: _("The date of birth in the number is impossible; saved as unverified."),
    Issue.REGION_UNKNOWN: _("The number begins with a region that is not on our list."),
    Issue.UNUSUAL: _("Nothing in this number says that it is right; saved as unverified."),
}


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A paper after its check.

    ``number`` is in the clear, also where the one on record stays; ``source`` is what its blind
    index is made of.
    """

    values: DocumentValues
    number: str
    source: str
    result: CheckResult


@dataclass(slots=True)
class Checked:
    """Clean values and what is to be said about them."""

    values: PersonValues
    documents: list[CheckedDocument] = field(default_factory=list)
    phones: list[Phone] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def refuse(self, name: str, code: str, message: str | Promise) -> None:
        """Add a problem."""
        self.problems.append(Problem(name, code, message))

    def warn(self, name: str, code: str, message: str | Promise) -> None:
        """Add a warning."""
        self.warnings.append(Problem(name, code, message))


def check_person(
    values: PersonValues,
    *,
    today: dt.date,
    is_region: Callable[[str], bool],
    on_record: Mapping[UUID, str] | None = None,
) -> Checked:
    """Clean ``values`` and list what is wrong with them.

    An empty date of birth or sex is taken from the number of a paper that states it.

    Args:
        values: as they were sent.
        today: in China; nobody is born later.
        is_region: says whether a GB/T 2260 code is on our list.
        on_record: the numbers of papers and phones on record by their ids, in the clear.
    """
    cleaned = Checked(_without_odd_characters(values))
    _check_texts(cleaned)
    _check_codes(cleaned, is_region)
    _check_birth(cleaned, today)
    for position, document in enumerate(cleaned.values.documents):
        _check_document(cleaned, position, document, today, is_region, on_record or {})
    for position, phone in enumerate(cleaned.values.phones):
        _check_phone(cleaned, position, phone, on_record or {})
    _check_identities(cleaned, today)
    return cleaned


def clean_text(text: str, *, keep_lines: bool = False) -> str:
    r"""Return the text as written, without control characters and outer or doubled spaces.

    >>> clean_text("  欧阳\u3000 震华\x00\ud800 ")
    '欧阳 震华'
    >>> clean_text("a\r\nb", keep_lines=True)
    'a\nb'
    """
    lines = re.split(r"\r\n|\r|\n", text) if keep_lines else [text]
    return "\n".join(" ".join(_printable(line).split()) for line in lines).strip()


def index_source(kind: DocumentKind, country: str, number: str) -> str:
    """Return what the blind index of a paper is made of: equal for the same paper.

    >>> index_source(DocumentKind.RESIDENT_ID, "CN", "110105491231002")
    'resident_id|CN|11010519491231002X'
    """
    return f"{kind.value}|{country}|{matching_form(kind, number)}"


def _printable(text: str) -> str:
    # Cc: control, Cs: half of a pair. No name has them and no database takes NUL.
    return "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in {"Cc", "Cs"}
    )


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
        ("identities", values.identities),
    ]
    for name, items in lists:
        if len(items) > MOST_PARTS:
            found.refuse(name, "too_many", _("At most {most}, please.").format(most=MOST_PARTS))


def _check_codes(found: Checked, is_region: Callable[[str], bool]) -> None:
    values = found.values
    if values.nationality and values.nationality not in countries:
        found.refuse("nationality", "country_unknown", NOT_A_COUNTRY)
    if values.region_code and not is_region(values.region_code):
        found.refuse("region_code", "region_unknown", _("This region is not on our list."))
    for language in values.languages:
        if not _LANGUAGE.fullmatch(language):
            found.refuse("languages", "language_unknown", _("This language is not on our list."))


def _check_birth(found: Checked, today: dt.date) -> None:
    values = found.values
    if values.birth_date is None:
        found.values = dataclasses.replace(values, birth_precision=None)
        return
    precision = values.birth_precision or Precision.DAY
    birth_date = first_day(values.birth_date, precision)
    found.values = dataclasses.replace(values, birth_date=birth_date, birth_precision=precision)
    if birth_date > today:
        found.refuse("birth_date", "date_in_future", IN_THE_FUTURE)
        found.values = dataclasses.replace(found.values, birth_date=None, birth_precision=None)
    elif birth_date < FIRST_BIRTH:
        found.refuse("birth_date", "date_too_early", _("Nobody alive was born then."))


def first_day(date: dt.date, precision: Precision) -> dt.date:
    """Return the date with the parts beyond ``precision`` set to 1, as they are stored.

    >>> first_day(dt.date(1958, 3, 9), Precision.MONTH)
    datetime.date(1958, 3, 1)
    """
    if precision is Precision.DAY:
        return date
    return date.replace(day=1) if precision is Precision.MONTH else date.replace(month=1, day=1)


def _check_document(
    found: Checked,
    position: int,
    document: DocumentValues,
    today: dt.date,
    is_region: Callable[[str], bool],
    on_record: Mapping[UUID, str],
) -> None:
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
    """Return the number that was sent, or else the one on record; "" if there is neither."""
    if part.number is not None:
        return part.number
    return on_record.get(part.id, "") if part.id else ""


def _check_paper(found: Checked, place: str, document: DocumentValues) -> None:
    if document.country not in countries:
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
            found.warn("birth_date", "taken_from_number", _("Taken from the number of the paper."))
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
            found.warn("sex", "taken_from_number", _("Taken from the number of the paper."))
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


def _check_phone(
    found: Checked, position: int, phone: PhoneValues, on_record: Mapping[UUID, str]
) -> None:
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


def _check_identities(found: Checked, today: dt.date) -> None:
    identities: list[IdentityValues] = []
    for position, identity in enumerate(found.values.identities):
        place = f"identities.{position}"
        if any(identity.code is known.code for known in identities):
            found.refuse(f"{place}.code", "identity_twice", _("This identity is there twice."))
        if identity.country and identity.country not in countries:
            found.refuse(f"{place}.country", "country_unknown", NOT_A_COUNTRY)
        precision = None
        if identity.since is not None:
            precision = identity.since_precision or Precision.DAY
            if identity.since > today:
                found.refuse(f"{place}.since", "date_in_future", IN_THE_FUTURE)
        since = first_day(identity.since, precision) if identity.since and precision else None
        identities.append(dataclasses.replace(identity, since=since, since_precision=precision))
    found.values = dataclasses.replace(found.values, identities=tuple(identities))

"""Phone numbers as people write them, made into E.164."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from django.utils.translation import gettext_lazy as _

from .errors import DomainError

# New ranges are in use before the number plan in the library knows them.
_MAINLAND_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_EXTENSION = re.compile(
    r"\s*(?:转|轉|分机|分機|ext\.?|extension|x|#)\s*:?\s*([0-9]{1,6})\s*$", re.IGNORECASE
)
# 020-83331234-801: the third group of a landline is an extension.
_DASHED_EXTENSION = re.compile(r"^(\(?0[0-9]{2,3}\)?[-\s]?[0-9]{7,8})\s*-\s*([0-9]{1,6})$")
_LONGEST = 60
# Beijing, and the cities of 02x; every other area code of the mainland has three digits.
_SHORT_AREA = re.compile(r"10|2[0-9]")


class PhoneError(DomainError):
    """The text is no phone number that can be called."""

    code = "phone_invalid"
    message = _("This is not a phone number. Overseas numbers begin with + and the country code.")


class AreaCodeMissingError(PhoneError):
    """A mainland landline was given without its area code."""

    code = "phone_area_code_missing"
    message = _("Add the area code, for example 020 8333 1234.")


class PhoneKind(StrEnum):
    """Where a number leads; it decides whether a text message can be sent."""

    MOBILE = "mobile"  # of mainland China
    LANDLINE = "landline"  # of mainland China
    OVERSEAS = "overseas"  # everywhere else, Hong Kong, Macao and Taiwan included


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number that can be called."""

    e164: str
    kind: PhoneKind
    extension: str = ""


def parse_phone(text: str, region: str = "CN") -> Phone:
    """Return the number that ``text`` means.

    Args:
        text: digits of any width, with spaces, dashes, brackets, ``0086`` or ``+86`` and an
            extension (``转801``, ``ext. 801``, ``-801``).
        region: the country a number without a country code belongs to, ISO 3166-1.

    Raises:
        AreaCodeMissingError: it is a landline without an area code.
        PhoneError: it is no phone number.

    >>> parse_phone("０１３８ 0013－8000".removeprefix("０"))
    Phone(e164='+8613800138000', kind=<PhoneKind.MOBILE: 'mobile'>, extension='')
    >>> parse_phone("020-83331234转801")
    Phone(e164='+862083331234', kind=<PhoneKind.LANDLINE: 'landline'>, extension='801')
    """
    if region == "CN" and _MAINLAND_MOBILE.fullmatch(text):
        # What most rows of a roster hold; what follows comes to the same, 20 times slower.
        return Phone(f"+86{text}", PhoneKind.MOBILE)
    text = unicodedata.normalize("NFKC", text[:_LONGEST]).strip()
    text = re.sub(r"[‐-―−ー]", "-", text)
    extension = ""
    if found := _DASHED_EXTENSION.match(text):
        text, extension = found.groups()
    elif found := _EXTENSION.search(text):
        text, extension = text[: found.start()], found.group(1)
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        raise PhoneError from None
    national = phonenumbers.national_significant_number(number)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if number.country_code != 86:
        if not phonenumbers.is_valid_number(number):
            raise PhoneError
        return Phone(e164, PhoneKind.OVERSEAS, extension)
    if _MAINLAND_MOBILE.fullmatch(national):
        return Phone(e164, PhoneKind.MOBILE, extension)
    if phonenumbers.is_valid_number(number):
        return Phone(e164, PhoneKind.LANDLINE, extension)
    if 7 <= len(national) <= 8:
        raise AreaCodeMissingError
    raise PhoneError


def write_phone(value: str) -> str:
    """Write a number in E.164 as people do; what is no number stays as it is.

    >>> write_phone("+865920000101"), write_phone("+8613800138000"), write_phone("+14155552671")
    ('0592-0000101', '138 0013 8000', '+1 415-555-2671')
    """
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return value
    if number.country_code != 86:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    national = phonenumbers.national_significant_number(number)
    if _MAINLAND_MOBILE.fullmatch(national):
        return f"{national[:3]} {national[3:7]} {national[7:]}"
    area = 2 if _SHORT_AREA.match(national) else 3
    return f"0{national[:area]}-{national[area:]}"

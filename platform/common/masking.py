"""What may be shown of personal data without a reason. Every function takes any text.

None raises, none returns the clear text, and what is too short to hide in part is hidden whole.
"""

import re

import phonenumbers

from .surnames import compound_surname

_HIDDEN = "***"
_MAINLAND_MOBILE = re.compile(r"\+86(1\d{10})")
_PROVINCE = r"[一-鿿]{2,7}?(?:省|自治区|特别行政区)"
_CITY = r"[一-鿿]{1,9}?(?:市|自治州|地区|盟)"
# 小区, 社区, 园区 and the like are smaller than a district.
_DISTRICT = r"[一-鿿]{1,9}?(?:(?<![小社园校厂景库矿片])区|县|旗|市)"
_TO_DISTRICT = re.compile(rf"(?:{_PROVINCE})?(?:{_CITY})?(?:{_DISTRICT})?")


def mask_all(value: str) -> str:
    """Hide everything, even the length.

    >>> mask_all("广州"), mask_all("")
    ('***', '')
    """
    return _HIDDEN if value else ""


def mask_id_number(value: str) -> str:
    """Show the first three and last four of an identity number, less of a shorter one.

    >>> mask_id_number("11010519491231002X"), mask_id_number("E12345678")
    ('110***********002X', 'E12***78')
    """
    if len(value) < 15:
        return mask_passport(value)
    return value[:3] + "*" * (len(value) - 7) + value[-4:]


def mask_id_number_for_list(value: str) -> str:
    """Show the first and last character, for pages that show many people.

    >>> mask_id_number_for_list("11010519491231002X")
    '1****************X'
    """
    if len(value) < 6:
        return mask_all(value)
    return value[0] + "*" * (len(value) - 2) + value[-1]


def mask_passport(value: str) -> str:
    """Show the first three and last two characters.

    >>> mask_passport("E12345678"), mask_passport("AB1234"), mask_passport("123")
    ('E12***78', 'A***', '***')
    """
    if len(value) >= 8:
        return value[:3] + _HIDDEN + value[-2:]
    return value[0] + _HIDDEN if len(value) >= 5 else mask_all(value)


def mask_contact(value: str) -> str:
    """Show the ends of an account's name and the host of an e-mail address, nothing of a place.

    >>> mask_contact("lin.mei@example.org"), mask_contact("lin_mei88"), mask_contact("Via Roma 1")
    ('l***@example.org', 'lin***88', '***')
    """
    name, at, host = value.rpartition("@")
    if at and name:
        return f"{name[0]}{_HIDDEN}@{host}"
    is_account = value.isascii() and not any(character.isspace() for character in value)
    return mask_passport(value) if is_account else mask_all(value)


def mask_phone(value: str) -> str:
    """Show the ends of a phone number; at least four digits stay hidden.

    >>> mask_phone("+8613812345678"), mask_phone("+862083331234"), mask_phone("+14155552671")
    ('138****5678', '020****1234', '+1 41****2671')
    >>> mask_phone("110")
    '****'
    """
    if mobile := _MAINLAND_MOBILE.fullmatch(value):
        # Nearly every number of a list; parsing costs two hundred times as much.
        return f"{mobile[1][:3]}****{mobile[1][-4:]}"
    try:
        number = phonenumbers.parse(value, "CN")
    except phonenumbers.NumberParseException:
        return "****" if value else ""
    digits = phonenumbers.national_significant_number(number)
    if number.country_code == 86:
        prefix = ""
        digits = digits if digits.startswith("1") else f"0{digits}"
    else:
        prefix = f"+{number.country_code} "
    tail = 4 if len(digits) >= 8 else 2 if len(digits) >= 6 else 0
    head = min(3, max(0, len(digits) - 8))
    return f"{prefix}{digits[:head]}****{digits[len(digits) - tail :]}"


def mask_name(value: str) -> str:
    """Show the surname of a Chinese name, the first letter of any other.

    >>> mask_name("欧阳震华"), mask_name("王小明"), mask_name("Maria Santos"), mask_name("王")
    ('欧阳*', '王*', 'M*', '*')
    """
    value = value.strip()
    if len(value) < 2:
        return "*" if value else ""
    return (compound_surname(value) or value[0]) + "*"


def mask_address(value: str) -> str:
    """Show an address of the mainland down to the district or county, nothing of any other.

    >>> mask_address("广东省广州市天河区体育西路123号"), mask_address("1 Main St, Springfield")
    ('广东省广州市天河区***', '***')
    >>> mask_address("幸福小区5栋301")
    '***'
    """
    value = value.strip()
    known = _TO_DISTRICT.match(value)
    return (known.group() if known else "") + mask_all(value)


def mask_bank_account(value: str) -> str:
    """Show the last four digits.

    >>> mask_bank_account("6222 0200 0000 1234"), mask_bank_account("1234")
    ('**** 1234', '****')
    """
    characters = "".join(value.split())
    if len(characters) < 10:
        return "****" if characters else ""
    return f"**** {characters[-4:]}"

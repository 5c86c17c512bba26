"""Numbers that look right, pass every check, and belong to nobody.

Resident ID numbers
    GB 11643-1999: region, birth date, three digits of sequence (odd for men, even for women),
    check digit. Sequences 996 to 999 were kept for centenarians under the older standard and are
    beyond what a county gives to the births of one day; every number here uses them.
Mainland mobile numbers
    China keeps no range for fiction. In the regulator's table of allotted ranges (MIIT, state of
    March 2023) 1349 is for satellite telephones, and of it only 13492, 13493 and 13499 are
    allotted. We use 13494: unallotted, yet of a valid shape.
Overseas telephone numbers
    Ranges that regulators keep for drama and documentation: NANP 555-0100 to 555-0199, Ofcom
    020 7946 0xxx, ACMA (02) 5550 xxxx, BNetzA 0171 39200xx, ARCEP 01 99 00 xx xx.
Travel papers
    Chinese passports of the E series do not use the letter O; ours begin with EO. Permits for
    compatriots begin with 99, far beyond what was issued. Foreign passports begin with DEMO.
"""

import datetime as dt

MAINLAND_RANGE = "13494"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"

# Country numbers of ISO 3166-1, with the three letters older cards begin with.
COUNTRY_NUMBERS = {
    "AU": ("036", "AUS"),
    "CA": ("124", "CAN"),
    "DE": ("276", "DEU"),
    "FR": ("250", "FRA"),
    "GB": ("826", "GBR"),
    "ID": ("360", "IDN"),
    "MY": ("458", "MYS"),
    "PH": ("608", "PHL"),
    "SG": ("702", "SGP"),
    "TH": ("764", "THA"),
    "US": ("840", "USA"),
    "VN": ("704", "VNM"),
}
_NANP_AREAS = {
    "US": ("212", "415", "626", "213", "206", "713", "617", "312"),
    "CA": ("416", "604", "514", "403", "905", "778", "647", "613"),
}


def check_digit(body: str) -> str:
    """Return the last character for the first 17 digits (ISO 7064, MOD 11-2).

    >>> check_digit("11010519491231002"), check_digit("81000019940823002")
    ('X', '1')
    """
    total = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]


def resident_id(region: str, birth_date: dt.date, sex: str, *, second: bool = False) -> str:
    """Return the number of a card: a resident ID, or with 81/82/83 0000 a residence permit.

    ``second`` gives the other number of two people with one region, birthday and sex.
    """
    sequence = (997 if sex == "male" else 996) + (2 if second else 0)
    body = f"{region}{birth_date:%Y%m%d}{sequence}"
    return body + check_digit(body)


def permanent_residence(country: str, birth_date: dt.date, sex: str, *, province: str) -> str:
    """Return the 18-digit number of a foreigner's permanent residence card from 2023 on.

    ``province`` is the first two digits of the code of the issuing province.
    """
    sequence = 997 if sex == "male" else 996
    body = f"9{province}{COUNTRY_NUMBERS[country][0]}{birth_date:%Y%m%d}{sequence}"
    return body + check_digit(body)


def old_permanent_residence(country: str, serial: int) -> str:
    """Return the 15-character number of a card from before December 2023."""
    return f"{COUNTRY_NUMBERS[country][1]}99{serial:010d}"


def chinese_passport(serial: int) -> str:
    """Return a passport number of the E series."""
    return f"EO{serial:07d}"


def foreign_passport(serial: int) -> str:
    """Return a passport number of another country, with up to nine characters."""
    return f"DEMO{serial:05d}"


def home_return_permit(serial: int, *, macao: bool = False) -> str:
    """Return the number of a 回乡证: H or M and eight digits."""
    return f"{'M' if macao else 'H'}99{serial:06d}"


def mainland_mobile(site_number: int, serial: int) -> str:
    """Return a mobile number in E.164.

    Every pair of a site number up to 9 and a serial below 99,000 has its own number. The last
    five digits 00000 to 00999 are left to accounts.
    """
    # 61,991 has no factor in common with 99,000: it only stirs the digits.
    return f"+86{MAINLAND_RANGE}{site_number}{1_000 + serial * 61_991 % 99_000:05d}"


def account_mobile(site_number: int, serial: int) -> str:
    """Return the mobile number of a demonstration account; the platform is site 0."""
    return f"+86{MAINLAND_RANGE}{site_number}{serial:05d}"


def overseas_phone(country: str, serial: int) -> str | None:
    """Return a number in E.164, or None where the country keeps no range for fiction."""
    match country:
        case "US" | "CA":
            area = _NANP_AREAS[country][serial // 100 % 8]
            return f"+1{area}55501{serial % 100:02d}"
        case "GB":
            return f"+442079460{serial % 1_000:03d}"
        case "AU":
            return f"+6125550{serial % 10_000:04d}"
        case "DE":
            return f"+4917139200{serial % 100:02d}"
        case "FR":
            return f"+331990{serial % 100_000:05d}"
        case _:
            return None

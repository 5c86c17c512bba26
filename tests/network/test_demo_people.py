"""The demonstration's people are the same on every run, valid in form, and nobody real."""

import datetime as dt
import hashlib
import re

import phonenumbers
import pytest

from accounts.roles import PLATFORM_ROLES, SITE_ROLES
from network.demo import name_lists
from network.demo.numbers import check_digit
from network.demo.people import REFERENCE_DATE, DemoPerson, generate_people
from network.demo.population import POPULATIONS
from network.demo.sites import PLATFORM_ACCOUNTS, PROVINCE_CODE, SITES
from network.region_data import read_region_list

CODES = [site.code for site in SITES]
REGIONS = {row.code: row.parent for row in read_region_list().rows}
FIRST_FIFTY = {
    "siming": "33e1d3467b3e85b0",
    "gulou": "18bc70989bb88483",
    "fengze": "5c55701e58f60f5a",
    "yunxiao": "4e4fecd95f408383",
}


@pytest.fixture(scope="module")
def network() -> dict[str, list[DemoPerson]]:
    return {site.code: list(generate_people(site.code, site.people)) for site in SITES}


@pytest.fixture(scope="module")
def everybody(network) -> list[DemoPerson]:
    return [person for people in network.values() for person in people]


def age(person: DemoPerson) -> int:
    return int((REFERENCE_DATE - person.birth_date).days / 365.25)


def share(people: list[DemoPerson], low: int, high: int) -> float:
    return sum(low <= age(person) <= high for person in people) / len(people)


def fingerprint(people: list[DemoPerson]) -> str:
    return hashlib.sha256("\n".join(map(repr, people)).encode()).hexdigest()[:16]


# --- Sites -----------------------------------------------------------------------------------


def test_there_is_one_site_of_each_kind_in_four_cities_of_one_province():
    assert sorted(site.kind for site in SITES) == ["campus", "community", "farm", "park"]
    assert len({REGIONS[site.region_code] for site in SITES}) == 4
    assert {REGIONS[REGIONS[site.region_code]] for site in SITES} == {PROVINCE_CODE}


def test_a_sites_code_can_be_a_host_name():
    assert all(re.fullmatch(r"[a-z][a-z0-9-]{1,30}[a-z0-9]", site.code) for site in SITES)


def test_every_role_has_an_account_and_no_two_share_a_phone():
    assert {account.role for account in PLATFORM_ACCOUNTS} == PLATFORM_ROLES
    for site in SITES:
        assert {account.role for account in site.accounts} == SITE_ROLES
    accounts = [*PLATFORM_ACCOUNTS, *(account for site in SITES for account in site.accounts)]
    assert len({account.phone for account in accounts}) == len(accounts)


# --- People ----------------------------------------------------------------------------------


@pytest.mark.parametrize("code", CODES)
def test_the_first_fifty_are_the_same_on_every_run_and_python(code):
    assert fingerprint(list(generate_people(code, 50))) == FIRST_FIFTY[code]


def test_asking_for_more_people_does_not_change_the_first(network):
    assert list(generate_people("siming", 10)) == network["siming"][:10]


def test_an_unknown_site_has_no_people():
    with pytest.raises(KeyError):
        generate_people("nowhere", 1)


def test_every_site_has_its_number_of_people(network):
    for site in SITES:
        assert len(network[site.code]) == site.people
        assert 300 <= site.people <= 1_500


def test_ages_are_those_of_the_kind_of_site(network):
    assert share(network["siming"], 60, 99) > 0.6
    assert share(network["gulou"], 25, 55) == 1
    assert share(network["fengze"], 18, 30) > 0.75
    assert share(network["yunxiao"], 60, 99) > 0.2
    assert share(network["yunxiao"], 0, 20) > 0.3


def test_resident_numbers_agree_with_check_digit_birthday_sex_and_region(everybody):
    numbers = [
        (person, document.number)
        for person in everybody
        for document in person.documents
        if document.kind in {"resident_id", "residence_permit"}
    ]
    assert len(numbers) > 2_000
    for person, number in numbers:
        assert number[-1] == check_digit(number[:17])
        assert dt.datetime.strptime(number[6:14], "%Y%m%d").date() == person.birth_date  # noqa: DTZ007
        assert int(number[16]) % 2 == (person.sex == "male")
        assert number[:6] in REGIONS
        assert number[14:17] in {"996", "997", "998", "999"}


def test_permanent_residence_cards_come_in_both_shapes(everybody):
    numbers = [
        document.number
        for person in everybody
        for document in person.documents
        if document.kind == "permanent_residence"
    ]
    new = [number for number in numbers if number.startswith("9")]
    old = [number for number in numbers if not number.startswith("9")]
    assert new
    assert old
    assert all(number[-1] == check_digit(number[:17]) for number in new)
    assert all(re.fullmatch(r"[A-Z]{3}\d{12}", number) for number in old)


def test_no_paper_number_occurs_twice(everybody):
    numbers = [document.number for person in everybody for document in person.documents]
    assert len(numbers) == len(set(numbers))


def test_phones_are_valid_and_from_ranges_nobody_is_given(everybody):
    unassigned = re.compile(
        r"\+8613494[1-4]\d{5}|\+1\d{3}55501\d\d|\+442079460\d{3}|\+6125550\d{4}"
        r"|\+4917139200\d\d|\+331990\d{5}"
    )
    phones = {phone for person in everybody for phone in person.phones}
    assert len({phone[:3] for phone in phones}) >= 5
    for phone in phones:
        assert unassigned.fullmatch(phone), phone
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone))


def test_every_rare_surname_occurs_with_its_reading(everybody):
    readings = {person.surname_reading for person in everybody}
    names = [person.full_name for person in everybody]
    for surname, reading in name_lists.RARE_SURNAMES.items():
        assert reading in readings
        assert any(name.startswith(surname) for name in names), surname


def test_every_rare_given_name_occurs(everybody):
    names = " ".join(person.full_name for person in everybody)
    assert [name for name in name_lists.RARE_GIVEN_NAMES if name not in names] == []


def test_names_come_in_every_script(everybody):
    names = [person.full_name for person in everybody]
    others = {other.kind for person in everybody for other in person.other_names}
    assert any("·" in name for name in names)
    assert any(name.isascii() for name in names)
    assert any(name[0] in name_lists.TRADITIONAL_SURNAMES for name in names)
    assert others == {"former", "foreign", "chinese"}


def test_native_regions_are_on_the_list():
    for population in POPULATIONS.values():
        assert set(population.native_regions) <= set(REGIONS)


def test_an_imprecise_birthday_says_so(everybody):
    imprecise = [person for person in everybody if person.birth_precision != "day"]
    assert imprecise
    assert all(person.birth_date.day == 1 and not person.documents for person in imprecise)


def test_members_of_a_household_share_the_address(network):
    for people in network.values():
        addresses: dict[int, str] = {}
        for person in people:
            assert addresses.setdefault(person.household, person.address) == person.address

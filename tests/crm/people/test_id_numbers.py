import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.people.choices import CheckResult, DocumentKind, Sex
from crm.people.id_numbers import (
    Issue,
    check,
    check_character,
    guess_kind,
    matching_form,
    normalise,
)

TODAY = dt.date(2026, 11, 22)

births = st.dates(dt.date(1900, 1, 1), TODAY)
bodies = st.builds(
    lambda region, birth, sequence: f"{region}{birth:%Y%m%d}{sequence:03}",
    st.sampled_from(["110105", "440524", "350203", "653228"]),
    births,
    st.integers(0, 999),
)
numbers = bodies.map(lambda body: body + check_character(body))


@pytest.mark.parametrize(
    ("number", "birth_date", "sex"),
    [
        ("11010519491231002X", dt.date(1949, 12, 31), Sex.FEMALE),
        ("440524188001010014", dt.date(1880, 1, 1), Sex.MALE),
        ("34052419800101001X", dt.date(1980, 1, 1), Sex.MALE),
    ],
)
def test_valid_numbers_state_birth_and_sex(number, birth_date, sex):
    found = check(DocumentKind.RESIDENT_ID, number, today=TODAY)
    assert (found.result, found.birth_date, found.sex) == (CheckResult.OK, birth_date, sex)
    assert found.issues == ()


def test_the_check_digits_of_the_standard():
    assert check_character("81000019940823002") == "1"
    assert check_character("93268219850101001") == "7"


def test_a_wrong_check_digit_is_kept_as_unverified_and_states_nothing():
    found = check(DocumentKind.RESIDENT_ID, "110105194912310021", today=TODAY)
    assert found.result is CheckResult.UNVERIFIED
    assert found.issues == (Issue.CHECK_DIGIT,)
    assert (found.birth_date, found.sex) == (None, None)


@given(number=numbers)
def test_every_single_mistyped_character_is_caught(number):
    assert check(DocumentKind.RESIDENT_ID, number, today=TODAY).result is CheckResult.OK
    passed = [
        mistyped
        for position in range(18)
        for other in "0123456789X"
        if (mistyped := number[:position] + other + number[position + 1 :]) != number
        and check(DocumentKind.RESIDENT_ID, mistyped, today=TODAY).result is CheckResult.OK
    ]
    assert passed == []


@given(number=numbers)
def test_every_swap_of_neighbours_is_caught(number):
    for position in range(17):
        first, second = number[position], number[position + 1]
        swapped = number[:position] + second + first + number[position + 2 :]
        if swapped != number:
            found = check(DocumentKind.RESIDENT_ID, swapped, today=TODAY)
            assert found.result is CheckResult.UNVERIFIED


@given(body=bodies, region=st.sampled_from(["810000", "820000", "830000"]))
def test_a_mistyped_digit_of_a_residence_permit_is_caught_as_well(body, region):
    body = region + body[6:]
    number = body + check_character(body)
    for position in range(18):
        for other in "0123456789X":
            mistyped = number[:position] + other + number[position + 1 :]
            if mistyped != number:
                found = check(DocumentKind.RESIDENCE_PERMIT, mistyped, today=TODAY)
                assert found.result is CheckResult.UNVERIFIED


@pytest.mark.parametrize("birth", ["19491301", "19490230", "20261123", "18791231", "00000000"])
def test_an_impossible_birth_date_is_an_error(birth):
    body = f"110105{birth}002"
    found = check(DocumentKind.RESIDENT_ID, body + check_character(body), today=TODAY)
    assert found.issues == (Issue.DATE,)


def test_somebody_may_be_born_today():
    body = "11010520261122002"
    found = check(DocumentKind.RESIDENT_ID, body + check_character(body), today=TODAY)
    assert found.birth_date == TODAY


def test_an_unknown_region_is_only_a_warning():
    found = check(
        DocumentKind.RESIDENT_ID,
        "440524188001010014",
        today=TODAY,
        is_region={"110105"}.__contains__,
    )
    assert (found.result, found.issues) == (CheckResult.OK, (Issue.REGION_UNKNOWN,))
    assert not Issue.REGION_UNKNOWN.is_error


@pytest.mark.parametrize("region", ["810000", "820000", "830000"])
def test_residence_permits_have_regions_of_their_own(region):
    body = f"{region}19940823002"
    number = body + check_character(body)
    found = check(DocumentKind.RESIDENCE_PERMIT, number, today=TODAY, is_region=lambda code: False)
    assert (found.result, found.birth_date) == (CheckResult.OK, dt.date(1994, 8, 23))
    assert check(DocumentKind.RESIDENT_ID, number, today=TODAY).issues == (Issue.SHAPE,)


def test_both_cards_of_permanent_residents_are_known():
    new = check(DocumentKind.PERMANENT_RESIDENCE, "932682198501010017", today=TODAY)
    assert (new.result, new.birth_date) == (CheckResult.OK, dt.date(1985, 1, 1))
    assert check(DocumentKind.PERMANENT_RESIDENCE, "USA110012345678", today=TODAY).issues == ()
    assert check(DocumentKind.RESIDENT_ID, "932682198501010017", today=TODAY).issues


@pytest.mark.parametrize(
    ("kind", "number", "country", "issues"),
    [
        (DocumentKind.PASSPORT, "E12345678", "CN", ()),
        (DocumentKind.PASSPORT, "ea1234567", "CN", ()),
        (DocumentKind.PASSPORT, "G12345678", "CN", ()),
        (DocumentKind.PASSPORT, "X1234567", "CN", (Issue.UNUSUAL,)),
        (DocumentKind.PASSPORT, "K1234567A", "SG", ()),
        (DocumentKind.PASSPORT, "K123456789012", "SG", (Issue.UNUSUAL,)),
        (DocumentKind.PASSPORT, "K1", "SG", (Issue.SHAPE,)),
        (DocumentKind.HOME_RETURN_PERMIT, "H12345678", "HK", ()),
        (DocumentKind.HOME_RETURN_PERMIT, "M1234567801", "MO", ()),
        (DocumentKind.HOME_RETURN_PERMIT, "A12345678", "HK", (Issue.SHAPE,)),
        (DocumentKind.TAIWAN_PERMIT, "12345678", "TW", ()),
        (DocumentKind.TAIWAN_PERMIT, "1234567801", "TW", ()),
        (DocumentKind.TAIWAN_PERMIT, "123456789", "TW", (Issue.SHAPE,)),
        (DocumentKind.OTHER, "anything", "", (Issue.UNUSUAL,)),
        (DocumentKind.RESIDENT_ID, "", "", (Issue.SHAPE,)),
    ],
)
def test_other_papers_have_only_a_shape(kind, number, country, issues):
    assert check(kind, number, today=TODAY, country=country).issues == issues


def test_fifteen_digits_find_a_person_and_prove_nothing():
    found = check(DocumentKind.RESIDENT_ID, "110105491231002", today=TODAY)
    assert found.result is CheckResult.UNVERIFIED
    assert found.birth_date == dt.date(1949, 12, 31)
    assert matching_form(DocumentKind.RESIDENT_ID, "110105491231002") == "11010519491231002X"


def test_a_renewed_permit_matches_the_old_one():
    forms = {
        matching_form(DocumentKind.HOME_RETURN_PERMIT, n) for n in ("H12345678", "h1234567801")
    }
    assert forms == {"H12345678"}


def test_full_width_and_spaced_numbers_are_the_same_number():
    assert normalise("１１０１０５ 19491231 ００２ｘ") == "11010519491231002X"


@given(number=st.text() | st.text("0123456789XHME ", max_size=20))
def test_any_text_can_be_checked_as_anything(number):
    guess_kind(number)
    for kind in DocumentKind:
        matching_form(kind, number)
        assert check(kind, number, today=TODAY).result in CheckResult


@given(number=numbers)
def test_the_kind_of_a_valid_number_is_guessed(number):
    assert guess_kind(number) is DocumentKind.RESIDENT_ID


def test_a_number_of_no_kind_is_not_guessed():
    assert guess_kind("!") is None

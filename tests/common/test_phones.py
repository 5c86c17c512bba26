import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.phones import AreaCodeMissingError, PhoneError, PhoneKind, parse_phone, write_phone


@pytest.mark.parametrize(
    ("text", "e164", "kind", "extension"),
    [
        ("13800138000", "+8613800138000", PhoneKind.MOBILE, ""),
        ("１３８ ００１３　８０００", "+8613800138000", PhoneKind.MOBILE, ""),
        ("0086-138-0013-8000", "+8613800138000", PhoneKind.MOBILE, ""),
        ("+86 (138) 0013 8000", "+8613800138000", PhoneKind.MOBILE, ""),
        ("8613800138000", "+8613800138000", PhoneKind.MOBILE, ""),
        ("19912345678", "+8619912345678", PhoneKind.MOBILE, ""),
        ("020-83331234", "+862083331234", PhoneKind.LANDLINE, ""),
        ("(0592) 2012345", "+865922012345", PhoneKind.LANDLINE, ""),
        ("020-83331234-801", "+862083331234", PhoneKind.LANDLINE, "801"),
        ("020 83331234 转 801", "+862083331234", PhoneKind.LANDLINE, "801"),
        ("020 83331234 分机801", "+862083331234", PhoneKind.LANDLINE, "801"),
        ("020—83331234 ext. 801", "+862083331234", PhoneKind.LANDLINE, "801"),
        ("+1 (415) 555-2671", "+14155552671", PhoneKind.OVERSEAS, ""),
        ("00852 9123 4567", "+85291234567", PhoneKind.OVERSEAS, ""),
        ("+886 912 345 678", "+886912345678", PhoneKind.OVERSEAS, ""),
        ("+39 06 6982 1234", "+390669821234", PhoneKind.OVERSEAS, ""),
    ],
)
def test_a_number_is_read_however_it_is_written(text, e164, kind, extension):
    phone = parse_phone(text)
    assert (phone.e164, phone.kind, phone.extension) == (e164, kind, extension)


@pytest.mark.parametrize(
    "text", ["", "abc", "123", "1380013800", "138001380000", "+1 415", "+999 1"]
)
def test_what_cannot_be_called_is_refused(text):
    with pytest.raises(PhoneError) as refused:
        parse_phone(text)
    assert refused.value.code == "phone_invalid"
    assert str(refused.value)


def test_a_landline_without_area_code_says_so():
    with pytest.raises(AreaCodeMissingError):
        parse_phone("83331234")


def test_the_site_may_lie_elsewhere():
    assert parse_phone("(415) 555-2671", "US").e164 == "+14155552671"


@given(text=st.text() | st.text("0123456789+-()转x# ", max_size=30))
def test_any_text_is_a_phone_or_a_clear_refusal(text):
    try:
        phone = parse_phone(text)
    except PhoneError:
        return
    assert parse_phone(phone.e164).e164 == phone.e164


@pytest.mark.parametrize(
    "text", ["010-65120001", "022-23456789", "0592-2000101", "138 0013 8000", "+1 415-555-2671"]
)
def test_a_number_is_written_as_people_write_it(text):
    assert write_phone(parse_phone(text).e164) == text


def test_what_is_no_number_is_written_as_it_is():
    assert write_phone("ask at the window") == "ask at the window"

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from common import masking
from common.masking import mask_address, mask_bank_account, mask_id_number, mask_name, mask_phone

MASKS = [getattr(masking, name) for name in dir(masking) if name.startswith("mask_")]
# Characters of real values, so that short and odd ones come up often.
VALUES = st.text() | st.text("0123456789+X") | st.text("欧阳王省市区县广东深圳Ab 1")


@pytest.mark.parametrize("mask", MASKS)
@given(value=VALUES)
def test_a_mask_never_raises_and_never_is_the_value(mask, value):
    assume("*" not in value)
    masked = mask(value)
    if value.strip():
        assert "*" in masked
        assert masked != value


@pytest.mark.parametrize("mask", [m for m in MASKS if m is not mask_address])
@given(value=st.text("0123456789ABCX", min_size=1, max_size=4))
def test_little_shows_of_a_short_value(mask, value):
    shown = [character for character in mask(value) if character in value]
    assert len(shown) <= 1


@given(value=st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
def test_four_digits_of_a_phone_stay_hidden(value):
    shown = sum(character.isdigit() for character in mask_phone(value))
    assert shown <= len(value) - 1 - 4


@pytest.mark.parametrize(
    ("mask", "value", "masked"),
    [
        (mask_id_number, "11010519491231002X", "110***********002X"),
        (mask_id_number, "110105491231002", "110********1002"),
        (mask_id_number, "E12345678", "E12***78"),
        (mask_phone, "+8613812345678", "138****5678"),
        (mask_phone, "+85291234567", "+852 ****4567"),
        (mask_phone, "no phone", "****"),
        (mask_name, "欧阳震华", "欧阳*"),
        (mask_name, "歐陽震華", "歐陽*"),
        (mask_name, "欧阳", "欧*"),
        (mask_name, "尉迟恭", "尉迟*"),
        (mask_name, "爱新觉罗溥仪", "爱新觉罗*"),
        (mask_name, "阿卜杜拉·买买提", "阿*"),
        (mask_address, "厦门市思明区莲前街道1号", "厦门市思明区***"),
        (mask_address, "新疆维吾尔自治区和田地区和田县某村", "新疆维吾尔自治区和田地区和田县***"),
        (
            mask_address,
            "内蒙古自治区呼伦贝尔市陈巴尔虎旗2号",
            "内蒙古自治区呼伦贝尔市陈巴尔虎旗***",
        ),
        (mask_address, "厦门市幸福小区5栋", "厦门市***"),
        (mask_address, "Flat 3, 5 Nathan Road", "***"),
        (mask_bank_account, "6222020000001234", "**** 1234"),
    ],
)
def test_masks_show_what_the_rules_allow(mask, value, masked):
    assert mask(value) == masked

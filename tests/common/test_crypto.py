import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.crypto import TamperedError, blind_index, open_sealed, row_label, seal, tail_token
from common.keys import DataKey, Suite


def make_key(fill: int = 1, key_id: int = 1, index_suite: Suite = Suite.AES) -> DataKey:
    return DataKey(
        schema="t_north",
        key_id=key_id,
        encryption=bytes([fill]) * 32,
        encryption_sm4=bytes([fill]) * 16,
        index=bytes([fill]) * 32,
        audit=bytes([fill]) * 32,
        index_suite=index_suite,
    )


KEY = make_key()
LABEL = row_label("t_north", "people_document", "number", 7)
SUITES = pytest.mark.parametrize("suite", list(Suite))


@SUITES
@given(text=st.binary(max_size=200))
def test_what_was_sealed_opens_again(suite, text):
    record = seal(text, key=KEY, label=LABEL, suite=suite)
    assert open_sealed(record, find_key={1: KEY}.__getitem__, label=LABEL) == text
    assert len(record) == len(text) + 30


@SUITES
def test_a_record_names_its_suite_and_key(suite):
    record = seal(b"x" * 18, key=make_key(key_id=9), label=LABEL, suite=suite)
    assert (record[0], record[1], len(record)) == (suite, 9, 48)


@SUITES
def test_sealing_twice_never_gives_the_same(suite):
    assert len({seal(b"same", key=KEY, label=LABEL, suite=suite) for _ in range(50)}) == 50


@SUITES
@pytest.mark.parametrize(
    "place",
    [
        ("t_south", "people_document", "number", 7),
        ("t_north", "people_phone", "number", 7),
        ("t_north", "people_document", "note", 7),
        ("t_north", "people_document", "number", 8),
    ],
)
def test_a_record_opens_in_its_own_place_only(suite, place):
    record = seal(b"110105", key=KEY, label=LABEL, suite=suite)
    with pytest.raises(TamperedError):
        open_sealed(record, find_key=lambda _: KEY, label=row_label(*place))


@SUITES
def test_every_changed_byte_is_noticed(suite):
    record = seal(b"110105", key=KEY, label=LABEL, suite=suite)
    for position in range(len(record)):
        changed = bytearray(record)
        changed[position] ^= 1
        with pytest.raises((TamperedError, KeyError)):
            open_sealed(bytes(changed), find_key={1: KEY}.__getitem__, label=LABEL)


@SUITES
def test_another_tenants_key_opens_nothing(suite):
    record = seal(b"110105", key=KEY, label=LABEL, suite=suite)
    with pytest.raises(TamperedError):
        open_sealed(record, find_key=lambda _: make_key(2), label=LABEL)


@given(record=st.binary(max_size=60))
def test_garbage_is_no_sealed_value(record):
    with pytest.raises(TamperedError):
        open_sealed(record, find_key=lambda _: KEY, label=LABEL)


def test_a_label_cannot_be_forged_with_its_separator():
    with pytest.raises(ValueError, match="label"):
        row_label("t_north", "a|b", "number", 7)


@SUITES
def test_an_index_is_equal_for_equal_values_of_one_column_and_tenant(suite):
    key = make_key(index_suite=suite)
    index = blind_index("13800138000", "people_phone.number", key)
    assert index == blind_index("13800138000", "people_phone.number", key)
    assert len(index) == 16
    others = [
        blind_index("13800138001", "people_phone.number", key),
        blind_index("13800138000", "people_document.number", key),
        blind_index("13800138000", "people_phone.number", make_key(2, index_suite=suite)),
    ]
    assert index not in others


def test_the_two_suites_index_differently():
    values = {blind_index("1", "c", make_key(index_suite=suite)) for suite in Suite}
    assert len(values) == 2


def test_a_tail_is_a_short_keyed_word():
    token = tail_token("phone", "8000", KEY)
    assert token.startswith("t")
    assert len(token) == 13
    assert token.isalnum()
    assert token == token.lower()
    assert "8000" not in token
    others = [tail_token("document", "8000", KEY), tail_token("phone", "8000", make_key(2))]
    assert token not in others


def test_all_tails_of_a_kind_differ():
    assert len({tail_token("phone", f"{n:04}", KEY) for n in range(10_000)}) == 10_000


def test_a_tail_may_end_in_x():
    assert tail_token("document", "002x", KEY) == tail_token("document", "002X", KEY)


@pytest.mark.parametrize("tail", ["", "123", "12345", "12a4", "x002", "１２３４", "123\n"])
def test_nothing_but_four_digits_is_a_tail(tail):
    with pytest.raises(ValueError, match="four digits"):
        tail_token("phone", tail, KEY)

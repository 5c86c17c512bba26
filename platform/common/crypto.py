"""Sealed values, blind indexes and search tokens of one schema.

A record is ``suite (1) | key id (1) | nonce (12) | ciphertext and tag (16 more than the text)``.
Its authenticated label is ``schema|table|column|primary key``: moved to another row, column or
schema it no longer opens.
"""

import hmac as stdlib_hmac
import re
import secrets
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .keys import DataKey, Suite

INDEX_BYTES = 16
_HEADER_BYTES = 2
_NONCE_BYTES = 12
_TAG_BYTES = 16
_SUITES = frozenset(int(suite) for suite in Suite)
_TAIL = re.compile(r"[0-9]{3}[0-9X]", re.ASCII)


class TamperedError(Exception):
    """A sealed value was changed, or moved here from another row, column or schema."""


def row_label(schema: str, table: str, column: str, pk: object) -> bytes:
    """Return the label that binds a sealed value to its place."""
    label = f"{schema}|{table}|{column}|{pk}"
    if label.count("|") != 3:
        raise ValueError("A part of a row label may not hold '|'.")
    return label.encode()


def seal(plaintext: bytes, *, key: DataKey, label: bytes, suite: int = Suite.AES) -> bytes:
    """Return ``plaintext`` encrypted and bound to ``label``; twice never gives the same."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    header = bytes([Suite(suite), key.key_id])
    if suite == Suite.AES:
        return header + nonce + AESGCM(key.encryption).encrypt(nonce, plaintext, label)
    encryptor = Cipher(algorithms.SM4(key.encryption_sm4), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(label)
    ciphertext = encryptor.update(plaintext) + encryptor.finalize()
    return header + nonce + ciphertext + encryptor.tag


def open_sealed(record: bytes, *, find_key: Callable[[int], DataKey], label: bytes) -> bytes:
    """Return the plaintext of a record of either suite.

    Args:
        record: what ``seal`` returned.
        find_key: gives the data key with the id the record names.
        label: the one it was sealed with.

    Raises:
        TamperedError: record or label are not what was sealed.
    """
    if len(record) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES or record[0] not in _SUITES:
        raise TamperedError("This is no sealed value.")
    key = find_key(record[1])
    nonce = record[_HEADER_BYTES : _HEADER_BYTES + _NONCE_BYTES]
    body = record[_HEADER_BYTES + _NONCE_BYTES :]
    try:
        if record[0] == Suite.AES:
            return AESGCM(key.encryption).decrypt(nonce, body, label)
        mode = modes.GCM(nonce, body[-_TAG_BYTES:])
        decryptor = Cipher(algorithms.SM4(key.encryption_sm4), mode).decryptor()
        decryptor.authenticate_additional_data(label)
        return decryptor.update(body[:-_TAG_BYTES]) + decryptor.finalize()
    except InvalidTag:
        raise TamperedError("A sealed value was changed or moved from another place.") from None


def blind_index(value: str, column: str, key: DataKey) -> bytes:
    """Return 16 bytes that are equal for equal values of one column in one schema.

    They say nothing else about the value to anybody without the key.

    Args:
        value: normalised by the caller (E.164, upper case, …).
        column: ``table.column``, so that two columns cannot be compared.
        key: any version of the schema's data key.
    """
    return _digest(key, f"index|{column}|{value}")[:INDEX_BYTES]


def tail_token(kind: str, tail: str, key: DataKey) -> str:
    """Return the search token of the last four characters of a number.

    It is ``t`` and 12 hexadecimal digits, which a text search parser keeps in one piece.

    Args:
        kind: what the number is (``phone``, ``document``), so that kinds cannot be compared.
        tail: four digits; the last may be ``X``, as in identity numbers.
        key: any version of the schema's data key.

    Raises:
        ValueError: ``tail`` has another shape.
    """
    tail = tail.upper()
    if not _TAIL.fullmatch(tail):
        raise ValueError("A tail is exactly four digits; the last may be X.")
    return "t" + _digest(key, f"tail|{kind}|{tail}")[:6].hex()


def _digest(key: DataKey, message: str) -> bytes:
    if key.index_suite == Suite.AES:  # the standard library's is three times as fast
        return stdlib_hmac.digest(key.index, message.encode(), "sha256")
    keyed = hmac.HMAC(key.index, hashes.SM3())
    keyed.update(message.encode())
    return keyed.finalize()

"""Phones: several in one cell, with separators, labels and the traces of spreadsheets (D05)."""

import re

from django.utils.translation import gettext as _

from crm.people.importing.repairs.base import (
    Found,
    Note,
    RepairClass,
    changed,
    error,
    warning,
    words,
)
from crm.people.importing.repairs.texts import emptied, is_empty_word, tidy

is_mobile = re.compile(r"1[3-9][0-9]{9}").fullmatch
is_plain_phone = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-[0-9]{7,8}|\+[0-9]{7,15}").fullmatch
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[eE][+]?[0-9]{1,2}")
_FLOAT = re.compile(r"([0-9]{7,15})\.0+")
_SEPARATORS = re.compile(
    r"[、，,;；|\n]|[/／\\](?=\s*(?:[+0(]|1[3-9]))|(?<=[0-9]{7}) +(?=1[3-9][0-9]|\+|0[0-9]{2})"
)
_BRACKETS = re.compile(r"[(（](?=[^()（）]*[^0-9+()（）\s-])([^()（）]*)[)）]")
_LABEL = re.compile(r"^[^0-9+(（]*?[:：]?\s*(?=[+(（0-9])|(?<=[0-9])\s*[\u4e00-\u9fff:：]*$")
_LABELS = words(
    "电话 手机 手机号 手机号码 联系电话 联系方式 号码 座机 固话 固定电话 移动电话 本人 本人电话"
    " tel Tel TEL phone Phone mobile Mobile T M"
) | {""}
_EXTENSION = re.compile(r"\s*(?:转|轉|分机|分機|ext\.?|x|#)\s*:?\s*[0-9]{1,6}$", re.IGNORECASE)
_WRITTEN = re.compile(r"[+0-9 ()（）.\-‐-―－]+")
_NOISE = re.compile(r"[ ()（）.\-‐-―－]")
_LANDLINE = re.compile(
    r"(?:\(0[0-9]{2,3}\)|（0[0-9]{2,3}）|0[0-9]{2,3}[- ]?)[0-9]{7,8}(?:-[0-9]{1,6})?"
)
# Area and number without the 0 before them; 400 and 800 have none.
_NO_TRUNK = re.compile(r"(?!86|[48]00)[2-9][0-9]{8,10}|10[0-9]{8}")
_EXACT_BELOW = 10**15


def plain_phone(text: str) -> tuple[str, ...] | None:
    """Return the number of a cell to which nothing is to be done, None for any other text."""
    return (text,) if is_plain_phone(text) else None


def read_phones(raw: object) -> Found[tuple[str, ...]]:
    """Return the numbers in a cell, each ready for `parse_phone`; no digit is ever invented.

    >>> read_phones("138-0000-0001/13900000002(妻)").value
    ('13800000001', '13900000002')
    >>> read_phones("1.38E+10").notes[0].code, read_phones("0592-1234567转8").value
    ('phone_lost_digits', ('0592-1234567转8',))
    """
    if isinstance(raw, float | int) and not isinstance(raw, bool):
        if raw != int(raw) or abs(raw) >= _EXACT_BELOW:
            return _lost(str(raw))
        raw = str(int(raw))
    text = str(raw)
    if plain := plain_phone(text):
        return Found(plain)
    if is_empty_word(text):
        return Found(None, (emptied(text),))
    tidied = tidy(text, keep_lines=True)
    text, notes = tidied.value or "", list(tidied.notes)
    if _SCIENTIFIC.fullmatch(text):
        return _lost(text)
    if is_mobile(wrapped := "".join(text.split())) and "\n" in text:
        notes.append(changed(RepairClass.PHONE_FORMAT, masked(text), masked(wrapped)))
        return Found((wrapped,), tuple(notes))
    parts = [part.strip() for part in _SEPARATORS.split(text) if part.strip()]
    beside: list[str] = []
    numbers = [number for number in (_read_one(part, notes, beside) for part in parts) if number]
    if len(parts) > 1 or (parts and parts[0] != text):
        notes.append(changed(RepairClass.SEVERAL, masked(text), " | ".join(map(masked, numbers))))
    return Found(tuple(dict.fromkeys(numbers)) or None, tuple(notes), "；".join(beside))


def _read_one(text: str, notes: list[Note], beside: list[str]) -> str:
    plain = _BRACKETS.sub("", text).strip()
    bare = _LABEL.sub("", plain).strip()
    if _SCIENTIFIC.fullmatch(bare):
        notes.extend(_lost(bare).notes)
        return ""
    if not _WRITTEN.fullmatch(_EXTENSION.sub("", bare)):
        message = _("“{text}” is no phone.").format(text=masked(text))
        notes.append(error("phone_invalid", message))
        return ""
    if bare != text:
        notes.append(_said_beside(text, plain, bare, beside))
    number = _plain(bare)
    if _NO_TRUNK.fullmatch(number):
        # A spreadsheet's number has lost the 0 of its area; or the country of it is missing.
        message = _("{number} was read as a landline of the mainland without its first 0.")
        message = message.format(number=masked(number))
        notes.append(warning(RepairClass.PHONE_FORMAT, message, "phone_trunk_missing"))
    elif number != bare:
        notes.append(changed(RepairClass.PHONE_FORMAT, masked(bare), masked(number)))
    return number


def _said_beside(text: str, plain: str, bare: str, beside: list[str]) -> Note:
    """Return the warning about words beside a number; whose it is goes to ``beside``."""
    said = [part.strip() for part in (*_BRACKETS.findall(text), *_LABEL.findall(plain))]
    telling = [part for part in (word.strip(":： ") for word in said) if part not in _LABELS]
    if not telling:
        message = _("Words beside the phone {number} were left out.").format(number=masked(bare))
        return warning(RepairClass.MARKS, message, "phone_words")
    beside.append(f"{bare[-4:]} {' '.join(telling)}")
    message = _("“{words}” beside the phone {number} is kept in the note.")
    message = message.format(words=" ".join(telling), number=masked(bare))
    return warning(RepairClass.TO_NOTE, message, "phone_words")


def _plain(text: str) -> str:
    """Return the number without separators; an extension and the code of an area stay apart."""
    if found := _FLOAT.fullmatch(text):
        return found[1]
    extension = found[0] if (found := _EXTENSION.search(text)) else ""
    main = text.removesuffix(extension)
    if _LANDLINE.fullmatch(main):
        return text.replace("（", "(").replace("）", ")")
    digits = _NOISE.sub("", main)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    return digits + extension


def _lost(text: str) -> Found[tuple[str, ...]]:
    message = _("The spreadsheet has cut this number. Type it again in a cell of type text.")
    return Found(None, (error("phone_lost_digits", message),))


def masked(text: str) -> str:
    """Return a number that can be told again by who has it, but not read by who has not.

    >>> masked("138-0000-0001"), masked("11010519491231002X")
    ('138******0001', '110***********002X')
    """
    return re.sub(
        r"[0-9A-Za-z][0-9A-Za-z-]{6,}",
        lambda found: found[0][:3] + "*" * (len(found[0]) - 7) + found[0][-4:],
        text,
    )

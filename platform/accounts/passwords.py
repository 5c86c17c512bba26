"""Which passwords are strong enough, judged here and without asking anybody.

Length and guessability count, not kinds of characters: ``Aa123456!`` falls in seconds, four
unrelated words do not (security D3).
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from zxcvbn import zxcvbn

_ENOUGH = 3
# zxcvbn's time grows with the square of the length; the rest adds nothing to its judgement.
_LOOKED_AT = 72
# What everybody in this field would try first.
_CONTEXT = ("qiaojia", "qiaozhijia", "guiqiao", "huaqiao", "qiaolian", "侨家", "侨之家", "侨联")
_LIST = Path(__file__).parent / "data" / "common_passwords.txt"


class StrengthValidator:
    """Refuses passwords that are common or easily guessed, and says what to do instead."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raise `ValidationError` for a weak password."""
        if is_common(password):
            raise ValidationError(
                _(
                    "Many people use this password, so it is tried first."
                    " Take three or four words that have nothing to do with each other."
                ),
                code="password_common",
            )
        context = [*_CONTEXT, *common_passwords(), *_words_of(user)]
        if _score(password, context) < _ENOUGH:
            raise ValidationError(
                _(
                    "This password is easily guessed. Make it longer: three or four words that"
                    " have nothing to do with each other, without your name, phone or a year."
                ),
                code="password_weak",
            )

    def get_help_text(self) -> str:
        """Return the hint beside the field."""
        return _("Three or four words that have nothing to do with each other are best.")


def _score(password: str, context: list[str]) -> int:
    """Return zxcvbn's judgement, from 0 (falls at once) to 4."""
    judged: dict[str, Any] = zxcvbn(password[:_LOOKED_AT], user_inputs=context)  # type: ignore[no-untyped-call]
    return int(judged["score"])


def is_common(password: str) -> bool:
    """Say whether a password, whatever its capitals and final digits, is on the list.

    >>> is_common("WoAiNi1314"), is_common("correct horse battery staple")
    (True, False)
    """
    plain = password.casefold()
    return plain in common_passwords() or plain.rstrip("0123456789!@#.") in common_passwords()


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """Return the list that comes with the program: common and Chinese ones, in small letters."""
    lines = _LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def _words_of(user: Any) -> list[str]:
    """Return what is known about the account: its name, and its phone in pieces."""
    name = getattr(user, "display_name", "") or ""
    phone = getattr(user, "phone", None)
    number = phone.reveal() if phone else ""
    return [part for part in (name, number, number[-11:], number[-8:], number[-6:]) if part]

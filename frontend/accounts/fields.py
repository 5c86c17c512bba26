"""A phone number, as people type it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from common.phones import PhoneError, parse_phone
from frontend.forms import PhoneInput


class PhoneField(forms.CharField):
    """Takes a phone in any spelling and gives it in E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Phone number"))
        kwargs.setdefault("widget", PhoneInput({"autocomplete": "tel"}))
        kwargs.setdefault("max_length", 40)
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return the number in E.164, or nothing."""
        text: str = super().clean(value)
        if not text:
            return ""
        try:
            return parse_phone(text).e164
        except PhoneError as exc:
            raise ValidationError(str(exc), code=exc.code) from exc

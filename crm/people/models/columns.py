"""Columns and register entries that all tables of this app share."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models

from common.registry import Basis, PersonalData, Sensitivity

if TYPE_CHECKING:
    from accounts.models import User

COUNTRY = r"^[A-Z]{2}$"


def kept(purpose: str, sensitivity: Sensitivity) -> PersonalData:
    """Return the entry of a column kept for as long as the person is on the site's register."""
    return PersonalData(
        purpose=purpose, basis=Basis.CONSENT, retention="membership", sensitivity=sensitivity
    )


def who() -> "models.ForeignKey[User | None, User | None]":
    """Return a column for the account that acted; None where a command did."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

"""What each column holds, why, and for how long: the register that CI enforces.

A model says it in two plain attributes::

    class Person(models.Model):
        personal_data = {
            "full_name": PersonalData(
                purpose="identify", basis=Basis.CONSENT, retention="membership",
                sensitivity=Sensitivity.S1,
            ),
        }
        not_personal = frozenset({"row_version"})

Source: 个人信息保护法 Art. 5, 6, 13, 19 and 28; classes from GB/T 45574-2025.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from django.db import models

from .fields import BlindIndexField, EncryptedTextField

# Bookkeeping every table has; it tells who of the staff wrote the row and when.
_BOOKKEEPING = frozenset({"created_at", "created_by", "updated_at", "updated_by"})


class Sensitivity(IntEnum):
    """How much harm the value does in the wrong hands."""

    S0 = 0  # facts about the site; anyone
    S1 = 1  # name, category, language; the staff of the site
    S2 = 2  # phone, address, birth date; masked, the case worker
    S3 = 3  # document numbers, health, hardship; encrypted, a named role with a reason


class Basis(StrEnum):
    """The ground in law for holding the value (个人信息保护法 Art. 13)."""

    CONSENT = "consent"
    CONTRACT = "contract"
    STATUTORY_DUTY = "statutory_duty"
    EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Why one column holds personal data.

    Args:
        purpose: one word or phrase that a form's notice can show.
        basis: the ground in law.
        retention: name of the retention rule that ends it.
        sensitivity: its class.
    """

    purpose: str
    basis: Basis
    retention: str
    sensitivity: Sensitivity


def unclassified(model_classes: Iterable[type[models.Model]]) -> list[str]:
    """Return, sorted, each column that no register names and each name that is no column.

    Primary keys, foreign keys and who-and-when bookkeeping need no entry. Entries look like
    ``people.Person.full_name: not classified``.
    """
    found: list[str] = []
    for model in model_classes:
        personal: dict[str, PersonalData] = getattr(model, "personal_data", {})
        other: frozenset[str] = getattr(model, "not_personal", frozenset())
        columns = {column.name: column for column in model._meta.concrete_fields}
        for name, column in columns.items():
            if name in personal and name in other:
                found.append(f"{model._meta.label}.{name}: classified twice")
            if name in personal or name in other or name in _BOOKKEEPING:
                continue
            if not column.primary_key and not column.is_relation:
                found.append(f"{model._meta.label}.{name}: not classified")
        found += [
            f"{model._meta.label}.{name}: no such column"
            for name in (personal.keys() | other) - columns.keys()
        ]
    return sorted(found)


def unprotected(model_classes: Iterable[type[models.Model]]) -> list[str]:
    """Return, sorted, each column of class S3 that is stored in the clear."""
    return sorted(
        f"{model._meta.label}.{column.name}: S3 in the clear"
        for model in model_classes
        for column in model._meta.concrete_fields
        if (entry := getattr(model, "personal_data", {}).get(column.name))
        and entry.sensitivity is Sensitivity.S3
        and not isinstance(column, EncryptedTextField | BlindIndexField)
    )

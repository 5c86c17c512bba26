"""Rows that are made by the thousand."""

from functools import cache
from typing import Any, TypeVar

from django.db import models
from django.db.models.base import ModelState

Row = TypeVar("Row", bound=models.Model)


def fresh(model: type[Row], **values: Any) -> Row:
    """Return what ``model(**values)`` returns, in a third of the time.

    Every column gets its default, or its value as an assignment would give it. No signal is
    sent, and an unknown name is not refused.
    """
    row = model.__new__(model)
    contents, defaults = _blank(model)
    row.__dict__.update(contents)
    row.__dict__["_state"] = ModelState()
    for name, default in defaults:
        row.__dict__[name] = default()
    for name, value in values.items():
        setattr(row, name, value)
    return row


@cache
def _blank(model: type[models.Model]) -> tuple[dict[str, Any], tuple[tuple[str, Any], ...]]:
    """Return what all new rows have in common, and what is made for each."""
    made = {
        str(field.attname): field.default
        for field in model._meta.concrete_fields
        if field.has_default() and callable(field.default)
    }
    contents = {
        name: value
        for name, value in vars(model()).items()
        if name != "_state" and name not in made
    }
    return contents, tuple(made.items())

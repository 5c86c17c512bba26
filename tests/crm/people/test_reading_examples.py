"""The examples in the docstrings of reading are true."""

import doctest
import importlib
import pkgutil

import pytest

from crm.people import importing
from crm.people.importing import guards, repairs

# The first steps of the import, which go when its last step stands on the new ones.
OLD = {"layout", "roster", "rows"}
MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (importing, guards, repairs)
    for module in pkgutil.iter_modules(package.__path__)
    if module.name not in OLD
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert not outcome.failed

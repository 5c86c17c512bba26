import doctest
import importlib

import pytest

MODULES = [
    "common.masking", "common.names", "common.phones", "common.ratelimit", "common.spelling",
    "common.surnames", "common.variants", "crm.people.facts.values",
    "crm.people.id_numbers", "crm.people.identities.residence", "crm.people.identities.rules",
]  # fmt: skip


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    outcome = doctest.testmod(importlib.import_module(name))
    assert outcome.attempted
    assert not outcome.failed

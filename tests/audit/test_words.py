"""Every action that the program records has words for the people who read the list."""

import ast
import re
from pathlib import Path

import pytest

from accounts.roles import Role
from audit.selectors import LOOKING_VERBS, Look
from common.ids import uuid7
from crm.people.models import PersonPhone
from frontend.audit.words import ACTIONS, describe_look, field_words, object_word, role_words

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("platform", "tenants", "crm", "frontend")
RECORDERS = {"record", "record_refusal", "Event", "_record", "_move"}
ACTION = re.compile(r"[a-z]+\.[a-z_]+")


def recorded_actions(path):
    """Yield the literal actions in calls that record, and in constants named for it."""
    for node in ast.walk(ast.parse(path.read_text())):
        values = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in RECORDERS:
                values = [*node.args, *(k.value for k in node.keywords if k.arg == "action")]
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "").endswith(
            "_ACTION"
        ):
            values = [node.value]
        for value in values:
            if isinstance(value, ast.Constant) and ACTION.fullmatch(str(value.value)):
                yield value.value


def test_every_recorded_action_has_words():
    sources = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    found = {action for path in sources for action in recorded_actions(path)}

    assert "person.reveal" in found
    assert sorted(found - ACTIONS.keys()) == []


def test_names_come_from_the_models_and_codes_stay_codes():
    assert object_word("people.person") != "people.person"
    assert object_word("no.such") == "no.such"
    assert object_word("") == ""
    assert field_words("people.person", ["phones"]) == str(PersonPhone._meta.verbose_name_plural)
    assert field_words("people.person", ["gone"]) == "gone"
    assert field_words("", ["a"]) == "a"
    assert role_words(["clerk", "gone"]).endswith("gone")


@pytest.mark.parametrize("verb", LOOKING_VERBS)
def test_every_look_is_a_sentence(verb):
    look = Look(
        at=None, actor_key=uuid7(), actor_name="林晓梅", roles=[Role.CLERK], verb=verb,
        object_type="people.person", fields=["address"],
    )  # fmt: skip
    assert "{" not in describe_look(look).what


@pytest.mark.parametrize("role", Role)
def test_private_people_are_not_named(role):
    look = Look(
        at=None, actor_key=uuid7(), actor_name="林晓梅", roles=[role.value], verb="view",
        object_type="people.person",
    )  # fmt: skip
    is_private = role in {Role.MEMBER, Role.VOLUNTEER}
    assert ("林晓梅" in describe_look(look).who) is not is_private

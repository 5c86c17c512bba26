"""What every REST view shares: tokens, permissions, problems, throttling, repeated requests."""

from typing import ClassVar

import pytest
from django.test import RequestFactory
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import IdempotencyKey, User
from accounts.roles import Role
from accounts.services import create_token
from common.errors import DomainError, StaleWriteError
from tenants import api
from tenants.context import inside
from tenants.idempotency import Idempotent
from tenants.permissions import GRANTS, Permission
from tests.fixtures_accounts import make_account
from tests.fixtures_tenants import NOW


class Number(serializers.Serializer):
    number = serializers.IntegerField(max_value=9)


class Body(serializers.Serializer):
    name = serializers.CharField()
    numbers = Number(many=True)


class FullError(DomainError):
    code = "full"
    field = "name"
    message = "This is full."


class Counter(Idempotent):
    """Counts what it was asked to do."""

    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_EDIT
    done: ClassVar[list[str]] = []
    error: ClassVar[Exception | None] = None

    def get(self, request: Request) -> Response:
        return Response({"done": len(self.done)})

    def post(self, request: Request) -> Response:
        body = Body(data=request.data)
        body.is_valid(raise_exception=True)
        if self.error:
            raise self.error
        self.done.append(request.data["name"])
        return Response({"done": len(self.done), "name": request.data["name"]}, status=201)


@pytest.fixture(autouse=True)
def _fresh():
    Counter.done.clear()
    Counter.error = None


@pytest.fixture
def owner(north) -> User:
    user = make_account(Role.CLERK)
    User.objects.filter(pk=user.pk).update(second_factor_at=NOW)
    return user


@pytest.fixture
def secret(owner) -> str:
    return token_of(owner, GRANTS[Role.CLERK])


def token_of(user: User, permissions) -> str:
    _token, secret = create_token(
        user=user,
        name="x",
        permissions=permissions,
        held=GRANTS[Role.CLERK],
        days=1,
        now=timezone.now(),
    )
    return secret


GOOD = {"name": "陈", "numbers": []}


def ask(method: str, secret: str = "", body=None, key: str = ""):
    headers = {"authorization": f"Bearer {secret}"} if secret else {}
    if key:
        headers["idempotency-key"] = key
    data = {} if body is None else {"data": body, "content_type": "application/json"}
    request = getattr(RequestFactory(), method)("/api/v1/x/", headers=headers, **data)
    return Counter.as_view()(request)


def test_a_token_opens_what_it_was_made_for(secret):
    assert ask("get", secret).status_code == 200
    assert ask("post", secret, GOOD).status_code == 201


@pytest.mark.parametrize("secret", ["", "qj_nonsense", "\x00", "é"])
def test_without_a_valid_token_the_answer_is_401(north, secret):
    response = ask("get", secret)
    assert response.status_code == 401
    assert set(response.data) == {"code", "detail", "field"}


def test_a_token_does_no_more_than_it_says(owner):
    reader = token_of(owner, [Permission.PERSON_VIEW])
    assert ask("get", reader).status_code == 200
    assert ask("post", reader, GOOD).status_code == 403


def test_a_token_of_another_site_is_no_token(secret, south):
    with inside(south):
        assert ask("get", secret).status_code == 401


def test_several_faults_are_a_list_of_problems(secret):
    response = ask("post", secret, {"numbers": [{"number": 1}, {"number": 99}]})

    assert response.status_code == 422
    assert [(each["field"], each["code"]) for each in response.data] == [
        ("name", "required"),
        ("numbers.1.number", "max_value"),
    ]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [(FullError(), 422, "full"), (StaleWriteError(), 409, "stale_write")],
)
def test_a_domain_error_is_a_problem(secret, error, status, code):
    Counter.error = error
    response = ask("post", secret, GOOD)
    assert response.status_code == status
    assert response.data["code"] == code
    assert response.data["detail"] == str(error)


def test_a_repeated_request_has_one_effect_and_one_answer(secret):
    first = ask("post", secret, GOOD, key="k1")
    second = ask("post", secret, GOOD, key="k1")

    assert (first.status_code, first.data) == (second.status_code, second.data)
    assert second["Idempotent-Replay"] == "true"
    assert Counter.done == ["陈"]
    assert "陈".encode() not in bytes(IdempotencyKey.objects.get().body)


def test_a_key_with_another_body_is_refused(secret):
    ask("post", secret, GOOD, key="k1")
    response = ask("post", secret, GOOD | {"name": "林"}, key="k1")
    assert (response.status_code, response.data["code"]) == (422, "idempotency_key_reused")


def test_keys_of_two_accounts_do_not_meet(secret):
    other = make_account(Role.CLERK)
    User.objects.filter(pk=other.pk).update(second_factor_at=NOW)
    ask("post", secret, GOOD, key="k1")
    assert ask("post", token_of(other, GRANTS[Role.CLERK]), GOOD, key="k1").status_code == 201
    assert len(Counter.done) == 2


def test_the_same_request_at_the_same_time_is_a_conflict(secret, monkeypatch):
    from tenants import idempotency

    def busy(name: str) -> None:
        raise idempotency.InProgressError

    monkeypatch.setattr(idempotency, "_lock_or_refuse", busy)
    response = ask("post", secret, GOOD, key="k1")
    assert (response.status_code, response.data["code"]) == (409, "in_progress")


def test_what_failed_on_our_side_is_tried_again(secret):
    Counter.error = RuntimeError("broken")
    with pytest.raises(RuntimeError):
        ask("post", secret, GOOD, key="k1")
    Counter.error = None
    assert ask("post", secret, GOOD, key="k1").status_code == 201


def test_too_many_requests_are_told_to_wait(secret, monkeypatch):
    monkeypatch.setattr(api, "_PER_ACCOUNT", 2)
    statuses = [ask("get", secret).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]

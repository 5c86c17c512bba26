"""Choices about the interface: kept in cookies, on the account, and never an open redirect."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import translation

from accounts.models import ElderMode, Theme
from frontend.preferences import middleware, views
from frontend.preferences.choices import Preferences


def post(data, user=None, **cookies):
    request = RequestFactory().post("/preferences/", data)
    request.COOKIES.update(cookies)
    request.user = user or AnonymousUser()
    return views.save(request)


def test_a_guests_choice_is_kept_in_a_cookie():
    response = post({"elder": "extra", "next": "/people/?q=zeng"}, theme="dark")

    assert (response.status_code, response.url) == (302, "/people/?q=zeng")
    assert response.cookies["elder"].value == "extra"
    assert response.cookies["elder"]["httponly"]
    assert response.cookies["theme"].value == "dark"


def test_a_forged_choice_changes_nothing():
    response = post({"elder": "<script>", "language": "xx"}, elder="elder", theme="pink")

    assert response.cookies["elder"].value == "elder"
    assert response.cookies["theme"].value == "auto"
    assert "language" not in response.cookies


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x", ""])
def test_it_only_goes_back_to_this_host(target):
    assert post({"theme": "dark", "next": target}).url == "/"


def test_the_language_is_kept_and_the_page_too():
    response = post({"language": "en", "next": "/help/"})

    assert response.cookies["language"].value == "en"
    assert response.url == "/help/"


def test_a_signed_in_visitors_choice_goes_to_the_account(monkeypatch):
    saved = {}
    monkeypatch.setattr(views, "set_preferences", lambda **values: saved.update(values))
    user = SimpleNamespace(is_authenticated=True, language="zh-hans")

    post({"theme": "dark"}, user=user, elder="elder")

    assert saved == {
        "user": user,
        "elder_mode": ElderMode.ELDER,
        "theme": Theme.DARK,
        "language": "zh-hans",
    }


def through_middleware(request, view=lambda request: HttpResponse()):
    try:
        return middleware.PreferenceMiddleware(view)(request)
    finally:
        translation.activate("zh-hans")


def test_the_page_speaks_the_language_of_the_cookie():
    request = RequestFactory().get("/", HTTP_ACCEPT_LANGUAGE="zh-CN")
    request.COOKIES["language"] = "en"

    assert through_middleware(request)["Content-Language"] == "en"
    assert request.preferences == Preferences()


def test_signing_in_brings_the_accounts_choices_but_never_shrinks_the_text():
    request = RequestFactory().post("/login/")
    request.COOKIES["elder"] = "extra"
    user = SimpleNamespace(elder_mode="standard", theme="dark", language="en")

    def sign_in(request):
        middleware.bring_choices(request=request, user=user)
        return HttpResponse()

    cookies = through_middleware(request, sign_in).cookies
    assert {name: cookie.value for name, cookie in cookies.items()} == {
        "elder": "extra",
        "theme": "dark",
        "shortcuts": "on",
        "language": "en",
    }


@pytest.mark.parametrize("host", ["localhost", "north.localhost"])
def test_every_host_has_the_public_pages_without_inline_code(client, north, host):
    client.cookies["elder"] = "elder"
    for path in ("/help/", "/accessibility/"):
        response = client.get(path, HTTP_HOST=host)
        assert response.status_code == 200
        assert b'data-elder="elder"' in response.content
        assert "unsafe" not in response["Content-Security-Policy"]

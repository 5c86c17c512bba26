"""The frame of a page shows a visitor what is theirs, at the size they chose."""

from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from frontend import navigation
from frontend.context import Interface
from tenants.permissions import Permission

CLERK = SimpleNamespace(is_authenticated=True)
URLS = {"site:today": "/", "people:list": "/people/", "audit:list": "/audit/"}


@pytest.fixture
def site_map(monkeypatch):
    """Three of the pages exist; the visitor may see people, and not the audit."""
    monkeypatch.setattr(navigation, "resolve", lambda name: URLS.get(name, ""))
    seen = {Permission.TODAY_VIEW, Permission.PERSON_VIEW}
    monkeypatch.setattr(navigation, "may", lambda user, permission: permission in seen)


def links(path, user=CLERK):
    return navigation.links(navigation.SITE, user=user, path=path)


def test_nobody_is_led_where_they_may_not_go_or_nothing_is(site_map):
    assert [link.url for link in links("/")] == ["/", "/people/"]
    assert links("/", user=AnonymousUser()) == []


@pytest.mark.parametrize(
    ("path", "current"), [("/", "/"), ("/people/0190/edit/", "/people/"), ("/help/", None)]
)
def test_the_place_we_are_in_is_marked(site_map, path, current):
    assert [link.url for link in links(path) if link.is_current] == ([current] if current else [])


def interface(tenant=None, **cookies):
    request = RequestFactory().get("/")
    request.COOKIES.update(cookies)
    request.tenant = tenant
    return Interface(request)


@pytest.mark.parametrize(
    ("elder", "medium", "small"),
    [
        ("standard", "screen and (max-width: 960px)", "screen and (max-width: 720px)"),
        ("elder", "screen and (max-width: 1200px)", "screen and (max-width: 900px)"),
        ("extra", "screen", "screen"),
    ],
)
def test_layouts_give_way_sooner_to_larger_text(elder, medium, small):
    ui = interface(elder=elder)
    assert (ui.medium, ui.small) == (medium, small)


def test_a_suspended_site_says_so_and_the_platform_has_no_telephone():
    tenant = SimpleNamespace(
        name="北社区侨之家", phone="0592-1", is_read_only=True, is_on_trial=False
    )
    assert interface(tenant).site.is_suspended
    assert interface(tenant).site.phone == "0592-1"
    assert interface().site.is_platform


def test_guests_are_not_warned_of_an_end():
    assert interface().idle_seconds == 0

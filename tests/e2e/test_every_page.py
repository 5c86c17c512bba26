"""Every page that links lead to, on a dark phone in elder mode: it fits, and nobody objects.

axe finds no fault, nothing scrolls sideways, nothing is loaded from elsewhere, and the browser's
console stays empty, which it does not where the content security policy is broken.
"""

import pytest

PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@pytest.mark.parametrize(
    ("site", "phone", "expected"),
    [
        ("siming", "13494100001", {"/people/ID/edit/", "/members/ID/", "/audit/", "/styleguide/"}),
        ("", "13494000004", {"/sites/", "/sites/new/", "/sites/CODE/", "/jobs/"}),
    ],
    ids=["administrator", "operator"],
)
def test_pages_fit_a_phone_in_elder_mode(visit, site, phone, expected):
    visitor = visit(site, **PHONE)
    page = visitor.sign_in(phone)
    page.locator(".elder-switch").click()
    page.wait_for_selector("html[data-elder=elder]")
    assert visitor.crawl() == {}
    assert expected <= visitor.visited
    # The choice is the account's; what others test begins with the standard size.
    page.locator(".elder-switch").click()
    page.wait_for_selector("html[data-elder=standard]")


def test_pages_for_guests_fit_the_smallest_phone_in_elder_mode(visit):
    guest = visit("siming", viewport={"width": 320, "height": 640})
    page = guest.open("/")
    page.locator(".elder-switch").click()
    page.wait_for_selector("html[data-elder=elder]")
    assert guest.crawl() == {}
    assert {"/accounts/login/", "/accounts/signup/", "/help/"} <= guest.visited

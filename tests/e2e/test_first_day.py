"""The first day of a network: a site is made, its administrator comes, people are found."""

import re

from playwright.sync_api import expect

OPERATOR = "13494000004"
OTHER_ADMINISTRATOR = "13494200001"  # gulou's
NEW_ADMINISTRATOR = "13494900001"
NEW_PASSWORD = "sesame-lotus-77"


def test_a_new_site_finds_its_people_and_the_other_site_finds_nobody(visit, network):
    operator = visit()
    page = operator.sign_in(OPERATOR)

    # The operator orders a site and follows the job to the site's page.
    operator.open("/sites/new/")
    page.locator("input[name=name]").fill("集美侨之家")
    page.locator("input[name=code]").fill("jimei")
    page.locator("input[name=kind][value=community]").check()
    page.locator("input[name=region_code]").fill("350211")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(re.compile(r"/jobs/"))
    page.locator("a[href='/sites/jimei/']").click(timeout=60_000)

    # The administrator is invited by link.
    page.locator("a[href='/sites/jimei/invite/']").click()
    page.locator("input[name=display_name]").fill("曾慧敏")
    page.locator("input[name=phone]").fill(NEW_ADMINISTRATOR)
    page.locator("main form button[type=submit]").click()
    link = page.locator("input[readonly]").input_value()
    assert link.startswith("http://jimei.localhost")

    # The administrator accepts, proves the phone by the code it was sent, and signs in.
    administrator = visit("jimei")
    page = administrator.page
    page.goto(link)
    page.locator("input[name=phone]").fill(NEW_ADMINISTRATOR)
    for field in page.locator("input[type=password]").all():
        field.fill(NEW_PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/phone/verify/"))
    page.locator("input[name=code]").fill(administrator.read_code())
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/phone/verify/" not in url)

    # A person is added …
    administrator.add_person("曾国芳")

    # … and found by the reading of the surname, and by its first letter.
    for text in ("zeng", "z", "曾"):
        administrator.open(f"/people/?q={text}")
        expect(page.get_by_role("link", name="曾国芳")).to_be_visible()

    # The link works once.
    administrator.expected.add(410)
    page.goto(link)
    expect(page.locator("input[name=phone]")).to_have_count(0)

    # The other site finds nobody.
    stranger = visit("gulou")
    page = stranger.sign_in(OTHER_ADMINISTRATOR)
    stranger.open("/people/?q=曾国芳")
    expect(page.get_by_role("link", name="曾国芳")).to_have_count(0)

"""A record over time: a form whose line broke, what changed, and what the person agreed to."""

import re

from playwright.sync_api import expect

CLERK = "13494100002"  # siming's


def test_a_broken_line_loses_nothing_and_a_change_is_taken_back(visit):
    clerk = visit("siming")
    clerk.sign_in(CLERK)
    person = clerk.add_person("上官云")
    page = clerk.page
    page.clock.install()
    clerk.open(f"{person}edit/")
    page.locator("[name=note]").fill("来访前请先打电话")
    with page.expect_response(lambda answer: "/unsent/" in answer.url):
        page.clock.fast_forward(21_000)
    expect(page.locator("[data-kept]")).to_be_visible()

    # The window closes; a colleague's question later, the form is opened again.
    again = page.context.new_page()
    page.close(run_before_unload=False)
    clerk.page = again
    clerk.open(f"{person}edit/")
    again.locator("a[href='?continue=1']").click()
    expect(again.locator("[name=note]")).to_have_value("来访前请先打电话")
    clerk.save()
    again.wait_for_url(re.compile(f"{person}$"))

    clerk.open(f"{person}history/")
    expect(again.locator(".timeline")).to_contain_text("来访前请先打电话")
    again.locator(".timeline form button").first.click()
    expect(again.locator(".timeline > li")).to_have_count(3)
    clerk.open(person)
    expect(again.locator("main")).not_to_contain_text("来访前请先打电话")


def test_a_consent_is_given_and_taken_back_at_the_window(visit):
    clerk = visit("siming")
    page = clerk.sign_in(CLERK)
    person = clerk.add_person("端木青")
    page.locator("main details summary", has_text="登记同意").click()
    page.locator(f"a[href='{person}consents/referral/']").click()
    expect(page.locator("blockquote")).to_contain_text("单独同意")
    page.locator("[name=recipient]").fill("林律师")
    page.locator("[name=channel][value=paper]").check()
    clerk.save()
    expect(page.locator(".error-summary")).to_be_visible()  # where is the paper?
    page.locator("[name=proof]").fill("第3夹")
    clerk.save()
    page.wait_for_url(re.compile(f"{person}$"))
    expect(page.locator("main")).to_contain_text("林律师")
    page.locator("a[href*='/withdraw/']").click()
    clerk.save()
    page.wait_for_url(re.compile(f"{person}$"))
    expect(page.locator("a[href*='/withdraw/']")).to_have_count(0)

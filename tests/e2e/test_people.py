"""Clerks at work: searching while typing, saving at once, looking at hidden numbers."""

import re

from playwright.sync_api import expect

ADMINISTRATOR = "13494100001"  # siming's
CLERK = "13494100002"
PAYLOAD = '"><img src=x onerror=alert(1)><script>alert(2)</script>'


def test_typing_pinyin_asks_once_and_only_when_the_word_is_chosen(visit):
    clerk = visit("siming")
    page = clerk.sign_in(CLERK)
    clerk.open("/people/")
    asked = []
    page.on("request", lambda r: asked.append(r.url) if "hx-request" in r.headers else None)
    page.locator("main input[name=q]").focus()
    keyboard = page.context.new_cdp_session(page)
    for syllable in ("z", "ze", "zen", "zeng"):
        keyboard.send(
            "Input.imeSetComposition",
            {"text": syllable, "selectionStart": len(syllable), "selectionEnd": len(syllable)},
        )
        page.wait_for_timeout(350)  # longer than the pause after which a search starts
    assert asked == []
    with page.expect_response(lambda answer: "q=" in answer.url):
        keyboard.send("Input.insertText", {"text": "曾"})
    page.wait_for_timeout(500)
    assert len(asked) == 1
    expect(page.locator("#people tbody th").last).to_contain_text("曾")
    expect(page).to_have_url(re.compile("q=%E6%9B%BE"))


def test_two_clerks_edit_one_person_and_nothing_is_lost(visit):
    first, second = visit("siming"), visit("siming")
    second.expected.add(409)
    first.sign_in(CLERK)
    second.sign_in(ADMINISTRATOR)
    person = first.add_person("欧阳慧")

    first.open(f"{person}edit/")
    page = second.open(f"{person}edit/")
    first.page.locator("[name=note]").fill("周三上午在家")
    first.save()
    first.page.wait_for_url(re.compile(f"{person}$"))

    page.locator("[name=note]").fill("请打电话前先发短信")
    second.save()
    expect(page.locator("main")).to_contain_text("周三上午在家")
    expect(page.locator("[name=note]")).to_have_value("请打电话前先发短信")
    second.save()
    page.wait_for_url(re.compile(f"{person}$"))
    expect(page.locator("main")).to_contain_text("请打电话前先发短信")


def test_a_hidden_number_needs_a_reason_and_the_look_is_on_record(visit):
    clerk = visit("siming")
    page = clerk.sign_in(CLERK)
    person = clerk.add_person("司徒美兰", **{"phones-0-number": "13494109876"})
    expect(page.locator("main")).to_contain_text("134****9876")
    expect(page.locator("main")).not_to_contain_text("13494109876")

    # Without a reason the dialog stays, and says so.
    page.locator("a[hx-get*='/reveal/phones']").click()
    dialog = page.locator("#dialog")
    dialog.locator("form button.button-primary").click()
    expect(dialog.locator(".error-summary")).to_be_focused()
    dialog.locator("input[type=radio]").first.check()
    dialog.locator("input[name=explanation]").fill("约上门走访")
    dialog.locator("form button.button-primary").click()
    expect(dialog).to_contain_text(re.compile(r"134\s?9410\s?9876"))
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    administrator = visit("siming")
    page = administrator.sign_in(ADMINISTRATOR)
    administrator.open(f"{person}who-looked/")
    expect(page.locator("main")).to_contain_text("约上门走访")


def test_hostile_names_are_text(visit):
    clerk = visit("siming")
    page = clerk.sign_in(CLERK)
    person = clerk.add_person("陈阿妹", other_names=PAYLOAD, note=PAYLOAD)
    expect(page.locator("main")).to_contain_text("<script>alert(2)</script>")
    for path in (f"{person}edit/", "/people/?q=陈阿妹", person):
        clerk.open(path)
    assert page.locator("main img[src=x], main script").count() == 0


def test_everything_works_without_scripts(visit):
    clerk = visit("siming", java_script_enabled=False)
    page = clerk.sign_in(CLERK)
    person = clerk.add_person("诸葛明月", **{"phones-0-number": "13494105432"})
    clerk.open("/people/")
    page.locator("main input[name=q]").fill("zhuge")
    clerk.send()
    expect(page.get_by_role("link", name="诸葛明月")).to_be_visible()
    clerk.open(person)
    page.locator("a[href*='/reveal/phones']").click()
    page.locator("main input[type=radio]").first.check()
    clerk.save()
    expect(page.locator("main")).to_contain_text(re.compile(r"134\s?9410\s?5432"))


def test_a_relative_is_found_while_typing_and_linked(visit):
    clerk = visit("siming")
    page = clerk.sign_in(CLERK)
    clerk.add_person("上官婉容")
    child = clerk.add_person("上官晓芸")
    clerk.open(f"{child}kin/add/")
    expect(page.locator("#found input")).to_have_count(0)
    page.locator("main input[name=q]").press_sequentially("上官婉容", delay=30)
    found = page.locator("#found input[type=radio]")
    expect(found).to_have_count(1)
    found.check()
    page.locator("main select[name=relation]").select_option("mother")
    clerk.save()
    page.wait_for_url(re.compile(f"{child}#family$"))
    expect(page.locator("#family")).to_contain_text("上官婉容")

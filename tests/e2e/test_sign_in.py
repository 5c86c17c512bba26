"""The ways in: password, authenticator app, passkey, recovery code."""

import base64
import hashlib
import hmac
import re
import struct
import time

from playwright.sync_api import expect

CLERK = "13494200002"  # gulou's
PERIOD = 30  # seconds a code of an authenticator app lives


def test_factors_are_set_up_and_asked_for(visit):
    clerk = visit("gulou")
    page = clerk.sign_in(CLERK)

    # The app.
    clerk.open("/accounts/factors/app/add/")
    secret = page.locator("input[readonly]").input_value()
    used = int(time.time()) // PERIOD
    page.locator("input[name=code]").fill(one_time_code(secret, used))
    clerk.send()
    page.wait_for_url(lambda url: "/app/add/" not in url)

    # A passkey, kept by a key that Chromium plays.
    browser_tools = page.context.new_cdp_session(page)
    browser_tools.send("WebAuthn.enable")
    browser_tools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    clerk.open("/accounts/factors/passkeys/add/")
    page.locator("input[name=name]").fill("窗口电脑")
    page.locator("input[name=passwordless]").check()
    page.locator("#webauthn-button").click()
    page.wait_for_url(lambda url: "/passkeys/add/" not in url)
    clerk.open("/accounts/factors/passkeys/")
    expect(page.get_by_text("窗口电脑")).to_be_visible()

    clerk.open("/accounts/factors/codes/")
    recovery_code = page.locator("main code").first.inner_text()
    clerk.sign_out()

    # The passkey alone opens the account.
    clerk.open("/accounts/login/")
    page.locator("#passkey-button").click()
    page.wait_for_url(lambda url: "/login/" not in url)
    clerk.sign_out()

    # The password does not; a recovery code helps, once.
    for is_fresh in (True, False):
        clerk.sign_in(CLERK)
        assert "/login/factor/" in page.url
        page.locator("main input[name=code]").fill(recovery_code)
        clerk.send()
        if is_fresh:
            page.wait_for_url(lambda url: "/login/" not in url)
            clerk.sign_out()
        else:
            expect(page.locator(".error-summary")).to_be_focused()

    # The app's next code does.
    while int(time.time()) // PERIOD == used:
        time.sleep(0.5)
    page.locator("main input[name=code]").fill(one_time_code(secret, int(time.time()) // PERIOD))
    clerk.send()
    page.wait_for_url(lambda url: "/login/" not in url)
    clerk.open("/accounts/sessions/")
    expect(page.get_by_role("row").filter(has_text="Chrome")).to_have_count(1)


def test_a_code_by_text_message_opens_the_account(visit):
    member = visit("gulou")
    page = member.open("/accounts/login/")
    page.get_by_role("link", name=re.compile("短信|code")).click()
    page.locator("main input[type=tel]").fill("13494200006")
    member.send()
    page.wait_for_url(re.compile(r"/confirm/"))
    page.locator("input[name=code]").fill(member.read_code())
    member.send()
    page.wait_for_url(lambda url: "/login/" not in url)
    member.open("/accounts/me/")
    expect(page.get_by_text("134****0006")).to_be_visible()


def one_time_code(secret: str, step: int) -> str:
    """Return the code of RFC 6238 that an app shows in this step of 30 seconds."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    place = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[place : place + 4])
    return f"{(number & 0x7FFFFFFF) % 1_000_000:06d}"

"""Signing in as people do: phone and password, phone and code, second factor, reset."""

import re
import time

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import RequestFactory

from accounts.models import TextMessage, User
from accounts.roles import Role
from accounts.services import create_account
from audit.models import AuditEntry
from tests.fixtures_accounts import SiteClient, host_of, make_account
from tests.fixtures_tenants import NOW

PHONE = "13800138000"
PASSWORD = "correct horse battery staple"


@pytest.fixture
def owner(north) -> User:
    return create_account(
        display_name="陈大文",
        phone=PHONE,
        password=PASSWORD,
        roles=[Role.MEMBER],
        phone_verified=True,
        now=NOW,
    )


def newest_code() -> str:
    text = TextMessage.objects.order_by("-created_at").first()
    assert text is not None
    return re.search(r"\d{6}", text.text.reveal()).group()


def signed_in_as(client) -> str | None:
    return client.session.get("_auth_user_id")


def enrol(user: User) -> str:
    """Give ``user`` an authenticator app; return its secret."""
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    request = RequestFactory().get("/")
    request.user = user
    with context.request_context(request):
        TOTP.activate(user, secret)
    return secret


def totp_now(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_phone_and_password_sign_in(owner, guest_client):
    page = guest_client.get("/accounts/login/")
    assert page.status_code == 200

    response = guest_client.post(
        "/accounts/login/", {"login": "138 0013 8000", "password": PASSWORD}
    )

    assert response.status_code == 302, response.content.decode()
    assert signed_in_as(guest_client) == str(owner.pk)


def test_a_wrong_password_says_nothing_about_the_phone(owner, guest_client):
    wrong = guest_client.post("/accounts/login/", {"login": PHONE, "password": "no"})
    unknown = guest_client.post("/accounts/login/", {"login": "13900139000", "password": "no"})

    assert wrong.status_code == unknown.status_code == 422
    strip = re.compile(r'value="[^"]*"|content="[^"]*"')
    assert strip.sub("", wrong.content.decode()) == strip.sub("", unknown.content.decode())


def test_signing_in_and_failing_to_are_on_record(owner, guest_client):
    guest_client.post("/accounts/login/", {"login": PHONE, "password": "no"})
    guest_client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})

    entries = AuditEntry.objects.filter(action="account.sign_in").order_by("seq")
    assert [entry.outcome for entry in entries] == ["refused", "ok"]
    assert {entry.object_key for entry in entries} == {str(owner.pk)}


def test_phone_and_code_sign_in(owner, guest_client, work_off):
    guest_client.post("/accounts/login/code/", {"phone": PHONE})
    response = guest_client.post("/accounts/login/code/confirm/", {"code": newest_code()})

    assert response.status_code == 302
    assert signed_in_as(guest_client) == str(owner.pk)


def test_the_code_lies_sealed_and_is_gone_once_it_is_sent(owner, guest_client, work_off):
    with work_off():
        guest_client.post("/accounts/login/code/", {"phone": PHONE})

    assert not TextMessage.objects.exists()


def test_asking_for_a_second_code_at_once_is_answered_with_the_time_to_wait(owner, guest_client):
    guest_client.post("/accounts/login/code/", {"phone": PHONE})
    response = SiteClient(guest_client.defaults["SERVER_NAME"]).post(
        "/accounts/login/code/", {"phone": PHONE}
    )

    assert response.status_code == 429
    assert response["Retry-After"] == "60"


def test_asking_for_a_code_shows_no_difference_for_an_unknown_phone(owner, guest_client):
    known = guest_client.post("/accounts/login/code/", {"phone": PHONE})
    unknown = SiteClient(guest_client.defaults["SERVER_NAME"]).post(
        "/accounts/login/code/", {"phone": "13900139000"}
    )

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_the_second_factor_is_asked_for_and_a_code_works_once(owner, guest_client):
    secret = enrol(owner)
    other = SiteClient(guest_client.defaults["SERVER_NAME"])
    for client in (guest_client, other):
        client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
        assert signed_in_as(client) is None
        assert client.get("/accounts/login/factor/").status_code == 200
    code = totp_now(secret)

    first = guest_client.post("/accounts/login/factor/", {"code": code})
    second = other.post("/accounts/login/factor/", {"code": code})

    assert first.status_code == 302, first.content.decode()
    assert signed_in_as(guest_client) == str(owner.pk)
    assert second.status_code == 422
    assert signed_in_as(other) is None


def test_a_second_factor_opens_for_its_owner_only(owner, north):
    enrol(owner)
    thief = make_account(Role.MEMBER, name="贼")
    stolen = Authenticator.objects.get(user=owner)
    request = RequestFactory().get("/")
    request.user = thief
    with context.request_context(request), pytest.raises(Exception, match="changed or moved"):
        stolen.wrap().validate_code("123456")


def test_a_forgotten_password_is_replaced_by_code_and_the_factor_stays(owner, guest_client):
    secret = enrol(owner)
    assert "login/code" in guest_client.get("/accounts/password/forgot/")["Location"]
    guest_client.post("/accounts/login/code/?next=/accounts/password/new/", {"phone": PHONE})
    guest_client.post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert signed_in_as(guest_client) is None  # attack 23: the factor first
    guest_client.post("/accounts/login/factor/", {"code": totp_now(secret)})

    new = "eleven purple teapots sing"
    response = guest_client.post("/accounts/password/new/", {"password1": new, "password2": new})

    assert response.status_code == 302, response.content.decode()
    owner.refresh_from_db()
    assert owner.check_password(new)
    assert Authenticator.objects.filter(user=owner).exists()
    assert owner.has_second_factor()


def test_a_password_cannot_be_set_without_the_old_one_or_a_code(owner, guest_client):
    guest_client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
    new = "eleven purple teapots sing"

    guest_client.post("/accounts/password/new/", {"password1": new, "password2": new})

    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_member_registers_with_name_and_phone(north, guest_client):
    assert guest_client.get("/accounts/signup/").status_code == 200
    response = guest_client.post("/accounts/signup/", {"display_name": "张三", "phone": PHONE})

    assert response.status_code == 302
    user = User.objects.get(display_name="张三")
    assert user.current_roles() == {Role.MEMBER}
    assert not user.has_usable_password()


def test_registering_a_number_twice_tells_a_stranger_nothing(owner, guest_client):
    response = guest_client.post("/accounts/signup/", {"display_name": "张三", "phone": PHONE})

    assert response.status_code == 302
    assert not User.objects.filter(display_name="张三").exists()


def test_nobody_registers_on_the_platform(db):
    client = SiteClient(host_of(None))
    assert (
        client.post("/accounts/signup/", {"display_name": "x", "phone": PHONE}).status_code == 200
    )
    assert not User.objects.filter(display_name="x").exists()


def test_signing_in_never_leads_to_another_host(owner, guest_client):
    response = guest_client.post(
        "/accounts/login/?next=https://evil.example/", {"login": PHONE, "password": PASSWORD}
    )
    assert response["Location"] == "/"


def test_signing_in_changes_the_session_key(owner, guest_client):
    guest_client.post("/accounts/login/code/", {"phone": PHONE})
    before = guest_client.session.session_key
    guest_client.post("/accounts/login/code/confirm/", {"code": newest_code()})
    assert guest_client.session.session_key != before


def test_setting_up_a_factor_ends_the_other_sessions(owner, guest_client, monkeypatch):
    # A test's transaction never commits; a request's does before the session is saved.
    monkeypatch.setattr("django.db.transaction.on_commit", lambda call, **_kwargs: call())
    other = SiteClient(guest_client.defaults["SERVER_NAME"])
    for client in (guest_client, other):
        client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
    before = guest_client.session.session_key
    page = guest_client.get("/accounts/factors/app/add/")
    assert page.status_code == 200, page.content.decode()[:500]
    secret = guest_client.session["mfa.totp.secret"]

    response = guest_client.post("/accounts/factors/app/add/", {"code": totp_now(secret)})

    assert response.status_code == 302
    assert guest_client.get("/accounts/me/").status_code == 200
    assert guest_client.session.session_key != before
    assert other.get("/accounts/me/").status_code == 302
    codes = guest_client.get("/accounts/factors/codes/")
    assert codes.content.decode().count("<li><code>") == 10


def test_a_disabled_account_is_out_at_once(owner, guest_client):
    from accounts.services import disable

    guest_client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
    disable(user=owner, by=None, now=NOW)

    assert guest_client.get("/accounts/me/").status_code == 302
    again = guest_client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
    assert again.status_code == 422


def test_sessions_can_be_listed_and_ended(owner, guest_client, south):
    other = SiteClient(guest_client.defaults["SERVER_NAME"])
    for client in (guest_client, other):
        client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
    page = guest_client.get("/accounts/sessions/").content.decode()
    ends = re.findall(r"/accounts/sessions/\d+/end/", page)
    assert len(ends) == 1

    assert guest_client.post(ends[0]).status_code == 302
    assert other.get("/accounts/me/").status_code == 302


def test_nobody_ends_somebody_elses_session(owner, guest_client, member_client):
    guest_client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
    from allauth.usersessions.models import UserSession

    session = UserSession.objects.get(user=owner)
    assert member_client.post(f"/accounts/sessions/{session.pk}/end/").status_code == 404


@pytest.mark.parametrize(
    "path",
    ["login/", "login/code/", "signup/", "login/factor/", "inactive/", "logout/", "phone/verify/"],
)
def test_no_page_needs_anything_from_elsewhere_or_inline(guest_client, path):
    page = guest_client.get(f"/accounts/{path}").content.decode()
    assert not re.search(r"\sstyle=|\son[a-z]+=", page)
    assert not re.search(r"<script(?![^>]*(?:src=|application/json))", page)
    assert not re.search(r'(?:src|href)="https?:', page)


@pytest.mark.parametrize(
    "path", ["", "app/add/", "passkeys/", "passkeys/add/", "reauthenticate/", "codes/renew/"]
)
def test_the_pages_of_the_second_factor_render(owner, guest_client, path):
    guest_client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
    response = guest_client.get(f"/accounts/factors/{path}")
    assert response.status_code in {200, 302}
    assert not re.search(r"\sstyle=", response.content.decode())

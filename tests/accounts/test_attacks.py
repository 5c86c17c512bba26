"""Attacks of security B7 on accounts: 6 to 9, 21 to 23."""

import datetime as dt
from contextlib import suppress
from itertools import pairwise

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts import limits
from accounts.errors import TooManyAttemptsError
from accounts.models import SignInAttempt, User
from accounts.roles import Role
from accounts.selectors import phone_index
from accounts.services import create_account, create_token, invite
from common.ratelimit import delay_after
from tenants.context import inside, on_platform
from tests.fixtures_accounts import SiteClient, client_of, host_of, make_account, sign_in
from tests.fixtures_tenants import NOW

PHONE = "13800138000"
PASSWORD = "correct horse battery staple"


def login(client, phone=PHONE, password=PASSWORD, **extra):
    return client.post("/accounts/login/", {"login": phone, "password": password}, **extra)


# --- 6: a session of one site at another -----------------------------------------------------


@pytest.mark.parametrize(
    "engine",
    [
        "accounts.sessions",
        "django.contrib.sessions.backends.db",
        "django.contrib.sessions.backends.signed_cookies",
        "django.contrib.sessions.backends.cache",
    ],
)
@pytest.mark.parametrize("same_hash", [True, False])
def test_attack_6_a_session_is_nobody_at_another_site(north, south, engine, same_hash):
    with override_settings(SESSION_ENGINE=engine):
        victim = make_account(Role.ADMINISTRATOR)
        client = sign_in(SiteClient(host_of(north)), victim)
        victim.refresh_from_db()
        assert client.get("/accounts/me/").status_code == 200
        rows = _rows("django_session")
        cached = _rows("accounts_cacheentry")
        with inside(south):
            _clone(victim, password=victim.password if same_hash else "!x")
            _insert("django_session", rows)
            _insert(
                "accounts_cacheentry",
                [
                    (key.replace(north.schema_name, south.schema_name), *rest)
                    for key, *rest in cached
                ],
            )
        thief = SiteClient(host_of(south))
        thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[
            settings.SESSION_COOKIE_NAME
        ].value

        assert thief.get("/accounts/me/").status_code == 302


def _clone(victim: User, *, password: str) -> None:
    """Make the victim's twin in the current schema: same key, same seed."""
    twin = User(
        pk=victim.pk,
        display_name="twin",
        password=password,
        session_seed=victim.session_seed,
        second_factor_at=victim.second_factor_at,
    )
    twin.save(force_insert=True)


def _rows(table: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return cursor.fetchall()


def _insert(table: str, rows: list[tuple]) -> None:
    with connection.cursor() as cursor:
        for row in rows:
            marks = ", ".join(["%s"] * len(row))
            cursor.execute(f"INSERT INTO {table} VALUES ({marks})", row)


# --- 7: a link of one site at another --------------------------------------------------------


def test_attack_7_an_invitation_works_at_its_own_site_only(north, south):
    _invitation, token = invite(role=Role.CLERK, display_name="李四", by=None, now=timezone.now())

    assert SiteClient(host_of(north)).get(f"/accounts/invitation/{token}/").status_code == 200
    assert SiteClient(host_of(south)).get(f"/accounts/invitation/{token}/").status_code == 410
    assert SiteClient(host_of(None)).get(f"/accounts/invitation/{token}/").status_code == 410


def test_attack_7_a_device_is_known_at_its_own_site_only(north, south):
    account = phone_index("+86" + PHONE)
    cookie = limits.remember_device("", account)
    assert limits.known_device(cookie, account)
    assert not limits.known_device(cookie, phone_index("+8613900139000"))
    with inside(south):
        assert not limits.known_device(cookie, account)
        assert not limits.known_device(cookie, phone_index("+86" + PHONE))


# --- 8: poisoned hosts ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host", ["evil.example", "north.localhost.evil.example", "no_rth.localhost"]
)
def test_attack_8_an_unknown_host_is_refused(north, host):
    assert SiteClient(host).get("/accounts/login/").status_code in {400, 404}


def test_attack_8_links_carry_the_stored_host(administrator_client):
    response = administrator_client.post(
        "/members/invite/",
        {"display_name": "李四", "role": "clerk", "phone": ""},
        headers={"x-forwarded-host": "evil.example"},
    )
    page = response.content.decode()

    assert response.status_code == 200
    assert "http://north.localhost:8000/accounts/invitation/" in page
    assert "evil.example" not in page


# --- 9: cookies and requests of a sister site ------------------------------------------------


def test_attack_9_cookies_stay_on_their_host(north, guest_client):
    create_account(
        display_name="陈",
        phone=PHONE,
        password=PASSWORD,
        roles=[Role.MEMBER],
        phone_verified=True,
        now=NOW,
    )
    guest_client.get("/accounts/login/")
    login(guest_client)

    assert settings.SESSION_COOKIE_NAME in guest_client.cookies
    for cookie in guest_client.cookies.values():
        assert cookie["domain"] == ""
        assert cookie["path"] == "/"
        assert cookie["samesite"] == "Lax"
        assert cookie["httponly"]


def test_attack_9_a_post_from_a_sister_site_is_refused(north):
    victim = make_account(Role.ADMINISTRATOR)
    client = sign_in(SiteClient(host_of(north), enforce_csrf_checks=True), victim)
    form = {"display_name": "李四", "role": "clerk", "phone": ""}

    foreign = client.post("/members/invite/", form, headers={"origin": "http://south.localhost"})
    without_token = client.post("/members/invite/", form)

    assert foreign.status_code == without_token.status_code == 403


# --- 21: guessing spread over sites and addresses ---------------------------------------------


def test_attack_21_one_address_is_stopped_over_all_hosts(north, south):
    refused = 0
    for attempt in range(limits.ADDRESS_ATTEMPTS + 5):
        try:
            with inside(south) if attempt % 2 else on_platform():
                limits.count_address("203.0.113.9")
        except TooManyAttemptsError:
            refused += 1
    assert refused == 5
    blocked = login(SiteClient(host_of(north)), password="guess", REMOTE_ADDR="203.0.113.9")
    assert blocked.status_code == 429
    assert int(blocked["Retry-After"]) > 0


def test_attack_21_one_account_is_guarded_against_fifty_addresses(north):
    account = phone_index("+86" + PHONE)
    looked_at = 0
    for number in range(50):
        with suppress(TooManyAttemptsError):
            limits.begin_attempt(limits.Attempt(account, f"203.0.113.{number}"), now=NOW)
            looked_at += 1
    assert looked_at == 3


def test_attack_21_the_delay_ends_and_success_forgives(north):
    attempt = limits.Attempt(phone_index("+86" + PHONE), "203.0.113.1")
    for _ in range(3):
        limits.begin_attempt(attempt, now=NOW)
    with pytest.raises(TooManyAttemptsError, match="1"):
        limits.begin_attempt(attempt, now=NOW)

    later = NOW + dt.timedelta(seconds=1)
    limits.begin_attempt(attempt, now=later)
    limits.forgive(attempt, now=later)

    assert not SignInAttempt.objects.exists()


@given(st.integers(0, 10_000))
def test_delays_grow_and_end(failures):
    assert delay_after(failures) <= delay_after(failures + 1) <= 900


@given(st.lists(st.integers(0, 2_000), max_size=40))
def test_nobody_guesses_faster_than_the_delays_allow(pauses):
    """Replay any rhythm of attempts against the rule alone: each waits for the one before."""
    clock, blocked_until, failures, times = 0, 0, 0, []
    for pause in pauses:
        clock += pause
        if clock < blocked_until:
            continue
        failures += 1
        times.append(clock)
        blocked_until = clock + delay_after(failures)
    for number, (before, after) in enumerate(pairwise(times), 1):
        assert after - before >= delay_after(number)


# --- 22: shutting the owner out ---------------------------------------------------------------


def test_attack_22_the_owner_gets_in_from_a_known_device(north):
    owner = create_account(
        display_name="陈",
        phone=PHONE,
        password=PASSWORD,
        roles=[Role.MEMBER],
        phone_verified=True,
        now=NOW,
    )
    home = SiteClient(host_of(north))
    assert login(home).status_code == 302
    home.post("/accounts/logout/")
    account = phone_index("+86" + PHONE)
    moment = timezone.now() - dt.timedelta(minutes=1)
    for number in range(10):  # an attacker with many addresses, as fast as the delays allow
        limits.begin_attempt(limits.Attempt(account, f"198.51.100.{number}"), now=moment)
        moment += dt.timedelta(seconds=delay_after(number + 1))

    assert login(SiteClient(host_of(north)), REMOTE_ADDR="192.0.2.1").status_code == 429
    assert login(home).status_code == 302
    assert home.session["_auth_user_id"] == str(owner.pk)


# --- 23: the second factor skipped ------------------------------------------------------------


def test_attack_23_staff_without_a_factor_are_led_to_set_one_up(north):
    client = sign_in(SiteClient(host_of(north)), make_account(Role.CLERK), with_factor=False)

    response = client.get("/accounts/me/")

    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/factors/")
    assert client.get("/accounts/factors/").status_code == 200
    assert client.get("/accounts/factors/app/add/").status_code == 200


def test_attack_23_a_demonstration_only_offers_it(north, settings):
    settings.IS_DEMONSTRATION = True
    client = sign_in(SiteClient(host_of(north)), make_account(Role.CLERK), with_factor=False)
    assert client.get("/accounts/me/").status_code == 200


def test_attack_23_members_may_do_without(north):
    client = sign_in(SiteClient(host_of(north)), make_account(Role.MEMBER), with_factor=False)
    assert client.get("/accounts/me/").status_code == 200


def test_attack_23_a_token_of_staff_without_a_factor_opens_nothing(north):
    from django.test import RequestFactory
    from rest_framework.exceptions import AuthenticationFailed
    from rest_framework.request import Request

    from tenants.api import TokenAuthentication

    user = make_account(Role.CLERK)
    now = timezone.now()
    _token, secret = create_token(
        user=user, name="x", permissions=["person.view"], held=["person.view"], days=1, now=now
    )
    request = Request(RequestFactory().get("/", headers={"authorization": f"Bearer {secret}"}))
    with pytest.raises(AuthenticationFailed, match="second factor"):
        TokenAuthentication().authenticate(request)
    User.objects.filter(pk=user.pk).update(second_factor_at=now)
    found = TokenAuthentication().authenticate(request)
    assert found is not None
    assert found[0].pk == user.pk


# --- sessions end -----------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "minutes"), [(Role.CLERK, 15), (Role.MEMBER, 30)])
def test_an_idle_session_ends(north, role, minutes):
    client = client_of(north, role)
    _age(client, seen=minutes * 60 - 5)
    assert client.get("/accounts/me/").status_code == 200
    _age(client, seen=minutes * 60 + 5)
    assert client.get("/accounts/me/").status_code == 302


def test_no_session_is_older_than_twelve_hours(north):
    client = client_of(north, Role.MEMBER)
    _age(client, began=12 * 3600 + 5)
    assert client.get("/accounts/me/").status_code == 302


def test_being_at_work_is_noted_at_most_once_a_minute(north, django_assert_num_queries):
    client = client_of(north, Role.CLERK)
    _age(client, seen=61)
    client.get("/accounts/me/")
    seen = User.objects.get(pk=client.user.pk).last_seen_at
    assert seen is not None
    client.get("/accounts/me/")
    assert User.objects.get(pk=client.user.pk).last_seen_at == seen


def _age(client: SiteClient, *, seen: int = 0, began: int = 0) -> None:
    session = client.session
    now = int(timezone.now().timestamp())
    session["seen"] = now - seen
    session["began"] = now - max(began, seen)
    session.save()

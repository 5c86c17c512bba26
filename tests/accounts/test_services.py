"""Accounts, roles and invitations: what is done, what is refused, what is on record."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError

from accounts import services
from accounts.errors import (
    ExclusiveRolesError,
    InvitationClosedError,
    LastAdministratorError,
    PhoneTakenError,
    SelfGrantError,
    TokenScopeError,
    WrongPhoneError,
    WrongPlaceError,
)
from accounts.models import ApiToken, Invitation, TextMessage
from accounts.passwords import StrengthValidator
from accounts.roles import EXCLUSIVE_ROLES, Role
from accounts.selectors import find_by_phone, find_token
from accounts.sms import LogGateway
from audit.models import AuditEntry
from tenants.context import on_platform
from tests.fixtures_accounts import SiteClient, host_of, make_account, sign_in
from tests.fixtures_tenants import NOW

PHONE = "13800138000"
LATER = NOW + dt.timedelta(days=1)


def actions() -> list[str]:
    return list(AuditEntry.objects.order_by("seq").values_list("action", flat=True))


@pytest.fixture
def chief(north):
    return make_account(Role.ADMINISTRATOR, name="主任")


# --- accounts ---------------------------------------------------------------------------------


def test_an_account_is_found_by_its_phone_in_any_spelling(north):
    user = make_account(Role.MEMBER, phone="138 0013-8000")
    assert find_by_phone("+8613800138000") == user
    assert str(user.phone) == "138****8000"


def test_a_phone_belongs_to_one_account(north):
    make_account(Role.MEMBER, phone=PHONE)
    with pytest.raises(PhoneTakenError):
        make_account(Role.MEMBER, phone="+86 138 0013 8000")


def test_everything_done_to_an_account_is_on_record(chief):
    user = make_account(Role.MEMBER)
    services.set_phone(user=user, phone=PHONE, by=chief, now=NOW)
    services.rename(user=user, display_name="新名", by=chief, now=NOW)
    services.grant_role(user=user, role=Role.CLERK, by=chief, now=NOW)
    services.end_role(user=user, role=Role.CLERK, by=chief, now=LATER)
    services.reset_second_factor(user=user, by=chief, reason="手机丢了", now=LATER)
    services.disable(user=user, by=chief, now=LATER)
    services.allow_again(user=user, by=chief, now=LATER)

    assert actions()[-7:] == [
        "account.set_phone",
        "account.rename",
        "account.grant_role",
        "account.end_role",
        "account.reset_second_factor",
        "account.disable",
        "account.allow_again",
    ]


# --- roles ------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", sorted(EXCLUSIVE_ROLES))
@pytest.mark.parametrize("second", sorted(EXCLUSIVE_ROLES))
def test_the_three_administrators_are_three_people(first, second, db):
    with on_platform():
        user, by = make_account(first), make_account(Role.SECURITY_ADMIN)
        if first == second:
            services.grant_role(user=user, role=second, by=by, now=NOW)
            return
        with pytest.raises(ExclusiveRolesError):
            services.grant_role(user=user, role=second, by=by, now=NOW)


def test_roles_stay_in_their_place(chief, db):
    with pytest.raises(WrongPlaceError):
        services.grant_role(user=make_account(), role=Role.OPERATOR, by=chief, now=NOW)
    with on_platform(), pytest.raises(WrongPlaceError):
        make_account(Role.CLERK)


def test_nobody_decides_about_himself(chief):
    for act in (
        lambda: services.grant_role(user=chief, role=Role.CLERK, by=chief, now=NOW),
        lambda: services.end_role(user=chief, role=Role.ADMINISTRATOR, by=chief, now=NOW),
        lambda: services.disable(user=chief, by=chief, now=NOW),
        lambda: services.reset_second_factor(user=chief, by=chief, reason="x", now=NOW),
    ):
        with pytest.raises(SelfGrantError):
            act()


def test_the_last_administrator_stays(chief):
    clerk = make_account(Role.CLERK)
    with pytest.raises(LastAdministratorError):
        services.end_role(user=chief, role=Role.ADMINISTRATOR, by=clerk, now=NOW)
    with pytest.raises(LastAdministratorError):
        services.disable(user=chief, by=clerk, now=NOW)

    services.grant_role(user=clerk, role=Role.ADMINISTRATOR, by=chief, now=NOW)
    services.end_role(user=chief, role=Role.ADMINISTRATOR, by=clerk, now=LATER)


def test_a_new_role_begins_with_a_new_sign_in(chief, north):
    user = make_account(Role.MEMBER)
    client = sign_in(SiteClient(host_of(north)), user)
    assert client.get("/accounts/me/").status_code == 200

    services.grant_role(user=user, role=Role.CLERK, by=chief, now=NOW)

    assert client.get("/accounts/me/").status_code == 302


# --- invitations ------------------------------------------------------------------------------


@pytest.fixture
def invited(chief) -> tuple[Invitation, str]:
    return services.invite(role=Role.CLERK, display_name="李四", by=chief, now=NOW)


def accept(token, **values):
    given = {"phone": PHONE, "password": "x", "display_name": "李四", "now": LATER}
    return services.accept_invitation(token=token, **(given | values))


def test_an_invitation_makes_one_account_with_its_role(invited):
    invitation, token = invited
    user = accept(token)
    assert user.current_roles() == {Role.CLERK}
    assert token not in Invitation.objects.get(pk=invitation.pk).token_hash
    with pytest.raises(InvitationClosedError):
        accept(token, phone="13900139000")


def test_an_invitation_ends_after_seven_days(invited):
    with pytest.raises(InvitationClosedError):
        accept(invited[1], now=NOW + dt.timedelta(days=7, seconds=1))


def test_a_withdrawn_invitation_is_closed(invited, chief):
    services.revoke_invitation(invitation=invited[0], by=chief, now=NOW)
    with pytest.raises(InvitationClosedError):
        accept(invited[1])


def test_a_failed_acceptance_leaves_the_invitation_open(invited):
    make_account(Role.MEMBER, phone=PHONE)
    with pytest.raises(PhoneTakenError):
        accept(invited[1])
    assert accept(invited[1], phone="13900139000")


def test_an_invitation_bound_to_a_phone_is_for_that_phone(chief):
    _, token = services.invite(role=Role.CLERK, display_name="李四", phone=PHONE, by=chief, now=NOW)
    with pytest.raises(WrongPhoneError):
        accept(token, phone="13900139000")
    assert accept(token)


def test_nobody_accepts_the_own_invitation(invited, chief):
    with pytest.raises(SelfGrantError):
        accept(invited[1], account=chief)


def test_somebody_known_takes_the_role_with_the_account_he_has(invited):
    member = make_account(Role.MEMBER)
    assert accept(invited[1], account=member) == member
    assert Role.CLERK in type(member).objects.get(pk=member.pk).current_roles()


def test_an_invitation_is_accepted_in_the_browser(invited, guest_client, settings):
    _, token = invited
    Invitation.objects.update(expires_at=dt.datetime(2100, 1, 1, tzinfo=dt.UTC))
    page = guest_client.get(f"/accounts/invitation/{token}/")
    assert "李四" in page.content.decode()

    weak = {"display_name": "李四", "phone": PHONE, "password": "woaini1314520"}
    assert guest_client.post(page.request["PATH_INFO"], weak).status_code == 422
    response = guest_client.post(
        page.request["PATH_INFO"], weak | {"password": "eleven purple teapots sing"}
    )

    assert response.status_code == 302
    assert guest_client.session["_auth_user_id"] == str(find_by_phone("+86" + PHONE).pk)
    again = SiteClient(guest_client.defaults["SERVER_NAME"]).get(page.request["PATH_INFO"])
    assert again.status_code == 410
    assert guest_client.get("/accounts/invitation/nonsense/").status_code == 410


def test_the_link_is_shown_once_and_members_are_listed(administrator_client):
    response = administrator_client.post(
        "/members/invite/", {"display_name": "李四", "role": "clerk", "phone": ""}
    )
    page = response.content.decode()
    assert "<svg" in page
    assert "style=" not in page
    listed = administrator_client.get("/members/").content.decode()
    assert "李四" in listed
    assert "/accounts/invitation/" not in listed


def test_every_field_wrong_is_answered_at_the_fields(administrator_client):
    response = administrator_client.post(
        "/members/invite/", {"display_name": "", "role": "operator", "phone": "12"}
    )
    assert response.status_code == 422
    assert response.content.decode().count("errorlist") == 3


# --- tokens and messages ----------------------------------------------------------------------


def make_token(user, **values):
    given = {"name": "导出", "permissions": ["person.view"], "held": ["person.view"], "days": 30}
    return services.create_token(user=user, now=NOW, **(given | values))


def test_a_token_is_kept_as_a_hash_and_ends(chief):
    token, secret = make_token(chief)
    assert secret not in str(ApiToken.objects.filter(pk=token.pk).values().get())
    assert find_token(secret, LATER) == token
    assert find_token(secret, NOW + dt.timedelta(days=31)) is None

    services.revoke_token(token=token, now=LATER)
    assert find_token(secret, LATER) is None


def test_a_token_of_a_disabled_account_is_worth_nothing(chief):
    user = make_account(Role.CLERK)
    _token, secret = make_token(user)
    services.disable(user=user, by=chief, now=NOW)
    assert find_token(secret, LATER) is None


@pytest.mark.parametrize("permissions", [[], ["account.manage"]])
def test_a_token_does_no_more_than_its_owner(chief, permissions):
    with pytest.raises(TokenScopeError):
        make_token(chief, permissions=permissions)


def test_the_log_never_says_the_code(north, capsys):
    message = services.write_text(phone="+8613800138000", text="123456 is your code", now=NOW)
    services.deliver_text(message_id=message.pk, now=NOW)
    services.deliver_text(message_id=message.pk, now=NOW)  # a task may run twice

    said = "".join(capsys.readouterr())
    assert "123456" not in said
    assert "13800138000" not in said
    assert not TextMessage.objects.exists()


def test_a_failing_gateway_is_tried_again(north, monkeypatch):
    def fail(self, **_kwargs):
        raise ConnectionError

    monkeypatch.setattr(LogGateway, "send", fail)
    message = services.write_text(phone="+8613800138000", text="x", now=NOW)
    with pytest.raises(ConnectionError):
        services.deliver_text(message_id=message.pk, now=NOW)
    assert TextMessage.objects.filter(pk=message.pk).exists()


# --- passwords --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "password",
    [
        "Aa123456!",
        "woaini1314520",
        "Guangzhou@2026",
        "zhongguo123",
        "qwertyuiop",
        "北京",
        "侨之家2026",
    ],
)
def test_weak_passwords_are_refused_with_advice(password):
    with pytest.raises(ValidationError, match="words"):
        StrengthValidator().validate(password)


def test_the_own_phone_is_no_password(north):
    user = make_account(Role.MEMBER, phone=PHONE)
    with pytest.raises(ValidationError):
        StrengthValidator().validate("lin13800138000", user)


def test_four_words_are_a_password():
    StrengthValidator().validate("eleven purple teapots sing")

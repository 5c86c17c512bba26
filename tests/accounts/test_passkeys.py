"""A passkey works on the host it was made on, and never locks its owner out."""

import pytest
from allauth.core import context
from allauth.mfa.models import Authenticator
from django.test import RequestFactory

from accounts import services
from accounts.roles import Role
from accounts.services import create_account
from frontend.accounts.adapters import FactorAdapter
from frontend.accounts.labels import _LABELS
from frontend.accounts.mailbox import mailbox
from tenants.permissions import Permission
from tests.fixtures_accounts import make_account
from tests.fixtures_tenants import NOW

PHONE = "13800138000"
PASSWORD = "correct horse battery staple"


def with_passkey(*roles: Role):
    user = create_account(
        display_name="陈",
        phone=PHONE,
        password=PASSWORD,
        roles=roles,
        phone_verified=True,
        now=NOW,
    )
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.WEBAUTHN, data={"name": "x", "credential": {}}
    )
    user.refresh_from_db()
    return user


def test_a_members_passkey_leaves_the_password_good_enough(north, guest_client):
    user = with_passkey(Role.MEMBER)
    guest_client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
    assert guest_client.session["_auth_user_id"] == str(user.pk)
    assert guest_client.get("/accounts/me/").status_code == 200


def test_a_passkey_is_a_second_factor_for_staff(north):
    assert with_passkey(Role.CLERK).has_second_factor()


def test_a_member_who_becomes_staff_needs_the_passkey_from_then_on(north):
    user = with_passkey(Role.MEMBER)
    chief = make_account(Role.ADMINISTRATOR)
    assert not user.has_second_factor()
    services.grant_role(user=user, role=Role.CLERK, by=chief, now=NOW)
    user = type(user).objects.get(pk=user.pk)
    assert user.has_second_factor()


@pytest.mark.parametrize("demonstration", [True, False])
def test_staff_keep_at_least_one_factor(north, settings, demonstration):
    settings.IS_DEMONSTRATION = demonstration
    user = with_passkey(Role.CLERK)
    only = Authenticator.objects.get(user=user)
    with context.request_context(RequestFactory().get("/")):
        assert FactorAdapter().can_delete_authenticator(only) is demonstration


def test_a_passkey_belongs_to_its_host(north):
    request = RequestFactory().get("/", headers={"host": "north.localhost:8000"})
    request.tenant = north
    with context.request_context(request):
        entity = FactorAdapter().get_public_key_credential_rp_entity()
    assert entity == {"id": "north.localhost", "name": north.name}


def test_the_development_mailbox_shows_what_a_demonstration_keeps(north, settings):
    settings.IS_DEMONSTRATION = True
    message = services.write_text(phone="+8613800138000", text="123456 is your code", now=NOW)
    services.deliver_text(message_id=message.pk, now=NOW)
    request = RequestFactory().get("/dev/mailbox/")
    request.user = make_account(Role.MEMBER)

    page = mailbox(request).content.decode()

    assert "123456" in page
    assert "138****8000" in page


def test_the_mailbox_is_no_page_of_a_real_network(guest_client):
    assert guest_client.get("/dev/mailbox/").status_code == 404


def test_every_permission_has_a_name():
    assert set(_LABELS) == set(Permission)

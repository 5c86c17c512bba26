"""The one way from the platform to a site, and what a visitor may do there."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import (
    NoSupportWindowError,
    SupportWindowOpenError,
    VisitorRoleError,
    WrongPlaceError,
)
from accounts.models import SupportWindow, User
from accounts.roles import SITE_ROLES, Role
from accounts.services import (
    admit_support,
    close_support_windows,
    disable,
    grant_role,
    invite,
    open_support_window,
)
from audit.models import AuditEntry
from common.ids import uuid7
from tenants import handover
from tenants.context import inside, on_platform
from tenants.errors import HandoverClosedError, InvalidStateError
from tenants.models import Handover, Tenant, TenantState
from tenants.permissions import GRANTS, Permission
from tests.fixtures_accounts import SiteClient, client_of, host_of, make_account

HOUR = dt.timedelta(hours=1)
HERE = (
    "You are here as support until %(until)s. The site writes down what you do and can end the"
    " visit at any time."
)
MAY_BE_HERE = "Support from the platform may be in here until %(until)s."


@pytest.fixture
def operator(db) -> User:
    with on_platform():
        return make_account(Role.OPERATOR, name="许颖")


def issue(tenant, operator, now=None):
    with on_platform():
        return handover.issue(
            tenant=tenant, scope=handover.Scope.SUPPORT, by=operator, now=now or timezone.now()
        )


def open_window(tenant, *, ago=dt.timedelta(0), hours=1):
    with inside(tenant):
        return open_support_window(
            reason="导入失败",
            hours=hours,
            by=make_account(Role.ADMINISTRATOR),
            now=timezone.now() - ago,
        )


def shown(text: str) -> str:
    """Return the longest part of a translated text that stands on the page as it is."""
    return max(_(text).split("%(until)s"), key=len)


def way_in(response) -> str:
    (link,) = set(re.findall(r'href="(http[^"]*/accounts/support/enter/[^"]*)"', response.text))
    return urlsplit(link).path


def actions(tenant):
    with inside(tenant):
        return list(AuditEntry.objects.order_by("seq").values_list("action", "outcome"))


# --- the token ---------------------------------------------------------------------------------


def test_a_token_names_the_account_once(north, operator):
    token = issue(north, operator)
    visitor = handover.redeem(token)
    assert (visitor.account_key, visitor.account_name) == (operator.pk, "许颖")
    assert visitor.scope == handover.Scope.SUPPORT
    with pytest.raises(HandoverClosedError):
        handover.redeem(token)


def test_a_token_is_worth_nothing_at_another_site_and_still_good_at_its_own(north, south, operator):
    token = issue(north, operator)
    with inside(south), pytest.raises(HandoverClosedError):
        handover.redeem(token)
    assert handover.redeem(token).account_key == operator.pk


def test_a_token_dies_after_thirty_seconds(north, operator):
    token = issue(north, operator, timezone.now() - dt.timedelta(seconds=31))
    with pytest.raises(HandoverClosedError):
        handover.redeem(token)


def test_the_platform_cannot_redeem_and_a_site_cannot_read(north, operator):
    token = issue(north, operator)
    with on_platform():
        assert token not in str(Handover.objects.values_list())
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            handover.redeem(token)
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        list(Handover.objects.all())
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text")
        assert cursor.fetchone() == (north.schema_name,), "the function's rights end with it"


@pytest.mark.parametrize("state", [TenantState.SUSPENDED, TenantState.ARCHIVED])
def test_nobody_is_handed_over_to_a_site_that_is_not_at_work(platform, operator, state):
    with pytest.raises(InvalidStateError):
        handover.issue(
            tenant=Tenant(state=state),
            scope=handover.Scope.SUPPORT,
            by=operator,
            now=timezone.now(),
        )


# --- the window --------------------------------------------------------------------------------


def test_without_a_window_nobody_comes_in(north):
    with pytest.raises(NoSupportWindowError):
        admit_support(external_key=uuid7(), display_name="许颖", now=timezone.now())


def test_a_window_that_ended_lets_nobody_in(north):
    open_window(north, ago=2 * HOUR)
    with pytest.raises(NoSupportWindowError):
        admit_support(external_key=uuid7(), display_name="许颖", now=timezone.now())


def test_a_visitor_keeps_one_account_and_can_be_disabled(north):
    open_window(north)
    key, now = uuid7(), timezone.now()
    first, _window = admit_support(external_key=key, display_name="许颖", now=now)
    again, _window = admit_support(external_key=key, display_name="许颖颖", now=now)
    assert (first.pk, again.display_name) == (again.pk, "许颖颖")
    assert not again.has_usable_password()
    assert again.current_roles() == {Role.SUPPORT}
    disable(user=again, by=None, now=now)
    with pytest.raises(NoSupportWindowError):
        admit_support(external_key=key, display_name="许颖", now=now)


def test_there_is_one_window_at_a_time(north):
    open_window(north)
    with pytest.raises(SupportWindowOpenError):
        open_window(north)


def test_support_cannot_be_granted_or_invited_and_gets_no_other_role(north):
    open_window(north)
    now = timezone.now()
    visitor, _window = admit_support(external_key=uuid7(), display_name="许颖", now=now)
    clerk = make_account(Role.CLERK)
    with pytest.raises(WrongPlaceError):
        grant_role(user=clerk, role=Role.SUPPORT, by=None, now=now)
    with pytest.raises(WrongPlaceError):
        invite(role=Role.SUPPORT, display_name="许颖", by=None, now=now)
    for role in SITE_ROLES:
        with pytest.raises(VisitorRoleError):
            grant_role(user=visitor, role=role, by=None, now=now)


def test_support_may_see_no_person_and_make_nothing_that_outlives_it():
    held = GRANTS[Role.SUPPORT]
    assert not {name for name in held if name.startswith(("person.", "account.", "audit."))}
    assert Permission.SELF_EDIT not in held


# --- the pages ---------------------------------------------------------------------------------


@pytest.fixture
def visitor_client(north) -> SiteClient:
    """Somebody of the platform, gone through the whole way into north's open window."""
    open_window(north)
    return enter(north)


def enter(tenant) -> SiteClient:
    operator_client = client_of(None, Role.OPERATOR, name="许颖")
    path = way_in(operator_client.post(f"/sites/{tenant.code}/support/"))
    client = SiteClient(host_of(tenant))
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, "/today/")
    return client


def test_support_walks_in_and_everything_is_on_record(north, visitor_client):
    page = visitor_client.get("/today/")
    assert page.status_code == 200
    assert shown(HERE) in page.text
    assert visitor_client.get("/jobs/").status_code == 200
    for path in ("/people/", "/members/", "/audit/", "/accounts/tokens/", "/accounts/factors/"):
        assert visitor_client.get(path).status_code == 403, path
    assert ("support.open", "ok") in actions(north)
    assert ("support.enter", "ok") in actions(north)
    with on_platform():
        entry = AuditEntry.objects.get(action="site.hand_over")
        assert (entry.actor_name, entry.detail["code"]) == ("许颖", "north")


def test_closing_the_window_ends_the_visit_at_once(north, visitor_client):
    close_support_windows(by=make_account(Role.ADMINISTRATOR), now=timezone.now())
    response = visitor_client.get("/today/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/today/")
    assert ("support.close", "ok") in actions(north)


def test_the_visit_ends_with_its_window_even_if_another_is_open(north, visitor_client):
    SupportWindow.objects.update(starts_at=timezone.now() - 2 * HOUR, ends_at=timezone.now() - HOUR)
    open_window(north)
    assert visitor_client.get("/today/").status_code == 302


def test_without_a_window_the_site_says_so_and_the_platform_learns_nothing(north):
    operator_client = client_of(None, Role.OPERATOR, name="许颖")
    closed = operator_client.post("/sites/north/support/")
    path = way_in(closed)
    refused = SiteClient(host_of(north)).get(path)
    assert refused.status_code == 403
    assert _("The site has not let support in") in refused.text
    assert ("support.enter", "refused") in actions(north)
    open_window(north)
    opened = operator_client.post("/sites/north/support/")
    assert opened.status_code == closed.status_code
    assert _without_secrets(opened.text) == _without_secrets(closed.text)


def _without_secrets(text: str) -> str:
    return re.sub(r"enter/[\w-]+|csrf-token\" content=\"\w+|value=\"\w{64}\"", "", text)


@pytest.mark.parametrize("spoil", ["replay", "another host", "too late", "made up"])
def test_a_spoilt_token_gets_a_clear_page(north, south, spoil):
    open_window(north)
    path = way_in(client_of(None, Role.OPERATOR).post("/sites/north/support/"))
    host = host_of(north)
    if spoil == "replay":
        SiteClient(host).get(path)
    elif spoil == "another host":
        host = host_of(south)
    elif spoil == "too late":
        with on_platform():
            past = timezone.now() - dt.timedelta(minutes=1)
            Handover.objects.update(issued_at=past, expires_at=past + handover.LIFETIME)
    else:
        path = "/accounts/support/enter/made-up/"
    response = SiteClient(host).get(path)
    assert response.status_code == 410
    assert _("This way in is closed") in response.text


def test_looking_at_the_address_does_not_use_it_up(north):
    open_window(north)
    path = way_in(client_of(None, Role.OPERATOR).post("/sites/north/support/"))
    client = SiteClient(host_of(north))
    assert client.head(path).status_code == 405
    assert client.get(path).status_code == 302


def test_the_platform_hands_nobody_over_without_the_second_factor(north):
    client = client_of(None, Role.OPERATOR)
    with on_platform():
        session = client.session
        session["account_authentication_methods"] = []
        session.save()
    response = client.post("/sites/north/support/")
    assert response.status_code == 302
    assert "/accounts/factors/" in response["Location"]
    with on_platform():
        assert not Handover.objects.exists()


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_administrators_of_the_platform_do_not_visit_sites(north, role):
    assert client_of(None, role).post("/sites/north/support/").status_code == 403


def test_the_administrator_opens_sees_and_closes(north, administrator_client):
    wrong = administrator_client.post("/accounts/support/", {"reason": "", "hours": "25"})
    assert wrong.status_code == 422
    form = {"reason": "导入失败", "hours": "24"}
    assert administrator_client.post("/accounts/support/", form).status_code == 302
    visitor = enter(north)
    page = administrator_client.get("/accounts/support/")
    assert "许颖" in page.text
    assert shown(MAY_BE_HERE) in administrator_client.get("/today/").text
    assert administrator_client.post("/accounts/support/close/").status_code == 302
    assert visitor.get("/today/").status_code == 302


def test_a_clerk_lets_nobody_in(clerk_client):
    assert clerk_client.post("/accounts/support/", {"reason": "x", "hours": 1}).status_code == 403

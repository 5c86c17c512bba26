"""A suspended site as people meet it: they sign in, read, and are told that nothing changes."""

import pytest

from accounts.models import User
from accounts.roles import Role
from accounts.services import create_account
from audit.models import AuditEntry
from tenants.context import inside
from tenants.lifecycle import archive_tenant, suspend_tenant
from tests.fixtures_accounts import SiteClient, host_of
from tests.fixtures_tenants import NOW

PHONE, PASSWORD = "13800138000", "correct horse battery staple"

pytestmark = pytest.mark.usefixtures("plain_static_files")


@pytest.fixture
def suspended(make_site):
    tenant = make_site()
    with inside(tenant):
        create_account(
            display_name="陈大文",
            phone=PHONE,
            password=PASSWORD,
            roles=[Role.MEMBER],
            phone_verified=True,
            now=NOW,
        )
    return suspend_tenant(code=tenant.code, reason="年度检查", by=None, now=NOW)


def test_people_sign_in_by_password_and_out_again(suspended):
    client = SiteClient(host_of(suspended))
    response = client.post("/accounts/login/", {"login": PHONE, "password": PASSWORD})
    assert response.status_code == 302
    page = client.get("/", follow=True)
    assert page.status_code == 200
    assert "notice-warn banner" in page.content.decode()
    with inside(suspended):
        assert AuditEntry.objects.filter(action="account.sign_in").exists()
        assert User.objects.get().last_login
    assert client.post("/accounts/logout/").status_code == 302


def test_people_ask_for_a_code(suspended):
    client = SiteClient(host_of(suspended))
    assert client.post("/accounts/login/code/", {"phone": PHONE}).status_code == 302


@pytest.mark.parametrize("path", ["/people/add/", "/api/v1/people/"])
def test_writing_is_refused_with_a_page(suspended, path):
    client = SiteClient(host_of(suspended))
    response = client.post(path, {"full_name": "王"})
    assert response.status_code == 403
    assert response.content


def test_an_archived_site_answers_with_a_notice(suspended):
    archive_tenant(code=suspended.code, by=None, now=NOW)
    response = SiteClient(host_of(suspended)).get("/")
    assert response.status_code == 410
    assert "陈大文" not in response.content.decode()

"""A site's page on the platform: what can be done, by whom, and what becomes of it."""

import datetime as dt
import re
import stat
import zipfile

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from frontend.network.changes import WORDS
from jobs.models import Job, JobState
from network.changes import Change, carry_out, order_change
from network.services import load_regions
from tenants import lifecycle
from tenants.context import on_platform
from tenants.errors import InvalidStateError, NotAllowedError
from tenants.models import DeletionOrder, SchemaTemplate, Tenant, TenantState
from tenants.routing import forget_hosts
from tests.fixtures_accounts import SiteClient, client_of, host_of, make_account
from tests.fixtures_tenants import NOW


def state(tenant: Tenant, value: TenantState, **facts) -> None:
    """Put a site into a state, for the test only: its pages ask the directory."""
    facts = {"activated_at": None if value == TenantState.TRIAL else NOW} | facts
    with on_platform():
        Tenant.objects.filter(pk=tenant.pk).update(state=value, **facts)


def buttons(page) -> set[str]:
    return set(re.findall(r'href="/sites/north/(?:state|deletion)/(\w+)/"', page.text))


def ordered(tenant: Tenant, *, by=None, approved_by=None, wait=dt.timedelta(days=30)):
    with on_platform():
        now = timezone.now()
        return DeletionOrder.objects.create(
            tenant=tenant,
            reason="并入南站",
            ordered_by=by or make_account(Role.SYSTEM_ADMIN, name="甲"),
            ordered_at=now,
            wait_until=now + wait,
            approved_by=approved_by,
            approved_at=now if approved_by else None,
        )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (TenantState.TRIAL, {"activate", "suspend", "export"}),
        (TenantState.ACTIVE, {"suspend", "export"}),
        (TenantState.SUSPENDED, {"resume", "archive", "export"}),
        (TenantState.ARCHIVED, {"resume", "export", "order"}),
        (TenantState.DELETED, set()),
    ],
)
def test_each_state_offers_what_fits_it(north, value, expected):
    state(north, value)
    assert buttons(client_of(None, Role.SYSTEM_ADMIN).get("/sites/north/")) == expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.SECURITY_ADMIN, {"order"}),
        (Role.AUDIT_ADMIN, set()),
        (Role.OPERATOR, set()),
    ],
)
def test_each_role_is_offered_its_own(north, role, expected):
    state(north, TenantState.ARCHIVED)
    assert buttons(client_of(None, role).get("/sites/north/")) == expected


def test_a_change_is_confirmed_and_becomes_a_job_of_who_ordered_it(north):
    client = client_of(None, Role.SYSTEM_ADMIN)
    page = client.get("/sites/north/state/suspend/")
    assert str(WORDS[Change.SUSPEND].text) in page.text
    assert client.post("/sites/north/state/suspend/", {"reason": ""}).status_code == 422
    response = client.post("/sites/north/state/suspend/", {"reason": "整改"})
    with on_platform():
        job = Job.objects.get(kind="network.change_site")
        assert response["Location"] == f"/jobs/{job.pk}/"
        assert job.created_by_id == client.user.pk
        assert job.arguments == {"change": "suspend", "code": "north", "reason": "整改"}
    assert job.title in client.get("/sites/north/").text


def test_what_does_not_fit_the_state_is_not_ordered(north):
    client = client_of(None, Role.SYSTEM_ADMIN)
    for change in ("resume", "archive", "activate"):
        response = client.post(f"/sites/north/state/{change}/")
        assert (response.status_code, response["Location"]) == (302, "/sites/north/")
    with on_platform():
        assert not Job.objects.exists()


@pytest.mark.parametrize("path", ["state/order", "state/burn", "deletion/suspend"])
def test_a_change_has_one_door(north, path):
    state(north, TenantState.ARCHIVED)
    assert client_of(None, Role.SYSTEM_ADMIN).get(f"/sites/north/{path}/").status_code == 404


def test_who_ordered_a_deletion_is_not_asked_to_approve_it(north):
    state(north, TenantState.ARCHIVED)
    first = client_of(None, Role.SYSTEM_ADMIN, name="甲")
    order = ordered(north, by=first.user)
    page = first.get("/sites/north/")
    assert "approve" not in buttons(page)
    assert _("A second person has still to approve it.") in page.text
    assert f"{timezone.localtime(order.wait_until):%Y-%m-%d}" in page.text
    second = client_of(None, Role.SECURITY_ADMIN, name="乙")
    assert buttons(second.get("/sites/north/")) == {"approve", "withdraw"}
    # Without the permission to see jobs one is led back to the site's page, which tells.
    response = second.post("/sites/north/deletion/approve/")
    assert response["Location"] == "/sites/north/"


def test_deleting_is_offered_when_approved_and_due(north):
    state(north, TenantState.ARCHIVED)
    client = client_of(None, Role.SECURITY_ADMIN, name="乙")
    order = ordered(north, approved_by=client.user)
    assert buttons(client.get("/sites/north/")) == {"withdraw"}
    with on_platform():
        DeletionOrder.objects.filter(pk=order.pk).update(
            wait_until=timezone.now() - dt.timedelta(seconds=1)
        )
    assert buttons(client.get("/sites/north/")) == {"execute", "withdraw"}


def run(tenant, change, by, **facts) -> Job:
    """Order a change and carry it out, as the provisioner would."""
    job = order_change(tenant=tenant, change=change, title=change, by=by, now=NOW, **facts)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, started_at=NOW)
    job = Job.objects.get(pk=job.pk)
    arguments = {key: value for key, value in job.arguments.items() if key != "change"}
    try:
        job.result = carry_out(job=job, change=change, now=NOW, **arguments)
    finally:
        Job.objects.filter(pk=job.pk).delete()
    return job


def test_a_site_lives_through_its_states(make_site, officers):
    tenant = make_site(trial=True)
    by = officers["first"]
    for change, expected, facts in [
        (Change.SUSPEND, TenantState.SUSPENDED, {"reason": "整改"}),
        (Change.RESUME, TenantState.TRIAL, {}),
        (Change.ACTIVATE, TenantState.ACTIVE, {}),
        (Change.SUSPEND, TenantState.SUSPENDED, {"reason": "关闭"}),
        (Change.RESUME, TenantState.ACTIVE, {}),
        (Change.SUSPEND, TenantState.SUSPENDED, {"reason": "关闭"}),
        (Change.ARCHIVE, TenantState.ARCHIVED, {}),
        (Change.ORDER_DELETION, TenantState.ARCHIVED, {"reason": "关闭"}),
    ]:
        run(tenant, change, by, **facts)
        tenant.refresh_from_db()
        assert tenant.state == expected, change
    run(tenant, Change.APPROVE_DELETION, officers["second"])
    assert lifecycle.standing_orders().get(tenant=tenant).approved_by == officers["second"]
    run(tenant, Change.WITHDRAW_DELETION, by)
    assert not lifecycle.standing_orders().filter(tenant=tenant).exists()


def test_who_was_disabled_since_changes_nothing(make_site, officers):
    tenant = make_site()
    User.objects.filter(pk=officers["first"].pk).update(is_active=False)
    with pytest.raises(NotAllowedError):
        run(tenant, Change.SUSPEND, officers["first"], reason="整改")
    tenant.refresh_from_db()
    assert tenant.state == TenantState.ACTIVE


def test_only_a_site_on_trial_is_activated(make_site):
    tenant = make_site()
    with pytest.raises(InvalidStateError):
        lifecycle.activate_tenant(code=tenant.code, by=None, now=NOW)
    with pytest.raises(CommandError, match=r"\S"):
        call_command("activate_tenant", tenant.code)


def test_an_export_is_sealed_for_who_ordered_it_and_stays_on_the_server(make_site, officers):
    tenant = make_site()
    secret = "eleven purple teapots"
    job = run(tenant, Change.EXPORT, officers["first"], passphrase=secret)
    assert secret not in str(job.arguments)
    path = settings.FILES_DIR / "public" / "exports" / job.result["file"]
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert not zipfile.is_zipfile(path), "sealed"
    path.unlink()


def test_a_site_on_trial_works_and_says_so(north, clerk_client):
    assert _("This site is on trial.") not in clerk_client.get("/today/").text
    state(north, TenantState.TRIAL)
    forget_hosts()
    try:
        assert _("This site is on trial.") in clerk_client.get("/today/").text
        assert SiteClient(host_of(north)).get("/").status_code == 200
    finally:
        state(north, TenantState.ACTIVE)
        forget_hosts()


def test_a_trial_is_chosen_when_a_site_is_ordered(platform):
    load_regions()
    client = client_of(None, Role.OPERATOR)
    form = {
        "code": "jimei",
        "kind": "community",
        "name": "集美侨之家",
        "region_code": "350211",
        "trial": "on",
    }
    assert client.post("/sites/new/", form).status_code == 302
    assert Job.objects.get().arguments["trial"] is True


def test_the_page_says_whether_the_structure_is_todays(north):
    client = client_of(None, Role.OPERATOR)
    fingerprint = north.template_fingerprint
    page = client.get("/sites/north/").text
    assert fingerprint[:8] in page
    assert _("up to date") in page
    with on_platform():
        SchemaTemplate.objects.create(fingerprint="f" * 64, statements=[])
    assert _("behind") in client.get("/sites/north/").text

"""The pages: who may open them, what they say, and what nonsense in the address does."""

import datetime as dt
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import RoleGrant, User
from accounts.roles import Role
from audit import selectors
from audit.models import Outcome
from audit.services import record, record_many
from common.ids import uuid7
from tenants.context import inside, on_platform

NOON = dt.datetime(2026, 3, 2, 4, 0, tzinfo=dt.UTC)


def make_account(role, **kwargs):
    user = User.objects.create(display_name="林晓梅", **kwargs)
    RoleGrant.objects.create(user=user, role=role, granted_at=NOON)
    return user


def sign_in(user, host="north.localhost"):
    client = Client(headers={"host": host}, SERVER_NAME=host)
    client.force_login(user, backend="accounts.backends.PhoneBackend")
    client.get("/")  # the first request ends outside of any site
    return client


@pytest.fixture(autouse=True)
def plain_pages(settings):
    """Name static files without a manifest; ask staff for no second factor."""
    settings.IS_DEMONSTRATION = True
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def administrator(north):
    return make_account(Role.ADMINISTRATOR)


@pytest.fixture
def member(north):
    return make_account(Role.MEMBER, person_key=uuid7())


def test_the_list_shows_what_happened(north, administrator):
    record(
        action="person.reveal",
        by=administrator,
        object_type="people.personphone",
        object_key=uuid7(),
        fields=["number"],
        reason="核对 <b>电话</b>",
        now=NOON,
    )
    record(action="person.something_new", outcome=Outcome.REFUSED, now=NOON)
    page = sign_in(administrator).get("/audit/", headers={"accept-language": "en"})
    text = page.content.decode()

    assert page.status_code == 200
    assert "林晓梅" in text
    assert "核对 &lt;b&gt;电话" in text
    assert "person.something_new" in text
    assert "2026-03-02 12:00" in text


def test_only_those_who_audit_see_the_list(north, member):
    client = sign_in(member)
    assert client.get("/audit/").status_code == 403
    assert client.post("/audit/check/").status_code == 403
    assert client.get(f"/people/{uuid7()}/who-looked/").status_code == 403


def test_the_check_is_done_at_once_and_its_result_stays_on_the_page(north, administrator):
    entry = record_many([], now=NOON) or record(action="person.view", now=NOON)
    client = sign_in(administrator)
    client.post("/audit/check/")
    assert "notice-good" in client.get("/audit/").content.decode()

    with inside(north):
        entry.pk, entry.seq = uuid7(), 9
        entry.save(force_insert=True)
    client.post("/audit/check/")
    assert "notice-bad" in client.get("/audit/").content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "action=drop",
        "outcome='",
        "order=seq);--",
        "day_from=0001-01-01",
        "day_to=9999-12-31",
        "day_from=x",
        "actor=1",
        "after=-1",
        "before=99999999999999999999",
        f"object_key={'x' * 300}",
        "object_key=%00",
    ],
)
def test_nonsense_in_the_address_gets_a_page(north, administrator, query):
    client = sign_in(administrator)
    assert client.get(f"/audit/?{query}").status_code == 422
    assert client.get(f"/who-looked/?{query}").status_code == 200


def test_pages_keep_the_filter(north, administrator):
    record_views = [record(action="person.view", now=NOON) for _ in range(selectors.PAGE_SIZE + 1)]
    client = sign_in(administrator)
    page = client.get("/audit/?action=person.view&day_from=2026-03-02&day_to=2026-03-02")
    assert page.context["next"].startswith("?action=person.view&")
    assert len(page.context["rows"]) == selectors.PAGE_SIZE

    rest = client.get(f"/audit/{page.context['next']}")
    assert [row.entry.seq for row in rest.context["rows"]] == [record_views[0].seq]
    assert rest.context["previous"]


def test_members_read_who_looked_at_their_file(north, member, administrator):
    key = member.person_key
    about = {"person_key": key, "object_type": "people.person", "object_key": key, "now": NOON}
    record(
        action="person.reveal",
        by=administrator,
        fields=["address", "phones", "gone"],
        reason="家访",
        **about,
    )
    record(action="person.view", by=member, **about)
    record(action="person.view", by=make_account(Role.VOLUNTEER), **about)
    page = sign_in(member).get("/who-looked/")
    looks = page.context["looks"]

    assert page["Cache-Control"] == "no-store"
    assert "林晓梅" not in looks[0].who
    assert "林晓梅" not in looks[1].who
    assert "林晓梅" in looks[2].who
    assert "家访" in page.content.decode()


def test_an_account_without_a_file_is_told_so(north, administrator):
    assert not sign_in(administrator).get("/who-looked/").context["has_file"]


def test_nobody_is_no_person(north, administrator):
    assert sign_in(administrator).get(f"/people/{uuid7()}/who-looked/").status_code == 404


def test_the_platforms_auditor_reads_the_platforms_record(north):
    with on_platform():
        user = make_account(Role.AUDIT_ADMIN)
        record(action="site.create", by=user, now=timezone.now())
        client = sign_in(user, "localhost")
        page = client.get("/audit/")
        assert "site.create" in [row.entry.action for row in page.context["rows"]]
        assert client.get("/who-looked/").status_code == 404

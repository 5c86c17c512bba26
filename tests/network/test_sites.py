"""Making a site: checked when ordered, made once, its first administrator invited once."""

import datetime as dt

import pytest
from django.db import connection

from accounts.models import Invitation, User
from accounts.roles import Role
from accounts.services import accept_invitation
from network.errors import AlreadyInvitedError, UnknownRegionError
from network.selectors import describe_sites, directory, suggest_regions
from network.services import SiteFacts, invite_first_administrator, load_regions, order_site
from tenants.context import inside
from tenants.errors import CodeTakenError, InvalidCodeError

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
FACTS = {"code": "jimei", "kind": "community", "name": "集美侨之家", "region_code": "350211"}


@pytest.fixture
def operator(db) -> User:
    connection.set_schema_to_public()
    load_regions()
    return User.objects.create(display_name="许颖")


def test_an_order_becomes_a_job_for_the_provisioner(operator):
    job = order_site(facts=SiteFacts(**FACTS), by=operator, now=NOW)

    assert (job.kind, job.arguments["code"]) == ("network.create_site", "jimei")
    with connection.cursor() as cursor:
        query = "SELECT queue_name FROM dramatiq.queue WHERE message_id = %s"
        cursor.execute(query, [job.message_key])
        assert cursor.fetchone() == ("provisioning",)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"region_code": "999999"}, UnknownRegionError),
        ({"code": "public"}, InvalidCodeError),
        ({"code": "north"}, CodeTakenError),
    ],
)
def test_a_wrong_order_is_refused_before_anything_is_made(operator, sites, changed, error):
    with pytest.raises(error):
        order_site(facts=SiteFacts(**FACTS | changed), by=operator, now=NOW)


def test_the_platform_invites_one_administrator_and_then_no_more(operator, north):
    invitation = {"tenant": north, "display_name": "曾慧敏", "phone": "13494000001", "by": operator}
    connection.set_schema_to_public()
    first = invite_first_administrator(**invitation, now=NOW)
    second = invite_first_administrator(**invitation, now=NOW)

    with inside(north):
        assert Invitation.objects.open(NOW).count() == 1, "the first link was withdrawn"
        user = accept_invitation(token=second, phone="13494000001", password="x", now=NOW)
        assert user.current_roles() == {Role.ADMINISTRATOR}
    assert first != second
    with pytest.raises(AlreadyInvitedError):
        invite_first_administrator(**invitation, now=NOW)


def test_the_directory_names_region_host_and_state(operator, sites):
    (entry,) = describe_sites(directory(text="north"))

    assert entry.region_name == "福建省 厦门市 思明区"
    assert entry.host == "north.localhost"


def test_regions_are_found_by_name_and_by_code(operator):
    assert ("350203", "福建省 厦门市 思明区") in suggest_regions("思明")
    assert ("350203", "福建省 厦门市 思明区") in suggest_regions("3502")
    assert suggest_regions("思") == []

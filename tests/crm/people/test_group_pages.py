"""The pages of groups: built row by row without a script, counted live, saved, put away."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from crm.people.groups import services
from crm.people.models import PersonGroup
from tenants.permissions import GRANTS, Permission
from tests.crm.people.test_groups import group, one
from tests.factories import people
from tests.factories.people import NOW

HTMX = {"HTTP_HX_REQUEST": "true"}


def url(name, *args):
    return reverse(f"people:{name}", args=args)


def typed(**changes):
    """Return what a browser sends for: 80 or older, and from 思明区 or without a phone."""
    return {
        "name": "八十岁以上", "purpose": "慰问", "match": "all", "layout": "0;1,2",
        "c0-field": "age", "c0-op": "at_least", "c0-value": "80",
        "c1-field": "region", "c1-op": "is", "c1-value": "思明区",
        "c2-field": "has_phone", "c2-op": "no",
    } | changes  # fmt: skip


RULE = {"all": [
    {"field": "age", "op": "at_least", "value": 80},
    {"any": [{"field": "region", "op": "is", "value": "350203"},
             {"field": "has_phone", "op": "no"}]},
]}  # fmt: skip


def layout_of(page):
    return re.search(r'name="layout" value="([^"]*)"', page.content.decode())[1]


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


@pytest.fixture(autouse=True)
def clerk(clerk_client):
    clerk_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return User.objects.get()


@pytest.fixture
def mine(clerk):
    return group(clerk)


def test_a_group_is_built_row_by_row_without_a_script(clerk_client, clerk):
    page = clerk_client.get(url("add-group"))
    assert layout_of(page) == ""

    data = {"match": "all", "layout": ""}
    page = clerk_client.post(url("add-group"), data | {"add": "", "about-": "age"})
    assert layout_of(page) == "0"
    assert 'name="remove" value="0"' in page.content.decode()
    assert 'name="add" value="0"' in page.content.decode()
    data |= {"layout": "0", "c0-field": "age", "c0-op": "at_least", "c0-value": "80"}
    page = clerk_client.post(url("add-group"), data | {"add": "", "about-": "region"})
    assert layout_of(page) == "0;1"
    assert 'value="80"' in page.content.decode()
    assert "error-summary" not in page.content.decode()
    data |= {"layout": "0;1", "c1-field": "region", "c1-op": "is", "c1-value": "思明区"}
    page = clerk_client.post(url("add-group"), data | {"add": "1", "about-1": "has_phone"})
    assert layout_of(page) == "0;1,2"
    page = clerk_client.post(url("add-group"), typed(remove="1"))
    assert layout_of(page) == "0;2"

    page = clerk_client.post(url("add-group"), typed())
    saved = PersonGroup.objects.get()
    assert page.url == f"{url('list')}?group={saved.pk}"
    assert saved.rule == RULE
    assert (saved.is_shared, saved.owner) == (False, clerk)
    assert AuditEntry.objects.get(action="group.add").object_key == str(saved.pk)
    page = clerk_client.get(url("edit-group", saved.pk))
    assert layout_of(page) == "0;1,2"
    assert "福建省 厦门市 思明区" in page.content.decode()


def test_errors_stand_at_their_condition_and_nothing_typed_is_lost(clerk_client):
    page = clerk_client.post(
        url("add-group"), typed(**{"name": "", "c0-value": "谁", "c1-value": "桃花源"})
    )
    content = page.content.decode()
    assert page.status_code == 422
    assert "error-summary" in content
    assert 'value="桃花源"' in content
    assert re.search(r'id="id_c1-value_error".*not on our list', content, re.DOTALL)

    page = clerk_client.post(url("add-group"), typed(**{"c0-value": "谁"}))
    content = page.content.decode()
    assert re.search(r'id="id_c0-value_error".*whole number', content, re.DOTALL)
    assert 'value="谁"' in content
    assert clerk_client.post(url("add-group"), typed(layout="")).status_code == 422
    assert PersonGroup.objects.count() == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"layout": "0;0;0"}, {"layout": "x,,;;9999999999"}, {"layout": "0" * 300},
        {"c0-field": "pk__in"}, {"c0-op": "regex"}, {"match": "none"}, {"version": "x"},
        {"add": "x", "about-x": "age"}, {"add": "7", "about-7": "sex; drop"}, {"remove": "q"},
        {"c0-value": "9" * 50}, {"c2-value": "x"}, {"preview": "1", "c0-value": ""},
    ],
)  # fmt: skip
def test_no_odd_request_breaks_the_builder(clerk_client, changes):
    assert clerk_client.post(url("add-group"), typed(**changes)).status_code in {200, 302, 422}


def test_the_preview_counts_and_says_the_rule(clerk_client):
    people.person(phones=())
    part = clerk_client.post(url("add-group"), typed(preview="1", **{"c0-value": "60"}), **HTMX)
    assert "<html" not in part.content.decode()
    assert "1 person" in text_of(part)
    assert "60 years old or older and" in text_of(part)
    whole = clerk_client.post(url("add-group"), typed(preview="1", **{"c0-value": ""}))
    assert "not complete" in text_of(whole)
    assert PersonGroup.objects.count() == 0


def test_the_list_of_people_shows_the_group_with_its_time(clerk_client, mine):
    people.person(full_name="甲")
    people.person(full_name="乙", birth_date=None, birth_precision=None, documents=())
    services.change_group(
        group_id=mine.pk, version=1, by=mine.owner, now=NOW,
        values=services.GroupValues(name="六十岁以上", rule=one("age", "at_least", 60)),
    )  # fmt: skip
    page = clerk_client.get(url("list"), {"group": str(mine.pk)})
    text = text_of(page)
    assert "Group: 六十岁以上" in text
    assert "60 years old or older" in text
    assert "as of 20" in text
    assert ("甲" in text, "乙" in text) == (True, False)
    # Further filters keep the group.
    assert f'name="group" value="{mine.pk}"' in page.content.decode()
    narrowed = clerk_client.get(url("list"), {"group": str(mine.pk), "sex": "male"}, **HTMX)
    assert "Nobody found" in text_of(narrowed)


def test_a_page_of_a_group_costs_few_queries(clerk_client, mine, django_assert_max_num_queries):
    people.person()
    with django_assert_max_num_queries(14):
        clerk_client.get(url("list"), {"group": str(mine.pk)})


def test_counts_are_asked_for_one_by_one(clerk_client, mine):
    people.person()
    listed = clerk_client.get(url("groups")).content.decode()
    address = url("count-group", mine.pk)
    assert f'hx-get="{address}"' in listed
    assert "0 people" in text_of(clerk_client.get(address, **HTMX))
    assert clerk_client.get(address).url == f"{url('list')}?group={mine.pk}"


def test_a_stale_save_is_409_with_both_versions(clerk_client, mine):
    services.change_group(
        group_id=mine.pk, version=1, by=mine.owner, now=NOW,
        values=services.GroupValues(name="老人", rule=one("age", "at_least", 70)),
    )  # fmt: skip
    page = clerk_client.post(url("edit-group", mine.pk), typed(version="1"))
    text = text_of(page)
    assert page.status_code == 409
    assert "老人" in text
    assert "70 years old or older" in text
    assert 'name="version" value="2"' in page.content.decode()
    clerk_client.post(url("edit-group", mine.pk), typed(version="2"))
    assert PersonGroup.objects.get().name == "八十岁以上"


def test_putting_away_can_be_undone(clerk_client, mine):
    page = clerk_client.post(url("retire-group", mine.pk), follow=True)
    assert "Bring back" in text_of(page)
    gone = clerk_client.get(url("list"), {"group": str(mine.pk)})
    assert gone.status_code == 422
    assert "no longer there" in text_of(gone)
    clerk_client.post(url("restore-group", mine.pk))
    assert clerk_client.get(url("list"), {"group": str(mine.pk)}).status_code == 200


def test_only_who_may_shares_a_group(clerk_client, mine, monkeypatch):
    clerk_client.post(url("edit-group", mine.pk), typed(version="1", is_shared="on"))
    mine.refresh_from_db()
    assert mine.is_shared
    roles = {role: held - {Permission.GROUP_EDIT} for role, held in GRANTS.items()}
    monkeypatch.setattr("tenants.access.GRANTS", roles)
    page = clerk_client.post(url("edit-group", mine.pk), typed(version="2", name="别的"))
    assert page.status_code == 422
    assert "may not change" in text_of(page)
    page = clerk_client.post(url("retire-group", mine.pk), follow=True)
    assert "may not change" in text_of(page)


def test_a_colleague_and_the_site_next_door_do_not_see_an_own_group(
    clerk_client, administrator_client, southern_client, mine
):
    for client in (administrator_client, southern_client):
        assert mine.name not in client.get(url("groups")).content.decode()
        assert client.get(url("edit-group", mine.pk)).status_code == 404
        assert client.post(url("retire-group", mine.pk)).status_code == 404
        assert client.get(url("list"), {"group": str(mine.pk)}).status_code == 422


def test_a_rule_from_before_a_field_was_dropped_can_be_corrected(clerk_client, mine):
    PersonGroup.objects.update(rule={"all": [{"field": "gone", "op": "is", "value": ["x"]}]})
    assert "no longer kept" in text_of(clerk_client.get(url("groups")))
    assert clerk_client.get(url("list"), {"group": str(mine.pk)}).status_code == 422
    assert "cannot" not in text_of(clerk_client.get(url("count-group", mine.pk), **HTMX))
    assert clerk_client.get(url("edit-group", mine.pk)).status_code == 200
    assert clerk_client.post(url("edit-group", mine.pk), typed(version="1")).status_code == 302

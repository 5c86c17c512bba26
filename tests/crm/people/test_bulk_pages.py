"""The pages of a change for many: from ticks in the list to the undo, by POST only."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from crm.people.bulk_changes import services
from crm.people.choices import BulkState
from crm.people.models import BulkChange, Person
from tests.factories import people

HAKKA = {"go": "1", "action": "add_language", "language": "hak"}


def url(name, *args):
    return reverse(f"people:{name}", args=args)


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


@pytest.fixture(autouse=True)
def clerk(clerk_client):
    clerk_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return User.objects.get()


@pytest.fixture
def three(clerk):
    return [people.person(full_name=name) for name in ("甲", "乙", "丙")]


def test_from_ticks_to_the_undo(clerk_client, three):
    listed = clerk_client.get(url("list"), {"sex": "female"}).content.decode()
    assert f'type="checkbox" name="id" value="{three[0].pk}" aria-label="甲"' in listed
    assert 'name="filter" value="sex=female"' in listed
    assert "Tick all 3 found" in listed

    ticked = {"id": [str(three[0].pk), str(three[1].pk)], "filter": "sex=female"}
    page = clerk_client.post(url("bulk-changes"), ticked)
    assert "For 2 people" in text_of(page)
    assert page.content.decode().count('type="hidden" name="id"') == 2

    page = clerk_client.post(url("bulk-changes"), ticked | HAKKA, follow=True)
    text = text_of(page)
    assert "Would be changed 2" in text
    assert "甲 Mandarin, Southern Min (Hokkien, Teochew) Mandarin, Southern Min" in text
    bulk = BulkChange.objects.get()
    assert Person.objects.filter(languages__contains=["hak"]).count() == 0

    page = clerk_client.post(url("run-bulk-change", bulk.pk), follow=True)
    assert "Changed 2" in text_of(page)
    assert "Undo for everybody" in text_of(page)
    assert Person.objects.filter(languages__contains=["hak"]).count() == 2
    page = clerk_client.post(url("undo-bulk-change", bulk.pk), follow=True)
    assert "Given back 2" in text_of(page)
    assert Person.objects.filter(languages__contains=["hak"]).count() == 0
    assert "add a language: Hakka" in text_of(clerk_client.get(url("bulk-changes")))


def test_all_found_means_the_filter_not_the_page(clerk_client, three, monkeypatch):
    monkeypatch.setattr("crm.people.selectors.PAGE_SIZE", 2)
    people.person(full_name="丁", sex="male", documents=())
    clerk_client.post(url("bulk-changes"), {"all": "1", "filter": "sex=female"} | HAKKA)
    bulk = BulkChange.objects.get()
    assert (bulk.total, bulk.chosen, bulk.criteria) == (3, None, {"sex": "female"})


def test_nobody_ticked_leads_back_to_the_same_list(clerk_client, three):
    page = clerk_client.post(url("bulk-changes"), {"filter": "sex=female"})
    assert page.url == f"{url('list')}?sex=female"
    for odd in ({"id": "x", "filter": ""}, {"all": "1", "filter": "region=桃花源"}, {}):
        assert clerk_client.post(url("bulk-changes"), odd).status_code == 302


@pytest.mark.parametrize(
    "sent",
    [
        {"go": "1"}, {"go": "1", "action": "drop"}, {"go": "1", "action": "region"},
        {"go": "1", "action": "region", "region": "桃花源"}, {"go": "1", "action": "fact"},
        {"go": "1", "action": "fact", "fact": "x=y"}, {"go": "1", "action": "note", "note": " "},
        {"go": "1", "action": "status", "status": "minimised"},
        {"go": "1", "action": "note", "note": "长" * 301},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_said_at_its_field(clerk_client, three, sent):
    page = clerk_client.post(url("bulk-changes"), {"all": "1", "filter": "q=甲"} | sent)
    assert page.status_code == 422
    assert "error-summary" in page.content.decode()
    assert 'name="filter" value="q=%E7%94%B2"' in page.content.decode()
    assert not BulkChange.objects.exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"action": "status", "status": "moved"}, "active moved away"),
        ({"action": "region", "region": "朝阳区"}, "福建省 厦门市 思明区 北京市 朝阳区"),
        ({"action": "fact", "fact": "occupation=retired"}, "甲 — retired"),
        ({"action": "note", "note": "节前走访"}, "甲 — 节前走访"),
    ],
)
def test_each_kind_shows_before_and_after_in_words(clerk_client, three, sent, words):
    page = clerk_client.post(
        url("bulk-changes"), {"all": "1", "filter": "", "go": "1"} | sent, follow=True
    )
    assert words in text_of(page)
    run = clerk_client.post(url("run-bulk-change", BulkChange.objects.get().pk), follow=True)
    assert "Changed 3" in text_of(run)


def test_when_others_match_by_now_a_new_preview_is_shown(clerk_client, three):
    clerk_client.post(url("bulk-changes"), {"all": "1", "filter": ""} | HAKKA)
    people.person(full_name="丁")
    page = clerk_client.post(url("run-bulk-change", BulkChange.objects.get().pk), follow=True)
    assert "for 3 people, now 4 match" in text_of(page)
    assert "Change 4 people" in text_of(page)
    assert not Person.objects.filter(version=2).exists()


def test_a_long_change_shows_its_job(clerk_client, three, monkeypatch, work_off):
    monkeypatch.setattr(services, "AT_ONCE", 2)
    clerk_client.post(url("bulk-changes"), {"all": "1", "filter": ""} | HAKKA)
    bulk = BulkChange.objects.get()
    with work_off():
        page = clerk_client.post(url("run-bulk-change", bulk.pk), follow=True)
        assert f'id="job-{BulkChange.objects.get().job_key}"' in page.content.decode()
        assert "Undo for everybody" not in text_of(page)
    assert "Changed 3" in text_of(clerk_client.get(url("bulk-change", bulk.pk)))


def test_a_preview_is_its_owners_and_a_result_is_every_editors(
    clerk_client, administrator_client, southern_client, member_client, three
):
    clerk_client.post(url("bulk-changes"), {"all": "1", "filter": ""} | HAKKA)
    bulk = BulkChange.objects.get()
    for client in (administrator_client, southern_client):
        assert client.get(url("bulk-change", bulk.pk)).status_code == 404
        assert client.post(url("run-bulk-change", bulk.pk)).status_code == 404
    assert member_client.post(url("run-bulk-change", bulk.pk)).status_code == 403
    clerk_client.post(url("run-bulk-change", bulk.pk))
    assert administrator_client.get(url("bulk-change", bulk.pk)).status_code == 200
    assert southern_client.get(url("bulk-change", bulk.pk)).status_code == 404
    administrator_client.post(url("undo-bulk-change", bulk.pk))
    bulk.refresh_from_db()
    assert bulk.state == BulkState.UNDONE


def test_who_may_not_change_many_sees_no_ticks(clerk_client, three, monkeypatch):
    monkeypatch.setattr("frontend.people.views.may", lambda _user, p: p != "person.bulk_edit")
    page = clerk_client.get(url("list")).content.decode()
    assert "甲" in page
    assert 'name="id"' not in page

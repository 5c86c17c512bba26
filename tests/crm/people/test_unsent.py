"""What was typed and not sent is kept for its owner only, offered again, and ends when sent."""

import datetime as dt

import pytest
from django.urls import reverse

from accounts.errors import UnsentFormTooLongError
from accounts.models import UnsentForm
from accounts.roles import Role
from accounts.services import forget_old_unsent, keep_unsent
from tenants.context import inside
from tests.crm.people.test_pages import form_data
from tests.factories.people import NOW, person
from tests.fixtures_accounts import client_of, make_account

ADD = reverse("people:add", urlconf="config.urls_tenant")


def keep(client, form="people:add", **data):
    return client.post(reverse("unsent:keep", args=[form]), form_data(**data))


def test_what_was_typed_is_offered_when_the_form_is_opened_again(clerk_client):
    assert "did not send" not in english(clerk_client.get(ADD, **ENGLISH))
    assert keep(clerk_client, full_name="曾庆").status_code == 204
    assert keep(clerk_client, full_name="曾庆红", note="周三在家").status_code == 204

    offer = english(clerk_client.get(ADD, **ENGLISH))
    assert "did not send" in offer
    assert "周三在家" not in offer
    reopened = clerk_client.get(ADD, {"continue": "1"}, **ENGLISH)
    form = reopened.context["form"].form
    assert (form["full_name"].value(), form["note"].value()) == ("曾庆红", "周三在家")
    assert UnsentForm.objects.count() == 1


def test_sending_the_form_ends_it(clerk_client):
    keep(clerk_client, full_name="曾庆红")
    assert clerk_client.post(ADD, form_data(region_code="")).status_code == 302
    assert not UnsentForm.objects.exists()


def test_a_form_with_mistakes_stays_kept(clerk_client):
    keep(clerk_client, full_name="曾庆红")
    assert clerk_client.post(ADD, form_data(full_name="")).status_code == 422
    assert UnsentForm.objects.exists()


def test_it_can_be_thrown_away(clerk_client):
    keep(clerk_client)
    discard = reverse("unsent:discard", args=["people:add"])
    assert clerk_client.post(discard, {"next": ADD}).url == ADD
    assert clerk_client.post(discard, {"next": "https://elsewhere.example/"}).url == "/"
    assert not UnsentForm.objects.exists()


def test_nobody_else_sees_it(north, clerk_client, southern_client, south):
    keep(clerk_client, full_name="曾庆红")
    colleague = client_of(north, Role.CLERK)
    assert colleague.get(ADD).context["unsent"].found is None
    with inside(south):
        assert southern_client.get(ADD).context["unsent"].found is None


def test_every_person_has_a_form_of_their_own(clerk_client):
    one, other = person(), person()
    keep(clerk_client, form=f"people:edit:{one.pk}", note="x")
    edit = reverse("people:edit", args=[other.pk])
    assert clerk_client.get(edit).context["unsent"].found is None
    edit = reverse("people:edit", args=[one.pk])
    assert clerk_client.get(edit).context["unsent"].found is not None


def test_it_lies_sealed_and_without_the_token(clerk_client):
    clerk_client.post(
        reverse("unsent:keep", args=["people:add"]),
        {"note": "周三在家", "csrfmiddlewaretoken": "secret"},
    )
    kept = UnsentForm.objects.get()
    assert "note" not in str(kept.content)
    assert kept.content.reveal() == "note=%E5%91%A8%E4%B8%89%E5%9C%A8%E5%AE%B6"


def test_more_than_anybody_types_is_refused(north):
    with pytest.raises(UnsentFormTooLongError):
        keep_unsent(user=make_account(Role.CLERK), form="x", content="x" * 100_001, now=NOW)


def test_a_week_ends_it(north):
    user = make_account(Role.CLERK)
    keep_unsent(user=user, form="old", content="a=1", now=NOW)
    keep_unsent(user=user, form="new", content="a=1", now=NOW + dt.timedelta(days=1))
    assert forget_old_unsent(now=NOW + dt.timedelta(days=7, hours=1)) == 1
    assert UnsentForm.objects.get().form == "new"


ENGLISH = {"headers": {"accept-language": "en"}}


def english(answer):
    return answer.content.decode()

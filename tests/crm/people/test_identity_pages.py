"""Pages of identities: what they show is never more than is true, and every step has its form."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from crm.people.choices import IdentityCode, IdentityState, ResidenceRight
from crm.people.identities import grounds, services, stays
from crm.people.identities.rules import Move
from crm.people.identities.selectors import last_key
from crm.people.identities.stays import StayValues
from crm.people.models import OverseasKin, PersonIdentity, Stay
from crm.people.values import IdentityValues
from tenants import access
from tenants.permissions import GRANTS, Permission
from tests.factories import people
from tests.factories.people import NOW, TODAY
from tests.fixtures_accounts import client_of

S = IdentityState
NUMBER = "闽厦侨86-0117"


def url(name, *args):
    return reverse(f"people:{name}", args=args)


@pytest.fixture
def identity(north):
    person = people.person(identities=(IdentityValues(code=IdentityCode.RELATIVE, country="ID"),))
    return person.identities.get()


def page_of(identity):
    return url("identity", identity.person_id, identity.pk)


def form_of(identity, to):
    return url("identity-step", identity.person_id, identity.pk, to)


def seen(identity):
    return str(last_key(PersonIdentity.objects.get(pk=identity.pk)))


def read(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def bring(identity, *states):
    for to in states:
        recognition = {"recognised_by": "厦门市侨务办公室", "certificate": NUMBER}
        services.move(
            identity_id=identity.pk,
            seen=last_key(PersonIdentity.objects.get(pk=identity.pk)),
            move=Move(
                to=to, on=TODAY, reason="材料不足",
                **(recognition if to is S.RECOGNISED else {}),
            ),
            by=None,
            now=NOW,
        )  # fmt: skip


WAYS = {
    S.SELF_DECLARED: (),
    S.MATERIALS_CHECKED: (S.MATERIALS_CHECKED,),
    S.SUBMITTED: (S.MATERIALS_CHECKED, S.SUBMITTED),
    S.REFUSED: (S.MATERIALS_CHECKED, S.SUBMITTED, S.REFUSED),
    S.RECOGNISED: (S.MATERIALS_CHECKED, S.SUBMITTED, S.RECOGNISED),
    S.ENDED: (S.ENDED,),
}


GREEN_BESIDES = {"在册", "active", "已核对", "checked"}


@pytest.mark.parametrize("state", S)
def test_nobody_is_shown_as_recognised_who_is_not(clerk_client, identity, state):
    """On every page that names the identity: the list, the person, the identity itself."""
    bring(identity, *WAYS[state])
    detail = url("detail", identity.person_id)
    shown = {
        address: read(clerk_client, address) for address in (url("list"), detail, page_of(identity))
    }
    for address, page in shown.items():
        green = re.findall(r'class="badge badge-good">([^<]*)<', page)
        if address == detail:
            # There, people on the register and checked papers are green too.
            green = [text for text in green if text not in GREEN_BESIDES]
        assert bool(green) is (state is S.RECOGNISED), (address, green)
        assert ("侨务办公室" in page) is (state is S.RECOGNISED and address != url("list"))
        assert NUMBER not in page
    if state not in {S.RECOGNISED, S.ENDED}:
        assert "not recognised" in shown[url("list")] or "未认定" in shown[url("list")]


def test_an_undone_or_ended_recognition_shows_that_it_is_over(clerk_client, identity):
    bring(identity, *WAYS[S.RECOGNISED], S.ENDED)
    page = read(clerk_client, page_of(identity))
    assert "badge-good" not in page
    assert "曾由厦门市侨务办公室认定" in page or "was recognised by" in page


def test_an_identity_is_brought_to_recognition_with_its_forms(clerk_client, identity):
    today = timezone.localdate()
    page = read(clerk_client, page_of(identity))
    assert form_of(identity, "materials_checked") in page
    assert form_of(identity, "recognised") not in page

    for to in ("materials_checked", "submitted"):
        assert "seen" in read(clerk_client, form_of(identity, to))
        done = clerk_client.post(
            form_of(identity, to), {"seen": seen(identity), "on": today.isoformat(), "reason": ""}
        )
        assert done["Location"] == page_of(identity)

    address = form_of(identity, "recognised")
    wrong = clerk_client.post(address, {
        "seen": seen(identity), "on": "", "recognised_by": "厦门市侨务办公室", "certificate": "",
    })  # fmt: skip
    assert wrong.status_code == 422
    assert "厦门市侨务办公室" in wrong.content.decode()  # nothing typed is lost
    done = clerk_client.post(address, {
        "seen": seen(identity), "on": today.isoformat(), "recognised_by": "厦门市侨务办公室",
        "certificate": NUMBER, "reason": "",
    })  # fmt: skip
    assert done.status_code == 302
    identity.refresh_from_db()
    assert identity.state == S.RECOGNISED

    page = read(clerk_client, page_of(identity))
    undo = url("identity-undo", identity.person_id, identity.pk)
    assert undo in page
    assert NUMBER not in page
    clerk_client.post(undo, {"seen": seen(identity)})
    identity.refresh_from_db()
    assert identity.state == S.SUBMITTED
    page = read(clerk_client, page_of(identity))
    assert undo not in page
    assert "<s>" in page


def test_the_certificate_is_shown_with_a_reason(clerk_client, identity):
    bring(identity, *WAYS[S.RECOGNISED])
    address = url("reveal", identity.person_id, f"identities.{identity.pk}")
    assert address in read(clerk_client, page_of(identity))
    shown = clerk_client.post(address, {"reason": "application", "explanation": ""})
    assert NUMBER in shown.content.decode()


def test_a_refusal_in_a_form_is_at_its_field(clerk_client, identity):
    address = form_of(identity, "ended")
    sent = {"seen": seen(identity), "on": "2999-01-01", "reason": "搬走"}
    page = clerk_client.post(address, sent)
    assert page.status_code == 422
    assert "id_on_error" in page.content.decode()
    assert "搬走" in page.content.decode()


def test_a_form_opened_before_another_step_is_409(clerk_client, identity):
    old = seen(identity)
    bring(identity, S.MATERIALS_CHECKED)
    sent = {"seen": old, "on": "2026-03-01", "reason": "重复登记"}
    page = clerk_client.post(form_of(identity, "ended"), sent)
    assert page.status_code == 409
    assert "重复登记" in page.content.decode()
    # A link to a step that is no longer the next one leads to the identity.
    gone = clerk_client.get(form_of(identity, "materials_checked"))
    assert gone["Location"] == page_of(identity)


def test_who_may_not_decide_sees_no_such_button_and_is_refused(north, identity, monkeypatch):
    fewer = GRANTS | {Role.CLERK: GRANTS[Role.CLERK] - {Permission.IDENTITY_DECIDE}}
    monkeypatch.setattr(access, "GRANTS", fewer)
    client = client_of(north, Role.CLERK)
    bring(identity, S.MATERIALS_CHECKED, S.SUBMITTED)
    page = read(client, page_of(identity))
    for to in ("recognised", "refused", "ended"):
        assert form_of(identity, to) not in page
        assert client.post(form_of(identity, to), {}).status_code == 403
    keep = url("identity-keep", identity.person_id, identity.pk)
    assert client.post(keep, {"reason": "x"}).status_code == 403


def abroad(person):
    return OverseasKin.objects.create(person=person, relation="SIB", country="MY", created_at=NOW)


def test_a_link_is_chosen_ended_reviewed_and_kept(clerk_client, identity):
    kin = abroad(identity.person)
    page = read(clerk_client, page_of(identity))
    assert f"abroad:{kin.pk}" in page
    add = url("ground-add", identity.person_id, identity.pk)
    assert clerk_client.post(add, {"ground": "abroad:x"}).status_code == 422
    assert clerk_client.get(add)["Location"] == page_of(identity)
    assert clerk_client.post(add, {"ground": f"abroad:{kin.pk}"}).status_code == 302

    ground = identity.grounds.get()
    end = url("ground-end", identity.person_id, identity.pk, ground.pk)
    assert end in read(clerk_client, page_of(identity))
    today = timezone.localdate().isoformat()
    assert clerk_client.post(end, {"reason": "death", "on": today}).status_code == 422
    assert clerk_client.post(end, {"reason": "support_ended", "on": today}).status_code == 302

    assert url("reviews") in read(clerk_client, reverse("site:today"))
    reviews = read(clerk_client, url("reviews"))
    assert page_of(identity) in reviews
    assert page_of(identity) not in read(clerk_client, url("reviews") + "?reason=divorce")
    assert page_of(identity) in read(clerk_client, url("reviews") + "?reason=support_ended")

    keep = url("identity-keep", identity.person_id, identity.pk)
    assert keep in read(clerk_client, page_of(identity))
    assert clerk_client.post(keep, {"seen": seen(identity), "reason": ""}).status_code == 422
    sent = {"seen": seen(identity), "reason": "另有姐姐在菲律宾"}
    assert clerk_client.post(keep, sent).status_code == 302
    assert "另有姐姐在菲律宾" in read(clerk_client, page_of(identity))
    assert page_of(identity) not in read(clerk_client, url("reviews"))
    assert url("reviews") not in read(clerk_client, reverse("site:today"))


def test_the_history_page_tells_the_steps_too(clerk_client, identity):
    bring(identity, S.MATERIALS_CHECKED)
    grounds.add_ground(
        identity_id=identity.pk, key=f"abroad:{abroad(identity.person).pk}", by=None, now=NOW
    )
    assert "材料不足" in read(clerk_client, url("history", identity.person_id))


def test_the_list_is_narrowed_to_recognised_people(clerk_client, identity):
    other = people.person(full_name="许文辉")
    bring(identity, *WAYS[S.RECOGNISED])
    page = read(clerk_client, url("list") + "?identity_state=recognised")
    assert "曾庆红" in page
    assert other.full_name not in page
    assert "曾庆红" not in read(
        clerk_client, url("list") + "?identity=GQ&identity_state=recognised"
    )


STAY = {
    "country": "ID", "begins_on": "2019-05-01", "ends_on": "2020-09-01", "right": "permanent",
    "purpose": "settled",
}  # fmt: skip


def test_stays_are_entered_computed_and_removed(clerk_client, identity):
    person = identity.person
    page_url, add = url("residence", person.pk), url("stay-add", person.pk)
    assert page_url in read(clerk_client, url("detail", person.pk))
    read(clerk_client, page_url)

    wrong = clerk_client.post(add, STAY | {"ends_on": "2019-04-01"})
    assert wrong.status_code == 422
    assert "2019-05-01" in wrong.content.decode()
    assert clerk_client.get(add)["Location"] == page_url
    assert clerk_client.post(add, STAY)["Location"] == page_url

    page = read(clerk_client, page_url)
    # 489 days of 731 from 1 May 2019; 242 of them after the last day there.
    assert "489" in page
    assert "549" in page
    assert "8.0" in page
    assert "badge-good" not in page

    stay = Stay.objects.get()
    removed = clerk_client.post(url("stay-remove", person.pk, stay.pk))
    assert removed.status_code == 200
    assert 'value="2019-05-01"' in removed.content.decode()
    again = clerk_client.post(url("stay-remove", person.pk, stay.pk))
    assert again["Location"] == page_url
    assert not Stay.objects.exists()


def test_stays_that_are_enough_say_so_and_refuse_nothing(clerk_client, identity):
    stays.add_stay(
        person_id=identity.person_id,
        values=StayValues(
            country="ID", begins_on=dt.date(2010, 1, 1), right=ResidenceRight.PERMANENT
        ),
        by=None,
        now=NOW,
    )
    assert "notice-good" in read(clerk_client, url("residence", identity.person_id))


def test_next_door_finds_none_of_the_pages(identity, south):
    stranger = client_of(south, Role.ADMINISTRATOR)
    for address in (
        page_of(identity), form_of(identity, "ended"), url("residence", identity.person_id),
        url("identity-keep", identity.person_id, identity.pk),
    ):  # fmt: skip
        assert stranger.get(address).status_code == 404
    assert "曾庆红" not in read(stranger, url("reviews"))
    assert stranger.post(url("stay-add", identity.person_id), STAY).status_code == 404

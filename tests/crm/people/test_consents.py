"""Consents: who may give them, in which words, and what taking one back does."""

import dataclasses
import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.models import AuditEntry
from common.errors import DomainError
from crm.people import events, purposes
from crm.people.choices import ConsentChannel, ConsentGiver, Precision
from crm.people.consents.selectors import (
    ENDED,
    OUTDATED,
    STANDING,
    WITHDRAWN,
    ConsentFilter,
    consents,
    has_consent,
    state_of,
)
from crm.people.consents.services import give_consent, withdraw_consent
from crm.people.models import Consent
from crm.people.purposes import PURPOSES, Wording
from tenants.context import inside
from tests.factories.people import NOW, TODAY, person
from tests.fixtures_accounts import client_of

LATER = NOW + dt.timedelta(minutes=5)


def give(somebody, purpose="register", **values):
    given = {"channel": ConsentChannel.DESK, "given_on": TODAY, "by": None, "now": NOW} | values
    return give_consent(person_id=somebody.pk, purpose=purpose, **given)


def new_words(monkeypatch, code="register"):
    old = PURPOSES[code]
    newer = dataclasses.replace(
        old, wordings=(*old.wordings, Wording("2026-12-01", "新的文字。", "New words."))
    )
    monkeypatch.setitem(purposes.PURPOSES, code, newer)


def test_a_consent_holds_until_it_is_taken_back(north):
    somebody = person()
    assert not has_consent(somebody.pk, "register", day=TODAY)
    consent = give(somebody)
    assert has_consent(somebody.pk, "register", day=TODAY)
    assert not has_consent(somebody.pk, "messages", day=TODAY)
    withdraw_consent(consent_id=consent.pk, channel=ConsentChannel.PHONE, by=None, now=LATER)
    assert not has_consent(somebody.pk, "register", day=TODAY)
    consent.refresh_from_db()
    assert (consent.withdrawn_at, consent.withdrawal_channel) == (LATER, "phone")


def test_rooms_that_rely_on_it_hear_of_the_withdrawal_and_can_refuse_nothing_silently(north):
    heard = []

    def listen(sender, **told):
        heard.append(told)

    events.consent_withdrawn.connect(listen)
    try:
        consent = give(person(), "referral", recipient="林律师")
        withdraw_consent(consent_id=consent.pk, channel=ConsentChannel.DESK, by=None, now=LATER)
    finally:
        events.consent_withdrawn.disconnect(listen)
    assert [(told["consent"], told["purpose"], told["recipient"]) for told in heard] == [
        (consent.pk, "referral", "林律师")
    ]


def test_a_consent_is_taken_back_once(north):
    consent = give(person())
    withdraw_consent(consent_id=consent.pk, channel=ConsentChannel.DESK, by=None, now=LATER)
    with pytest.raises(DomainError) as refused:
        withdraw_consent(consent_id=consent.pk, channel=ConsentChannel.DESK, by=None, now=LATER)
    assert refused.value.code == "consent_withdrawn"


def test_the_same_consent_twice_is_one(north):
    somebody = person()
    assert give(somebody) == give(somebody)
    assert Consent.objects.count() == 1


def test_each_recipient_is_asked_for(north):
    somebody = person()
    give(somebody, "referral", recipient="林律师")
    give(somebody, "referral", recipient="王律师")
    assert has_consent(somebody.pk, "referral", recipient="林律师", day=TODAY)
    assert not has_consent(somebody.pk, "referral", recipient="陈律师", day=TODAY)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"purpose": "everything"}, "purpose_unknown"),
        ({"purpose": "referral"}, "recipient_missing"),
        ({"given_by": ConsentGiver.GUARDIAN}, "giver_missing"),
        ({"given_by": ConsentGiver.AGENT, "giver_name": " "}, "giver_missing"),
        ({"channel": ConsentChannel.PAPER}, "proof_missing"),
        ({"given_on": TODAY + dt.timedelta(days=1)}, "consent_date"),
        ({"valid_until": TODAY - dt.timedelta(days=1)}, "consent_date"),
    ],
)
def test_what_is_missing_is_said_at_its_field(north, values, code):
    with pytest.raises(DomainError) as refused:
        give(person(), **values)
    assert refused.value.code == code
    assert refused.value.field
    assert not Consent.objects.exists()


def test_under_fourteen_a_guardian_agrees(north):
    child = person(documents=(), birth_date=dt.date(2012, 3, 3), birth_precision=Precision.DAY)
    with pytest.raises(DomainError) as refused:
        give(child)
    assert refused.value.code == "guardian_missing"
    consent = give(child, given_by=ConsentGiver.GUARDIAN, giver_name="曾建国")
    assert str(consent.giver_name) == "曾*"
    tomorrow = NOW + dt.timedelta(days=1)  # the fourteenth birthday
    assert give(child, "messages", given_on=TODAY, now=tomorrow)


def test_new_words_must_be_asked_for_anew(north, monkeypatch):
    somebody = person()
    old = give(somebody)
    new_words(monkeypatch)
    assert state_of(old, TODAY) == OUTDATED
    assert not has_consent(somebody.pk, "register", day=TODAY)
    newer = give(somebody, now=LATER)
    old.refresh_from_db()
    assert (state_of(old, TODAY), state_of(newer, TODAY)) == (WITHDRAWN, STANDING)


def test_a_consent_can_end_by_itself(north):
    consent = give(person(), valid_until=TODAY)
    assert state_of(consent, TODAY) == STANDING
    assert state_of(consent, TODAY + dt.timedelta(days=1)) == ENDED
    assert not has_consent(consent.person_id, "register", day=TODAY + dt.timedelta(days=1))


def test_the_register_is_narrowed_by_purpose_and_state(north, monkeypatch):
    standing, ended = give(person()), give(person(), valid_until=TODAY)
    outdated, taken_back = give(person(), "messages"), give(person(), "photo")
    withdraw_consent(consent_id=taken_back.pk, channel=ConsentChannel.DESK, by=None, now=LATER)
    new_words(monkeypatch, "messages")
    tomorrow = TODAY + dt.timedelta(days=1)

    def found(**wanted):
        return set(consents(ConsentFilter(**wanted), day=tomorrow))

    assert found() == {standing, ended, outdated, taken_back}
    assert found(state=STANDING) == {standing}
    assert found(state=ENDED) == {ended}
    assert found(state=OUTDATED) == {outdated}
    assert found(state=WITHDRAWN) == {taken_back}
    assert found(purpose="photo") == {taken_back}


def test_the_database_holds_one_standing_consent_of_a_kind(north):
    consent = give(person())
    consent.pk = None
    consent.id = Consent._meta.pk.get_default()
    consent._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        consent.save(force_insert=True)


def test_every_wording_is_in_both_languages_and_versions_grow():
    for purpose in PURPOSES.values():
        versions = [wording.version for wording in purpose.wordings]
        assert versions == sorted(set(versions))
        assert all(wording.text_zh and wording.text_en for wording in purpose.wordings)
        assert purpose.is_separate or "单独" not in purpose.current.text_zh


def test_a_clerk_writes_a_consent_down_and_takes_it_back(clerk_client):
    somebody = person()
    address = reverse("people:give-consent", args=[somebody.pk, "referral"])
    assert (
        "单独同意" in clerk_client.get(address, headers={"accept-language": "zh"}).content.decode()
    )
    sent = {"channel": "paper", "given_by": "self", "given_on": "2026-03-02", "recipient": "林律师"}
    refused = clerk_client.post(address, sent)
    assert refused.status_code == 422
    assert refused.context["form"]["recipient"].value() == "林律师"
    assert refused.context["form"].errors.keys() == {"proof"}

    answer = clerk_client.post(address, sent | {"proof": "第3夹"})
    assert answer.status_code == 302
    consent = Consent.objects.get()
    assert "林律师" in clerk_client.get(answer.url).content.decode()
    assert AuditEntry.objects.filter(action="consent.give", person_key=somebody.pk).exists()

    withdraw = reverse("people:withdraw-consent", args=[somebody.pk, consent.pk])
    assert clerk_client.get(withdraw).status_code == 200
    assert clerk_client.post(withdraw, {"channel": "phone"}).status_code == 302
    consent.refresh_from_db()
    assert consent.withdrawn_by == clerk_client.user


def test_the_sheet_to_sign_names_the_words_and_leaves_room_to_sign(clerk_client):
    somebody = person()
    page = clerk_client.get(reverse("people:consent-paper", args=[somebody.pk, "photo"]))
    text = page.content.decode()
    assert PURPOSES["photo"].current.version in text
    assert 'class="signature"' in text
    assert (
        clerk_client.get(reverse("people:consent-paper", args=[somebody.pk, "nothing"])).status_code
        == 404
    )


def test_members_decide_for_themselves_and_for_nobody_else(north):
    mine, other = person(), person()
    member = client_of(north, Role.MEMBER)
    User.objects.filter(pk=member.user.pk).update(person_key=mine.pk)
    foreign = give(other)

    page = reverse("people:own-consents")
    assert "register" in [code.code for code, _words in member.get(page).context["offers"]]
    assert member.post(reverse("people:give-own-consent", args=["register"])).url == page
    consent = Consent.objects.get(person=mine)
    assert (consent.channel, consent.created_by) == ("online", member.user)
    member.post(reverse("people:withdraw-own-consent", args=[consent.pk]))
    consent.refresh_from_db()
    assert consent.withdrawal_channel == "online"
    assert member.post(reverse("people:withdraw-own-consent", args=[foreign.pk])).status_code == 404
    assert member.post(reverse("people:give-own-consent", args=["referral"])).status_code == 404


def test_an_account_without_a_file_is_told_so(member_client):
    page = member_client.get(reverse("people:own-consents"))
    assert page.context["has_file"] is False
    give_own = reverse("people:give-own-consent", args=["register"])
    assert member_client.post(give_own).status_code == 404


def test_another_site_sees_no_consent(north, southern_client, south):
    consent = give(person())
    address = reverse("people:withdraw-consent", args=[consent.person_id, consent.pk])
    with inside(south):
        assert southern_client.get(address).status_code == 404
        assert not southern_client.get(reverse("people:consents")).context["lines"]

"""How far the demonstration's identities are established: the same on every run, by our rules."""

import hashlib
import itertools
from collections import Counter
from dataclasses import replace

import pytest

from config.demo_people import load_people
from crm.people.choices import IdentityState
from crm.people.identities.residence import check_residence
from crm.people.identities.rules import TRANSITIONS, last_day
from crm.people.identities.selectors import steps_of, to_review, with_history
from crm.people.identities.stays import StayValues, check_stay
from crm.people.models import Person, PersonIdentity, Stay
from network.demo.people import REFERENCE_DATE, generate_people
from network.demo.standing import DemoStanding, standing_of, stays_of
from tests.factories.people import NOW, TODAY


@pytest.fixture(scope="module")
def standings() -> list[DemoStanding]:
    return [
        standing_of(person, identity.code)
        for person in generate_people("siming", 900)
        for identity in person.identities
    ]


def test_it_is_the_same_on_every_run(standings):
    text = "\n".join(map(repr, standings))
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "94abac019a9085e6"


def test_every_state_can_be_met_and_a_body_stands_with_a_recognition_only(standings):
    states = Counter(s.steps[-1].to if s.steps else "self_declared" for s in standings)
    assert set(states) == set(IdentityState)
    assert states["recognised"] > 100
    for standing in standings:
        is_recognised = bool(standing.steps) and standing.steps[-1].to == "recognised"
        assert bool(standing.recognised_by) is bool(standing.certificate) is is_recognised
        assert all(step.on <= REFERENCE_DATE for step in standing.steps)


def test_stays_are_of_people_who_went_abroad_and_do_not_overlap():
    found = [stays_of(person) for site in ("siming", "fengze") for person in
             generate_people(site, 600)]  # fmt: skip
    assert 10 < sum(map(bool, found)) < 200
    assert all(
        one.ends_on <= other.begins_on
        for stays in found
        for one, other in itertools.pairwise(stays)
    )


def load(site, count):
    """Load people without native places: this database has no regions."""
    people = generate_people(site, count)
    load_people((replace(person, native_region="") for person in people), now=NOW)


def test_what_is_loaded_keeps_our_own_rules(north):
    # Some of a campus, where there are returned students too.
    load("fengze", 250)
    identities = list(with_history(PersonIdentity.objects.all()))
    assert len({identity.state for identity in identities}) >= 5
    for identity in identities:
        steps = steps_of(identity)
        assert steps[-1].to_state == identity.state
        for step, following in itertools.pairwise(steps):
            assert following.from_state == step.to_state
            moved = following.to_state != step.to_state
            assert not moved or following.to_state in TRANSITIONS[step.to_state]
        assert (last_day(steps) or TODAY) <= TODAY
    assert Stay.objects.exists()
    for stay in Stay.objects.all():
        others = Stay.objects.filter(person=stay.person_id).exclude(pk=stay.pk)
        values = StayValues(
            country=stay.country,
            begins_on=stay.begins_on,
            ends_on=stay.ends_on,
            right=stay.right,
            purpose=stay.purpose,
        )
        assert not check_stay(values, others, today=TODAY)
    results = {
        check_residence(person.stays.all(), today=TODAY).is_enough
        for person in Person.objects.filter(stays__isnull=False).distinct()
    }
    assert results == {True, False}


def test_some_wait_for_a_review(north):
    load("siming", 400)
    assert to_review().count() >= 1

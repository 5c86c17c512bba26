"""Invent how far the identities of a demonstration's people are established, and their stays.

The same on every run: everything follows from the person, and nothing from the clock.
"""

import datetime as dt
from dataclasses import dataclass

from network.demo.dice import Dice
from network.demo.people import REFERENCE_DATE, DemoPerson

# By identity: the state it came to. Weights are invented, and so that each state can be met.
_STATES = {
    "GQ": {"recognised": 60, "self_declared": 20, "materials_checked": 8, "submitted": 8,
           "refused": 2, "ended": 2},
    "QJ": {"recognised": 34, "self_declared": 44, "materials_checked": 8, "submitted": 8,
           "refused": 3, "ended": 3},
    "HQ": {"recognised": 20, "self_declared": 60, "materials_checked": 12, "submitted": 8},
}  # fmt: skip
_WAYS = {
    "self_declared": (),
    "materials_checked": ("materials_checked",),
    "submitted": ("materials_checked", "submitted"),
    "recognised": ("materials_checked", "submitted", "recognised"),
    "refused": ("materials_checked", "submitted", "refused"),
    "ended": ("ended",),
}
_REASONS = {
    "refused": ("国外居留证明不足", "亲属关系证明缺少公证"),
    "ended": ("重复登记", "本人说明不再申报"),
}
# From this age on, most 归侨 have had their certificate for decades.
_OLD_CERTIFICATE_AGE = 55
# One recognised 侨眷 in so many waits for a review after a divorce.
_REVIEW_CHANCE = 1 / 60


@dataclass(frozen=True, slots=True)
class DemoStep:
    """A change of state: codes of `crm.people.choices.IdentityState`, and the day it happened."""

    to: str
    on: dt.date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DemoStanding:
    """How far an identity came. Body and certificate are empty unless it is recognised."""

    steps: tuple[DemoStep, ...]
    recognised_by: str = ""
    certificate: str = ""
    is_to_review: bool = False


@dataclass(frozen=True, slots=True)
class DemoStay:
    """A time abroad, half-open; ``right`` and ``purpose`` are codes of `crm.people.choices`."""

    country: str
    begins_on: dt.date
    ends_on: dt.date | None
    right: str
    purpose: str


def standing_of(person: DemoPerson, code: str) -> DemoStanding:
    """Return how far the identity ``code`` of a person is established."""
    dice = Dice(f"qiaojia-demo-standing-{_seed(person)}-{code}")
    if code not in _STATES:
        return DemoStanding(steps=())
    state = dice.weigh(_STATES[code])
    # Days of a last half year of the demonstration, in order.
    day = REFERENCE_DATE - dt.timedelta(days=dice.between(90, 180))
    steps = []
    for to in _WAYS[state]:
        reason = dice.pick(_REASONS[to]) if to in _REASONS else ""
        steps.append(DemoStep(to, day, reason))
        day += dt.timedelta(days=dice.between(3, 28))
    if state != "recognised":
        return DemoStanding(tuple(steps))
    age = REFERENCE_DATE.year - person.birth_date.year
    if age >= _OLD_CERTIFICATE_AGE and dice.chance(0.8):
        # Recognised long before the site was there: nothing was submitted by it.
        year = dice.between(max(1980, person.birth_date.year + 20), 2010)
        old = dt.date(year, dice.between(1, 12), dice.between(1, 28))
        steps = [steps[0], DemoStep("recognised", old)]
    city = person.address[: person.address.index("市") + 1]
    recognised_on = steps[-1].on
    return DemoStanding(
        steps=tuple(steps),
        recognised_by=f"{city}人民政府侨务办公室",
        certificate=f"闽侨{code}{recognised_on:%Y}{dice.between(1, 9_999):04}",
        is_to_review=code == "QJ" and dice.chance(_REVIEW_CHANCE),
    )


def stays_of(person: DemoPerson) -> tuple[DemoStay, ...]:
    """Return the stays somebody told the site: of one 华侨 in three, and of returned students."""
    dice = Dice(f"qiaojia-demo-stays-{_seed(person)}")
    code, country = person.identities[0].code, person.identities[0].country
    age = REFERENCE_DATE.year - person.birth_date.year
    if code not in {"HQ", "LXGG"} or age < 25 or not dice.chance(1 / 3):
        return ()
    begins = REFERENCE_DATE - dt.timedelta(days=dice.between(900, 2_600))
    if code == "LXGG":
        ends = begins + dt.timedelta(days=dice.between(600, 800))
        return (DemoStay(country, begins, ends, "legal", "study"),)
    right = "permanent" if dice.chance(0.6) else "legal"
    home = begins + dt.timedelta(days=dice.between(200, 500))
    back = home + dt.timedelta(days=dice.between(20, 150))
    return (
        DemoStay(country, begins, home, right, "settled"),
        DemoStay(country, back, None, right, "settled"),
    )


def _seed(person: DemoPerson) -> str:
    return f"{person.address}-{person.full_name}-{person.birth_date}"

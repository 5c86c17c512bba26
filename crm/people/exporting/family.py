"""What columns say about families, stays abroad and consents; everything must be loaded.

A relative on the register is somebody else: their names have no masked form (`Spec`). Relatives
abroad are told by what they are and where; their names never leave.
"""

from crm.people.cells import join
from crm.people.exporting.specs import Needs, beside, country
from crm.people.exporting.words import IDENTITY_WORDS, KIN_WORDS, ROLE_WORDS, STANDING_WORDS
from crm.people.kinship.selectors import term_seen_from
from crm.people.models import HouseholdMember, IdentityGround, Kinship, OverseasKin, Person
from crm.people.purposes import PURPOSES

HOUSEHOLDS: Needs = ("memberships__household",)
KIN: Needs = ("kin__relative", "kin_of__person")
ABROAD: Needs = ("overseas_kin",)
GROUNDS: Needs = (
    "identities__grounds__kinship__person",
    "identities__grounds__kinship__relative",
    "identities__grounds__next_link__person",
    "identities__grounds__next_link__relative",
    "identities__grounds__overseas_kin",
)


def household_numbers(person: Person, _is_clear: bool) -> str:
    """Return the numbers of the households somebody belongs to."""
    return beside([one.household.number for one in _memberships(person)])


def household_names(person: Person, _is_clear: bool) -> str:
    """Return what those households are called."""
    return join([one.household.label for one in _memberships(person)])


def household_roles(person: Person, _is_clear: bool) -> str:
    """Return what somebody is in each of them."""
    return join([ROLE_WORDS[one.role] for one in _memberships(person)])


def kin(person: Person, is_clear: bool) -> str:
    """Return the relatives on the register who are linked to somebody directly, with names."""
    if not is_clear:
        return ""
    links = [*person.kin.all(), *person.kin_of.all()]
    return join([_named(person, link) for link in links if link.counts])


def relations_abroad(person: Person, _is_clear: bool) -> str:
    """Return what the relatives abroad are to somebody."""
    return join([KIN_WORDS[one.relation] for one in _abroad(person)])


def countries_abroad(person: Person, _is_clear: bool) -> str:
    """Return where they are, in the same order."""
    return beside([country(one.country) for one in _abroad(person)])


def standings_abroad(person: Person, _is_clear: bool) -> str:
    """Return what they are in law, in the same order."""
    return beside([STANDING_WORDS.get(one.standing, "") for one in _abroad(person)])


def grounds(person: Person, is_clear: bool) -> str:
    """Return for each identity whose relative somebody is."""
    if not is_clear:
        return ""
    return join(
        [
            f"{IDENTITY_WORDS[identity.code]}：{_ground(person, ground)}"
            for identity in person.identities.all()
            if identity.ended_on is None
            for ground in identity.grounds.all()
            if ground.ended_on is None
        ]
    )


def stays(person: Person, is_clear: bool) -> str:
    """Return the times somebody lived abroad."""
    if not is_clear:
        return ""
    return join(
        [
            f"{country(stay.country)} {stay.begins_on} 至 {stay.ends_on or '今'}"
            for stay in person.stays.all()
        ]
    )


def consents(person: Person, _is_clear: bool) -> str:
    """Return what somebody agreed to and has not taken back, since when and until when."""
    return join(
        [
            f"{PURPOSES[one.purpose].label if one.purpose in PURPOSES else one.purpose}"
            f"（{one.given_on} 至 {one.valid_until or '撤回'}）"
            for one in person.consents.all()
            if one.withdrawn_at is None
        ]
    )


def _memberships(person: Person) -> list[HouseholdMember]:
    return [one for one in person.memberships.all() if one.valid_to is None]


def _abroad(person: Person) -> list[OverseasKin]:
    return [one for one in person.overseas_kin.all() if one.ended_on is None]


def _named(person: Person, link: Kinship) -> str:
    other = link.relative if link.person_id == person.pk else link.person
    return f"{term_seen_from(person, link)} {other.full_name}"


def _ground(person: Person, ground: IdentityGround) -> str:
    if ground.kinship is None:
        abroad = ground.overseas_kin
        where = country(abroad.country) if abroad else ""
        return f"{KIN_WORDS[abroad.relation]}（{where or '境外'}）" if abroad else ""
    near = ground.kinship
    text = _named(person, near)
    if ground.next_link is None:
        return text
    between = near.relative if near.person_id == person.pk else near.person
    return f"{text}的{_named(between, ground.next_link)}"

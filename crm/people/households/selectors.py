"""What can be asked about households."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import User
from crm.people.choices import EndReason, HouseholdRole, IdentityState, KinCode
from crm.people.kinship.graph import Node
from crm.people.kinship.selectors import NEAR, kin_of, load
from crm.people.kinship.terms import kin_code
from crm.people.models import (
    Household,
    HouseholdMember,
    Kinship,
    Person,
    PersonIdentity,
    PersonPhone,
)
from crm.people.search import find_people
from crm.people.selectors import visible_people

PAGE_SIZE = 50
# A picture with more people than this shows nothing any more.
_MOST_FIGURES = 40
_ROLES = {
    KinCode.SPOUSE: HouseholdRole.SPOUSE,
    KinCode.PARENT: HouseholdRole.PARENT,
    KinCode.CHILD: HouseholdRole.CHILD,
    KinCode.CHILD_IN_LAW: HouseholdRole.IN_LAW,
    KinCode.SIBLING: HouseholdRole.SIBLING,
    KinCode.GRANDPARENT: HouseholdRole.GRANDPARENT,
    KinCode.GRANDCHILD: HouseholdRole.GRANDCHILD,
}


@dataclass(frozen=True, slots=True)
class Family:
    """The members of a household and their near relatives, wherever they live.

    ``links`` hold those that ended too. ``terms`` say what each is to the household's contact;
    ``recognised`` are the identities that an authority recognised, and no others.
    """

    nodes: Sequence[Node]
    links: Sequence[Kinship]
    terms: Mapping[UUID, str]
    recognised: Mapping[UUID, Sequence[str]]


def family_of(ids: Sequence[UUID]) -> Family:
    """Return the family around some people, the first of whom the terms are told from.

    Costs 7 queries, however many people they are.
    """
    graph = load(ids, depth=NEAR)
    near = dict.fromkeys(ids)
    for one in ids:
        near |= dict.fromkeys(way.end.id for way in graph.ways_from(one, most_hops=2))
    shown = [one for one in near if one in graph.nodes][:_MOST_FIGURES]
    terms = {
        way.end.id: way.term
        for one in ids[:1]
        for way in graph.ways_from(one, most_hops=NEAR)
    }  # fmt: skip
    links = Kinship.objects.filter(person__in=shown, relative__in=shown)
    recognised: dict[UUID, list[str]] = defaultdict(list)
    for person_id, code in (
        PersonIdentity.objects.filter(person__in=shown, state=IdentityState.RECOGNISED)
        .order_by("created_at", "id")
        .values_list("person_id", "code")
    ):
        recognised[person_id].append(code)
    return Family(
        nodes=[graph.nodes[one] for one in shown],
        links=list(links.exclude(end_reason=EndReason.MISTAKE)),
        terms=terms,
        recognised=recognised,
    )


def households(text: str = "", *, by: User | None, is_closed: bool = False) -> QuerySet[Household]:
    """Return open or closed households in the order of lists, with their current members.

    Only the members whom ``by`` may see, and no household that has only others.

    Args:
        text: part of the name or the number, the beginning of the name's pinyin, or anything a
            current member is found by.
        by: who looks.
        is_closed: those that are closed.
    """
    people = visible_people(by)
    current = HouseholdMember.objects.filter(valid_to__isnull=True)
    seen = current.filter(person__in=people)
    here = {"household": OuterRef("pk")}
    found = Household.objects.filter(
        Exists(seen.filter(**here)) | ~Exists(current.filter(**here)),
        closed_on__isnull=not is_closed,
    )
    text = text.strip()
    if text:
        who = find_people(text, among=people, may_search_documents=False).order_by()
        members = current.filter(person__in=who.values("pk"))
        wanted = Q(label__icontains=text) | Q(number__startswith=text) | Q(
            pk__in=members.values("household")
        )  # fmt: skip
        if text.isascii():
            wanted |= Q(sort_key__startswith=text.lower())
        found = found.filter(wanted)
    shown = seen.select_related("person").order_by("-is_primary", "created_at", "id")
    return found.prefetch_related(Prefetch("members", shown, to_attr="current")).order_by(
        "sort_key", "id"
    )


def members_now(household: Household) -> list[HouseholdMember]:
    """Return the current members of a household that `households` returned."""
    return cast(list[HouseholdMember], household.current)  # type: ignore[attr-defined]


def household_with_members() -> QuerySet[Household]:
    """Return households with all who are or were in them. Costs 3 queries."""
    members = HouseholdMember.objects.select_related("person").order_by(
        "-is_primary", "created_at", "id"
    )
    return Household.objects.select_related("updated_by").prefetch_related(
        Prefetch("members", members)
    )


def households_of(person_id: UUID) -> QuerySet[HouseholdMember]:
    """Return the households a person is in now, with how many are in each."""
    now_in = Count("household__members", filter=Q(household__members__valid_to__isnull=True))
    return (
        HouseholdMember.objects.filter(person=person_id, valid_to__isnull=True)
        .select_related("household")
        .annotate(size=now_in)
        .order_by("created_at", "id")
    )


def first_phones(ids: Sequence[UUID]) -> Mapping[UUID, PersonPhone]:
    """Return the phone that each of these people is called on first."""
    found = PersonPhone.objects.filter(person__in=ids, position=0)
    return {phone.person_id: phone for phone in found}


def who_shares_phones(ids: Iterable[UUID]) -> dict[UUID, set[UUID]]:
    """Return, for each of these people, the others among them who have one of their numbers."""
    owners: dict[bytes, set[UUID]] = defaultdict(set)
    for person_id, index in PersonPhone.objects.filter(person__in=list(ids)).values_list(
        "person_id", "number_index"
    ):
        owners[bytes(index)].add(person_id)
    shared: dict[UUID, set[UUID]] = defaultdict(set)
    for people in owners.values():
        for person_id in people:
            shared[person_id] |= people - {person_id}
    return {person_id: others for person_id, others in shared.items() if others}


def roles_towards(head: Person, ids: Iterable[UUID]) -> dict[UUID, HouseholdRole]:
    """Return what people are in a household with this head, as far as kinship tells."""
    wanted = set(ids)
    return {
        way.end.id: _ROLES.get(kin_code(way.hops), HouseholdRole.OTHER)
        for way in kin_of(head.pk)
        if way.end.id in wanted
    }

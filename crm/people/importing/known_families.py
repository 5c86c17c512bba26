"""What a row says of a family otherwise than the record: it is said, and the record stays."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _
from django_countries import countries

from crm.people.choices import HouseholdRole, KinCode
from crm.people.importing.contents import Content
from crm.people.importing.filling import Difference
from crm.people.models import HouseholdMember, OverseasKin

# What a relative abroad is, and the country; number, name and role of a household.
Kin = tuple[str, str]
Home = tuple[str, str, str]


def kin_of(people: Collection[UUID]) -> Mapping[UUID, Sequence[Kin]]:
    """Return the relatives abroad of those who have any on record."""
    found: dict[UUID, list[Kin]] = defaultdict(list)
    rows = OverseasKin.objects.filter(person__in=people).order_by("created_at", "id")
    for person_id, relation, country in rows.values_list("person_id", "relation", "country"):
        found[person_id].append((relation, country))
    return found


def homes_of(people: Collection[UUID]) -> Mapping[UUID, Sequence[Home]]:
    """Return the households of those who belong to any."""
    found: dict[UUID, list[Home]] = defaultdict(list)
    rows = HouseholdMember.objects.filter(person__in=people, valid_to__isnull=True)
    names = ("person_id", "household__number", "household__label", "role")
    for person_id, *home in rows.order_by("created_at", "id").values_list(*names):
        found[person_id].append((home[0], home[1], home[2]))
    return found


def family_differences(
    content: Content, kin: Sequence[Kin], homes: Sequence[Home]
) -> Iterator[Difference]:
    """Yield where a row and the record both tell of a family, and not the same."""
    told = [(str(hint.relation), hint.country) for hint in content.overseas if hint.relation]
    news = [one for one in told if not any(_covers(known, one) for known in kin)]
    if kin and news:
        is_country = {relation for relation, _country in news} <= {one[0] for one in kin}
        field = "overseas_country" if is_country else "overseas_relation"
        yield Difference(field, _kin_text(kin), _kin_text(told))
    hint = content.household
    if homes and hint:
        numbers, labels, roles = (list(dict.fromkeys(parts)) for parts in zip(*homes, strict=True))
        if hint.number and hint.number not in numbers:
            yield Difference("household_number", numbers[0] or labels[0], hint.number)
        elif hint.head_name and not hint.number and f"{hint.head_name}家" not in labels:
            yield Difference("household_head", labels[0], hint.head_name)
        elif hint.relation and hint.relation not in roles:
            old, new = str(HouseholdRole(roles[0]).label), str(hint.relation.label)
            yield Difference("household_relation", old, new)


def _covers(known: Kin, told: Kin) -> bool:
    """Say whether a relative on record is the one a row tells of, who may have no country there."""
    return known[0] == told[0] and told[1] in {"", known[1]}


def _kin_text(kin: Sequence[Kin]) -> str:
    texts = []
    for relation, country in dict.fromkeys(kin):
        label = str(KinCode(relation).label)
        texts.append(f"{label} ({countries.name(country)})" if country else label)
    return _(", ").join(texts)

"""People whom one of our own lists names by their number in this system."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from crm.people.importing import filling
from crm.people.importing.contents import Content
from crm.people.importing.families import says_home, says_kin
from crm.people.importing.known_families import family_differences
from crm.people.models import Person
from crm.people.rules import Checked
from crm.people.selectors import people_with_parts


def people_named(keys: Iterable[str]) -> Mapping[str, Person]:
    """Return who is on record under these numbers, with all that a row may add to."""
    wanted = {key: found for key in keys if key and (found := _as_uuid(key))}
    if not wanted:
        return {}
    people = people_with_parts().prefetch_related("memberships__household", "overseas_kin")
    known = people.in_bulk(set(wanted.values()))
    return {key: known[pk] for key, pk in wanted.items() if pk in known}


def goes_by(person: Person, name: str) -> bool:
    """Say whether somebody has this name, or had it."""
    return name in {person.full_name, *person.former_names, *person.other_names}


def says_nothing_new(person: Person, checked: Checked, content: Content) -> bool:
    """Say whether a row agrees with what is on record and adds nothing to it."""
    values, differences = filling.fill(person, checked)
    kin = [(one.relation, one.country) for one in person.overseas_kin.all()]
    homes = [
        (one.household.number, one.household.label, one.role)
        for one in person.memberships.all()
        if one.valid_to is None
    ]
    adds_family = (says_home(content) and not homes) or (says_kin(content) and not kin)
    differs = differences or any(True for _one in family_differences(content, kin, homes))
    return values is None and not differs and not adds_family


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

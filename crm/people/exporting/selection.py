"""Which people a list is made of, and who may take them along."""

import dataclasses
import datetime as dt
import json
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import User
from crm.people import selectors
from crm.people.exporting.errors import (
    NotAllowedToExportError,
    NothingToExportError,
    TooManyPeopleError,
)
from crm.people.models import Person
from crm.people.selectors import PeopleFilter
from tenants.access import may
from tenants.permissions import Permission

MOST_PEOPLE = 50_000


@dataclasses.dataclass(frozen=True, slots=True)
class Selection:
    """Which people: those that ``wanted`` lets through, or of them only those named in ``ids``."""

    wanted: PeopleFilter = dataclasses.field(default_factory=PeopleFilter)
    ids: tuple[UUID, ...] = ()

    def to_json(self) -> str:
        """Return what `from_json` takes."""
        ids = [str(pk) for pk in self.ids]
        return json.dumps({"filter": self.wanted.as_json(), "ids": ids})

    @classmethod
    def from_json(cls, text: str) -> "Selection":
        """Return the selection that `to_json` wrote."""
        found = json.loads(text)
        return cls(PeopleFilter.from_json(found["filter"]), tuple(map(UUID, found["ids"])))


def people_of(selection: Selection, *, by: User, now: dt.datetime) -> QuerySet[Person]:
    """Return the people of a selection whom ``by`` may see, in the order of lists."""
    found = selectors.people(
        selection.wanted,
        by=by,
        now=now,
        may_search_documents=may(by, Permission.PERSON_SEARCH_DOCUMENT),
    )
    return found.filter(pk__in=selection.ids) if selection.ids else found


def check_rights(by: User, *, is_clear: bool) -> None:
    """Refuse whoever may not take people along, or not in full.

    Raises:
        NotAllowedToExportError: that is so.
    """
    needed = {Permission.PERSON_EXPORT}
    if is_clear:
        needed.add(Permission.PERSON_EXPORT_CLEAR)
    if not all(may(by, permission) for permission in needed):
        raise NotAllowedToExportError


def count_people(selection: Selection, *, by: User, now: dt.datetime) -> int:
    """Return how many people ``by`` would take along.

    Raises:
        NothingToExportError: nobody.
        TooManyPeopleError: more than a file may hold.
    """
    rows = people_of(selection, by=by, now=now).order_by().count()
    check_size(rows)
    return rows


def check_size(rows: int) -> None:
    """Refuse an empty list and one that is too long.

    Raises:
        NothingToExportError: it is empty.
        TooManyPeopleError: it is too long.
    """
    if rows == 0:
        raise NothingToExportError
    if rows > MOST_PEOPLE:
        raise TooManyPeopleError

"""Who may make two records one. Asked by the services, so that every face obeys it.

Merging is a way to gain a record: make one of your own, merge the other into it. So the right to
change is asked of both, person by person, whatever the role says in general.
"""

from accounts.models import User
from crm.people.models import Person
from tenants.access import may
from tenants.permissions import Permission


def may_edit(user: User, person: Person) -> bool:
    """Say whether ``user`` may change this very person; all staff of a site work with everybody."""
    return may(user, Permission.PERSON_EDIT)


def may_merge(user: User, *people: Person) -> bool:
    """Say whether ``user`` may make these records one, or take them apart."""
    return may(user, Permission.PERSON_MERGE) and all(may_edit(user, person) for person in people)

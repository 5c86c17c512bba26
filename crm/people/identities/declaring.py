"""Writing down that somebody says they are 侨眷, with the link that the law calls them so for."""

import dataclasses
import datetime as dt
from uuid import UUID

from django.db import transaction

from accounts.models import User
from crm.people.choices import ChangeCause, IdentityCode
from crm.people.identities.grounds import add_ground
from crm.people.kinship.errors import NoGroundError
from crm.people.kinship.selectors import ground_of
from crm.people.models import Person, PersonIdentity
from crm.people.selectors import values_of
from crm.people.services import change_person
from crm.people.values import IdentityValues


@transaction.atomic
def declare_relative(
    *,
    person_id: UUID,
    key: str = "",
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> PersonIdentity:
    """Write down that somebody says they are 侨眷, resting on a link; nothing if that is on record.

    Args:
        person_id: who says so.
        key: the link that was shown, `kinship.selectors.Ground.key`; "" for the shortest way.
        by: who writes it down.
        now: the time.
        cause: what the history says it came by.

    Raises:
        Person.DoesNotExist: there is no such person here.
        NoGroundError: no link within the circle of the law leads to a 归侨 or 华侨.
        GroundError: the link that was shown is there no longer.
    """
    person = Person.objects.select_for_update().get(pk=person_id)
    ground = ground_of(person_id)
    if ground is None or not ground.is_in_circle:
        raise NoGroundError
    current = PersonIdentity.objects.filter(
        person=person, code=IdentityCode.RELATIVE, ended_on__isnull=True
    )
    if known := current.first():
        return known
    values = values_of(person)
    country = ground.overseas.country if ground.overseas else ""
    declared = IdentityValues(code=IdentityCode.RELATIVE, country=country)
    change_person(
        person_id=person_id,
        version=person.version,
        values=dataclasses.replace(values, identities=(*values.identities, declared)),
        by=by,
        now=now,
        cause=cause,
    )
    identity = current.get()
    add_ground(identity_id=identity.pk, key=key or ground.key, by=by, now=now)
    return identity

"""Reduce people nobody serves any more to what figures need (个人信息保护法 Art. 19, 47).

The row stays, so that past counts stay true; what told who it was is gone for good. A list is
shown first, somebody leaves out whom it must not hit, and only those confirmed are reduced.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from audit import services as audit
from common.errors import DomainError
from common.masking import mask_name
from crm.people import events, search
from crm.people.choices import Precision, Status
from crm.people.models import (
    IdentityGround,
    IdentityStep,
    Minimisation,
    Person,
    PersonIdentity,
    PersonQuerySet,
)
from crm.people.services import OBJECT_TYPE
from jobs.models import Job
from jobs.services import start_job

# Whoever is reduced keeps a certificate's place, since the law of the table wants one.
_NO_NUMBER = "—"
_PARTS = (
    "documents",
    "phones",
    "contacts",
    "changes",
    "stays",
    "overseas_kin",
    "kin",
    "kin_of",
    "memberships",
)
BATCH = 100


class NobodyChosenError(DomainError):
    """The list is empty, or everybody was left out."""

    code = "nobody_chosen"
    message = gettext_lazy("Nobody is left on the list.")


class WrongCountError(DomainError):
    """The number typed to confirm is not that of the list, which may have changed."""

    code = "wrong_count"
    field = "count"
    message = gettext_lazy("Type the number of people on the list.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """Who is on the list: people in one of the states whose record nobody touched for years."""

    idle_years: int = 3
    states: tuple[str, ...] = (Status.MOVED, Status.DECEASED)


def candidates(criteria: Criteria, *, today: dt.date) -> PersonQuerySet:
    """Return the people on the list, in the order of lists."""
    states = [state for state in criteria.states if state != Status.MINIMISED]
    return Person.objects.filter(
        status__in=states, updated_at__date__lt=_years_ago(today, criteria.idle_years)
    ).order_by("sort_key", "id")


@transaction.atomic
def order_minimisation(
    *,
    criteria: Criteria,
    left_out: Collection[UUID],
    count: int,
    by: User,
    today: dt.date,
    now: dt.datetime,
) -> Job:
    """Reduce everybody on the list but ``left_out``, in a job.

    Args:
        criteria: those of the list that was shown.
        left_out: whom somebody took off it.
        count: how many are left, as typed to confirm.
        by: who confirms.
        today: in China.
        now: the time.

    Raises:
        NobodyChosenError: nobody is left.
        WrongCountError: the list has another length now.
    """
    found = candidates(criteria, today=today).exclude(pk__in=left_out)
    people = list(found.values_list("pk", flat=True))
    if not people:
        raise NobodyChosenError
    if len(people) != count:
        raise WrongCountError
    order = Minimisation.objects.create(
        criteria=asdict(criteria), people=people, created_at=now, created_by=by
    )
    job = start_job(
        kind="people.minimise",
        title=_("Reduce inactive people to figures"),
        by=by,
        arguments={"minimisation_id": str(order.pk)},
        now=now,
    )
    audit.record(
        action="person.order_minimisation",
        by=by,
        object_type="people.minimisation",
        object_key=order.pk,
        detail={"people": len(people), "idle_years": criteria.idle_years},
        now=now,
    )
    return job


@transaction.atomic
def minimise_batch(*, order: Minimisation, people: Sequence[UUID], now: dt.datetime) -> int:
    """Reduce these people; return how many. Whoever is reduced or was touched since is passed over.

    May run twice: the second time finds nobody left to reduce.
    """
    found = list(
        Person.objects.select_for_update()
        .filter(pk__in=people, updated_at__lt=order.created_at)
        .exclude(status=Status.MINIMISED)
        .order_by("pk")
    )
    for person in found:
        _reduce(person, now=now)
        events.person_erased.send(sender=None, person=person.pk, now=now)
    Minimisation.objects.filter(pk=order.pk).update(reduced=F("reduced") + len(found))
    audit.record_many(
        [
            audit.Event(
                action="person.minimise",
                by=order.created_by,
                object_type=OBJECT_TYPE,
                object_key=person.pk,
                person_key=person.pk,
            )
            for person in found
        ],
        now=now,
    )
    return len(found)


def finish(*, order: Minimisation, now: dt.datetime) -> None:
    """Write down that the list is worked off; its keys are not needed any more."""
    Minimisation.objects.filter(pk=order.pk).update(finished_at=now)
    order.refresh_from_db()


def _reduce(person: Person, *, now: dt.datetime) -> None:
    """Leave sex, year of birth, native place, categories; take everything else away."""
    for part in _PARTS:
        getattr(person, part).all().delete()
    IdentityGround.objects.filter(identity__person=person).delete()
    IdentityStep.objects.filter(identity__person=person).update(reason="")
    for identity in PersonIdentity.objects.filter(person=person, certificate__isnull=False):
        identity.certificate = _NO_NUMBER
        identity.save(update_fields=["certificate"])
    person.full_name = mask_name(person.full_name)
    person.surname_reading = person.note = ""
    person.former_names, person.other_names, person.languages = [], [], []
    person.facts = {}
    person.address = None
    if person.birth_date is not None:
        person.birth_date = person.birth_date.replace(month=1, day=1)
        person.birth_precision = Precision.YEAR
    person.status = Status.MINIMISED
    person.sort_key = search.order_of(person)
    person.search = person.name_key = ""
    person.other_name_keys = []
    person.version += 1
    person.updated_at, person.updated_by = now, None
    person.save()


def _years_ago(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)

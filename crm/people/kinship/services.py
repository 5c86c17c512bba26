"""What can be done with kinship. Every change is audited and stands in both people's histories."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from audit import services as audit
from crm.people import events
from crm.people.choices import ChangeCause, EndReason, KinBasis, KinLink, Sex
from crm.people.errors import Problem
from crm.people.history import FieldChange, record_change
from crm.people.kinship import errors
from crm.people.kinship.relations import BASES, BLOOD_TIES, LEAPS, MEANINGS, Relation
from crm.people.kinship.terms import Someone, is_elder
from crm.people.models import Kinship, Person

OBJECT_TYPE = "people.kinship"
LONGEST_PROOF = 200
_ASCENDING = (KinLink.PARENT, KinLink.PATERNAL, KinLink.MATERNAL)
# What only some links end for; death and another reason end any.
ENDS = {
    EndReason.DIVORCE: (KinLink.SPOUSE, KinLink.IN_LAW),
    EndReason.SUPPORT_ENDED: (KinLink.SUPPORTER,),
}


@dataclass(frozen=True, slots=True)
class Linked:
    """A new link, and what somebody should look at again."""

    kinship: Kinship
    warnings: Sequence[Problem] = ()


@transaction.atomic
def add_kinship(
    *,
    person_id: UUID,
    relative_id: UUID,
    relation: Relation,
    basis: KinBasis | None = None,
    proof: str = "",
    valid_from: dt.date | None = None,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> Linked:
    """Write down that ``relative`` is the ``relation`` of ``person``; the way back follows.

    A grandparent or a spouse's parent is linked through the mother, father or spouse where that
    one is on record, and directly where not.

    Args:
        person_id: whose relative it is.
        relative_id: the relative.
        relation: the word, as the person would say it.
        basis: what it rests on; None for the usual.
        proof: what proves it.
        valid_from: since when, if known.
        by: who says so.
        now: the time.
        cause: by way of what.

    Raises:
        Person.DoesNotExist: one of the two is not here.
        OwnRelativeError, KinshipExistsError, KinshipContradictsError, ParentLoopError,
        TooManyParentsError, MarriedError, RelativeSexError, BasisError, FutureDayError:
            see `crm.people.kinship.errors`.
    """
    meaning = MEANINGS[relation]
    basis = basis or BASES[meaning.link][0]
    if person_id == relative_id:
        raise errors.OwnRelativeError
    if basis not in BASES[meaning.link]:
        raise errors.BasisError
    if valid_from and valid_from > timezone.localdate(now):
        raise errors.FutureDayError
    person, relative = _locked(person_id, relative_id)
    _check_sex(person, meaning.own_sex)
    _check_sex(relative, meaning.sex)
    lower, upper = (person, relative) if meaning.is_upward else (relative, person)
    link = meaning.link
    if link in LEAPS and (between := _between(lower, link)):
        lower, link = between, KinLink.PARENT
        basis = KinBasis.BLOOD if basis is KinBasis.MARRIAGE else basis
    if link in {KinLink.SPOUSE, KinLink.SIBLING}:
        lower, upper = sorted([lower, upper], key=lambda one: one.pk)
    _check_link(lower, upper, link, basis)
    kinship = Kinship.objects.create(
        person=lower, relative=upper, link=link, basis=basis,
        proof=proof.strip()[:LONGEST_PROOF], valid_from=valid_from,
        created_at=now, created_by=by,
    )  # fmt: skip
    _record("kinship.add", kinship, before=None, by=by, now=now, cause=cause)
    warnings = _warnings(kinship, person, relative, meaning.sex, meaning.is_elder)
    return Linked(kinship, warnings)


@transaction.atomic
def end_kinship(
    *,
    kinship_id: UUID,
    reason: EndReason,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> Kinship:
    """Write down that a link ended, and tell the rooms above. The row stays.

    Args:
        kinship_id: the link.
        reason: why; a mistake is for `remove_kinship`.
        on: the first day on which it was no more.
        by: who says so.
        now: the time.
        cause: by which way, for the history.

    Raises:
        Kinship.DoesNotExist: there is no such link here.
        EndedAlreadyError, EndReasonError, EndDayError: see `crm.people.kinship.errors`.
    """
    kinship = Kinship.objects.select_for_update().get(pk=kinship_id)
    if kinship.valid_to is not None:
        raise errors.EndedAlreadyError
    if reason is EndReason.MISTAKE or kinship.link not in ENDS.get(reason, KinLink.values):
        raise errors.EndReasonError
    if on > timezone.localdate(now) or (kinship.valid_from and on <= kinship.valid_from):
        raise errors.EndDayError
    return _end(kinship, reason, on, "kinship.end", by=by, now=now, cause=cause)


@transaction.atomic
def remove_kinship(
    *,
    kinship_id: UUID,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> Kinship:
    """Write down that a link was entered by mistake, ended or not; no page shows it any more.

    Raises:
        Kinship.DoesNotExist: there is no such link here.
        EndedAlreadyError: it was removed before.
    """
    kinship = Kinship.objects.select_for_update().get(pk=kinship_id)
    if kinship.end_reason == EndReason.MISTAKE:
        raise errors.EndedAlreadyError
    on = timezone.localdate(now)
    if kinship.valid_from and on <= kinship.valid_from:
        on = kinship.valid_from + dt.timedelta(days=1)
    return _end(kinship, EndReason.MISTAKE, on, "kinship.remove", by=by, now=now, cause=cause)


def _end(
    kinship: Kinship, reason: EndReason, on: dt.date, action: str, *,
    by: User | None, now: dt.datetime, cause: ChangeCause,
) -> Kinship:  # fmt: skip
    before = _states(kinship)
    kinship.valid_to, kinship.end_reason = on, reason
    kinship.save(update_fields=["valid_to", "end_reason"])
    events.kinship_ended.send(
        sender=None, kinship=kinship.pk, overseas_kin=None, reason=reason, on=on, by=by, now=now
    )
    _record(action, kinship, before=before, by=by, now=now, cause=cause)
    return kinship


def _locked(person_id: UUID, relative_id: UUID) -> tuple[Person, Person]:
    """Return both, their rows locked in one order, so that two clerks cannot wait for each other.

    Raises:
        Person.DoesNotExist: one of the two is not here.
    """
    rows = Person.objects.select_for_update().filter(pk__in=[person_id, relative_id])
    found = {row.pk: row for row in rows.order_by("pk")}
    try:
        return found[person_id], found[relative_id]
    except KeyError:
        raise Person.DoesNotExist from None


def _check_sex(person: Person, wanted: Sex) -> None:
    if Sex.UNKNOWN not in {wanted, Sex(person.sex)} and person.sex != wanted:
        raise errors.RelativeSexError


def _between(lower: Person, link: KinLink) -> Person | None:
    """Return the one whom ``link`` would leap over, if exactly one is on record."""
    step, sex = LEAPS[link]
    rows = _links_of(lower, step).exclude(link=KinLink.PARENT, relative=lower)
    ends = [row.relative if row.person_id == lower.pk else row.person for row in rows]
    fitting = [end for end in ends if sex in {Sex.UNKNOWN, Sex(end.sex)}]
    natural = {row.relative_id for row in rows if row.basis == KinBasis.BLOOD}
    if len(fitting) > 1:
        fitting = [end for end in fitting if end.pk in natural]
    return fitting[0] if len(fitting) == 1 else None


def _links_of(person: Person, link: KinLink) -> QuerySet[Kinship]:
    return Kinship.objects.filter(
        Q(person=person) | Q(relative=person), link=link, valid_to__isnull=True
    ).select_related("person", "relative")


def _check_link(lower: Person, upper: Person, link: KinLink, basis: KinBasis) -> None:
    """Refuse what cannot be.

    Raises:
        OwnRelativeError: the one in between is one of the two.
        KinshipExistsError: it is on record.
        KinshipContradictsError: they are linked otherwise.
        ParentLoopError: ``upper`` descends from ``lower``.
        TooManyParentsError: ``lower`` has both natural parents, or one of that sex.
        MarriedError: one of the two has another spouse.
    """
    if lower == upper:
        raise errors.OwnRelativeError
    between = Kinship.objects.filter(
        Q(person=lower, relative=upper) | Q(person=upper, relative=lower), valid_to__isnull=True
    )
    kinds = {(row.link, row.person_id) for row in between}
    if (link, lower.pk) in kinds:
        raise errors.KinshipExistsError
    if link in BLOOD_TIES and any(kind in BLOOD_TIES for kind, _person in kinds):
        raise errors.KinshipContradictsError
    if link in _ASCENDING and lower.pk in _ancestors(upper.pk):
        raise errors.ParentLoopError
    if link is KinLink.PARENT and basis is KinBasis.BLOOD:
        parents = [
            row.relative
            for row in _links_of(lower, link)
            if row.person_id == lower.pk and row.basis == KinBasis.BLOOD
        ]
        same_sex = [one for one in parents if one.sex == upper.sex != Sex.UNKNOWN]
        if len(parents) > 1 or same_sex:
            raise errors.TooManyParentsError
    if link is KinLink.SPOUSE and (
        _links_of(lower, link).exists() or _links_of(upper, link).exists()
    ):
        raise errors.MarriedError


def _ancestors(person_id: UUID) -> set[UUID]:
    """Return everybody above ``person_id``; a query for each generation."""
    found: set[UUID] = set()
    generation = {person_id}
    while generation:
        above = Kinship.objects.filter(
            person__in=generation, link__in=_ASCENDING, valid_to__isnull=True
        ).values_list("relative_id", flat=True)
        generation = set(above) - found
        found |= generation
    return found


def _warnings(
    kinship: Kinship, person: Person, relative: Person, sex: Sex, should_be_elder: bool | None
) -> list[Problem]:
    found = []
    lower, upper = _someone(kinship.person), _someone(kinship.relative)
    if kinship.link in _ASCENDING and is_elder(lower, upper):
        message = _("By the dates of birth, the child is older than the parent.")
        found.append(Problem("relative", "older_than_parent", message))
    if should_be_elder is not None:
        elder = is_elder(_someone(relative), _someone(person))
        if elder is None:
            message = _("Who is the elder shows once both dates of birth are on record.")
            found.append(Problem("relation", "age_unknown", message))
        elif elder is not should_be_elder:
            message = _("By the dates of birth, it is the other one who is the elder.")
            found.append(Problem("relation", "other_is_elder", message))
    if sex is not Sex.UNKNOWN and relative.sex == Sex.UNKNOWN:
        message = _("The exact word shows once the sex of the relative is on record.")
        found.append(Problem("relation", "sex_unknown", message))
    return found


def _someone(person: Person) -> Someone:
    return Someone(person.sex, person.birth_date, person.birth_precision)


def _states(kinship: Kinship) -> dict[UUID, dict[str, object]]:
    """Return what the link says in the history of each of the two: keys and codes, no name."""
    return {
        one: {
            "relative": str(other),
            "link": str(kinship.link),
            "basis": str(kinship.basis),
            "is_upward": one == kinship.person_id,
            "until": kinship.valid_to.isoformat() if kinship.valid_to else "",
            "reason": str(kinship.end_reason),
        }
        for one, other in (
            (kinship.person_id, kinship.relative_id),
            (kinship.relative_id, kinship.person_id),
        )
    }


def _record(
    action: str,
    kinship: Kinship,
    *,
    before: dict[UUID, dict[str, object]] | None,
    by: User | None,
    now: dt.datetime,
    cause: ChangeCause = ChangeCause.FORM,
) -> None:
    """Write both histories and both audit entries; the people's own rows do not change."""
    after = {} if kinship.end_reason == EndReason.MISTAKE else _states(kinship)
    for person in _people(kinship):
        change = FieldChange("kin", (before or {}).get(person.pk, ""), after.get(person.pk, ""))
        record_change(person=person, changes=[change], cause=cause, by=by, now=now)
    audit.record_many(
        [
            audit.Event(
                action=action,
                by=by,
                object_type=OBJECT_TYPE,
                object_key=kinship.pk,
                person_key=person.pk,
                fields=["kin"],
                detail={"link": str(kinship.link), "reason": str(kinship.end_reason)},
            )
            for person in _people(kinship)
        ],
        now=now,
    )


def _people(kinship: Kinship) -> Iterable[Person]:
    return kinship.person, kinship.relative

"""What identities rest on: links are chosen and ended one by one, and a loss is looked at.

Source: 归侨侨眷权益保护法实施办法 Art. 3. A divorce from the 归侨 or 华侨 or from their child, and
the end of a support, end the 侨眷 that rests on it; a second link carries it on. A death, or
another standing of the relative, leaves a recognised 侨眷 as it is. Nothing ends by itself here:
where no link is left, a review is opened, and somebody decides.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from audit.services import Event, record, record_many
from crm.people.choices import EndReason, IdentityCode, IdentityState, ReviewReason, StepKind
from crm.people.errors import Problem
from crm.people.identities import rules
from crm.people.identities.errors import GroundError, GroundTakenError, InvalidStepError
from crm.people.identities.selectors import candidates, ground_key, with_history
from crm.people.models import IdentityGround, IdentityStep, Kinship, Person, PersonIdentity
from crm.people.rules.checked import IN_THE_FUTURE

OBJECT_TYPE = "people.personidentity"


@transaction.atomic
def add_ground(*, identity_id: UUID, key: str, by: User | None, now: dt.datetime) -> IdentityGround:
    """Let an identity rest on a link; ``key`` is that of one of `selectors.candidates`.

    Raises:
        PersonIdentity.DoesNotExist: there is no such identity here.
        GroundTakenError: it rests on this link already.
        GroundError: the link is none that could carry this identity.
    """
    person_id = PersonIdentity.objects.values_list("person_id", flat=True).get(pk=identity_id)
    Person.objects.select_for_update().get(pk=person_id)
    identity = with_history(PersonIdentity.objects.filter(pk=identity_id)).get()
    if any(ground_key(ground) == key for ground in identity.grounds.all() if not ground.ended_on):
        raise GroundTakenError
    is_open = identity.code in rules.REST_ON_KIN and identity.state in rules.OPEN
    if not is_open or key not in {candidate.key for candidate in candidates(identity)}:
        raise GroundError
    kind, *keys = key.split(":")
    ground = IdentityGround(identity=identity, created_at=now, created_by=by)
    if kind == "abroad":
        ground.overseas_kin_id = UUID(keys[0])
    else:
        ground.kinship_id = UUID(keys[0])
        ground.next_link_id = UUID(keys[1]) if len(keys) > 1 else None
    ground.save(force_insert=True)
    record(
        action="identity.add_ground",
        by=by,
        object_type=OBJECT_TYPE,
        object_key=identity.pk,
        person_key=person_id,
        fields=["grounds"],
        now=now,
    )
    return ground


@transaction.atomic
def end_ground(
    *, ground_id: UUID, reason: EndReason, on: dt.date, by: User | None, now: dt.datetime
) -> None:
    """Say that an identity no longer rests on a link; ending it again changes nothing.

    The link itself stays. The law of ends applies: see `end_grounds`.

    Raises:
        IdentityGround.DoesNotExist: there is no such ground here.
        InvalidStepError: the day has not come yet.
    """
    if on > timezone.localdate(now):
        raise InvalidStepError([Problem("on", "day_in_future", IN_THE_FUTURE)])
    found = IdentityGround.objects.filter(pk=ground_id)
    found.get()
    end_grounds(found, reason=reason, on=on, by=by, now=now)


def end_grounds(
    found: QuerySet[IdentityGround],
    *,
    reason: EndReason,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
) -> None:
    """End grounds because their link did; call it in the transaction of that.

    An identity with another ground is carried on by that one, and says so; for the others, a
    review is opened. Death ends no ground: see `look_again`.
    """
    if reason is EndReason.DEATH:
        look_again(found, reason=ReviewReason.DEATH, on=on, by=by, now=now)
        return
    grounds = _lock(found)
    ended = [ground for rows in grounds.values() for ground in rows]
    steps = []
    for identity, rows in grounds.items():
        for ground in rows:
            ground.ended_on, ground.end_reason = on, reason
        if identity.state not in rules.OPEN:
            continue
        left = [row for row in identity.grounds.all() if row.ended_on is None and row not in rows]
        step = _step(identity, StepKind.CARRIED, rules.REVIEWS[reason], on=on, by=by, now=now)
        step.ground = left[0] if left else rows[0]
        if not left:
            _open_review(identity, step)
        steps.append(step)
    IdentityGround.objects.bulk_update(ended, ["ended_on", "end_reason"])
    _save(steps, by=by, now=now)


def look_again(
    found: QuerySet[IdentityGround],
    *,
    reason: ReviewReason,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
) -> None:
    """Note on the identities that something happened to a relative which ends no ground.

    What was recognised stays so, with a note; the others are reviewed, for the law protects only
    what was recognised before. Repeating it changes nothing.
    """
    steps = []
    for identity, rows in _lock(found).items():
        known = {
            step.ground_id
            for step in identity.steps.all()
            if step.kind in {StepKind.NOTE, StepKind.REVIEW} and step.review_reason == reason
        }
        if identity.state not in rules.OPEN or known & {row.pk for row in rows}:
            continue
        step = _step(identity, StepKind.NOTE, reason, on=on, by=by, now=now)
        step.ground = rows[0]
        if identity.state != IdentityState.RECOGNISED:
            _open_review(identity, step)
        steps.append(step)
    _save(steps, by=by, now=now)


def look_again_without_grounds(
    people: Collection[UUID],
    *,
    reason: EndReason,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
) -> None:
    """Review the 侨眷 of these people where nothing says what it rests on: it may be this link.

    Repeating it for the same day changes nothing.
    """
    list(Person.objects.select_for_update().filter(pk__in=people).order_by("pk"))
    identities = with_history(
        PersonIdentity.objects.filter(
            person__in=people,
            code=IdentityCode.RELATIVE,
            state__in=rules.OPEN,
            grounds__isnull=True,
        )
    )
    steps = []
    why = rules.REVIEWS[reason]
    for identity in identities:
        if any(
            (step.review_reason, step.happened_on) == (why, on) for step in identity.steps.all()
        ):
            continue
        step = _step(identity, StepKind.REVIEW, why, on=on, by=by, now=now)
        _open_review(identity, step)
        steps.append(step)
    _save(steps, by=by, now=now)


def grounds_resting_on(person_id: UUID) -> QuerySet[IdentityGround]:
    """Return the grounds of other people's identities whose links lead to or through a person."""
    links = Kinship.objects.filter(Q(person=person_id) | Q(relative=person_id)).values("pk")
    return IdentityGround.objects.filter(Q(kinship__in=links) | Q(next_link__in=links)).exclude(
        identity__person=person_id
    )


def _lock(found: QuerySet[IdentityGround]) -> dict[PersonIdentity, list[IdentityGround]]:
    """Return grounds that stand, by identity; the rows of the people are locked, in order."""
    found = found.filter(ended_on__isnull=True)
    people = set(found.values_list("identity__person", flat=True))
    list(Person.objects.select_for_update().filter(pk__in=people).order_by("pk"))
    wanted = set(found.values_list("pk", flat=True))
    by_identity = defaultdict(list)
    identities = with_history(PersonIdentity.objects.filter(grounds__in=wanted).distinct())
    for identity in identities:
        for ground in identity.grounds.all():
            if ground.pk in wanted:
                by_identity[identity].append(ground)
    return by_identity


def _step(
    identity: PersonIdentity,
    kind: StepKind,
    reason: ReviewReason,
    *,
    on: dt.date,
    by: User | None,
    now: dt.datetime,
) -> IdentityStep:
    return IdentityStep(
        identity=identity,
        kind=kind,
        from_state=identity.state,
        to_state=identity.state,
        happened_on=on,
        review_reason=reason,
        created_at=now,
        created_by=by,
    )


def _open_review(identity: PersonIdentity, step: IdentityStep) -> None:
    """Ask somebody to look; a review that is open already keeps its time and first reason."""
    step.kind = StepKind.REVIEW
    step.review_since = step.created_at
    if identity.review_since is None:
        identity.review_since, identity.review_reason = step.created_at, step.review_reason


def _save(steps: Iterable[IdentityStep], *, by: User | None, now: dt.datetime) -> None:
    """Write what happened to the identities of ``steps``, a step of each."""
    steps = list(steps)
    PersonIdentity.objects.bulk_update(
        [step.identity for step in steps], ["review_since", "review_reason"]
    )
    IdentityStep.objects.bulk_create(steps)
    record_many(
        [
            Event(
                action="identity.review",
                by=by,
                object_type=OBJECT_TYPE,
                object_key=step.identity_id,
                person_key=step.identity.person_id,
                fields=["review_since"] if step.kind == StepKind.REVIEW else [],
                detail={"kind": str(step.kind), "reason": str(step.review_reason)},
            )
            for step in steps
        ],
        now=now,
    )

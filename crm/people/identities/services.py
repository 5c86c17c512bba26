"""What can be done with an identity: the next step, its undoing, the end of a review."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit import services as audit
from crm.people.choices import IdentityState, ReviewReason, StepKind
from crm.people.identities import rules
from crm.people.identities.errors import (
    CurrentAlreadyError,
    IdentityChangedError,
    InvalidStepError,
    NotUnderReviewError,
    UndoError,
)
from crm.people.identities.grounds import OBJECT_TYPE, grounds_resting_on, look_again
from crm.people.identities.rules import Move
from crm.people.identities.selectors import last_key, steps_of, with_history
from crm.people.models import IdentityStep, Person, PersonIdentity
from crm.people.rules.checked import clean_text


@transaction.atomic
def move(
    *, identity_id: UUID, seen: UUID, move: Move, by: User | None, now: dt.datetime
) -> PersonIdentity:
    """Write the next step of an identity and change its state.

    Args:
        identity_id: which one.
        seen: `selectors.last_key` of the page that the step was chosen on.
        move: the step; see `rules.check_move`.
        by: who says so.
        now: the time of writing it down.

    Raises:
        PersonIdentity.DoesNotExist: there is no such identity here.
        IdentityChangedError: somebody else wrote a step first.
        TransitionError: no such step leads on from here.
        InvalidStepError: something is missing or cannot be.
    """
    identity = _locked(identity_id, seen)
    move = rules.clean_move(move)
    problems = rules.check_move(
        move,
        state=IdentityState(identity.state),
        steps=steps_of(identity),
        today=timezone.localdate(now),
    )
    if problems:
        raise InvalidStepError(problems)
    step = _step(identity, StepKind.CHANGE, to=move.to, reason=move.reason, by=by, now=now)
    step.happened_on = move.on
    identity.state = move.to
    if move.to is IdentityState.RECOGNISED:
        identity.recognised_by, identity.recognised_on = move.recognised_by, move.on
        identity.certificate = move.certificate
    elif move.to is IdentityState.ENDED:
        identity.ended_on = move.on
        _close_review(identity, step)
    identity.save()
    step.save(force_insert=True)
    if move.to is IdentityState.ENDED and identity.code in rules.CARRY_KIN:
        look_again(
            grounds_resting_on(identity.person_id),
            reason=ReviewReason.STANDING_CHANGED,
            on=move.on,
            by=by,
            now=now,
        )
    _record("identity.move", step, now=now)
    return identity


@transaction.atomic
def keep(
    *, identity_id: UUID, seen: UUID, reason: str, by: User | None, now: dt.datetime
) -> PersonIdentity:
    """Close a review: the identity stays as it is, for this reason.

    Raises:
        PersonIdentity.DoesNotExist: there is no such identity here.
        IdentityChangedError: somebody else wrote a step first.
        NotUnderReviewError: there is no review.
        InvalidStepError: no reason, or too long a one.
    """
    identity = _locked(identity_id, seen)
    if identity.review_since is None:
        raise NotUnderReviewError
    reason = clean_text(reason)
    if problems := rules.check_reason(reason):
        raise InvalidStepError(problems)
    step = _step(identity, StepKind.KEPT, reason=reason, by=by, now=now)
    _close_review(identity, step)
    identity.save()
    step.save(force_insert=True)
    _record("identity.keep", step, now=now)
    return identity


@transaction.atomic
def undo(*, identity_id: UUID, seen: UUID, by: User, now: dt.datetime) -> PersonIdentity:
    """Take the last step back, within ten minutes and by who took it; both stay in the history.

    A recognition that is undone leaves neither body nor number nor day behind: what was typed
    wrong must not be shown.

    Raises:
        PersonIdentity.DoesNotExist: there is no such identity here.
        IdentityChangedError: somebody else wrote a step first.
        UndoError: too late, another account, or nothing to undo.
        CurrentAlreadyError: the person has this identity anew.
    """
    identity = _locked(identity_id, seen)
    steps = steps_of(identity)
    if not rules.may_undo(steps, by=by.pk, now=now):
        raise UndoError
    last = steps[-1]
    step = _step(identity, StepKind.UNDONE, to=IdentityState(last.from_state), by=by, now=now)
    if last.to_state == IdentityState.ENDED:
        current = PersonIdentity.objects.filter(
            person=identity.person_id, code=identity.code, ended_on__isnull=True
        )
        if current.exists():
            raise CurrentAlreadyError
        identity.ended_on = None
    elif last.to_state == IdentityState.RECOGNISED != last.from_state:
        identity.recognised_by, identity.recognised_on, identity.certificate = "", None, None
    identity.state = last.from_state
    identity.review_since, identity.review_reason = last.review_since, last.review_reason
    identity.save()
    step.save(force_insert=True)
    _record("identity.undo", step, now=now)
    return identity


def _locked(identity_id: UUID, seen: UUID) -> PersonIdentity:
    """Return an identity whose person's row is locked, as `people.services` locks it too.

    Raises:
        PersonIdentity.DoesNotExist: there is no such identity here.
        IdentityChangedError: somebody else wrote a step after ``seen``.
    """
    person_id = PersonIdentity.objects.values_list("person_id", flat=True).get(pk=identity_id)
    Person.objects.select_for_update().get(pk=person_id)
    identity = with_history(PersonIdentity.objects.filter(pk=identity_id)).get()
    if last_key(identity) != seen:
        raise IdentityChangedError
    return identity


def _step(
    identity: PersonIdentity,
    kind: StepKind,
    *,
    to: IdentityState | None = None,
    reason: str = "",
    by: User | None,
    now: dt.datetime,
) -> IdentityStep:
    return IdentityStep(
        identity=identity,
        kind=kind,
        from_state=identity.state,
        to_state=to or identity.state,
        happened_on=timezone.localdate(now),
        reason=reason,
        created_at=now,
        created_by=by,
    )


def _close_review(identity: PersonIdentity, step: IdentityStep) -> None:
    """End the review; the step remembers it, so that an undo can open it again."""
    step.review_since, step.review_reason = identity.review_since, identity.review_reason
    identity.review_since, identity.review_reason = None, ""


def _record(action: str, step: IdentityStep, *, now: dt.datetime) -> None:
    audit.record(
        action=action,
        by=step.created_by,
        object_type=OBJECT_TYPE,
        object_key=step.identity_id,
        person_key=step.identity.person_id,
        fields=["state"],
        detail={"from": str(step.from_state), "to": str(step.to_state)},
        now=now,
    )

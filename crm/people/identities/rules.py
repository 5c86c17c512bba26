"""Which state follows which, and what must be said with a step: pure functions over a table.

Source: 归侨侨眷权益保护法实施办法 Art. 2 and 3. An authority recognises or refuses; the site checks
papers, hands them in and writes down what it was told.
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from crm.people.choices import EndReason, IdentityCode, IdentityState, ReviewReason, StepKind
from crm.people.errors import Problem
from crm.people.identities.errors import TransitionError
from crm.people.rules.checked import IN_THE_FUTURE, IS_MASKED, MASK, TOO_LONG, clean_text

_S = IdentityState
TRANSITIONS: Mapping[IdentityState, tuple[IdentityState, ...]] = {
    _S.SELF_DECLARED: (_S.MATERIALS_CHECKED, _S.ENDED),
    # Straight to recognised only with a certificate older than the record: see `check_move`.
    _S.MATERIALS_CHECKED: (_S.SUBMITTED, _S.RECOGNISED, _S.ENDED),
    _S.SUBMITTED: (_S.RECOGNISED, _S.REFUSED, _S.ENDED),
    _S.RECOGNISED: (_S.ENDED,),
    # Who was refused may declare it again, with better papers.
    _S.REFUSED: (_S.SELF_DECLARED, _S.ENDED),
    _S.ENDED: (),
}
# What an authority decided, and what takes an identity away: see `Permission.IDENTITY_DECIDE`.
DECISIONS = frozenset({_S.RECOGNISED, _S.REFUSED, _S.ENDED})
NEED_REASON = frozenset({_S.REFUSED, _S.ENDED})
# States that something may still come of; the others are not reviewed.
OPEN = frozenset({_S.SELF_DECLARED, _S.MATERIALS_CHECKED, _S.SUBMITTED, _S.RECOGNISED})
# Categories that rest on a relative.
REST_ON_KIN = frozenset(
    {
        IdentityCode.RELATIVE,
        IdentityCode.DISTANT_RELATIVE,
        IdentityCode.HONG_KONG_MACAO_RELATIVE,
        IdentityCode.STUDENT_RELATIVE,
    }
)
# Categories that relatives' identities rest on.
CARRY_KIN = frozenset({IdentityCode.RETURNED, IdentityCode.OVERSEAS, IdentityCode.FOREIGN})

REVIEWS: Mapping[EndReason, ReviewReason] = {
    EndReason.DIVORCE: ReviewReason.DIVORCE,
    EndReason.DEATH: ReviewReason.DEATH,
    EndReason.SUPPORT_ENDED: ReviewReason.SUPPORT_ENDED,
    EndReason.MISTAKE: ReviewReason.LINK_REMOVED,
    EndReason.OTHER: ReviewReason.LINK_REMOVED,
}

UNDO_TIME = dt.timedelta(minutes=10)
UNDOABLE = frozenset({StepKind.CHANGE, StepKind.REMOVED, StepKind.KEPT})
FIRST_DAY = dt.date(1900, 1, 1)
LONGEST_REASON = 200
LONGEST_BODY = 120
LONGEST_CERTIFICATE = 60

_NEEDED = _("Needed.")


class Step(Protocol):
    """A line of an identity's history: an `IdentityStep`."""

    kind: str
    from_state: str
    to_state: str
    happened_on: dt.date
    created_at: dt.datetime
    created_by_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A step as somebody gives it; body and number only where an authority recognised.

    ``on`` is the day it happened: for a recognition, the one on the certificate.
    """

    to: IdentityState
    on: dt.date
    reason: str = ""
    recognised_by: str = ""
    certificate: str = ""


def next_states(state: str) -> tuple[IdentityState, ...]:
    """Return what may follow, in the order to offer it.

    >>> [state.value for state in next_states("submitted")]
    ['recognised', 'refused', 'ended']
    """
    return TRANSITIONS[IdentityState(state)]


def clean_move(move: Move) -> Move:
    """Return the step without odd characters, and without what its state does not ask for."""
    is_recognised = move.to is IdentityState.RECOGNISED
    return dataclasses.replace(
        move,
        reason=clean_text(move.reason),
        recognised_by=clean_text(move.recognised_by) if is_recognised else "",
        certificate=clean_text(move.certificate) if is_recognised else "",
    )


def check_move(
    move: Move, *, state: IdentityState, steps: Sequence[Step], today: dt.date
) -> list[Problem]:
    """Return what is wrong with a clean step.

    Days may lie before the record began, for a site writes down what it knows from paper; but
    they keep the order of the steps, and none lies in the future. What was never submitted by
    the site is recognised only by a certificate from before the record.

    Args:
        move: the step.
        state: the present one.
        steps: what happened so far, oldest first, at least the declaration.
        today: in China.

    Raises:
        TransitionError: no such step leads on from here.
    """
    if move.to not in TRANSITIONS[state]:
        raise TransitionError(state, move.to)
    found: list[Problem] = []
    if move.on > today:
        found.append(Problem("on", "day_in_future", IN_THE_FUTURE))
    elif move.on < FIRST_DAY:
        found.append(Problem("on", "day_too_early", _("This year cannot be right.")))
    elif state is _S.MATERIALS_CHECKED and move.to is _S.RECOGNISED:
        if move.on >= steps[0].happened_on:
            found.append(
                Problem(
                    "on",
                    "identity_not_submitted",
                    _(
                        "It was not submitted yet. Without that, only a certificate older than "
                        "this record can be entered."
                    ),
                )
            )
    elif (last := last_day(steps)) and move.on < last:
        message = _("This lies before the step before it, of {day}.").format(day=last.isoformat())
        found.append(Problem("on", "day_before_last_step", message))
    found += check_reason(move.reason, is_needed=move.to in NEED_REASON)
    if move.to is _S.RECOGNISED:
        found += _check_recognition(move)
    return found


def check_reason(reason: str, *, is_needed: bool = True) -> list[Problem]:
    """Return what is wrong with a clean reason."""
    if is_needed and not reason:
        return [Problem("reason", "reason_missing", _("Write the reason."))]
    return [Problem("reason", "too_long", TOO_LONG)] if len(reason) > LONGEST_REASON else []


def last_day(steps: Sequence[Step]) -> dt.date | None:
    """Return the day of the last step that somebody took and nobody undid.

    None if there was none but the declaration, whose day is only that of the entry.
    """
    days: list[dt.date] = []
    for step in steps:
        if step.kind == StepKind.UNDONE:
            days.pop()
        elif step.kind in UNDOABLE and step.from_state:
            days.append(step.happened_on)
    return days[-1] if days else None


def may_undo(steps: Sequence[Step], *, by: UUID | None, now: dt.datetime) -> bool:
    """Say whether account ``by`` may undo the last of ``steps`` at ``now``."""
    last = steps[-1]
    return (
        by is not None
        and last.created_by_id == by
        and last.from_state != ""
        and last.kind in UNDOABLE
        and now - last.created_at <= UNDO_TIME
    )


def _check_recognition(move: Move) -> list[Problem]:
    found: list[Problem] = []
    for name, text, longest in (
        ("recognised_by", move.recognised_by, LONGEST_BODY),
        ("certificate", move.certificate, LONGEST_CERTIFICATE),
    ):
        if not text:
            found.append(Problem(name, "needed", _NEEDED))
        elif len(text) > longest:
            found.append(Problem(name, "too_long", TOO_LONG))
    if MASK in move.certificate:
        found.append(Problem("certificate", "masked", IS_MASKED))
    return found

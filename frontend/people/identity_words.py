"""Identities as pages show them: states, steps and links in words, never more than is true."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from crm.people.choices import IdentityState, Status, StepKind
from crm.people.dates import partial_text
from crm.people.identities.rules import DECISIONS, next_states
from crm.people.identities.selectors import Relative, identities_of, relative_of, steps_of
from crm.people.models import IdentityGround, IdentityStep, PersonIdentity
from frontend.people.fields import country_name
from frontend.people.present import Tag, identity_tag

Text = str | Promise

_KINDS = {IdentityState.RECOGNISED: "good", IdentityState.REFUSED: "bad"}
# What a button calls the step that leads to a state; the same words head its form.
STEP_LABELS: dict[IdentityState, Promise] = {
    IdentityState.SELF_DECLARED: gettext_lazy("Declare it again"),
    IdentityState.MATERIALS_CHECKED: gettext_lazy("Materials are checked"),
    IdentityState.SUBMITTED: gettext_lazy("Handed in to the authority"),
    IdentityState.RECOGNISED: gettext_lazy("Record the recognition"),
    IdentityState.REFUSED: gettext_lazy("Record the refusal"),
    IdentityState.ENDED: pgettext_lazy("identity", "End it"),
}
STEP_ICONS = {
    IdentityState.SELF_DECLARED: "rotate-ccw",
    IdentityState.MATERIALS_CHECKED: "list-checks",
    IdentityState.SUBMITTED: "send",
    IdentityState.RECOGNISED: "badge-check",
    IdentityState.REFUSED: "circle-x",
    IdentityState.ENDED: "circle-stop",
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """A step that can be taken now."""

    to: IdentityState
    label: Text
    icon: str
    kind: str


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """An identity in a few words. ``recognition`` is empty unless an authority recognised it."""

    key: UUID
    label: Text
    state: Tag
    country: str
    times: str
    recognition: str
    mask: str
    field: str
    is_ended: bool
    is_to_review: bool


@dataclass(frozen=True, slots=True)
class StepLine:
    """A line of the history. ``is_undone`` says that the next one took it back."""

    at: dt.datetime
    title: Text
    note: str
    by: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class GroundLine:
    """A link an identity rests on; ``ended`` is empty while it stands."""

    key: UUID
    text: str
    person_id: UUID | None
    tags: list[Tag]
    ended: str


def person_identities(person_id: UUID) -> dict[str, list[IdentityLine]]:
    """Return what the part of a person's page shows."""
    return {"identity_lines": [line_of(identity) for identity in identities_of(person_id)]}


def line_of(identity: PersonIdentity) -> IdentityLine:
    """Return an identity in a few words."""
    state = IdentityState(identity.state)
    # One that ended may have been recognised; nothing else shows a body or a number.
    shown = state in {IdentityState.RECOGNISED, IdentityState.ENDED} and identity.recognised_on
    since = partial_text(identity.since, identity.since_precision)
    until = identity.ended_on.isoformat() if identity.ended_on else ""
    text = (
        _("{body}, {day}")
        if state is IdentityState.RECOGNISED
        else _("was recognised by {body}, {day}")
    )
    return IdentityLine(
        key=identity.pk,
        label=identity.get_code_display(),
        state=state_tag(state),
        country=country_name(identity.country),
        times=f"{since or '…'} – {until}" if until else since,
        recognition=text.format(body=identity.recognised_by, day=identity.recognised_on)
        if shown
        else "",
        mask=str(identity.certificate or "") if shown else "",
        field=f"identities.{identity.pk}",
        is_ended=identity.ended_on is not None,
        is_to_review=identity.review_since is not None,
    )


def state_tag(state: IdentityState) -> Tag:
    """Return the badge of a state: green for one only."""
    return Tag(state.label, _KINDS.get(state, ""))


def steps_now(identity: PersonIdentity, *, may_decide: bool) -> list[NextStep]:
    """Return the steps that this account may take next, the hopeful one first."""
    states = [to for to in next_states(identity.state) if may_decide or to not in DECISIONS]
    return [
        NextStep(
            to=to,
            label=STEP_LABELS[to],
            icon=STEP_ICONS[to],
            kind="primary" if place == 0 and to is not IdentityState.ENDED else "",
        )
        for place, to in enumerate(states)
    ]


def history_of(identity: PersonIdentity) -> list[StepLine]:
    """Return the history, newest first."""
    steps = steps_of(identity)
    grounds = {ground.pk: ground for ground in identity.grounds.all()}
    after: list[IdentityStep | None] = [*steps[1:], None]
    lines = [
        StepLine(
            at=step.created_at,
            title=step_title(step),
            note=step_note(step, grounds.get(step.ground_id) if step.ground_id else None),
            by=str(step.created_by or ""),
            is_undone=following is not None and following.kind == StepKind.UNDONE,
        )
        for step, following in zip(steps, after, strict=True)
    ]
    return lines[::-1]


def step_title(step: IdentityStep) -> Text:
    """Return what happened: the new state, or what kind of thing it was."""
    if step.kind == StepKind.CHANGE:
        return step.get_to_state_display()
    if step.kind in {StepKind.REMOVED, StepKind.UNDONE}:
        return _("{what}: {state}").format(
            what=step.get_kind_display(), state=step.get_to_state_display()
        )
    return step.get_kind_display()


def step_note(step: IdentityStep, ground: IdentityGround | None = None) -> str:
    """Return day, reason and the link that a step is about."""
    parts = [
        f"{step.happened_on:%Y-%m-%d}",
        step.get_review_reason_display() if step.kind in _ABOUT_LINKS else "",
        relative_text(relative_of(ground)) if ground else "",
        step.reason,
    ]
    return _(", ").join(str(part) for part in parts if part)


_ABOUT_LINKS = {StepKind.REVIEW, StepKind.CARRIED, StepKind.NOTE, StepKind.KEPT}


def ground_line(ground: IdentityGround) -> GroundLine:
    """Return a link in words."""
    relative = relative_of(ground)
    ended = ""
    if ground.ended_on:
        ended = _("{reason}, {day}").format(
            reason=ground.get_end_reason_display(), day=ground.ended_on
        )
    return GroundLine(
        key=ground.pk,
        text=relative_text(relative),
        person_id=relative.person_id,
        tags=relative_tags(relative),
        ended=ended,
    )


def relative_text(relative: Relative) -> str:
    """Return who a relative is: the relation, and a name or a country."""
    who = relative.name or country_name(relative.country)
    if not who:
        return pgettext("relative", "{relation} abroad").format(relation=relative.relation)
    return _("{relation}: {who}").format(relation=relative.relation, who=who)


def relative_tags(relative: Relative) -> list[Tag]:
    """Return the badges of a relative: identities that could carry another's, the late."""
    tags = [
        identity_tag(code, state == IdentityState.RECOGNISED) for code, state in relative.carrying
    ]
    if relative.status == Status.DECEASED:
        tags.append(Tag(Status.DECEASED.label))
    return tags

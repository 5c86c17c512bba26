"""The states of an identity: every step, every refusal, the history and its undoing."""

import dataclasses
import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from accounts.roles import Role
from audit.models import AuditEntry
from crm.people import services as people_services
from crm.people.choices import IdentityCode, IdentityState, RevealReason, StepKind
from crm.people.errors import InvalidPersonError
from crm.people.identities import rules, services
from crm.people.identities.errors import (
    CurrentAlreadyError,
    IdentityChangedError,
    InvalidStepError,
    NotUnderReviewError,
    TransitionError,
    UndoError,
)
from crm.people.identities.rules import Move
from crm.people.identities.selectors import last_key, steps_of
from crm.people.models import IdentityStep, PersonIdentity
from crm.people.selectors import people_with_parts, values_of
from crm.people.values import IdentityValues
from tenants.context import inside
from tests.factories import people
from tests.factories.people import NOW, TODAY
from tests.fixtures_accounts import make_account

S = IdentityState
LATER = NOW + dt.timedelta(days=3)
BODY = "厦门市人民政府侨务办公室"


def given_identity(code=IdentityCode.RETURNED):
    return people.person(identities=(IdentityValues(code=code, country="ID"),)).identities.get()


def step_to(identity, to, *, on=TODAY, by=None, now=NOW, **values):
    if to is S.RECOGNISED:
        values = {"recognised_by": BODY, "certificate": "闽厦侨2026-0117"} | values
    if to in rules.NEED_REASON:
        values = {"reason": "材料不足"} | values
    return services.move(
        identity_id=identity.pk,
        seen=last_key(PersonIdentity.objects.get(pk=identity.pk)),
        move=Move(to=to, on=on, **values),
        by=by,
        now=now,
    )


# The shortest way to each state.
WAYS = {
    S.SELF_DECLARED: (),
    S.MATERIALS_CHECKED: (S.MATERIALS_CHECKED,),
    S.SUBMITTED: (S.MATERIALS_CHECKED, S.SUBMITTED),
    S.RECOGNISED: (S.MATERIALS_CHECKED, S.SUBMITTED, S.RECOGNISED),
    S.REFUSED: (S.MATERIALS_CHECKED, S.SUBMITTED, S.REFUSED),
    S.ENDED: (S.ENDED,),
}


def brought_to(state, **values):
    identity = given_identity(**values)
    for to in WAYS[state]:
        step_to(identity, to)
    identity.refresh_from_db()
    return identity


def problems(identity, to, **values):
    with pytest.raises(InvalidStepError) as caught:
        step_to(identity, to, **values)
    return {problem.field: problem.code for problem in caught.value.problems}


@pytest.mark.parametrize("source", S)
@pytest.mark.parametrize("target", S)
def test_only_the_steps_of_the_table_are_taken(north, source, target):
    identity = brought_to(source)
    before = identity.steps.count()
    # From checked papers straight to recognised: a certificate older than the record only.
    old = (source, target) == (S.MATERIALS_CHECKED, S.RECOGNISED)
    on = dt.date(1986, 5, 4) if old else TODAY
    if target in rules.TRANSITIONS[source]:
        step_to(identity, target, on=on)
        identity.refresh_from_db()
        assert identity.state == target
        last = identity.steps.last()
        assert (last.from_state, last.to_state, last.happened_on) == (source, target, on)
        assert AuditEntry.objects.filter(action="identity.move").count() == before
    else:
        with pytest.raises(TransitionError, match=str(source.label)):
            step_to(identity, target, on=on)
        identity.refresh_from_db()
        assert identity.state == source
        assert identity.steps.count() == before


def test_the_law_of_the_table():
    assert rules.TRANSITIONS[S.ENDED] == ()
    assert all(S.ENDED in targets for state, targets in rules.TRANSITIONS.items() if targets)
    assert [s for s, targets in rules.TRANSITIONS.items() if S.SELF_DECLARED in targets] == [
        S.REFUSED
    ]
    assert set(rules.TRANSITIONS) == set(S)


def test_a_new_identity_says_who_declared_it_and_when(north):
    clerk = make_account(Role.CLERK)
    identity = people_services.add_person(
        values=people.values(), by=clerk, now=NOW
    ).person.identities.get()
    step = identity.steps.get()
    assert (step.from_state, step.to_state, step.created_by) == ("", S.SELF_DECLARED, clerk)
    assert step.happened_on == TODAY


def test_a_roster_s_identity_tells_its_beginning_without_a_row(north):
    identity = given_identity()
    identity.steps.all().delete()
    (step,) = steps_of(identity)
    assert (step.to_state, step.created_at) == (S.SELF_DECLARED, identity.created_at)
    step_to(identity, S.MATERIALS_CHECKED)
    identity.refresh_from_db()
    assert [s.to_state for s in steps_of(identity)] == [S.SELF_DECLARED, S.MATERIALS_CHECKED]


def test_a_recognition_needs_body_number_and_day(north):
    identity = brought_to(S.SUBMITTED)
    found = problems(identity, S.RECOGNISED, recognised_by=" ", certificate="")
    assert found == {"recognised_by": "needed", "certificate": "needed"}
    assert problems(identity, S.RECOGNISED, certificate="闽****17") == {"certificate": "masked"}
    tomorrow = TODAY + dt.timedelta(days=1)
    assert problems(identity, S.RECOGNISED, on=tomorrow) == {"on": "day_in_future"}

    step_to(identity, S.RECOGNISED)
    identity.refresh_from_db()
    assert (identity.recognised_by, identity.recognised_on) == (BODY, TODAY)
    assert identity.certificate.reveal() == "闽厦侨2026-0117"
    assert "2026-0117" not in str(identity.certificate)


@pytest.mark.parametrize("missing", [{"recognised_by": ""}, {"recognised_on": None},
                                     {"certificate": None}])  # fmt: skip
def test_the_table_itself_knows_no_recognition_without_proof(north, missing):
    identity = brought_to(S.RECOGNISED)
    for name, value in missing.items():
        setattr(identity, name, value)
    with pytest.raises(IntegrityError, match="recognised_identity"), transaction.atomic():
        identity.save()


def test_a_refusal_and_an_end_need_a_reason(north):
    identity = brought_to(S.SUBMITTED)
    assert problems(identity, S.REFUSED, reason=" ") == {"reason": "reason_missing"}
    assert problems(identity, S.ENDED, reason="") == {"reason": "reason_missing"}
    assert problems(identity, S.ENDED, reason="长" * 201) == {"reason": "too_long"}


def test_steps_keep_their_order_in_time(north):
    identity = given_identity()
    step_to(identity, S.MATERIALS_CHECKED, on=dt.date(2026, 2, 10))
    assert problems(identity, S.SUBMITTED, on=dt.date(2026, 2, 9)) == {"on": "day_before_last_step"}
    assert problems(identity, S.SUBMITTED, on=dt.date(206, 2, 9)) == {"on": "day_too_early"}
    step_to(identity, S.SUBMITTED, on=dt.date(2026, 2, 10))


def test_only_an_older_certificate_needs_no_submission(north):
    identity = brought_to(S.MATERIALS_CHECKED)
    assert problems(identity, S.RECOGNISED) == {"on": "identity_not_submitted"}
    step_to(identity, S.RECOGNISED, on=dt.date(1986, 5, 4))
    identity.refresh_from_db()
    assert identity.recognised_on == dt.date(1986, 5, 4)


def test_a_step_chosen_on_an_old_page_is_refused(north):
    identity = given_identity()
    seen = last_key(identity)
    step_to(identity, S.MATERIALS_CHECKED)
    with pytest.raises(IdentityChangedError):
        services.move(
            identity_id=identity.pk,
            seen=seen,
            move=Move(to=S.ENDED, on=TODAY, reason="重复"),
            by=None,
            now=NOW,
        )
    identity.refresh_from_db()
    assert identity.state == S.MATERIALS_CHECKED


def test_ended_is_final_and_a_new_row_may_begin(north):
    identity = brought_to(S.RECOGNISED)
    step_to(identity, S.ENDED, reason="本人申请")
    identity.refresh_from_db()
    assert identity.ended_on == TODAY
    person = identity.person
    declare(person, IdentityCode.RETURNED)
    states = PersonIdentity.objects.filter(person=person).values_list("state", flat=True)
    assert sorted(states) == [S.ENDED, S.SELF_DECLARED]


def declare(person, *codes, now=LATER):
    person = people_with_parts().get(pk=person.pk)
    found = tuple(IdentityValues(code=code, country="ID") for code in codes)
    return people_services.change_person(
        person_id=person.pk,
        version=person.version,
        values=dataclasses.replace(values_of(person), identities=found),
        by=None,
        now=now,
    )


def test_saving_the_person_s_form_leaves_states_alone(north):
    identity = brought_to(S.RECOGNISED)
    person = people_with_parts().get(pk=identity.person_id)
    people_services.change_person(
        person_id=person.pk,
        version=person.version,
        values=dataclasses.replace(
            values_of(person),
            note="住院",
            identities=(IdentityValues(code=IdentityCode.RETURNED, country="MY"),),
        ),
        by=None,
        now=LATER,
    )
    identity.refresh_from_db()
    assert (identity.state, identity.country) == (S.RECOGNISED, "MY")
    assert identity.certificate.reveal() == "闽厦侨2026-0117"


def test_a_form_without_a_recognised_identity_is_refused(north):
    identity = brought_to(S.RECOGNISED)
    with pytest.raises(InvalidPersonError, match="recognised"):
        declare(identity.person, IdentityCode.RELATIVE)
    identity.refresh_from_db()
    assert identity.state == S.RECOGNISED


def test_a_form_without_another_identity_ends_it_with_a_step(north):
    identity = brought_to(S.SUBMITTED)
    declare(identity.person, IdentityCode.RELATIVE)
    identity.refresh_from_db()
    assert identity.state == S.ENDED
    last = identity.steps.last()
    assert (last.kind, last.from_state, last.to_state) == (StepKind.REMOVED, S.SUBMITTED, S.ENDED)


def test_the_last_step_is_undone_and_stays_readable(north):
    clerk = make_account(Role.CLERK)
    identity = brought_to(S.SUBMITTED)
    step_to(identity, S.RECOGNISED, by=clerk)
    undo(identity, clerk, NOW + dt.timedelta(minutes=10))
    identity.refresh_from_db()
    assert identity.state == S.SUBMITTED
    assert (identity.recognised_by, identity.recognised_on, identity.certificate) == (
        "",
        None,
        None,
    )
    kinds = [step.kind for step in identity.steps.all()]
    assert kinds[-2:] == [StepKind.CHANGE, StepKind.UNDONE]
    assert identity.steps.last().created_by == clerk
    assert AuditEntry.objects.filter(action="identity.undo").exists()


def undo(identity, by, now):
    return services.undo(
        identity_id=identity.pk,
        seen=last_key(PersonIdentity.objects.get(pk=identity.pk)),
        by=by,
        now=now,
    )


def test_an_undone_day_no_longer_holds_back_the_next_step(north):
    clerk = make_account(Role.CLERK)
    identity = given_identity()
    step_to(identity, S.MATERIALS_CHECKED, on=TODAY, by=clerk)
    undo(identity, clerk, NOW)
    step_to(identity, S.MATERIALS_CHECKED, on=dt.date(2026, 2, 1))


def test_undo_is_for_ten_minutes_for_whoever_did_it_and_once(north):
    clerk, other = make_account(Role.CLERK), make_account(Role.CLERK, name="陈立")
    identity = given_identity()
    with pytest.raises(UndoError):
        undo(identity, clerk, NOW)
    step_to(identity, S.MATERIALS_CHECKED, by=clerk)
    with pytest.raises(UndoError):
        undo(identity, other, NOW)
    with pytest.raises(UndoError):
        undo(identity, clerk, NOW + dt.timedelta(minutes=10, seconds=1))
    undo(identity, clerk, NOW)
    with pytest.raises(UndoError):
        undo(identity, clerk, NOW)


def test_an_end_is_not_undone_beside_a_new_beginning(north):
    clerk = make_account(Role.CLERK)
    identity = given_identity()
    step_to(identity, S.ENDED, by=clerk)
    declare(identity.person, IdentityCode.RETURNED, now=NOW)
    with pytest.raises(CurrentAlreadyError):
        undo(identity, clerk, NOW)


def test_an_end_is_undone(north):
    clerk = make_account(Role.CLERK)
    identity = brought_to(S.RECOGNISED)
    step_to(identity, S.ENDED, by=clerk)
    undo(identity, clerk, NOW)
    identity.refresh_from_db()
    assert (identity.state, identity.ended_on, identity.recognised_by) == (S.RECOGNISED, None, BODY)


def test_nothing_is_kept_that_nobody_reviews(north):
    identity = brought_to(S.RECOGNISED)
    with pytest.raises(NotUnderReviewError):
        services.keep(
            identity_id=identity.pk, seen=last_key(identity), reason="x", by=None, now=NOW
        )


def test_the_number_of_the_certificate_is_sealed_and_shown_with_a_reason(north):
    clerk = make_account(Role.CLERK)
    identity = brought_to(S.RECOGNISED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT certificate FROM people_personidentity WHERE id = %s", [identity.pk])
        assert b"2026-0117" not in bytes(cursor.fetchone()[0])
    step_to(identity, S.ENDED)  # an ended one can be looked up too
    clear = people_services.reveal(
        person=people_with_parts().get(pk=identity.person_id),
        field=f"identities.{identity.pk}",
        reason=RevealReason.APPLICATION,
        by=clerk,
        now=NOW,
    )
    assert clear == "闽厦侨2026-0117"
    entry = AuditEntry.objects.get(action="person.reveal")
    assert entry.fields == ["identities"]
    assert "2026-0117" not in str(entry.detail)


made_steps = st.lists(
    st.tuples(st.sampled_from(["change", "undone", "note"]), st.integers(0, 40)), max_size=8
)


@given(made_steps)
def test_the_last_day_is_that_of_the_last_step_that_stands(moves):
    standing, steps = [], []
    for kind, days in moves:
        if kind == "undone" and not standing:
            continue
        on = TODAY + dt.timedelta(days=days)
        if kind == "change":
            standing.append(on)
        elif kind == "undone":
            standing.pop()
        steps.append(SimpleNamespace(kind=kind, from_state="submitted", happened_on=on))
    assert rules.last_day(steps) == (standing[-1] if standing else None)


def test_steps_belong_to_their_site(north, south):
    given_identity()
    with inside(south):
        assert not IdentityStep.objects.exists()

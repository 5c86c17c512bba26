"""Households and relatives abroad that a file brings: on record who, when and by which import."""

import datetime as dt

import pytest

from audit.models import AuditEntry
from audit.services import check_chain
from crm.people.choices import HouseholdRole, MembershipKind
from crm.people.history import changes_of
from crm.people.households import members, services
from crm.people.households.values import HouseholdValues
from crm.people.importing import batches
from crm.people.importing.undoing import edited_since
from crm.people.models import Household, HouseholdMember, OverseasKin, Person, PersonChange
from crm.people.values import DocumentValues
from tests.crm.people.test_import import HEADINGS, line
from tests.crm.people.test_imports import LATER, outcomes, step, upload
from tests.factories import people
from tests.factories.people import resident_id

__all__ = ["step", "upload"]

FAMILY = [*HEADINGS, "户号", "户主", "与户主关系"]
EVEN_LATER = LATER + dt.timedelta(days=1)


def row(number, name, relation, **cells):
    given = {"姓名": name, "与海外直系亲属关系": "兄弟", "备注": "会潮汕话"} | cells
    return [*line(number, **given), "0815", "曾庆红", relation]


@pytest.fixture
def known(north):
    """Somebody on record, whom the file says to be of the household."""
    return people.person(
        full_name="林建国",
        note="会潮汕话",
        documents=(DocumentValues(number=resident_id(sequence=4)),),
    )


@pytest.fixture
def batch(known, upload, step):
    """Put a couple on the register, one of whom is there already."""
    rows = [row(1, "曾庆红", "户主"), row(2, "林建国", "配偶")]
    return step(batches.run, step(batches.check, upload(*rows, headings=FAMILY)))


def entries(action):
    return AuditEntry.objects.filter(action=action)


def test_the_audit_says_which_import_made_a_household_and_who_is_in_it(batch, known):
    home = Household.objects.get()
    assert HouseholdMember.objects.filter(household=home).count() == 2
    opened = entries("household.open").get()
    assert (opened.object_key, opened.detail) == (str(home.pk), {"import": str(batch.pk)})
    wife = Person.objects.get(full_name="曾庆红")
    added = entries("person.add").get(person_key=wife.pk)
    assert added.detail["import"] == str(batch.pk)
    assert {"memberships", "overseas_kin"} <= set(added.fields)
    for action in ("household.join", "overseas_kin.add"):
        entry = entries(action).get()
        assert (entry.person_key, entry.detail) == (known.pk, {"import": str(batch.pk)})
    assert check_chain(now=EVEN_LATER) == []


def test_the_history_of_somebody_on_record_says_what_the_import_gave_them(batch, known):
    given = {
        item.field: item.after
        for change in PersonChange.objects.filter(person=known, cause="import", cause_key=batch.pk)
        for item in changes_of(change)
    }
    assert given["household"]["household"] == str(Household.objects.get().pk)
    assert given["overseas_kin"]["country"] == "ID"


def test_undoing_takes_families_back_and_says_so(batch, known, step):
    assert not edited_since(batch).exists()
    step(batches.undo, batch)
    assert {outcome for outcome, _reason in outcomes(batch).values()} == {"undone"}
    assert list(Person.objects.all()) == [known]
    assert not Household.objects.exists()
    assert not OverseasKin.objects.exists()
    for action in ("household.remove_member", "overseas_kin.remove"):
        entry = entries(action).get()
        assert (entry.person_key, entry.detail) == (known.pk, {"import": str(batch.pk)})
    undone = PersonChange.objects.filter(person=known, cause="undo", cause_key=batch.pk)
    lost = [item for change in undone for item in changes_of(change) if item.after == ""]
    assert {"household", "overseas_kin"} <= {item.field for item in lost}
    assert check_chain(now=EVEN_LATER) == []


def test_whose_place_somebody_corrected_since_stays(batch, known, step):
    home = Household.objects.get()
    for member in HouseholdMember.objects.all():
        members.change_member(
            household_id=home.pk,
            version=Household.objects.get().version,
            member_id=member.pk,
            role=HouseholdRole.OTHER,
            kind=MembershipKind.LIVING,
            valid_from=None,
            by=None,
            now=EVEN_LATER,
        )
    assert edited_since(batch).count() == 2
    step(batches.undo, batch)
    assert set(outcomes(batch).values()) == {("kept", "changed_since")}
    assert HouseholdMember.objects.filter(role=HouseholdRole.OTHER).count() == 2


def test_a_household_that_somebody_described_since_stays_empty(batch, step):
    home = Household.objects.get()
    services.change_household(
        household_id=home.pk,
        version=home.version,
        values=HouseholdValues(label=home.label, note="三楼，敲门"),
        by=None,
        now=EVEN_LATER,
    )
    step(batches.undo, batch)
    assert Household.objects.get().members.count() == 0


def test_a_second_row_about_a_new_person_does_not_keep_them(north, upload, step):
    """What the import itself gave somebody of its own counts as no change of others."""
    batch = step(
        batches.check,
        upload([*line(1), "", "", ""], row(1, "曾庆红", "户主", 备注="会潮汕话"), headings=FAMILY),
    )
    doubtful = batch.rows.get(action="duplicate")
    batches.decide(batch_id=batch.pk, decisions={doubtful.pk: "update"})
    step(batches.run, batch)
    assert HouseholdMember.objects.count() == 1
    step(batches.undo, batch)
    assert (Person.objects.count(), Household.objects.count()) == (0, 0)

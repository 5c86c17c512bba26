"""Who might be 侨眷 by law: the statutory circle, and declaring one of it on the link shown."""

import pytest
from django.utils.translation import override

from crm.people import services
from crm.people.choices import EndReason, IdentityCode, KinCode, KinLink, Status
from crm.people.identities.declaring import declare_relative
from crm.people.identities.selectors import ground_key
from crm.people.kinship import selectors
from crm.people.kinship.relations import Relation
from crm.people.kinship.services import end_kinship
from crm.people.models import Kinship, Person
from tests.crm.people.test_kinship import F, M, abroad, family, link, someone
from tests.factories.people import NOW, TODAY

__all__ = ["family"]


def test_candidates_are_the_statutory_circle_without_the_identity(family):
    with override("zh-hans"):
        names = {ground.start.name: ground.way.term_back for ground in selectors.candidates(None)}
    assert names == {"黄玉兰": "妻子", "陈秀英": "女儿", "林建国": "女婿", "林晓雯": "外孙女"}


@pytest.mark.parametrize("code", [IdentityCode.RELATIVE, IdentityCode.OVERSEAS])
def test_whoever_has_the_identity_or_lives_abroad_is_no_candidate(family, code):
    other = someone("陈大卫", M, 1965, code)
    link(family["陈伯年"], Relation.SON, other)
    assert "陈大卫" not in {ground.start.name for ground in selectors.candidates(None)}


def test_the_dead_are_no_candidates_and_make_none(family):
    old = family["陈伯年"]
    services.set_status(
        person_id=old.pk, version=old.version, status=Status.DECEASED, by=None, now=NOW
    )
    assert selectors.candidates(None) == []
    assert selectors.ground_of(family["林晓雯"].pk).end.name == "陈伯年"


def test_support_makes_candidates_in_both_directions_and_divorce_unmakes_them(family):
    nephew = someone("陈远", M, 1980)
    link(nephew, Relation.SUPPORTER, family["陈伯年"])
    assert "陈远" in {ground.start.name for ground in selectors.candidates(None)}
    marriage = Kinship.objects.get(link=KinLink.SPOUSE, person__full_name__in=["林建国", "陈秀英"])
    end_kinship(kinship_id=marriage.pk, reason=EndReason.DIVORCE, on=TODAY, by=None, now=NOW)
    assert "林建国" not in {ground.start.name for ground in selectors.candidates(None)}


def test_candidates_cost_the_same_for_one_family_and_for_many(north, django_assert_max_num_queries):
    for number in range(4):
        old = someone(f"长者{number}", M, 1935, IdentityCode.RETURNED)
        link(someone(f"子女{number}", F, 1965), Relation.FATHER, old)
    with django_assert_max_num_queries(7):
        assert len(selectors.candidates(None)) == 4


def test_a_relative_abroad_needs_no_name_and_makes_a_candidate(north):
    mother, child = someone("甲", F, 1962), someone("乙", M, 1990)
    link(child, Relation.MOTHER, mother)
    abroad(mother, KinCode.PARENT)
    found = {ground.start.name: ground for ground in
             selectors.candidates(None)}  # fmt: skip
    assert set(found) == {"甲", "乙"}
    assert found["乙"].overseas.relation == KinCode.PARENT
    assert selectors.ground_of(child.pk).overseas is not None


def test_whoever_one_may_not_see_is_no_candidate(family, monkeypatch):
    """No right narrows the register today; the list asks all the same, once there is one."""
    only = Person.objects.filter(full_name="林晓雯")
    monkeypatch.setattr(selectors, "visible_people", lambda by: only)
    assert [ground.start.name for ground in selectors.candidates(None)] == ["林晓雯"]


def test_every_candidate_can_be_declared_on_the_ground_that_is_shown(family):
    mother, child = someone("甲", F, 1962), someone("乙", M, 1990)
    link(child, Relation.MOTHER, mother)
    abroad(mother, KinCode.PARENT)
    shown = {ground.start.id: ground.key for ground in selectors.candidates(None)}
    assert len(shown) == 6
    for person_id, key in shown.items():
        identity = declare_relative(person_id=person_id, key=key, by=None, now=NOW)
        assert [ground_key(ground) for ground in identity.grounds.all()] == [key]
        again = declare_relative(person_id=person_id, by=None, now=NOW)
        assert (again, again.grounds.count()) == (identity, 1)
    assert selectors.candidates(None) == []


def test_an_uncle_abroad_makes_no_candidate_of_the_child(north):
    mother, child = someone("甲", F, 1962), someone("乙", M, 1990)
    link(child, Relation.MOTHER, mother)
    abroad(mother, KinCode.SIBLING)
    assert [ground.start.name for ground in selectors.candidates(None)] == ["甲"]
    assert not selectors.ground_of(child.pk).is_in_circle

"""The pages of families: a clerk links, ends, opens, moves, splits, merges and prints."""

import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from crm.people.choices import EndReason, HouseholdRole, IdentityCode, KinLink, Sex, Status
from crm.people.households import members, selectors, services
from crm.people.households.values import HouseholdValues, MemberValues
from crm.people.identities.selectors import ground_key
from crm.people.kinship.relations import Relation
from crm.people.kinship.services import add_kinship
from crm.people.models import Household, HouseholdMember, Kinship, OverseasKin, PersonIdentity
from crm.people.values import IdentityValues, PhoneValues
from tests.factories import people
from tests.factories.people import NOW

HTMX = {"HTTP_HX_REQUEST": "true"}
BY = {"by": None, "now": NOW}


def someone(name, sex=Sex.FEMALE, year=1960, *codes, **more):
    return people.person(
        full_name=name, sex=sex, birth_date=dt.date(year, 5, 1), documents=(),
        identities=tuple(IdentityValues(code=code) for code in codes), **more,
    )  # fmt: skip


def link(person, relation, relative):
    return add_kinship(
        person_id=person.pk, relative_id=relative.pk, relation=relation, **BY
    ).kinship


def person_page(client, person):
    return client.get(reverse("people:detail", args=[person.pk])).content.decode()


@pytest.fixture
def girl(north):
    """外孙女 of 陈伯年, a 归侨, through her mother 陈秀英."""
    old = someone("陈伯年", Sex.MALE, 1935, IdentityCode.RETURNED)
    mother = someone("陈秀英", Sex.FEMALE, 1962)
    girl = someone("林晓雯", Sex.FEMALE, 1990)
    link(mother, Relation.FATHER, old)
    link(girl, Relation.MOTHER, mother)
    return girl


@pytest.fixture
def home(north):
    wife = someone("曾庆红", phones=(PhoneValues(number="13800138000"),))
    husband = someone("林建国", Sex.MALE, 1958, phones=(PhoneValues(number="13800138000"),))
    link(wife, Relation.HUSBAND, husband)
    return services.open_household(
        values=HouseholdValues(label="林建国户", address="厦门市思明区榕荫里12号301室"),
        members=[
            MemberValues(person_id=husband.pk, role=HouseholdRole.HEAD),
            MemberValues(person_id=wife.pk, role=HouseholdRole.SPOUSE),
        ],
        **BY,
    )


def url(name, household, *more):
    return reverse(f"households:{name}", args=[household.pk, *more])


def row_of(name):
    return HouseholdMember.objects.get(person__full_name=name, valid_to__isnull=True)


def fresh(household):
    return Household.objects.get(pk=household.pk)


def test_a_persons_page_tells_the_family_and_the_way(clerk_client, girl):
    page = person_page(clerk_client, girl)
    assert "外孙女 → 外祖父（归侨，本人自述）" in page
    assert "母亲" in page
    assert reverse("kin:add", args=[girl.pk]) in page


def test_the_page_of_a_person_without_a_family_says_so(clerk_client, north):
    page = person_page(clerk_client, someone("甲"))
    assert "外祖父" not in page
    assert 'class="way"' not in page


def test_the_page_costs_the_same_for_a_large_family(
    clerk_client, girl, django_assert_max_num_queries
):
    for number in range(6):
        link(someone(f"妹妹{number}", Sex.FEMALE, 1992 + number), Relation.ELDER_SISTER, girl)
    with django_assert_max_num_queries(45):
        person_page(clerk_client, girl)


def test_a_relative_is_found_chosen_and_linked_without_a_script(clerk_client, girl):
    aunt = someone("陈秀兰", Sex.FEMALE, 1965)
    mother = Kinship.objects.get(person=girl).relative
    address = reverse("kin:add", args=[mother.pk])
    assert "陈秀兰" not in clerk_client.get(address).content.decode()

    typed = {"q": "chenxl", "relation": "younger_sister", "proof": "户口簿", "find": "1"}
    page = clerk_client.post(address, typed).content.decode()
    assert str(aunt.pk) in page
    assert "户口簿" in page
    assert "errorlist" not in page
    live = clerk_client.post(address, typed, **HTMX).content.decode()
    assert live.strip().startswith('<div id="found"')
    assert str(aunt.pk) in live
    nobody = clerk_client.post(address, typed | {"q": "zzzz"}, **HTMX).content.decode()
    assert "<input" not in nobody
    assert '<div id="found"' in clerk_client.get(address, **HTMX).content.decode()

    typed.pop("find")
    done = clerk_client.post(address, typed | {"chosen": str(aunt.pk)})
    assert done["Location"].startswith(reverse("people:detail", args=[mother.pk]))
    assert "妹妹" in person_page(clerk_client, mother)
    assert "姐姐" in person_page(clerk_client, aunt)


def test_what_is_wrong_with_a_link_is_said_at_its_field(clerk_client, girl):
    address = reverse("kin:add", args=[girl.pk])
    nobody = clerk_client.post(address, {"relation": "father"})
    assert nobody.status_code == 422
    assert 'href="#id_q"' in nobody.content.decode()
    mother = Kinship.objects.get(person=girl).relative
    wrong = clerk_client.post(address, {"relation": "father", "chosen": str(mother.pk)})
    assert wrong.status_code == 422
    assert 'href="#id_relation"' in wrong.content.decode()
    twice = clerk_client.post(address, {"relation": "mother", "chosen": str(mother.pk)})
    assert 'href="#id_chosen_0"' in twice.content.decode()
    assert clerk_client.post(address, {"relation": "?", "chosen": "x"}).status_code == 422


def test_words_that_do_not_fit_the_persons_sex_are_not_offered(clerk_client, girl):
    page = clerk_client.get(reverse("kin:add", args=[girl.pk])).content.decode()
    assert 'value="husband"' in page
    assert 'value="wife"' not in page


def test_a_divorce_is_written_down_and_the_link_stays_in_the_history(clerk_client, home):
    row = Kinship.objects.get(link=KinLink.SPOUSE)
    address = reverse("kin:end", args=[row.person_id, row.pk])
    page = clerk_client.get(address).content.decode()
    assert 'value="divorce"' in page
    assert 'value="support_ended"' not in page
    assert clerk_client.post(address, {"reason": "divorce", "on": ""}).status_code == 422
    today = timezone.localdate().isoformat()
    assert clerk_client.post(address, {"reason": "divorce", "on": today}).status_code == 302
    row.refresh_from_db()
    assert row.end_reason == EndReason.DIVORCE
    assert today in person_page(clerk_client, row.person)
    assert clerk_client.post(address, {"reason": "mistake"}).status_code == 302
    assert today not in person_page(clerk_client, row.person)


def test_a_relative_abroad_is_entered_changed_and_ended(clerk_client, north):
    person = someone("甲")
    address = reverse("kin:add-overseas", args=[person.pk])
    assert clerk_client.get(address).status_code == 200
    named = {"relation": "GRP", "country": "ID", "standing": "HQ", "name": "陈文辉"}
    refused = clerk_client.post(address, named)
    assert refused.status_code == 422
    assert 'href="#id_name"' in refused.content.decode()
    assert clerk_client.post(address, named | {"has_agreed": "on"}).status_code == 302
    kin = OverseasKin.objects.get()
    page = person_page(clerk_client, person)
    assert "印度尼西亚" in page
    assert "陈文辉" not in page

    address = reverse("kin:edit-overseas", args=[person.pk, kin.pk])
    assert "陈文辉" not in clerk_client.get(address).content.decode()
    assert clerk_client.post(address, {"relation": "PAR", "country": "MY"}).status_code == 302
    kin.refresh_from_db()
    assert (kin.relation, kin.country, kin.name) == ("PAR", "MY", None)
    address = reverse("kin:end-overseas", args=[person.pk, kin.pk])
    assert clerk_client.post(address, {"reason": "mistake"}).status_code == 302
    assert "马来西亚" not in person_page(clerk_client, person)


def test_candidates_are_listed_with_their_way_and_only_declared(clerk_client, girl):
    page = clerk_client.get(reverse("kin:candidates")).content.decode()
    assert "外孙女 → 外祖父（归侨，本人自述）" in page
    (shown,) = re.findall(r'name="ground" value="(kin:[^":]+:[^"]+)"', page)
    address = reverse("kin:declare", args=[girl.pk])
    assert clerk_client.post(address, {"ground": f"kin:{girl.pk}"}).status_code == 302
    assert not PersonIdentity.objects.filter(person=girl).exists(), "that link is not there"
    for _twice in range(2):
        assert clerk_client.post(address, {"ground": shown}).status_code == 302
    identity = PersonIdentity.objects.get(person=girl)
    assert (identity.code, identity.state) == ("QJ", "self_declared")
    assert [ground_key(ground) for ground in identity.grounds.all()] == [shown]
    clerk_client.get(reverse("people:detail", args=[girl.pk]))  # takes the message along
    assert "林晓雯" not in clerk_client.get(reverse("kin:candidates")).content.decode()
    outsider = someone("外人")
    clerk_client.post(reverse("kin:declare", args=[outsider.pk]))
    clerk_client.post(reverse("kin:declare", args=[outsider.pk]), {"ground": shown})
    assert not PersonIdentity.objects.filter(person=outsider).exists()


def test_the_household_page_masks_joins_and_draws(clerk_client, home):
    response = clerk_client.get(url("detail", home))
    page = response.content.decode()
    assert "138****8000" in page
    assert "13800138000" not in page
    assert "榕荫里" not in page
    assert page.count('<svg class="family"') == 1
    assert "<desc" in page
    assert 'class="tie tie-couple"' in page
    assert "style=" not in page
    assert "no-store" in response["Cache-Control"]


def test_only_what_an_authority_recognised_is_marked_in_the_picture(clerk_client, home):
    person = row_of("林建国").person
    row = person.identities.create(code=IdentityCode.RETURNED, created_at=NOW)
    assert "figure-note" not in clerk_client.get(url("detail", home)).content.decode()
    row.state, row.recognised_by, row.recognised_on = "recognised", "厦门市侨办", NOW.date()
    row.certificate = "侨字001"
    row.save()
    assert "figure-note" in clerk_client.get(url("detail", home)).content.decode()


def test_the_address_is_shown_after_a_reason(clerk_client, home):
    address = url("reveal", home)
    assert "榕荫里" not in clerk_client.get(address, **HTMX).content.decode()
    assert clerk_client.post(address, {"reason": "other"}).status_code == 422
    assert "榕荫里12号301室" in clerk_client.post(address, {"reason": "contact"}).content.decode()


def test_the_sheet_is_masked(clerk_client, home):
    page = clerk_client.get(url("print", home)).content.decode()
    assert "林建国" in page
    assert "13800138000" not in page
    assert "榕荫里" not in page


def test_a_household_is_opened_from_a_person_and_joined(clerk_client, north):
    head, wife = someone("林建国", Sex.MALE, 1958), someone("曾庆红")
    address = f"{reverse('households:add')}?person={head.pk}"
    assert "林建国" in clerk_client.get(address).content.decode()
    assert clerk_client.post(address, {"label": ""}).status_code == 422
    done = clerk_client.post(address, {"label": "林建国户", "number": "17"})
    household = Household.objects.get()
    assert done["Location"] == url("detail", household)
    address = url("add-member", household)
    typed = {"version": "1", "role": "spouse", "kind": "living", "chosen": str(wife.pk)}
    assert clerk_client.post(address, typed | {"role": ""}).status_code == 422
    assert clerk_client.post(address, typed).status_code == 302
    assert "林建国户" in person_page(clerk_client, wife)
    stale = clerk_client.post(address, typed | {"chosen": str(someone("甲").pk)})
    assert stale.status_code == 409


def test_a_stale_save_shows_both_versions_and_loses_nothing(clerk_client, home):
    services.change_household(
        household_id=home.pk, version=1, values=HouseholdValues(label="他人改的"), **BY
    )
    mine = {"version": "1", "label": "我写的", "number": "", "note": ""}
    response = clerk_client.post(url("edit", home), mine)
    page = response.content.decode()
    assert response.status_code == 409
    assert "他人改的" in page
    assert "我写的" in page
    assert 'name="version" value="2"' in page
    assert clerk_client.post(url("edit", home), mine | {"version": "2"}).status_code == 302
    assert fresh(home).label == "我写的"


def test_members_are_corrected_moved_and_leave(clerk_client, home):
    today = timezone.localdate().isoformat()
    wife, husband = row_of("曾庆红"), row_of("林建国")
    edit = {"version": "1", "role": "other", "kind": "registered", "valid_from": "2020-01-01"}
    assert clerk_client.get(url("edit-member", home, wife.pk)).status_code == 200
    assert clerk_client.post(url("edit-member", home, wife.pk), edit).status_code == 302
    clerk_client.post(url("choose-contact", home, wife.pk), {"version": "2"})
    assert row_of("曾庆红").is_primary
    other = services.open_household(values=HouseholdValues(label="女儿家"), **BY)
    move = {"version": "3", "q": "女儿家", "find": "1"}
    live = clerk_client.post(url("move-member", home, husband.pk), move, **HTMX).content.decode()
    assert str(other.pk) in live
    assert "<form" not in live
    page = clerk_client.post(url("move-member", home, husband.pk), move).content.decode()
    assert str(other.pk) in page
    move = {"version": "3", "chosen": str(other.pk), "role": "parent", "on": today}
    assert clerk_client.post(url("move-member", home, husband.pk), move).status_code == 302
    assert row_of("林建国").household == other
    leave = {"version": "4", "how": "left", "on": "2019-01-01"}
    refused = clerk_client.post(url("end-member", home, wife.pk), leave)
    assert refused.status_code == 422
    assert 'href="#id_on"' in refused.content.decode()
    assert (
        clerk_client.post(url("end-member", home, wife.pk), leave | {"on": today}).status_code
        == 302
    )
    assert clerk_client.get(url("end-member", home, wife.pk)).status_code == 404


def test_a_household_splits_merges_closes_and_opens_again(clerk_client, home):
    today = timezone.localdate().isoformat()
    wife, husband = row_of("曾庆红"), row_of("林建国")
    split = {"version": "1", "members": [str(wife.pk)], "head": str(husband.pk), "label": "曾家"}
    refused = clerk_client.post(url("split", home), split | {"on": today})
    assert refused.status_code == 422
    split["head"] = str(wife.pk)
    done = clerk_client.post(url("split", home), split | {"on": today})
    new = Household.objects.get(label="曾家")
    assert done["Location"] == url("detail", new)
    merge = {"version": "2", "chosen": str(new.pk), "on": today}
    refused = clerk_client.post(url("merge", home), merge)
    assert refused.status_code == 422  # she joined the new one today
    members.change_member(
        household_id=new.pk, version=1, member_id=row_of("曾庆红").pk, role=HouseholdRole.HEAD,
        kind="living", valid_from=None, **BY,
    )  # fmt: skip
    assert clerk_client.post(url("merge", home), merge).status_code == 302
    assert row_of("曾庆红").household == home
    version = fresh(home).version
    closing = {"version": str(version), "on": today}
    assert clerk_client.post(url("close", home), closing).status_code == 422  # today again
    later = {"version": str(fresh(new).version)}
    clerk_client.post(url("reopen", new), later)
    assert fresh(new).closed_on is None


def test_the_list_finds_says_so_when_empty_and_answers_htmx_in_part(clerk_client, home):
    page = clerk_client.get(reverse("households:list"))
    assert "林建国户" in page.content.decode()
    part = clerk_client.get(reverse("households:list"), {"q": "zqh"}, **HTMX).content.decode()
    assert "林建国户" in part
    assert "<html" not in part
    none = clerk_client.get(reverse("households:list"), {"q": "王"}).content.decode()
    assert "林建国户" not in none
    assert clerk_client.get(reverse("households:list"), {"page": "x"}).status_code == 422


def test_the_dead_are_marked_in_the_picture(clerk_client, home):
    person = row_of("林建国").person
    person.status = Status.DECEASED
    person.save()
    assert "figure-deceased" in clerk_client.get(url("detail", home)).content.decode()


def test_the_list_costs_the_same_for_many_households(
    clerk_client, home, django_assert_max_num_queries
):
    for number in range(3):
        services.open_household(
            values=HouseholdValues(label=f"第{number}户"),
            members=[MemberValues(person_id=someone(f"人{number}").pk, role="head")],
            **BY,
        )
    with django_assert_max_num_queries(12):
        clerk_client.get(reverse("households:list"))


def test_next_door_and_members_see_no_family(southern_client, member_client, home, girl):
    for address in (
        url("detail", home),
        url("print", home),
        reverse("kin:add", args=[girl.pk]),
    ):
        assert southern_client.get(address).status_code == 404
        assert member_client.get(address).status_code == 403
    assert "林建国户" not in southern_client.get(reverse("households:list")).content.decode()
    assert selectors.households(by=None).count() == 1

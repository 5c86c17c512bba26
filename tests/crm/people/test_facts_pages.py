"""侨情 in the form, on a person's page, in the list and over REST; fields that a site adds."""

import pytest
from django.urls import reverse

from accounts.roles import Role
from crm.people import extra_fields
from crm.people.choices import FactKind, IdentityCode
from crm.people.errors import InvalidPersonError
from crm.people.extra_fields import ExtraFieldError, add_field, change_field, set_retired
from crm.people.models import ExtraField, Person
from crm.people.selectors import PeopleFilter
from crm.people.selectors import people as find
from crm.people.values import IdentityValues
from tenants.context import inside
from tests.crm.people.test_api import with_token
from tests.crm.people.test_pages import form_data
from tests.factories import people
from tests.factories.people import NOW

OWN = {"label": "楼栋网格", "kind": FactKind.CHOICE, "options": ["东区", "西区"], "by": None}


def page_of(client, name, *args, **query):
    return client.get(reverse(f"people:{name}", args=args), query).content.decode()


def test_what_is_typed_is_kept_shown_in_words_and_shown_again(clerk_client):
    data = form_data(
        **{
            "facts-left": "1952", "facts-resettled": "不详", "facts-employer": "无",
            "facts-occupation": "retired", "facts-residence_country": "ID",
        }
    )  # fmt: skip
    page = clerk_client.post(reverse("people:add"), data, follow=True).content.decode()

    person = Person.objects.get()
    assert person.facts == {
        "left": "1952", "resettled": "unknown", "employer": "none", "occupation": "retired",
        "residence_country": "ID",
    }  # fmt: skip
    for words in ("1952", "不详", "退休", "印度尼西亚", "出国与归国"):
        assert words in page, words
    form = page_of(clerk_client, "edit", person.pk)
    assert 'value="不详"' in form
    assert 'value="1952"' in form


def test_a_wrong_value_is_said_at_its_field_and_stays_as_typed(clerk_client):
    data = form_data(**{"facts-farm_land": "两亩", "facts-left": "2999"})
    answer = clerk_client.post(reverse("people:add"), data)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="两亩"' in page
    assert "请填写数字" in page
    assert 'href="#id_facts-left"' in page


def test_fields_that_were_not_sent_stay_as_they_are(clerk_client):
    person = people.person(facts={"occupation": "farmer"}, documents=())
    data = form_data(person, **{"facts-left": "1952"})
    assert clerk_client.post(reverse("people:edit", args=[person.pk]), data).status_code == 302
    person.refresh_from_db()
    assert person.facts == {"occupation": "farmer", "left": "1952"}


def test_sections_that_matter_are_open_and_the_rest_is_folded(clerk_client):
    person = people.person(
        identities=(IdentityValues(code=IdentityCode.RETURNED_STUDENT),), facts={"farm_team": "3"}
    )
    page = page_of(clerk_client, "edit", person.pk)
    is_open = {
        part.partition("</summary>")[0].rpartition("<summary>")[2]: part.startswith(" open>")
        for part in page.split('<details class="fold"')[1:]
    }
    assert is_open == {
        "出国与归国": True, "基本背景": False, "工作": True, "留学": True, "华侨农场": True
    }  # fmt: skip


def test_two_who_typed_different_values_see_both(clerk_client):
    person = people.person(facts={"occupation": "farmer"}, documents=())
    data = form_data(person, **{"facts-occupation": "worker"})
    Person.objects.filter(pk=person.pk).update(version=2, facts={"occupation": "retired"})
    answer = clerk_client.post(reverse("people:edit", args=[person.pk]), data)
    assert answer.status_code == 409
    table = answer.content.decode().partition("<table")[2].partition("</table>")[0]
    for words in ("职业", "工人", "退休"):
        assert words in table


def test_a_value_leads_to_everybody_who_has_it(clerk_client):
    people.person(full_name="李三", facts={"occupation": "retired"})
    people.person(full_name="王五", facts={"occupation": "farmer"})
    names = [p.full_name for p in find(PeopleFilter(fact="occupation:retired"), by=None, now=NOW)]
    assert names == ["李三"]

    page = page_of(clerk_client, "list", fact="occupation:retired", q="")
    assert "李三" in page
    assert "王五" not in page
    assert "职业：退休" in page
    assert clerk_client.get("/people/", {"fact": "gone:x"}).status_code == 200


def test_the_catalogue_comes_over_rest_with_options(north):
    api = with_token(north, Role.CLERK)
    add_field(**OWN, now=NOW)
    retired = add_field(label="旧", kind=FactKind.TEXT, by=None, now=NOW)
    set_retired(field_id=retired.pk, is_retired=True, by=None, now=NOW)
    found = {fact["code"]: fact for fact in api.get("/api/v1/people/facts/").json()}
    assert found["period"]["options"].keys() == {"LQ", "XQ"}
    assert found["x_1"]["options"] == {"东区": "东区", "西区": "西区"}
    assert (found["x_1"]["is_own"], found["left"]["is_own"]) == (True, False)
    assert "x_2" not in found


def test_a_field_of_the_site_is_filled_in_like_any_other(clerk_client):
    own = add_field(**OWN, now=NOW)
    data = form_data(**{"facts-x_1": "东区"})
    page = clerk_client.post(reverse("people:add"), data, follow=True).content.decode()
    assert "楼栋网格" in page
    person = Person.objects.get()
    assert person.facts == {"x_1": "东区"}

    # The option goes, the value stays; the field goes, the value stays and is no longer typed.
    change_field(field_id=own.pk, label="网格", options=["北区"], by=None, now=NOW)
    form = page_of(clerk_client, "edit", person.pk)
    assert '<option value="东区" selected>' in form
    set_retired(field_id=own.pk, is_retired=True, by=None, now=NOW)
    assert "facts-x_1" not in page_of(clerk_client, "edit", person.pk)
    data = form_data(person, note="x")
    assert clerk_client.post(reverse("people:edit", args=[person.pk]), data).status_code == 302
    person.refresh_from_db()
    assert (person.note, person.facts) == ("x", {"x_1": "东区"})


def test_a_field_of_one_site_is_unknown_next_door(north, south):
    add_field(**OWN, now=NOW)
    with inside(south):
        assert not ExtraField.objects.exists()
        with pytest.raises(InvalidPersonError):
            people.person(facts={"x_1": "东区"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": " "}, "label"),
        ({"label": "字" * 41}, "label"),
        ({"options": []}, "options"),
        ({"options": ["字" * 41]}, "options"),
    ],
)
def test_a_field_needs_a_name_and_options(north, changes, field):
    with pytest.raises(ExtraFieldError) as error:
        add_field(**OWN | changes, now=NOW)
    assert error.value.field == field


def test_names_are_given_once_and_there_is_an_end(north, monkeypatch):
    own = add_field(**OWN, now=NOW)
    with pytest.raises(ExtraFieldError):
        add_field(**OWN, now=NOW)
    assert change_field(field_id=own.pk, label=own.label, options=["一"], by=None, now=NOW)
    monkeypatch.setattr(extra_fields, "MOST_FIELDS", 1)
    with pytest.raises(ExtraFieldError):
        add_field(label="另一个", kind=FactKind.TEXT, by=None, now=NOW)


def test_an_administrator_adds_changes_and_retires_fields(administrator_client):
    client, url = administrator_client, reverse("people:own-fields")
    assert "还没有自设字段" in client.get(url).content.decode()
    refused = client.post(url, {"label": "楼栋网格", "kind": "choice", "options": ""})
    assert refused.status_code == 422
    assert 'value="楼栋网格"' in refused.content.decode()

    client.post(url, {"label": "楼栋网格", "kind": "choice", "options": "东区\n西区"})
    own = ExtraField.objects.get()
    assert (own.code, own.options, own.created_by) == ("x_1", ["东区", "西区"], client.user)
    client.post(
        reverse("people:own-field", args=[own.pk]), {"label": "网格", "options": "东区\n南区"}
    )
    own.refresh_from_db()
    assert (own.label, own.options) == ("网格", ["东区", "南区"])
    for words in ("已停用", "使用中"):
        page = client.post(reverse("people:retire-own-field", args=[own.pk]), follow=True)
        assert words in page.content.decode()


def test_a_clerk_does_not_add_fields(clerk_client):
    assert clerk_client.get(reverse("people:own-fields")).status_code == 403

"""Filters of the list under a name: chips above the list, one to begin with, put away and back."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import User
from crm.people.groups import services
from crm.people.groups.errors import NothingToSaveError, NumberInFilterError
from crm.people.models import SavedFilter
from crm.people.selectors import PeopleFilter
from frontend.people.forms import FilterForm, filter_query
from tenants.permissions import GRANTS, Permission
from tests.factories import people
from tests.factories.people import NOW


def url(name, *args):
    return reverse(f"people:{name}", args=args)


def text_of(page):
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


@pytest.fixture(autouse=True)
def clerk(clerk_client):
    clerk_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return User.objects.get()


def save(by, name="男士", is_shared=False, **criteria):
    given = criteria or {"sex": "male"}
    return services.save_filter(
        name=name, criteria=PeopleFilter(**given), is_shared=is_shared, by=by, now=NOW
    )


def test_a_filter_is_saved_shown_as_a_chip_and_chosen_to_begin_with(clerk_client):
    people.person(full_name="甲")
    people.person(full_name="乙", sex="male", documents=())
    listed = clerk_client.get(url("list"), {"sex": "male", "age": "60-79"}).content.decode()
    assert f'href="{url("save-filter")}?sex=male&amp;age=60-79"' in listed

    page = clerk_client.post(
        url("save-filter") + "?sex=male&age=60-79", {"name": "老年男士", "is_start": "on"}
    )
    assert page.url == f"{url('list')}?sex=male&age=60-79"
    assert SavedFilter.objects.get().criteria == {"sex": "male", "age_from": 60, "age_to": 79}
    chosen = clerk_client.get(page.url).content.decode()
    assert 'href="?sex=male&amp;age=60-79" aria-current="page">老年男士</a>' in chosen

    assert clerk_client.get(url("list")).url == page.url
    everybody = clerk_client.get(url("list"), {"q": ""})
    assert "甲" in text_of(everybody)
    clerk_client.post(url("edit-filter", SavedFilter.objects.get().pk), {"name": "老年男士"})
    assert clerk_client.get(url("list")).status_code == 200


@pytest.mark.parametrize(
    "criteria",
    [
        {"identity": "GQ", "status": "moved"}, {"q": "曾"}, {"age_from": 80}, {"age_from": 65},
        {"age_from": 65, "age_to": 70}, {"age_to": 17}, {"region": "350203"},
        {"group": "01a212f4-77f2-7112-8a77-4260415824e6"},
    ],
)  # fmt: skip
def test_an_address_says_a_filter_completely(criteria):
    from django.http import QueryDict

    wanted = PeopleFilter(**criteria)
    form = FilterForm(QueryDict(filter_query(wanted)))
    assert form.is_valid(), form.errors
    said = form.wanted()
    assert said == (wanted if "age_to" not in criteria or "age_from" in criteria
                    else PeopleFilter(age_from=0, age_to=17))  # fmt: skip


def test_what_cannot_be_saved_is_said(clerk_client, clerk):
    with pytest.raises(NothingToSaveError):
        services.save_filter(name="x", criteria=PeopleFilter(), by=clerk, now=NOW)
    assert clerk_client.get(url("save-filter")).status_code == 302
    assert clerk_client.post(url("save-filter") + "?sex=male", {"name": ""}).status_code == 422
    page = clerk_client.post(url("save-filter") + "?sex=male", {"name": "长" * 41})
    assert page.status_code == 422
    assert not SavedFilter.objects.exists()


def test_no_end_of_a_number_is_kept_in_a_saved_filter(clerk_client, clerk):
    with pytest.raises(NumberInFilterError):
        save(clerk, q="002X")
    page = clerk_client.post(url("save-filter") + "?q=8000", {"name": "尾号"})
    assert page.status_code == 422
    assert "number" in text_of(page)
    assert save(clerk, q="曾").criteria == {"q": "曾"}


def test_putting_away_can_be_undone_and_ends_the_start_view(clerk_client, clerk):
    saved = save(clerk)
    services.choose_start_view(saved=saved, by=clerk)
    page = clerk_client.post(url("retire-filter", saved.pk), follow=True)
    assert "Bring back" in text_of(page)
    assert clerk_client.get(url("list")).status_code == 200
    clerk_client.post(url("restore-filter", saved.pk))
    assert clerk_client.get(url("list")).url == f"{url('list')}?sex=male"


def test_only_shared_filters_are_everybodys(
    clerk_client, clerk, administrator_client, southern_client, monkeypatch
):
    own, shared = save(clerk), save(clerk, "共用", is_shared=True)
    listed = administrator_client.get(url("list")).content.decode()
    assert ("男士" in listed, "共用" in listed) == (False, True)
    assert administrator_client.get(url("edit-filter", own.pk)).status_code == 404
    assert southern_client.get(url("edit-filter", shared.pk)).status_code == 404
    assert "共用" not in southern_client.get(url("list")).content.decode()

    roles = {role: held - {Permission.GROUP_EDIT} for role, held in GRANTS.items()}
    monkeypatch.setattr("tenants.access.GRANTS", roles)
    page = clerk_client.post(url("edit-filter", shared.pk), {"name": "别的"})
    assert page.status_code == 422
    # To begin with a shared one is everybody's own choice.
    clerk_client.post(url("edit-filter", shared.pk), {"name": "共用", "is_start": "on"})
    assert clerk_client.get(url("list")).url == f"{url('list')}?sex=male"
    shared.refresh_from_db()
    assert (shared.name, shared.is_shared) == ("共用", True)

"""Components escape what they are given, and say what a screen reader needs."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import Context, engines
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils.translation import override

from frontend.forms import Form
from frontend.navigation import Link
from frontend.templatetags.ui import day, html_attributes, minute

TEMPLATES = Path(__file__).resolve().parents[2] / "frontend" / "templates"
EVIL = '"><script>x</script>'


def render(source, **context):
    request = RequestFactory().get("/people/", {"q": "曾", "page": "2"})
    template = engines["django"].engine.from_string("{% load frame ui %}" + source)
    return template.render(Context({"request": request, **context}))


class NameForm(Form):
    autocomplete = {"name": "name"}

    name = forms.CharField(label="Name", help_text="As on the document.")
    nickname = forms.CharField(label="Nickname", required=False)
    kind = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)


@pytest.mark.parametrize(
    "source",
    [
        "{% button evil %}",
        "{% button evil href=evil hx_get=evil %}",
        "{% badge evil kind=evil %}",
        "{% card evil evil %}{{ evil }}{% endcard %}",
        "{% notice title=evil %}{{ evil }}{% endnotice %}",
        "{% table evil %}{% head evil %}{% endtable %}",
        "{% rows id=evil %}{% row id=evil %}{% endrow %}{% endrows %}",
        "{% row_head %}{{ evil }}{% endrow_head %}{% cell evil evil %}{{ evil }}{% endcell %}",
        "{% facts %}{% fact evil %}{{ evil }}{% endfact %}{% endfacts %}",
        "{% masked evil url=evil label=evil %}{% revealed evil evil %}{% copy evil evil %}",
        "{% dialog evil %}{{ evil }}{% enddialog %}{% empty evil evil href=evil action=evil %}",
        "{% progress evil 1 2 evil %}{% seal_area evil %}{% breadcrumb evil evil evil %}",
        "{% places links %}{% page_numbers numbers 1 target=evil %}",
        "{% date_range evil evil evil evil %}{% kpi evil evil icon='users' note=evil href=evil %}",
    ],
)
def test_nothing_a_person_typed_becomes_markup(source):
    links = [Link(EVIL, EVIL, "users", is_current=True)]
    page = render(source, evil=EVIL, links=links, numbers=[(1, EVIL), (2, EVIL)])
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_a_still_part_sees_what_it_is_given_and_speaks_the_language_of_the_page():
    """It is kept for everybody, so nothing of the page around it may get in."""
    source = '{% still "frame/choice_sets.html" elder=elder theme="dark" %}'
    with override("en"):
        english = render(source, elder="elder", language="xx", theme="light")
    with override("zh-hans"):
        chinese = render(source, elder="standard")

    assert re.search(r'value="elder" aria-pressed="true"', english)
    assert re.search(r'value="dark" aria-pressed="true"', english)
    assert re.search(r'value="standard" aria-pressed="true"', chinese)
    assert "Elder mode" in english
    assert "长辈版" in chinese


def test_pages_have_numbers_once_there_are_two():
    numbers = [(1, "?page=1"), (2, "?q=a&page=2")]
    assert render("{% page_numbers numbers 1 target='#x' %}", numbers=numbers[:1]) == ""
    both = render("{% page_numbers numbers 2 target='#x' %}", numbers=numbers)
    assert re.findall(r'aria-current="page">(\d)', both) == ["2"]
    assert 'hx-get="?q=a&amp;page=2"' in both


def test_attributes_follow_their_values():
    assert html_attributes({"hx_get": "/x", "disabled": True, "hidden": False, "class_": "a"}) == (
        ' hx-get="/x" disabled class="a"'
    )


def test_the_pager_keeps_the_filter():
    page = render("{% pager page %}", page=Paginator(range(30), 10).get_page(2))
    assert 'href="?q=%E6%9B%BE&amp;page=1"' in page
    assert 'href="?q=%E6%9B%BE&amp;page=3"' in page


def test_a_field_ties_hint_and_error_to_its_control():
    html = render("{% field form.name %}", form=NameForm({}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'autocomplete="name"' in html
    assert html.index('id="id_name_error"') < html.index("<input")


def test_what_is_optional_says_so_and_is_not_filled_in_by_the_browser():
    html = render("{% field form.nickname %}", form=NameForm())
    assert "optional" in html.split("</label>")[0]
    assert 'autocomplete="off"' in html


def test_the_error_summary_links_to_each_field():
    html = render("{% error_summary form %}", form=NameForm({}))
    assert 'href="#id_name"' in html
    assert 'href="#id_kind_0"' in html  # the first of the choices
    complete = NameForm({"name": "曾", "kind": "a"})
    assert render("{% error_summary form %}", form=complete).strip() == ""


def test_days_are_written_in_the_time_of_china():
    late = dt.datetime(2026, 11, 22, 17, 5, tzinfo=dt.UTC)
    assert (day(late), minute(late)) == ("2026-11-23", "2026-11-23 01:05")
    assert day(dt.date(2026, 11, 22)) == "2026-11-22"
    assert (day(None), minute(None)) == ("", "")


ERROR_PAGES = ["400", "403", "403_csrf", "404", "429", "500", "503"]
ERROR_PAGES += ["unknown_host", "suspended", "archived"]


@pytest.mark.parametrize("name", ERROR_PAGES)
def test_an_error_page_needs_no_request_and_no_database(name):
    html = render_to_string(f"{name}.html")
    assert html.count("<h1>") == 1
    assert 'data-elder="standard"' in html


def test_no_template_writes_inline_code():
    """The content security policy forbids it, so the page would break."""
    for template in TEMPLATES.rglob("*.html"):
        source = template.read_text(encoding="utf-8")
        assert not re.search(r"\s(style|on[a-z]+|hx-on\S*)=|<style|<script>|javascript:", source)

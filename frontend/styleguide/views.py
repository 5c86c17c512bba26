"""Show every component with its states, in the size, colours and language being used."""

import datetime as dt

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from frontend.forms import DayInput, Form, PhoneInput
from tenants.access import requires
from tenants.permissions import Permission

PAGE = "styleguide/show.html"
DIALOG = "styleguide/dialog.html"

# Synthetic, with names that try the layout: rare characters, a long foreign name.
PEOPLE = [
    ("许文辉", "归侨", "临江区", "印度尼西亚", "137****4036", "good", "2026-11-22"),
    ("曾㛃", "侨眷", "青山县", "澳大利亚", "150****6071", "good", "2026-11-22"),
    (
        "Maria Fernanda Lim",
        "海外侨胞",
        "云溪市",
        "菲律宾",
        "+63 ****4403",
        "warn",
        "2026-11-19",
    ),
    ("欧阳𬭎", "留学归国", "石桥县", "加拿大", "183****6842", "", "2026-11-07"),
]
DISTRICTS = [("东湖区", 407), ("西岭区", 370), ("南浦区", 148), ("北苑区", 1259), ("临江区", 0)]
CHANGES = [
    (dt.datetime(2026, 11, 22, 1, 30, tzinfo=dt.UTC), "林晓梅 · 核对证件"),
    (dt.datetime(2026, 11, 20, 8, 5, tzinfo=dt.UTC), "王建国 · 修改电话"),
    (dt.datetime(2026, 3, 2, 0, 0, tzinfo=dt.UTC), "导入名册"),
]


class SampleForm(Form):
    """One field of every kind."""

    autocomplete = {"name": "name"}

    name = forms.CharField(
        label=pgettext_lazy("of a person", "Name"), help_text=_("As on the identity document.")
    )
    phone = forms.CharField(
        label=_("Phone"), widget=PhoneInput, help_text=_("With +country code if overseas.")
    )
    age = forms.IntegerField(label=_("Age"), min_value=0, max_value=130)
    born_on = forms.DateField(label=_("Born on"), widget=DayInput, required=False)
    district = forms.ChoiceField(
        label=_("District"), choices=[("", "—"), ("1", "东湖区"), ("2", "西岭区")]
    )
    identity = forms.ChoiceField(
        label=_("Identity"),
        choices=[("returned", "归侨"), ("relative", "侨眷"), ("overseas", "华侨")],
        widget=forms.RadioSelect,
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages"),
        choices=[("hakka", "客家话"), ("id", "Bahasa Indonesia"), ("en", "English")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    note = forms.CharField(
        label=_("Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    agrees = forms.BooleanField(label=_("The person agreed to this record being kept"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.STYLEGUIDE_VIEW)
def show(request: HttpRequest) -> HttpResponse:
    """Show the guide. Its form may be sent, to see errors; nothing is kept."""
    form = SampleForm(request.POST or None)
    failed = form.is_bound and not form.is_valid()
    context = {
        "form": form,
        "people": PEOPLE,
        "districts": DISTRICTS,
        "changes": CHANGES,
        "page": Paginator(range(64), 8).get_page(request.GET.get("page", "2")),
        "now": timezone.now(),
        "tabs": [(_("Overview"), request.path), (_("Documents"), "#tabs"), (_("History"), "#tabs")],
    }
    return render(request, PAGE, context, status=422 if failed else 200)


@require_safe
@requires(Permission.STYLEGUIDE_VIEW)
def show_dialog(request: HttpRequest) -> HttpResponse:
    """Show a dialog: alone as a page, or its content for htmx."""
    is_fragment = bool(request.htmx)  # type: ignore[attr-defined]  # set by HtmxMiddleware
    return render(request, f"{DIALOG}#content" if is_fragment else DIALOG, {"form": SampleForm()})

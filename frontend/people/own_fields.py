"""The page on which a site's administrator adds fields to the 侨情 catalogue."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import DomainError
from crm.people import extra_fields
from crm.people.choices import FactKind
from crm.people.models import ExtraField
from frontend.forms import Form
from frontend.people.fields import NamesField
from tenants.access import MemberRequest, requires
from tenants.permissions import Permission

LIST_PAGE = "people/own_field_list.html"
FORM_PAGE = "people/own_field_form.html"


class ChangeForm(Form):
    """What can change of a field; the kind stays with its values."""

    label = forms.CharField(label=gettext_lazy("Name of the field"))
    options = NamesField(label=gettext_lazy("Options"), help_text=gettext_lazy("One on each line."))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != FactKind.CHOICE:
            del self.fields["options"]


class AddForm(Form):
    """A new field."""

    label = forms.CharField(label=gettext_lazy("Name of the field"))
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=FactKind.choices, initial=FactKind.TEXT
    )
    options = NamesField(
        label=gettext_lazy("Options"),
        help_text=gettext_lazy("One on each line; only for a list to choose from."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_FIELDS)
def field_list(request: MemberRequest) -> HttpResponse:
    """List the site's own fields and take a new one."""
    form = AddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            added = extra_fields.add_field(
                label=data["label"],
                kind=FactKind(data["kind"]),
                options=data["options"],
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("{name} is saved.").format(name=added.label))
            return redirect("people:own-fields")
    context = {"form": form, "fields": ExtraField.objects.all()}
    return render(request, LIST_PAGE, context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_FIELDS)
def change(request: MemberRequest, field_id: UUID) -> HttpResponse:
    """Give a field another name or other options."""
    own = get_object_or_404(ExtraField, pk=field_id)
    form = ChangeForm(
        request.POST or None, kind=own.kind, initial={"label": own.label, "options": own.options}
    )
    if request.method == "POST" and form.is_valid():
        try:
            extra_fields.change_field(
                field_id=own.pk,
                label=form.cleaned_data["label"],
                options=form.cleaned_data.get("options", ()),
                by=request.user,
                now=timezone.now(),
            )
        except DomainError as error:
            form.add_error(error.field, str(error))
        else:
            messages.success(request, _("{name} is saved.").format(name=form.cleaned_data["label"]))
            return redirect("people:own-fields")
    context = {"form": form, "own": own}
    return render(request, FORM_PAGE, context, status=422 if form.errors else 200)


@require_POST
@never_cache
@requires(Permission.PERSON_FIELDS)
def retire(request: MemberRequest, field_id: UUID) -> HttpResponse:
    """Take a field out of use, or back into it; values on record stay."""
    own = get_object_or_404(ExtraField, pk=field_id)
    own = extra_fields.set_retired(
        field_id=own.pk,
        is_retired=own.retired_at is None,
        by=request.user,
        now=timezone.now(),
    )
    text = _("{name} is out of use.") if own.retired_at else _("{name} is in use again.")
    messages.success(request, text.format(name=own.label))
    return redirect("people:own-fields")

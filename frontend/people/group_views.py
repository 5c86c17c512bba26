"""Groups: the list with live counts, the rule builder, putting away and bringing back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import DomainError
from crm.people.conditions.rule import InvalidRuleError, Rule, rule_of
from crm.people.groups import selectors, services
from crm.people.groups.errors import GroupChangedError
from crm.people.models import PersonGroup
from frontend.people.group_entry import GroupEntry, field_choices
from tenants.access import MemberRequest, may, requires
from tenants.permissions import Permission

LIST_PAGE = "people/group_list.html"
FORM_PAGE = "people/group_form.html"


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def group_list(request: MemberRequest) -> HttpResponse:
    """Show the groups one may use; how many people are in each is asked afterwards."""
    may_share = may(request.user, Permission.GROUP_EDIT)
    found = list(selectors.groups(by=request.user))
    context = {
        "groups": [(group, selectors.sentence_of(group)) for group in found],
        "retired": selectors.groups(by=request.user, is_retired=True).order_by("-retired_at"),
        "may_share": may_share,
    }
    return render(request, LIST_PAGE, context)


@require_safe
@never_cache
@requires(Permission.PERSON_VIEW)
def count(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """Show how many people belong to a group now; a part of the list, or a page to itself."""
    group = get_object_or_404(selectors.groups(by=request.user), pk=group_id)
    context: dict[str, Any] = {"group": group}
    try:
        rule = rule_of(group)
    except InvalidRuleError as error:
        context["error"] = error
    else:
        context["members"] = selectors.count_members(rule, by=request.user, now=timezone.now())
    if request.htmx:
        return render(request, f"{LIST_PAGE}#count", context)
    return redirect(_members_url(group))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_VIEW)
def add(request: MemberRequest) -> HttpResponse:
    """Describe a new group."""
    return _enter(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@requires(Permission.PERSON_VIEW)
def edit(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """Describe a group anew."""
    return _enter(request, get_object_or_404(selectors.groups(by=request.user), pk=group_id))


@require_POST
@requires(Permission.PERSON_VIEW)
def retire(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """Put a group away; the list offers to bring it back."""
    group = get_object_or_404(selectors.groups(by=request.user), pk=group_id)
    try:
        services.retire(kept=group, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        text = _("{name} is put away. Below you can bring it back.")
        messages.success(request, text.format(name=group.name))
    return redirect("people:groups")


@require_POST
@requires(Permission.PERSON_VIEW)
def restore(request: MemberRequest, group_id: UUID) -> HttpResponse:
    """Bring a group back."""
    group = get_object_or_404(selectors.groups(by=request.user, is_retired=True), pk=group_id)
    try:
        services.restore(kept=group, by=request.user, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("{name} is back.").format(name=group.name))
    return redirect("people:groups")


def _enter(request: MemberRequest, group: PersonGroup | None) -> HttpResponse:
    """Show or take the form of a new group or of ``group``."""
    may_share = may(request.user, Permission.GROUP_EDIT)
    data = request.POST if request.method == "POST" else None
    entry = GroupEntry(data, group, may_share=may_share)
    context: dict[str, Any] = {"form": entry, "group": group, "fields": field_choices()}
    if data is None:
        if group and entry.blocks:
            _preview(context, rule_of(group), request)
        return render(request, FORM_PAGE, context)
    if "add" in data:
        entry.add_row(data.get(f"about-{data['add']}", ""), data["add"])
        return _rows(request, context)
    if "remove" in data:
        entry.remove_row(data["remove"])
        return _rows(request, context)
    if "preview" in data:
        _preview(context, entry.rule(), request)
        return render(request, f"{FORM_PAGE}#preview" if request.htmx else FORM_PAGE, context)
    if (values := entry.values()) is None:
        return render(request, FORM_PAGE, context, status=422)
    try:
        saved = _save(request, entry, values, group)
    except GroupChangedError as error:
        assert group is not None
        return _compare(request, group.pk, values, error)
    except DomainError as error:
        entry.form.add_error(error.field if error.field in entry.form.fields else None, str(error))
        return render(request, FORM_PAGE, context, status=422)
    messages.success(request, _("The group {name} is saved.").format(name=saved.name))
    return redirect(_members_url(saved))


def _rows(request: MemberRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the rows anew, unchecked, with everything that was typed."""
    context["form"].leave_unchecked()
    template = f"{FORM_PAGE}#rule" if request.htmx else FORM_PAGE
    return render(request, template, context | {"is_unchecked": True})


def _preview(context: dict[str, Any], rule: Rule | None, request: MemberRequest) -> None:
    if rule is None:
        context["is_incomplete"] = True
        return
    context["sentence"] = selectors.in_words(rule)
    context["members"] = selectors.count_members(rule, by=request.user, now=timezone.now())


def _save(
    request: MemberRequest,
    entry: GroupEntry,
    values: services.GroupValues,
    group: PersonGroup | None,
) -> PersonGroup:
    now = timezone.now()
    if group is None:
        return services.add_group(values=values, by=request.user, now=now)
    version = entry.form.cleaned_data["version"] or 0
    return services.change_group(
        group_id=group.pk, version=version, values=values, by=request.user, now=now
    )


def _compare(
    request: MemberRequest,
    group_id: UUID,
    values: services.GroupValues,
    error: GroupChangedError,
) -> HttpResponse:
    """Show what was typed beside what is on record; saving again takes what was typed."""
    current = get_object_or_404(selectors.groups(by=request.user), pk=group_id)
    # The next attempt is made knowing this version.
    data = request.POST.copy()
    data["version"] = str(error.current)
    rows = [
        (_("Name"), values.name, current.name),
        (_("What it is for"), values.purpose, current.purpose),
        (_("Rule"), selectors.in_words(values.rule), selectors.sentence_of(current)),
    ]
    context = {
        "form": GroupEntry(data, current, may_share=may(request.user, Permission.GROUP_EDIT)),
        "group": current,
        "fields": field_choices(),
        "conflict": error,
        "differences": [row for row in rows if row[1] != row[2]],
        "is_unchecked": True,
    }
    return render(request, FORM_PAGE, context, status=409)


def _members_url(group: PersonGroup) -> str:
    return f"{reverse('people:list')}?group={group.pk}"

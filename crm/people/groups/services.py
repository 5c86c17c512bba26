"""What can be done with groups and saved filters. Each change writes its audit entry."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from accounts.models import User
from audit import services as audit
from crm.people.conditions.rule import Rule
from crm.people.groups.errors import (
    GroupChangedError,
    NameMissingError,
    NothingToSaveError,
    NotYoursError,
    NumberInFilterError,
)
from crm.people.models import PersonGroup, SavedFilter, StartView
from crm.people.rules import clean_text
from crm.people.selectors import PeopleFilter, find_group
from tenants.access import may
from tenants.permissions import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupValues:
    """A group as somebody describes it; the rule is checked already."""

    name: str
    purpose: str = ""
    rule: Rule
    is_shared: bool = False


@transaction.atomic
def add_group(*, values: GroupValues, by: User, now: dt.datetime) -> PersonGroup:
    """Make a group, owned by who makes it.

    Raises:
        NameMissingError: it has no name.
        NotYoursError: it is to be shared, which needs `Permission.GROUP_EDIT`.
    """
    group = PersonGroup(owner=by, created_at=now, created_by=by, updated_at=now, updated_by=by)
    _check_sharing(values.is_shared, by)
    _fill(group, values)
    group.save(force_insert=True)
    _record("add", group, by=by, now=now)
    return group


@transaction.atomic
def change_group(
    *, group_id: UUID, version: int, values: GroupValues, by: User, now: dt.datetime
) -> PersonGroup:
    """Describe a group anew. Its row stays locked until commit.

    Raises:
        GroupMissingError: there is no such group that ``by`` may use.
        GroupChangedError: somebody else saved first.
        NameMissingError: it has no name.
        NotYoursError: it is shared, or is to be, and ``by`` may not do that.
    """
    group = PersonGroup.objects.select_for_update().get(pk=find_group(group_id, by=by).pk)
    if group.version != version:
        raise GroupChangedError(opened=version, current=group.version)
    _check_sharing(group.is_shared or values.is_shared, by)
    _fill(group, values)
    group.version += 1
    group.updated_at, group.updated_by = now, by
    group.save()
    _record("change", group, by=by, now=now)
    return group


@transaction.atomic
def retire(*, kept: PersonGroup | SavedFilter, by: User, now: dt.datetime) -> None:
    """Put a group or a saved filter away; `restore` brings it back.

    Raises:
        NotYoursError: it is shared, and ``by`` may not change what the site uses.
    """
    _check_sharing(kept.is_shared, by)
    if type(kept)._default_manager.filter(pk=kept.pk, retired_at=None).update(retired_at=now):
        _record("retire", kept, by=by, now=now)


@transaction.atomic
def restore(*, kept: PersonGroup | SavedFilter, by: User, now: dt.datetime) -> None:
    """Bring a group or a saved filter back.

    Raises:
        NotYoursError: it is shared, and ``by`` may not change what the site uses.
    """
    _check_sharing(kept.is_shared, by)
    gone = type(kept)._default_manager.filter(pk=kept.pk).exclude(retired_at=None)
    if gone.update(retired_at=None):
        _record("restore", kept, by=by, now=now)


@transaction.atomic
def save_filter(
    *, name: str, criteria: PeopleFilter, is_shared: bool = False, by: User, now: dt.datetime
) -> SavedFilter:
    """Keep a filter of the list under a name.

    Raises:
        NameMissingError: it has no name.
        NothingToSaveError: the filter lets everybody through.
        NumberInFilterError: it searches for the end of a number.
        NotYoursError: it is to be shared, which needs `Permission.GROUP_EDIT`.
    """
    if criteria.is_empty:
        raise NothingToSaveError
    if any(character.isdigit() for character in criteria.q):
        raise NumberInFilterError
    _check_sharing(is_shared, by)
    saved = SavedFilter(owner=by, is_shared=is_shared, created_at=now, updated_at=now)
    saved.name = _name(name, SavedFilter)
    saved.criteria = criteria.as_json()
    saved.save(force_insert=True)
    _record("add", saved, by=by, now=now)
    return saved


@transaction.atomic
def change_filter(
    *, saved: SavedFilter, name: str, is_shared: bool, by: User, now: dt.datetime
) -> SavedFilter:
    """Give a saved filter another name, or other users.

    Raises:
        NameMissingError: it has no name.
        NotYoursError: it is shared, or is to be, and ``by`` may not do that.
    """
    saved = SavedFilter.objects.select_for_update().get(pk=saved.pk)
    _check_sharing(saved.is_shared or is_shared, by)
    saved.name, saved.is_shared, saved.updated_at = _name(name, SavedFilter), is_shared, now
    saved.save(update_fields=["name", "is_shared", "updated_at"])
    _record("change", saved, by=by, now=now)
    return saved


@transaction.atomic
def choose_start_view(*, saved: SavedFilter | None, by: User) -> None:
    """Let the list of people begin with a saved filter for ``by``; None: with everybody."""
    if saved is None:
        StartView.objects.filter(user=by).delete()
    else:
        StartView.objects.update_or_create(user=by, defaults={"saved_filter": saved})


def _fill(group: PersonGroup, values: GroupValues) -> None:
    group.name = _name(values.name, PersonGroup)
    longest = PersonGroup._meta.get_field("purpose").max_length
    group.purpose = clean_text(values.purpose)[:longest]
    group.rule = values.rule.as_json()
    group.is_shared = values.is_shared


def _name(text: str, model: type[PersonGroup] | type[SavedFilter]) -> str:
    name, longest = clean_text(text), model._meta.get_field("name").max_length
    if not name or len(name) > (longest or 0):
        raise NameMissingError
    return name


def _check_sharing(is_shared: bool, by: User) -> None:
    if is_shared and not may(by, Permission.GROUP_EDIT):
        raise NotYoursError


def _record(verb: str, kept: PersonGroup | SavedFilter, *, by: User, now: dt.datetime) -> None:
    """Write what was done; the names are people's own words and stay out of it."""
    noun = "group" if isinstance(kept, PersonGroup) else "filter"
    audit.record(
        action=f"{noun}.{verb}",
        by=by,
        object_type=f"people.{noun}",
        object_key=kept.pk,
        detail={"shared": kept.is_shared},
        now=now,
    )

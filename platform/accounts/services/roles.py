"""Roles: given and ended, by somebody else, and never the last one that manages accounts."""

import datetime as dt

from django.db import transaction

from accounts.errors import (
    ExclusiveRolesError,
    LastAdministratorError,
    SelfGrantError,
    VisitorRoleError,
    WrongPlaceError,
)
from accounts.models import RoleGrant, User
from accounts.roles import EXCLUSIVE_ROLES, MANAGING_ROLES, PLATFORM_ROLES, SITE_ROLES, Role
from accounts.services.sessions import end_sessions, refresh_second_factor
from audit.services import record
from common.keys import current_schema

_PLATFORM_SCHEMA = "public"


def roles_here() -> frozenset[Role]:
    """Return the roles that exist in the current schema: the platform's or a site's."""
    return PLATFORM_ROLES if current_schema() == _PLATFORM_SCHEMA else SITE_ROLES


@transaction.atomic
def grant_role(*, user: User, role: Role, by: User | None, now: dt.datetime) -> RoleGrant:
    """Give the account a role, and end its sessions: a new role begins with a new sign-in.

    Giving it twice returns the first grant.

    Raises:
        SelfGrantError: the account is one's own.
        WrongPlaceError: the role does not exist here.
        ExclusiveRolesError: the account holds a role that excludes it.
    """
    if by is not None and by.pk == user.pk:
        raise SelfGrantError
    grant, is_new = give(user=user, role=role, by=by, now=now)
    if is_new:
        refresh_second_factor(user=user)
        end_sessions(user=user)
        _record("account.grant_role", user, role, by, now)
    return grant


@transaction.atomic
def end_role(*, user: User, role: Role, by: User, now: dt.datetime) -> None:
    """Take a role from the account and end its sessions. What is not held needs no ending.

    Raises:
        SelfGrantError: the account is one's own.
        LastAdministratorError: nobody else could manage accounts.
    """
    if by.pk == user.pk:
        raise SelfGrantError
    check_not_last(user, role)
    ended = RoleGrant.objects.filter(user=user, role=role, ended_at=None).update(
        ended_at=now, ended_by=by
    )
    if ended:
        refresh_second_factor(user=_afresh(user))
        end_sessions(user=user)
        _record("account.end_role", user, role, by, now)


def give(*, user: User, role: Role, by: User | None, now: dt.datetime) -> tuple[RoleGrant, bool]:
    """Write the grant, inside the caller's transaction; say whether it is new.

    Raises:
        WrongPlaceError: the role does not exist here.
        ExclusiveRolesError: the account holds a role that excludes it.
        VisitorRoleError: the account is a support visitor's.
    """
    if role not in roles_here():
        raise WrongPlaceError
    if user.external_key is not None:
        raise VisitorRoleError
    # Two grants at once must see each other.
    User.objects.select_for_update().get(pk=user.pk)
    held = {grant.role: grant for grant in RoleGrant.objects.filter(user=user, ended_at=None)}
    if role in held:
        return held[role], False
    if role in EXCLUSIVE_ROLES and not EXCLUSIVE_ROLES.isdisjoint(held):
        raise ExclusiveRolesError
    grant = RoleGrant.objects.create(user=user, role=role, granted_by=by, granted_at=now)
    return grant, True


def check_not_last(user: User, role: Role) -> None:
    """Refuse to take ``role`` from its last holder, if it is one that manages accounts.

    Locks the grants, so that two administrators cannot remove each other at once.

    Raises:
        LastAdministratorError: the account is the last one.
    """
    if role not in MANAGING_ROLES:
        return
    grants = RoleGrant.objects.select_for_update(of=["self"]).filter(
        role=role, ended_at=None, user__is_active=True
    )
    holders = {grant.user_id for grant in grants.order_by("pk")}
    if holders == {user.pk}:
        raise LastAdministratorError


def _afresh(user: User) -> User:
    """Return the account without the roles it remembers."""
    return User.objects.get(pk=user.pk)


def _record(action: str, user: User, role: Role, by: User | None, now: dt.datetime) -> None:
    record(
        action=action,
        by=by,
        object_type="accounts.user",
        object_key=user.pk,
        detail={"role": role},
        now=now,
    )

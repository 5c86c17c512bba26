"""Accounts: made, changed, disabled."""

import datetime as dt
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.db import IntegrityError, transaction

from accounts.errors import PhoneTakenError, SelfGrantError
from accounts.models import User
from accounts.roles import Role
from accounts.selectors import phone_index
from accounts.services.roles import check_not_last, give
from accounts.services.sessions import end_sessions, refresh_second_factor
from audit.services import record
from common.phones import parse_phone


@transaction.atomic
def create_account(
    *,
    display_name: str,
    phone: str = "",
    password: str = "",
    roles: Iterable[Role] = (),
    by: User | None = None,
    phone_verified: bool = False,
    now: dt.datetime,
) -> User:
    """Make an account with its roles. Without a password it signs in by phone code.

    The password is taken as it is: forms check its strength.

    Raises:
        PhoneError: ``phone`` is no phone number.
        PhoneTakenError: another account here has it.
        WrongPlaceError: a role does not exist here.
        ExclusiveRolesError: two of the roles exclude each other.
    """
    user = User(display_name=display_name)
    if phone:
        _assign_phone(user, phone, verified_at=now if phone_verified else None)
    # An empty password is none at all.
    user.set_password(password or None)
    _save(user)
    for role in roles:
        give(user=user, role=role, by=by, now=now)
    record(
        action="account.create",
        by=by,
        object_type="accounts.user",
        object_key=user.pk,
        detail={"roles": sorted(roles)},
        now=now,
    )
    return user


def register_member(*, display_name: str, phone: str, now: dt.datetime) -> User:
    """Make the account of somebody who registers alone: a member, whose phone is unproven.

    Without a password: whoever holds the phone gets the code, so registering a stranger's
    number gives nothing.
    """
    return create_account(display_name=display_name, phone=phone, roles=[Role.MEMBER], now=now)


@transaction.atomic
def set_phone(
    *, user: User, phone: str, verified: bool = False, by: User | None = None, now: dt.datetime
) -> None:
    """Give the account another phone.

    Raises:
        PhoneError: ``phone`` is no phone number.
        PhoneTakenError: another account here has it.
    """
    _assign_phone(user, phone, verified_at=now if verified else None)
    _save(user)
    _record("account.set_phone", user, by or user, now, fields=["phone"])


@transaction.atomic
def confirm_phone(*, user: User, phone: str, now: dt.datetime) -> None:
    """Note that the account's holder has just read a code sent to ``phone``."""
    if user.phone_index is not None and bytes(user.phone_index) == phone_index(phone):
        if user.phone_verified_at is None:
            user.phone_verified_at = now
            user.save(update_fields=["phone_verified_at"])
            _record("account.confirm_phone", user, user, now)
    else:
        set_phone(user=user, phone=phone, verified=True, now=now)


@transaction.atomic
def set_password(*, user: User, password: str, now: dt.datetime) -> None:
    """Change the password, which ends the account's other sessions. Keeps second factors."""
    user.set_password(password)
    user.save(update_fields=["password"])
    _record("account.set_password", user, user, now, fields=["password"])


@transaction.atomic
def rename(*, user: User, display_name: str, by: User, now: dt.datetime) -> None:
    """Change the name that others see."""
    user.display_name = display_name
    user.save(update_fields=["display_name"])
    _record("account.rename", user, by, now, fields=["display_name"])


def set_preferences(*, user: User, elder_mode: str, theme: str, language: str) -> None:
    """Keep how the holder likes pages to look. Not on record: it concerns nobody else."""
    user.elder_mode, user.theme, user.language = elder_mode, theme, language
    user.save(update_fields=["elder_mode", "theme", "language"])


@transaction.atomic
def disable(*, user: User, by: User | None, now: dt.datetime) -> None:
    """Lock the account and end its sessions; its tokens stop at once.

    Raises:
        SelfGrantError: it is one's own.
        LastAdministratorError: nobody else could manage accounts.
    """
    if by is not None and by.pk == user.pk:
        raise SelfGrantError
    for role in user.current_roles():
        check_not_last(user, role)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user=user)
    _record("account.disable", user, by, now)


@transaction.atomic
def allow_again(*, user: User, by: User, now: dt.datetime) -> None:
    """Unlock a disabled account. Its former sessions stay ended.

    Raises:
        SelfGrantError: it is one's own.
    """
    if by.pk == user.pk:
        raise SelfGrantError
    user.is_active = True
    user.save(update_fields=["is_active"])
    _record("account.allow_again", user, by, now)


@transaction.atomic
def reset_second_factor(*, user: User, by: User, reason: str, now: dt.datetime) -> None:
    """Remove the second factors of somebody who lost them, and end all sessions.

    The next sign-in leads to setting up new ones.

    Raises:
        SelfGrantError: it is one's own: a stolen session must not get rid of the factor.
    """
    if by.pk == user.pk:
        raise SelfGrantError
    Authenticator.objects.filter(user=user).delete()
    refresh_second_factor(user=user)
    end_sessions(user=user)
    _record("account.reset_second_factor", user, by, now, reason=reason)


def _assign_phone(user: User, phone: str, *, verified_at: dt.datetime | None) -> None:
    number = parse_phone(phone).e164
    index = phone_index(number)
    if User.objects.filter(phone_index=index).exclude(pk=user.pk).exists():
        raise PhoneTakenError
    user.phone = number
    user.phone_index = index
    user.phone_verified_at = verified_at


def _save(user: User) -> None:
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as exc:  # somebody was faster with the same number
        raise PhoneTakenError from exc


def _record(
    action: str,
    user: User,
    by: User | None,
    now: dt.datetime,
    *,
    fields: Iterable[str] = (),
    reason: str = "",
) -> None:
    record(
        action=action,
        by=by,
        object_type="accounts.user",
        object_key=user.pk,
        fields=list(fields),
        reason=reason,
        now=now,
    )

"""Invitations by link: one account, one role, once."""

import datetime as dt
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.errors import (
    InvitationClosedError,
    PersonHasAccountError,
    SelfGrantError,
    WrongPhoneError,
    WrongPlaceError,
)
from accounts.models import Invitation, User
from accounts.roles import Role
from accounts.secrets import hashed, new_secret
from accounts.selectors import phone_index
from accounts.services.people import create_account
from accounts.services.roles import grant_role, roles_here
from audit.services import record
from common.phones import parse_phone

INVITATION_DAYS = 7


@transaction.atomic
def invite(
    *,
    role: Role,
    display_name: str,
    phone: str = "",
    person_key: UUID | None = None,
    by: User | None,
    now: dt.datetime,
) -> tuple[Invitation, str]:
    """Make an invitation; return it and its token, which is never shown again.

    Args:
        role: what the invited will be here.
        display_name: how the invited is greeted; whoever accepts may correct it.
        phone: if given, only an account with this phone can be made of it.
        person_key: whose account it becomes, if the site keeps the person.
        by: who invites; None for whoever made the site.
        now: the time.

    Raises:
        WrongPlaceError: the role does not exist here.
        PersonHasAccountError: the person can sign in already.
        PhoneError: ``phone`` is no phone number.
    """
    if role not in roles_here():
        raise WrongPlaceError
    if person_key and User.objects.filter(person_key=person_key).exists():
        raise PersonHasAccountError
    token = new_secret()
    invitation = Invitation.objects.create(
        person_key=person_key,
        token_hash=hashed(token),
        role=role,
        display_name=display_name,
        phone_index=phone_index(parse_phone(phone).e164) if phone else None,
        invited_by=by,
        created_at=now,
        expires_at=now + dt.timedelta(days=INVITATION_DAYS),
    )
    _record("invitation.create", invitation, by, now)
    return invitation, token


@transaction.atomic
def accept_invitation(
    *,
    token: str,
    display_name: str = "",
    phone: str = "",
    password: str = "",
    account: User | None = None,
    now: dt.datetime,
) -> User:
    """Make the account of an invitation, or give its role to ``account``, which exists.

    Of two that accept at once, one does.

    Raises:
        InvitationClosedError: the link was used, withdrawn, is too old, or never was one.
        WrongPhoneError: it is bound to another phone.
        PhoneTakenError: an account has this phone; its holder signs in first.
        SelfGrantError: the inviter tries to accept.
        ExclusiveRolesError: ``account`` holds a role that excludes the new one.
    """
    invitation = Invitation.objects.filter(token_hash=hashed(token)).first()
    if invitation is None:
        raise InvitationClosedError
    is_open = Q(accepted_at=None, revoked_at=None, expires_at__gt=now)
    if Invitation.objects.filter(is_open, pk=invitation.pk).update(accepted_at=now) != 1:
        raise InvitationClosedError
    _check_phone(invitation, account, phone)
    role, by = Role(invitation.role), invitation.invited_by
    if account is None:
        account = create_account(
            display_name=display_name or invitation.display_name,
            phone=phone,
            password=password,
            roles=[role],
            by=by,
            now=now,
        )
    elif by is not None and by.pk == account.pk:
        raise SelfGrantError
    else:
        grant_role(user=account, role=role, by=by, now=now)
    Invitation.objects.filter(pk=invitation.pk).update(accepted_by=account)
    link_person(account, invitation.person_key)
    _record("invitation.accept", invitation, account, now)
    return account


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User, now: dt.datetime) -> None:
    """Withdraw an invitation that nobody has accepted; repeating does no harm.

    Raises:
        InvitationClosedError: somebody has accepted it.
    """
    unused = Invitation.objects.filter(pk=invitation.pk, accepted_at=None)
    if unused.filter(revoked_at=None).update(revoked_at=now):
        _record("invitation.revoke", invitation, by, now)
    elif not unused.exists():
        raise InvitationClosedError


@transaction.atomic
def renew_invitation(
    *, invitation: Invitation, by: User, now: dt.datetime
) -> tuple[Invitation, str]:
    """Withdraw an invitation and make another for the same person and role.

    Raises:
        InvitationClosedError: somebody has accepted it.
    """
    revoke_invitation(invitation=invitation, by=by, now=now)
    renewed, token = invite(
        role=Role(invitation.role),
        display_name=invitation.display_name,
        person_key=invitation.person_key,
        by=by,
        now=now,
    )
    renewed.phone_index = invitation.phone_index
    renewed.save(update_fields=["phone_index"])
    return renewed, token


def link_person(account: User, person_key: UUID | None) -> None:
    """Let an account be a person's own; an account or person that is linked stays as it is."""
    if person_key is None or User.objects.filter(person_key=person_key).exists():
        return
    User.objects.filter(pk=account.pk, person_key=None).update(person_key=person_key)


def _check_phone(invitation: Invitation, account: User | None, phone: str) -> None:
    if invitation.phone_index is None:
        return
    offered = account.phone_index if account else phone_index(parse_phone(phone).e164)
    if offered is None or bytes(offered) != bytes(invitation.phone_index):
        raise WrongPhoneError


def _record(action: str, invitation: Invitation, by: User | None, now: dt.datetime) -> None:
    record(
        action=action,
        by=by,
        object_type="accounts.invitation",
        object_key=invitation.pk,
        detail={"role": invitation.role},
        now=now,
    )

"""What can be asked about accounts."""

import datetime as dt

from django.db.models import QuerySet

from accounts.models import ApiToken, Invitation, SupportWindow, TextMessage, UnsentForm, User
from accounts.secrets import hashed
from common.crypto import blind_index
from common.keys import current_key

_TEXTS_SHOWN = 50
_WINDOWS_SHOWN = 20


def phone_index(phone: str) -> bytes:
    """Return the index by which a phone in E.164 is found in the current schema."""
    return blind_index(phone, "accounts_user.phone", current_key())


def find_by_phone(phone: str) -> User | None:
    """Return the account with this phone in E.164, with its roles, or None."""
    return with_roles().filter(phone_index=phone_index(phone)).first()


def unsent_form(user: User, form: str) -> UnsentForm | None:
    """Return what ``user`` typed into a form and did not send, if anything."""
    return UnsentForm.objects.filter(user=user, form=form).first()


def with_roles() -> QuerySet[User]:
    """Return all accounts, each with its roles: two queries, however many there are."""
    return User.objects.prefetch_related("role_grants")


def accounts_by_name() -> QuerySet[User]:
    """Return all accounts with their roles, the active ones first."""
    return with_roles().order_by("-is_active", "display_name", "pk")


def open_invitations(now: dt.datetime) -> QuerySet[Invitation]:
    """Return the invitations that wait to be accepted, newest first."""
    return Invitation.objects.open(now).select_related("invited_by").order_by("-created_at")


def find_invitation(token: str, now: dt.datetime) -> Invitation | None:
    """Return the open invitation with this token, or None."""
    return Invitation.objects.open(now).filter(token_hash=hashed(token)).first()


def find_token(secret: str, now: dt.datetime) -> ApiToken | None:
    """Return the valid token with this secret, its owner and the owner's roles, or None."""
    return (
        ApiToken.objects.valid(now)
        .filter(token_hash=hashed(secret))
        .select_related("user")
        .prefetch_related("user__role_grants")
        .first()
    )


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """Return the account's tokens that were not revoked, newest first."""
    return user.api_tokens.filter(revoked_at=None).order_by("-created_at")


def open_support_window(now: dt.datetime) -> SupportWindow | None:
    """Return the window through which support may come in now, or None."""
    return SupportWindow.objects.open(now).first()


def newest_support_windows() -> QuerySet[SupportWindow]:
    """Return the newest windows with who opened and closed them."""
    return SupportWindow.objects.select_related("granted_by", "closed_by")[:_WINDOWS_SHOWN]


def newest_texts() -> QuerySet[TextMessage]:
    """Return the newest messages of the development mailbox, newest first."""
    return TextMessage.objects.order_by("-created_at")[:_TEXTS_SHOWN]

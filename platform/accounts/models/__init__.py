"""Accounts of one schema: a site's own people, or the platform's."""

from accounts.models.access import ApiToken, IdempotencyKey, Invitation, SignInAttempt
from accounts.models.messages import TextMessage
from accounts.models.schema import CacheEntry, SchemaMarker
from accounts.models.support import SupportWindow
from accounts.models.unsent import UnsentForm
from accounts.models.users import ElderMode, RoleGrant, Theme, User

__all__ = [
    "ApiToken",
    "CacheEntry",
    "ElderMode",
    "IdempotencyKey",
    "Invitation",
    "RoleGrant",
    "SchemaMarker",
    "SignInAttempt",
    "SupportWindow",
    "TextMessage",
    "Theme",
    "UnsentForm",
    "User",
]

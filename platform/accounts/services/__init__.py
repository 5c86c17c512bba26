"""What can be done with accounts: verbs only, each in one transaction, each on record."""

from accounts.services.invitations import (
    INVITATION_DAYS,
    accept_invitation,
    invite,
    renew_invitation,
    revoke_invitation,
)
from accounts.services.messages import deliver_text, write_text
from accounts.services.people import (
    allow_again,
    confirm_phone,
    create_account,
    disable,
    register_member,
    rename,
    reset_second_factor,
    set_password,
    set_phone,
    set_preferences,
)
from accounts.services.roles import end_role, grant_role
from accounts.services.sessions import end_sessions, mark_seen, refresh_second_factor
from accounts.services.support import (
    admit_support,
    close_support_windows,
    open_support_window,
)
from accounts.services.tokens import create_token, mark_token_used, revoke_token
from accounts.services.unsent import forget_old_unsent, forget_unsent, keep_unsent

__all__ = [
    "INVITATION_DAYS",
    "accept_invitation",
    "admit_support",
    "allow_again",
    "close_support_windows",
    "confirm_phone",
    "create_account",
    "create_token",
    "deliver_text",
    "disable",
    "end_role",
    "end_sessions",
    "forget_old_unsent",
    "forget_unsent",
    "grant_role",
    "invite",
    "keep_unsent",
    "mark_seen",
    "mark_token_used",
    "open_support_window",
    "refresh_second_factor",
    "register_member",
    "rename",
    "renew_invitation",
    "reset_second_factor",
    "revoke_invitation",
    "revoke_token",
    "set_password",
    "set_phone",
    "set_preferences",
    "write_text",
]

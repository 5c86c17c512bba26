"""Members, invitations and the own account, on every host."""

from django.conf import settings
from django.urls import path, register_converter

from accounts.roles import Role
from frontend.accounts import invitations, mailbox, members, mine


class RoleConverter:
    """A role in an address; anything else is no page."""

    regex = "[a-z_]+"

    def to_python(self, value: str) -> Role:
        """Return the role; ``ValueError`` makes it a 404."""
        return Role(value)

    def to_url(self, value: Role | str) -> str:
        """Return the role's code."""
        return str(Role(value).value)


register_converter(RoleConverter, "role")

app_name = "accounts"
urlpatterns = [
    path("members/", members.member_list, name="list"),
    path("members/invite/", members.invite, name="invite"),
    path("members/invitations/<uuid:invitation_id>/again/", members.invite_again, name="reinvite"),
    path(
        "members/invitations/<uuid:invitation_id>/revoke/",
        members.revoke_invitation,
        name="revoke-invitation",
    ),
    path("members/<uuid:user_id>/", members.member, name="member"),
    path("members/<uuid:user_id>/roles/<role:role>/grant/", members.grant_role, name="grant-role"),
    path("members/<uuid:user_id>/roles/<role:role>/end/", members.end_role, name="end-role"),
    path("members/<uuid:user_id>/disable/", members.disable, name="disable"),
    path("members/<uuid:user_id>/allow/", members.allow_again, name="allow"),
    path(
        "members/<uuid:user_id>/second-factor/reset/",
        members.reset_second_factor,
        name="reset-second-factor",
    ),
    path("accounts/me/", mine.mine, name="mine"),
    path("accounts/me/name/", mine.profile, name="profile"),
    path("accounts/sessions/<int:session_id>/end/", mine.end_session, name="end-session"),
    path("accounts/tokens/", mine.tokens, name="tokens"),
    path("accounts/tokens/<uuid:token_id>/revoke/", mine.revoke_token, name="revoke-token"),
    path("accounts/invitation/<str:token>/", invitations.accept, name="accept"),
]
if settings.IS_DEMONSTRATION:
    urlpatterns.append(path("dev/mailbox/", mailbox.mailbox, name="mailbox"))

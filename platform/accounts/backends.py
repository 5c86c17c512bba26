"""Who is signing in: an account is found by its phone."""

from uuid import UUID

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from accounts.models import User
from accounts.selectors import find_by_phone, with_roles


class PhoneBackend(BaseBackend):
    """Signs in by phone and password; says nothing about which of the two was wrong."""

    def authenticate(
        self,
        request: HttpRequest | None,
        phone: str = "",
        password: str = "",
        **_other: str,
    ) -> User | None:
        """Return the account with this phone (E.164) and password, if it is active.

        An unknown phone, and an account without a password, take as long as a wrong password.
        """
        if not phone or not password:
            return None
        user = find_by_phone(phone)
        if user is None or not user.has_usable_password():
            make_password(password)
            return None
        if not user.check_password(password) or not user.is_active:
            return None
        return user

    def get_user(self, user_id: UUID) -> User | None:
        """Return the active account of a session, with its roles."""
        return with_roles().filter(pk=user_id, is_active=True).first()

"""An account that belongs to a person on the register."""

import uuid

import pytest
from django.utils import timezone

from accounts import services
from accounts.errors import PersonHasAccountError
from accounts.roles import Role


def test_an_invited_person_gets_an_account_of_their_own(north):
    person_key = uuid.uuid4()
    now = timezone.now()
    _invitation, token = services.invite(
        role=Role.MEMBER, display_name="仇秀兰", person_key=person_key, by=None, now=now
    )

    account = services.accept_invitation(token=token, phone="13494000055", now=now)

    account.refresh_from_db()
    assert account.person_key == person_key
    with pytest.raises(PersonHasAccountError):
        services.invite(
            role=Role.MEMBER, display_name="仇秀兰", person_key=person_key, by=None, now=now
        )

"""Keep what was typed and not sent, and forget it once it was."""

import datetime as dt

from django.db import transaction

from accounts.errors import UnsentFormTooLongError
from accounts.models import UnsentForm, User

UNSENT_DAYS = 7
_LONGEST_CONTENT = 100_000


@transaction.atomic
def keep_unsent(*, user: User, form: str, content: str, now: dt.datetime) -> UnsentForm:
    """Keep ``content``, a query string, in place of what was kept of this form before.

    Raises:
        UnsentFormTooLongError: nobody types so much.
    """
    if len(content) > _LONGEST_CONTENT:
        raise UnsentFormTooLongError
    # The account's row serialises two windows with the same form; the later one counts.
    User.objects.select_for_update().only("pk").get(pk=user.pk)
    kept = UnsentForm.objects.filter(user=user, form=form).first()
    if kept is None:
        return UnsentForm.objects.create(user=user, form=form, content=content, saved_at=now)
    kept.content, kept.saved_at = content, now
    kept.save(update_fields=["content", "saved_at"])
    return kept


def forget_unsent(*, user: User, form: str) -> None:
    """Forget what was kept of a form: it was sent, or is not wanted."""
    UnsentForm.objects.filter(user=user, form=form).delete()


def forget_old_unsent(*, now: dt.datetime) -> int:
    """Forget what nobody came back to for a week; return how many forms."""
    old = UnsentForm.objects.filter(saved_at__lt=now - dt.timedelta(days=UNSENT_DAYS))
    count, _by_model = old.delete()
    return count

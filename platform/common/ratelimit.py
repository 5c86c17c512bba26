"""Counters shared by every process and every site, and the delays that follow from them."""

from django.db import connection
from django.utils.crypto import salted_hmac

_PATIENCE = 3  # failures that cost nothing
_LONGEST_DELAY = 900


def hit(scope: str, key: str, *, window: int) -> int:
    """Count one event and return how many there were in the current window, this one included.

    The count is undone with the caller's transaction, so count outside of one, before the work
    that may fail.

    Args:
        scope: what is counted (``login.ip``).
        key: whom it is counted for (an address, a phone); only its keyed hash is stored.
        window: length in seconds, counted from the first event.
    """
    digest = salted_hmac("common.ratelimit", f"{scope}|{key}", algorithm="sha256").hexdigest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.count_hit(%s::text, %s::int)", [digest, window])
        (count,) = cursor.fetchone()
    return int(count)


def delay_after(failures: int) -> int:
    """Return the seconds to wait after so many failures in a row.

    >>> [delay_after(count) for count in (0, 1, 2, 3, 4, 5, 12, 13, 99)]
    [0, 0, 0, 1, 2, 4, 512, 900, 900]
    """
    if failures < _PATIENCE:
        return 0
    return min(1 << min(failures - _PATIENCE, 10), _LONGEST_DELAY)

"""Primary keys: UUIDs that sort by the time they were made."""

import os
import secrets
import threading
import time
import uuid

_COUNTER_BITS = 42
_lock = threading.Lock()
_last_ms = 0
_counter = 0


def uuid7() -> uuid.UUID:
    """Return a new UUID version 7; within one process each is greater than the one before.

    Layout of RFC 9562, section 6.2, method 1: 48 bits of Unix time in milliseconds, a counter
    of 42 bits that restarts at a random value every millisecond, and 32 random bits.
    """
    global _last_ms, _counter
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms = now_ms
            # The top bit starts at zero, so that a millisecond has room for 2**41 more.
            _counter = secrets.randbits(_COUNTER_BITS - 1)
        else:  # the same millisecond, or the clock was set back
            _counter += 1
            if _counter >> _COUNTER_BITS:
                _last_ms += 1
                _counter = secrets.randbits(_COUNTER_BITS - 1)
        ms, counter = _last_ms, _counter
    value = (ms & (1 << 48) - 1) << 80
    value |= 7 << 76
    value |= (counter >> 30) << 64
    value |= 0b10 << 62
    value |= (counter & (1 << 30) - 1) << 32
    value |= secrets.randbits(32)
    return uuid.UUID(int=value)


def _start_afresh() -> None:
    """Forget the counter, so that two forks do not count from the same value."""
    global _lock, _last_ms, _counter
    _lock = threading.Lock()  # a fork may have copied it while another thread held it
    _last_ms = _counter = 0


os.register_at_fork(after_in_child=_start_afresh)

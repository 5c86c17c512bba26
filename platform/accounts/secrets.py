"""Secrets that are handed out once and kept as a hash only."""

import hashlib
import secrets as stdlib_secrets


def new_secret() -> str:
    """Return 256 random bits as text that fits into an address."""
    return stdlib_secrets.token_urlsafe(32)


def hashed(secret: str) -> str:
    """Return what is kept of a secret of `new_secret`; as random as that is, one hash is enough.

    >>> hashed("")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(secret.encode()).hexdigest()

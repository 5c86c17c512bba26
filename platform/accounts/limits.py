"""Growing delays against guessing, instead of locks that would shut the owner out.

An attempt is counted before the password is looked at, so that a hundred at once are no way
around; success forgives. Three counters: attempts from one address, on all hosts together
(`common.ratelimit`); failures of an account; failures of an account from one address. A device
that signed in before has a counter of its own instead, so its owner gets in while somebody else
attacks the account (security B7, attacks 21 and 22).
"""

import datetime as dt
import hashlib
import ipaddress
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.signing import BadSignature, Signer
from django.db import transaction

from accounts.errors import TooManyAttemptsError
from accounts.models import SignInAttempt
from common.keys import current_schema
from common.ratelimit import delay_after, hit

# Attempts from one address on all hosts: an office behind one address signs in every morning.
ADDRESS_ATTEMPTS = 60
ADDRESS_WINDOW = 300
# Codes sent: to one phone, and asked for from one address on all hosts.
CODE_INTERVAL = 60
CODES_PER_HOUR = 6
ADDRESS_CODES_PER_HOUR = 30
_HOUR = 3600
_FORGOTTEN_AFTER = dt.timedelta(days=1)
# Accounts that a device at a service window remembers.
_MOST_ACCOUNTS = 5
_IPV6_NETWORK = 64


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody tries to sign in.

    Args:
        account: blind index of the phone, whether anybody has it or not.
        address: where the attempt comes from.
        device: `known_device` of the account, or nothing.
    """

    account: bytes
    address: str
    device: str = ""

    def keys(self) -> list[bytes]:
        """Return the keys of the counters that this attempt may not have used up."""
        if self.device:
            return [self._key("device", self.device)]
        return [self._key("account", ""), self._key("pair", network(self.address))]

    def _key(self, kind: str, source: str) -> bytes:
        text = f"{current_schema()}|{kind}|{self.account.hex()}|{source}"
        return hashlib.sha256(text.encode()).digest()


def begin_attempt(attempt: Attempt, *, now: dt.datetime) -> None:
    """Count an attempt, before the password is looked at.

    Raises:
        TooManyAttemptsError: it comes too early, and was not counted.
    """
    if not attempt.device:
        count_address(attempt.address)
    with transaction.atomic():
        # In one order for everybody, so that two attempts do not wait for each other.
        counters = [_locked(key, now) for key in sorted(attempt.keys())]
        wait = max(counter.blocked_until for counter in counters) - now
        if wait > dt.timedelta():
            raise TooManyAttemptsError(-(-wait // dt.timedelta(seconds=1)))
        for counter in counters:
            counter.failures += 1
            counter.last_at = now
            counter.blocked_until = now + dt.timedelta(seconds=delay_after(counter.failures))
            counter.save()


def forgive(attempt: Attempt, *, now: dt.datetime) -> None:
    """Forget the failures of an account whose owner has just signed in, and very old ones."""
    SignInAttempt.objects.filter(key__in=attempt.keys()).delete()
    SignInAttempt.objects.filter(last_at__lt=now - _FORGOTTEN_AFTER).delete()


def count_address(address: str) -> None:
    """Count something that one address may not do without end, on all hosts together.

    Raises:
        TooManyAttemptsError: it did so too often.
    """
    if hit("sign_in.address", network(address), window=ADDRESS_WINDOW) > ADDRESS_ATTEMPTS:
        raise TooManyAttemptsError(ADDRESS_WINDOW)


def begin_code(*, account: bytes, address: str) -> None:
    """Count a code that is to be sent.

    Raises:
        TooManyAttemptsError: too many were asked for, for the phone or from the address.
    """
    if hit("code.address", network(address), window=_HOUR) > ADDRESS_CODES_PER_HOUR:
        raise TooManyAttemptsError(_HOUR)
    phone = f"{current_schema()}|{account.hex()}"
    if hit("code.minute", phone, window=CODE_INTERVAL) > 1:
        raise TooManyAttemptsError(CODE_INTERVAL)
    if hit("code.hour", phone, window=_HOUR) > CODES_PER_HOUR:
        raise TooManyAttemptsError(_HOUR)


def network(address: str) -> str:
    """Return what an address is counted as: itself, or for IPv6 the network one home has.

    >>> network("203.0.113.7"), network("2001:db8::7"), network("unix")
    ('203.0.113.7', '2001:db8::', 'unix')
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network(f"{parsed}/{_IPV6_NETWORK}", strict=False).network_address)


def known_device(cookie: str, account: bytes) -> str:
    """Return the device's id if ``cookie`` proves that ``account`` signed in on it, or nothing."""
    for part in _parts(cookie):
        try:
            return _signer(account).unsign(part)
        except BadSignature:
            continue
    return ""


def remember_device(cookie: str, account: bytes) -> str:
    """Return the device's cookie with the proof that ``account`` signed in on it, newest first."""
    if known_device(cookie, account):
        return cookie
    proof = _signer(account).sign(secrets.token_hex(8))
    return "~".join([proof, *_parts(cookie)][:_MOST_ACCOUNTS])


def _parts(cookie: str) -> Sequence[str]:
    return cookie.split("~")[:_MOST_ACCOUNTS] if cookie else []


def _signer(account: bytes) -> Signer:
    # Nothing of the account is in the cookie: only who knows it can check the signature.
    return Signer(salt=f"accounts.device|{current_schema()}|{account.hex()}")


def _locked(key: bytes, now: dt.datetime) -> SignInAttempt:
    SignInAttempt.objects.bulk_create(
        [SignInAttempt(key=key, failures=0, blocked_until=now, last_at=now)], ignore_conflicts=True
    )
    counter = SignInAttempt.objects.select_for_update().get(key=key)
    if now - counter.last_at > _FORGOTTEN_AFTER:
        counter.failures, counter.blocked_until = 0, now
    return counter

"""What this app tells the rooms above it, and its own upper rooms.

All are sent inside the site, in the transaction of the change; receivers must be safe to repeat.
``sender`` is always None.
"""

from django.dispatch import Signal

# Two records became one. Arguments: ``kept`` and ``gone`` (keys of people), ``merge`` (key),
# ``now``. Receivers move what they keep about ``gone`` to ``kept``, or raise a `DomainError` where
# that would be wrong, such as one person twice at one event; the merge is then refused.
person_merged = Signal()

# A merge is undone. Arguments as above; receivers move back what they moved.
merge_undone = Signal()

# A person's data was erased or reduced. Arguments: ``person`` (key), ``now``.
person_erased = Signal()

# Somebody died. Arguments: ``person`` (key), ``now``, ``by`` (an account or None).
person_died = Signal()

# A link between two people, or to a relative abroad, ended. Arguments: ``kinship`` or
# ``overseas_kin`` (key, the other is None), ``reason`` (an `EndReason`), ``on`` (a day), ``by``,
# ``now``.
kinship_ended = Signal()

# A person withdrew a consent. Arguments: ``consent`` (key), ``person`` (key), ``purpose``,
# ``recipient``, ``now``.
consent_withdrawn = Signal()

"""What the lowest floor tells the ones above."""

from django.dispatch import Signal

# Sent inside a schema, in a transaction, when its rows have come under another data key: whoever
# keeps something made with `common.keys.DataKey.index` (blind indexes, search tokens) makes it
# anew from the sealed values. Receivers take no arguments but ``sender`` (always None) and
# ``signal``, must be safe to repeat, and keep the columns that people see, versions included.
index_key_changed = Signal()

"""What must hold for a person's data: pure functions that clean values and list problems.

Nothing is refused that a clerk may rightly have before them: a number that fails its check is
kept as unverified, with a warning (requirements K3).
"""

from crm.people.rules.checked import (
    LONGEST_NOTE,
    MOST_PARTS,
    Checked,
    CheckedContact,
    CheckedDocument,
    clean_text,
    contact_source,
    first_day,
    index_source,
)
from crm.people.rules.person import check_person

__all__ = [
    "LONGEST_NOTE",
    "MOST_PARTS",
    "Checked",
    "CheckedContact",
    "CheckedDocument",
    "check_person",
    "clean_text",
    "contact_source",
    "first_day",
    "index_source",
]

"""侨情: what a site may write down about somebody's life abroad and here, beyond their own row.

The catalogue comes with the program, codes and options included, so that every site means the
same by them and a province can add up (ADR 0017). A site may add fields of its own, `ExtraField`,
whose codes begin with ``x_`` and never leave the site. Values are texts in ``Person.facts``:

=======  ==========================================================
kind     value
=======  ==========================================================
choice   one of the options' codes
country  ISO 3166-1, two letters
date     ``1958``, ``1958-03`` or ``1958-03-09``
year     ``1958``
flag     ``yes`` or ``no``
number   ``3.5``
text     as written, on one line
=======  ==========================================================

``unknown`` means that somebody asked and nobody knows, ``none`` that there is none; a code that is
missing means that nobody has asked. What no service here needs has no code and never gets one:
party membership (政治面貌), health (健康状况), religion.

Source: the survey forms and rosters in use, compiled in November 2026 (R01 to R09), GB 3304 for
peoples, GB/T 4658 for education in the steps that rosters use.
"""

from crm.people.facts.catalogue import CATALOGUE, ETHNIC_GROUPS, OWN_PREFIX, Fact
from crm.people.facts.values import (
    FLAGS,
    LONGEST_TEXT,
    NONE,
    UNKNOWN,
    choices_of,
    clean_value,
    fitting_sections,
    has_mask_free_form,
    value_text,
    words_of,
)

__all__ = [
    "CATALOGUE",
    "ETHNIC_GROUPS",
    "FLAGS",
    "LONGEST_TEXT",
    "NONE",
    "OWN_PREFIX",
    "UNKNOWN",
    "Fact",
    "choices_of",
    "clean_value",
    "fitting_sections",
    "has_mask_free_form",
    "value_text",
    "words_of",
]

"""What a column of a roster can be: the right side of a mapping.

A code is a plain text, kept in a site's remembered mappings; codes never change. Three have a
prefix: ``fact:`` before a code of the catalogue (`crm.people.facts`), ``contact:`` before a
`ContactKind`, and ``identity:`` before an `IdentityCode` for a column that is only ticked.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.people.choices import ContactKind, IdentityCode
from crm.people.facts import CATALOGUE

FACT: Final = "fact:"
CONTACT: Final = "contact:"
IDENTITY: Final = "identity:"

# What stands in the column is nobody's business here: it is said on each row and left in the file.
NOT_COLLECTED: Final = "not_collected"
# The register will have a room for it, and has none today.
NOT_KEPT_YET: Final = "not_kept_yet"
# Somebody chose to leave the column in the file.
NOT_WANTED: Final = "not_wanted"
# Line numbers and the like, which say nothing about anybody.
IGNORED: Final = "ignored"
# Nobody has said yet what the column is; it is reported like what is not kept.
UNKNOWN: Final = ""
# What of all this says of each filled cell that it stays in the file.
NOT_READ = frozenset({NOT_COLLECTED, NOT_KEPT_YET, NOT_WANTED, UNKNOWN})

FIELDS: Mapping[str, str | Promise] = {
    "full_name": _("full name"),
    "other_name": _("name in other letters"),
    "former_name": _("former name"),
    "surname_reading": _("reading of the surname"),
    "sex": _("sex"),
    "birth_date": _("date of birth"),
    "age": _("age"),
    "id_number": _("identity number"),
    "passport": _("passport number"),
    "other_paper": _("number of another paper"),
    "phone": _("phone"),
    **{f"{CONTACT}{kind.value}": kind.label for kind in ContactKind},
    "address": _("address"),
    "native_place": _("ancestral home"),
    "nationality": _("nationality"),
    "languages": _("languages"),
    "identity": _("identity"),
    **{f"{IDENTITY}{code.value}": code.label for code in IdentityCode},
    "identity_country": _("country of residence, or of the relatives"),
    "former_country": _("country the person came back from"),
    "returned_on": _("day of return"),
    "overseas_people": _("names of relatives abroad (only counted)"),
    "overseas_relation": _("relationship with the relative abroad"),
    "overseas_country": _("country of the relative abroad"),
    "household_number": _("number of the household"),
    "household_head": _("head of the household"),
    "household_relation": _("relationship with the head of the household"),
    **{f"{FACT}{code}": fact.label for code, fact in CATALOGUE.items() if not fact.is_retired},
    "status": _("status"),
    "person_key": _("number in this system"),
    "note": _("note"),
    NOT_COLLECTED: _("not collected"),
    NOT_KEPT_YET: _("not kept yet"),
    NOT_WANTED: _("not imported"),
    IGNORED: _("ignored"),
}
# Several columns may go into these; every other field takes one column.
REPEATABLE = frozenset(
    {"other_name", "former_name", "id_number", "passport", "phone", "identity", "note", "address"}
    | {"other_paper", "overseas_people", IGNORED}
    | NOT_READ
)

# What a clerk may have to say about a sheet: the year in which an age was true (four digits), and
# the century that years of two digits belong to ("19" or "20").
SETTINGS: Mapping[str, str | Promise] = {
    "census_year": _("year of the survey"),
    "century": _("century of years with two digits"),
}

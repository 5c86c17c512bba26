"""What a rule can ask about a person: the one list of fields, with their operators and queries."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from crm.people.choices import (
    ContactKind,
    FactSection,
    HouseholdRole,
    IdentityCode,
    Sex,
    Source,
    Status,
)
from crm.people.conditions import queries
from crm.people.conditions.particulars import find_particular, particulars
from crm.people.conditions.shapes import (
    IS,
    OLDEST,
    Field,
    Kind,
    Op,
    Section,
    Text,
)
from crm.people.languages import LANGUAGES
from crm.people.purposes import PURPOSES

FIELDS: Mapping[str, Field] = {
    item.code: item
    for item in (
        Field(
            code="identity",
            section=Section.IDENTITY,
            label=_("Identity"),
            kind=Kind.CHOICES,
            choices=IdentityCode.choices,
            phrases={
                **IS,
                Op.RECOGNISED: _("{field} is {value}, recognised"),
                Op.NOT_RECOGNISED: _("{field} is {value}, not recognised so far"),
            },
            query=queries.identity,
        ),
        Field(
            code="status",
            section=Section.RECORD,
            label=_("Status"),
            kind=Kind.CHOICES,
            # Reduced records are in no list.
            choices=[choice for choice in Status.choices if choice[0] != Status.MINIMISED],
            phrases=IS,
            query=queries.one_of("status"),
        ),
        Field(
            code="sex",
            label=_("Sex"),
            kind=Kind.CHOICES,
            choices=Sex.choices,
            phrases=IS,
            query=queries.one_of("sex"),
        ),
        Field(
            code="age",
            label=_("Age"),
            kind=Kind.NUMBER,
            least=0,
            most=OLDEST,
            phrases={
                Op.AT_LEAST: _("{value} years old or older"),
                Op.AT_MOST: _("{value} years old or younger"),
            },
            query=queries.age,
        ),
        Field(
            code="birth_month",
            label=_("Month of birth"),
            kind=Kind.CHOICES,
            choices=[
                (str(number), name)
                for number, name in enumerate(
                    [
                        _("January"),
                        _("February"),
                        _("March"),
                        _("April"),
                        pgettext_lazy("full month", "May"),
                        _("June"),
                        _("July"),
                        _("August"),
                        _("September"),
                        _("October"),
                        _("November"),
                        _("December"),
                    ],
                    1,
                )
            ],
            phrases=IS,
            query=queries.birth_month,
        ),
        Field(
            code="region",
            label=_("Native place"),
            kind=Kind.REGION,
            phrases=IS,
            query=queries.region,
        ),
        Field(
            code="nationality",
            label=_("Nationality"),
            kind=Kind.COUNTRY,
            phrases=IS,
            query=queries.country,
        ),
        Field(
            code="language",
            label=_("Language"),
            kind=Kind.CHOICES,
            choices=list(LANGUAGES.items()),
            phrases={Op.IS: _("speaks {value}"), Op.IS_NOT: _("does not speak {value}")},
            query=queries.languages,
        ),
        Field(
            code="has_phone",
            section=Section.CONTACT,
            label=_("Phone on record"),
            kind=Kind.FLAG,
            phrases={Op.YES: _("has a phone on record"), Op.NO: _("has no phone on record")},
            query=queries.has_phone,
        ),
        Field(
            code="contact",
            section=Section.CONTACT,
            label=_("Other contact on record"),
            kind=Kind.CHOICES,
            choices=ContactKind.choices,
            phrases={Op.IS: _("can be reached by {value}"), Op.IS_NOT: _("has no {value}")},
            query=queries.contact,
        ),
        Field(
            code="identity_country",
            section=Section.IDENTITY,
            label=_("Country of an identity"),
            kind=Kind.COUNTRY,
            phrases=IS,
            query=queries.identity_country,
        ),
        Field(
            code="unverified_paper",
            section=Section.IDENTITY,
            label=_("Unverified paper"),
            kind=Kind.FLAG,
            phrases={Op.YES: _("has an unverified paper"), Op.NO: _("has no unverified paper")},
            query=queries.unverified,
        ),
        Field(
            code="paper_ends",
            section=Section.IDENTITY,
            label=_("End of a paper"),
            kind=Kind.NUMBER,
            phrases={Op.WITHIN_DAYS: _("has a paper that ends within {value} days")},
            query=queries.paper_ends,
        ),
        Field(
            code="in_household",
            section=Section.FAMILY,
            label=_("Household"),
            kind=Kind.FLAG,
            phrases={Op.YES: _("belongs to a household"), Op.NO: _("belongs to no household")},
            query=queries.in_household,
        ),
        Field(
            code="alone",
            section=Section.FAMILY,
            label=_("Alone in the household"),
            kind=Kind.FLAG,
            phrases={
                Op.YES: _("is alone in a household"),
                Op.NO: _("is not alone in a household"),
            },
            query=queries.alone,
        ),
        Field(
            code="household_role",
            section=Section.FAMILY,
            label=_("Role in the household"),
            kind=Kind.CHOICES,
            choices=HouseholdRole.choices,
            phrases=IS,
            query=queries.role,
        ),
        Field(
            code="has_kin",
            section=Section.FAMILY,
            label=_("Relatives on the register"),
            kind=Kind.FLAG,
            phrases={
                Op.YES: _("has relatives on the register"),
                Op.NO: _("has no relatives on the register"),
            },
            query=queries.has_kin,
        ),
        Field(
            code="kin_abroad",
            section=Section.FAMILY,
            label=_("Relatives abroad on record"),
            kind=Kind.FLAG,
            phrases={
                Op.YES: _("has relatives abroad on record"),
                Op.NO: _("has no relatives abroad on record"),
            },
            query=queries.kin_abroad,
        ),
        Field(
            code="kin_country",
            section=Section.FAMILY,
            label=_("Country of a relative abroad"),
            kind=Kind.COUNTRY,
            phrases={
                Op.IS: _("has a relative in {value}"),
                Op.IS_NOT: _("has no relative in {value}"),
            },
            query=queries.kin_country,
        ),
        Field(
            code="consent",
            section=Section.RECORD,
            label=_("Consent in force"),
            kind=Kind.CHOICES,
            choices=[(code, purpose.label) for code, purpose in PURPOSES.items()],
            phrases={Op.IS: _("agreed to {value}"), Op.IS_NOT: _("has not agreed to {value}")},
            query=queries.consent,
        ),
        Field(
            code="source",
            section=Section.RECORD,
            label=_("How the record came here"),
            kind=Kind.CHOICES,
            choices=Source.choices,
            phrases=IS,
            query=queries.one_of("source"),
        ),
        Field(
            code="added",
            section=Section.RECORD,
            label=_("Put on the register"),
            kind=Kind.TIME,
            phrases={
                Op.IN_LAST_DAYS: _("added in the last {value} days"),
                Op.NOT_IN_LAST_DAYS: _("not added in the last {value} days"),
                Op.SINCE: _("added on {value} or later"),
                Op.BEFORE: _("added before {value}"),
            },
            query=queries.when("created_at"),
        ),
        Field(
            code="changed",
            section=Section.RECORD,
            label=_("Record changed"),
            kind=Kind.TIME,
            phrases={
                Op.IN_LAST_DAYS: _("changed in the last {value} days"),
                Op.NOT_IN_LAST_DAYS: _("not changed in the last {value} days"),
                Op.SINCE: _("changed on {value} or later"),
                Op.BEFORE: _("last changed before {value}"),
            },
            query=queries.when("updated_at"),
        ),
    )
}


def find_field(code: str) -> Field | None:
    """Return the field of this code, those of 侨情 included; None if there is none."""
    return FIELDS.get(code) or find_particular(code)


def sections() -> list[tuple[Text, list[Field]]]:
    """Return all that a rule can ask, section by section. One query."""
    fields = [*FIELDS.values(), *particulars()]
    places = (*list(Section)[:-1], *FactSection, Section.RECORD)
    found = [(place.label, [one for one in fields if one.section == place]) for place in places]
    return [(label, some) for label, some in found if some]

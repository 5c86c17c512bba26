"""People as JSON. Numbers and addresses come out masked; a mask sent back is refused."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.people.choices import (
    CheckResult,
    ContactKind,
    DocumentKind,
    Evidence,
    FactKind,
    FactSection,
    FoundByKind,
    IdentityCode,
    IdentityState,
    RevealReason,
    Sex,
    Source,
    Status,
)
from crm.people.dates import PartialDate, parse_partial_date, partial_text
from crm.people.facts import Fact, choices_of
from crm.people.models import Person, PersonIdentity
from crm.people.selectors import PeopleFilter, PersonLine
from crm.people.values import (
    ContactValues,
    DocumentValues,
    IdentityValues,
    PersonValues,
    PhoneValues,
)


class PartialDateField(serializers.CharField):
    """``1958``, ``1958-03`` or ``1958-03-09``: as much of a date as is known."""

    default_error_messages = {"date": "Write 1958-03-09, 1958-03 or 1958."}

    def to_internal_value(self, data: Any) -> Any:
        """Return a `PartialDate`, or None for an empty text."""
        text = super().to_internal_value(data)
        if not text:
            return None
        try:
            return parse_partial_date(text)
        except ValueError:
            self.fail("date")

    def to_representation(self, value: Any) -> str:
        """Return what `to_internal_value` reads."""
        return str(value)


class DocumentSerializer(serializers.Serializer[Any]):
    """An identity paper. Leave ``number`` out, with the ``id``, to keep the one on record."""

    id = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=DocumentKind.choices)
    number = serializers.CharField(required=False)
    country = serializers.CharField(default="CN")
    issuing_place = serializers.CharField(default="", allow_blank=True)
    valid_from = serializers.DateField(default=None, allow_null=True)
    valid_to = serializers.DateField(default=None, allow_null=True)
    mismatch_reason = serializers.CharField(default="", allow_blank=True)
    check_result = serializers.ChoiceField(choices=CheckResult.choices, read_only=True)
    renews = serializers.UUIDField(source="renews_id", read_only=True, allow_null=True)


class PhoneSerializer(serializers.Serializer[Any]):
    """A phone. Leave ``number`` out, with the ``id``, to keep the one on record."""

    id = serializers.UUIDField(required=False)
    number = serializers.CharField(required=False)
    extension = serializers.CharField(read_only=True)


class ContactSerializer(serializers.Serializer[Any]):
    """Another contact. Leave ``value`` out, with the ``id``, to keep the one on record."""

    id = serializers.UUIDField(required=False)
    kind = serializers.ChoiceField(choices=ContactKind.choices)
    value = serializers.CharField(required=False)


class IdentitySerializer(serializers.Serializer[Any]):
    """A category; ``state`` says how far it is established, and is not set here."""

    code = serializers.ChoiceField(choices=IdentityCode.choices)
    state = serializers.ChoiceField(choices=IdentityState.choices, read_only=True)
    country = serializers.CharField(default="", allow_blank=True)
    since = PartialDateField(default=None, allow_blank=True)

    def to_representation(self, instance: PersonIdentity) -> dict[str, Any]:
        """Return a row on record."""
        return {
            "code": instance.code,
            "state": instance.state,
            "country": instance.country,
            "since": partial_text(instance.since, instance.since_precision),
        }


class PersonSerializer(serializers.Serializer[Person]):
    """A person with all parts. What a change leaves out stays as it is; lists are replaced."""

    id = serializers.UUIDField(read_only=True)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    full_name = serializers.CharField()
    surname_reading = serializers.CharField(required=False, allow_blank=True)
    former_names = serializers.ListField(child=serializers.CharField(), required=False)
    other_names = serializers.ListField(child=serializers.CharField(), required=False)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False)
    birth_date = PartialDateField(required=False, allow_blank=True)
    nationality = serializers.CharField(required=False, allow_blank=True)
    region_code = serializers.CharField(required=False, allow_blank=True)
    address = serializers.CharField(required=False, allow_blank=True)
    languages = serializers.ListField(child=serializers.CharField(), required=False)
    facts = serializers.DictField(
        child=serializers.CharField(allow_blank=True),
        required=False,
        help_text="by code of the catalogue; codes left out stay, an empty text removes one",
    )
    note = serializers.CharField(required=False, allow_blank=True)
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    source = serializers.ChoiceField(  # type: ignore[assignment]  # hides a name of DRF's
        choices=Source.choices, read_only=True
    )
    documents = DocumentSerializer(many=True, required=False)
    phones = PhoneSerializer(many=True, required=False)
    contacts = ContactSerializer(many=True, required=False)
    identities = IdentitySerializer(many=True, required=False)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, instance: Person) -> dict[str, Any]:
        """Return a person on record, masked."""
        plain = (
            "full_name", "surname_reading", "former_names", "other_names", "sex", "nationality",
            "languages", "facts", "note", "status", "source", "version",
        )  # fmt: skip
        return {
            "id": str(instance.pk),
            **{name: getattr(instance, name) for name in plain},
            "birth_date": partial_text(instance.birth_date, instance.birth_precision),
            "region_code": instance.region_id or "",
            "address": str(instance.address or ""),
            "documents": DocumentSerializer(instance.documents.all(), many=True).data,
            "phones": PhoneSerializer(instance.phones.all(), many=True).data,
            "contacts": ContactSerializer(instance.contacts.all(), many=True).data,
            "identities": IdentitySerializer(
                [row for row in instance.identities.all() if row.ended_on is None], many=True
            ).data,
            "created_at": instance.created_at.isoformat(),
            "updated_at": instance.updated_at.isoformat(),
        }

    def values(self, current: PersonValues | None = None) -> PersonValues:
        """Return what was sent, over what is on record; the serializer must be valid."""
        sent = dict(self.validated_data)
        sent.pop("version", None)
        changes: dict[str, Any] = {
            name: read(sent.pop(name)) for name, read in _READ.items() if name in sent
        }
        if "birth_date" in sent:
            born: PartialDate | None = sent.pop("birth_date")
            changes["birth_date"] = born.date if born else None
            changes["birth_precision"] = born.precision if born else None
        if "facts" in sent:
            changes["facts"] = {**(current.facts if current else {}), **sent.pop("facts")}
        changes |= sent
        return dataclasses.replace(current, **changes) if current else PersonValues(**changes)


class FoundBySerializer(serializers.Serializer[Any]):
    """Why somebody is found whose full name does not say it; ``text`` is the other name."""

    kind = serializers.ChoiceField(choices=FoundByKind.choices)
    text = serializers.CharField()


class PersonLineSerializer(serializers.Serializer[PersonLine]):
    """A person in a list."""

    id = serializers.UUIDField()
    full_name = serializers.CharField()
    sex = serializers.ChoiceField(choices=Sex.choices)
    birth_year = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=Status.choices)
    identities = serializers.ListField(child=serializers.CharField())
    recognised = serializers.SerializerMethodField()
    phone = serializers.CharField()
    version = serializers.IntegerField()
    found_by = FoundBySerializer(allow_null=True)

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_recognised(self, person: PersonLine) -> list[str]:
        """Return the identities that an authority recognised; the others are not."""
        return [code for code in person.identities if code in person.recognised]

    @extend_schema_field(serializers.IntegerField(allow_null=True))
    def get_birth_year(self, person: PersonLine) -> int | None:
        """Return the year only: lists show no birthdays."""
        return person.birth_date.year if person.birth_date else None


class PeoplePageSerializer(serializers.Serializer[Any]):
    """A page of a list. ``count`` stops at 1,000; ``is_counted`` says whether it is exact."""

    count = serializers.IntegerField()
    is_counted = serializers.BooleanField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PersonLineSerializer(many=True)


class PeopleQuerySerializer(serializers.Serializer[Any]):
    """The query of a list."""

    q = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=100,
        help_text="汉字, pinyin, initials, or the last four digits of a phone",
    )
    identity = serializers.ChoiceField(choices=IdentityCode.choices, required=False)
    identity_state = serializers.ChoiceField(
        choices=IdentityState.choices,
        required=False,
        help_text="of that identity or, if none is named, of any current one",
    )
    status = serializers.ChoiceField(choices=Status.choices, required=False)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False)
    age_from = serializers.IntegerField(required=False, min_value=0, max_value=150)
    age_to = serializers.IntegerField(required=False, min_value=0, max_value=150)
    region = serializers.RegexField(r"^[1-9][0-9]{5}([0-9]{3}){0,2}$", required=False)
    group = serializers.UUIDField(required=False)
    fact = serializers.RegexField(
        r"^[a-z_0-9]{1,30}:.{1,120}$", required=False, help_text="occupation:retired"
    )
    page = serializers.IntegerField(required=False, min_value=1)
    after = serializers.UUIDField(required=False)
    before = serializers.UUIDField(required=False)

    def wanted(self) -> PeopleFilter:
        """Return the filter; the serializer must be valid."""
        names = {field.name for field in dataclasses.fields(PeopleFilter)}
        sent = {k: v for k, v in self.validated_data.items() if k in names}
        return PeopleFilter(**sent | {"group": str(sent.get("group", ""))})

    def place(self) -> dict[str, Any]:
        """Return the arguments of `selectors.people_page`."""
        data = self.validated_data
        return {
            "number": data.get("page", 1), "after": data.get("after"), "before": data.get("before")
        }  # fmt: skip


class FactSerializer(serializers.Serializer[Any]):
    """A field of the 侨情 catalogue. Every value may be ``unknown``, some ``none``."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides a name of DRF's
    kind = serializers.ChoiceField(choices=FactKind.choices)
    section = serializers.ChoiceField(choices=FactSection.choices)
    options = serializers.SerializerMethodField()
    may_be_none = serializers.BooleanField()
    is_own = serializers.BooleanField(help_text="of this site only; never added up beyond it")

    @extend_schema_field(serializers.DictField(child=serializers.CharField()))
    def get_options(self, fact: Fact) -> dict[str, str]:
        """Return the codes to choose from with their names."""
        return {code: str(text) for code, text in choices_of(fact).items()}


class SimilarSerializer(serializers.Serializer[Any]):
    """Somebody on record who may be the person described, and what speaks for it."""

    id = serializers.UUIDField(source="person.pk")
    full_name = serializers.CharField(source="person.full_name")
    sex = serializers.ChoiceField(choices=Sex.choices, source="person.sex")
    birth_year = serializers.SerializerMethodField()
    phones = serializers.SerializerMethodField()
    score = serializers.IntegerField(source="match.score")
    evidence = serializers.SerializerMethodField()

    def get_birth_year(self, row: dict[str, Any]) -> int | None:
        """Return the year of birth."""
        born = row["person"].birth_date
        return born.year if born else None

    def get_phones(self, row: dict[str, Any]) -> list[str]:
        """Return the phones, masked."""
        return [str(phone) for phone in row["person"].phones.all()]

    @extend_schema_field(
        serializers.ListField(child=serializers.ChoiceField(choices=Evidence.choices))
    )
    def get_evidence(self, row: dict[str, Any]) -> list[str]:
        """Return what speaks for it and against it, the strongest first."""
        return [reason.evidence.value for reason in row["match"].reasons]


class RevealSerializer(serializers.Serializer[Any]):
    """Which masked value, and what for. The person can read the reason."""

    field = serializers.CharField(
        max_length=60,
        write_only=True,
        help_text="address, or phones, documents, contacts or identities with .<id>",
    )
    reason = serializers.ChoiceField(choices=RevealReason.choices, write_only=True)
    explanation = serializers.CharField(
        required=False, allow_blank=True, max_length=200, default="", write_only=True
    )
    value = serializers.CharField(read_only=True)


def _identity(row: dict[str, Any]) -> IdentityValues:
    since: PartialDate | None = row["since"]
    return IdentityValues(
        code=IdentityCode(row["code"]),
        country=row["country"],
        since=since.date if since else None,
        since_precision=since.precision if since else None,
    )


# How what was sent becomes what the services take; anything else goes as it is.
_READ: Mapping[str, Callable[[Any], Any]] = {
    "former_names": tuple,
    "other_names": tuple,
    "languages": tuple,
    "sex": Sex,
    "status": Status,
    "documents": lambda rows: tuple(
        DocumentValues(**row | {"kind": DocumentKind(row["kind"])}) for row in rows
    ),
    "phones": lambda rows: tuple(PhoneValues(**row) for row in rows),
    "contacts": lambda rows: tuple(
        ContactValues(**row | {"kind": ContactKind(row["kind"])}) for row in rows
    ),
    "identities": lambda rows: tuple(map(_identity, rows)),
}

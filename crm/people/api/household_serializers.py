"""Households as JSON: masked, versioned, in the words of codes."""

from typing import Any

from rest_framework import serializers

from crm.people.choices import HouseholdRole, MembershipKind, RevealReason
from crm.people.households.values import HouseholdValues, MemberValues
from crm.people.models import Household


class MemberSerializer(serializers.Serializer[Any]):
    """Somebody's time in a household; ``valid_to`` is the first day they are no longer in it."""

    id = serializers.UUIDField(read_only=True)
    person = serializers.UUIDField(source="person_id")
    role = serializers.ChoiceField(choices=HouseholdRole.choices)
    kind = serializers.ChoiceField(choices=MembershipKind.choices, default=MembershipKind.LIVING)
    is_primary = serializers.BooleanField(read_only=True)
    valid_from = serializers.DateField(required=False, allow_null=True, default=None)
    valid_to = serializers.DateField(read_only=True)

    def value(self) -> MemberValues:
        """Return what was sent; the serializer must be valid."""
        return member_of(self.validated_data)


class HouseholdSerializer(serializers.Serializer[Any]):
    """A household with all who are or were in it. ``address`` comes out masked."""

    id = serializers.UUIDField(read_only=True)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    label = serializers.CharField()  # type: ignore[assignment]  # hides a name of DRF's
    number = serializers.CharField(default="", allow_blank=True)
    address = serializers.CharField(required=False, allow_blank=True)
    note = serializers.CharField(default="", allow_blank=True)
    closed_on = serializers.DateField(read_only=True)
    members = MemberSerializer(many=True, required=False)

    def to_representation(self, instance: Household) -> dict[str, Any]:
        """Return a household on record."""
        return {
            "id": str(instance.pk),
            "version": instance.version,
            "label": instance.label,
            "number": instance.number,
            "address": str(instance.address or ""),
            "note": instance.note,
            "closed_on": instance.closed_on,
            "members": MemberSerializer(instance.members.all(), many=True).data,
        }

    def values(self, current: Household | None = None) -> HouseholdValues:
        """Return what was sent, over what is on record; the serializer must be valid."""
        sent = self.validated_data
        kept = {"label": "", "number": "", "note": ""}
        if current:
            kept = {name: getattr(current, name) for name in kept}
        given = {name: sent.get(name, kept[name]) for name in kept}
        return HouseholdValues(**given, address=sent.get("address"))


class HouseholdLineSerializer(serializers.Serializer[Any]):
    """A household in a list."""

    id = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides a name of DRF's
    number = serializers.CharField()
    closed_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()
    members = serializers.IntegerField(help_text="how many are in it now")


class HouseholdQuerySerializer(serializers.Serializer[Any]):
    """The query of a list."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=100, default="")
    closed = serializers.BooleanField(required=False, default=False)
    page = serializers.IntegerField(required=False, min_value=1, default=1)


class HouseholdPageSerializer(serializers.Serializer[Any]):
    """A page of a list, 50 households long."""

    count = serializers.IntegerField()
    pages = serializers.IntegerField()
    results = HouseholdLineSerializer(many=True)


class LeaveSerializer(serializers.Serializer[Any]):
    """Who leaves, and the first day they are no longer in it."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    member = serializers.UUIDField()
    on = serializers.DateField()


class JoinSerializer(MemberSerializer):
    """Who joins."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, write_only=True)


class VersionSerializer(serializers.Serializer[Any]):
    """The version of the household that is changed."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class DaySerializer(VersionSerializer):
    """The day on which it happens."""

    on = serializers.DateField()


class MemberKeySerializer(VersionSerializer):
    """Whose place in the household is meant: the ``id`` in ``members``."""

    member = serializers.UUIDField()


class PlaceSerializer(MemberKeySerializer):
    """What somebody is in the household, and since when."""

    role = serializers.ChoiceField(choices=HouseholdRole.choices)
    kind = serializers.ChoiceField(choices=MembershipKind.choices)
    valid_from = serializers.DateField(allow_null=True, default=None)


class MoveMemberSerializer(MemberKeySerializer):
    """Who moves to which household, and what they are there."""

    other = serializers.UUIDField()
    role = serializers.ChoiceField(choices=HouseholdRole.choices)
    on = serializers.DateField()


class SplitSerializer(DaySerializer):
    """Who leaves together; ``head`` is one of them."""

    members = serializers.ListField(child=serializers.UUIDField(), max_length=100)
    head = serializers.UUIDField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides a name of DRF's


class TakeInSerializer(DaySerializer):
    """Whose members join; that household is closed."""

    other = serializers.UUIDField()


class AddressSerializer(serializers.Serializer[Any]):
    """What the address is needed for. Every member can read the reason."""

    reason = serializers.ChoiceField(choices=RevealReason.choices, write_only=True)
    explanation = serializers.CharField(
        required=False, allow_blank=True, max_length=200, default="", write_only=True
    )
    value = serializers.CharField(read_only=True)


def member_of(sent: dict[str, Any]) -> MemberValues:
    """Return a checked member as the services take it."""
    return MemberValues(
        person_id=sent["person_id"],
        role=HouseholdRole(sent["role"]),
        kind=MembershipKind(sent["kind"]),
        valid_from=sent["valid_from"],
    )

"""Identities and stays as JSON. The number of a certificate comes out masked."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crm.people.choices import (
    EndReason,
    IdentityCode,
    IdentityState,
    ResidenceRight,
    ReviewReason,
    StayPurpose,
    StepKind,
)
from crm.people.dates import partial_text
from crm.people.identities.residence import Residence, Route, RouteResult
from crm.people.identities.rules import LONGEST_BODY, LONGEST_CERTIFICATE, LONGEST_REASON, Move
from crm.people.identities.rules import next_states as states_after
from crm.people.identities.selectors import Candidate, ground_key, last_key, relative_of, steps_of
from crm.people.identities.stays import StayValues
from crm.people.models import IdentityGround, PersonIdentity


class StepSerializer(serializers.Serializer[Any]):
    """A line of an identity's history, oldest first; ``from_state`` is empty for the first."""

    kind = serializers.ChoiceField(choices=StepKind.choices)
    from_state = serializers.CharField()
    to_state = serializers.ChoiceField(choices=IdentityState.choices)
    happened_on = serializers.DateField()
    reason = serializers.CharField()
    review_reason = serializers.CharField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField(allow_null=True, help_text="the account's name")


class CarryingSerializer(serializers.Serializer[Any]):
    """An identity that those of relatives may rest on."""

    code = serializers.ChoiceField(choices=IdentityCode.choices)
    state = serializers.ChoiceField(choices=IdentityState.choices)


class GroundSerializer(serializers.Serializer[IdentityGround]):
    """A link an identity rests on: ``person`` is the relative's key, null for somebody abroad."""

    id = serializers.UUIDField()
    key = serializers.SerializerMethodField()
    relation = serializers.SerializerMethodField()
    person = serializers.SerializerMethodField()
    country = serializers.SerializerMethodField()
    ended_on = serializers.DateField(allow_null=True)
    end_reason = serializers.ChoiceField(choices=EndReason.choices, allow_blank=True)

    @extend_schema_field(serializers.CharField())
    def get_key(self, ground: IdentityGround) -> str:
        """Return ``kin:<link>``, ``kin:<link>:<next link>`` or ``abroad:<relative>``."""
        return ground_key(ground)

    @extend_schema_field(serializers.CharField())
    def get_relation(self, ground: IdentityGround) -> str:
        """Return what the relative is to the person, in words."""
        return relative_of(ground).relation

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_person(self, ground: IdentityGround) -> str | None:
        """Return the relative's key."""
        key = relative_of(ground).person_id
        return str(key) if key else None

    @extend_schema_field(serializers.CharField())
    def get_country(self, ground: IdentityGround) -> str:
        """Return where a relative abroad lives."""
        return relative_of(ground).country


class CandidateLinkSerializer(serializers.Serializer[Candidate]):
    """A link an identity could rest on; ``person`` is null for somebody abroad."""

    key = serializers.CharField()
    relation = serializers.CharField(source="relative.relation")
    person = serializers.UUIDField(source="relative.person_id", allow_null=True)
    full_name = serializers.CharField(source="relative.name")
    country = serializers.CharField(source="relative.country")
    carrying = serializers.SerializerMethodField()

    @extend_schema_field(CarryingSerializer(many=True))
    def get_carrying(self, candidate: Candidate) -> Any:
        """Return the relative's identities that others may rest on."""
        return [{"code": code, "state": state} for code, state in candidate.relative.carrying]


class GroundKeySerializer(serializers.Serializer[Any]):
    """The link an identity is to rest on."""

    ground = serializers.CharField(max_length=100, help_text="the key of one of `candidates`")


class DeclareSerializer(serializers.Serializer[Any]):
    """The link that was shown; without one, the shortest way counts."""

    ground = serializers.CharField(
        max_length=100, default="", allow_blank=True, help_text="the key of one of `candidates`"
    )


class GroundEndSerializer(serializers.Serializer[Any]):
    """Why and since when an identity no longer rests on a link."""

    ground = serializers.UUIDField(help_text="its id")
    reason = serializers.ChoiceField(choices=EndReason.choices)
    on = serializers.DateField()


class IdentityDetailSerializer(serializers.Serializer[PersonIdentity]):
    """An identity with its history. Send ``seen`` back with whatever you do to it."""

    id = serializers.UUIDField()
    code = serializers.ChoiceField(choices=IdentityCode.choices)
    state = serializers.ChoiceField(choices=IdentityState.choices)
    country = serializers.CharField()
    since = serializers.SerializerMethodField()
    recognised_by = serializers.CharField()
    certificate = serializers.SerializerMethodField()
    recognised_on = serializers.DateField(allow_null=True)
    ended_on = serializers.DateField(allow_null=True)
    review_since = serializers.DateTimeField(allow_null=True)
    review_reason = serializers.ChoiceField(choices=ReviewReason.choices, allow_blank=True)
    seen = serializers.SerializerMethodField()
    next_states = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()
    grounds = GroundSerializer(many=True)

    @extend_schema_field(serializers.CharField())
    def get_since(self, identity: PersonIdentity) -> str:
        """Return as much of the date as is known."""
        return partial_text(identity.since, identity.since_precision)

    @extend_schema_field(serializers.CharField())
    def get_certificate(self, identity: PersonIdentity) -> str:
        """Return the masked number."""
        return str(identity.certificate or "")

    @extend_schema_field(serializers.UUIDField())
    def get_seen(self, identity: PersonIdentity) -> str:
        """Return what a change must name, so that nothing is decided on an old page."""
        return str(last_key(identity))

    @extend_schema_field(
        serializers.ListField(child=serializers.ChoiceField(choices=IdentityState.choices))
    )
    def get_next_states(self, identity: PersonIdentity) -> list[str]:
        """Return the states that may follow."""
        return list(states_after(identity.state))

    @extend_schema_field(StepSerializer(many=True))
    def get_steps(self, identity: PersonIdentity) -> Any:
        """Return the history, oldest first."""
        return StepSerializer(steps_of(identity), many=True).data


class MoveSerializer(serializers.Serializer[Any]):
    """The next step. ``recognised`` needs body and number, ``refused`` and ``ended`` a reason."""

    to = serializers.ChoiceField(choices=IdentityState.choices)
    seen = serializers.UUIDField()
    on = serializers.DateField(help_text="the day it happened; for a certificate, its own")
    reason = serializers.CharField(default="", allow_blank=True, max_length=LONGEST_REASON)
    recognised_by = serializers.CharField(default="", allow_blank=True, max_length=LONGEST_BODY)
    certificate = serializers.CharField(
        default="", allow_blank=True, max_length=LONGEST_CERTIFICATE
    )

    def move(self) -> Move:
        """Return the step; the serializer must be valid."""
        sent = self.validated_data
        return Move(
            to=IdentityState(sent["to"]),
            on=sent["on"],
            reason=sent["reason"],
            recognised_by=sent["recognised_by"],
            certificate=sent["certificate"],
        )


class KeepSerializer(serializers.Serializer[Any]):
    """Why an identity stays as it is after the review."""

    seen = serializers.UUIDField()
    reason = serializers.CharField(max_length=LONGEST_REASON)


class SeenSerializer(serializers.Serializer[Any]):
    """What was seen when the last step was to be undone."""

    seen = serializers.UUIDField()


class StaySerializer(serializers.Serializer[Any]):
    """A time in a country: the day of arrival counts, the day of departure does not."""

    id = serializers.UUIDField(read_only=True)
    country = serializers.CharField(max_length=2)
    begins_on = serializers.DateField()
    ends_on = serializers.DateField(default=None, allow_null=True)
    right = serializers.ChoiceField(choices=ResidenceRight.choices)
    purpose = serializers.ChoiceField(choices=StayPurpose.choices, default=StayPurpose.SETTLED)

    def stay(self) -> StayValues:
        """Return the stay; the serializer must be valid."""
        sent = self.validated_data
        return StayValues(
            country=sent["country"],
            begins_on=sent["begins_on"],
            ends_on=sent["ends_on"],
            right=ResidenceRight(sent["right"]),
            purpose=StayPurpose(sent["purpose"]),
        )


class LineSerializer(serializers.Serializer[Any]):
    """Days without a break, half-open."""

    begins_on = serializers.DateField()
    ends_on = serializers.DateField()
    days = serializers.IntegerField()


class RouteSerializer(serializers.Serializer[RouteResult]):
    """The best period of one route; the page of the test says how it is counted."""

    route = serializers.ChoiceField(choices=[route.value for route in Route])
    is_enough = serializers.BooleanField()
    country = serializers.CharField()
    begins_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    days = serializers.IntegerField()
    days_needed = serializers.IntegerField()
    missing_end = serializers.IntegerField()
    months = serializers.DecimalField(max_digits=4, decimal_places=1)
    months_short = serializers.DecimalField(max_digits=4, decimal_places=1)
    lines = LineSerializer(many=True)


class ResidenceSerializer(serializers.Serializer[Residence]):
    """Both routes, from what is entered. An authority decides, not this figure."""

    is_enough = serializers.BooleanField()
    routes = RouteSerializer(many=True)


class StaysSerializer(serializers.Serializer[Any]):
    """A person's stays and what follows from them."""

    stays = StaySerializer(many=True)
    residence = ResidenceSerializer()

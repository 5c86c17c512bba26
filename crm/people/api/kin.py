"""Kinship over REST: relatives on the register and abroad."""

from typing import Any, cast
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people.choices import (
    ChangeCause,
    EndReason,
    KinBasis,
    KinCode,
    KinLink,
    OverseasStanding,
)
from crm.people.kinship import overseas
from crm.people.kinship import selectors as kinship
from crm.people.kinship import services as kinship_services
from crm.people.kinship.overseas import OverseasKinValues
from crm.people.kinship.relations import Relation
from crm.people.models import Kinship, OverseasKin, Person
from tenants.idempotency import Idempotent
from tenants.permissions import Permission


class KinSerializer(serializers.Serializer[Any]):
    """A relative who counts now. ``kinship`` is the person's own link, if one leads there."""

    person = serializers.UUIDField()
    full_name = serializers.CharField()
    term = serializers.CharField(help_text="what the person calls the relative")
    kinship = serializers.UUIDField(allow_null=True)


class KinEntrySerializer(serializers.Serializer[Any]):
    """A relative as somebody tells it."""

    relative = serializers.UUIDField()
    relation = serializers.ChoiceField(choices=Relation.choices)
    basis = serializers.ChoiceField(choices=KinBasis.choices, required=False)
    proof = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    valid_from = serializers.DateField(required=False, allow_null=True, default=None)


class LinkSerializer(serializers.Serializer[Kinship]):
    """A link: ``relative`` is what ``link`` says to ``person``."""

    id = serializers.UUIDField()
    person = serializers.UUIDField(source="person_id")
    relative = serializers.UUIDField(source="relative_id")
    link = serializers.ChoiceField(choices=KinLink.choices)
    basis = serializers.ChoiceField(choices=KinBasis.choices)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    end_reason = serializers.CharField()


class EndSerializer(serializers.Serializer[Any]):
    """Why and when a link ended; a mistake needs no day."""

    reason = serializers.ChoiceField(choices=EndReason.choices)
    on = serializers.DateField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the day of what happened."""
        if attrs["reason"] != EndReason.MISTAKE and attrs["on"] is None:
            raise serializers.ValidationError({"on": "Say the day."}, code="required")
        return attrs


class KinEndSerializer(EndSerializer):
    """Which link ended, why and when."""

    kinship = serializers.UUIDField()


class OverseasKinSerializer(serializers.Serializer[OverseasKin]):
    """A relative abroad. A name is kept only if the relative agreed, and never comes out."""

    id = serializers.UUIDField(read_only=True)
    relation = serializers.ChoiceField(choices=KinCode.choices)
    country = serializers.CharField(max_length=2, default="", allow_blank=True)
    standing = serializers.ChoiceField(
        choices=OverseasStanding.choices, default="", allow_blank=True
    )
    since_year = serializers.IntegerField(default=None, allow_null=True)
    has_agreed = serializers.BooleanField(default=False)
    name = serializers.CharField(
        required=False, allow_blank=True, write_only=True,
        help_text="left out: as on record; empty: removed",
    )  # fmt: skip
    has_name = serializers.SerializerMethodField()
    ended_on = serializers.DateField(read_only=True, allow_null=True)
    end_reason = serializers.CharField(read_only=True)

    def get_has_name(self, kin: OverseasKin) -> bool:
        """Say whether a name is on record."""
        return bool(kin.name)

    def values(self) -> OverseasKinValues:
        """Return what was sent; the serializer must be valid."""
        sent = dict(self.validated_data)
        standing = sent.pop("standing")
        return OverseasKinValues(
            **sent | {"relation": KinCode(sent["relation"])},
            standing=OverseasStanding(standing) if standing else None,
        )


class KinViewSet(Idempotent, viewsets.GenericViewSet[Kinship]):
    """A person's relatives: list, link, end."""

    queryset = Kinship.objects.none()
    serializer_class = KinSerializer
    filter_backends = ()
    pagination_class = None
    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_EDIT

    @extend_schema(responses=KinSerializer(many=True))
    def list(self, request: Request, person_id: UUID) -> Response:
        """List the relatives who count now, the nearest first."""
        get_object_or_404(Person, pk=person_id)
        rows = [
            {
                "person": way.end.id, "full_name": way.end.name, "term": way.term,
                "kinship": way.links[0].id if len(way.links) == 1 else None,
            }
            for way in kinship.kin_of(person_id)
        ]  # fmt: skip
        return Response(KinSerializer(rows, many=True).data)

    @extend_schema(request=KinEntrySerializer, responses={201: LinkSerializer})
    def create(self, request: Request, person_id: UUID) -> Response:
        """Link a relative; the way back follows."""
        get_object_or_404(Person, pk=person_id)
        serializer = KinEntrySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        try:
            linked = kinship_services.add_kinship(
                person_id=person_id, relative_id=sent["relative"],
                relation=Relation(sent["relation"]),
                basis=KinBasis(sent["basis"]) if "basis" in sent else None,
                proof=sent["proof"], valid_from=sent["valid_from"],
                by=cast(User, request.user), now=timezone.now(), cause=ChangeCause.API,
            )  # fmt: skip
        except Person.DoesNotExist:
            raise NotFound from None
        return Response(LinkSerializer(linked.kinship).data, status.HTTP_201_CREATED)

    @extend_schema(request=KinEndSerializer, responses=LinkSerializer)
    @action(detail=False, methods=["post"])
    def end(self, request: Request, person_id: UUID) -> Response:
        """Write down that a link ended, or was entered by mistake."""
        serializer = KinEndSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        row = get_object_or_404(kinship.links_of(person_id), pk=sent["kinship"])
        by, now = cast(User, request.user), timezone.now()
        if sent["reason"] == EndReason.MISTAKE:
            ended = kinship_services.remove_kinship(
                kinship_id=row.pk, by=by, now=now, cause=ChangeCause.API
            )
        else:
            ended = kinship_services.end_kinship(
                kinship_id=row.pk, reason=EndReason(sent["reason"]), on=sent["on"], by=by, now=now,
                cause=ChangeCause.API,
            )  # fmt: skip
        return Response(LinkSerializer(ended).data)


class OverseasKinViewSet(Idempotent, viewsets.GenericViewSet[OverseasKin]):
    """A person's relatives abroad: list, write down, correct, end."""

    queryset = OverseasKin.objects.none()
    serializer_class = OverseasKinSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_EDIT

    @extend_schema(responses=OverseasKinSerializer(many=True))
    def list(self, request: Request, person_id: UUID) -> Response:
        """List relatives abroad, ended links as well."""
        get_object_or_404(Person, pk=person_id)
        found = [OverseasKinSerializer(row).data for row in kinship.overseas_kin_of(person_id)]
        return Response(found)

    @extend_schema(request=OverseasKinSerializer, responses={201: OverseasKinSerializer})
    def create(self, request: Request, person_id: UUID) -> Response:
        """Write down a relative abroad."""
        get_object_or_404(Person, pk=person_id)
        sent = OverseasKinSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        kin = overseas.add_overseas_kin(
            person_id=person_id, values=sent.values(), by=self._user, now=timezone.now(),
            cause=ChangeCause.API,
        )  # fmt: skip
        return Response(OverseasKinSerializer(kin).data, status.HTTP_201_CREATED)

    def update(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """Describe a relative abroad anew."""
        kin = self._kin(person_id, pk)
        sent = OverseasKinSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        changed = overseas.change_overseas_kin(
            kin_id=kin.pk, values=sent.values(), by=self._user, now=timezone.now(),
            cause=ChangeCause.API,
        )  # fmt: skip
        return Response(OverseasKinSerializer(changed).data)

    @extend_schema(request=EndSerializer, responses=OverseasKinSerializer)
    @action(detail=True, methods=["post"])
    def end(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """Write down that the link ended, or was never true."""
        kin = self._kin(person_id, pk)
        sent = EndSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        now = timezone.now()
        ended = overseas.end_overseas_kin(
            kin_id=kin.pk,
            reason=EndReason(sent.validated_data["reason"]),
            on=sent.validated_data["on"] or timezone.localdate(now),
            by=self._user,
            now=now,
            cause=ChangeCause.API,
        )
        return Response(OverseasKinSerializer(ended).data)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _kin(self, person_id: UUID, pk: UUID) -> OverseasKin:
        return get_object_or_404(kinship.overseas_kin_of(person_id), pk=pk)

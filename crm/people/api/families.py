"""Households and kinship over REST: masked, versioned, in the words of codes."""

from typing import Any, cast
from uuid import UUID

from django.core.paginator import Paginator
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
    HouseholdRole,
    KinBasis,
    KinLink,
    MembershipKind,
)
from crm.people.households import members, selectors, services
from crm.people.households.values import HouseholdValues, MemberValues
from crm.people.kinship import selectors as kinship
from crm.people.kinship import services as kinship_services
from crm.people.kinship.relations import Relation
from crm.people.models import Household, Kinship, Person
from tenants.idempotency import Idempotent
from tenants.permissions import Permission


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


class KinEndSerializer(serializers.Serializer[Any]):
    """Why and when a link ended; a mistake needs no day."""

    kinship = serializers.UUIDField()
    reason = serializers.ChoiceField(choices=EndReason.choices)
    on = serializers.DateField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for the day of what happened."""
        if attrs["reason"] != EndReason.MISTAKE and attrs["on"] is None:
            raise serializers.ValidationError({"on": "Say the day."}, code="required")
        return attrs


class HouseholdViewSet(Idempotent, viewsets.GenericViewSet[Household]):
    """List, read, open and change households; let people join and leave."""

    queryset = Household.objects.none()
    serializer_class = HouseholdSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_EDIT

    @extend_schema(parameters=[HouseholdQuerySerializer], responses=HouseholdPageSerializer)
    def list(self, request: Request) -> Response:
        """List households in the order of their names, a page at a time."""
        query = HouseholdQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        found = selectors.households(wanted["q"], by=self._user, is_closed=wanted["closed"])
        pages = Paginator(found, selectors.PAGE_SIZE)
        rows = pages.get_page(wanted["page"])
        results = [
            {
                "id": row.pk,
                "label": row.label,
                "number": row.number,
                "closed_on": row.closed_on,
                "version": row.version,
                "members": len(selectors.members_now(row)),
            }
            for row in rows
        ]
        return Response(
            {
                "count": pages.count,
                "pages": pages.num_pages,
                "results": HouseholdLineSerializer(results, many=True).data,
            }
        )

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a household."""
        return self._answer(pk)

    def create(self, request: Request) -> Response:
        """Open a household; its head, or else the first member, becomes its contact."""
        serializer = HouseholdSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            household = services.open_household(
                values=serializer.values(),
                members=[member_of(row) for row in serializer.validated_data.get("members", ())],
                by=self._user, now=timezone.now(), cause=ChangeCause.API,
            )  # fmt: skip
        except Person.DoesNotExist:
            raise NotFound from None
        return self._answer(household.pk, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change what is written down of a household; 409 if somebody else did since."""
        household = get_object_or_404(Household, pk=pk)
        serializer = HouseholdSerializer(household, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        services.change_household(
            household_id=pk, version=serializer.validated_data.get("version", 0),
            values=serializer.values(household), by=self._user, now=timezone.now(),
        )  # fmt: skip
        return self._answer(pk)

    @extend_schema(request=JoinSerializer, responses=HouseholdSerializer)
    @action(detail=True, methods=["post"])
    def join(self, request: Request, pk: UUID) -> Response:
        """Let somebody join."""
        get_object_or_404(Household, pk=pk)
        serializer = JoinSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            members.add_member(
                household_id=pk, version=serializer.validated_data["version"],
                member=serializer.value(), by=self._user, now=timezone.now(),
                cause=ChangeCause.API,
            )  # fmt: skip
        except Person.DoesNotExist:
            raise NotFound from None
        return self._answer(pk)

    @extend_schema(request=LeaveSerializer, responses=HouseholdSerializer)
    @action(detail=True, methods=["post"])
    def leave(self, request: Request, pk: UUID) -> Response:
        """Write down that somebody left."""
        get_object_or_404(Household, pk=pk)
        serializer = LeaveSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        members.end_membership(
            household_id=pk, version=sent["version"], member_id=sent["member"], on=sent["on"],
            by=self._user, now=timezone.now(),
        )  # fmt: skip
        return self._answer(pk)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _answer(self, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
        household = get_object_or_404(selectors.household_with_members(), pk=pk)
        headers = {"ETag": f'"{household.version}"', "Cache-Control": "no-store"}
        return Response(HouseholdSerializer(household).data, code, headers=headers)


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
            ended = kinship_services.remove_kinship(kinship_id=row.pk, by=by, now=now)
        else:
            ended = kinship_services.end_kinship(
                kinship_id=row.pk, reason=EndReason(sent["reason"]), on=sent["on"], by=by, now=now
            )
        return Response(LinkSerializer(ended).data)


def member_of(sent: dict[str, Any]) -> MemberValues:
    """Return a checked member as the services take it."""
    return MemberValues(
        person_id=sent["person_id"],
        role=HouseholdRole(sent["role"]),
        kind=MembershipKind(sent["kind"]),
        valid_from=sent["valid_from"],
    )

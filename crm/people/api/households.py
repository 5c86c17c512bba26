"""Households over REST: masked, versioned; who joins, leaves and moves, and their reshaping."""

from collections.abc import Callable
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
from crm.people.api.household_serializers import (
    AddressSerializer,
    DaySerializer,
    HouseholdLineSerializer,
    HouseholdPageSerializer,
    HouseholdQuerySerializer,
    HouseholdSerializer,
    JoinSerializer,
    LeaveSerializer,
    MemberKeySerializer,
    MoveMemberSerializer,
    PlaceSerializer,
    SplitSerializer,
    TakeInSerializer,
    VersionSerializer,
    member_of,
)
from crm.people.choices import ChangeCause, HouseholdRole, MembershipKind, RevealReason
from crm.people.households import members, reshaping, selectors, services
from crm.people.households.values import HouseholdValues
from crm.people.models import Household, Person
from tenants.idempotency import Idempotent
from tenants.permissions import Permission


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
            cause=ChangeCause.API,
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
            by=self._user, now=timezone.now(), cause=ChangeCause.API,
        )  # fmt: skip
        return self._answer(pk)

    @extend_schema(request=PlaceSerializer, responses=HouseholdSerializer)
    @action(detail=True, methods=["post"], url_path="change-member")
    def change_member(self, request: Request, pk: UUID) -> Response:
        """Correct what somebody is in the household, and since when."""
        sent = self._sent(PlaceSerializer)
        return self._change(
            members.change_member,
            household_id=pk, version=sent["version"], member_id=sent["member"],
            role=HouseholdRole(sent["role"]), kind=MembershipKind(sent["kind"]),
            valid_from=sent["valid_from"],
        )  # fmt: skip

    @extend_schema(request=MemberKeySerializer, responses=HouseholdSerializer)
    @action(detail=True, methods=["post"], url_path="remove-member")
    def remove_member(self, request: Request, pk: UUID) -> Response:
        """Remove somebody who was entered by mistake; who moves out leaves."""
        sent = self._sent(MemberKeySerializer)
        return self._change(
            members.remove_member,
            household_id=pk, version=sent["version"], member_id=sent["member"],
        )  # fmt: skip

    @extend_schema(request=MemberKeySerializer, responses=HouseholdSerializer)
    @action(detail=True, methods=["post"], url_path="choose-contact")
    def choose_contact(self, request: Request, pk: UUID) -> Response:
        """Make somebody the one who is called first."""
        sent = self._sent(MemberKeySerializer)
        return self._change(
            members.choose_contact,
            household_id=pk, version=sent["version"], member_id=sent["member"],
        )  # fmt: skip

    @extend_schema(request=MoveMemberSerializer, responses=HouseholdSerializer)
    @action(detail=True, methods=["post"], url_path="move-member")
    def move_member(self, request: Request, pk: UUID) -> Response:
        """Let somebody leave for another household on the same day."""
        sent = self._sent(MoveMemberSerializer)
        return self._change(
            members.move_member,
            household_id=pk, version=sent["version"], member_id=sent["member"],
            to_id=sent["other"], role=HouseholdRole(sent["role"]), on=sent["on"],
        )  # fmt: skip

    @extend_schema(request=SplitSerializer, responses={201: HouseholdSerializer})
    @action(detail=True, methods=["post"])
    def split(self, request: Request, pk: UUID) -> Response:
        """Let some members found a household of their own, which is the answer."""
        sent = self._sent(SplitSerializer)
        founded = reshaping.split_household(
            household_id=pk, version=sent["version"], member_ids=sent["members"],
            head_id=sent["head"], values=HouseholdValues(label=sent["label"]), on=sent["on"],
            by=self._user, now=timezone.now(), cause=ChangeCause.API,
        )  # fmt: skip
        return self._answer(founded.pk, status.HTTP_201_CREATED)

    @extend_schema(request=TakeInSerializer, responses=HouseholdSerializer)
    @action(detail=True, methods=["post"], url_path="take-in")
    def take_in(self, request: Request, pk: UUID) -> Response:
        """Let everybody of another household join this one; the other one is closed."""
        sent = self._sent(TakeInSerializer)
        return self._change(
            reshaping.merge_households,
            kept_id=pk, version=sent["version"], gone_id=sent["other"], on=sent["on"],
        )  # fmt: skip

    @extend_schema(request=DaySerializer, responses=HouseholdSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, pk: UUID) -> Response:
        """Close a household; whoever is in it leaves on that day."""
        sent = self._sent(DaySerializer)
        return self._change(
            services.close_household, household_id=pk, version=sent["version"], on=sent["on"]
        )

    @extend_schema(request=VersionSerializer, responses=HouseholdSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: UUID) -> Response:
        """Undo a closing, with those who left when it was closed."""
        sent = self._sent(VersionSerializer)
        return self._change(services.reopen_household, household_id=pk, version=sent["version"])

    @extend_schema(request=AddressSerializer, responses=AddressSerializer)
    @action(detail=True, methods=["post"], edit_permission=Permission.PERSON_REVEAL)
    def reveal(self, request: Request, pk: UUID) -> Response:
        """Show the address. The reader, the time and the reason go on record of each member."""
        household = get_object_or_404(Household, pk=pk)
        sent = self._sent(AddressSerializer)
        value = services.reveal_address(
            household=household, reason=RevealReason(sent["reason"]),
            explanation=sent["explanation"], by=self._user, now=timezone.now(),
        )  # fmt: skip
        return Response({"value": value}, headers={"Cache-Control": "no-store"})

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _answer(self, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
        household = get_object_or_404(selectors.household_with_members(), pk=pk)
        headers = {"ETag": f'"{household.version}"', "Cache-Control": "no-store"}
        return Response(HouseholdSerializer(household).data, code, headers=headers)

    def _sent(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return what was sent in this shape, checked, about a household that is there."""
        get_object_or_404(Household, pk=self.kwargs["pk"])
        sent = shape(data=self.request.data)
        sent.is_valid(raise_exception=True)
        data: dict[str, Any] = sent.validated_data
        return data

    def _change(self, verb: Callable[..., object], **given: Any) -> Response:
        """Do it and show the household; another one that is not there is not found either."""
        try:
            verb(**given, by=self._user, now=timezone.now(), cause=ChangeCause.API)
        except Household.DoesNotExist:
            raise NotFound from None
        return self._answer(self.kwargs["pk"])

"""A person's identities and stays over REST."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people.api.identity_serializers import (
    CandidateLinkSerializer,
    DeclareSerializer,
    GroundEndSerializer,
    GroundKeySerializer,
    IdentityDetailSerializer,
    KeepSerializer,
    MoveSerializer,
    SeenSerializer,
    StaySerializer,
    StaysSerializer,
)
from crm.people.api.views import every_problem
from crm.people.choices import ChangeCause, EndReason
from crm.people.errors import InvalidPersonError
from crm.people.identities import grounds, services, stays
from crm.people.identities.declaring import declare_relative
from crm.people.identities.residence import check_residence
from crm.people.identities.rules import DECISIONS
from crm.people.identities.selectors import candidates, identities_of, with_history
from crm.people.models import IdentityGround, Person, PersonIdentity, Stay
from tenants.access import may
from tenants.idempotency import Idempotent
from tenants.permissions import Permission


class IdentityViewSet(Idempotent, viewsets.GenericViewSet[PersonIdentity]):
    """The identities of a person: how far each is established, by whom, and what it rests on.

    They are declared and removed with the person's record; here they take their steps, and rest on
    relatives. Only 侨眷 can be declared here, with the link that the law calls somebody so for.
    """

    queryset = PersonIdentity.objects.none()
    serializer_class = IdentityDetailSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_EDIT

    @extend_schema(responses=IdentityDetailSerializer(many=True))
    def list(self, request: Request, person_id: UUID) -> Response:
        """List the identities of a person, current ones first, ended ones too."""
        get_object_or_404(Person, pk=person_id)
        found = [IdentityDetailSerializer(row).data for row in identities_of(person_id)]
        return _answer(found)

    def retrieve(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """Show an identity with its history."""
        return _answer(IdentityDetailSerializer(self._identity(person_id, pk)).data)

    @extend_schema(request=MoveSerializer, responses=IdentityDetailSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """Take the next step; 409 if another was taken since ``seen``.

        Recognition, refusal and end need the permission ``identity.decide`` too.
        """
        serializer = MoveSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        move = serializer.move()
        if move.to in DECISIONS and not may(self._user, Permission.IDENTITY_DECIDE):
            raise PermissionDenied
        return self._after(
            person_id,
            pk,
            lambda: services.move(
                identity_id=pk,
                seen=serializer.validated_data["seen"],
                move=move,
                by=self._user,
                now=timezone.now(),
            ),
        )

    @extend_schema(request=KeepSerializer, responses=IdentityDetailSerializer)
    @action(detail=True, methods=["post"], edit_permission=Permission.IDENTITY_DECIDE)
    def keep(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """Close a review: the identity stays as it is."""
        serializer = KeepSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent: dict[str, Any] = serializer.validated_data
        return self._after(
            person_id,
            pk,
            lambda: services.keep(
                identity_id=pk,
                seen=sent["seen"],
                reason=sent["reason"],
                by=self._user,
                now=timezone.now(),
            ),
        )

    @extend_schema(request=SeenSerializer, responses=IdentityDetailSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """Undo the last step: within ten minutes, by the account that took it."""
        serializer = SeenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return self._after(
            person_id,
            pk,
            lambda: services.undo(
                identity_id=pk,
                seen=serializer.validated_data["seen"],
                by=self._user,
                now=timezone.now(),
            ),
        )

    @extend_schema(request=DeclareSerializer, responses={201: IdentityDetailSerializer})
    @action(detail=False, methods=["post"], url_path="declare-relative")
    def declare_relative(self, request: Request, person_id: UUID) -> Response:
        """Write down that the person says they are 侨眷; nothing changes if that is on record."""
        get_object_or_404(Person, pk=person_id)
        sent = DeclareSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        identity = declare_relative(
            person_id=person_id,
            key=sent.validated_data["ground"],
            by=self._user,
            now=timezone.now(),
            cause=ChangeCause.API,
        )
        found = IdentityDetailSerializer(self._identity(person_id, identity.pk)).data
        return _answer(found, status.HTTP_201_CREATED)

    @extend_schema(responses=CandidateLinkSerializer(many=True))
    @action(detail=True, methods=["get"])
    def candidates(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """List the links that this identity could rest on by law and does not yet."""
        found: Any = candidates(self._identity(person_id, pk))
        return _answer(CandidateLinkSerializer(found, many=True).data)

    @extend_schema(request=GroundKeySerializer, responses={201: IdentityDetailSerializer})
    @action(detail=True, methods=["post"])
    def grounds(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """Let an identity rest on a link; ``ground`` is the key of one of ``candidates``."""
        identity = self._identity(person_id, pk)
        sent = GroundKeySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        grounds.add_ground(
            identity_id=identity.pk,
            key=sent.validated_data["ground"],
            by=self._user,
            now=timezone.now(),
        )
        found = IdentityDetailSerializer(self._identity(person_id, pk)).data
        return _answer(found, status.HTTP_201_CREATED)

    @extend_schema(request=GroundEndSerializer, responses=IdentityDetailSerializer)
    @action(detail=True, methods=["post"], url_path="end-ground")
    def end_ground(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """Say that an identity no longer rests on a link; the link itself stays."""
        identity = self._identity(person_id, pk)
        sent = GroundEndSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        ground = get_object_or_404(IdentityGround, pk=data["ground"], identity=identity)
        return self._after(
            person_id,
            pk,
            lambda: grounds.end_ground(
                ground_id=ground.pk,
                reason=EndReason(data["reason"]),
                on=data["on"],
                by=self._user,
                now=timezone.now(),
            ),
        )

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _identity(self, person_id: UUID, pk: UUID) -> PersonIdentity:
        found: QuerySet[PersonIdentity] = PersonIdentity.objects.filter(person=person_id)
        return get_object_or_404(with_history(found), pk=pk)

    def _after(self, person_id: UUID, pk: UUID, act: Callable[[], object]) -> Response:
        self._identity(person_id, pk)
        try:
            act()
        except InvalidPersonError as error:
            raise every_problem(error) from error
        return _answer(IdentityDetailSerializer(self._identity(person_id, pk)).data)


class StayViewSet(Idempotent, viewsets.GenericViewSet[Stay]):
    """A person's stays abroad, and how far they go in the test of residence."""

    queryset = Stay.objects.none()
    serializer_class = StaySerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_EDIT

    @extend_schema(responses=StaysSerializer)
    def list(self, request: Request, person_id: UUID) -> Response:
        """List the stays of a person with both routes computed."""
        get_object_or_404(Person, pk=person_id)
        return _answer(self._stays(person_id))

    @extend_schema(request=StaySerializer, responses={201: StaysSerializer})
    def create(self, request: Request, person_id: UUID) -> Response:
        """Add a stay, and show all of them with both routes computed anew."""
        get_object_or_404(Person, pk=person_id)
        serializer = StaySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            stays.add_stay(
                person_id=person_id,
                values=serializer.stay(),
                by=cast(User, request.user),
                now=timezone.now(),
            )
        except InvalidPersonError as error:
            raise every_problem(error) from error
        return _answer(self._stays(person_id), status.HTTP_201_CREATED)

    def destroy(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """Remove a stay."""
        stay = get_object_or_404(Stay, person=person_id, pk=pk)
        stays.remove_stay(stay_id=stay.pk, by=cast(User, request.user), now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _stays(self, person_id: UUID) -> Any:
        found = list(Stay.objects.filter(person=person_id))
        residence = check_residence(found, today=timezone.localdate())
        return StaysSerializer({"stays": found, "residence": residence}).data


def _answer(data: Any, code: int = status.HTTP_200_OK) -> Response:
    return Response(data, code, headers={"Cache-Control": "no-store"})

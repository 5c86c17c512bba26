"""One change for many people over REST: preview, run, look, undo."""

from typing import Any, cast
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people.api.serializers import PeopleQuerySerializer
from crm.people.bulk_changes import services
from crm.people.bulk_changes.effects import Change
from crm.people.bulk_changes.services import Selection
from crm.people.choices import BulkAction, BulkState
from crm.people.models import BulkChange
from tenants.idempotency import Idempotent
from tenants.permissions import Permission


class BulkChangeSerializer(serializers.Serializer[BulkChange]):
    """A change for those in ``ids``, or for everybody whom ``filter`` lets through.

    ``would_change``, ``would_be_already`` and ``would_refuse`` stand in a preview only.
    """

    id = serializers.UUIDField(read_only=True)
    action = serializers.ChoiceField(choices=BulkAction.choices)
    value = serializers.CharField(max_length=300)
    fact = serializers.CharField(max_length=40, default="", allow_blank=True)
    ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, write_only=True, max_length=1_000
    )
    filter = PeopleQuerySerializer(required=False, write_only=True)
    state = serializers.ChoiceField(choices=BulkState.choices, read_only=True)
    total = serializers.IntegerField(read_only=True)
    reached = serializers.IntegerField(read_only=True)
    changed = serializers.IntegerField(read_only=True)
    already = serializers.IntegerField(read_only=True)
    left_out = serializers.JSONField(read_only=True)
    restored = serializers.IntegerField(read_only=True)

    def to_representation(self, instance: BulkChange) -> dict[str, Any]:
        """Return a change, and of a preview its effect."""
        found = super().to_representation(instance)
        if instance.state == BulkState.PREVIEWED and instance.created_by:
            seen = services.foresee(instance, by=instance.created_by, now=timezone.now())
            found |= {
                "would_change": seen.changes,
                "would_be_already": seen.already,
                "would_refuse": dict(seen.refused),
            }
        return found

    def selection(self) -> Selection:
        """Return whom it is for; the serializer must be valid."""
        if "ids" in self.validated_data:
            return Selection(chosen=tuple(self.validated_data["ids"]))
        query = PeopleQuerySerializer(data=self.validated_data.get("filter", {}))
        query.is_valid(raise_exception=True)
        return Selection(criteria=query.wanted())

    def change(self) -> Change:
        """Return what is asked for; the serializer must be valid."""
        data = self.validated_data
        return Change(action=BulkAction(data["action"]), value=data["value"], fact=data["fact"])


class BulkChangeViewSet(Idempotent, viewsets.GenericViewSet[BulkChange]):
    """POST previews and changes nobody; ``run`` does it, ``undo`` takes it back as a whole."""

    queryset = BulkChange.objects.none()
    serializer_class = BulkChangeSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_BULK_EDIT
    edit_permission = Permission.PERSON_BULK_EDIT

    def create(self, request: Request) -> Response:
        """Preview a change."""
        serializer = BulkChangeSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        bulk = services.preview(
            change=serializer.change(),
            selection=serializer.selection(),
            by=self._user,
            now=timezone.now(),
        )
        return self._answer(bulk, status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show what a change would do, how far it is, or what it did."""
        return self._answer(get_object_or_404(self._found(), pk=pk))

    @extend_schema(request=None, responses=BulkChangeSerializer)
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: UUID) -> Response:
        """Run a previewed change; 409 if other people match by now."""
        found = get_object_or_404(self._found().filter(created_by=self._user), pk=pk)
        bulk = services.run(bulk_id=found.pk, by=self._user, now=timezone.now())
        return self._answer(bulk)

    @extend_schema(request=None, responses=BulkChangeSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: UUID) -> Response:
        """Take a change back."""
        found = get_object_or_404(self._found(), pk=pk)
        bulk = services.undo(bulk_id=found.pk, by=self._user, now=timezone.now())
        return self._answer(bulk)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _found(self) -> QuerySet[BulkChange]:
        """Return the changes of the site; a preview is its owner's only."""
        return BulkChange.objects.filter(
            ~Q(state=BulkState.PREVIEWED) | Q(created_by=self._user)
        ).select_related("created_by")

    def _answer(self, bulk: BulkChange, code: int = status.HTTP_200_OK) -> Response:
        return Response(
            BulkChangeSerializer(bulk).data, code, headers={"Cache-Control": "no-store"}
        )

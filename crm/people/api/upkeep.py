"""A site's own fields, and reducing people nobody serves any more, over REST."""

from typing import Any, cast
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people import extra_fields
from crm.people.choices import FactKind, Status
from crm.people.minimising import Criteria, candidates, order_minimisation
from crm.people.models import ExtraField, Minimisation, Person
from tenants.idempotency import Idempotent
from tenants.permissions import Permission

_STATES = [choice for choice in Status.choices if choice[0] != Status.MINIMISED]


class ExtraFieldSerializer(serializers.Serializer[ExtraField]):
    """A field of the site's own. Its kind stays with its values; ``options`` are for a list."""

    id = serializers.UUIDField(read_only=True)
    code = serializers.CharField(read_only=True)
    label = serializers.CharField()  # type: ignore[assignment]  # hides a name of DRF's
    kind = serializers.ChoiceField(choices=FactKind.choices)
    options = serializers.ListField(child=serializers.CharField(), default=list, max_length=100)
    retired_at = serializers.DateTimeField(read_only=True, allow_null=True)


class ExtraFieldChangeSerializer(serializers.Serializer[Any]):
    """Another name, other options."""

    label = serializers.CharField()  # type: ignore[assignment]  # hides a name of DRF's
    options = serializers.ListField(child=serializers.CharField(), default=list, max_length=100)


class ExtraFieldViewSet(Idempotent, viewsets.GenericViewSet[ExtraField]):
    """Add and change fields; DELETE puts out of use, ``restore`` brings back. Values stay."""

    queryset = ExtraField.objects.none()
    serializer_class = ExtraFieldSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_FIELDS
    edit_permission = Permission.PERSON_FIELDS

    def list(self, request: Request) -> Response:
        """List the site's own fields, those out of use too."""
        return Response([ExtraFieldSerializer(own).data for own in ExtraField.objects.all()])

    def create(self, request: Request) -> Response:
        """Add a field at the end."""
        sent = ExtraFieldSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        added = extra_fields.add_field(
            label=data["label"],
            kind=FactKind(data["kind"]),
            options=data["options"],
            by=self._user,
            now=timezone.now(),
        )
        return Response(ExtraFieldSerializer(added).data, status.HTTP_201_CREATED)

    @extend_schema(request=ExtraFieldChangeSerializer, responses=ExtraFieldSerializer)
    def update(self, request: Request, pk: UUID) -> Response:
        """Give a field another name or other options."""
        own = get_object_or_404(ExtraField, pk=pk)
        sent = ExtraFieldChangeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        changed = extra_fields.change_field(
            field_id=own.pk, **sent.validated_data, by=self._user, now=timezone.now()
        )
        return Response(ExtraFieldSerializer(changed).data)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Put a field out of use."""
        self._retire(pk, is_retired=True)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=ExtraFieldSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Take a field into use again."""
        return Response(ExtraFieldSerializer(self._retire(pk, is_retired=False)).data)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _retire(self, pk: UUID, *, is_retired: bool) -> ExtraField:
        own = get_object_or_404(ExtraField, pk=pk)
        return extra_fields.set_retired(
            field_id=own.pk, is_retired=is_retired, by=self._user, now=timezone.now()
        )


class CriteriaSerializer(serializers.Serializer[Any]):
    """Who is on the list: people in one of the states whose record nobody touched for years."""

    idle_years = serializers.IntegerField(min_value=1, max_value=20, default=3)
    states = serializers.MultipleChoiceField(choices=_STATES, required=False)

    def criteria(self) -> Criteria:
        """Return the criteria; the serializer must be valid."""
        sent = self.validated_data
        states = tuple(sorted(sent.get("states") or Criteria().states))
        return Criteria(idle_years=sent["idle_years"], states=states)


class MinimisationSerializer(CriteriaSerializer):
    """The order: whom to keep, and how many that leaves, which confirms it. No way back."""

    keep = serializers.ListField(
        child=serializers.UUIDField(), default=list, max_length=10_000, write_only=True
    )
    count = serializers.IntegerField(min_value=0)
    id = serializers.UUIDField(read_only=True)
    reduced = serializers.IntegerField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def to_representation(self, instance: Minimisation) -> dict[str, Any]:
        """Return an order on record."""
        finished = instance.finished_at
        return {
            "id": str(instance.pk),
            "idle_years": instance.criteria["idle_years"],
            "states": list(instance.criteria["states"]),
            "count": len(instance.people),
            "reduced": instance.reduced,
            "created_at": instance.created_at.isoformat(),
            "finished_at": finished.isoformat() if finished else None,
        }


class InactiveSerializer(serializers.Serializer[Person]):
    """Somebody on the list."""

    id = serializers.UUIDField()
    full_name = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    updated_at = serializers.DateTimeField()


class MinimisationViewSet(Idempotent, viewsets.GenericViewSet[Minimisation]):
    """Show who would be reduced, order it, see how far it is."""

    queryset = Minimisation.objects.none()
    serializer_class = MinimisationSerializer
    filter_backends = ()
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_MINIMISE
    edit_permission = Permission.PERSON_MINIMISE

    @extend_schema(parameters=[CriteriaSerializer], responses=InactiveSerializer(many=True))
    @action(detail=False, methods=["get"])
    def candidates(self, request: Request) -> Response:
        """List who meets the criteria, in the order of their names."""
        query = CriteriaSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found: Any = candidates(query.criteria(), today=timezone.localdate())
        page: Any = self.paginate_queryset(found)
        return self.get_paginated_response(InactiveSerializer(page, many=True).data)

    def create(self, request: Request) -> Response:
        """Reduce everybody on the list but those in ``keep``, in a job."""
        sent = MinimisationSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        now = timezone.now()
        job = order_minimisation(
            criteria=sent.criteria(),
            left_out=sent.validated_data["keep"],
            count=sent.validated_data["count"],
            by=cast(User, request.user),
            today=timezone.localdate(now),
            now=now,
        )
        order = Minimisation.objects.get(pk=job.arguments["minimisation_id"])
        return Response(MinimisationSerializer(order).data, status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show how far an order is."""
        return Response(MinimisationSerializer(get_object_or_404(Minimisation, pk=pk)).data)

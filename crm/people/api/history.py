"""What happened with a person, over REST, and taking one change of it back."""

from typing import Any, cast
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people import services
from crm.people.api.serializers import PersonSerializer
from crm.people.api.views import every_problem
from crm.people.choices import ChangeCause, IdentityCode, StepKind
from crm.people.errors import InvalidPersonError
from crm.people.history import FieldChange, changes_of, masked
from crm.people.models import IdentityStep, Person, PersonChange
from crm.people.selectors import people_with_parts
from crm.people.timeline import Moment, moments
from tenants.access import may
from tenants.idempotency import Idempotent
from tenants.permissions import Permission

PAGE_SIZE = 50


class FieldChangeSerializer(serializers.Serializer[FieldChange]):
    """A field before and after; numbers and addresses are masked."""

    field = serializers.CharField()
    before = serializers.JSONField()
    after = serializers.JSONField()


class ChangeSerializer(serializers.Serializer[PersonChange]):
    """One change; ``id`` is what ``take-back`` names."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    cause = serializers.ChoiceField(choices=ChangeCause.choices)
    cause_key = serializers.UUIDField(allow_null=True, help_text="the import, merge or change")
    fields = FieldChangeSerializer(many=True)  # type: ignore[assignment]  # hides a name of DRF's

    def to_representation(self, instance: PersonChange) -> dict[str, Any]:
        """Return a change on record."""
        fields: Any = [masked(change) for change in changes_of(instance)]
        return {
            "id": str(instance.pk),
            "version": instance.version,
            "cause": instance.cause,
            "cause_key": str(instance.cause_key) if instance.cause_key else None,
            "fields": FieldChangeSerializer(fields, many=True).data,
        }


class IdentityMomentSerializer(serializers.Serializer[IdentityStep]):
    """A step of an identity; its reason stands in the identity's own history."""

    identity = serializers.UUIDField(source="identity_id")
    code = serializers.ChoiceField(choices=IdentityCode.choices, source="identity.code")
    kind = serializers.ChoiceField(choices=StepKind.choices)
    from_state = serializers.CharField()
    to_state = serializers.CharField()


class MomentSerializer(serializers.Serializer[Moment]):
    """One thing that happened: ``change`` or ``identity`` say what, by ``kind``."""

    at = serializers.DateTimeField()
    kind = serializers.CharField()
    by = serializers.CharField(help_text="the account's name")
    change = ChangeSerializer(allow_null=True)
    identity = IdentityMomentSerializer(allow_null=True)

    def to_representation(self, instance: Moment) -> dict[str, Any]:
        """Return a moment; rooms above people tell of theirs on their own pages."""
        what = instance.what
        is_step = isinstance(what, IdentityStep)
        return {
            "at": instance.at.isoformat(),
            "kind": instance.kind,
            "by": instance.by,
            "change": ChangeSerializer(what).data if isinstance(what, PersonChange) else None,
            "identity": IdentityMomentSerializer(what).data if is_step else None,
        }


class HistoryQuerySerializer(serializers.Serializer[Any]):
    """Which part: what happened before a time; without one, the newest."""

    before = serializers.DateTimeField(required=False, default=None)


class HistoryPageSerializer(serializers.Serializer[Any]):
    """A part of a timeline; ``before`` of the next part, null at the beginning of the record."""

    before = serializers.DateTimeField(allow_null=True)
    results = MomentSerializer(many=True)


class TakeBackSerializer(serializers.Serializer[Any]):
    """Which fields of a change; none: all."""

    fields = serializers.ListField(  # type: ignore[assignment]  # hides a name of DRF's
        child=serializers.CharField(max_length=60), default=list, max_length=100
    )


class HistoryViewSet(Idempotent, viewsets.GenericViewSet[Any]):
    """A person's timeline, newest first."""

    queryset = PersonChange.objects.none()
    serializer_class = MomentSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_EDIT

    @extend_schema(parameters=[HistoryQuerySerializer], responses=HistoryPageSerializer)
    def list(self, request: Request, person_id: UUID) -> Response:
        """List what happened with a person."""
        get_object_or_404(Person, pk=person_id)
        query = HistoryQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = moments(
            person_id,
            may=lambda permission: may(self._user, permission),
            before=query.validated_data["before"],
            limit=PAGE_SIZE + 1,
        )
        shown = found[:PAGE_SIZE]
        page = {
            "before": shown[-1].at.isoformat() if len(found) > PAGE_SIZE else None,
            "results": [MomentSerializer(moment).data for moment in shown],
        }
        return Response(page, headers={"Cache-Control": "no-store"})

    @extend_schema(request=TakeBackSerializer, responses=PersonSerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, person_id: UUID, pk: UUID) -> Response:
        """Give fields the values from before a change; refused if one was changed again since."""
        change = get_object_or_404(PersonChange, pk=pk, person=person_id)
        sent = TakeBackSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            services.take_back(
                change_id=change.pk,
                fields=sent.validated_data["fields"],
                by=self._user,
                now=timezone.now(),
            )
        except InvalidPersonError as error:
            raise every_problem(error) from error
        person = get_object_or_404(people_with_parts(), pk=person_id)
        headers = {"ETag": f'"{person.version}"', "Cache-Control": "no-store"}
        return Response(PersonSerializer(person).data, headers=headers)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

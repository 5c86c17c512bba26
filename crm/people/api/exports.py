"""Lists that leave the site, over REST: ask, decide, fetch."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from crm.people.api.serializers import PeopleQuerySerializer
from crm.people.choices import ExportFormat, ExportState
from crm.people.exporting import requests
from crm.people.exporting.selection import Selection
from crm.people.models import ExportRequest
from tenants.idempotency import Idempotent
from tenants.permissions import Permission


class ExportSerializer(serializers.Serializer[ExportRequest]):
    """An export. ``filter`` and ``ids`` are sent only: searches hold parts of numbers."""

    id = serializers.UUIDField(read_only=True)
    state = serializers.ChoiceField(choices=ExportState.choices, read_only=True)
    filter = PeopleQuerySerializer(required=False, write_only=True)
    ids = serializers.ListField(
        child=serializers.UUIDField(), required=False, write_only=True, max_length=50_000
    )
    # Names of fixed columns, and ``fact:<code>`` for every field of 侨情 and of the site's own.
    columns = serializers.ListField(child=serializers.CharField(max_length=30))
    file_format = serializers.ChoiceField(choices=ExportFormat.choices, default=ExportFormat.XLSX)
    is_clear = serializers.BooleanField(default=False)
    reason = serializers.CharField(max_length=200)
    rows = serializers.IntegerField(read_only=True)
    requested_at = serializers.DateTimeField(read_only=True)
    decided_at = serializers.DateTimeField(read_only=True, allow_null=True)
    refusal = serializers.CharField(read_only=True)
    made_at = serializers.DateTimeField(read_only=True, allow_null=True)
    expires_at = serializers.DateTimeField(read_only=True)
    sha256 = serializers.CharField(read_only=True)

    def values(self) -> dict[str, Any]:
        """Return the arguments of `requests.ask_for_export`; the serializer must be valid."""
        data = dict(self.validated_data)
        query = PeopleQuerySerializer(data=data.pop("filter", {}))
        query.is_valid(raise_exception=True)
        data["selection"] = Selection(query.wanted(), tuple(data.pop("ids", ())))
        data["file_format"] = ExportFormat(data["file_format"])
        return data


class RefusalSerializer(serializers.Serializer[Any]):
    """Why somebody may not take a list along."""

    refusal = serializers.CharField(max_length=200)


class ExportViewSet(Idempotent, viewsets.GenericViewSet[ExportRequest]):
    """Ask for lists of people, decide about those of others, fetch the files of the own."""

    queryset = ExportRequest.objects.none()
    serializer_class = ExportSerializer
    filter_backends = ()
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_EXPORT
    edit_permission = Permission.PERSON_EXPORT

    def list(self, request: Request) -> Response:
        """List the own exports, and to those who decide the others' as well, newest first."""
        page = self.paginate_queryset(requests.visible_exports(self._user)) or []
        return self.get_paginated_response([ExportSerializer(export).data for export in page])

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show where an export stands."""
        return self._answer(self._export(pk))

    def create(self, request: Request) -> Response:
        """Ask for a list. Above 200 people it waits for a second person."""
        serializer = ExportSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        export = requests.ask_for_export(**serializer.values(), by=self._user, now=timezone.now())
        return self._answer(export, status.HTTP_201_CREATED)

    @extend_schema(request=None, responses=ExportSerializer)
    @action(detail=True, methods=["post"], edit_permission=Permission.PERSON_APPROVE_EXPORT)
    def approve(self, request: Request, pk: UUID) -> Response:
        """Agree to a list that somebody else asked for."""
        export = requests.approve_export(
            export_id=self._export(pk).pk, by=self._user, now=timezone.now()
        )
        return self._answer(export)

    @extend_schema(request=RefusalSerializer, responses=ExportSerializer)
    @action(detail=True, methods=["post"], edit_permission=Permission.PERSON_APPROVE_EXPORT)
    def refuse(self, request: Request, pk: UUID) -> Response:
        """Refuse a list that somebody else asked for."""
        serializer = RefusalSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        export = requests.refuse_export(
            export_id=self._export(pk).pk,
            refusal=serializer.validated_data["refusal"],
            by=self._user,
            now=timezone.now(),
        )
        return self._answer(export)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _export(self, pk: UUID) -> ExportRequest:
        return get_object_or_404(requests.visible_exports(self._user), pk=pk)

    def _answer(self, export: ExportRequest, code: int = status.HTTP_200_OK) -> Response:
        data = ExportSerializer(export).data
        return Response(data, code, headers={"Cache-Control": "no-store"})


class ExportFileView(APIView):
    """The file of an export, for who asked for it.

    Each time goes on record, so it is a POST; and it is never kept as the answer to a repetition.
    """

    read_permission = Permission.PERSON_EXPORT
    edit_permission = Permission.PERSON_EXPORT

    @extend_schema(request=None, responses=OpenApiTypes.BINARY)
    def post(self, request: Request, pk: UUID) -> HttpResponse:
        """Give the file."""
        user = cast(User, request.user)
        own = get_object_or_404(ExportRequest, pk=pk, requested_by=user)
        export, content = requests.fetch_export(export_id=own.pk, by=user, now=timezone.now())
        return HttpResponse(
            content,
            content_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{export.pk}.{export.file_format}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )

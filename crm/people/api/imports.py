"""Files of people over REST: send, correct the columns, answer, run, fetch the result, undo."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from crm.people.api.import_serializers import (
    CheckSerializer,
    ColumnCodeSerializer,
    DecisionsSerializer,
    HeadingsSerializer,
    ImportDetailSerializer,
    ImportFileSerializer,
    ImportRowSerializer,
    ImportSerializer,
    ImportUndoSerializer,
    QuestionsSerializer,
    ResultQuerySerializer,
    RowQuerySerializer,
    SheetSerializer,
    column_codes,
)
from crm.people.importing import batches, questions
from crm.people.importing.batches import LARGEST_FILE
from crm.people.importing.errors import EditedSinceError, FileTooLargeError
from crm.people.importing.plans import plans_of
from crm.people.importing.results import hand_out, reason_text
from crm.people.importing.undoing import edited_since
from crm.people.models import ImportBatch, RowDecision
from tenants.idempotency import Idempotent
from tenants.permissions import Permission
from tenants.problems import problem

# So many rows are named where an import was edited since.
_MOST_NAMED = 100


class ImportViewSet(Idempotent, viewsets.GenericViewSet[ImportBatch]):
    """Each step that takes long is a job: look at the import again until its state has gone on."""

    queryset = ImportBatch.objects.none()
    serializer_class = ImportDetailSerializer
    filter_backends = ()
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_IMPORT
    edit_permission = Permission.PERSON_IMPORT

    def get_parsers(self) -> list[Any]:
        """Take the file as a form, everything else as JSON."""
        is_form = getattr(self, "action_map", {}).get("post") == "create"
        return [MultiPartParser()] if is_form else [each() for each in self.parser_classes]

    @extend_schema(responses=ImportSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List the site's imports, newest first."""
        page: Any = self.paginate_queryset(questions.imports())
        return self.get_paginated_response(ImportSerializer(page, many=True).data)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show how far an import is."""
        return self._answer(pk)

    @extend_schema(
        request={"multipart/form-data": ImportFileSerializer},
        responses={201: ImportDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Send a file in. A job finds its sheets and columns; nobody goes on record yet."""
        serializer = ImportFileSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data["file"]
        if given.size > LARGEST_FILE:
            raise FileTooLargeError(field="file")
        batch = batches.upload(
            name=given.name, data=given.read(), by=self._user, now=timezone.now()
        )
        return self._answer(batch.pk, status.HTTP_201_CREATED)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Remove a file that was not imported, with all that was read from it."""
        batches.discard(batch_id=self._batch(pk).pk, by=self._user, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=ColumnCodeSerializer(many=True))
    @action(detail=False, methods=["get"], pagination_class=None)
    def fields(self, request: Request) -> Response:
        """List what a column can mean."""
        found: Any = [{"code": code, "label": label} for code, label in column_codes()]
        return Response(ColumnCodeSerializer(found, many=True).data)

    @extend_schema(responses=SheetSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None)
    def sheets(self, request: Request, pk: UUID) -> Response:
        """Show the sheets and what their columns mean; ``check`` corrects it."""
        found: Any = plans_of(self._batch(pk))
        return _private(SheetSerializer(found, many=True).data)

    @extend_schema(request=HeadingsSerializer, responses=ImportDetailSerializer)
    @action(detail=True, methods=["post"])
    def headings(self, request: Request, pk: UUID) -> Response:
        """Say where the headings of a sheet stand; a job looks at the file again."""
        batch = self._batch(pk)
        sent = HeadingsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        batches.set_headings(
            batch_id=batch.pk,
            sheet=sent.validated_data["sheet"],
            correction=sent.correction(),
            by=self._user,
            now=timezone.now(),
        )
        return self._answer(pk)

    @extend_schema(request=CheckSerializer, responses=ImportDetailSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, pk: UUID) -> Response:
        """Correct columns, accept or refuse repairs, and check the file from anew."""
        batch = self._batch(pk)
        sent = CheckSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        batches.check(
            batch_id=batch.pk,
            answers=sent.answers(plans_of(batch)),
            refused=sent.refused(batch.refused),
            by=self._user,
            now=timezone.now(),
        )
        return self._answer(pk)

    @extend_schema(responses=QuestionsSerializer)
    @action(detail=True, methods=["get"], url_path="questions")
    def ask(self, request: Request, pk: UUID) -> Response:
        """Show what is wrong with the file, and which repairs it needs."""
        batch = self._batch(pk)
        groups = questions.groups_of(batch)
        found = {
            "problems": groups,
            "repairs": questions.repairs_in(groups, batch),
            "undecided": questions.undecided(batch),
            "going_in": questions.going_in(batch),
        }
        return _private(QuestionsSerializer(found).data)

    @extend_schema(parameters=[RowQuerySerializer], responses=ImportRowSerializer(many=True))
    @action(detail=True, methods=["get"])
    def rows(self, request: Request, pk: UUID) -> Response:
        """List rows with what is said about them, in the order of the file."""
        query = RowQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = dict(query.validated_data)
        show = questions.Show(wanted.pop("show"))
        found: Any = questions.rows_to_show(self._batch(pk), show)
        page: Any = self.paginate_queryset(found.filter(**wanted).select_related("batch"))
        response = self.get_paginated_response(ImportRowSerializer(page, many=True).data)
        response["Cache-Control"] = "no-store"
        return response

    @extend_schema(request=DecisionsSerializer, responses=ImportDetailSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: UUID) -> Response:
        """Say what is to become of rows whose people may be on record already."""
        sent = DecisionsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        decisions = {
            row["row"]: RowDecision(row["decision"]) for row in sent.validated_data["decisions"]
        }
        batches.decide(batch_id=self._batch(pk).pk, decisions=decisions)
        return self._answer(pk)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def run(self, request: Request, pk: UUID) -> Response:
        """Put the checked rows on the register."""
        return self._do(pk, batches.run)

    @extend_schema(request=ImportUndoSerializer)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: UUID) -> Response:
        """Take an import back; 409 with the rows in question if people were edited since."""
        sent = ImportUndoSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        if not sent.validated_data["is_partial"] and (named := _edited(self._batch(pk))):
            return Response(named, status.HTTP_409_CONFLICT)
        return self._do(pk, batches.undo)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="go-on")
    def go_on(self, request: Request, pk: UUID) -> Response:
        """Start a step again whose job failed."""
        return self._do(pk, batches.go_on)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _batch(self, pk: UUID) -> ImportBatch:
        return get_object_or_404(ImportBatch.objects.select_related("created_by", "ran_by"), pk=pk)

    def _do(self, pk: UUID, verb: Callable[..., object]) -> Response:
        verb(batch_id=self._batch(pk).pk, by=self._user, now=timezone.now())
        return self._answer(pk)

    def _answer(self, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
        return _private(ImportDetailSerializer(self._batch(pk)).data, code)


class ImportResultView(APIView):
    """The file that comes back, with a column that says what is wrong.

    Each time goes on record, so it is a POST; and it is never kept as the answer to a repetition.
    """

    read_permission = Permission.PERSON_IMPORT
    edit_permission = Permission.PERSON_IMPORT

    @extend_schema(request=ResultQuerySerializer, responses=OpenApiTypes.BINARY)
    def post(self, request: Request, pk: UUID) -> HttpResponse:
        """Give the rows of the file back with 错误信息."""
        batch = get_object_or_404(ImportBatch, pk=pk)
        sent = ResultQuerySerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        content = hand_out(
            batch=batch,
            only_bad=sent.validated_data["which"] == "bad",
            by=cast(User, request.user),
            now=timezone.now(),
        )
        return HttpResponse(
            content,
            content_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{batch.pk}.xlsx"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )


def _edited(batch: ImportBatch) -> list[dict[str, str | None]]:
    """Return what keeps an import from going as a whole: the error, then the rows it is about."""
    rows = edited_since(batch)[:_MOST_NAMED]
    found = [
        problem(
            "changed_since",
            _("Row {row}: {reason}").format(row=row.number, reason=reason_text("changed_since")),
            f"rows.{row.sheet}.{row.number}",
        )
        for row in rows
    ]
    error = EditedSinceError()
    return [problem(error.code, str(error), None), *found] if found else []


def _private(data: Any, code: int = status.HTTP_200_OK) -> Response:
    return Response(data, code, headers={"Cache-Control": "no-store"})

"""Possible duplicates and merges over REST."""

from typing import Any, cast
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people.choices import DistinctReason, Evidence, PairDecision
from crm.people.duplicates import selectors, services
from crm.people.merging import services as merging
from crm.people.merging.plans import Side
from crm.people.models import DuplicatePair, MergeOperation, Person
from jobs.models import Job
from tenants.idempotency import Idempotent
from tenants.permissions import Permission


class EvidenceSerializer(serializers.Serializer[Any]):
    """A piece of evidence and its points; those of all pieces add up to the score."""

    evidence = serializers.ChoiceField(choices=Evidence.choices)
    points = serializers.IntegerField()


class PairSerializer(serializers.Serializer[DuplicatePair]):
    """Two people who may be one."""

    id = serializers.UUIDField()
    first = serializers.UUIDField(source="first_id")
    second = serializers.UUIDField(source="second_id")
    score = serializers.IntegerField()
    reasons = serializers.SerializerMethodField()
    found_at = serializers.DateTimeField()
    decision = serializers.ChoiceField(choices=PairDecision.choices)
    reason = serializers.ChoiceField(choices=DistinctReason.choices)

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_reasons(self, pair: DuplicatePair) -> Any:
        """Return what speaks for and against it, the strongest first."""
        return EvidenceSerializer(selectors.reasons_of(pair), many=True).data


class PairQuerySerializer(serializers.Serializer[Any]):
    """Which pairs to list."""

    decision = serializers.ChoiceField(choices=PairDecision.choices, default=PairDecision.OPEN)
    person = serializers.UUIDField(required=False)


class KeepApartSerializer(serializers.Serializer[Any]):
    """How somebody knows that these are two people."""

    reason = serializers.ChoiceField(choices=DistinctReason.choices)
    explanation = serializers.CharField(default="", allow_blank=True, max_length=200)


class MergeSerializer(serializers.Serializer[Any]):
    """Which record goes into which. ``sides`` says whose value a field gets: kept, gone or both."""

    id = serializers.UUIDField(read_only=True)
    kept = serializers.UUIDField()
    kept_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, write_only=True)
    gone = serializers.UUIDField()
    gone_version = serializers.IntegerField(min_value=1, max_value=2**31 - 1, write_only=True)
    sides = serializers.DictField(
        child=serializers.ChoiceField(choices=[side.value for side in Side]),
        default=dict,
        write_only=True,
    )
    keep_name = serializers.BooleanField(default=True, write_only=True)
    merged_at = serializers.DateTimeField(read_only=True)
    undo_until = serializers.DateTimeField(read_only=True)
    undone_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def to_representation(self, instance: MergeOperation) -> dict[str, Any]:
        """Return a merge on record."""
        undone = instance.undone_at
        return {
            "id": str(instance.pk),
            "kept": str(instance.winner_id),
            "gone": str(instance.loser_key),
            "merged_at": instance.merged_at.isoformat(),
            "undo_until": instance.undo_until.isoformat(),
            "undone_at": undone.isoformat() if undone else None,
        }


class ScanSerializer(serializers.Serializer[Job]):
    """The job that looks for duplicates."""

    job = serializers.UUIDField(source="id")


class DuplicateViewSet(Idempotent, viewsets.GenericViewSet[DuplicatePair]):
    """List pairs of records that may be of one person, and decide that they are of two."""

    queryset = DuplicatePair.objects.none()
    serializer_class = PairSerializer
    filter_backends = ()
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_EDIT
    edit_permission = Permission.PERSON_EDIT

    @extend_schema(parameters=[PairQuerySerializer], responses=PairSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List pairs, the likeliest first."""
        query = PairQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = selectors.pairs(PairDecision(query.validated_data["decision"]))
        if person := query.validated_data.get("person"):
            found = selectors.with_person(found, person)
        page: Any = self.paginate_queryset(found)
        return self.get_paginated_response(PairSerializer(page, many=True).data)

    @extend_schema(request=None, responses={202: ScanSerializer})
    @action(detail=False, methods=["post"])
    def scan(self, request: Request) -> Response:
        """Look through the whole register now; it is done every night as well."""
        job = services.start_scan(by=cast(User, request.user), now=timezone.now())
        return Response(ScanSerializer(job).data, status.HTTP_202_ACCEPTED)

    @extend_schema(request=KeepApartSerializer, responses=PairSerializer)
    @action(detail=True, methods=["post"], url_path="keep-apart")
    def keep_apart(self, request: Request, pk: UUID) -> Response:
        """Remember that these are two people; the pair comes up again only for new evidence."""
        sent = KeepApartSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        pair = services.keep_apart(
            pair_id=get_object_or_404(DuplicatePair, pk=pk).pk,
            reason=DistinctReason(sent.validated_data["reason"]),
            explanation=sent.validated_data["explanation"],
            by=cast(User, request.user),
            now=timezone.now(),
        )
        return Response(PairSerializer(pair).data)

    @extend_schema(request=None, responses=PairSerializer)
    @action(detail=True, methods=["post"], url_path="ask-again")
    def ask_again(self, request: Request, pk: UUID) -> Response:
        """Take that back."""
        pair = services.ask_again(
            pair_id=get_object_or_404(DuplicatePair, pk=pk).pk,
            by=cast(User, request.user),
            now=timezone.now(),
        )
        return Response(PairSerializer(pair).data)


class MergeViewSet(Idempotent, viewsets.GenericViewSet[MergeOperation]):
    """Make two records one, and take them apart again within thirty days."""

    queryset = MergeOperation.objects.none()
    serializer_class = MergeSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_MERGE
    edit_permission = Permission.PERSON_MERGE

    def create(self, request: Request) -> Response:
        """Merge; 409 if somebody saved one of the two since the versions named."""
        sent = MergeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        operation = merging.merge_people(
            kept_id=get_object_or_404(Person, pk=data["kept"]).pk,
            kept_version=data["kept_version"],
            gone_id=get_object_or_404(Person, pk=data["gone"]).pk,
            gone_version=data["gone_version"],
            sides={name: Side(side) for name, side in data["sides"].items()},
            keep_name=data["keep_name"],
            by=cast(User, request.user),
            now=timezone.now(),
        )
        return Response(MergeSerializer(operation).data, status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a merge."""
        return Response(MergeSerializer(get_object_or_404(MergeOperation, pk=pk)).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: UUID) -> Response:
        """Give both records back as they were."""
        operation = merging.undo_merge(
            merge_id=get_object_or_404(MergeOperation, pk=pk).pk,
            by=cast(User, request.user),
            now=timezone.now(),
        )
        return Response(MergeSerializer(operation).data)

"""Possible duplicates and merges over REST."""

from typing import Any, cast
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people.choices import DistinctReason, Evidence, PairDecision
from crm.people.dates import partial_text
from crm.people.duplicates import selectors, services
from crm.people.merging import rights
from crm.people.merging import services as merging
from crm.people.merging.plans import Plan, Side, make_plan, value_of
from crm.people.models import DuplicatePair, MergeOperation, Person
from crm.people.selectors import people_with_parts
from jobs.models import Job
from tenants.idempotency import Idempotent
from tenants.permissions import Permission

_SIDES = [(side.value, side.name) for side in Side]


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
        child=serializers.ChoiceField(choices=_SIDES),
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


class PreviewQuerySerializer(serializers.Serializer[Any]):
    """Which two records."""

    kept = serializers.UUIDField()
    gone = serializers.UUIDField()


class MergeChoiceSerializer(serializers.Serializer[Any]):
    """A field in which the two differ; an address is masked. ``default`` counts if none is sent."""

    field = serializers.CharField()
    kept = serializers.CharField()
    gone = serializers.CharField()
    sides = serializers.ListField(child=serializers.ChoiceField(choices=_SIDES))
    default = serializers.ChoiceField(choices=_SIDES)


class TwinSerializer(serializers.Serializer[Any]):
    """A part that both have: one row stays, and the columns in ``lost`` of the other go."""

    part = serializers.CharField()
    stays = serializers.UUIDField()
    goes = serializers.UUIDField()
    lost = serializers.ListField(child=serializers.CharField())


class MergePreviewSerializer(serializers.Serializer[Plan]):
    """What a merge of these versions would ask and lose."""

    kept_version = serializers.IntegerField(source="kept.version")
    gone_version = serializers.IntegerField(source="gone.version")
    choices = serializers.SerializerMethodField()
    twins = serializers.SerializerMethodField()

    @extend_schema_field(MergeChoiceSerializer(many=True))
    def get_choices(self, plan: Plan) -> Any:
        """Return the fields to be chosen."""
        rows: Any = [
            {
                "field": choice.name,
                "kept": _shown(plan.kept, choice.name),
                "gone": _shown(plan.gone, choice.name),
                "sides": [side.value for side in choice.sides],
                "default": choice.default.value,
            }
            for choice in plan.choices
        ]
        return MergeChoiceSerializer(rows, many=True).data

    @extend_schema_field(TwinSerializer(many=True))
    def get_twins(self, plan: Plan) -> Any:
        """Return the parts that both have."""
        rows: Any = [
            {
                "part": twin.goes._meta.model_name,
                "stays": twin.stays.pk,
                "goes": twin.goes.pk,
                "lost": twin.lost,
            }
            for twin in plan.twins
        ]
        return TwinSerializer(rows, many=True).data


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

    @extend_schema(request=None, responses=ScanSerializer)
    @action(detail=False, methods=["post"])
    def scan(self, request: Request) -> Response:
        """Look through the whole register now; it is done every night as well."""
        job = services.start_scan(by=cast(User, request.user), now=timezone.now())
        return Response(ScanSerializer(job).data)

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

    @extend_schema(parameters=[PreviewQuerySerializer], responses=MergePreviewSerializer)
    @action(detail=False, methods=["get"])
    def preview(self, request: Request) -> Response:
        """Show what is to be chosen and what would be lost; nothing is merged."""
        query = PreviewQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = people_with_parts()
        plan = make_plan(
            get_object_or_404(found, pk=query.validated_data["kept"]),
            get_object_or_404(found, pk=query.validated_data["gone"]),
        )
        if not rights.may_merge(cast(User, request.user), plan.kept, plan.gone):
            raise NotFound
        answer = MergePreviewSerializer(plan).data
        return Response(answer, headers={"Cache-Control": "no-store"})

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


def _shown(person: Person, name: str) -> str:
    """Return the value of a field as it may be shown."""
    if name == "address":
        return str(person.address or "")
    if name == "birth_date":
        return partial_text(person.birth_date, person.birth_precision)
    value = value_of(person, name)
    parts = value if isinstance(value, tuple) else (value,)
    return " ".join(str(part) for part in parts if part)

"""Who might be 侨眷 by law, and which identities somebody must look at again, over REST."""

from typing import Any, cast

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people.choices import IdentityCode, IdentityState, ReviewReason
from crm.people.identities import selectors as identities
from crm.people.kinship import selectors as kinship
from crm.people.models import Kinship, PersonIdentity
from tenants.permissions import Permission


class KinStepSerializer(serializers.Serializer[Any]):
    """Somebody on the way; ``person`` is null for the relative abroad at its end."""

    term = serializers.CharField(help_text="what the one at the start calls them")
    person = serializers.UUIDField(allow_null=True)
    full_name = serializers.CharField()
    country = serializers.CharField()


class CandidateSerializer(serializers.Serializer[kinship.Ground]):
    """Somebody within the circle of the law, and the way that shows it. Nobody is granted anything.

    ``key`` is what ``declare-relative`` takes.
    """

    person = serializers.UUIDField(source="start.id")
    full_name = serializers.CharField(source="start.name")
    key = serializers.CharField()
    way = serializers.SerializerMethodField()

    @extend_schema_field(KinStepSerializer(many=True))
    def get_way(self, ground: kinship.Ground) -> Any:
        """Return the way to the 归侨 or 华侨."""
        way = ground.way
        steps: list[dict[str, Any]] = [
            {"term": term, "person": str(node.id), "full_name": node.name, "country": ""}
            for term, node in (zip(way.terms(), way.nodes, strict=True) if way else ())
        ]
        if kin := ground.overseas:
            term = str(kin.get_relation_display())
            steps.append({"term": term, "person": None, "full_name": "", "country": kin.country})
        return KinStepSerializer(steps, many=True).data


class CandidateViewSet(viewsets.GenericViewSet[Any]):
    """Active people within the circle of the law who have no identity of 侨眷."""

    queryset = Kinship.objects.none()
    serializer_class = CandidateSerializer
    filter_backends = ()
    read_permission = Permission.PERSON_VIEW

    @extend_schema(responses=CandidateSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List them in the order of their names."""
        page: Any = self.paginate_queryset(kinship.candidates(cast(User, request.user)))
        return self.get_paginated_response(CandidateSerializer(page, many=True).data)


class ReviewSerializer(serializers.Serializer[PersonIdentity]):
    """An identity to be looked at again; ``identities`` of the person shows why."""

    id = serializers.UUIDField()
    person = serializers.UUIDField(source="person_id")
    full_name = serializers.CharField(source="person.full_name")
    code = serializers.ChoiceField(choices=IdentityCode.choices)
    state = serializers.ChoiceField(choices=IdentityState.choices)
    review_since = serializers.DateTimeField()
    review_reason = serializers.ChoiceField(choices=ReviewReason.choices)


class ReviewQuerySerializer(serializers.Serializer[Any]):
    """Which reviews to list."""

    reason = serializers.ChoiceField(choices=ReviewReason.choices, required=False, default="")


class ReviewViewSet(viewsets.GenericViewSet[PersonIdentity]):
    """The identities that somebody must look at again."""

    queryset = PersonIdentity.objects.none()
    serializer_class = ReviewSerializer
    filter_backends = ()
    read_permission = Permission.PERSON_VIEW

    @extend_schema(parameters=[ReviewQuerySerializer], responses=ReviewSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List them, the oldest review first."""
        query = ReviewQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found: QuerySet[PersonIdentity] = identities.reviews_for(query.validated_data["reason"])
        page: Any = self.paginate_queryset(found)
        return self.get_paginated_response(ReviewSerializer(page, many=True).data)

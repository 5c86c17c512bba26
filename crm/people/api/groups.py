"""Groups and saved filters over REST. Whom a group holds: ``GET /people/?group=<id>``."""

from typing import Any, cast
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people.api.serializers import PeopleQuerySerializer
from crm.people.conditions.fields import sections
from crm.people.conditions.rule import InvalidRuleError, Rule, parse_rule, rule_of
from crm.people.groups import selectors, services
from crm.people.models import PersonGroup, SavedFilter
from network.selectors import is_known_region
from tenants.idempotency import Idempotent
from tenants.permissions import Permission


class GroupSerializer(serializers.Serializer[PersonGroup]):
    """A group: its rule as JSON, and in words as ``sentence``."""

    id = serializers.UUIDField(read_only=True)
    version = serializers.IntegerField(required=False, min_value=1, max_value=2**31 - 1)
    name = serializers.CharField(max_length=60)
    purpose = serializers.CharField(max_length=200, default="", allow_blank=True)
    rule = serializers.JSONField()
    is_shared = serializers.BooleanField(default=False)
    sentence = serializers.SerializerMethodField()
    updated_at = serializers.DateTimeField(read_only=True)

    def get_sentence(self, group: PersonGroup) -> str:
        """Return the rule in the language asked for."""
        return selectors.sentence_of(group)


class CountSerializer(serializers.Serializer[selectors.MemberCount]):
    """How many people a group holds; ``count`` stops at 1,000, ``is_counted`` says if so."""

    count = serializers.IntegerField()
    is_counted = serializers.BooleanField()
    at = serializers.DateTimeField()


class FieldSerializer(serializers.Serializer[Any]):
    """Something a rule can ask, with its operators and what its values look like."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # hides a name of DRF's
    section = serializers.CharField()
    kind = serializers.CharField()
    ops = serializers.ListField(child=serializers.CharField())
    choices = serializers.DictField(child=serializers.CharField())


class GroupViewSet(Idempotent, viewsets.GenericViewSet[PersonGroup]):
    """Make, change and put away groups; DELETE puts away, ``restore`` brings back."""

    queryset = PersonGroup.objects.none()
    serializer_class = GroupSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_VIEW
    # Shared ones need `Permission.GROUP_EDIT` too, which the services ask for.
    edit_permission = Permission.PERSON_VIEW

    def list(self, request: Request) -> Response:
        """List the groups one may use."""
        return Response([GroupSerializer(group).data for group in selectors.groups(by=self._user)])

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a group."""
        return self._answer(self._group(pk))

    def create(self, request: Request) -> Response:
        """Make a group."""
        group = services.add_group(values=self._values(request), by=self._user, now=timezone.now())
        return self._answer(group, status.HTTP_201_CREATED)

    def update(self, request: Request, pk: UUID) -> Response:
        """Describe a group anew; 409 if somebody else did since the version named."""
        group = services.change_group(
            group_id=self._group(pk).pk,
            version=request.data.get("version") or 0 if isinstance(request.data, dict) else 0,
            values=self._values(request),
            by=self._user,
            now=timezone.now(),
        )
        return self._answer(group)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Put a group away."""
        services.retire(kept=self._group(pk), by=self._user, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=GroupSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Bring a group back."""
        gone = selectors.groups(by=self._user, is_retired=True)
        group = get_object_or_404(gone, pk=pk)
        services.restore(kept=group, by=self._user, now=timezone.now())
        return self._answer(self._group(pk))

    @extend_schema(responses=CountSerializer)
    @action(detail=True, methods=["get"])
    def count(self, request: Request, pk: UUID) -> Response:
        """Count whom a group holds at this moment."""
        members = selectors.count_members(
            rule_of(self._group(pk)), by=self._user, now=timezone.now()
        )
        return Response(CountSerializer(members).data, headers={"Cache-Control": "no-store"})

    @extend_schema(responses=FieldSerializer(many=True))
    @action(detail=False, methods=["get"])
    def fields(self, request: Request) -> Response:
        """List what a rule can ask."""
        found = [
            {
                "code": field.code,
                "label": field.label,
                "section": section,
                "kind": field.kind.value,
                "ops": [op.value for op in field.ops],
                "choices": dict(field.choices),
            }
            for section, fields in sections()
            for field in fields
        ]
        return Response(FieldSerializer(found, many=True).data)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _group(self, pk: UUID) -> PersonGroup:
        return get_object_or_404(selectors.groups(by=self._user), pk=pk)

    def _values(self, request: Request) -> services.GroupValues:
        serializer = GroupSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = dict(serializer.validated_data)
        sent.pop("version", None)
        return services.GroupValues(**sent | {"rule": _rule(sent["rule"])})

    def _answer(self, group: PersonGroup, code: int = status.HTTP_200_OK) -> Response:
        return Response(GroupSerializer(group).data, code)


class SavedFilterSerializer(serializers.Serializer[SavedFilter]):
    """A filter of the list of people under a name; ``filter`` has the list's own parameters."""

    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(max_length=40)
    filter = PeopleQuerySerializer(write_only=True)
    criteria = serializers.JSONField(read_only=True)
    is_shared = serializers.BooleanField(default=False)


class FilterNameSerializer(serializers.Serializer[Any]):
    """What a filter is called, for whom, and whether one's own list begins with it from now on."""

    name = serializers.CharField(max_length=40)
    is_shared = serializers.BooleanField(default=False)
    is_start = serializers.BooleanField(default=False)


class SavedFilterViewSet(Idempotent, viewsets.GenericViewSet[SavedFilter]):
    """List, save and put away filters; DELETE puts away, ``restore`` brings back."""

    queryset = SavedFilter.objects.none()
    serializer_class = SavedFilterSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_VIEW

    def list(self, request: Request) -> Response:
        """List the filters one may use."""
        found = selectors.saved_filters(by=self._user)
        return Response([SavedFilterSerializer(saved).data for saved in found])

    def create(self, request: Request) -> Response:
        """Keep a filter under a name."""
        serializer = SavedFilterSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        query = PeopleQuerySerializer(data=serializer.validated_data["filter"])
        query.is_valid(raise_exception=True)
        saved = services.save_filter(
            name=serializer.validated_data["name"],
            criteria=query.wanted(),
            is_shared=serializer.validated_data["is_shared"],
            by=self._user,
            now=timezone.now(),
        )
        return Response(SavedFilterSerializer(saved).data, status.HTTP_201_CREATED)

    @extend_schema(request=FilterNameSerializer, responses=SavedFilterSerializer)
    def update(self, request: Request, pk: UUID) -> Response:
        """Give a filter another name, share it, or let the own list begin with it."""
        saved = get_object_or_404(selectors.saved_filters(by=self._user), pk=pk)
        sent = FilterNameSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        saved = services.change_filter(
            saved=saved,
            name=data["name"],
            is_shared=data["is_shared"],
            by=self._user,
            now=timezone.now(),
        )
        if data["is_start"]:
            services.choose_start_view(saved=saved, by=self._user)
        return Response(SavedFilterSerializer(saved).data)

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Put a filter away."""
        saved = get_object_or_404(selectors.saved_filters(by=self._user), pk=pk)
        services.retire(kept=saved, by=self._user, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SavedFilterSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Bring a filter back."""
        gone = selectors.saved_filters(by=self._user, is_retired=True)
        saved = get_object_or_404(gone, pk=pk)
        services.restore(kept=saved, by=self._user, now=timezone.now())
        return Response(SavedFilterSerializer(saved).data)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)


def _rule(data: object) -> Rule:
    """Return the rule that was sent.

    Raises:
        ValidationError: it makes no sense; each problem is at its condition, ``rule.0.1``.
    """
    try:
        return parse_rule(data, is_region=is_known_region)
    except InvalidRuleError as error:
        raise ValidationError(
            {
                ".".join(filter(None, ["rule", problem.field])): [
                    ErrorDetail(str(problem.message), problem.code)
                ]
                for problem in error.problems
            }
        ) from error

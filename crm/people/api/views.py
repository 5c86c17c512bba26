"""People over REST."""

from typing import Any, cast
from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people import selectors, services
from crm.people.api.serializers import (
    FactSerializer,
    PeoplePageSerializer,
    PeopleQuerySerializer,
    PersonLineSerializer,
    PersonSerializer,
    RevealSerializer,
    SimilarSerializer,
)
from crm.people.choices import ChangeCause, RevealReason, Source
from crm.people.duplicates.matching import match_values
from crm.people.errors import InvalidPersonError, VersionMissingError
from crm.people.models import Person
from crm.people.values import PersonValues
from tenants.access import may
from tenants.idempotency import Idempotent
from tenants.permissions import Permission

_MOST_SIMILAR = 5
_IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description='The version that is changed: "3"'
)


class PersonViewSet(Idempotent, viewsets.GenericViewSet[Person]):
    """List, read, add and change people; show one masked value with a reason.

    People are never deleted here: erasure is a process with its own page and record.
    """

    queryset = Person.objects.none()
    serializer_class = PersonSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_EDIT

    @extend_schema(parameters=[PeopleQuerySerializer], responses=PeoplePageSerializer)
    def list(self, request: Request) -> Response:
        """List people in the order of their names, a page at a time."""
        query = PeopleQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.wanted()
        may_search_documents = may(self._user, Permission.PERSON_SEARCH_DOCUMENT)
        found = selectors.people(
            wanted, by=self._user, now=timezone.now(), may_search_documents=may_search_documents
        )
        page = selectors.people_page(found, **query.place())
        page = selectors.explained(page, wanted.q, may_search_documents=may_search_documents)
        first, last = (page.people[0], page.people[-1]) if page.people else (None, None)
        return Response(
            {
                "count": page.count,
                "is_counted": page.is_counted,
                "next": self._address("after", last) if page.has_next else None,
                "previous": self._address("before", first) if page.has_previous else None,
                "results": [PersonLineSerializer(person).data for person in page.people],
            }
        )

    def retrieve(self, request: Request, pk: UUID) -> Response:
        """Show a person, with numbers and address masked."""
        return self._answer(self._person(pk))

    def create(self, request: Request) -> Response:
        """Put a person on the register."""
        serializer = PersonSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        try:
            saved = services.add_person(
                values=serializer.values(), by=self._user, now=timezone.now(), source=Source.API
            )
        except InvalidPersonError as error:
            raise every_problem(error) from error
        return self._answer(self._person(saved.person.pk), status.HTTP_201_CREATED)

    @extend_schema(parameters=[_IF_MATCH])
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change a person; 409 if somebody else did since the version named."""
        person = self._person(pk)
        serializer = PersonSerializer(person, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        version = serializer.validated_data.get("version") or _if_match(request)
        try:
            services.change_person(
                person_id=person.pk,
                version=version,
                values=serializer.values(selectors.values_of(person)),
                by=self._user,
                now=timezone.now(),
                cause=ChangeCause.API,
            )
        except InvalidPersonError as error:
            raise every_problem(error) from error
        return self._answer(self._person(pk))

    @extend_schema(responses=FactSerializer(many=True))
    @action(detail=False, methods=["get"])
    def facts(self, request: Request) -> Response:
        """List the fields of 侨情 in use: the program's, then the site's own."""
        in_use = [fact for fact in selectors.fact_catalogue().values() if not fact.is_retired]
        return Response(FactSerializer(in_use, many=True).data)

    @extend_schema(request=PersonSerializer, responses=SimilarSerializer(many=True))
    @action(detail=False, methods=["post"])
    def similar(self, request: Request) -> Response:
        """List who on record may be the person described, the likeliest first; nothing is saved."""
        serializer = PersonSerializer(data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        values = serializer.values(PersonValues(full_name=""))
        found = match_values(values, today=timezone.localdate())[:_MOST_SIMILAR]
        people = {
            person.pk: person
            for person in selectors.people_with_parts().filter(
                pk__in=[match.person_id for match in found]
            )
        }
        rows: Any = [
            {"person": people[match.person_id], "match": match}
            for match in found
            if match.person_id in people
        ]
        answer = SimilarSerializer(rows, many=True).data
        return Response(answer, headers={"Cache-Control": "no-store"})

    @extend_schema(request=RevealSerializer, responses=RevealSerializer)
    @action(detail=True, methods=["post"], edit_permission=Permission.PERSON_REVEAL)
    def reveal(self, request: Request, pk: UUID) -> Response:
        """Show one masked value. The reader, the time and the reason go on record."""
        serializer = RevealSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent: dict[str, Any] = serializer.validated_data
        value = services.reveal(
            person=self._person(pk),
            field=sent["field"],
            reason=RevealReason(sent["reason"]),
            explanation=sent["explanation"],
            by=self._user,
            now=timezone.now(),
        )
        return Response({"value": value}, headers={"Cache-Control": "no-store"})

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

    def _person(self, pk: UUID) -> Person:
        return get_object_or_404(selectors.people_with_parts(), pk=pk)

    def _address(self, name: str, line: selectors.PersonLine | None) -> str:
        query = self.request.query_params.copy()
        for other in ("page", "after", "before"):
            query.pop(other, None)
        query[name] = str(line.id if line else "")
        return self.request.build_absolute_uri(f"?{query.urlencode()}")

    def _answer(self, person: Person, code: int = status.HTTP_200_OK) -> Response:
        headers = {"ETag": f'"{person.version}"', "Cache-Control": "no-store"}
        return Response(PersonSerializer(person).data, code, headers=headers)


def _if_match(request: Request) -> int:
    """Return the version in ``If-Match``.

    Raises:
        VersionMissingError: it names none.
    """
    text = request.headers.get("If-Match", "").strip().strip('"')
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise VersionMissingError
    return int(text)


def every_problem(error: InvalidPersonError) -> ValidationError:
    """Return the problems as the interface says them, each at its field."""
    return ValidationError(
        {
            problem.field: [ErrorDetail(str(problem.message), problem.code)]
            for problem in error.problems
        }
    )

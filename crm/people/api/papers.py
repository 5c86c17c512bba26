"""Sheets about people and households, and a person's copy of everything, over REST."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from crm.people.exporting.template import empty_roster
from crm.people.models import Household, Person, PrintedSheet
from crm.people.printing import own_copy, sheets, typesetting
from tenants.idempotency import Idempotent
from tenants.links import absolute
from tenants.permissions import Permission

# Anybody who holds a sheet asks there whether it is ours.
_CHECK = "/people/check/?n="
_PRIVATE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class PrintSerializer(serializers.Serializer[Any]):
    """Masked or in full, and what for; full numbers need the right to see them, and a reason."""

    is_clear = serializers.BooleanField(default=False)
    reason = serializers.CharField(default="", allow_blank=True, max_length=200)


class SheetContentSerializer(serializers.Serializer[Any]):
    """A sheet: its number, and what it says as the page and the PDF show it."""

    serial = serializers.CharField()
    is_clear = serializers.BooleanField()
    printed_at = serializers.DateTimeField()
    content = serializers.JSONField()


class CopyReasonSerializer(serializers.Serializer[Any]):
    """Why the copy is made; the person can read it."""

    reason = serializers.CharField(max_length=200)


class PersonSheetView(Idempotent):
    """Print a person's sheet."""

    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_VIEW

    @extend_schema(request=PrintSerializer, responses={201: SheetContentSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Put the sheet together under a new number; ``sheets`` give it for a day."""
        person = get_object_or_404(Person, pk=pk)
        return _print(request, lambda **how: sheets.print_person(person_id=person.pk, **how))


class HouseholdSheetView(Idempotent):
    """Print a household's sheet."""

    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_VIEW

    @extend_schema(request=PrintSerializer, responses={201: SheetContentSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Put the sheet together under a new number; ``sheets`` give it for a day."""
        home = get_object_or_404(Household, pk=pk)
        return _print(request, lambda **how: sheets.print_household(household_id=home.pk, **how))


class PrintedSheetView(APIView):
    """A sheet that one printed oneself within a day."""

    read_permission = Permission.PERSON_VIEW

    @extend_schema(responses=SheetContentSerializer)
    def get(self, request: Request, serial: str) -> Response:
        """Show what the sheet says."""
        return _show(*_own(request, serial))


class PrintedSheetFileView(APIView):
    """The same as PDF."""

    read_permission = Permission.PERSON_VIEW

    @extend_schema(responses=OpenApiTypes.BINARY)
    def get(self, request: Request, serial: str) -> HttpResponse:
        """Give the sheet as PDF."""
        made, content = _own(request, serial)
        document = typesetting.pdf(sheets.TEMPLATE, sheets.with_code(content), now=made.printed_at)
        return _file(document, "application/pdf", f"{serial}.pdf")


class PersonCopyView(APIView):
    """Everything on a person, for a person who asked for it; never kept for a repetition."""

    read_permission = Permission.PERSON_REVEAL
    edit_permission = Permission.PERSON_REVEAL

    @extend_schema(request=CopyReasonSerializer, responses=OpenApiTypes.BINARY)
    def post(self, request: Request, pk: UUID) -> HttpResponse:
        """Give the copy as JSON. It goes on record with its reason."""
        person = get_object_or_404(Person, pk=pk)
        sent = CopyReasonSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return _copy(request, person.pk, sent.validated_data["reason"])


class OwnCopyView(APIView):
    """Everything that the site holds on whoever asks."""

    read_permission = Permission.SELF_VIEW
    edit_permission = Permission.SELF_VIEW

    @extend_schema(request=None, responses=OpenApiTypes.BINARY)
    def post(self, request: Request) -> HttpResponse:
        """Give the copy as JSON."""
        key = cast(User, request.user).person_key
        if key is None or not Person.objects.filter(pk=key).exists():
            raise NotFound
        return _copy(request, key, "")


class RosterTemplateView(APIView):
    """The empty roster that every import understands."""

    read_permission = Permission.PERSON_EXPORT

    @extend_schema(responses=OpenApiTypes.BINARY)
    def get(self, request: Request) -> HttpResponse:
        """Give the template as .xlsx."""
        return _file(empty_roster(), "application/octet-stream", "roster.xlsx")


def _print(request: Request, make: Callable[..., PrintedSheet]) -> Response:
    sent = PrintSerializer(data=request.data)
    sent.is_valid(raise_exception=True)
    tenant: Any = request.tenant  # type: ignore[attr-defined]
    made = make(
        **sent.validated_data,
        address_of=lambda serial: absolute(tenant, f"{_CHECK}{serial}"),
        by=cast(User, request.user),
        now=timezone.now(),
    )
    return _show(*_own(request, made.serial), status.HTTP_201_CREATED)


def _own(request: Request, serial: str) -> tuple[PrintedSheet, dict[str, Any]]:
    return sheets.own_sheet(serial=serial, by=cast(User, request.user), now=timezone.now())


def _show(made: PrintedSheet, content: dict[str, Any], code: int = status.HTTP_200_OK) -> Response:
    shown = {
        "serial": made.serial,
        "is_clear": made.is_clear,
        "printed_at": made.printed_at,
        "content": content,
    }
    return Response(SheetContentSerializer(shown).data, code, headers=_PRIVATE)


def _copy(request: Request, person_id: UUID, reason: str) -> HttpResponse:
    copy = own_copy.copy_for(
        person_id=person_id, reason=reason, by=cast(User, request.user), now=timezone.now()
    )
    return _file(copy.to_json(), "application/json", f"{person_id}.json")


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    headers = _PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=kind, headers=headers)

"""Consents over REST."""

from typing import Any, cast

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from crm.people.choices import ConsentChannel, ConsentGiver
from crm.people.consents import selectors
from crm.people.consents.selectors import consents_of, state_of
from crm.people.consents.services import give_consent, withdraw_consent
from crm.people.models import Consent, Person
from crm.people.purposes import PURPOSES
from tenants.api import PageNumberPagination
from tenants.idempotency import Idempotent
from tenants.permissions import Permission

_CHANNELS = [choice for choice in ConsentChannel.choices if choice[0] != ConsentChannel.ONLINE]


class ConsentSerializer(serializers.Serializer[Consent]):
    """What somebody agreed to. ``state`` is standing, outdated, withdrawn or ended."""

    id = serializers.UUIDField(read_only=True)
    person = serializers.UUIDField(source="person_id")
    purpose = serializers.ChoiceField(choices=[(p.code, p.code) for p in PURPOSES.values()])
    wording = serializers.CharField(read_only=True)
    data_classes = serializers.ListField(child=serializers.CharField(), read_only=True)
    recipient = serializers.CharField(required=False, allow_blank=True, max_length=120)
    given_by = serializers.ChoiceField(
        choices=ConsentGiver.choices, required=False, default=ConsentGiver.SELF
    )
    giver_name = serializers.CharField(required=False, allow_blank=True, max_length=120)
    channel = serializers.ChoiceField(choices=_CHANNELS)
    proof = serializers.CharField(required=False, allow_blank=True, max_length=200)
    given_on = serializers.DateField()
    valid_until = serializers.DateField(required=False, allow_null=True)
    withdrawn_at = serializers.DateTimeField(read_only=True)
    state = serializers.CharField(read_only=True)

    def to_representation(self, instance: Consent) -> dict[str, Any]:
        """Return a consent on record, the giver's name masked."""
        return {
            "id": str(instance.pk),
            "person": str(instance.person_id),
            "purpose": instance.purpose,
            "wording": instance.wording,
            "data_classes": instance.data_classes,
            "recipient": instance.recipient,
            "given_by": instance.given_by,
            "giver_name": str(instance.giver_name or ""),
            "channel": instance.channel,
            "proof": instance.proof,
            "given_on": instance.given_on.isoformat(),
            "valid_until": instance.valid_until.isoformat() if instance.valid_until else None,
            "withdrawn_at": instance.withdrawn_at.isoformat() if instance.withdrawn_at else None,
            "state": state_of(instance, timezone.localdate()),
        }


class WithdrawalSerializer(serializers.Serializer[Any]):
    """How it was taken back."""

    channel = serializers.ChoiceField(choices=_CHANNELS)


class PersonQuerySerializer(serializers.Serializer[Any]):
    """Whose consents are asked for."""

    person = serializers.UUIDField()


class RegisterQuerySerializer(serializers.Serializer[Any]):
    """What the register is narrowed to."""

    purpose = serializers.ChoiceField(
        choices=[(p.code, p.code) for p in PURPOSES.values()], required=False, default=""
    )
    state = serializers.ChoiceField(
        choices=[selectors.STANDING, selectors.OUTDATED, selectors.WITHDRAWN, selectors.ENDED],
        required=False,
        default="",
    )


class ConsentViewSet(Idempotent, viewsets.GenericViewSet[Consent]):
    """List, give and take back consents of one person."""

    queryset = Consent.objects.none()
    serializer_class = ConsentSerializer
    filter_backends = ()
    pagination_class = None
    lookup_value_converter = "uuid"
    read_permission = Permission.PERSON_VIEW
    edit_permission = Permission.PERSON_EDIT

    @extend_schema(parameters=[PersonQuerySerializer], responses=ConsentSerializer(many=True))
    def list(self, request: Request) -> Response:
        """List all that a person ever agreed to, newest first."""
        query = PersonQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        person = get_object_or_404(Person, pk=query.validated_data["person"])
        return Response([ConsentSerializer(consent).data for consent in consents_of(person.pk)])

    @extend_schema(parameters=[RegisterQuerySerializer], responses=ConsentSerializer(many=True))
    @action(detail=False, methods=["get"], pagination_class=PageNumberPagination)
    def register(self, request: Request) -> Response:
        """List what people agreed to, of the whole site, newest first."""
        query = RegisterQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = selectors.ConsentFilter(**query.validated_data)
        page: Any = self.paginate_queryset(selectors.consents(wanted, day=timezone.localdate()))
        return self.get_paginated_response([ConsentSerializer(consent).data for consent in page])

    def create(self, request: Request) -> Response:
        """Write a consent down, in the words of today."""
        serializer = ConsentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent: dict[str, Any] = dict(serializer.validated_data)
        person = get_object_or_404(Person, pk=sent["person_id"])
        consent = give_consent(
            **sent
            | {
                "person_id": person.pk,
                "given_by": ConsentGiver(sent["given_by"]),
                "channel": ConsentChannel(sent["channel"]),
            },
            by=self._user,
            now=timezone.now(),
        )
        return Response(ConsentSerializer(consent).data, status.HTTP_201_CREATED)

    @extend_schema(request=WithdrawalSerializer, responses=ConsentSerializer)
    @action(detail=True, methods=["post"])
    def withdraw(self, request: Request, pk: str) -> Response:
        """Take a consent back; what relies on it stops at once."""
        serializer = WithdrawalSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        consent = withdraw_consent(
            consent_id=get_object_or_404(Consent, pk=pk).pk,
            channel=ConsentChannel(serializer.validated_data["channel"]),
            by=self._user,
            now=timezone.now(),
        )
        return Response(ConsentSerializer(consent).data)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)

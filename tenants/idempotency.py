"""``Idempotency-Key``: a request that is sent twice has one effect and the same answer."""

import datetime as dt
import hashlib
import json
from typing import Any, cast

from django.db import connection, transaction
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import IdempotencyKey, User
from common.crypto import open_sealed, row_label, seal
from common.errors import DomainError
from common.keys import current_key, keystore
from tenants.context import current_schema

HEADER = "Idempotency-Key"
_LONGEST_KEY = 200
_KEPT = dt.timedelta(days=1)


class KeyReusedError(DomainError):
    """The key was sent before with another request."""

    code = "idempotency_key_reused"
    message = _("This Idempotency-Key was used for another request.")


class KeyTooLongError(DomainError):
    """The key is longer than we compare."""

    code = "idempotency_key_too_long"
    message = _("An Idempotency-Key has at most 200 characters.")


class InProgressError(exceptions.APIException):
    """The same request is being answered at this moment."""

    status_code = status.HTTP_409_CONFLICT
    default_detail = _("The same request is being answered right now.")
    default_code = "in_progress"


class _AnsweredBefore(Exception):  # noqa: N818  # no error: the way to the stored answer
    def __init__(self, response: Response) -> None:
        self.response = response


class Idempotent(APIView):
    """Base of views whose POST clients may repeat. Effect and stored answer are one transaction.

    What failed on our side is not stored, so that a repetition tries again.
    """

    _claim: IdempotencyKey | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer, in one transaction if the request names a key."""
        if request.method != "POST" or HEADER not in request.headers:
            return super().dispatch(request, *args, **kwargs)
        with transaction.atomic():
            response = super().dispatch(request, *args, **kwargs)
            if response.status_code >= status.HTTP_500_INTERNAL_SERVER_ERROR:
                transaction.set_rollback(True)
        return response

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Claim the key once it is known who asks and that he may."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and HEADER in request.headers:
            self._claim = _claim(request, now=timezone.now())

    def handle_exception(self, exc: Exception) -> Response:
        """Give the stored answer, or answer the error as usual."""
        if isinstance(exc, _AnsweredBefore):
            return exc.response
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Store the answer under its key."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if self._claim is not None and response.status_code < 500:
            _store(self._claim, response)
        return response


def _claim(request: Request, *, now: dt.datetime) -> IdempotencyKey:
    """Return the row that the answer will be stored in.

    Raises:
        KeyReusedError: the key belongs to another request.
        InProgressError: the same request is being answered.
    """
    key, user = request.headers[HEADER], cast(User, request.user)
    if len(key) > _LONGEST_KEY:
        raise KeyTooLongError
    key_hash = _digest(key.encode())
    _lock_or_refuse(f"idempotency|{current_schema()}|{user.pk}|{key_hash}")
    IdempotencyKey.objects.filter(created_at__lt=now - _KEPT).delete()
    asked = _digest(f"{request.method} {request.get_full_path()}\n".encode() + _body(request))
    known = IdempotencyKey.objects.filter(user=user, key_hash=key_hash).first()
    if known is None:
        return IdempotencyKey.objects.create(
            user=user, key_hash=key_hash, request_hash=asked, created_at=now
        )
    if known.request_hash != asked:
        raise KeyReusedError
    raise _AnsweredBefore(_stored_answer(known))


def _body(request: Request) -> bytes:
    """Return what was sent; of a form what it says, for its borders differ each time it is sent."""
    if not request.content_type.startswith("multipart/"):
        return request._request.body
    form = cast(QueryDict, request.data)
    found = [("", name, json.dumps(texts, default=str)) for name, texts in form.lists()]
    for name, file in request.FILES.items():
        content = hashlib.sha256()
        for chunk in file.chunks():
            content.update(chunk)
        file.seek(0)
        found.append((name, file.name, content.hexdigest()))
    return json.dumps(sorted(found)).encode()


def _lock_or_refuse(name: str) -> None:
    """Hold the key until the transaction ends; another request with it hears 409 meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s::text, 0))", [name])
        row = cursor.fetchone()
    if not row or not row[0]:
        raise InProgressError


def _stored_answer(known: IdempotencyKey) -> Response:
    schema = current_schema()
    body = open_sealed(
        bytes(known.body or b""),
        find_key=lambda key_id: keystore().data_key(schema, key_id),
        label=_label(known),
    )
    response = Response(json.loads(body), known.status)
    response["Idempotent-Replay"] = "true"
    return response


def _store(claim: IdempotencyKey, response: Response) -> None:
    body = JSONRenderer().render(response.data) or b"null"
    claim.status = response.status_code
    claim.body = seal(body, key=current_key(), label=_label(claim))
    claim.save(update_fields=["status", "body"])


def _label(claim: IdempotencyKey) -> bytes:
    return row_label(current_schema(), "accounts_idempotencykey", "body", claim.pk)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()

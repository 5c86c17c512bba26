"""How the REST interface says no: every problem is ``{code, detail, field}``.

A request with several faults gets a list of problems.
"""

from typing import Any

from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler as stock_handler
from rest_framework.views import set_rollback

from accounts.errors import TooManyAttemptsError
from common.errors import DomainError, StaleWriteError


def answer_error(exc: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an error into problems; None lets Django answer 500."""
    if isinstance(exc, DomainError):
        set_rollback()
        response = Response(problem(exc.code, str(exc), exc.field), _status_of(exc))
        if isinstance(exc, TooManyAttemptsError):
            response["Retry-After"] = str(exc.seconds)
        return response
    stock = stock_handler(exc, context)
    if stock is None:
        return None
    response = stock
    if isinstance(exc, exceptions.ValidationError):
        response.status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
        response.data = list(_problems(exc.get_full_details()))
    else:
        detail = response.data.get("detail", "")
        response.data = problem(getattr(detail, "code", "refused"), str(detail), None)
    return response


def problem(code: str, detail: str, field: str | None) -> dict[str, str | None]:
    """Return one problem as clients see it."""
    return {"code": code, "detail": detail, "field": field}


def _status_of(exc: DomainError) -> int:
    if isinstance(exc, StaleWriteError):
        return status.HTTP_409_CONFLICT
    if isinstance(exc, TooManyAttemptsError):
        return status.HTTP_429_TOO_MANY_REQUESTS
    return status.HTTP_422_UNPROCESSABLE_ENTITY


def _problems(details: Any, field: str | None = None) -> list[dict[str, str | None]]:
    """Flatten DRF's nested details; ``field`` of a nested one is ``outer.inner``."""
    if isinstance(details, list):
        found = []
        for index, entry in enumerate(details):
            is_problem = isinstance(entry, dict) and set(entry) == {"message", "code"}
            found += _problems(entry, field if is_problem or not entry else f"{field}.{index}")
        return found
    if set(details) == {"message", "code"} and not isinstance(details["message"], dict | list):
        return [problem(details["code"], str(details["message"]), field)]
    found = []
    for name, entry in details.items():
        inner = None if name == "non_field_errors" else name
        path = ".".join(str(part) for part in (field, inner) if part is not None) or None
        found += _problems(entry, path)
    return found

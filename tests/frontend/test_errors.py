"""Pages for what went wrong stand without a database, and programs get problems."""

import json

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from frontend import errors


def answer(error: Exception, path: str):
    """Return what the last handler says while ``error`` is being handled, with no database."""
    try:
        raise error
    except type(error):
        return errors.server_error(RequestFactory().get(path))


@pytest.mark.parametrize(("error", "status"), [(OperationalError(), 503), (ValueError("x"), 500)])
def test_a_database_that_is_away_is_not_called_our_mistake(error, status):
    page = answer(error, "/people/")
    problem = answer(error, "/api/v1/people/")

    assert (page.status_code, problem.status_code) == (status, status)
    assert b"<h1>" in page.content
    assert json.loads(problem.content).keys() == {"code", "detail", "field"}
    assert (page.headers.get("Retry-After") == "5") == (status == 503)

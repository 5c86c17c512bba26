from django.utils import translation
from django.utils.translation import gettext_lazy

from common.errors import DomainError, StaleWriteError


class FullError(DomainError):
    code = "full"
    message = gettext_lazy("Full.")


def test_the_text_of_an_error_is_for_the_user():
    error = FullError()
    assert (str(error), error.code, error.field) == ("Full.", "full", None)


def test_an_error_can_name_its_field_and_say_more():
    error = FullError("Room 5 is full.", field="room")
    assert (str(error), error.field) == ("Room 5 is full.", "room")
    assert FullError.field is None


def test_the_text_is_in_the_language_of_whoever_reads_it():
    error = FullError(gettext_lazy("Monday"))
    with translation.override("de"):
        assert str(error) == "Montag"
    with translation.override("en"):
        assert str(error) == "Monday"


def test_a_stale_write_keeps_its_code():
    assert StaleWriteError.code == "stale_write"

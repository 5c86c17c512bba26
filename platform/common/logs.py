"""Structured logs that hold no personal data.

One line of JSON for each event. What people typed does not belong in a log; as a net below that
rule, the last processor blanks anything that looks like a phone or document number and the row
that PostgreSQL quotes in its errors (privacy invariant: nothing leaks through a log line).
"""

import re
from collections.abc import MutableMapping
from typing import Any

import structlog

EventDict = MutableMapping[str, Any]

# Eight or more digits in a row, with the separators people use, and an X at the end of an ID.
# Times and keys are written by processors that run later, or hold letters.
_NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[ -]?\d){7,}[\dXx]?(?![\w-])")
_PASSPORT = re.compile(r"\b[A-Z]{1,2}\d{7,9}\b")
# PostgreSQL's second line, which quotes the values that broke a rule.
_DATABASE_DETAIL = re.compile(r"(DETAIL|CONTEXT|HINT|LINE \d+):.*", re.DOTALL)
_HIDDEN = "[hidden]"
# Never printed, whatever they hold.
_PRIVATE_KEYS = frozenset(
    {"phone", "name", "full_name", "number", "address", "password", "token", "code_sent", "body"}
)


def hide_personal_data(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """Blank private keys, and numbers in every text of the event."""
    for key, value in event.items():
        if key in _PRIVATE_KEYS:
            event[key] = _HIDDEN
        elif isinstance(value, str):
            event[key] = hide_numbers(value)
    return event


def hide_numbers(text: str) -> str:
    """Return ``text`` without phone and document numbers and without quoted rows.

    >>> hide_numbers("call 138 0013 8000 about 11010519491231002X")
    'call [hidden] about [hidden]'
    """
    text = _DATABASE_DETAIL.sub(_HIDDEN, text)
    return _PASSPORT.sub(_HIDDEN, _NUMBER.sub(_HIDDEN, text))


def configure(*, as_json: bool, level: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING, so that both write the same lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        hide_personal_data,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Our own line for each request says it already, without the path.
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": False},
            "psycopg.pool": {"level": "ERROR"},
        },
    }

"""Structured logs: one JSON object a line on standard error, with the request id.

No patient identity: a log line holds words of our own, counts, keys and route patterns, never an address as it was
asked for. An exception is told by its type and the lines of code it passed, not by its text, which may quote a letter.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any, Literal, cast

import structlog

from labbro.errors import code_lines

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

_LIBRARIES = (
    "granian",
    "_granian",
    "litestar",
    "psycopg",
    "psycopg.pool",
    "alembic",
    "httpx",
    "httpcore",
    "sqlalchemy",
)

Event = MutableMapping[str, Any]


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The log of one module. Call as `log.info("letters stored", count=3)`."""
    return structlog.stdlib.get_logger(name)


def configure(
    level: Literal["debug", "info", "warning", "error"] = "info", form: Literal["json", "text"] = "json"
) -> None:
    """Sends our own and the libraries' log lines through the same door. Call once, at the start of a process."""
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        _told_by_type,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for library in _LIBRARIES:  # what they have to say at lower levels is not for operators
        logging.getLogger(library).setLevel(logging.WARNING)


def _add_request_id(_logger: object, _method: str, event: Event) -> Event:
    if (current := request_id.get()) is not None:
        event.setdefault("request_id", current)
    return event


def _told_by_type(_logger: object, _method: str, event: Event) -> Event:
    """Replaces an attached exception by its type and code lines."""
    attached = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if attached is True:
        attached = sys.exc_info()
    error: object = cast("tuple[object, ...]", attached)[1] if isinstance(attached, tuple) else attached
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["code_lines"] = code_lines(error)
    return event

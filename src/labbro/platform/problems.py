"""Errors as problem documents (RFC 9457, application/problem+json): the only place where errors become HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from labbro.errors import LabbroError
from labbro.platform import logs

MEDIA_TYPE = "application/problem+json"

_log = logs.get_logger(__name__)
_RETRY_AFTER_SECONDS = {429: "60", 503: "5"}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One problem document. `code` is stable for programs, `detail` is a sentence for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    detail_da: str | None = None
    request_id: str | None = None


def problem_of(error: Exception) -> Problem:
    """What may be told of an exception. Of a fault of ours nothing but the request id, by which the log finds it."""
    if isinstance(error, LabbroError):
        return _problem(error.status, error.code, error.message, error.message_da)
    if isinstance(error, ValidationException):
        return _problem(
            400, "wrong-use", "The request does not fit what this address takes; see the API's description."
        )
    if isinstance(error, HTTPException):
        status = HTTPStatus(error.status_code)
        return _problem(status, status.phrase.lower().replace(" ", "-"), status.description or status.phrase)
    return _problem(500, "error", "Labbro failed at this request; the log tells more under the request id.")


def handle(_request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Litestar's exception handler for everything. Faults of ours are logged, by type and code lines."""
    problem = problem_of(error)
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.error("request failed", code=problem.code, exc_info=error)
    further = error.further if isinstance(error, LabbroError) else None
    return response_of(problem, getattr(error, "headers", None), further)


def response_of(
    problem: Problem, headers: dict[str, str] | None = None, further: dict[str, str] | None = None
) -> Response[bytes]:
    """The problem as an answer. `further`: extension members of this kind of problem."""
    told = dict(headers or {})
    if problem.status in _RETRY_AFTER_SECONDS:
        told.setdefault("retry-after", _RETRY_AFTER_SECONDS[problem.status])
    content = msgspec.json.encode(msgspec.to_builtins(problem) | further if further else problem)
    return Response(content, status_code=problem.status, media_type=MEDIA_TYPE, headers=told)


def _problem(status: int, code: str, detail: str, detail_da: str | None = None) -> Problem:
    return Problem(
        type=f"urn:labbro:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=int(status),
        code=code,
        detail=detail,
        detail_da=detail_da if detail_da != detail else None,
        request_id=logs.request_id.get(),
    )

"""What operators' machines ask: alive, ready, and the measures."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler

from labbro.errors import LabbroError
from labbro.platform import telemetry
from labbro.platform.database import Database, pending_steps


def routes(database: Database) -> Sequence[HTTPRouteHandler]:
    """`/healthz` the process answers; `/readyz` it can do its work; `/metrics` Prometheus' text."""

    @get("/healthz", sync_to_thread=False, include_in_schema=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @get("/readyz", sync_to_thread=True, include_in_schema=False)
    def readyz() -> Response[dict[str, str]]:
        parts = {
            "database": "ok" if database.answers() else "does not answer",
            "schema": _schema(database),
        }
        ready = set(parts.values()) == {"ok"}
        status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
        return Response({"status": "ok" if ready else "not ready", **parts}, status_code=status)

    @get("/metrics", sync_to_thread=False, include_in_schema=False)
    def metrics() -> Response[bytes]:
        return Response(telemetry.exposition(), headers={"content-type": telemetry.CONTENT_TYPE})

    return [healthz, readyz, metrics]


def _schema(database: Database) -> str:
    try:
        return "steps are missing" if pending_steps(database) else "ok"
    except LabbroError as error:
        return error.message

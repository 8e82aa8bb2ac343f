"""A server process for the tests of the platform: the real edge and granian, with routes that misbehave on wish."""

from __future__ import annotations

import os
import sys
import time

from litestar import Litestar, Request, get, post
from litestar.params import Parameter

from labbro.errors import Conflict
from labbro.platform import health, logs, problems, serving
from labbro.platform.database import Database, migrate
from labbro.platform.edge import Edge
from labbro.platform.plain import is_plain
from labbro.platform.settings import from_environment


@get("/patient/{number:str}", sync_to_thread=True)
def patient(number: str) -> str:
    return number


@get("/slow", sync_to_thread=True)
def slow(seconds: float) -> str:
    time.sleep(seconds)
    return "finished"


@get("/fault", sync_to_thread=True)
def fault() -> str:
    raise RuntimeError("the patient 0101010000 Secret Person broke it")


@get("/conflict", sync_to_thread=True)
def conflict() -> str:
    raise Conflict("The letter was received before with other content.")


@get("/number", sync_to_thread=True)
def number(wanted: int = Parameter(query="wanted")) -> int:
    return wanted


@get("/own-policy", sync_to_thread=True, response_headers={"Cache-Control": "max-age=60"})
def own_policy() -> str:
    return "kept"


@get("/numbers/way", sync_to_thread=True)
def way(request: Request) -> str:
    return "plain" if is_plain(request.scope) else "usual"


@post("/size")
async def size(request: Request) -> int:
    return len(await request.body())


def main() -> None:
    settings = from_environment()
    serving.check_servable(settings)
    logs.configure(settings.log_level, settings.log_format)
    with Database.open(settings) as database:
        migrate(database)
        litestar = Litestar(
            [patient, slow, fault, conflict, number, own_policy, way, size, *health.routes(database)],
            exception_handlers={Exception: problems.handle},
            request_max_body_size=settings.body_limit_bytes,
            logging_config=None,
        )
        edge = Edge(litestar, settings)
        finished = serving.serve(settings, edge, on_ready=lambda address: print(f"ready {address}", flush=True))
    print("closed", flush=True)
    if not finished:
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())

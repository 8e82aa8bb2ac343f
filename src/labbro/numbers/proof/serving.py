"""`python -m labbro.numbers.proof.serving`: the number service as a process that may be killed. Arguments as JSON."""

from __future__ import annotations

import socketserver
import sys
from pathlib import Path
from typing import cast

import msgspec

from labbro.errors import LabbroError, Unavailable
from labbro.numbers.durability import Durability
from labbro.numbers.mark import MarkFile
from labbro.numbers.parts import Parts
from labbro.numbers.proof import world
from labbro.numbers.proof.quiet import quiet
from labbro.numbers.proof.server import MEMBERS, SIGNER
from labbro.numbers.proof.wire import FastClock, Question, Reply
from labbro.numbers.proof.world import InventedDirectories
from labbro.numbers.service import NumberService, prepare_space
from labbro.numbers.space import Space
from labbro.platform.database import Database
from labbro.platform.identities import SystemIdentities


class ServingOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a serving process is told."""

    url: str
    mark_folder: str
    socket: str
    began: float
    standby: str | None = None


def opened(options: ServingOptions) -> tuple[Database, NumberService]:
    """The service on a database, with every safeguard."""
    database = Database(options.url, connections=4)
    database.pool.open(wait=True)
    space, clock = Space(), FastClock(options.began)
    prepare_space(database, space)
    parts = Parts(
        database=database,
        space=space,
        clock=clock,
        identities=SystemIdentities(clock),
        directories=InventedDirectories(database, MEMBERS),
        mark=MarkFile(Path(options.mark_folder), space, SIGNER),
        durability=Durability(standby=options.standby),
    )
    return database, NumberService(parts)


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    numbers: NumberService


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        line = self.rfile.readline()
        if line.endswith(b"\n"):
            numbers = cast("_Server", self.server).numbers
            self.wfile.write(msgspec.json.encode(_reply(numbers, line)) + b"\n")


def _reply(numbers: NumberService, line: bytes) -> Reply:
    question = msgspec.json.decode(line, type=Question)
    caller = world.caller(question.number)
    try:
        if question.draw is not None:
            return Reply(drawn=numbers.draw(caller, question.draw))
        assert question.attend is not None
        return Reply(attended=numbers.attend(caller, question.attend))
    except LabbroError as error:
        return Reply(code=error.code, unavailable=isinstance(error, Unavailable))


def main(options: ServingOptions) -> None:
    """Serves until it is killed."""
    quiet()
    database, numbers = opened(options)
    path = Path(options.socket)
    path.unlink(missing_ok=True)
    with database, numbers, _Server(str(path), _Handler) as server:
        server.numbers = numbers
        server.serve_forever()


if __name__ == "__main__":
    main(msgspec.json.decode(sys.argv[1], type=ServingOptions))

"""Draws in a process of its own, to be killed: prints each acknowledged series as a line of JSON.

drawing.py URL FOLDER COUNT POINT AFTER REQUESTS: draws COUNT series of 7 numbers, kills itself when POINT is passed for
the AFTER-th time (POINT `never`: not at all). REQUESTS is a file; each request id is written to it before it is sent.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent))

from building import asks, killer, open_database, service, system

from labbro.platform.clock import SystemClock


def main(url: str, folder: str, count: str, point: str, after: str, requests: str) -> None:
    with (
        open_database(url) as database,
        service(database, Path(folder), clock=SystemClock(), at=killer(point, int(after))) as numbers,
        Path(requests).open("ab") as file,
    ):
        for _ in range(int(count)):
            request = asks(7)
            file.write(msgspec.json.encode(request.request_id) + b"\n")
            file.flush()
            os.fsync(file.fileno())
            drawn = numbers.draw(system(), request)
            print(msgspec.json.encode(drawn.series).decode(), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

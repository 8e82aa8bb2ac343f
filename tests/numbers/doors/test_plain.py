"""The transition from plain HTTP, with the whole server: plain draws are served and counted, then told what to do."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import uuid
from pathlib import Path

import httpx
from tests.members.building import World, new_world

from labbro.members.authentication.callers import PlainUse
from labbro.members.members import Members
from labbro.numbers.credentials import ASSERTION_TYPE, Credentials
from labbro.platform import embedded
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import Settings

from .conftest import LABBRO, SECRET, free_port, new_database, serving

TODAY = dt.datetime.now(dt.UTC).date()
DAY = dt.timedelta(days=1)


def plain_settings(port: int, until: dt.date) -> dict[str, str]:
    return {"LABBRO_PLAIN_PORT": str(port), "LABBRO_PLAIN_UNTIL": until.isoformat()}


def counted(database: Database, folder: Path) -> list[PlainUse]:
    """What the board tells of plain calls."""
    clock = SystemClock()
    settings = Settings(data_dir=folder, secret=bytes.fromhex(SECRET))
    members = Members.open(database, settings, clock, SystemIdentities(clock))
    return members.authentication.plain_use(TODAY - 30 * DAY)


def token(world: World, usual: str, plain: str) -> httpx.Response:
    """As a system that cannot speak TLS asks for one; its assertion names the service by its own address, as ever."""
    known = Credentials(world.ids["installation-nord"], world.keys["nord"])
    told = known.assertion(usual, dt.datetime.now(dt.UTC), uuid.uuid4())
    form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE, "client_assertion": told}
    return httpx.post(f"{plain}/oauth/token", data=form)


def draw(address: str, bearer: str) -> httpx.Response:
    body = {"request_id": str(uuid.uuid4()), "count": 5}
    return httpx.post(f"{address}/numbers/series", json=body, headers={"authorization": f"Bearer {bearer}"}, timeout=30)


def test_a_plain_draw_is_served_and_counted_for_its_laboratory_and_after_the_day_refused(
    durable_cluster: embedded.Embedded, tmp_path: Path
) -> None:
    url, port = new_database(durable_cluster), free_port()
    plain = f"http://127.0.0.1:{port}"
    with Database(url, connections=4) as database:
        database.pool.open(wait=True)
        world = new_world(database, dt.datetime.now(dt.UTC))
        with serving(tmp_path, url, **plain_settings(port, TODAY + 30 * DAY)) as usual:
            bearer = token(world, usual, plain).json()["access_token"]
            assert draw(usual, bearer).status_code == 200
            assert [(one.laboratory_id, one.calls) for one in counted(database, tmp_path)] == [(world.ids["nord"], 1)]
            answer = draw(plain, bearer)
            assert (answer.status_code, answer.json()["series"]["count"]) == (200, 5)
            assert "sunset" in answer.headers
            assert [(one.laboratory_id, one.calls) for one in counted(database, tmp_path)] == [(world.ids["nord"], 2)]
        with serving(tmp_path, url, **plain_settings(port, TODAY - 2 * DAY)) as usual:
            bearer = token(world, usual, usual).json()["access_token"]  # another port is another service
            assert draw(usual, bearer).status_code == 200
            for answer in (draw(plain, bearer), token(world, usual, plain), httpx.get(f"{plain}/numbers/space")):
                assert (answer.status_code, answer.json()["code"]) == (403, "plain-http-ended")
                assert "https://" in answer.json()["detail"]
                assert "https://" in answer.json()["detail_da"]


def test_off_loopback_a_server_without_tls_does_not_start(tmp_path: Path) -> None:
    environment = os.environ | {
        "LABBRO_HOST": "0.0.0.0",
        "LABBRO_DATA": str(tmp_path),
        "LABBRO_PORT": str(free_port()),
        "LABBRO_SECRET": SECRET,
        "LABBRO_PUBLIC_URL": "https://numbers.example",
    }
    told = subprocess.run([LABBRO, "serve"], env=environment, capture_output=True, text=True, timeout=60)
    assert told.returncode != 0
    assert "LABBRO_TLS_CERT" in told.stderr

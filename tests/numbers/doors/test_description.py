"""The number doors keep to their descriptions: Schemathesis on the OpenAPI finds nothing."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from tests.members.building import World, new_world
from tests.members.test_authentication import assertion, form

from labbro import server
from labbro.databank import Databank
from labbro.members.authentication import CallFacts
from labbro.members.members import Members
from labbro.numbers.service import open_numbers
from labbro.platform import embedded, migrations
from labbro.platform.database import Database
from labbro.platform.settings import Settings
from labbro.portal.sessions import Actor, Sessions

ADDRESS = "http://testserver"
WORLDS: dict[int, World] = {}  # by database
EXAMPLES = int(os.environ.get("LABBRO_TEST_EXAMPLES", "6"))


@pytest.fixture(scope="module")
def services(durable_cluster: embedded.Embedded, tmp_path_factory: pytest.TempPathFactory) -> Iterator[server.Services]:
    name = f"described_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(durable_cluster.url_of("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = durable_cluster.url_of(name)
    migrations.run(url)
    with Database(url, connections=6) as database:
        database.pool.open(wait=True)
        yield from _services(new_world(database), tmp_path_factory.mktemp("described"))


def _services(world: World, folder: Path) -> Iterator[server.Services]:
    given: dict[str, Any] = {
        "database": world.database,
        "settings": Settings(data_dir=folder, secret=bytes(range(32)), public_url=ADDRESS),
        "clock": world.clock,
        "identities": world.identities,
    }
    members = Members.open(**given)
    with open_numbers(**given, directories=members.directories) as numbers:
        WORLDS[id(world.database)] = world
        yield server.Services(**given, databank=Databank(**given), members=members, numbers=numbers)


def _headers(services: server.Services, who: str) -> dict[str, str]:
    world = WORLDS[id(services.database)]
    if who == "operator":
        sessions = Sessions(world.database, world.clock, world.identities, 10**6)
        return {"cookie": f"labbro-session={sessions.begin(Actor('https://login.example#operator', 'x'), 'o').token}"}
    if who == "system":
        told = form(assertion(world, "nord", aud=ADDRESS))
        return {"authorization": f"Bearer {services.members.authentication.token(told, CallFacts()).access_token}"}
    return {}


@pytest.mark.parametrize("who", ["nobody", "operator", "system"])
def test_the_doors_keep_to_their_description(services: server.Services, who: str) -> None:
    app = server.application(services)
    schema = schemathesis.openapi.from_asgi("/api-description/openapi.json", app)  # type: ignore[arg-type]
    headers = _headers(services, who)
    # A number that was given out, and an account that is one's own, cannot be told in a description.
    excluded = [positive_data_acceptance] if who != "nobody" else []
    checked = 0
    for found in schema.include(path_regex="^/numbers").get_all_operations():
        checked += 1

        @hypothesis_settings(
            max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
        )
        @given(case=found.ok().as_strategy())
        def check(case: Any) -> None:
            case.call_and_validate(headers=headers, excluded_checks=excluded)

        check()
    assert checked == 15
    assert services.numbers is not None
    assert services.numbers.stopped() in (None, "client-ahead")

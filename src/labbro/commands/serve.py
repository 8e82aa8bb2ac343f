"""`labbro serve` and `labbro migrate`: for operators."""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager
from enum import StrEnum
from typing import Annotated

import typer

from labbro import server
from labbro.databank.watch import Watcher
from labbro.eu import incoming
from labbro.platform import logs, serving
from labbro.platform.database import Database, migrate
from labbro.platform.settings import from_environment
from labbro.portal.demonstration import Example

_log = logs.get_logger(__name__)


class Stage(StrEnum):
    """Which schema steps are run."""

    all = "all"
    before = "before"
    after = "after"


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command("serve")(serve)
    app.command("migrate")(migrate_schema)


def serve() -> None:
    """Serves pages and interfaces until stopped. Settings come from the environment: docs/settings.md."""
    settings = from_environment()
    serving.check_servable(settings)
    logs.configure(settings.log_level, settings.log_format)
    _say("Opening the database ...")
    services = server.open_services(settings)
    try:
        examples = _demonstrate(services) if settings.demonstration else ()
        services.members.outbox.start()
        with _watching(services):
            finished = serving.serve(settings, server.application(services, examples), on_ready=_tell_address)
    finally:
        services.close()
    _say("Stopped." if finished else "Stopped; work that took too long was given up and nothing of it was kept.")
    if not finished:
        os._exit(0)  # its threads would hold the process; what they held open is rolled back


def migrate_schema(
    stage: Annotated[Stage, typer.Option(help="before new code starts, after old code is gone, or all.")] = Stage.all,
) -> None:
    """Brings the database's schema up to this version; `serve` does so by itself."""
    with Database.open(from_environment()) as database:
        steps = migrate(database, stage.value)
    print("\n".join(steps) if steps else "The schema is up to date.")


@contextmanager
def _watching(services: server.Services) -> Generator[None]:
    """Takes letters from the watched folder in, beside the server, where the settings name one."""
    folder = services.settings.watch_dir
    if folder is None:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    watcher = Watcher(
        services.databank, folder, services.clock, services.identities, incoming.reader(services.addresses)
    )
    watcher.start()
    try:
        yield
    finally:
        watcher.stop(services.settings.stop_seconds)


def _demonstrate(services: server.Services) -> tuple[Example, ...]:
    """Loads the invented country on the first start, and names its people for the search page.

    Loading again would change nothing: letters are kept once.
    """
    from labbro.comparability import demonstration as comparability
    from labbro.members import demonstration as membership
    from labbro.numbers import demonstration as number_demonstration
    from labbro.synthetic import demonstration

    membership.found(services.members)
    if services.numbers is not None:
        number_demonstration.found(services.numbers, services.members)
    mark = services.settings.data_dir / "demonstration-loaded"
    if not mark.exists():
        _say("First start: loading the demonstration country ...")
        demonstration.load(services.databank, clock=services.clock)
        if services.registry is not None:
            comparability.found(services.registry)
        mark.touch()
    people = sorted(demonstration.people(), key=lambda who: not who.first_to_see)
    return tuple(Example(who.name, who.cpr, who.story_da, who.story_en) for who in people)


def _tell_address(address: str) -> None:
    _say(f"Labbro is ready: {address}\nStop it with Ctrl-C.")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)

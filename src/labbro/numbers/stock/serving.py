"""The one small process: the door, and beside it the agent that tops up and warns."""

from __future__ import annotations

import datetime as dt
import random
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from labbro.errors import LabbroError, NotConfigured, Unavailable
from labbro.numbers.client import NumberClient
from labbro.numbers.credentials import Credentials
from labbro.numbers.model import Attendance, Attended, Drawn, DrawRequest
from labbro.numbers.stock.agent import Agent, NumberService
from labbro.numbers.stock.configuration import StockSettings
from labbro.numbers.stock.door import Door
from labbro.numbers.stock.stock import Stock
from labbro.numbers.stock.telling import Teller
from labbro.platform import logs
from labbro.platform.clock import Clock, SystemClock
from labbro.platform.identities import Identities, SystemIdentities

LONGEST_SLEEP_SECONDS: Final = 60.0  # so that a clock that is put right, and a sudden use, are seen

_log = logs.get_logger(__name__)


class NoService:
    """Stands where no service is configured."""

    def draw(self, request: DrawRequest) -> Drawn:  # noqa: ARG002
        """Never."""
        raise _not_configured()

    def attend(self, attendance: Attendance) -> Attended:  # noqa: ARG002
        """Never."""
        raise _not_configured()


@contextmanager
def service_of(settings: StockSettings, clock: Clock, identities: Identities) -> Generator[NumberService]:
    """The configured service. The agent repeats calls itself, so the client does not."""
    if settings.service is None or settings.client_id is None or settings.key is None:
        yield NoService()
        return
    credentials = Credentials.from_file(settings.client_id, settings.key)
    with NumberClient(
        settings.service, credentials, trusted=settings.trusted, retries=0, clock=clock, identities=identities
    ) as client:
        yield client


@contextmanager
def agent_of(settings: StockSettings, clock: Clock | None = None) -> Generator[Agent]:
    """The stock of these settings, open, with its agent."""
    clock = clock or SystemClock()
    identities = SystemIdentities(clock)
    with (
        service_of(settings, clock, identities) as service,
        Stock.open(settings.file, clock=clock, machine=settings.machine, stamp_path=settings.stamp) as stock,
    ):
        yield Agent(
            stock,
            service,
            clock=clock,
            identities=identities,
            chance=random.Random(),  # noqa: S311 - spreads retries
            rules=settings.rules,
            watcher=Teller(settings.laboratory, settings.mail, clock),
        )


def serve(settings: StockSettings, stop: threading.Event | None = None) -> None:
    """Serves until stopped by a signal, or by `stop`. Raises Unavailable when the stock must be opened anew."""
    if settings.service is None:
        raise NotConfigured("LABBRO_STOCK_SERVICE is missing: the stock would never be topped up.")
    ended = stop or threading.Event()
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: ended.set())
    with agent_of(settings) as agent:
        clock = SystemClock()
        door = _open_door(agent, settings, clock, ended)
        agent.stock.ledger.lock.tell_address(door.address)
        threads = [
            threading.Thread(target=door.serve_forever, name="door", daemon=True),
            threading.Thread(target=run, args=(agent, clock, ended), name="agent", daemon=True),
        ]
        for thread in threads:
            thread.start()
        _log.info("stock is open", address=door.address, numbers=agent.stock.left())
        ended.wait()
        door.shutdown()
        door.server_close()
        for thread in threads:
            thread.join(timeout=LONGEST_SLEEP_SECONDS)
        if (code := agent.stock.ledger.broken) is not None:
            raise Unavailable("The stock must be opened anew; start it again.", code=code)


def run(agent: Agent, clock: Clock, ended: threading.Event) -> None:
    """Steps the agent until the process ends. A fault of a step is logged; hand-outs go on."""
    while not ended.is_set():
        now = clock.now()
        try:
            due = agent.run_until(now)
        except LabbroError as error:
            if agent.stock.ledger.broken is not None:
                _log.error("the stock's file failed", code=error.code)
                ended.set()
                return
            _log.error("a step of the agent failed", code=error.code)
            due = now + dt.timedelta(minutes=1)
        except Exception:
            _log.error("a step of the agent failed", exc_info=True)
            due = now + dt.timedelta(minutes=1)
        ended.wait(min(LONGEST_SLEEP_SECONDS, max(1.0, (due - clock.now()).total_seconds())))


def _open_door(agent: Agent, settings: StockSettings, clock: Clock, ended: threading.Event) -> Door:
    try:
        return Door(agent, port=settings.port, laboratory=settings.laboratory, clock=clock, on_broken=ended.set)
    except OSError as error:
        raise NotConfigured(f"LABBRO_STOCK_PORT {settings.port} cannot be opened ({error.strerror}).") from error


def _not_configured() -> Unavailable:
    return Unavailable(
        "No number service is configured: LABBRO_STOCK_SERVICE, LABBRO_STOCK_CLIENT_ID, LABBRO_STOCK_KEY.",
        message_da="Der er ikke konfigureret en nummertjeneste: LABBRO_STOCK_SERVICE, LABBRO_STOCK_CLIENT_ID, "
        "LABBRO_STOCK_KEY.",
        code="service-unreachable",
    )

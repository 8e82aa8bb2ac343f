"""`labbro load` and `labbro watch`: letters into the databank, exactly once."""

from __future__ import annotations

import signal
import sys
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import msgspec
import typer

from labbro import letters
from labbro.databank import Databank
from labbro.databank.history import Outcome
from labbro.databank.watch import Watcher
from labbro.errors import NotConfigured, WrongUse
from labbro.letters.letter import Reading
from labbro.platform import logs
from labbro.platform.clock import SystemClock
from labbro.platform.database import Database, migrate
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import Settings, from_environment

STANDARD_INPUT = "-"
SHOWN_REFUSALS = 20


class Format(StrEnum):
    """How the outcomes are printed."""

    text = "text"
    json = "json"


def register(app: typer.Typer) -> None:
    """Adds the commands to the application."""
    app.command("load")(load)
    app.command("watch")(watch)


def load(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders (recursive) or - .")],
    form: Annotated[Format, typer.Option("--format", help="For people, or a JSON object a letter.")] = Format.text,
) -> None:
    """Loads letters into the databank, each exactly once; loading again changes nothing.

    Exit 0: all are kept (or were before). 1: some were refused. 2: wrong use.
    """
    files = list(_files(paths))
    settings = from_environment()
    logs.configure("warning", settings.log_format)
    inputs = _Inputs(files)
    told = _Teller(form, inputs)
    with _databank(settings) as databank:
        request_id = str(SystemIdentities().new())
        for outcome in databank.intake_stream(inputs.readings(), SystemClock().now(), request_id, "load"):
            told.tell(outcome)
    told.end()
    raise typer.Exit(1 if told.counts["refused"] else 0)


def watch(
    folder: Annotated[Path | None, typer.Argument(help="The folder; without it that of LABBRO_WATCH.")] = None,
) -> None:
    """Takes letters in from a folder until stopped: files are moved to done/ or refused/, receipts written to out/."""
    settings = from_environment()
    watched = folder or settings.watch_dir
    if watched is None:
        raise NotConfigured("Name a folder to watch, or set LABBRO_WATCH.")
    logs.configure(settings.log_level, settings.log_format)
    with _databank(settings) as databank:
        watched.mkdir(parents=True, exist_ok=True)
        watcher = Watcher(databank, watched, SystemClock(), SystemIdentities())

        def stop(_number: int, _frame: object) -> None:
            watcher.stop(0)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        watcher.run()


@contextmanager
def _databank(settings: Settings) -> Generator[Databank]:
    """The databank of this installation, its schema up to date."""
    with Database.open(settings) as database:
        migrate(database)
        clock = SystemClock()
        yield Databank(database=database, settings=settings, clock=clock, identities=SystemIdentities(clock))


class _Inputs:
    """The letters of some files, read one by one; remembers which file each came from, until it is told."""

    def __init__(self, files: Sequence[str]) -> None:
        self._files = files
        self._pending: deque[str] = deque()

    def readings(self) -> Iterator[Reading]:
        """Every letter of every file, in order. A file that cannot be opened raises WrongUse."""
        for name in self._files:
            if name == STANDARD_INPUT:
                yield from self._named(name, sys.stdin.buffer)
            else:
                with _opened(name) as file:
                    yield from self._named(name, file)

    def next_name(self) -> str:
        """The file of the letter whose outcome comes next."""
        return self._pending.popleft()

    def _named(self, name: str, file: BinaryIO) -> Iterator[Reading]:
        for reading in letters.read(file):
            self._pending.append(name)
            yield reading


class _Teller:
    """Prints outcomes: JSON lines, or a count with the refusals; progress goes to standard error on a terminal."""

    def __init__(self, form: Format, inputs: _Inputs) -> None:
        self._form = form
        self._inputs = inputs
        self._progress = form is Format.text and sys.stderr.isatty()
        self.counts: Counter[str] = Counter()

    def tell(self, outcome: Outcome) -> None:
        name = self._inputs.next_name()
        self.counts[outcome.kind] += 1
        if self._form is Format.json:
            print(msgspec.json.encode(as_json(name, outcome)).decode(), flush=True)
            return
        if outcome.kind == "refused" and self.counts["refused"] <= SHOWN_REFUSALS:
            self._clear()
            print(f"{name}: refused: {outcome.reason} {_first_error(outcome)}".rstrip())
        if self._progress and sum(self.counts.values()) % 100 == 0:
            print(f"\r{sum(self.counts.values())} letters", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._form is Format.json:
            return
        self._clear()
        hidden = self.counts["refused"] - SHOWN_REFUSALS
        if hidden > 0:
            print(f"... and {hidden} more refused")
        words = {"stored": "stored", "again": "here before", "refused": "refused", "noted": "receipts"}
        parts = [f"{self.counts[kind]} {word}" for kind, word in words.items() if self.counts[kind]]
        print(", ".join(parts) or "no letters")

    def _clear(self) -> None:
        if self._progress:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def as_json(name: str, outcome: Outcome) -> dict[str, Any]:
    """The line of a letter: the fields of `labbro check`, then what became of it."""
    return {
        "file": name,
        "letter": outcome.reference,
        "syntax": outcome.syntax,
        "standard": outcome.standard,
        "version": outcome.version_code,
        "namespace": outcome.namespace,
        "ok": not any(finding.severity == "error" for finding in outcome.findings),
        "findings": [finding.as_json() for finding in outcome.findings],
        "outcome": outcome.kind,
        "code": outcome.code,
        "reason": outcome.reason,
        "reason_da": outcome.reason_da,
        "receipt": outcome.receipt_key,
    }


def _opened(name: str) -> BinaryIO:
    try:
        return Path(name).open("rb")
    except OSError as error:
        raise WrongUse(f"A file cannot be read ({error.strerror}): {name}") from None


def _first_error(outcome: Outcome) -> str:
    return next((finding.message for finding in outcome.findings if finding.severity == "error"), "")


def _files(paths: Sequence[str]) -> Iterator[str]:
    """The files that some paths name; folders are searched in the order of their names."""
    for path in paths:
        if path == STANDARD_INPUT:
            yield path
        elif Path(path).is_dir():
            yield from (str(found) for found in sorted(Path(path).rglob("*")) if found.is_file())
        elif Path(path).is_file():
            yield path
        else:
            raise WrongUse(f"There is no such file or folder: {path}")

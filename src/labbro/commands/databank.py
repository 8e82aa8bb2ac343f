"""`labbro load` and `labbro watch`: letters into the databank, exactly once."""

from __future__ import annotations

import signal
import sys
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from labbro.commands.inputs import inputs_of
from labbro.databank import loading
from labbro.databank.history import Outcome
from labbro.databank.watch import Watcher
from labbro.errors import NotConfigured
from labbro.eu import incoming
from labbro.eu.address_file import addresses_of
from labbro.platform import logs
from labbro.platform.clock import SystemClock
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import from_environment
from labbro.platform.workers import collect_seldom

SHOWN_REFUSALS = 20
HINDERED = {"refused": "refused", "passed": "passed over"}


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
    workers: Annotated[int | None, typer.Option(min=1, help="Processes to share many files among.")] = None,
) -> None:
    """Loads letters and European documents into the databank, each exactly once; loading again changes nothing.

    A file in a folder that holds no letter at all is passed over and told; a file that was named is refused then.
    Exit 0: all are kept (or were before). 1: some were refused. 2: wrong use.
    """
    files = inputs_of(paths)
    settings = from_environment()
    logs.configure("warning", settings.log_format)
    collect_seldom()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what is in hand is finished
    told, read = _Teller(form), incoming.reader(addresses_of(settings.eu_addresses))
    names, found = [file.name for file in files], frozenset(file.name for file in files if file.found)
    for name, outcome in loading.load(names, settings, workers, found, read):
        told.tell(name, outcome)
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
    known = addresses_of(settings.eu_addresses)
    logs.configure(settings.log_level, settings.log_format)
    with loading.open_databank(settings) as databank:
        watched.mkdir(parents=True, exist_ok=True)
        watcher = Watcher(databank, watched, SystemClock(), SystemIdentities(), incoming.reader(known))

        def stop(_number: int, _frame: object) -> None:
            watcher.stop(0)

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        watcher.run()


class _Teller:
    """Prints outcomes: JSON lines, or a count with the refusals; progress goes to standard error on a terminal."""

    def __init__(self, form: Format) -> None:
        self._form = form
        self._progress = form is Format.text and sys.stderr.isatty()
        self.counts: Counter[str] = Counter()

    def tell(self, name: str, outcome: Outcome) -> None:
        self.counts[outcome.kind] += 1
        if self._form is Format.json:
            print(msgspec.json.encode(as_json(name, outcome)).decode(), flush=True)
            return
        if outcome.kind in HINDERED and self.counts[outcome.kind] <= SHOWN_REFUSALS:
            self._clear()
            print(f"{name}: {HINDERED[outcome.kind]}: {outcome.reason} {_first_error(outcome)}".rstrip())
        if self._progress and sum(self.counts.values()) % 100 == 0:
            print(f"\r{sum(self.counts.values())} letters", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._form is Format.json:
            return
        self._clear()
        for kind, word in HINDERED.items():
            hidden = self.counts[kind] - SHOWN_REFUSALS
            if hidden > 0:
                print(f"... and {hidden} more {word}")
        words = {
            "stored": "stored",
            "again": "here before",
            "refused": "refused",
            "noted": "receipts",
            "passed": "passed over",
        }
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


def _first_error(outcome: Outcome) -> str:
    return next((finding.message for finding in outcome.findings if finding.severity == "error"), "")

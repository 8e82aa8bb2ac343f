"""The watched folder: files put into it are taken in, then moved; receipts for their senders are written beside them.

    FOLDER/            put files here: write under a name that begins with a dot or ends in .tmp or .part, then rename,
                       or simply copy; a file is taken when it has not changed for one round
    FOLDER/done/       files whose letters are all kept
    FOLDER/refused/    files with a refused letter, each with NAME.findings.json
    FOLDER/out/        receipts, named by their key: .edi or .xml

Killed at any point, the next round takes the file again: letters are acknowledged again and kept once, receipts have
the same names. A file is moved only after its letters are durable and its receipts are written.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from labbro import letters
from labbro.databank.databank import Databank
from labbro.databank.history import Outcome, Receipt
from labbro.databank.incoming import Reader
from labbro.databank.measures import count_outcomes
from labbro.errors import LabbroError, Unavailable
from labbro.platform import logs
from labbro.platform.clock import Clock
from labbro.platform.identities import Identities

ROUND_SECONDS: Final = 1.0
REST_SECONDS: Final = 10.0  # after the database did not answer
UNFINISHED: Final = (".tmp", ".part")
SUFFIX: Final = {"edifact": ".edi", "xml": ".xml"}

_log = logs.get_logger(__name__)

Look = tuple[int, int, int]  # inode, size and time of change: a file that is still being written differs


class Watcher:
    """Watches one folder. `run` blocks; `start` and `stop` do the same in a thread of their own."""

    def __init__(
        self,
        databank: Databank,
        folder: Path,
        clock: Clock,
        identities: Identities,
        read: Reader = letters.read,
    ) -> None:
        self._read = read
        self._databank = databank
        self._folder = folder
        self._clock = clock
        self._identities = identities
        self._seen: dict[Path, Look] = {}
        self._told: set[Path] = set()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Watches in a thread until `stop`."""
        self._thread = threading.Thread(target=self.run, name="watch", daemon=True)
        self._thread.start()

    def stop(self, seconds: float = 30.0) -> None:
        """Takes no new file and waits for the one in hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def run(self) -> None:
        """Round after round until stopped. Never ends by itself: faults are logged, and the file is tried again."""
        _log.info("watching")
        while not self._stop.is_set():
            wait_seconds = ROUND_SECONDS
            try:
                self.round()
            except Unavailable as error:
                _log.warning("the watched folder waits", reason=error.message)
                wait_seconds = REST_SECONDS
            except OSError as error:
                _log.error("the watched folder cannot be used", reason=error.strerror)
                wait_seconds = REST_SECONDS
            self._stop.wait(wait_seconds)

    def round(self) -> int:
        """Takes in every file that has not changed since the last round; returns how many were moved away."""
        for name in ("done", "refused", "out"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        looks = dict(self._looks())
        ready = [path for path in sorted(looks) if self._seen.get(path) == looks[path]]
        self._seen = looks
        taken = 0
        for path in ready:
            if self._stop.is_set():
                break
            taken += self._take(path)
        return taken

    def _looks(self) -> Iterator[tuple[Path, Look]]:
        for entry in os.scandir(self._folder):
            if entry.name.startswith(".") or entry.name.endswith(UNFINISHED):
                continue
            try:
                if entry.is_file(follow_symlinks=False):
                    stat = entry.stat(follow_symlinks=False)
                    yield Path(entry.path), (stat.st_ino, stat.st_size, stat.st_mtime_ns)
            except FileNotFoundError:  # taken by another, or withdrawn
                continue

    def _take(self, path: Path) -> bool:
        request_id = str(self._identities.new())
        token = logs.request_id.set(request_id)
        started = time.monotonic()
        try:
            with path.open("rb") as file:
                outcomes = self._databank.intake(self._read(file), self._clock.now(), request_id, "folder")
            self._write_receipts(outcomes)
            self._move(path, outcomes)
        except FileNotFoundError:
            return False
        except PermissionError:
            self._tell_once(path, "a file in the watched folder may not be read or moved")
            return False
        except Unavailable:
            raise
        except LabbroError as error:
            self._tell_once(path, error.message)
            return False
        finally:
            logs.request_id.reset(token)
        count_outcomes(outcomes, "folder")
        kept = sum(outcome.taken for outcome in outcomes)
        seconds = round(time.monotonic() - started, 3)
        _log.info("file taken", letters=len(outcomes), kept=kept, refused=len(outcomes) - kept, seconds=seconds)
        return True

    def _write_receipts(self, outcomes: list[Outcome]) -> None:
        folder = self._folder / "out"
        for outcome in outcomes:
            if outcome.receipt_key is not None:
                receipt = self._databank.receipt(outcome.receipt_key)
                _write_whole(folder / receipt_name(receipt), receipt.raw)
        _sync(folder)

    def _move(self, path: Path, outcomes: list[Outcome]) -> None:
        refused = any(not outcome.taken for outcome in outcomes)
        folder = self._folder / ("refused" if refused else "done")
        target = _free(folder / path.name, self._identities)
        if refused:
            lines = b"".join(msgspec.json.encode(_findings(outcome)) + b"\n" for outcome in outcomes)
            _write_whole(target.with_name(f"{target.name}.findings.json"), lines)
        path.rename(target)
        _sync(folder)
        _sync(self._folder)

    def _tell_once(self, path: Path, reason: str) -> None:
        if path not in self._told:
            self._told.add(path)
            _log.error("file not taken", reason=reason)


def receipt_name(receipt: Receipt) -> str:
    """The file name of a receipt: the same whenever it is written."""
    return f"{receipt.key}{SUFFIX[receipt.syntax]}"


def _findings(outcome: Outcome) -> dict[str, object]:
    return {
        "letter": outcome.reference,
        "outcome": outcome.kind,
        "code": outcome.code,
        "reason": outcome.reason,
        "reason_da": outcome.reason_da,
        "findings": [finding.as_json() for finding in outcome.findings],
    }


def _write_whole(path: Path, data: bytes) -> None:
    """Writes beside and renames, so that nobody reads half a file."""
    draft = path.with_name(f".{path.name}.part")
    with draft.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)


def _free(path: Path, identities: Identities) -> Path:
    """A name that is not taken: another file of the same name was here before."""
    return path.with_name(f"{path.stem}.{identities.new()}{path.suffix}") if path.exists() else path


def _sync(folder: Path) -> None:
    """Makes renames in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

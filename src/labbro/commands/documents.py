"""The files that converting makes: each appears whole, under its own name, or not at all.

Until then they lie in a hidden folder beside where they will be. A run that was killed leaves that folder behind, and
the next run there takes it away.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import msgspec

from labbro.commands.converting import JSON_BETWEEN, JSON_HEAD, Document, unwrapped
from labbro.commands.inputs import Input
from labbro.errors import WrongUse
from labbro.letters.writing import Piece

PREFIX, NEW = ".labbro-convert-", ".labbro-new-"
COPY_BYTES: Final = 1 << 20


class Source(msgspec.Struct, frozen=True):
    """A file to convert. `size_bytes` is None for what cannot be known (standard input, a pipe); `stem` names what
    comes of it; `identity` tells it from other files whatever it is called."""

    given: Input
    stem: str
    size_bytes: int | None = None
    identity: tuple[int, int] | None = None


def looked_up(given: Input) -> Source:
    """What the machine knows of a file. Raises WrongUse for one that is not there any more."""
    if given.path is None:
        return Source(given, given.stem)
    try:
        found = os.stat(given.path)  # noqa: PTH116 - this is done for every file
    except OSError as fault:
        raise WrongUse(f"{given.name} cannot be read: {fault.strerror}.") from None
    size_bytes = found.st_size if stat.S_ISREG(found.st_mode) else None
    return Source(given, given.stem, size_bytes, (found.st_dev, found.st_ino))


class Workshop:
    """The hidden folder of one run, locked while the run lives. Use it as a context."""

    def __init__(self, out: Path | None) -> None:
        self._out = out
        self._made: list[Path] = []
        self.folder = ""
        self._lock = -1

    def __enter__(self) -> Self:
        if self._out is None:
            self.folder = tempfile.mkdtemp(prefix="labbro-")
            return self
        missing = [folder for folder in (self._out, *self._out.parents) if not folder.exists()]
        try:
            self._out.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError):
            raise WrongUse(f"{self._out.name} is a file; name a folder with --out.") from None
        self._made = missing
        _clear_left_behind(self._out)
        new = tempfile.mkdtemp(prefix=NEW, dir=self._out)
        self._lock = os.open(f"{new}/lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.folder = str(self._out / (PREFIX + new.rpartition(NEW)[2]))
        Path(new).rename(self.folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
        for folder in self._made:
            # Where nothing was written, nothing is left.
            try:
                folder.rmdir()
            except OSError:
                break


def _clear_left_behind(out: Path) -> None:
    """Takes away the folders of runs that were killed: nobody holds their lock."""
    for folder in out.glob(f"{PREFIX}*"):
        try:
            lock = os.open(folder / "lock", os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            pass
        finally:
            os.close(lock)


class _Growing:
    """A document whose parts come from several tasks."""

    def __init__(self, first: Document, path: str) -> None:
        self.ending, self.path = first.ending, path
        self.is_list = first.head == JSON_HEAD
        self.closing = first.closing
        self.letters = 0
        with Path(path).open("xb") as file:
            file.write(first.head)

    def add(self, part: Document) -> None:
        with Path(self.path).open("ab") as file, Path(part.path).open("rb") as source:
            if self.letters and self.is_list:
                file.write(JSON_BETWEEN)
            shutil.copyfileobj(source, file, COPY_BYTES)
        Path(part.path).unlink()
        self.letters += part.letters

    def close(self) -> None:
        with Path(self.path).open("ab") as file:
            file.write(Piece(b"", b"", self.closing).closed(self.letters))
        if self.letters == 1 and self.is_list:
            Path(self.path).write_bytes(unwrapped(Path(self.path).read_bytes()))


class Documents:
    """Gives documents their names: those of their sources, in the order of the sources."""

    def __init__(self, out: Path | None, sources: Sequence[Source], folder: str) -> None:
        self._out, self._folder = out, folder
        self._sources = sources
        self._same = {found.identity for found in sources if found.identity is not None}
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}
        self._folders: dict[Path, str] = {}
        self._growing: dict[tuple[str, bytes], tuple[str, _Growing]] = {}

    def name(self, source: int, ending: str) -> str:
        """A name that no document of this run has. Raises WrongUse where it is that of a source."""
        if self._out is None:
            return "-"
        found = self._sources[source]
        folder = self._folders.get(found.given.below)
        if folder is None:
            below = self._out / found.given.below
            below.mkdir(parents=True, exist_ok=True)
            folder = self._folders[found.given.below] = str(below)
        stem = f"{folder}/{found.stem}"
        path = f"{stem}{ending}"
        # Two sources of one name, or two documents of one source, must not overwrite each other.
        while path in self._taken:
            number = self._next[stem + ending] = self._next.get(stem + ending, 1) + 1
            path = f"{stem}-{number}{ending}"
        self._taken.add(path)
        if _identity(path) in self._same:
            raise WrongUse(f"{path} would overwrite its own source or another; name another folder with --out.")
        return path

    def part(self, part: Document) -> str:
        """Adds to a document of the source in hand; gives the name it will have."""
        known = self._growing.get((part.ending, part.head))
        if known is None:
            path = f"{self._folder}/growing-{len(self._growing)}"
            known = self.name(part.source, part.ending), _Growing(part, path)
            self._growing[part.ending, part.head] = known
        known[1].add(part)
        return known[0]

    def source_done(self) -> None:
        """The documents of the source in hand are whole: they get their names."""
        for name, growing in self._growing.values():
            growing.close()
            self.put(growing.path, name)
        self._growing = {}

    def put(self, path: str, name: str) -> None:
        """A whole document gets its name, or goes to standard output."""
        if self._out is not None:
            os.replace(path, name)  # noqa: PTH105 - strings: this is done for every file
            return
        with Path(path).open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer, COPY_BYTES)
        sys.stdout.buffer.flush()
        Path(path).unlink()


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino

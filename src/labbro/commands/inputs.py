"""The files that a command is given: single files, folders with all below them, or standard input.

Hidden files and folders (names that begin with a dot) are passed over where a folder is searched.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec

from labbro.errors import WrongUse

STANDARD_INPUT = "-"


class Input(msgspec.Struct, frozen=True):
    """One file. `name` is as the caller would name it; `below` is its folder relative to the folder asked for.

    `found`: nobody named it, it was found in a folder.
    """

    name: str
    path: Path | None
    below: Path
    found: bool = False

    @property
    def stem(self) -> str:
        """The name without its ending; standard input is called `letter`."""
        return "letter" if self.path is None else self.path.stem

    @contextmanager
    def opened(self) -> Generator[BinaryIO]:
        """The bytes of the file, to be read as a stream. Raises WrongUse where it cannot be opened."""
        if self.path is None:
            yield sys.stdin.buffer
            return
        try:
            file = self.path.open("rb")
        except OSError as fault:
            raise WrongUse(f"{self.name} cannot be read: {fault.strerror}.") from None
        with file:
            yield file


def inputs_of(paths: Iterable[str]) -> list[Input]:
    """The files behind the words of a command line, folders in the order of their names. Raises WrongUse."""
    found: list[Input] = []
    for word in paths:
        path = Path(word)
        if word == STANDARD_INPUT:
            found.append(Input(word, None, Path()))
        elif path.is_dir():
            found.extend(_searched(path, Path()))
        elif path.exists():
            found.append(Input(word, path, Path()))
        else:
            raise WrongUse(f"{word} does not exist; name a file, a folder or - for standard input.")
    return found


def _searched(folder: Path, below: Path) -> Iterator[Input]:
    """The files of a folder and of those in it, by name. Links to files are followed, links to folders are not."""
    try:
        with os.scandir(folder) as entries:
            named = sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: entry.name)
    except OSError as fault:
        raise WrongUse(f"{folder} cannot be searched: {fault.strerror}.") from None
    for entry in named:
        if entry.is_dir(follow_symlinks=False):
            yield from _searched(Path(entry.path), below / entry.name)
        elif entry.is_file():
            yield Input(entry.path, Path(entry.path), below, found=True)

"""`labbro convert`: letters to another syntax or a newer version (the form is fixed by the contract).

All cores share the work; documents and lines come in the order of the sources, and a line is told when the document it
speaks of is there.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO, cast

import msgspec
import typer

from labbro.commands.converting import Document, Job, Result, Task, Told, work
from labbro.commands.documents import COPY_BYTES, Documents, Source, Workshop, looked_up
from labbro.commands.inputs import Input, inputs_of
from labbro.commands.options import Format, FormatOption, Language, LanguageOption, Paths
from labbro.errors import WrongUse
from labbro.eu.address_file import addresses_of
from labbro.eu.addresses import DEFAULT
from labbro.letters.moving import check_given, version_of
from labbro.letters.shares import SHARE_BYTES, shares_of
from labbro.platform.settings import Reader
from labbro.platform.workers import Workers, cores

GROUP_FILES = 64
# A longer file that cannot be cut is read as a stream by one process.
WHOLE_BYTES = 10 << 20
# Below this it takes longer to start processes than to convert.
WORTH_SHARING_BYTES = 2 << 20
LINES_BYTES = 1 << 20


class Target(StrEnum):
    """What letters are converted to."""

    xml = "xml"
    edifact = "edifact"
    json = "json"
    eu = "eu"


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("convert")(convert)


def convert(
    paths: Paths,
    to: Annotated[Target | None, typer.Option("--to", help="What to make of the letters.")] = None,
    version: Annotated[str | None, typer.Option("--version", help="A newer version to move them to: XR0131K.")] = None,
    given: Annotated[
        list[str] | None,
        typer.Option("--given", metavar="PATH=VALUE", help="What the version asks for and the letters do not say."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the files; without it standard output.")] = None,
    form: FormatOption = Format.text,
    language: LanguageOption = Language.en,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes to share the work among.")] = None,
) -> None:
    """Converts letters and tells what the target cannot carry. A letter with errors is refused.

    Exit 0: all are converted. 1: some are refused. 2: wrong use.
    """
    if to is None and version is None:
        raise WrongUse("Say what to make of the letters: --to xml, edifact, json or eu, or --version.")
    values = _given(given or [], version)
    sources = inputs_of(paths)
    if out is None and len(sources) > 1:
        raise WrongUse("Several files cannot go to standard output; name a folder with --out.")
    as_json = form is Format.json and out is not None
    known = addresses_of(Reader(os.environ).file("LABBRO_EU_ADDRESSES")) if to is Target.eu else DEFAULT
    with Workshop(out) as workshop:
        target = None if to is None else to.value
        job = Job(target, version, values, workshop.folder, as_json, language.value, known)
        found = [looked_up(given) for given in sources]
        size_bytes = _total_bytes(found)
        worth = size_bytes is None or size_bytes > WORTH_SHARING_BYTES
        with Workers[Job, Task, Result](workers or (cores() if worth else 1), work, job) as pool:
            documents = Documents(out, found, workshop.folder)
            with _telling(as_json, size_bytes) as teller:
                run = _Run(found, documents, teller, as_json)
                for result in pool.in_order(_tasks(found), _is_stream):
                    run.take(result)
    raise typer.Exit(1 if run.refused else 0)


def _given(words: Sequence[str], version: str | None) -> dict[str, str]:
    """PATH=VALUE as paths and values. Raises WrongUse for what the version does not have."""
    found: dict[str, str] = {}
    for word in words:
        path, equal, value = word.partition("=")
        if not equal:
            raise WrongUse("--given takes PATH=VALUE, such as Sender/FromLabIdentifier=OEB.")
        found[path] = value
    if version is None and found:
        raise WrongUse("--given is for letters that are moved; name the version with --version.")
    if version is not None:
        check_given(version_of(version), found)
    return found


# --- tasks ---------------------------------------------------------------------------------------------------------


def _tasks(sources: Sequence[Source]) -> Iterator[Task]:
    """Neighbouring small files together, long interchanges in shares; a long file of another kind alone."""
    number, group, held_bytes = 0, list[tuple[int, str]](), 0
    for source, found in enumerate(sources):
        given, size_bytes = found.given, found.size_bytes
        if group and (len(group) >= GROUP_FILES or held_bytes + (size_bytes or 0) > SHARE_BYTES):
            yield Task(number, tuple(group), bytes=held_bytes)
            number, group, held_bytes = number + 1, [], 0
        if size_bytes is not None and _is_whole(given, size_bytes):
            group.append((source, str(given.path)))
            held_bytes += size_bytes
            continue
        if group:
            yield Task(number, tuple(group), bytes=held_bytes)
            number, group, held_bytes = number + 1, [], 0
        for task in _shares(source, given, number):
            yield task
            number = task.number + 1
    if group:
        yield Task(number, tuple(group), bytes=held_bytes)


def _shares(source: int, given: Input, number: int) -> Iterator[Task]:
    """A long file in shares; the last one is marked."""
    with given.opened() as file:
        held: Task | None = None
        for share in shares_of(file, SHARE_BYTES):
            if held is not None:
                yield held
                number += 1
            held = Task(number, source=source, share=share, last=False, bytes=len(share.data))
        if held is not None:
            yield msgspec.structs.replace(held, last=True)


def _is_stream(task: Task) -> bool:
    return task.share is not None and task.share.stream is not None


def _is_whole(given: Input, size_bytes: int) -> bool:
    """Whether one process converts the file at once: a small one, or one that cannot be cut and is not too long."""
    if size_bytes <= SHARE_BYTES or size_bytes > WHOLE_BYTES:
        return size_bytes <= SHARE_BYTES
    with given.opened() as file:
        return not file.read(64).lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"UNA", b"UNB", b"UNH"))


def _total_bytes(sources: Sequence[Source]) -> int | None:
    known = [found.size_bytes for found in sources if found.size_bytes is not None]
    return sum(known) if len(known) == len(sources) else None


# --- what comes of them --------------------------------------------------------------------------------------------


class _Teller:
    """Where lines go, and how far the work is."""

    def __init__(self, say: Callable[[str], None], advance: Callable[[int, int], None]) -> None:
        self.say, self.advance = say, advance


class _Run:
    """Takes results in order: documents get their names, then their letters are told."""

    def __init__(self, sources: Sequence[Source], documents: Documents, teller: _Teller, as_json: bool) -> None:
        self._sources, self._documents, self._teller, self._as_json = sources, documents, teller, as_json
        self._lines = cast("BinaryIO", tempfile.SpooledTemporaryFile(LINES_BYTES))  # noqa: SIM115 - kept for the run
        self._decode = msgspec.json.Decoder(Told).decode
        self.refused = 0

    def take(self, result: Result) -> None:
        """What came of the next task."""
        if result.whole:
            names = [self._whole(document) for document in result.documents]
        else:
            names = [self._documents.part(document) for document in result.documents]
        # Of several files in one task each counts its documents from 0.
        first: dict[int, int] = {}
        for place, document in enumerate(result.documents):
            first.setdefault(document.source, place)
        with Path(result.lines).open("rb") as lines:
            for line in lines:
                told = self._decode(line)
                name = None if told.document is None else names[first[told.source] + told.document]
                self._keep(told, name)
        Path(result.lines).unlink()
        Path(result.lines).parent.rmdir()
        if result.whole:
            self._tell()
        elif result.last:
            self._documents.source_done()
            self._tell()
        self._teller.advance(result.bytes, result.letters)

    def _whole(self, document: Document) -> str:
        name = self._documents.name(document.source, document.ending)
        self._documents.put(document.path, name)
        return name

    def _keep(self, told: Told, name: str | None) -> None:
        """The lines of a letter are kept until its document is there."""
        self.refused += not told.ok
        file = self._sources[told.source].given.name
        if self._as_json:
            said = {"file": file, "ok": told.ok, "out": name, "letter": told.reference, "findings": told.findings}
            self._lines.write(msgspec.json.encode(said) + b"\n")
            return
        head = f"{file}: {told.reference or ''}: "
        if not told.ok:
            self._lines.write(f"{head}REFUSED\n".encode())
        elif name != "-":
            self._lines.write(f"{head}{name or told.note or 'no letter'}\n".encode())
        for finding in msgspec.json.decode(told.findings, type=list[str]):
            self._lines.write(f"  {finding}\n".encode())

    def _tell(self) -> None:
        self._lines.seek(0)
        while some := self._lines.read(COPY_BYTES):
            # Lines are told whole: a terminal may show how far the work is below them.
            some += self._lines.readline()
            self._teller.say(some.decode())
        self._lines.seek(0)
        self._lines.truncate()


@contextmanager
def _telling(as_json: bool, size_bytes: int | None) -> Generator[_Teller]:
    """JSON goes to standard output, all else to standard error; how far the work is, only to a terminal."""
    stream = sys.stdout if as_json else sys.stderr

    def say(text: str) -> None:
        stream.write(text)
        stream.flush()

    if not sys.stderr.isatty() or (as_json and sys.stdout.isatty()):
        yield _Teller(say, lambda _bytes, _letters: None)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} % {task.fields[letters]} letters"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False) as bar:
        shown = bar.add_task("", total=size_bytes, letters=0)
        letters = 0

        def advance(done_bytes: int, more: int) -> None:
            nonlocal letters
            letters += more
            bar.update(shown, advance=done_bytes, letters=letters)

        def above(text: str) -> None:
            bar.console.out(text, end="", highlight=False)

        yield _Teller(say if as_json else above, advance)

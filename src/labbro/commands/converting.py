"""What converting does with letters: one task of it, in whatever process, and the files it leaves for its parent.

A task is some small files, or a share of a long one. Documents are written under other names in a folder of the run;
only the parent gives them their own (commands/convert.py), when a source is done. What is to be told of the letters
goes into a file too: memory holds neither documents nor lines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO, Literal

import msgspec

from labbro import letters
from labbro.commands.options import finding_line
from labbro.errors import WrongUse
from labbro.eu.addresses import DEFAULT, Addresses
from labbro.eu.of_letters import document_of
from labbro.eu.sniffing import document_in
from labbro.letters import Finding, Letter, Reading, vans
from labbro.letters.moving import move_to
from labbro.letters.shares import SHARE_BYTES, Share, read_share
from labbro.letters.writing import Piece, piece_of

To = Literal["xml", "edifact", "json", "eu"]
ENDINGS: dict[str, str] = {"xml": ".xml", "edifact": ".edi", "json": ".json", "eu": ".json"}
FLUSH_BYTES = 1 << 20
# JSON is a list of letters; one letter alone stands without the list. A European document always stands alone.
JSON_HEAD, JSON_BETWEEN, JSON_END = b"[\n", b",\n", b"\n]\n"


class Job(msgspec.Struct, frozen=True):
    """What is asked for. `to` None: as each letter came. `folder`: where the run keeps its files."""

    to: To | None
    version: str | None
    given: dict[str, str]
    folder: str
    as_json: bool
    language: Literal["da", "en"]
    known: Addresses = DEFAULT


class Task(msgspec.Struct, frozen=True):
    """Some whole files (number of the source, path), or a share of the source `source`."""

    number: int
    files: tuple[tuple[int, str], ...] = ()
    source: int = 0
    share: Share | None = None
    last: bool = True
    bytes: int = 0


class Document(msgspec.Struct, frozen=True):
    """A document, or the bodies that a share adds to it. Equal `ending` and `head` are one document of a source."""

    source: int
    ending: str
    head: bytes
    closing: bytes
    letters: int
    path: str


class Told(msgspec.Struct, array_like=True):
    """What is to be told of one letter. `document`: its place among the task's documents; None: it is in none."""

    source: int
    reference: str | None
    ok: bool
    document: int | None
    note: str
    findings: msgspec.Raw


class Result(msgspec.Struct, frozen=True):
    """What came of a task: its documents, and the file of `Told`, one a line."""

    task: int
    source: int
    whole: bool
    last: bool
    bytes: int
    letters: int
    documents: tuple[Document, ...]
    lines: str


def work(job: Job, task: Task) -> Result:
    """Does a task. Raises WrongUse for a file that cannot be read."""
    maker = _Maker(job, task)
    with Path(maker.lines).open("wb") as told:
        for source, readings in _sources(task):
            maker.begin(source)
            told.writelines(msgspec.json.encode(maker.take(reading)) + b"\n" for reading in readings)
            maker.end()
    return Result(
        task.number,
        task.source,
        task.share is None,
        task.last,
        task.bytes,
        maker.letters,
        tuple(maker.documents),
        maker.lines,
    )


def _sources(task: Task) -> Iterator[tuple[int, Iterator[Reading]]]:
    if task.share is not None:
        yield task.source, read_share(task.share)
    for source, path in task.files:
        try:
            file = Path(path).open("rb")  # noqa: SIM115 - closed below; only opening may be the caller's fault
        except OSError as fault:
            raise WrongUse(f"{path} cannot be read: {fault.strerror}.") from None
        with file:
            yield source, _readings(_content(file))


def _readings(content: bytes | BinaryIO) -> Iterator[Reading]:
    """The letters of a file; a European document as a reading without a letter."""
    data, content = document_in(content)
    return letters.read(content) if data is None else iter((document_reading(data),))


def document_reading(data: bytes) -> Reading:
    """What is to be told of a European document where letters are asked for: it is none, and is not made into one."""
    why = Finding(
        severity="error",
        code="is-a-document",
        path=None,
        message="This is a European document; letters are made into documents, not documents into letters.",
        message_da="Dette er et europæisk dokument; breve gøres til dokumenter, ikke dokumenter til breve.",
    )
    return Reading("xml", None, None, None, None, None, (why,), data)


def _content(file: BinaryIO) -> bytes | BinaryIO:
    """A small file whole: a stream is read in large steps, each with a buffer of its own."""
    head = file.read(SHARE_BYTES + 1)
    if len(head) <= SHARE_BYTES:
        return head
    file.seek(0)
    return file


def converted(
    letter: Letter, to: To, version: str | None, given: Mapping[str, str], known: Addresses = DEFAULT
) -> tuple[Piece | None, tuple[Finding, ...]]:
    """A letter without errors, moved where a version is asked for, as a piece of a document; None where it cannot be.

    Raises WrongUse for an unknown version.
    """
    told: tuple[Finding, ...] = ()
    if version is not None:
        moved = move_to(letter, version, given=given, checked=True)
        if moved.letter is None:
            return None, moved.findings
        letter, told = moved.letter, moved.findings
    if to == "json":
        said = msgspec.json.format(msgspec.json.encode(letters.to_json(letter)), indent=2)
        return Piece(JSON_HEAD, b"  " + said.replace(b"\n", b"\n  "), JSON_END), told
    if to == "eu":
        document, findings = document_of(letter, known)
        return None if document is None else Piece(document.encoded() + b"\n", b"", b""), (*told, *findings)
    piece, findings = piece_of(letter, to)
    return piece, (*told, *findings)


def unwrapped(data: bytes) -> bytes:
    """The JSON of a list of one letter as that of the letter."""
    return data[len(JSON_HEAD) : -len(JSON_END)].replace(b"\n  ", b"\n")[2:] + b"\n"


class _Bodies:
    """The bodies of one document that are still in memory, and the file they go to."""

    def __init__(self, path: str, number: int, piece: Piece) -> None:
        self.path, self.number, self.closing = path, number, piece.closing
        self.is_list = piece.head == JSON_HEAD
        self.letters = 0
        self.parts: list[bytes] = []

    def add(self, piece: Piece) -> None:
        if self.letters and self.is_list:
            self.parts.append(JSON_BETWEEN)
        self.parts.append(piece.body)
        self.letters += 1

    def flush(self) -> None:
        if self.parts:
            with Path(self.path).open("ab") as file:
                file.writelines(self.parts)
            self.parts = []

    def close(self) -> None:
        """Ends a whole document."""
        self.parts.append(Piece(b"", b"", self.closing).closed(self.letters))
        self.flush()
        if self.is_list and self.letters == 1:
            whole = Path(self.path)
            whole.write_bytes(unwrapped(whole.read_bytes()))


class _Maker:
    """Makes the documents of a task, source by source."""

    def __init__(self, job: Job, task: Task) -> None:
        self._job, self._task = job, task
        self._source = 0
        self._open: dict[tuple[str, bytes], _Bodies] = {}
        self._held_bytes = 0
        self.documents: list[Document] = []
        self.letters = 0
        # A folder for each task: processes that make files in one folder wait for each other.
        self._folder = f"{job.folder}/{task.number}"
        Path(self._folder).mkdir()
        self.lines = f"{self._folder}/told"

    def begin(self, source: int) -> None:
        self._source, self._open, self._held_bytes = source, {}, 0

    def take(self, reading: Reading) -> Told:
        """Puts a letter into its document, or says why not."""
        self.letters += 1
        findings, note, place = list(reading.findings), "", None
        if reading.ok and reading.letter is not None:
            to = self._job.to or reading.syntax or "xml"
            piece, more = converted(reading.letter, to, self._job.version, self._job.given, self._job.known)
            findings.extend(more)
            place = None if piece is None else self._put(piece, ENDINGS[to])
        elif reading.ok:
            note = vans.receipt_sentence(reading, self._job.language) or ""
        ok = place is not None or bool(note)  # a receipt of the transport is told, not converted
        return Told(self._source, reading.reference, ok, place, note, self._said(findings))

    def _put(self, piece: Piece, ending: str) -> int:
        """The number of the document that takes a piece, among those of the source."""
        bodies = self._open.get((ending, piece.head))
        if bodies is None:
            path = f"{self._folder}/{self._source}-{len(self._open)}"
            bodies = self._open[ending, piece.head] = _Bodies(path, len(self._open), piece)
            if self._task.share is None:
                bodies.parts.append(piece.head)
        bodies.add(piece)
        self._held_bytes += len(piece.body)
        if self._held_bytes > FLUSH_BYTES:
            for held in self._open.values():
                held.flush()
            self._held_bytes = 0
        return bodies.number

    def end(self) -> None:
        """Ends what the source became; bodies of a share are left as they are."""
        for (ending, head), bodies in self._open.items():
            if self._task.share is None:
                bodies.close()
            else:
                bodies.flush()
            self.documents.append(Document(self._source, ending, head, bodies.closing, bodies.letters, bodies.path))

    def _said(self, findings: list[Finding]) -> msgspec.Raw:
        if self._job.as_json:
            return msgspec.Raw(msgspec.json.encode([found.as_json() for found in findings]))
        return msgspec.Raw(msgspec.json.encode([finding_line(found, self._job.language) for found in findings]))

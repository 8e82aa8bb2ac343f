"""The EDIFACT syntax of MedCom's interchanges: segments, release characters, envelopes. Knows nothing of any letter.

Source: facts edifact.md, 1, 2 and 5. Bytes are ISO 8859-1; CR and LF mean nothing anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import msgspec

Segment = list[list[str]]

UNA = "UNA:+.? '"
# Bounds against hostile input, far above any letter: the longest letters known have some hundred segments.
SEGMENT_CHARACTERS = 1 << 20
LETTER_SEGMENTS = 10_000
# Elements and components of all segments of a letter.
LETTER_PARTS = 100_000
CHUNK_BYTES = 1 << 16

# Released characters are kept apart from separators by code points that Latin-1 bytes cannot give.
_RELEASED = (("??", "\ue000"), ("?+", "\ue001"), ("?:", "\ue002"), ("?'", "\ue003"))
_MARKED = re.compile("[\ue000-\ue003]")


def protect(text: str) -> str:
    """Text in which released characters no longer look like separators."""
    if "?" not in text:
        return text
    for pair, mark in _RELEASED:
        text = text.replace(pair, mark)
    return text


def original(text: str) -> bytes:
    """The bytes that protected text came from."""
    return _put_back(text).encode("latin-1")


def _put_back(text: str) -> str:
    if text.isascii() or not _MARKED.search(text):
        return text
    for pair, mark in _RELEASED:
        text = text.replace(mark, pair)
    return text


def split_segment(text: str) -> Segment:
    """A protected segment as elements of components, released characters resolved."""
    elements = [element.split(":") for element in text.split("+")]
    if not text.isascii() and _MARKED.search(text):
        for parts in elements:
            for place, part in enumerate(parts):
                if not part.isascii():
                    parts[place] = _resolved(part)
    return elements


def _resolved(part: str) -> str:
    for pair, mark in _RELEASED:
        if mark in part:
            part = part.replace(mark, pair[1])
    return part


def bad_releases(text: str) -> list[str]:
    """The characters that a protected segment releases without need."""
    return [text[match.end() : match.end() + 1] or "the end" for match in re.finditer(r"\?", text)]


# Whether a segment begins with a tag of three characters.
has_tag = re.compile(r"[A-Z][A-Z0-9]{2}(?:\+|$)").match


def escape(value: str) -> str:
    """A value with release characters before the separators."""
    if "?" in value:
        value = value.replace("?", "??")
    if "'" in value:
        value = value.replace("'", "?'")
    if "+" in value:
        value = value.replace("+", "?+")
    return value.replace(":", "?:") if ":" in value else value


def join_segment(elements: Iterable[Iterable[str]]) -> str:
    """A segment without its terminator; empty components and elements at the end are dropped."""
    joined = [":".join([escape(part) for part in element]).rstrip(":") for element in elements]
    while joined and not joined[-1]:
        joined.pop()
    return "+".join(_unreleased_end(element) for element in joined)


def _unreleased_end(element: str) -> str:
    # rstrip above may have cut a released colon at the end of the last component: put it back.
    question_marks = len(element) - len(element.rstrip("?"))
    return element + ":" if question_marks % 2 else element


class RawLetter(msgspec.Struct, frozen=True):
    """One letter of an interchange, cut out but not understood. `segments` are protected and free of line ends.

    `segments[0]` is UNH; the last one is UNT where `closed`. `header` is UNA and UNB as sent, protected;
    `body` the letter as sent, protected. `troubles` are (code, words) about the interchange around it.
    """

    header: str
    interchange: Segment | None
    segments: list[str]
    body: str
    closed: bool
    troubles: tuple[tuple[str, dict[str, object]], ...] = ()
    too_large: bool = False


class Trailer(msgspec.Struct, frozen=True):
    """The end of an interchange: UNZ, or None where it is missing, the UNB before it, and how many letters came."""

    unz: Segment | None
    interchange: Segment | None
    letters: int


class Outside(msgspec.Struct, frozen=True):
    """A segment that belongs to no letter."""

    name: str


def _pieces(source: BinaryIO) -> Iterator[tuple[str, str, bool]]:
    """Protected segments in order: without line ends, as sent, and True where one was too long and was cut."""
    rest = ""
    skipping = False
    while chunk := source.read(CHUNK_BYTES):
        rest = _RELEASED_LINE_END.sub("?", rest + chunk.decode("latin-1"))
        # A chunk may end inside a pair of release character and released character: wait for the next one.
        held = rest[-1:] if (len(rest) - len(rest.rstrip("?"))) % 2 else ""
        text = protect(rest[: len(rest) - len(held)])
        *whole, rest = text.split("'")
        for piece, raw in zip(_without_line_ends(text).split("'"), whole, strict=False):
            if skipping:
                skipping = False
            elif len(piece) > SEGMENT_CHARACTERS:
                yield piece[:64], raw[:64], True
            else:
                yield piece, raw, False
        if len(rest) > SEGMENT_CHARACTERS:
            if not skipping:
                yield rest[:64], rest[:64], True
            skipping, rest = True, ""
        rest = _put_back(rest) + held
    if rest.strip("\r\n \t\x00\x1a") and not skipping:
        rest = protect(rest)
        yield _without_line_ends(rest), rest, False


# Line ends mean nothing anywhere, so one between a release character and what it releases must go first.
_RELEASED_LINE_END = re.compile(r"\?[\r\n]+")


def _without_line_ends(text: str) -> str:
    return text.replace("\r", "").replace("\n", "")


MISSING_UNA: tuple[str, dict[str, object]] = ("missing-una", {})
MISSING_UNB: tuple[str, dict[str, object]] = ("missing-unb", {})


class _Reader:
    def __init__(self) -> None:
        self.una: str | None = None
        self.unb_raw = ""
        self.interchange: Segment | None = None
        self.letters = 0
        self.troubles: list[tuple[str, dict[str, object]]] = []
        self.open: list[str] | None = None
        self.body: list[str] = []
        self.too_large = False

    def read(self, source: BinaryIO) -> Iterator[RawLetter | Trailer | Outside]:
        for text, raw, cut in _pieces(source):
            piece = text.lstrip(" ") if text[:1] == " " else text
            tag = piece[:3]
            if tag in _ENVELOPE_TAGS and not _is_envelope(piece):
                tag = "?"
            if self.open is not None and not cut and tag not in _ENVELOPE_TAGS:
                self._keep(piece, raw)
            else:
                yield from self._envelope(tag, piece, raw, cut)
        if self.open is not None:
            yield self._letter(closed=False)
        if self.interchange is not None or self.letters:
            yield Trailer(None, self.interchange, self.letters)

    def _keep(self, piece: str, raw: str) -> None:
        if self.open is None:
            return
        if len(self.open) >= LETTER_SEGMENTS:
            self.too_large = True
            return
        self.open.append(piece)
        self.body.append(raw)

    def _envelope(self, tag: str, piece: str, raw: str, cut: bool) -> Iterator[RawLetter | Trailer | Outside]:
        if cut:
            if self.open is None:
                yield Outside(piece[:3])
            self.too_large = True
        elif tag == "UNT" and self.open is not None:
            self.open.append(piece)
            self.body.append(raw)
            yield self._letter(closed=True)
        elif tag in {"UNA", "UNB", "UNH", "UNZ"}:
            if self.open is not None:
                yield self._letter(closed=False)
            yield from self._boundary(tag, piece, raw)
        elif piece:
            yield Outside(tag)

    def _boundary(self, tag: str, piece: str, raw: str) -> Iterator[Trailer]:
        if tag == "UNH":
            self.open, self.body, self.too_large = [piece], [raw], False
        elif tag == "UNZ":
            yield Trailer(split_segment(piece), self.interchange, self.letters)
            self.una, self.interchange, self.letters, self.unb_raw = None, None, 0, ""
        else:
            if self.interchange is not None:
                yield Trailer(None, self.interchange, self.letters)
                self.una, self.interchange, self.letters, self.unb_raw = None, None, 0, ""
            self._header(tag, piece, raw)

    def _header(self, tag: str, piece: str, raw: str) -> None:
        if tag == "UNA":
            self.troubles = []
            # UNA is nine characters long and has no terminator of its own form: `UNA:+.? '` ends in the terminator.
            self.una = raw
            if piece[3:8] != ":+.? ":
                self.troubles.append(("other-separators", {}))
            return
        if self.una is None and MISSING_UNA not in self.troubles:
            self.troubles.append(MISSING_UNA)
        self.unb_raw = raw
        self.interchange = split_segment(piece)

    def _letter(self, closed: bool) -> RawLetter:
        segments, body = self.open or [], "'".join(self.body) + "'"
        header = ("" if self.una is None else self.una + "'") + (self.unb_raw + "'" if self.unb_raw else "")
        self.letters += 1
        troubles, self.troubles = tuple(self.troubles), []
        if self.interchange is None:
            troubles = (*troubles, MISSING_UNB)
        self.open = None
        return RawLetter(header, self.interchange, segments, body, closed, troubles, self.too_large)


_ENVELOPE_TAGS = frozenset({"UNA", "UNB", "UNH", "UNT", "UNZ"})


def _is_envelope(piece: str) -> bool:
    """Whether the tag is a whole one: `UNH+...`, not `UNHX+...`; what follows UNA is no element."""
    return len(piece) == 3 or piece[3] == "+" or piece.startswith("UNA")


def read_interchange(source: BinaryIO) -> Iterator[RawLetter | Trailer | Outside]:
    """The letters of one or more interchanges, one at a time, in memory bounded by the largest letter."""
    return _Reader().read(source)


def whole_date(day: str, near: str) -> str:
    """The date of UNB, whose year has two digits: the century that lies nearest to the letter's own year.

    A letter without a date of its own (a receipt) gets 1980 to 2079 (facts: edifact.md, 2).
    """
    year = int(day[:2])
    if near.isdigit() and len(near) == 4:
        full = min(
            (century + year for century in range(1800, 2300, 100)), key=lambda candidate: abs(candidate - int(near))
        )
    else:
        full = 1900 + year if year >= 80 else 2000 + year
    return f"{full:04d}-{day[2:4]}-{day[4:6]}"

"""Cuts a long interchange into shares that can be read apart, by several processes, as if it were read whole.

    for share in shares_of(file):
        for reading in read_share(share): ...

gives the readings of `letters.read(file)`, in their order and with the same findings (`raw` but for line ends). Only
EDIFACT is cut; anything else is one share that must be read as a stream.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

import msgspec

from labbro.letters import edifact
from labbro.letters.letter import Reading
from labbro.letters.messages import finding
from labbro.letters.reading import read
from labbro.letters.registry import Registry
from labbro.letters.streams import Joined

SHARE_BYTES: Final = 1 << 19
# Without a place to cut, so much is kept; what comes after is read as a stream.
UNCUT_BYTES: Final = 16 << 20
_TAG = re.compile(b"UN[ABHTZ]")
_START = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*UN[ABH]")
_BOM = b"\xef\xbb\xbf"
RELEASE, TERMINATOR, BLANK = b"?' "


class Share(msgspec.Struct, frozen=True):
    """Some letters of an input. `stream` instead of `data`: what could not be cut.

    `before`: letters of the same interchange in earlier shares; `more`: it goes on in the next one. `ends_after`: how
    many letters of this share belong to that first interchange, where its UNZ is in this share, and `said` is what UNZ
    counts.
    """

    data: bytes = b""
    stream: BinaryIO | None = None
    before: int = 0
    more: bool = False
    ends_after: int = 0
    said: str = ""


def shares_of(source: BinaryIO, size: int = SHARE_BYTES) -> Iterator[Share]:
    """The input in shares of about `size` bytes, in order; memory is bounded by a share or the largest letter."""
    head = source.read(size)
    if len(head) < size:
        yield Share(head)
    elif _START.match(head[:64]):
        yield from _Cutter(source, size).cut(head.removeprefix(_BOM))
    else:
        yield Share(stream=cast("BinaryIO", Joined(head, source)))


def read_share(share: Share, known: Registry | None = None) -> Iterator[Reading]:
    """The letters of a share, with the findings they would have if the whole were read."""
    if share.stream is not None:
        for reading in read(share.stream, known):
            yield _without_count(reading) if share.before else reading
        return
    readings = read(share.data, known)
    if not share.before and not share.more:
        yield from readings
        return
    held: Reading | None = None
    for number, reading in enumerate(readings, 1):
        if held is not None:
            yield held
        held = _with_count(reading, share) if number == share.ends_after else reading
    if held is not None:
        yield _without_end(held) if share.more else held


def _with_count(reading: Reading, share: Share) -> Reading:
    """UNZ counts the letters of all shares."""
    if not share.before:
        return reading
    findings = list(reading.findings)
    said, total = share.said.strip(), str(share.before + share.ends_after)
    at = next((at for at, found in enumerate(findings) if found.code.startswith("unz-")), len(findings))
    if said != str(share.ends_after):
        del findings[at]
    if said != total:
        findings.insert(at, finding("warning", "unz-count", None, expected=share.said[:14], found=total))
    return msgspec.structs.replace(reading, findings=tuple(findings))


def _without_count(reading: Reading) -> Reading:
    """What is not cut cannot be compared with what UNZ counts, where letters were cut off before it."""
    findings = tuple(found for found in reading.findings if found.code != "unz-count")
    return msgspec.structs.replace(reading, findings=findings)


def _without_end(reading: Reading) -> Reading:
    """The end of the interchange is in a later share: that it is missing here is no fault."""
    findings = list(reading.findings)
    for at in range(len(findings) - 1, -1, -1):
        if findings[at].code == "missing-unz":
            del findings[at]
            break
    return msgspec.structs.replace(reading, findings=tuple(findings))


# Which tag may follow which, with nothing between but what a letter holds.
_NEXT: Final = {
    b"": {b"UNA", b"UNB"},
    b"UNA": {b"UNB"},
    b"UNB": {b"UNH"},
    b"UNH": {b"UNT"},
    b"UNT": {b"UNH", b"UNZ"},
    b"UNZ": {b"UNA", b"UNB"},
}


class _Cutter:
    """Cuts between two letters, or behind an interchange, as long as all is in order; what is not is not cut.

    `unb` is the UNB in force where the text begins, and `before` how many of its letters have gone.
    """

    def __init__(self, source: BinaryIO, size: int) -> None:
        self._source, self._size = source, size
        self._unb, self._before = b"", 0

    def cut(self, head: bytes) -> Iterator[Share]:
        text, chunk = b"", head
        while chunk:
            # Line ends mean nothing anywhere.
            text += chunk.replace(b"\r", b"").replace(b"\n", b"")
            if len(text) >= self._size:
                tags = self._tags(text)
                if tags is None or len(text) > UNCUT_BYTES:
                    yield self._uncut(text)
                    return
                end = self._last_place(text, tags)
                if end:
                    yield self._share(text[:end], tags, more=True)
                    text = text[end:]
            chunk = self._source.read(self._size)
        tags = self._tags(text)
        yield self._uncut(text) if tags is None else self._share(text, tags, more=False)

    def _tags(self, text: bytes) -> list[tuple[bytes, int]] | None:
        """The envelope's tags and where they stand; None where they are not in order."""
        found: list[tuple[bytes, int]] = []
        last, end = (b"UNT", 0) if self._before else (b"", 0)
        for match in _TAG.finditer(text):
            begin = match.start()
            if not _is_tag(text, begin):
                continue
            tag = match[0]
            if tag not in _NEXT[last] or (tag != b"UNT" and text[end:begin].strip(b" ")):
                return None
            found.append((tag, begin))
            last, end = tag, _end_of(text, begin)
            if not end:
                # The last segment is not whole yet.
                return found
        return found

    def _last_place(self, text: bytes, tags: list[tuple[bytes, int]]) -> int:
        """Behind the last letter, or interchange, that another letter follows; 0 where there is none."""
        followed = False
        for (tag, begin), (after, _) in zip(reversed(tags[:-1]), reversed(tags[1:]), strict=True):
            followed = followed or after == b"UNH"
            if followed and (tag == b"UNZ" or (tag == b"UNT" and after == b"UNH")):
                return _end_of(text, begin)
        return 0

    def _share(self, text: bytes, tags: list[tuple[bytes, int]], *, more: bool) -> Share:
        """The share of this text; the state moves on to what comes after it."""
        opened, before = self._unb, self._before
        ends_after, said, letters = 0, "", 0
        for tag, begin in tags:
            if begin >= len(text):
                break
            if tag == b"UNH":
                letters += 1
                self._before += 1
            elif tag == b"UNB":
                self._unb = text[begin : _end_of(text, begin)]
            elif tag == b"UNZ":
                if not ends_after:
                    ends_after, said = letters, _element(text[begin : _end_of(text, begin)], 1)
                self._before = 0
        data = _header(opened) + text if before else text
        return Share(data, before=before, more=more and self._before > 0, ends_after=ends_after, said=said)

    def _uncut(self, text: bytes) -> Share:
        data = _header(self._unb) + text if self._before else text
        return Share(stream=cast("BinaryIO", Joined(data, self._source)), before=self._before)


def _is_tag(text: bytes, at: int) -> bool:
    """Whether a segment begins here, and its tag is just this."""
    begin = at
    while begin and text[begin - 1] == BLANK:
        begin -= 1
    starts = not begin or (text[begin - 1] == TERMINATOR and not _is_released(text, begin - 1))
    return starts and (text[at + 3 : at + 4] in {b"+", b"'"} or text.startswith(b"UNA", at))


def _end_of(text: bytes, begin: int) -> int:
    """Behind the segment that begins here; 0 where it has no end."""
    at = text.find(b"'", begin)
    while at >= 0 and _is_released(text, at):
        at = text.find(b"'", at + 1)
    return at + 1


def _is_released(text: bytes, at: int) -> bool:
    first = at
    while first and text[first - 1] == RELEASE:
        first -= 1
    return (at - first) % 2 == 1


def _header(unb: bytes) -> bytes:
    """UNA and UNB as a share needs them that does not begin an interchange."""
    return edifact.UNA.encode() + unb


def _element(segment: bytes, number: int) -> str:
    split = edifact.split_segment(edifact.protect(segment.decode("latin-1").removesuffix("'")))
    return split[number][0] if len(split) > number else ""

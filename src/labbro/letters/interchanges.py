"""Reads interchanges: finds their letters, reads and checks each, and tells what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

import msgspec

from labbro.letters import edifact
from labbro.letters.checking import check_tree, nowhere
from labbro.letters.edifact import Outside, RawLetter, Segment, Trailer
from labbro.letters.findings import Finding, Place
from labbro.letters.letter import Envelope, Letter, Reading
from labbro.letters.messages import finding
from labbro.letters.registry import ENVELOPE_MODEL, Registry
from labbro.letters.tree import Element
from labbro.letters.values import date_fault
from labbro.letters.verdict import checked, envelope_element

SYNTAX_FINDINGS = 100
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_WINDOWS = re.compile("[\x7f-\x9f]")
_TIME = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]").fullmatch
_SIX_DIGITS = re.compile("[0-9]{6}").fullmatch
_FOUR_DIGITS = re.compile("[0-9]{4}").fullmatch


def read_interchange(stream: BinaryIO, known: Registry) -> Iterator[Reading]:
    """Letters are held back by one, so that the end of the interchange can be told with the last of them.

    What is given as the bytes of a letter is a whole interchange again, unless what it came in was cut off.
    """
    held: Reading | None = None
    opened: Segment | None = None  # UNB of the interchange that is still open
    loose: list[Finding] = []
    told_empty = False
    for part in edifact.read_interchange(stream):  # type: ignore[arg-type]
        if isinstance(part, RawLetter):
            if held is not None:
                yield _whole(held, opened)
            held = with_more(_read_raw_letter(part, known), loose)
            opened, loose = part.interchange, []
        elif isinstance(part, Outside):
            if len(loose) >= SYNTAX_FINDINGS:
                continue
            loose.append(finding("warning", "segment-outside", None, name=_printable(part.name)))
        else:
            told = _trailer_findings(part)
            if held is not None:
                held = with_more(_whole(held, opened) if part.unz else held, told)
                opened = None
            elif not part.letters:
                told_empty = True
                yield _without_letter(told)
    if held is not None:
        yield with_more(held, loose)
    elif loose or not told_empty:
        yield _without_letter(loose[:100])


def _whole(reading: Reading, opened: Segment | None) -> Reading:
    """A reading whose bytes end with an UNZ of its own; `opened` is the UNB of its interchange, where it is open."""
    if opened is None:
        return reading
    closing = edifact.join_segment([["UNZ"], ["1"], [_component(opened, 5)]]) + "'"
    return msgspec.structs.replace(reading, raw=reading.raw + closing.encode("latin-1"))


def _without_letter(told: list[Finding]) -> Reading:
    return Reading("edifact", None, None, None, None, None, (finding("error", "no-letter", None), *told), b"")


def with_more(reading: Reading, more: list[Finding]) -> Reading:
    """A reading with further findings, as many of them as anybody reads."""
    return msgspec.structs.replace(reading, findings=(*reading.findings, *more[:100])) if more else reading


def _printable(text: str) -> str:
    return "".join(character if character.isalnum() and character.isascii() else "." for character in text[:3])


def _trailer_findings(trailer: Trailer) -> list[Finding]:
    if trailer.unz is None:
        return [finding("warning", "missing-unz", None)]
    found: list[Finding] = []
    said = trailer.unz[1][0] if len(trailer.unz) > 1 else ""
    if said.strip() != str(trailer.letters):
        found.append(finding("warning", "unz-count", None, expected=said[:14], found=trailer.letters))
    reference = trailer.unz[2][0] if len(trailer.unz) > 2 else ""
    opened = _component(trailer.interchange, 5)
    if reference != opened:
        found.append(finding("warning", "unz-reference", None, expected=reference[:14], found=opened[:14]))
    return found


def _component(segment: Segment | None, element: int, component: int = 0) -> str:
    if segment is None or element >= len(segment) or component >= len(segment[element]):
        return ""
    return segment[element][component]


def _read_raw_letter(raw: RawLetter, known: Registry) -> Reading:
    findings = [
        finding("error" if code == "missing-unb" else "warning", code, None, **words) for code, words in raw.troubles
    ]
    if raw.too_large:
        findings.append(finding("error", "too-large", None, name="UNH", expected=edifact.LETTER_SEGMENTS))
    segments = _segments(raw, findings)
    dropped, counted = len(segments) < len(raw.segments), len(findings)
    unh = segments[0]
    reference, kind = _component(unh, 1), _component(unh, 2)
    code, type_name = _component(unh, 2, 4), _component(unh, 3)
    declared = known.by_edifact.get((kind, code))
    original = edifact.original(raw.header + raw.body)
    if not original.isascii() and _is_utf8(original):
        findings.append(finding("error", "wrong-charset", None))
    if declared is None or declared.reader is None:
        findings.append(finding("error", "not-supported", None, Place(segment=1), detail=_printable_code(kind, code)))
        return Reading(
            "edifact", reference or None, type_name or None, code or None, None, None, tuple(findings), original
        )
    unt = segments.pop() if raw.closed else None
    _check_end(unt, reference, len(segments) + 1, findings)
    root, reading = declared.reader.read(segments, raw.interchange)
    findings.extend(reading.findings)
    envelope = _envelope(raw.interchange, root, findings)
    if not _is_right(envelope):
        findings.extend(check_tree(envelope_element(envelope), ENVELOPE_MODEL, nowhere, "Emessage/"))
    letter = Letter(declared.version.key, root, envelope, assumed=tuple(reading.assumed))
    findings.extend(checked(letter, declared, declared.reader.place))
    if dropped:
        findings[counted:] = _counted_as_sent(findings[counted:], raw.segments)
    return Reading("edifact", reference or None, declared.standard.name, code, None, letter, tuple(findings), original)


def _counted_as_sent(findings: list[Finding], segments: list[str]) -> list[Finding]:
    """Findings with segment numbers in which those without a tag count, as they do for whoever looks."""
    sent = [number for number, text in enumerate(segments, 1) if edifact.has_tag(text)]

    def place(number: int | None) -> int | None:
        return sent[number - 1] if number and number <= len(sent) else number

    return [msgspec.structs.replace(found, segment=place(found.segment)) for found in findings]


def _printable_code(*parts: str) -> str:
    return " ".join("".join(c for c in part[:8] if c.isalnum()) or "?" for part in parts)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _segments(raw: RawLetter, findings: list[Finding]) -> list[Segment]:
    """The segments as components, with findings for what is wrong with their syntax."""
    has_tag, body, texts = edifact.has_tag, raw.body, raw.segments
    if body.count("+") + body.count(":") > edifact.LETTER_PARTS:
        findings.append(finding("error", "too-large", None, name="UNH", expected=edifact.LETTER_PARTS))
        texts = _up_to(edifact.LETTER_PARTS, texts)
    kept = texts if all(map(has_tag, texts)) else [text for text in texts if has_tag(text)]
    if len(kept) != len(texts) or "?" in body:
        findings.extend(islice(_syntax_faults(texts), SYNTAX_FINDINGS))
    whole = raw.header + body
    if _ODD.search(whole):
        if _CONTROL.search(whole):
            findings.append(finding("error", "control-character", None))
        if _WINDOWS.search(whole):
            findings.append(finding("warning", "windows-character", None))
    # Released characters are kept as code points beyond Latin-1: where there are none, splitting is all.
    if body.isascii() or not _has_marks(body):
        return [[element.split(":") for element in text.split("+")] for text in kept]
    split = edifact.split_segment
    return [[element.split(":") for element in text.split("+")] if text.isascii() else split(text) for text in kept]


def _up_to(parts: int, segments: list[str]) -> list[str]:
    """As many segments from the first as have so many elements and components; never none."""
    for number, text in enumerate(segments[1:], 1):
        parts -= text.count("+") + text.count(":")
        if parts < 0:
            return segments[:number]
    return segments


def _syntax_faults(segments: list[str]) -> Iterator[Finding]:
    for at, text in enumerate(segments, 1):
        if not edifact.has_tag(text):
            yield finding("error", "bad-tag", None, Place(segment=at))
        elif "?" in text:
            for name in edifact.bad_releases(text)[:10]:
                yield finding("error", "bad-release", None, Place(segment=at), name=f"'{name}'")


def _has_marks(text: str) -> bool:
    return any(mark in text for mark in "\ue000\ue001\ue002\ue003")


def _check_end(unt: Segment | None, reference: str, count: int, findings: list[Finding]) -> None:
    if unt is None:
        findings.append(finding("error", "missing-unt", None, Place(segment=count)))
        return
    said = _component(unt, 1)
    if said.strip() != str(count):
        findings.append(finding("error", "unt-count", None, Place(segment=count), expected=said[:14], found=count))
    if _component(unt, 2) != reference:
        words = {"expected": _component(unt, 2)[:14], "found": reference[:14]}
        findings.append(finding("warning", "unt-reference", None, Place(segment=count), **words))


def _envelope(unb: Segment | None, root: Element, findings: list[Finding]) -> Envelope:
    day, clock = _component(unb, 4), _component(unb, 4, 1)
    date = edifact.whole_date(day, (root.text("Letter/Authorisation/Date") or "")[:4]) if _SIX_DIGITS(day) else day
    time = f"{clock[:2]}:{clock[2:]}" if _FOUR_DIGITS(clock) else clock
    asked = _component(unb, 9)
    if asked not in {"", "0", "1"}:
        findings.append(
            finding(
                "error", "unknown-code", "Envelope/AcknowledgementCode", Place(segment=0), found=asked[:3], name="UNB 9"
            )
        )
    acknowledgement = "pluspositivkvitt" if asked == "1" else "minuspositivkvitt"
    return Envelope(date, time, _component(unb, 5), acknowledgement)


def _is_right(envelope: Envelope) -> bool:
    """A quick yes for an envelope without fault; otherwise its model tells what is wrong."""
    right_time = _TIME(envelope.sent_time) is not None
    return right_time and date_fault(envelope.sent_date) is None and 1 <= len(envelope.identifier) <= 14

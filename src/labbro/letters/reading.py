"""Reads whatever is handed in: finds its letters, reads and checks each, and tells what is wrong with it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, cast

import msgspec
from lxml import etree

from labbro.letters import edifact, xml
from labbro.letters.checking import check_tree, nowhere
from labbro.letters.edifact import Outside, RawLetter, Segment, Trailer
from labbro.letters.findings import NOWHERE, Finding, Place
from labbro.letters.letter import Envelope, Letter, Reading, Syntax
from labbro.letters.messages import finding
from labbro.letters.quick import Plain, is_odd, read_canonical, read_plain
from labbro.letters.registry import (
    ENVELOPE_MODEL,
    NAMESPACES,
    WITH_LOCAL_ELEMENTS,
    Registry,
    registry,
)
from labbro.letters.standards import vans_envelope
from labbro.letters.streams import AsUtf8, Joined, is_wide
from labbro.letters.tree import Element
from labbro.letters.values import date_fault
from labbro.letters.verdict import checked, envelope_element
from labbro.letters.xml import Node

# XML documents up to this size are read whole; larger ones letter by letter.
WHOLE_BYTES = 2 << 20
SYNTAX_FINDINGS = 100
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_WINDOWS = re.compile("[\x7f-\x9f]")
_TIME = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]").fullmatch
_SIX_DIGITS = re.compile("[0-9]{6}").fullmatch
_FOUR_DIGITS = re.compile("[0-9]{4}").fullmatch
_BOM = b"\xef\xbb\xbf"


def read(source: bytes | BinaryIO, known: Registry | None = None) -> Iterator[Reading]:
    """One Reading for each letter found, in order; one without a letter where none can be found.

    Takes bytes or an open binary file, in either syntax. Bad input never raises: it gives findings. Memory is bounded
    by the largest single letter.
    """
    known = known or registry()
    stream: BinaryIO = io.BytesIO(source) if isinstance(source, bytes) else source
    head = stream.read(WHOLE_BYTES)
    start = head[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"UNA", b"UNB", b"UNH")):
        yield from _read_interchange(cast("BinaryIO", Joined(head.removeprefix(_BOM), stream)), known)
    elif start.startswith(b"<") or is_wide(head):
        yield from _read_xml(head, stream, known)
    else:
        yield _nothing(None, "not-a-letter", head)


def _nothing(syntax: Syntax | None, code: str, raw: bytes, place: Place = NOWHERE, **words: object) -> Reading:
    found = finding("error", code, None, place, **words)
    return Reading(syntax, None, None, None, None, None, (found,), raw)


# --- EDIFACT -------------------------------------------------------------------------------------------------------


def _read_interchange(stream: BinaryIO, known: Registry) -> Iterator[Reading]:
    """Letters are held back by one, so that the end of the interchange can be told with the last of them."""
    held: Reading | None = None
    loose: list[Finding] = []
    told_empty = False
    for part in edifact.read_interchange(stream):  # type: ignore[arg-type]
        if isinstance(part, RawLetter):
            if held is not None:
                yield held
            held = _with(_read_raw_letter(part, known), loose)
            loose = []
        elif isinstance(part, Outside):
            loose.append(finding("warning", "segment-outside", None, name=_printable(part.name)))
        else:
            told = _trailer_findings(part)
            if held is not None:
                held = _with(held, told)
            elif not part.letters:
                told_empty = True
                yield _without_letter(told)
    if held is not None:
        yield _with(held, loose)
    elif loose or not told_empty:
        yield _without_letter(loose[:100])


def _without_letter(told: list[Finding]) -> Reading:
    return Reading("edifact", None, None, None, None, None, (finding("error", "no-letter", None), *told), b"")


def _with(reading: Reading, more: list[Finding]) -> Reading:
    if not more:
        return reading
    return Reading(
        reading.syntax,
        reading.reference,
        reading.standard,
        reading.version_code,
        reading.namespace,
        reading.letter,
        (*reading.findings, *more[:100]),
        reading.raw,
        reading.delivery,
    )


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
    has_tag, body = edifact.has_tag, raw.body
    kept = raw.segments if all(map(has_tag, raw.segments)) else [text for text in raw.segments if has_tag(text)]
    if len(kept) != len(raw.segments) or "?" in body:
        findings.extend(islice(_syntax_faults(raw.segments), SYNTAX_FINDINGS))
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


# --- XML -----------------------------------------------------------------------------------------------------------


def _read_xml(head: bytes, stream: BinaryIO, known: Registry) -> Iterator[Reading]:
    if len(head) < WHOLE_BYTES:
        yield from _read_document(head, known)
    elif vans_envelope.is_envelope(head):
        head += stream.read(vans_envelope.MOST_BYTES - len(head))
        if len(head) < vans_envelope.MOST_BYTES:
            yield from _read_document(head, known)
        else:
            yield _nothing("xml", "too-large", b"", name="VANSEnvelope", expected=vans_envelope.MOST_BYTES)
    else:
        whole = cast("BinaryIO", Joined(head, stream))
        source = cast("BinaryIO", AsUtf8(whole, head)) if is_wide(head) else whole
        for part in xml.split(source, "Envelope"):
            if isinstance(part, xml.XmlFault):
                yield _faulty(part, b"")
            elif part.name != "Local_Elements":
                yield from _read_document(part.document, known, part.place)


def _faulty(fault: xml.XmlFault, raw: bytes) -> Reading:
    place = Place(line=fault.line, column=fault.column)
    return _nothing("xml", fault.code, raw, place, detail=fault.detail, name="XML", expected=fault.detail)


def _read_document(data: bytes, known: Registry, original: xml.Original = xml.unmoved) -> Iterator[Reading]:
    plain = read_plain(data, ENVELOPE_MODEL, known.model_of)
    if plain is not None:
        yield _plain_reading(plain, data, known, original)
        return
    root = xml.parse(data)
    if isinstance(root, xml.XmlFault):
        yield _faulty(root, data)
        return
    namespace = etree.QName(root).namespace or ""
    if namespace.startswith(vans_envelope.SPACE):
        yield from _read_envelope(vans_envelope.open_document(root, data), data, known)
        return
    if namespace not in NAMESPACES:
        unknown = finding("error", "unknown-namespace", None, Place(line=1), detail=_safe(namespace) or "(none)")
        yield Reading("xml", None, None, None, namespace or None, None, (unknown,), data)
        return
    plain = read_canonical(root, ENVELOPE_MODEL, known.model_of) if is_odd(data) else None
    if plain is not None:
        yield _plain_reading(plain, data, known, original)
        return
    document = _Document(data, root, namespace, known, original)
    yield from document.letters()


def _read_envelope(opened: vans_envelope.Opened, data: bytes, known: Registry) -> Iterator[Reading]:
    """The letters in a VANSEnvelope; a reading without a letter where it holds a receipt or nothing readable."""
    findings = list(opened.findings)
    nested = opened.data is not None and vans_envelope.is_envelope(opened.data)
    if opened.data is None or nested:
        if nested:
            findings.append(finding("error", "not-a-letter", "VANSEnvelope/Message/Data"))
        elif opened.envelope is not None:
            findings.append(finding("info", "vans-receipt", "VANSEnvelope"))
        namespace = vans_envelope.SPACE + opened.version
        about = (opened.identifier, "VANSEnvelope", opened.version, namespace)
        yield Reading("xml", *about, None, tuple(findings), data)
        return
    delivery = vans_envelope.delivery(opened)
    for reading in read(opened.data, known):
        told = _with(reading, [*findings, *vans_envelope.differences(opened, reading)])
        yield msgspec.structs.replace(told, delivery=delivery)


def _plain_reading(plain: Plain, data: bytes, known: Registry, original: xml.Original) -> Reading:
    root = plain.letter
    declared = known.by_root[(plain.namespace, root.name)]
    sent, identifier, acknowledgement = [element.content for element in plain.envelope.children]
    date, time = [element.value for element in sent]  # type: ignore[union-attr]  # the shape is right
    letter = Letter(declared.version.key, root, Envelope(date, time, identifier, acknowledgement))  # type: ignore[arg-type]
    places = xml.Places(data)

    def place(at: int, _path: str) -> Place:
        return _place(places.of(at), original)

    findings = tuple(checked(letter, declared, place, fits=True))
    head = root.find("Letter") or root
    reference, version_code = head.text("Identifier") or None, head.text("VersionCode")
    return Reading("xml", reference, declared.standard.name, version_code, plain.namespace, letter, findings, data)


def _place(found: tuple[int, int] | None, original: xml.Original) -> Place:
    return NOWHERE if found is None else Place(*original(*found))


def _envelope_of(element: Element) -> Envelope:
    return Envelope(
        element.text("Sent/Date") or "",
        element.text("Sent/Time") or "",
        element.text("Identifier") or "",
        element.text("AcknowledgementCode") or "",
    )


def _safe(name: str) -> str:
    return "".join(character for character in name[:100] if character.isprintable())


class _Document:
    """One parsed XML document."""

    def __init__(self, data: bytes, root: Node, namespace: str, known: Registry, original: xml.Original) -> None:
        self.data = data
        self.root = root
        self.namespace = namespace
        self.known = known
        self.builder = xml.Builder(namespace)
        self.original = original
        self._places = xml.Places(data)
        # Asked once for the whole document, as nearly every one has none.
        self._has_foreign = bool(xml.foreign_attributes(root))

    def letters(self) -> Iterator[Reading]:
        name = self.builder.name(self.root)
        if name != "Emessage":
            yield self._letter(self.root, None, [], "")
            return
        self.builder.skip()
        shared = self._attributes(self.root, "Emessage", deep=False)
        envelope, nodes = self._envelope(shared)
        found: list[tuple[Node, str]] = []
        for node in nodes:
            if self.builder.name(node) == "Local_Elements" and self.namespace in WITH_LOCAL_ELEMENTS:
                if not found or found[-1][1]:
                    shared.append(self._tell("wrong-place", node, "Emessage/Local_Elements", name="Local_Elements"))
                else:
                    found[-1] = (found[-1][0], etree.tostring(node, encoding="unicode", with_tail=False))
            else:
                found.append((node, ""))
        if any(node.tail and node.tail.strip() for node in self.root) or (self.root.text or "").strip():
            shared.append(self._tell("stray-text", self.root, "Emessage", name="Emessage"))
        if not found:
            yield self._no_letter(shared)
        raws = self._raws(len(found))
        for (node, local), raw in zip(found, raws, strict=True):
            yield self._letter(node, envelope, shared, local, raw)

    def _no_letter(self, shared: list[Finding]) -> Reading:
        findings = (*shared, self._tell("no-letter", self.root, "Emessage"))
        return Reading("xml", None, None, None, self.namespace, None, findings, self.data)

    def _envelope(self, shared: list[Finding]) -> tuple[Envelope | None, list[Node]]:
        nodes = list(self.root)
        if not nodes or self.builder.name(nodes[0]) != "Envelope":
            shared.append(self._tell("missing", self.root, "Emessage/Envelope", name="Envelope", expected="Envelope"))
            return None, nodes
        shared.extend(self._attributes(nodes[0], "Emessage/Envelope"))
        element = self.builder.build(nodes[0], ENVELOPE_MODEL)
        if not self.builder.clean:
            shared.extend(check_tree(element, ENVELOPE_MODEL, self.place, "Emessage/"))
        return _envelope_of(element), nodes[1:]

    def _raws(self, letters: int) -> list[bytes]:
        """The bytes of each letter with its envelope; a single letter is the whole document."""
        if letters < 2:
            return [self.data] * letters
        slices = [
            part.document
            for part in xml.split(io.BytesIO(self.data), "Envelope")
            if isinstance(part, xml.Slice) and part.name != "Local_Elements"
        ]
        return slices if len(slices) == letters else [self.data] * letters

    def _letter(
        self,
        node: Node,
        envelope: Envelope | None,
        shared: list[Finding],
        local: str,
        raw: bytes | None = None,
    ) -> Reading:
        name = self.builder.name(node)
        declared = self.known.by_root.get((self.namespace, name))
        raw = self.data if raw is None else raw
        if declared is None:
            code = "unknown-element" if name.startswith("{") else "not-supported"
            findings = (*shared, self._tell(code, node, _safe(name), detail=_safe(name), name=_safe(name)))
            self.builder.skip_all(node)
            return Reading("xml", None, None, None, self.namespace, None, findings, raw)
        self.builder.clean = True
        root = self.builder.build(node, declared.model)
        fits = self.builder.clean
        letter = Letter(declared.version.key, root, envelope, local)
        findings = list(shared)
        findings.extend(self._attributes(node, name))
        findings.extend(checked(letter, declared, self.place, fits))
        version_code = root.text("Letter/VersionCode")
        return Reading(
            "xml",
            letter.identifier or None,
            declared.standard.name,
            version_code,
            self.namespace,
            letter,
            tuple(findings),
            raw,
        )

    def _attributes(self, node: Node, path: str, deep: bool = True) -> list[Finding]:
        foreign = xml.foreign_attributes(node, deep) if self._has_foreign else []
        return [
            self._tell("unknown-attribute", owner, path, name=_safe(attribute)) for owner, attribute in foreign[:100]
        ]

    def _tell(self, code: str, node: Node, path: str, **words: object) -> Finding:
        words.setdefault("expected", "-")
        line = self.original(node.sourceline or 0, 1 << 30)[0]
        return finding("error", code, path, Place(line=line or None), **words)

    def place(self, at: int, _path: str) -> Place:
        return _place(self._places.of(at), self.original)

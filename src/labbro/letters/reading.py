"""Reads whatever is handed in: finds its letters, reads and checks each, and tells what is wrong with it.

Documents are read here, interchanges by `interchanges.py`.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

import msgspec
from lxml import etree

from labbro.letters import lone, xml
from labbro.letters.checking import check_tree
from labbro.letters.findings import NOWHERE, Finding, Place
from labbro.letters.interchanges import read_interchange, with_more
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
from labbro.letters.verdict import checked
from labbro.letters.xml import Node

# XML documents up to this size are read whole; larger ones letter by letter.
WHOLE_BYTES = 2 << 20
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
        yield from read_interchange(cast("BinaryIO", Joined(head.removeprefix(_BOM), stream)), known)
    elif start.startswith(b"<") or is_wide(head):
        yield from _read_xml(head, stream, known)
    else:
        yield _nothing(None, "not-a-letter", head)


def _nothing(syntax: Syntax | None, code: str, raw: bytes, place: Place = NOWHERE, **words: object) -> Reading:
    found = finding("error", code, None, place, **words)
    return Reading(syntax, None, None, None, None, None, (found,), raw)


def _read_xml(head: bytes, stream: BinaryIO, known: Registry) -> Iterator[Reading]:
    if len(head) < WHOLE_BYTES and not xml.is_crowded(head):
        yield from _read_document(head, known)
    elif vans_envelope.is_envelope(head):
        head += stream.read(vans_envelope.MOST_BYTES - len(head))
        if len(head) < vans_envelope.MOST_BYTES:
            yield from _read_document(head, known)
        else:
            yield _nothing("xml", "too-large", b"", name="VANSEnvelope", expected=vans_envelope.MOST_BYTES)
    else:
        whole = cast("BinaryIO", Joined(head, stream))
        yield from _read_parts(cast("BinaryIO", AsUtf8(whole, head)) if is_wide(head) else whole, known)


def _read_parts(source: BinaryIO, known: Registry) -> Iterator[Reading]:
    """A large document, letter by letter."""
    empty = True
    for part in xml.joined(xml.split(source, "Envelope"), "Local_Elements"):
        empty = False
        if isinstance(part, xml.XmlFault):
            yield _faulty(part, b"")
        else:
            yield from _read_document(part.document, known, part.place)
    if empty:
        yield _nothing("xml", "no-letter", b"")


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
        told = with_more(reading, [*findings, *vans_envelope.differences(opened, reading)])
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
            for part in xml.joined(xml.split(io.BytesIO(self.data), "Envelope"), "Local_Elements")
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
        if declared is None and not shared and node is self.root and self._is_lone(name):
            alone = self._tell("lone-element", node, name, name=name)
            alone = msgspec.structs.replace(alone, severity="warning")
            return Reading("xml", None, None, None, self.namespace, None, (alone,), raw)
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

    def _is_lone(self, name: str) -> bool:
        """Whether the document is one valid element of plain text."""
        plain = not list(self.root) and not self._has_foreign
        return plain and lone.is_valid(self.namespace, name, self.root.text or "")

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

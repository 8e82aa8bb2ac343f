"""VANSEnvelope 1.0.4: the outermost cover, in which VANS providers carry letters (facts: vans-envelope.md).

It is XML whatever the letter inside is; its receipts concern the transport and do not replace CTL01 to CTL03. An
attribute is a part named `@Name`, beside which the value is a part named `.`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from itertools import count
from typing import Literal, TypeAlias

import msgspec
from lxml import etree

from labbro.letters.checking import Locator, check_tree, nowhere
from labbro.letters.findings import NOWHERE, Finding, Place, Severity, has_errors
from labbro.letters.grammar import Part, either, many, maybe, one
from labbro.letters.letter import Delivery, Reading
from labbro.letters.messages import finding
from labbro.letters.model import Model
from labbro.letters.tree import Element
from labbro.letters.values import BOOLEAN, date_fault, is_true, matching, text, whole, words
from labbro.letters.xml import DECLARATION, FREE_ATTRIBUTES, WHITE, Node, Places, escaped

SPACE = "urn:oio:medcom:vans-envelope:"
VERSION = "1.0.4"
NAMESPACE = SPACE + VERSION
# Where a document says which namespace it is of, and the largest envelope that is read (libxml2 takes no larger value).
HEAD_BYTES = 4096
MOST_BYTES = 10_000_000

EndPointType = Literal["EAN", "CVR", "VANS"]
Format = Literal["XML", "EDIFACT", "HL7", "Binary", "Other"]
ReceiptKind = Literal["NegativeVans", "NegativeMessage", "PositiveMessage"]

# The pattern of MedCom's schema, which lets in more than a UUID has; writing asks for a right one.
LOOSE_UUID = matching(r"[aA-fF0-9]{8}-[aA-fF0-9]{4}-[aA-fF0-9]{4}-[aA-fF0-9]{4}-[aA-fF0-9]{12}")
RIGHT_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}").fullmatch
# Values that the shape takes as they are; they are looked at on their own.
ANYTHING = text(0, MOST_BYTES)
META = (
    one("Identifier", LOOSE_UUID),
    maybe("Processing", one("ProviderIdentifier", text(1, 255)), one("ServiceIdentifier", text(1, 255))),
    one(
        "Document",
        one("Format", words("XML", "EDIFACT", "HL7", "Binary", "Other")),
        one("Name", text(1, 255)),
        maybe("Version", text(1, 255)),
        one("SizeInBytes", whole(-(1 << 31), (1 << 31) - 1)),
    ),
    maybe(
        "Transport",
        maybe("Type", words("reliable", "unreliable")),
        one("TransformMessage", BOOLEAN),
        many("ServiceTag", 0, 5, one("@name", text(1, 70)), one(".", text(1, 70))),
    ),
)
ERROR = one("Error", maybe("Code", whole(1)), one("Description", text(1, 512)))
ORIGINAL = one("OriginalEnvelopeIdentifier", LOOSE_UUID)


def _end_point(name: str) -> Part:
    return one(name, one("@EndPointType", words("EAN", "CVR", "VANS")), one(".", text(1, 18)))


TREE = (
    _end_point("SenderID"),
    _end_point("ReceiverID"),
    one("EnvelopeIdentifier", LOOSE_UUID),
    one("SentDateTime", ANYTHING),
    either(
        one("Message", one("MetaInformation", *META), one("Data", ANYTHING)),
        one(
            "Receipt",
            either(
                one("NegativeVans", ERROR, ORIGINAL, maybe("OriginalMessage", *META)),
                one("NegativeMessage", ERROR, ORIGINAL, one("OriginalMessage", *META)),
                one("PositiveMessage", ORIGINAL, one("OriginalMessage", *META)),
            ),
        ),
    ),
)
MODEL = Model(Part("VANSEnvelope", TREE, 1, 1))


class EndPoint(msgspec.Struct, frozen=True):
    """Who sends or receives: a number, and whether it is a location number, a CVR number or a VANS address."""

    identifier: str
    kind: EndPointType = "EAN"


class Document(msgspec.Struct, frozen=True):
    """What is inside, as the cover says it: `MCM:XRPT01`, XR0131K, and how large it is."""

    format: str
    name: str
    size_bytes: int
    version: str | None = None


class Transport(msgspec.Struct, frozen=True):
    """How it is carried: `transform` lets the provider convert it; `tags` are (name, value), at most five."""

    transform: bool
    kind: str | None = None
    tags: tuple[tuple[str, str], ...] = ()


class Meta(msgspec.Struct, frozen=True):
    """What is known of a message from outside. `processing` is (provider, service)."""

    identifier: str
    document: Document
    processing: tuple[str, str] | None = None
    transport: Transport | None = None


class Message(msgspec.Struct, frozen=True):
    """A message: what is known of it, and its bytes."""

    meta: Meta
    data: bytes


class Failure(msgspec.Struct, frozen=True):
    """Why a message was not delivered or not accepted; it must not name the patient."""

    description: str
    code: int | None = None


class Receipt(msgspec.Struct, frozen=True):
    """What became of another envelope."""

    kind: ReceiptKind
    original_envelope: str
    original: Meta | None = None
    failure: Failure | None = None


class VansEnvelope(msgspec.Struct, frozen=True):
    """An envelope with either a message or a receipt. `sent` is an xs:dateTime."""

    sender: EndPoint
    receiver: EndPoint
    identifier: str
    sent: str
    content: Message | Receipt


class Opened(msgspec.Struct, frozen=True):
    """What came of opening a document. `envelope` is None where its shape is wrong; `data` where nothing is inside."""

    envelope: VansEnvelope | None
    data: bytes | None
    version: str
    identifier: str | None
    findings: tuple[Finding, ...]


def delivery(opened: Opened) -> Delivery:
    """What a cover says of itself; of one whose shape is wrong only its number, where it has one."""
    envelope = opened.envelope
    if envelope is None:
        return Delivery(opened.identifier or "", "", "", "", "")
    content = envelope.content
    message = content.meta.identifier if isinstance(content, Message) else ""
    sender, receiver = (f"{point.kind}:{point.identifier}" for point in (envelope.sender, envelope.receiver))
    return Delivery(envelope.identifier, message, sender, receiver, envelope.sent)


def open_document(root: Node, source: bytes) -> Opened:
    """The envelope of a parsed document. What is inside is given whenever it can be found, right or wrong."""
    version = str(etree.QName(root).namespace or "").removeprefix(SPACE)
    element = _read(root, f"{{{SPACE}{version}}}", count().__next__)
    places = Places(source)

    def locate(at: int, _path: str) -> Place:
        found = places.of(at)
        return NOWHERE if found is None else Place(line=found[0], column=found[1])

    findings = check_element(element, locate)
    right = not has_errors(tuple(findings))
    data, faulty = _decoded(element, locate)
    if faulty is not None:
        findings.append(faulty)
    elif data is None and element.find("Receipt") is None:
        findings.append(finding("error", "no-letter", "VANSEnvelope/Message/Data"))
    if version != VERSION:
        findings = [_softened(found) for found in findings]
        findings.insert(0, finding("info", "no-public-schema", "VANSEnvelope", name=f"VANSEnvelope {version[:20]}"))
    envelope = from_element(element, data) if right and faulty is None else None
    return Opened(envelope, data, version, element.text("EnvelopeIdentifier"), tuple(findings))


def _softened(found: Finding) -> Finding:
    """In another version only what is inside must be found (facts: vans-envelope.md, e)."""
    if found.code in {"no-letter", "not-base64"}:
        return found
    return msgspec.structs.replace(found, severity="warning")


def _read(node: Node, prefix: str, number: _Number) -> Element:
    """The tree of an element, its attributes as parts."""
    at = number()
    name = str(node.tag).removeprefix(prefix)
    given = node.text or ""
    if name in {"SenderID", "ReceiverID"}:
        given = " ".join(given.split())
    attributes = [
        Element(f"@{key}", str(value), at) for key, value in node.attrib.items() if str(key) not in FREE_ATTRIBUTES
    ]
    if not len(node):
        return Element(name, (*attributes, Element(".", given, at)) if attributes else given, at)
    content: list[Element | str] = [*attributes, *([given] if given.strip(WHITE) else [])]
    for child in node:
        content.append(_read(child, prefix, number))
        content.extend([child.tail] if child.tail and child.tail.strip(WHITE) else [])
    return Element(name, tuple(content), at)


def check_element(element: Element, locate: Locator = nowhere) -> list[Finding]:
    """Every misfit of an envelope's tree, its times and identifiers included."""
    findings = check_tree(element, MODEL, locate)
    sent = element.find("SentDateTime")
    if sent is not None and not _is_datetime(sent.value):
        findings.append(_tell("error", "not-a-datetime", "SentDateTime", sent, locate))
    for path, found in element.walk():
        loose = found.name in {"Identifier", "EnvelopeIdentifier", "OriginalEnvelopeIdentifier"}
        if loose and LOOSE_UUID.checker()(found.value) is None and not RIGHT_UUID(found.value):
            findings.append(_tell("warning", "uuid-form", path.partition("/")[2], found, locate))
    return findings


def _tell(severity: Severity, code: str, path: str, found: Element, locate: Locator) -> Finding:
    return finding(severity, code, f"VANSEnvelope/{path}", locate(found.at, path))


_DATETIME = re.compile(
    r"(-?[0-9]{4,}-[0-9]{2}-[0-9]{2})T(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?"
)


def _is_datetime(said: str) -> bool:
    parts = _DATETIME.fullmatch(said.strip(WHITE))
    return parts is not None and date_fault(parts[1]) is None


def _decoded(element: Element, locate: Locator) -> tuple[bytes | None, Finding | None]:
    found = element.find("Message/Data")
    if found is None:
        return None, None
    try:
        return base64.b64decode("".join(found.value.split()), validate=True), None
    except (binascii.Error, ValueError):
        return None, _tell("error", "not-base64", "Message/Data", found, locate)


_ROOT = re.compile(rb"<([A-Za-z_][\w.-]*:)?VANSEnvelope[\s/>]")


def is_envelope(head: bytes) -> bool:
    """Whether a document says that it is an envelope."""
    start = head[:HEAD_BYTES]
    return SPACE.encode() in start and _ROOT.search(start) is not None


# --- what the envelope says of the letter --------------------------------------------------------------------------


def differences(opened: Opened, reading: Reading) -> Iterator[Finding]:
    """Where the cover says something else than the letter inside: the letter counts (facts: vans-envelope.md, e)."""
    envelope = opened.envelope
    if envelope is None or not isinstance(envelope.content, Message) or opened.data is None:
        return
    said = envelope.content.meta.document
    if said.size_bytes != len(opened.data):
        yield _differs("SizeInBytes", str(said.size_bytes), str(len(opened.data)))
    syntax = {"edifact": "EDIFACT", "xml": "XML"}.get(reading.syntax or "")
    if syntax is not None and said.format != syntax:
        yield _differs("Format", said.format, syntax)
    if reading.standard and said.name.removeprefix("MCM:").removeprefix("X") != reading.standard.removeprefix("X"):
        yield _differs("Name", said.name, reading.standard)
    if said.version and reading.version_code and said.version.lstrip("X") != reading.version_code.lstrip("X"):
        yield _differs("Version", said.version, reading.version_code)
    letter = reading.letter
    for name, point in (("SenderID", envelope.sender), ("ReceiverID", envelope.receiver)):
        number = "" if letter is None else letter.sender_ean if name == "SenderID" else letter.receiver_ean
        if number and point.kind == "EAN" and point.identifier != number:
            yield _differs(name, point.identifier, number)


def _differs(name: str, said: str, found: str) -> Finding:
    where = f"Message/MetaInformation/Document/{name}" if not name.endswith("ID") else name
    return finding(
        "warning", "envelope-differs", f"VANSEnvelope/{where}", name=name, expected=said[:35], found=found[:35]
    )


# --- trees ---------------------------------------------------------------------------------------------------------


def from_element(element: Element, data: bytes | None) -> VansEnvelope:
    """The envelope of a tree whose shape is right."""
    sender, receiver = (_point(element, name) for name in ("SenderID", "ReceiverID"))
    identifier, sent = element.text("EnvelopeIdentifier") or "", (element.text("SentDateTime") or "").strip(WHITE)
    meta = element.find("Message/MetaInformation")
    if meta is not None:
        return VansEnvelope(sender, receiver, identifier, sent, Message(_meta(meta), data or b""))
    receipt = element.children[-1].children[0]
    original, failure = receipt.find("OriginalMessage"), receipt.find("Error")
    code = failure.text("Code") if failure is not None else None
    content = Receipt(
        receipt.name,  # type: ignore[arg-type]  # one of the three that the shape allows
        receipt.text("OriginalEnvelopeIdentifier") or "",
        None if original is None else _meta(original),
        None if failure is None else Failure(failure.text("Description") or "", int(code) if code else None),
    )
    return VansEnvelope(sender, receiver, identifier, sent, content)


def _point(element: Element, name: str) -> EndPoint:
    kind = element.text(f"{name}/@EndPointType") or "EAN"
    return EndPoint(element.text(f"{name}/.") or "", kind)  # type: ignore[arg-type]  # the shape is right


def _meta(element: Element) -> Meta:
    size = int(element.text("Document/SizeInBytes") or "0")
    said = Document(
        element.text("Document/Format") or "",
        element.text("Document/Name") or "",
        size,
        element.text("Document/Version"),
    )
    processing, transport = element.find("Processing"), element.find("Transport")
    return Meta(
        element.text("Identifier") or "",
        said,
        None if processing is None else (processing.children[0].value, processing.children[1].value),
        None if transport is None else _transport(transport),
    )


def _transport(element: Element) -> Transport:
    tags = tuple((tag.text("@name") or "", tag.text(".") or "") for tag in element.all("ServiceTag"))
    return Transport(is_true(element.text("TransformMessage") or ""), element.text("Type"), tags)


def to_element(envelope: VansEnvelope) -> Element:
    """The tree of an envelope."""
    content = envelope.content
    if isinstance(content, Message):
        data = Element("Data", base64.b64encode(content.data).decode("ascii"))
        inside = Element("Message", (_meta_element("MetaInformation", content.meta), data))
    else:
        parts = [] if content.failure is None else [_error_element(content.failure)]
        parts.append(Element("OriginalEnvelopeIdentifier", content.original_envelope))
        parts += [] if content.original is None else [_meta_element("OriginalMessage", content.original)]
        inside = Element("Receipt", (Element(content.kind, tuple(parts)),))
    return Element(
        "VANSEnvelope",
        (
            *(
                Element(name, (Element("@EndPointType", point.kind), Element(".", point.identifier)))
                for name, point in (("SenderID", envelope.sender), ("ReceiverID", envelope.receiver))
            ),
            Element("EnvelopeIdentifier", envelope.identifier),
            Element("SentDateTime", envelope.sent),
            inside,
        ),
    )


def _error_element(failure: Failure) -> Element:
    code = () if failure.code is None else (Element("Code", str(failure.code)),)
    return Element("Error", (*code, Element("Description", failure.description)))


def _meta_element(name: str, meta: Meta) -> Element:
    said, transport = meta.document, meta.transport
    version = () if said.version is None else (Element("Version", said.version),)
    parts = [Element("Identifier", meta.identifier)]
    if meta.processing is not None:
        names = ("ProviderIdentifier", "ServiceIdentifier")
        parts.append(Element("Processing", tuple(map(Element, names, meta.processing))))
    described = (Element("Format", said.format), Element("Name", said.name), *version)
    parts.append(Element("Document", (*described, Element("SizeInBytes", str(said.size_bytes)))))
    if transport is not None:
        kind = () if transport.kind is None else (Element("Type", transport.kind),)
        transform = Element("TransformMessage", "true" if transport.transform else "false")
        tags = [Element("ServiceTag", (Element("@name", tag), Element(".", value))) for tag, value in transport.tags]
        parts.append(Element("Transport", (*kind, transform, *tags)))
    return Element(name, tuple(parts))


def markup(element: Element, namespace: str = "") -> str:
    """An element as XML; parts named `@Name` become attributes."""
    attributes = "".join(
        f' {part.name[1:]}="{escaped(part.value).replace(chr(34), "&quot;")}"'
        for part in element.children
        if part.name.startswith("@")
    )
    space = f' xmlns="{namespace}"' if namespace else ""
    if isinstance(element.content, str):
        inner = escaped(element.content)
    else:
        parts = [part for part in element.children if not part.name.startswith("@")]
        inner = "".join(escaped(part.value) if part.name == "." else markup(part) for part in parts)
    return f"<{element.name}{space}{attributes}>{inner}</{element.name}>"


def document_of(element: Element) -> bytes:
    """The document of an envelope's tree."""
    return (DECLARATION + markup(element, NAMESPACE)).encode()


_Number: TypeAlias = "Callable[[], int]"

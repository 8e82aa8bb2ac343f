"""VANSEnvelopes at work: open one, wrap a letter in one, answer one, tell what came before (facts: vans-envelope.md).

    from labbro.letters import vans

    opened = vans.open_envelope(data)           # opened.readings are those of the letters inside
    wrapped = vans.wrap(letter, "xml", identifier=..., message_identifier=..., sent=...)
    receipt = vans.receipt_for(opened.envelope, "PositiveMessage", identifier=..., sent=...)

Identifiers (UUIDs) and times are given by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from labbro.errors import CannotConvert, WrongUse
from labbro.letters.findings import Finding
from labbro.letters.letter import Letter, Reading, Syntax
from labbro.letters.reading import read
from labbro.letters.registry import Registry, registry
from labbro.letters.standards.vans_envelope import (
    RIGHT_UUID,
    Document,
    EndPoint,
    Failure,
    Format,
    Message,
    Meta,
    Receipt,
    ReceiptKind,
    Transport,
    VansEnvelope,
    check_element,
    document_of,
    is_envelope,
    open_document,
    to_element,
)
from labbro.letters.writing import write as write_letters
from labbro.letters.xml import XmlFault, parse

__all__ = [
    "REPEATS",
    "REPEAT_AFTER_MINUTES",
    "Arrival",
    "Document",
    "EndPoint",
    "Failure",
    "Message",
    "Meta",
    "OpenedEnvelope",
    "Receipt",
    "Transport",
    "VansEnvelope",
    "Wrapped",
    "arrival_of",
    "check",
    "open_envelope",
    "receipt_for",
    "receipt_sentence",
    "sent_again",
    "sentence",
    "wrap",
    "write",
]

# A sender that gets no receipt sends again after so many minutes, at most so many times.
REPEAT_AFTER_MINUTES = 30
REPEATS = 2
FORMATS: dict[Syntax, Format] = {"edifact": "EDIFACT", "xml": "XML"}


class OpenedEnvelope(msgspec.Struct, frozen=True):
    """An opened envelope: itself, the letters inside, and what is wrong with it (not with the letters)."""

    envelope: VansEnvelope | None
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]


class Wrapped(msgspec.Struct, frozen=True):
    """An envelope, its document, and what writing the letters told (losses)."""

    envelope: VansEnvelope
    data: bytes
    findings: tuple[Finding, ...]


def open_envelope(data: bytes, known: Registry | None = None) -> OpenedEnvelope:
    """Opens an envelope of any version. Bad input gives findings; `labbro.letters.read` opens envelopes as well."""
    root = parse(data) if is_envelope(data) else XmlFault("not-an-envelope", "")
    if isinstance(root, XmlFault):
        return OpenedEnvelope(None, (), tuple(found for reading in read(data, known) for found in reading.findings))
    opened = open_document(root, data)
    readings = tuple(read(data, known)) if opened.data is not None else ()
    return OpenedEnvelope(opened.envelope, readings, opened.findings)


def check(envelope: VansEnvelope) -> tuple[Finding, ...]:
    """Every finding about an envelope that was built, not read; the letters inside are not looked at."""
    return tuple(check_element(to_element(envelope)))


def write(envelope: VansEnvelope) -> bytes:
    """The document of an envelope. Raises CannotConvert where it is not right."""
    element = to_element(envelope)
    faults = [found for found in check_element(element) if found.severity == "error"]
    if faults:
        told = "; ".join(f"{found.path}: {found.message}" for found in faults[:5])
        told_da = "; ".join(f"{found.path}: {found.message_da}" for found in faults[:5])
        raise CannotConvert(
            f"The envelope cannot be written: {told}", message_da=f"Kuverten kan ikke skrives: {told_da}"
        )
    return document_of(element)


def wrap(
    letters: Letter | Sequence[Letter],
    syntax: Syntax,
    *,
    identifier: str,
    message_identifier: str,
    sent: datetime,
    sender: EndPoint | None = None,
    receiver: EndPoint | None = None,
    transport: Transport | None = None,
    known: Registry | None = None,
) -> Wrapped:
    """Letters in an envelope. Sender and receiver are by default the location numbers of the first letter.

    Raises CannotConvert for letters that cannot be written, and WrongUse for an identifier that is no UUID.
    """
    several = (letters,) if isinstance(letters, Letter) else tuple(letters)
    written = write_letters(several, syntax, known)
    first = several[0]
    declared = (known or registry()).by_key[first.version]
    prefix = "X" if syntax == "xml" else ""
    version = declared.version.code if syntax == "xml" else declared.version.edifact_code
    name = f"MCM:{prefix}{declared.standard.name.removeprefix('X')}"
    document = Document(FORMATS[syntax], name, len(written.data), version)
    envelope = VansEnvelope(
        sender or EndPoint(first.sender_ean),
        receiver or EndPoint(first.receiver_ean),
        _uuid(identifier),
        _moment(sent),
        Message(Meta(_uuid(message_identifier), document, transport=transport), written.data),
    )
    return Wrapped(envelope, write(envelope), written.findings)


def sent_again(envelope: VansEnvelope, *, identifier: str, sent: datetime) -> VansEnvelope:
    """The same message in a new envelope, as a sender does that got no receipt."""
    return msgspec.structs.replace(envelope, identifier=_uuid(identifier), sent=_moment(sent))


def receipt_for(
    envelope: VansEnvelope,
    kind: ReceiptKind,
    *,
    identifier: str,
    sent: datetime,
    failure: Failure | None = None,
    sender: EndPoint | None = None,
) -> VansEnvelope:
    """The receipt that answers an envelope: sender and receiver change places.

    A VANS provider that could not deliver (`NegativeVans`) names itself as `sender`. Raises WrongUse for the answer to
    a receipt, for a refusal without a reason, and for an acceptance with one.
    """
    if not isinstance(envelope.content, Message):
        raise WrongUse("A receipt is never answered; answer envelopes that hold a message.")
    if (failure is None) is not (kind == "PositiveMessage"):
        raise WrongUse("A negative receipt must say why, and a positive one must not; give `failure` accordingly.")
    answer = Receipt(kind, envelope.identifier, envelope.content.meta, failure)
    return VansEnvelope(sender or envelope.receiver, envelope.sender, _uuid(identifier), _moment(sent), answer)


Arrival = Literal["new", "again", "repeated", "conflict"]


def arrival_of(envelope: VansEnvelope, earlier: Iterable[tuple[str, str]]) -> Arrival:
    """What an envelope with a message is beside those that came earlier, given as (envelope, message) identifiers.

    `again`: the same envelope; acknowledge again, show nothing twice. `repeated`: the same message in a new envelope;
    send its first receipt again. `conflict`: the envelope's number was used for another message; an error.
    """
    if not isinstance(envelope.content, Message):
        raise WrongUse("Only envelopes with a message arrive; a receipt is no delivery.")
    cover, message = envelope.identifier.lower(), envelope.content.meta.identifier.lower()
    repeated = False
    for known_cover, known_message in earlier:
        same = known_message.lower() == message
        if known_cover.lower() == cover:
            return "again" if same else "conflict"
        repeated = repeated or same
    return "repeated" if repeated else "new"


SENTENCES: dict[ReceiptKind, tuple[str, str]] = {
    "PositiveMessage": ("Modtageren har modtaget {what}.", "The receiver has accepted {what}."),
    "NegativeMessage": ("Modtageren har afvist {what}: {why}", "The receiver has rejected {what}: {why}"),
    "NegativeVans": (
        "VANS-leverandøren kunne ikke aflevere {what}: {why}",
        "The VANS provider could not deliver {what}: {why}",
    ),
}


def sentence(envelope: VansEnvelope, language: Literal["da", "en"] = "da") -> str:
    """An envelope in a sentence, for people."""
    english = language == "en"
    content = envelope.content
    meta = content.meta if isinstance(content, Message) else content.original
    name = "" if meta is None else meta.document.name.removeprefix("MCM:")
    if isinstance(content, Message):
        way = (envelope.sender.identifier, envelope.receiver.identifier)
        return f"{name} from {way[0]} to {way[1]}." if english else f"{name} fra {way[0]} til {way[1]}."
    number = content.original_envelope
    what = f"{name or ('the message' if english else 'meddelelsen')} ({number})"
    why = "" if content.failure is None else content.failure.description
    return SENTENCES[content.kind][english].format(what=what, why=why)


def receipt_sentence(reading: Reading, language: Literal["da", "en"] = "da") -> str | None:
    """What a receipt of the transport says, for a reading that holds one instead of a letter; None for any other."""
    if reading.letter is not None or all(found.code != "vans-receipt" for found in reading.findings):
        return None
    root = parse(reading.raw)
    envelope = None if isinstance(root, XmlFault) else open_document(root, reading.raw).envelope
    return None if envelope is None else sentence(envelope, language)


def _uuid(said: str) -> str:
    if RIGHT_UUID(said) is None:
        raise WrongUse("The identifier of an envelope or a message must be a UUID.")
    return said


def _moment(sent: datetime) -> str:
    """A time as xs:dateTime, to the second; one without a zone is Danish local time, as in the letters."""
    return sent.isoformat(timespec="seconds")

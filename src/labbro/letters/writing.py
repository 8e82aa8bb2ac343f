"""Writes letters in either syntax and tells what the target cannot carry."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from labbro.errors import CannotConvert
from labbro.letters import edifact, xml
from labbro.letters.findings import Finding, has_errors
from labbro.letters.formwriter import LINE_END
from labbro.letters.letter import PLEASE_ACKNOWLEDGE, Envelope, Letter, Syntax
from labbro.letters.messages import finding
from labbro.letters.registry import Declared, Registry, registry
from labbro.letters.verdict import check, envelope_element

# Stands in `Piece.closing` for the number of letters; no letter can hold it.
COUNT = b"\x00"


class Piece(msgspec.Struct, frozen=True):
    """One letter as it stands in a document. Pieces of equal `head` may stand in one document, which is head, bodies,
    and `closing` with the number of letters for COUNT."""

    head: bytes
    body: bytes
    closing: bytes

    def closed(self, letters: int) -> bytes:
        """The end of a document of so many letters."""
        return self.closing.replace(COUNT, str(letters).encode())


class Written(msgspec.Struct, frozen=True):
    """A document or interchange, and the findings of writing it: `loss` where something could not be said."""

    data: bytes
    findings: tuple[Finding, ...]


def write(letters: Letter | Sequence[Letter], syntax: Syntax, known: Registry | None = None) -> Written:
    """One document or interchange that holds the letters, in their order; the envelope is that of the first.

    Raises CannotConvert, with the findings in its message, for a letter with errors or one that the syntax cannot say.
    """
    several = (letters,) if isinstance(letters, Letter) else tuple(letters)
    if not several:
        raise CannotConvert("There is no letter to write; give at least one.")
    findings: list[Finding] = []
    for letter in several:
        faults = [fault for fault in check(letter, known) if fault.severity == "error"]
        _refuse(faults)
    written, more = (_write_xml if syntax == "xml" else _write_edifact)(several, known or registry())
    findings.extend(more)
    _refuse(findings)
    return Written(written, tuple(findings))


def losses(
    letters: Letter | Sequence[Letter], syntax: Syntax, known: Registry | None = None, *, checked: bool = False
) -> tuple[bytes | None, tuple[Finding, ...]]:
    """As `write`, but what stands in the way is given back as findings; bytes are None where nothing can be written.

    `checked`: the letters come from readings that were `ok` and need not be checked again.
    """
    several = (letters,) if isinstance(letters, Letter) else tuple(letters)
    faults = (
        ()
        if checked
        else tuple(fault for letter in several for fault in check(letter, known) if fault.severity == "error")
    )
    if faults:
        return None, faults
    written, findings = (_write_xml if syntax == "xml" else _write_edifact)(several, known or registry())
    return (None if has_errors(findings) else written), tuple(findings)


def piece_of(letter: Letter, syntax: Syntax, known: Registry | None = None) -> tuple[Piece | None, tuple[Finding, ...]]:
    """A letter without errors as a piece of a document, for those who write many; None where it cannot be said."""
    known = known or registry()
    declared = known.by_key[letter.version]
    if syntax == "xml":
        envelope, findings = _envelope(letter)
        head, body = _xml_head(envelope, declared), "".join(_xml_body(letter))
        findings.extend(_assumptions(letter, declared))
        return Piece(head.encode(), body.encode(), XML_END.encode()), tuple(findings)
    if declared.form is None:
        return None, (finding("error", "no-edifact-form", declared.version.root),)
    envelope, findings = _envelope(letter)
    head = _edifact_head(letter, envelope, declared, findings)
    segments = _edifact_body(letter, declared, findings)
    try:
        body = ("'".join(segments) + "'").encode("latin-1")
        piece = Piece(head.encode("latin-1"), body, _unz(COUNT.decode(), envelope).encode("latin-1"))
    except UnicodeEncodeError:
        return None, (*findings, *_outside_latin1((letter,)))
    return (None if has_errors(findings) else piece), tuple(findings)


def namespace_of(letter: Letter, known: Registry | None = None) -> str:
    """The XML namespace that a letter belongs to."""
    return (known or registry()).by_key[letter.version].version.namespace


def _refuse(findings: list[Finding]) -> None:
    errors = [found for found in findings if found.severity == "error"]
    if errors:
        english = "; ".join(f"{found.path or '-'}: {found.message}" for found in errors[:5])
        danish = "; ".join(f"{found.path or '-'}: {found.message_da}" for found in errors[:5])
        raise CannotConvert(f"The letter cannot be written: {english}", message_da=f"Brevet kan ikke skrives: {danish}")


def _envelope(letter: Letter) -> tuple[Envelope, list[Finding]]:
    """The letter's envelope; one is made from the letter itself where it came without."""
    if letter.envelope is not None:
        return letter.envelope, []
    date = letter.root.text("Letter/Authorisation/Date") or ""
    time = letter.root.text("Letter/Authorisation/Time") or ""
    return Envelope(date, time, letter.identifier), [finding("info", "envelope-made", "Emessage/Envelope")]


# --- XML -----------------------------------------------------------------------------------------------------------

XML_END = "</Emessage>"


def _xml_head(envelope: Envelope, declared: Declared) -> str:
    out = [xml.DECLARATION, f'<Emessage xmlns="{declared.version.namespace}">']
    xml.write_element(envelope_element(envelope), out)
    return "".join(out)


def _xml_body(letter: Letter) -> list[str]:
    out: list[str] = []
    xml.write_element(letter.root, out)
    out.append(letter.local_elements)
    return out


def _write_xml(letters: tuple[Letter, ...], known: Registry) -> tuple[bytes, list[Finding]]:
    declared = [known.by_key[letter.version] for letter in letters]
    namespace = declared[0].version.namespace
    envelope, findings = _envelope(letters[0])
    if any(other.version.namespace != namespace for other in declared):
        findings.append(finding("error", "mixed-namespaces", None))
    findings.extend(_second_envelope(letters))
    out = [_xml_head(envelope, declared[0])]
    for letter in letters:
        out.extend(_xml_body(letter))
    out.append(XML_END)
    # Letters that were assumed to give consent say so in XML, as MedCom's configuration does; it is told.
    for letter, version in zip(letters, declared, strict=True):
        findings.extend(_assumptions(letter, version))
    return "".join(out).encode(), findings


def _second_envelope(letters: tuple[Letter, ...]) -> list[Finding]:
    if len({letter.envelope for letter in letters}) < 2:
        return []
    return [finding("loss", "not-carried", "Emessage/Envelope", name="Envelope", found="a second envelope")]


def _assumptions(letter: Letter, declared: Declared) -> list[Finding]:
    root = declared.version.root
    return [finding("info", "assumed", f"{root}/{path}", name=path.rpartition("/")[2]) for path in letter.assumed]


# --- EDIFACT -------------------------------------------------------------------------------------------------------


def _edifact_head(letter: Letter, envelope: Envelope, declared: Declared, findings: list[Finding]) -> str:
    """UNA and UNB; `findings` takes what UNB cannot say."""
    year = (letter.root.text("Letter/Authorisation/Date") or "")[:4]
    unb = _unb(envelope, _parties(letter, declared), declared, year, findings)
    return f"{edifact.UNA}{LINE_END.sub(' ', unb)}'"


def _edifact_body(letter: Letter, declared: Declared, findings: list[Finding]) -> list[str]:
    """The segments from UNH to UNT; none, and an error, where the version has no EDIFACT form."""
    if declared.writer is None:
        findings.append(finding("error", "no-edifact-form", declared.version.root))
        return []
    segments, more = declared.writer.write(letter.root)
    findings.extend(more)
    if letter.local_elements:
        findings.append(finding("loss", "not-carried", "Local_Elements", name="Local_Elements", found="XML"))
    if not declared.version.from_edifact:
        findings.append(finding("loss", "read-as-other", declared.version.root, found=declared.version.date))
    return segments


def _unz(count: str, envelope: Envelope) -> str:
    return LINE_END.sub(" ", edifact.join_segment((("UNZ",), (count,), (envelope.identifier,)))) + "'"


def _write_edifact(letters: tuple[Letter, ...], known: Registry) -> tuple[bytes, list[Finding]]:
    first = known.by_key[letters[0].version]
    if first.form is None:
        return b"", [finding("error", "no-edifact-form", first.version.root)]
    envelope, findings = _envelope(letters[0])
    if len({_parties(letter, known.by_key[letter.version]) for letter in letters}) > 1:
        findings.append(finding("error", "mixed-parties", None))
    findings.extend(_second_envelope(letters))
    head = _edifact_head(letters[0], envelope, first, findings)
    segments: list[str] = []
    for letter in letters:
        segments.extend(_edifact_body(letter, known.by_key[letter.version], findings))
    text = head + "".join([f"{segment}'" for segment in segments]) + _unz(str(len(letters)), envelope)
    try:
        return text.encode("latin-1"), findings
    except UnicodeEncodeError:
        return b"", [*findings, *_outside_latin1(letters)]


def _parties(letter: Letter, declared: Declared) -> tuple[str, str]:
    form = declared.form
    if form is None:
        return "", ""
    return letter.root.text(form.sender) or "", letter.root.text(form.receiver) or ""


def _unb(envelope: Envelope, parties: tuple[str, str], first: Declared, year: str, findings: list[Finding]) -> str:
    sender, receiver = parties
    date, time = envelope.sent_date, envelope.sent_time
    if len(date) != 10:
        findings.append(finding("error", "no-code", "Emessage/Envelope/Sent/Date", found=date))
    sent = (date.replace("-", "")[2:8], time.replace(":", ""))
    if len(date) == 10 and edifact.whole_date(sent[0], year) != date:
        # The century is not said: a reader takes the one that lies nearest to the letter's own date.
        findings.append(finding("loss", "not-carried", "Emessage/Envelope/Sent/Date", name="Date", found=date))
    head = (("UNB",), ("UNOC", "3"), (sender, "14"), (receiver, "14"), sent, (envelope.identifier,))
    if first.form is not None and not first.form.asks_receipt:
        if envelope.acknowledgement == PLEASE_ACKNOWLEDGE:
            findings.append(
                finding(
                    "loss",
                    "not-carried",
                    "Emessage/Envelope/AcknowledgementCode",
                    name="AcknowledgementCode",
                    found=PLEASE_ACKNOWLEDGE,
                )
            )
        return edifact.join_segment(head)
    asked = "1" if envelope.acknowledgement == PLEASE_ACKNOWLEDGE else "0"
    return edifact.join_segment((*head, (), (), (), (asked,)))


def _outside_latin1(letters: Sequence[Letter]) -> list[Finding]:
    found: list[Finding] = []
    for letter in letters:
        for path, element in letter.root.walk():
            own = "".join(part for part in element.content if isinstance(part, str))
            outside = sorted({character for character in own if ord(character) > 0xFF})
            found += [finding("error", "outside-latin1", path, found=f"U+{ord(each):04X}") for each in outside]
    return found or [finding("error", "outside-latin1", None, found="?")]

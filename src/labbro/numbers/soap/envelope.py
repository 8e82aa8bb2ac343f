"""SOAP envelopes: read with DGWS' header checked, and written. Hostile XML is refused as any other that is wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Final

import msgspec
from lxml import etree

from labbro.errors import LabbroError
from labbro.numbers.soap import names

MOST_BYTES: Final = 64 * 1024
_ZULU = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?Z")
_IDENTITY = re.compile(r"[A-Za-z0-9._:+/=-]{1,128}")
# No default namespace: the parts of a SOAP 1.1 fault have none, and would fall into it.
_PREFIXES = {"soap": names.SOAP, "dgws": names.DGWS, "wsse": names.WSSE, "wsu": names.WSU, "own": names.OURS}

_Element = etree._Element  # pyright: ignore[reportPrivateUsage] - lxml has no public name for it


class DgwsFault(LabbroError):
    """What is wrong with an envelope, in DGWS' words. `fault` is its code."""

    code = "soap-malformed"
    status = 400

    def __init__(self, fault: str, message: str, message_da: str) -> None:
        super().__init__(message, message_da=message_da)
        self.fault = fault


class Asked(msgspec.Struct, frozen=True):
    """A request: the operation, its elements by name, and the header's two identities."""

    operation: str
    parts: dict[str, str]
    flow_id: str
    message_id: str


class Linking(msgspec.Struct, frozen=True):
    """The identities of an answer's header; empty where the request's could not be read."""

    flow_id: str
    message_id: str
    in_response_to: str


def read(data: bytes) -> Asked:
    """A request. Raises DgwsFault."""
    root = _root(data)
    header, body = root.find(_name(names.SOAP, "Header")), root.find(_name(names.SOAP, "Body"))
    if header is None:
        raise _missing("soap:Header")
    flow_id, message_id = _linking(header)
    if body is None or len(body) != 1:
        raise _syntax("the Body must hold one operation", "Body skal rumme én operation")
    operation = etree.QName(body[0])
    if operation.namespace != names.OURS or operation.localname not in names.REQUESTS:
        raise _syntax("the operation is not known", "operationen er ikke kendt")
    return Asked(operation.localname, _parts(body[0], names.REQUESTS[operation.localname]), flow_id, message_id)


def answer(operation: str, parts: Sequence[tuple[str, str]], linking: Linking, now: dt.datetime) -> bytes:
    """An answer; `parts` are the elements in order."""
    envelope, body = _envelope(linking, now, "flow_finalized_succesfully")
    told = etree.SubElement(body, _name(names.OURS, f"{operation}Response"))
    for name, text in parts:
        etree.SubElement(told, _name(names.OURS, name)).text = text
    return _bytes(envelope)


def fault(error: LabbroError, linking: Linking, now: dt.datetime) -> bytes:
    """A fault: DGWS' code, our own code, and a sentence in both languages."""
    code = error.fault if isinstance(error, DgwsFault) else names.FAULTS.get(error.code, "processing_problem")
    envelope, body = _envelope(linking, now, "processing_problem")
    told = etree.SubElement(body, _name(names.SOAP, "Fault"))
    own = error.status < 500
    etree.SubElement(told, "faultcode").text = "soap:Client" if own else "soap:Server"
    etree.SubElement(told, "faultstring").text = error.message_da
    detail = etree.SubElement(told, "detail")
    etree.SubElement(detail, _name(names.DGWS, "FaultCode")).text = code
    etree.SubElement(detail, _name(names.OURS, "Code")).text = error.code
    etree.SubElement(detail, _name(names.OURS, "Message")).text = error.message
    for name, value in error.further.items():
        etree.SubElement(detail, _name(names.OURS, names.FURTHER[name])).text = value
    return _bytes(envelope)


def zulu(at: dt.datetime) -> str:
    """A time as DGWS 1.0.1 wants it."""
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _root(data: bytes) -> _Element:
    if len(data) > MOST_BYTES:
        raise _syntax(f"the envelope is larger than {MOST_BYTES} bytes", f"konvolutten er over {MOST_BYTES} bytes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        raise _syntax("the envelope is not well-formed XML", "konvolutten er ikke velformet XML") from None
    if root.getroottree().docinfo.doctype:
        raise _syntax("a document type is not taken", "en dokumenttype modtages ikke")
    if root.tag != _name(names.SOAP, "Envelope"):
        raise _syntax("the root is no SOAP 1.1 Envelope", "roden er ingen SOAP 1.1-konvolut")
    return root


def _linking(header: _Element) -> tuple[str, str]:
    """Checks DGWS' header and the time stamp; gives FlowID and MessageID."""
    told = header.find(_name(names.DGWS, "Header"))
    if told is None:
        raise _missing("dgws:Header")
    message_id = _text(told, "Linking", "MessageID")
    flow_id = _text(told, "Linking", "FlowID") or message_id
    if not message_id:
        raise _missing("Linking/MessageID")
    if not _IDENTITY.fullmatch(message_id) or not _IDENTITY.fullmatch(flow_id):
        raise _syntax("FlowID and MessageID are 1 to 128 plain characters", "FlowID og MessageID er 1-128 tegn")
    if _text(told, "SecurityLevel") not in ("", "1"):
        raise DgwsFault(
            "security_level_failed",
            "Only SecurityLevel 1 is taken here: systems are recognised by their access token or client certificate.",
            "Kun SecurityLevel 1 modtages her: systemer kendes på adgangstoken eller klientcertifikat.",
        )
    if _text(told, "RequireNonRepudiationReceipt").lower() == "yes":
        raise DgwsFault(
            "nonrepudiation_not_supported",
            "Receipts of non-repudiation are not given; ask without RequireNonRepudiationReceipt.",
            "Uafviselighedskvitteringer gives ikke; spørg uden RequireNonRepudiationReceipt.",
        )
    _check_time(header)
    return flow_id, message_id


def _check_time(header: _Element) -> None:
    security = header.find(_name(names.WSSE, "Security"))
    if security is None:
        raise _missing("wsse:Security")
    created = security.find(f"{_name(names.WSU, 'Timestamp')}/{_name(names.WSU, 'Created')}")
    if created is None:
        raise _missing("wsu:Timestamp/wsu:Created")
    if not _ZULU.fullmatch((created.text or "").strip()):
        raise DgwsFault(
            "invalid_date_timezone",
            "wsu:Created must be a time in UTC that ends in Z.",
            "wsu:Created skal være en tid i UTC, der ender på Z.",
        )


def _parts(operation: _Element, expected: names.Parts) -> dict[str, str]:
    """The elements of a request; unknown, doubled and missing ones are refused."""
    found: dict[str, str] = {}
    known = {name for name, *_ in expected}
    for child in operation:
        name = etree.QName(child)
        if name.namespace != names.OURS or name.localname not in known or name.localname in found or len(child):
            raise _syntax(f"element {name.localname} is not expected", f"elementet {name.localname} ventes ikke")
        found[name.localname] = (child.text or "").strip()
    for name, _, least, _ in expected:
        if least and not found.get(name):
            raise _syntax(f"element {name} is missing", f"elementet {name} mangler")
    return found


def _envelope(linking: Linking, now: dt.datetime, status: str) -> tuple[_Element, _Element]:
    envelope = etree.Element(_name(names.SOAP, "Envelope"), nsmap=_PREFIXES)
    header = etree.SubElement(envelope, _name(names.SOAP, "Header"))
    security = etree.SubElement(header, _name(names.WSSE, "Security"))
    stamp = etree.SubElement(security, _name(names.WSU, "Timestamp"))
    etree.SubElement(stamp, _name(names.WSU, "Created")).text = zulu(now)
    dgws = etree.SubElement(header, _name(names.DGWS, "Header"))
    etree.SubElement(dgws, _name(names.DGWS, "SecurityLevel")).text = "1"
    linked = etree.SubElement(dgws, _name(names.DGWS, "Linking"))
    etree.SubElement(linked, _name(names.DGWS, "FlowID")).text = linking.flow_id or linking.message_id
    etree.SubElement(linked, _name(names.DGWS, "MessageID")).text = linking.message_id
    if linking.in_response_to:
        etree.SubElement(linked, _name(names.DGWS, "InResponseToMessageID")).text = linking.in_response_to
    etree.SubElement(dgws, _name(names.DGWS, "FlowStatus")).text = status
    etree.SubElement(dgws, _name(names.DGWS, "RequireNonRepudiationReceipt")).text = "no"
    return envelope, etree.SubElement(envelope, _name(names.SOAP, "Body"))


def _text(parent: _Element, *path: str) -> str:
    found = parent.find("/".join(_name(names.DGWS, part) for part in path))
    return "" if found is None else (found.text or "").strip()


def _name(namespace: str, local: str) -> str:
    return f"{{{namespace}}}{local}"


def _bytes(envelope: _Element) -> bytes:
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _missing(what: str) -> DgwsFault:
    return DgwsFault(
        "missing_required_header", f"The header lacks {what}; send DGWS' header.", f"Headeren mangler {what}."
    )


def _syntax(why: str, why_da: str) -> DgwsFault:
    return DgwsFault("syntax_error", f"The request cannot be read: {why}.", f"Anmodningen kan ikke læses: {why_da}.")

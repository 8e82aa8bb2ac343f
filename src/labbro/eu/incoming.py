"""Documents for the databank: its doors are given `read`, which knows letters and documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import BinaryIO

from labbro import letters
from labbro.databank.incoming import Incoming, IncomingDocument
from labbro.eu.addresses import CPR, DEFAULT, X_ECPR, Addresses
from labbro.eu.bundle import Bundle
from labbro.eu.fields import objects, one_object
from labbro.eu.reading import STANDARD, VERSION, read_document
from labbro.eu.sniffing import document_in
from labbro.records.model import Report


def reader(known: Addresses) -> Callable[[bytes | BinaryIO], Iterator[Incoming]]:
    """`read` for a databank with addresses of its own; other processes can be given it."""
    return partial(read, known=known)


def read(data: bytes | BinaryIO, known: Addresses = DEFAULT) -> Iterator[Incoming]:
    """Letters as `letters.read` gives them; a European document as one of the databank's own."""
    document, data = document_in(data)
    if document is None:
        yield from letters.read(data)
    else:
        yield incoming(document, known)


def incoming(data: bytes, known: Addresses = DEFAULT) -> IncomingDocument:
    """A document as the databank keeps it. Never raises on bad input: what is wrong is told in findings."""
    told = read_document(data, known)
    name: tuple[str, ...] = ()
    scope = ""
    if told.report is not None and told.bundle is not None:
        name, scope = _name(told.report, told.bundle), _scope(told.report, told.bundle, known)
    return IncomingDocument(told.reference, told.report, told.findings, data, name, scope, STANDARD, VERSION)


def _name(report: Report, bundle: Bundle) -> tuple[str, ...]:
    """Sender, document, report. Some systems give a number to several documents, the guide's own examples too."""
    sender = report.sender.ean or report.sender.identifier
    own, told = (one_object(one.get("identifier")) for one in (bundle.content, bundle.composition))
    return sender, *(str(one.get(part, "")) for one in (own, told) for part in ("system", "value"))


def _scope(report: Report, bundle: Bundle, known: Addresses) -> str:
    """Whose number the patient has; a number that only the sender knows is the sender's, as in letters."""
    if report.patient.identifier_kind != "alternative":
        return ""
    patient = one_object(bundle.resolve(bundle.report.get("subject")))
    for one in objects(patient.get("identifier")):
        system = str(one.get("system", ""))
        if str(one.get("value")) == report.patient.identifier and system not in (CPR, X_ECPR):
            return "" if known.began("local_patient", system) else system
    return ""

"""A letter as a European document, without a databank: for `labbro convert --to eu`."""

from __future__ import annotations

from labbro import records
from labbro.eu.addresses import DEFAULT, Addresses
from labbro.eu.document import FIRST, Document, Version, document
from labbro.letters.findings import Finding
from labbro.letters.letter import Letter


def document_of(
    letter: Letter, known: Addresses = DEFAULT, version: Version = FIRST
) -> tuple[Document | None, tuple[Finding, ...]]:
    """The document of a letter without errors, and what it could not say; None for a letter that is no report."""
    if records.is_requisition(letter):
        return None, (_refusal("a requisition asks for results and has none", "en rekvisition har ingen resultater"),)
    if not records.can_project(letter):
        return None, (_refusal("a receipt is no report", "en kvittering er intet svar"),)
    projection = records.project_with_findings(letter)
    made = document(projection.report, known, version)
    return made, (*projection.findings, *made.losses)


def _refusal(why: str, why_da: str) -> Finding:
    return Finding(
        severity="error",
        code="no-document",
        path=None,
        message=f"The letter cannot become a European document: {why}.",
        message_da=f"Brevet kan ikke blive et europæisk dokument: {why_da}.",
    )

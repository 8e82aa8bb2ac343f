"""What the letters of microbiology share on their way to the record."""

from __future__ import annotations

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.tree import Element
from labbro.records.model import Antibiotic, Code, Culture, Sample, Susceptibility, SusceptibilityTable
from labbro.records.projections.parts import NOTHING, integer
from labbro.records.projections.reading import moment, named


def sample(root: Element, findings: list[Finding]) -> Sample:
    """The one sample of the letter."""
    element = root.find("RequisitionInformation/Sample") or NOTHING
    return Sample(
        laboratory_number=element.text("LaboratoryInternalSampleIdentifier") or "",
        requester_number=element.text("RequesterSampleIdentifier"),
        sampled_at=moment(element, "SamplingDateTime", findings),
        received_at=moment(element, "SampleReceivedDateTime", findings),
    )


def analysis(element: Element) -> Code:
    """What was examined; material and location, which are parts of its name, stand apart."""
    return Code(
        value=element.text("MICAnalysisCode") or "",
        system=element.text("AnalysisCodeType") or "",
        responsible=element.text("AnalysisCodeResponsible") or "",
        short_name=named(element.text("AnalysisShortName") or ""),
        complete_name=element.text("AnalysisMDSName/Examination"),
    )


def place(element: Element, tag: str, otherwise: int = 0) -> int:
    """The number of a row or column; 0, which no letter has, where it cannot be read."""
    number = integer(element.text(tag))
    return otherwise if number is None else number


def culture(
    told: Culture,
    headline: str | None,
    antibiotics: tuple[Antibiotic, ...],
    cells: tuple[Susceptibility, ...],
    interpretation: str | None,
) -> Culture:
    """The culture with its table: each cell goes to its isolate, and what has no row or column is kept beside.

    Where two isolates say they have one number (their faults are told by the check), the first has the cells.
    """
    if headline is None:
        return told
    rows = {antibiotic.row for antibiotic in antibiotics}
    columns: dict[int, list[Susceptibility]] = {isolate.number: [] for isolate in told.isolates}
    unplaced: list[Susceptibility] = []
    for cell in cells:
        (columns[cell.isolate] if cell.isolate in columns and cell.row in rows else unplaced).append(cell)
    isolates = tuple(
        msgspec.structs.replace(isolate, susceptibilities=tuple(columns.pop(isolate.number, ())))
        for isolate in told.isolates
    )
    table = SusceptibilityTable(headline, antibiotics, interpretation, tuple(unplaced))
    return msgspec.structs.replace(told, isolates=isolates, table=table)

"""RPT02 / XRPT02: MicrobiologyReport in all its versions. Letter -> Report.

One sample, up to five results (examinations), and what microscopy and culture found for the letter as a whole. Facts:
rpt02.md. The columns and rows of the table of susceptibility are counted in document order.
"""

from __future__ import annotations

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.model import (
    Antibiotic,
    Code,
    CodedText,
    Culture,
    Isolate,
    Microbiology,
    Microscopy,
    Result,
    Section,
    Susceptibility,
)
from labbro.records.projections import microbiology, parts
from labbro.records.projections.parts import NOTHING
from labbro.records.projections.reading import Projection, prose


def project(letter: Letter) -> Projection:
    """The report that an RPT02 says. Never raises for a letter that was read."""
    root = letter.root
    findings: list[Finding] = []
    laboratory = root.find("LaboratoryResults") or NOTHING
    results = tuple(_result(element, ordinal) for ordinal, element in enumerate(laboratory.all("Result"), 1))
    samples = (microbiology.sample(root, findings),)
    report = parts.report(letter, "microbiology", "RPT02", samples=samples, results=results, findings=findings)
    report = msgspec.structs.replace(
        report,
        clinical_information=prose(root.find("RequisitionInformation/ClinicalInformation")),
        sections=_conclusion(laboratory.find("GeneralResultInformation") or NOTHING),
        microbiology=_microbiology(laboratory),
    )
    return Projection(report, tuple(findings))


def _result(element: Element, ordinal: int) -> Result:
    status, value = parts.status_and_value(element.text("ResultStatusCode"), element.text("Value"))
    comment = prose(element.find("ResultComments"))
    analysis = element.find("Analysis") or NOTHING
    return Result(
        ordinal=ordinal,
        analysis=microbiology.analysis(analysis),
        status=status,
        kind="numeric" if element.text("ResultType") == "numerisk" else "text",
        value=value,
        operator=None if value is None else parts.OPERATOR.get(element.text("Operator") or ""),
        unit=element.text("Unit"),
        flag=parts.FLAG.get(element.text("ResultValidation") or ""),
        interval=parts.interval(element.find("ReferenceInterval")),
        producer=parts.producer(element.find("ProducerOfLabResult")),
        comments=() if comment is None else (comment,),
        references=parts.references(element),
        to_laboratory=element.text("ToLabIdentifier"),
        material=analysis.text("AnalysisMDSName/Material"),
        location=analysis.text("AnalysisMDSName/Location"),
        examination_kind=analysis.text("ExaminationTypeCode"),
    )


def _conclusion(general: Element) -> tuple[Section, ...]:
    heading, text = general.text("Headline"), prose(general.find("Comment"))
    return () if heading is None and text is None else (Section("conclusion", heading, text),)


def _microbiology(laboratory: Element) -> Microbiology | None:
    seen = laboratory.find("MicroscopicFindings")
    without, found = laboratory.find("CultureWithoutFindings"), laboratory.find("CultureWithFindings")
    cultures: list[Culture] = []
    if without is not None:
        cultures.append(Culture(without.text("Headline") or "", prose(without.find("Comments"))))
    if found is not None:
        cultures.append(_culture(found))
    if seen is None and not cultures:
        return None
    microscopy = None if seen is None else Microscopy(seen.text("Headline") or "", prose(seen.find("Comments")))
    return Microbiology(microscopy=microscopy, cultures=tuple(cultures))


def _culture(element: Element) -> Culture:
    pattern = element.find("Pattern")
    isolates = tuple(_isolate(each, number) for number, each in enumerate(element.all("Microorganism"), 1))
    comment = prose(element.find("Comments"))
    antibiotics = tuple(_antibiotic(each, row) for row, each in enumerate((pattern or NOTHING).all("Antibiotic"), 1))
    names = {antibiotic.row: antibiotic.name for antibiotic in antibiotics}
    cells = tuple(_cell(entry, names) for entry in (pattern or NOTHING).all("PatternEntry"))
    return microbiology.culture(
        Culture(
            element.text("Headline") or "",
            isolates=isolates,
            comments=() if comment is None else (CodedText(comment),),
        ),
        None if pattern is None else (pattern.text("Headline") or ""),
        antibiotics,
        cells,
        prose((pattern or NOTHING).find("SensitivityInterpretation")),
    )


def _isolate(element: Element, number: int) -> Isolate:
    amount, comment = element.text("GrowthValue"), element.text("SpeciesComment")
    return Isolate(
        number=number,
        organism=CodedText(element.text("Name") or "", _code(element, "ATCCCode", "atcc")),
        amount=None if amount is None else CodedText(amount),
        comments=() if comment is None else (CodedText(comment),),
    )


def _antibiotic(element: Element, row: int) -> Antibiotic:
    return Antibiotic(row, CodedText(element.text("Name") or "", _code(element, "ATCCode", "atc")))


def _code(element: Element, tag: str, system: str) -> Code | None:
    """The code of an organism or an antibiotic; the letter names its system by the element alone."""
    value, responsible = element.text(tag), element.text(f"{tag}Responsible")
    return None if value is None and responsible is None else Code(value or "", system, responsible or "")


def _cell(entry: Element, names: dict[int, CodedText]) -> Susceptibility:
    row = microbiology.place(entry, "RefAntibiotic")
    return Susceptibility(
        isolate=microbiology.place(entry, "RefMicroorganism"),
        row=row,
        antibiotic=names.get(row, CodedText("")),
        category=entry.text("Sensitivity") or "",
    )

"""XRPT05: MicrobiologyWebReport, and XRPT06: MiBaReport (the same with more codes), in all versions. Letter -> Report.

Each examination (Investigation) becomes a result with what was found. Facts: rpt05.md, rpt06.md. In XRPT06 rows and
columns of the table have numbers of their own, and `Protected` marks what the sender holds back: it is kept as a state.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.model import (
    Antibiotic,
    CodedText,
    Culture,
    Examiner,
    Isolate,
    Measurement,
    Microbiology,
    Microscopy,
    MicroscopyDetail,
    MicroscopyGroup,
    Property,
    PropertyKind,
    PropertyResult,
    Result,
    ResultStatus,
    Susceptibility,
)
from labbro.records.projections import microbiology, parts
from labbro.records.projections.parts import NOTHING, coded, coded_texts, lines
from labbro.records.projections.reading import Projection, named

_ANALYSES: dict[str, PropertyKind] = {"PropertyAnalysis": "analysis", "StemPropertyAnalysis": "stem"}


def project(letter: Letter) -> Projection:
    """The report that an XRPT05 or XRPT06 says. Never raises for a letter that was read."""
    root = letter.root
    findings: list[Finding] = []
    laboratory = root.find("LaboratoryResults") or NOTHING
    general = laboratory.find("GeneralResultInformation") or NOTHING
    status = parts.RESULT_STATUS.get(general.text("ResultStatusCode") or "", "final")
    results = tuple(_result(each, at, status) for at, each in enumerate(laboratory.all("Investigation"), 1))
    samples = (microbiology.sample(root, findings),)
    standard = "XRPT06" if root.name == "MiBaReport" else "XRPT05"
    report = parts.report(letter, "microbiology", standard, samples=samples, results=results, findings=findings)
    report = msgspec.structs.replace(
        report,
        comments=None,  # they may have codes, and be held back: see coded_comments
        coded_comments=coded_texts(root.find("RequisitionInformation"), "Comments"),
        clinical_information=lines(root.find("RequisitionInformation/ClinicalInformation")),
        summary=_summary(general),
        remarks=coded_texts(laboratory, "Comments"),
        prompts=parts.prompts(laboratory, findings),
        to_laboratory=general.text("ToLabIdentifier"),
    )
    return Projection(report, tuple(findings))


def _summary(general: Element) -> CodedText | None:
    """A text in XRPT05; in XRPT06 it has a code."""
    said = general.find("Summary")
    return coded(said) if said is None or said.find("Text") is not None else CodedText(said.value)


def _result(investigation: Element, ordinal: int, status: ResultStatus) -> Result:
    examination = investigation.find("Examination") or NOTHING
    examiner = named(examination.text("Examinator") or "")
    return Result(
        ordinal=ordinal,
        analysis=microbiology.analysis(examination),
        status=status,
        kind="text",
        value=None,
        producer=parts.producer(examination.find("ProducerOfLabResult")),
        material=examination.text("AnalysisMDSName/Material"),
        location=examination.text("AnalysisMDSName/Location"),
        supplementary_location=examination.text("SupplementaryLocation"),
        examination_kind=examination.text("ExaminationTypeCode"),
        summary=examination.text("Summary"),
        examiners=() if examiner is None else (Examiner(name=examiner),),
        microbiology=_microbiology(investigation),
    )


def _microbiology(investigation: Element) -> Microbiology | None:
    quantities = investigation.find("QuantitativeFindings")
    culture, microscopy = investigation.find("CultureFindings"), investigation.find("MicroscopicFindings")
    if quantities is None and culture is None and microscopy is None:
        return None
    found = quantities or NOTHING
    return Microbiology(
        interpretation=coded(found.find("InterPretation")),
        measurements=tuple(_measurement(each) for each in found.all("AnalysisFindings")),
        microscopy=None if microscopy is None else _microscopy(microscopy),
        cultures=() if culture is None else (_culture(culture),),
        comments=coded_texts(quantities, "Comments"),
    )


def _measurement(element: Element) -> Measurement:
    found = element.find("Findings") or NOTHING
    return Measurement(
        analysis=coded(element.find("Analysis")) or CodedText(""),
        interpretation=coded(found.find("InterPretation")),
        operator=parts.OPERATOR.get(found.text("Operator") or ""),
        value=found.text("Value"),
        unit=found.text("Unit"),
        interval=parts.interval(found.find("ReferenceInterval")),
        flag=parts.FLAG.get(found.text("ResultValidation") or ""),
        references=parts.references(found),
        comments=coded_texts(found, "Comments"),
        properties=_properties(element.find("Properties")),
        protected=found.text("Protected"),
    )


def _culture(element: Element) -> Culture:
    pattern = element.find("Pattern")
    table = pattern or NOTHING
    isolates = tuple(_isolate(each, at) for at, each in enumerate(element.all("Microorganism"), 1))
    antibiotics = tuple(_antibiotic(each, at) for at, each in enumerate(table.all("Antibiotic"), 1))
    names = {antibiotic.row: antibiotic.name for antibiotic in antibiotics}
    return microbiology.culture(
        Culture(element.text("Headline") or "", isolates=isolates, comments=coded_texts(element, "Comments")),
        None if pattern is None else (pattern.text("Headline") or ""),
        antibiotics,
        tuple(_cell(entry, names) for entry in table.all("PatternEntry")),
        lines(table.find("SusceptibilityInterpretation")),
    )


def _isolate(element: Element, at: int) -> Isolate:
    return Isolate(
        number=microbiology.place(element, "SortOrder", at),
        organism=coded(element.find("Identification")) or CodedText(""),
        amount=coded(element.find("GrowthValue")),
        isolate_number=element.text("IsolateNumber"),
        comments=coded_texts(element, "SpeciesComment"),
        properties=_properties(element.find("Properties")),
    )


def _antibiotic(element: Element, at: int) -> Antibiotic:
    return Antibiotic(
        row=microbiology.place(element, "AntibioticNumber", at),
        name=coded(element.find("AntibioticName")) or CodedText(""),
        method=coded(element.find("SusceptibilityMethod")),
    )


def _cell(entry: Element, names: dict[int, CodedText]) -> Susceptibility:
    row, value = microbiology.place(entry, "RefAntibiotic"), entry.find("SusceptibilityValue") or NOTHING
    return Susceptibility(
        isolate=microbiology.place(entry, "RefMicroorganism"),
        row=row,
        antibiotic=names.get(row, CodedText("")),
        category=entry.text("Susceptibility") or "",
        operator=parts.OPERATOR.get(value.text("Operator") or ""),
        value=value.text("Value"),
        unit=value.text("Unit"),
        interval=parts.interval(value.find("ReferenceInterval")),
        references=parts.references(value),
        comments=coded_texts(value, "Comments"),
    )


def _microscopy(element: Element) -> Microscopy:
    groups = tuple(
        MicroscopyGroup(
            coded(group.find("Headline")) or CodedText(""),
            tuple(detail for kind in group.all("MicroscopicType") for detail in _details(kind)),
        )
        for group in element.all("Grouping")
    )
    return Microscopy(element.text("Headline") or "", lines(element.find("Comments")), groups)


def _details(kind: Element) -> tuple[MicroscopyDetail, ...]:
    said = kind.text("Type") or ""
    details = tuple(
        MicroscopyDetail(said, coded(each.find("Identification")), coded(each.find("Value")))
        for each in kind.all("Details")
    )
    return details or (MicroscopyDetail(said),)


def _properties(element: Element | None) -> tuple[Property, ...]:
    """Properties stand one after another: Property, Result, the analyses, Protected, and then the next."""
    turns: list[list[Element]] = []
    for child in (element or NOTHING).children:
        if child.name == "Property" or not turns:
            turns.append([])
        turns[-1].append(child)
    return tuple(_property(Element("Properties", tuple(turn))) for turn in turns)


def _property(turn: Element) -> Property:
    return Property(
        kind="property",
        name=coded(turn.find("Property")) or CodedText(""),
        result=_property_result(turn.find("Result")),
        parts=tuple(_below(turn)),
        protected=turn.text("Protected"),
    )


def _below(element: Element) -> Iterator[Property]:
    """The analyses, variants and assays of a property or an analysis."""
    for child in element.children:
        if child.name in _ANALYSES:
            yield _analysis(child, _ANALYSES[child.name])
        elif child.name == "StemVariant":
            variant = CodedText(child.text("Variant") or "", parts.code_of(child))
            yield Property("variant", variant, _property_result(child.find("Result")))
        elif child.name == "Assay":
            yield _analysis(child, "assay")


def _analysis(element: Element, kind: PropertyKind) -> Property:
    stem = element.text("Stem")
    return Property(
        kind=kind,
        name=CodedText(element.text("Text") or "" if stem is None else stem, parts.code_of(element)),
        result=_property_result(element.find("Result")),
        parts=tuple(_below(element)),
        protected=element.text("Protected"),
    )


def _property_result(element: Element | None) -> PropertyResult | None:
    if element is None:
        return None
    number = element.find("NumericValue") or NOTHING
    return PropertyResult(
        said=coded(element) or CodedText(""),
        operator=parts.OPERATOR.get(number.text("Operator") or ""),
        value=number.text("Value"),
        unit=number.text("Unit"),
        long_text=element.text("ExtraText"),
    )

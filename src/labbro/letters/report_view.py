"""How a laboratory report is shown: its sections, and a line for each result. Shared by the reports with results."""

from __future__ import annotations

from labbro.letters.labels import word_label
from labbro.letters.remarks import NOT_YET
from labbro.letters.tree import Element
from labbro.letters.view import Field, Row, Section, Table, Teller, party, patient

MARKS = {"for_hoej": "high", "for_lav": "low", "unormal": "abnormal"}
SIGNS = {"for_hoej": "▲", "for_lav": "▼", "unormal": "●"}
OPERATORS = {"mindre_end": "<", "stoerre_end": ">"}


def report_sections(teller: Teller) -> list[Section]:
    """Patient, parties, sample and results."""
    root = teller.root
    copy = root.find("CCReceiver")
    sections = [
        patient(teller),
        Section(teller.say("Svar", "Report"), (*_report(teller), *_sample(teller))),
        Section(teller.say("Resultater", "Results"), table=_results(teller)),
        Section(teller.say("Afsender", "Sender"), party(teller, root.find("Sender"))),
        Section(teller.say("Modtager", "Receiver"), party(teller, root.find("Receiver"))),
    ]
    if copy is not None:
        sections.append(Section(teller.say("Kopi til", "Copy to"), party(teller, copy)))
    return sections


def _report(teller: Teller) -> tuple[Field, ...]:
    letter, general = teller.root.find("Letter"), teller.root.find("LaboratoryResults/GeneralResultInformation")
    for constant in ("VersionCode", "TypeCode"):
        teller.value(letter, constant)
    return (
        *teller.field(general, "ReportStatusCode"),
        *teller.field(general, "ResultsDateTime"),
        *teller.field(letter, "Authorisation"),
        *teller.field(general, "LaboratoryInternalProductionIdentifier"),
        *teller.field(letter, "Identifier", "Brevnummer", "Letter number"),
    )


def _sample(teller: Teller) -> tuple[Field, ...]:
    information = teller.root.find("RequisitionInformation")
    sample = teller.root.find("RequisitionInformation/Sample")
    volume = teller.joined(sample, ("Volume", "UnitOfVolume"), " ")
    interval = teller.joined(sample, ("SamplingInterval/StartDateTime", "SamplingInterval/EndDateTime"), " – ")
    return (
        *teller.field(sample, "SamplingDateTime"),
        *((Field(teller.say("Opsamling", "Collection"), interval),) if interval else ()),
        *((Field(teller.say("Volumen", "Volume"), volume),) if volume else ()),
        *teller.field(sample, "RequesterSampleIdentifier"),
        *teller.field(sample, "LaboratoryInternalSampleIdentifier"),
        *teller.field(information, "Comments"),
    )


def _results(teller: Teller) -> Table:
    header = (
        teller.say("Analyse", "Analysis"),
        teller.say("Resultat", "Result"),
        teller.say("Enhed", "Unit"),
        teller.say("Referenceinterval", "Reference interval"),
        teller.say("Status", "Status"),
    )
    return Table(header, tuple(_row(teller, result) for result in teller.root.all("LaboratoryResults/Result")))


def _row(teller: Teller, result: Element) -> Row:
    short = teller.value(result, "Analysis/AnalysisShortName")
    complete = teller.value(result, "Analysis/AnalysisCompleteName")
    status = result.text("ResultStatusCode") or ""
    waiting = status == "proeve_modtaget" or result.text("Value") == NOT_YET
    validation = result.text("ResultValidation") or ""
    cells = (short or complete, value_text(teller, result, waiting), teller.value(result, "Unit"))
    row = (*cells, interval_text(teller, result), teller.value(result, "ResultStatusCode"))
    teller.value(result, "ResultType")
    notes = (
        *((Field(teller.say("Analyse", "Analysis"), complete),) if short and complete else ()),
        *_notes(teller, result),
    )
    return Row(row, notes, "waiting" if waiting else MARKS.get(validation, ""))


def value_text(teller: Teller, result: Element, waiting: bool) -> str:
    """A value with its operator and what the laboratory says of it; the stars of a value to come are no value."""
    value, operator = teller.value(result, "Value"), result.text("Operator") or ""
    validation = result.text("ResultValidation") or ""
    for name in ("Operator", "ResultValidation"):
        teller.value(result, name)
    if waiting:
        return teller.say("afventer svar", "awaiting result")
    said = f"{OPERATORS.get(operator, '')}{value}"
    if validation not in MARKS:
        return said
    return f"{said} {SIGNS[validation]} {word_label(validation, teller.language)}"


def interval_text(teller: Teller, result: Element) -> str:
    """The reference interval of a result on one line: limits, and its text."""
    interval = result.find("ReferenceInterval")
    lower, upper = teller.value(interval, "LowerLimit"), teller.value(interval, "UpperLimit")
    kind = teller.value(interval, "TypeOfInterval") if interval is not None else ""
    text = teller.value(interval, "IntervalText")
    limits = f"{lower} – {upper}" if lower and upper else f"≥ {lower}" if lower else f"≤ {upper}" if upper else ""
    if limits and kind and (interval.text("TypeOfInterval") if interval is not None else "") == "terapeutisk":
        limits = f"{limits} ({kind})"
    return " · ".join(part for part in (limits, text) if part)


def _notes(teller: Teller, result: Element) -> tuple[Field, ...]:
    code = teller.joined(
        result, ("Analysis/AnalysisCode", "Analysis/AnalysisCodeType", "Analysis/AnalysisCodeResponsible")
    )
    texts: list[Field] = []
    for child in result.children:
        if child.name in {"ResultTextValue", "ResultComments"}:
            label = (
                teller.say("Svartekst", "Result text")
                if child.name == "ResultTextValue"
                else teller.say("Kommentar", "Comment")
            )
            texts.append(Field(label, teller.element(child)))
        elif child.name == "Reference":
            texts.append(Field(teller.say("Henvisning", "Reference"), reference_text(teller, child)))
    producer = result.find("ProducerOfLabResult")
    made_by = ""
    if producer is not None:
        made_by = (
            teller.joined(producer, ("Identifier", "IdentifierCode")) if producer.children else teller.element(producer)
        )
    group = teller.joined(
        result,
        (
            "Analysis/RequisitionGroup/Name",
            "Analysis/RequisitionGroup/Identifier",
            "Analysis/RequisitionGroup/IdentifierResponsible",
            "Analysis/Order",
        ),
        " · ",
    )
    return (
        *texts,
        Field(teller.say("Kode", "Code"), code),
        *((Field(teller.say("Producent", "Producer"), made_by),) if made_by else ()),
        *((Field(teller.say("Gruppe", "Group"), group),) if group else ()),
        *teller.field(result, "ToLabIdentifier"),
    )


def reference_text(teller: Teller, reference: Element) -> str:
    """What a Reference refers to, on one line."""
    description, url = teller.value(reference, "RefDescription"), teller.value(reference, "URL")
    binary = teller.joined(
        reference.find("BIN"), ("ObjectCode", "ObjectExtensionCode", "OriginalObjectSize", "ObjectIdentifier")
    )
    later = teller.say("eftersendes", "to follow") if teller.value(reference, "SUP") else ""
    return " · ".join(part for part in (description, url, binary, later) if part)

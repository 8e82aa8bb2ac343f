"""How an RPT02 is shown: results, microscopy, culture, isolates and the table of susceptibility."""

from __future__ import annotations

from labbro.letters.microbiology_texts import (
    Cell,
    Drug,
    explained,
    parties,
    place_number,
    references,
    susceptibility_table,
    susceptibility_word,
)
from labbro.letters.microbiology_view import report_fields, sample_fields
from labbro.letters.remarks import NOT_YET
from labbro.letters.report_view import MARKS, interval_text, value_text
from labbro.letters.tree import Element
from labbro.letters.view import Field, Row, Section, Table, Teller, patient


def report_sections(teller: Teller) -> list[Section]:
    """Patient, report, results, findings and the parties."""
    results = teller.root.find("LaboratoryResults")
    rows = tuple(_result(teller, each) for each in teller.root.all("LaboratoryResults/Result"))
    header = (
        teller.say("Undersøgelse", "Examination"),
        teller.say("Resultat", "Result"),
        teller.say("Enhed", "Unit"),
        teller.say("Referenceinterval", "Reference interval"),
        teller.say("Status", "Status"),
    )
    return [
        patient(teller),
        Section(teller.say("Svar", "Report"), (*report_fields(teller), *sample_fields(teller))),
        Section(teller.say("Resultater", "Results"), table=Table(header, rows)),
        *_text(teller, results, "MicroscopicFindings", teller.say("Mikroskopi", "Microscopy")),
        *_text(teller, results, "CultureWithoutFindings", teller.say("Dyrkning uden fund", "Culture without findings")),
        *_culture(teller, results.find("CultureWithFindings") if results is not None else None),
        *_conclusion(teller, results),
        *parties(teller),
    ]


def _result(teller: Teller, result: Element) -> Row:
    names = [f"Analysis/AnalysisMDSName/{part}" for part in ("Examination", "Material", "Location")]
    name, short = teller.joined(result, names), teller.value(result, "Analysis/AnalysisShortName")
    status, validation = result.text("ResultStatusCode") or "", result.text("ResultValidation") or ""
    waiting = status == "proeve_modtaget" or result.text("Value") == NOT_YET
    cells = (name, value_text(teller, result, waiting), teller.value(result, "Unit"), interval_text(teller, result))
    teller.value(result, "ResultType")
    codes = [f"Analysis/{part}" for part in ("MICAnalysisCode", "AnalysisCodeType", "AnalysisCodeResponsible")]
    producer = result.find("ProducerOfLabResult")
    made_by = teller.joined(producer, ("Identifier", "IdentifierCode"))
    if producer is not None and not producer.children:
        made_by = teller.element(producer)
    notes = (
        *((Field(teller.say("Kort navn", "Short name"), short),) if short else ()),
        *teller.field(result, "ResultComments", "Kommentar", "Comment"),
        *references(teller, result),
        Field(teller.say("Kode", "Code"), teller.joined(result, codes)),
        *teller.field(result, "Analysis/ExaminationTypeCode", "Undersøgelsens art", "Kind of examination"),
        *((Field(teller.say("Producent", "Producer"), made_by),) if made_by else ()),
        *teller.field(result, "ToLabIdentifier"),
    )
    row = (*cells, teller.value(result, "ResultStatusCode"))
    return Row(row, notes, "waiting" if waiting else MARKS.get(validation, ""))


def _text(teller: Teller, results: Element | None, name: str, label: str) -> list[Section]:
    holder = results.find(name) if results is not None else None
    if holder is None:
        return []
    fields = (Field(label, teller.value(holder, "Comments")),)
    return [Section(teller.value(holder, "Headline"), fields)]


def _conclusion(teller: Teller, results: Element | None) -> list[Section]:
    general = results.find("GeneralResultInformation") if results is not None else None
    headline = teller.value(general, "Headline") or teller.say("Kommentar", "Comment")
    comment = teller.field(general, "Comment", "Kommentar", "Comment")
    return [Section(headline, comment)] if comment or (general is not None and general.find("Headline")) else []


def _culture(teller: Teller, culture: Element | None) -> list[Section]:
    if culture is None:
        return []
    isolates = list(culture.all("Microorganism"))
    rows = tuple(_isolate(teller, number, isolate) for number, isolate in enumerate(isolates, 1))
    header = (teller.say("Mikroorganisme", "Microorganism"), teller.say("Vækst", "Growth"))
    comment = teller.field(culture, "Comments", "Kommentar", "Comment")
    sections = [Section(teller.value(culture, "Headline"), comment, Table(header, rows))]
    pattern = culture.find("Pattern")
    if pattern is not None:
        names = {number: isolate.text("Name") or "" for number, isolate in enumerate(isolates, 1)}
        sections.append(_pattern(teller, pattern, names))
    return sections


def _isolate(teller: Teller, number: int, isolate: Element) -> Row:
    code = teller.joined(isolate, ("ATCCCode", "ATCCCodeResponsible"))
    notes = (
        *((Field(teller.say("Kode", "Code"), code),) if code else ()),
        *teller.field(isolate, "SpeciesComment", "Kommentar", "Comment"),
    )
    return Row((f"{number} {teller.value(isolate, 'Name')}", teller.value(isolate, "GrowthValue")), notes)


def _pattern(teller: Teller, pattern: Element, isolates: dict[int, str]) -> Section:
    drugs: dict[int, Drug] = {}
    for number, antibiotic in enumerate(pattern.all("Antibiotic"), 1):
        code = teller.joined(antibiotic, ("ATCCode", "ATCCodeResponsible"))
        drugs[number] = Drug(teller.value(antibiotic, "Name"), code=code)
    legend = pattern.text("SensitivityInterpretation") or ""
    entries = list(pattern.all("PatternEntry"))
    cells = [_cell(teller, entry, legend) for entry in entries]
    table, lost = susceptibility_table(teller, isolates, drugs, cells)
    meaning = explained(teller, (entry.text("Sensitivity") or "" for entry in entries), legend)
    own = teller.field(pattern, "SensitivityInterpretation", "Tolkning", "Interpretation")
    return Section(teller.value(pattern, "Headline"), (*own, *meaning, *lost), table)


def _cell(teller: Teller, entry: Element, legend: str) -> Cell:
    isolate, antibiotic = (teller.value(entry, name) for name in ("RefMicroorganism", "RefAntibiotic"))
    word = susceptibility_word(teller, teller.value(entry, "Sensitivity"), legend)
    return Cell(place_number(isolate), place_number(antibiotic), word)

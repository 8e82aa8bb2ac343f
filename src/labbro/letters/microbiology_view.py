"""How a microbiology report is shown: findings, isolates, microscopy, antibiotics by isolates with S/I/R in words."""

from __future__ import annotations

import msgspec

from labbro.letters.labels import word_label
from labbro.letters.microbiology_texts import (
    Cell,
    Drug,
    code_note,
    code_of,
    comments,
    explained,
    measured,
    one_line,
    paragraphs,
    parties,
    place_number,
    prompts,
    references,
    said,
    said_with_code,
    susceptibility_table,
    susceptibility_word,
)
from labbro.letters.protection import is_above_zero, protected, turns
from labbro.letters.report_view import MARKS, SIGNS, interval_text
from labbro.letters.tree import Element
from labbro.letters.view import Field, Row, Section, Table, Teller, patient


def web_report_sections(teller: Teller) -> list[Section]:
    """Patient, report, one or more sections for every investigation, and the parties."""
    root = teller.root
    results = root.find("LaboratoryResults")
    sections = [
        patient(teller),
        Section(teller.say("Svar", "Report"), (*report_fields(teller), *sample_fields(teller)), notice=_notice(teller)),
    ]
    for investigation in root.all("LaboratoryResults/Investigation"):
        sections += _investigation(teller, investigation)
    general = comments(teller, results)
    sections += [Section(teller.say("Kommentarer til svaret", "Comments on the report"), general)] if general else []
    return [*sections, *prompts(teller), *parties(teller)]


def _notice(teller: Teller) -> str:
    hidden = any(protected(element) for _, element in teller.root.walk() if element.children)
    return (
        teller.say(
            "Afsenderen har beskyttet noget af indholdet; det vises ikke her.",
            "The sender has protected part of the content; it is not shown here.",
        )
        if hidden
        else ""
    )


def report_fields(teller: Teller) -> tuple[Field, ...]:
    """Statuses, times and numbers of the report."""
    letter, general = teller.root.find("Letter"), teller.root.find("LaboratoryResults/GeneralResultInformation")
    for constant in ("VersionCode", "TypeCode"):
        teller.value(letter, constant)
    summary = general.find("Summary") if general is not None else None
    coded = summary is not None and summary.find("Text") is not None
    fields: list[Field] = []
    for name in ("ReportStatusCode", "ResultStatus"):
        fields.extend(teller.field(general, name))
    fields.extend(teller.field(general, "ResultStatusCode", "Resultatets status", "Result status"))
    if coded:
        fields.append(Field(teller.say("Konklusion", "Summary"), said_with_code(teller, summary)))
    fields.extend(teller.field(general, "Summary", "Konklusion", "Summary") if not coded else ())
    return (
        *fields,
        *teller.field(general, "ResultsDateTime"),
        *teller.field(letter, "Authorisation"),
        *teller.field(general, "LaboratoryInternalProductionIdentifier"),
        *teller.field(general, "ToLabIdentifier"),
        *teller.field(letter, "Identifier", "Brevnummer", "Letter number"),
    )


def sample_fields(teller: Teller) -> tuple[Field, ...]:
    """The sample, and what the requester told about it."""
    information = teller.root.find("RequisitionInformation")
    sample = teller.root.find("RequisitionInformation/Sample")
    clinical = information.find("ClinicalInformation") if information is not None else None
    told = ""
    if clinical is not None:
        told = paragraphs(teller, clinical) if clinical.find("Paragraph") is not None else teller.element(clinical)
    plain = information is not None and any(each.find("Text") is None for each in information.all("Comments"))
    return (
        *teller.field(sample, "SamplingDateTime"),
        *teller.field(sample, "SampleReceivedDateTime"),
        *teller.field(sample, "RequesterSampleIdentifier"),
        *teller.field(sample, "LaboratoryInternalSampleIdentifier"),
        *((Field(teller.say("Kliniske oplysninger", "Clinical information"), told),) if told else ()),
        *(teller.field(information, "Comments") if plain else comments(teller, information)),
    )


def _investigation(teller: Teller, investigation: Element) -> list[Section]:
    examination = investigation.find("Examination")
    name = teller.joined(examination, [f"AnalysisMDSName/{part}" for part in ("Examination", "Material", "Location")])
    code = teller.joined(examination, ("MICAnalysisCode", "AnalysisCodeType", "AnalysisCodeResponsible"))
    producer = teller.joined(examination, ("ProducerOfLabResult/Identifier", "ProducerOfLabResult/IdentifierCode"))
    quantitative = investigation.find("QuantitativeFindings")
    overall = said_with_code(teller, quantitative.find("InterPretation") if quantitative is not None else None)
    fields = (
        *teller.field(examination, "Summary", "Konklusion", "Summary"),
        *((Field(teller.say("Vurdering", "Interpretation"), overall),) if overall else ()),
        *teller.field(examination, "AnalysisShortName", "Kort navn", "Short name"),
        *teller.field(examination, "SupplementaryLocation", "Supplerende lokalisation", "Further location"),
        Field(teller.say("Kode", "Code"), code),
        *teller.field(examination, "ExaminationTypeCode", "Undersøgelsens art", "Kind of examination"),
        *teller.field(examination, "Examinator", "Undersøgt af", "Examined by"),
        *((Field(teller.say("Producent", "Producer"), producer),) if producer else ()),
        *comments(teller, quantitative),
    )
    found = list(quantitative.all("AnalysisFindings")) if quantitative is not None else []
    table = _findings(teller, found) if found else None
    return [
        Section(name, fields, table),
        *_culture(teller, investigation.find("CultureFindings")),
        *_microscopy(teller, investigation.find("MicroscopicFindings")),
    ]


def _findings(teller: Teller, found: list[Element]) -> Table:
    header = (
        teller.say("Analyse", "Analysis"),
        teller.say("Fund", "Finding"),
        teller.say("Værdi", "Value"),
        teller.say("Referenceinterval", "Reference interval"),
    )
    return Table(header, tuple(_finding(teller, each) for each in found))


def _finding(teller: Teller, analysis: Element) -> Row:
    name, findings = analysis.find("Analysis"), analysis.find("Findings")
    notes = [*code_note(teller, name), *properties(teller, analysis.find("Properties"))]
    if findings is None or protected(findings):
        hidden = said(teller, findings)
        return Row((said(teller, name), hidden, "", ""), tuple(notes))
    teller.value(findings, "Protected")
    interpretation = findings.find("InterPretation")
    validation = findings.text("ResultValidation") or ""
    value = measured(teller, findings)
    if validation in MARKS:
        teller.value(findings, "ResultValidation")
        value = f"{value} {SIGNS[validation]} {word_label(validation, teller.language)}".strip()
    code = code_of(teller, interpretation)
    notes += [Field(teller.say("Fundets kode", "Code of the finding"), code)] if code else []
    notes += [*references(teller, findings), *comments(teller, findings)]
    cells = (said(teller, name), said(teller, interpretation), value, interval_text(teller, findings))
    return Row(tuple(one_line(cell) for cell in cells), tuple(notes), MARKS.get(validation, ""))


def _culture(teller: Teller, culture: Element | None) -> list[Section]:
    if culture is None:
        return []
    isolates = list(culture.all("Microorganism"))
    header = (teller.say("Mikroorganisme", "Microorganism"), teller.say("Vækst", "Growth"))
    rows = tuple(_isolate(teller, number, isolate) for number, isolate in enumerate(isolates, 1))
    sections = [
        Section(teller.value(culture, "Headline"), comments(teller, culture), Table(header, rows) if rows else None)
    ]
    pattern = culture.find("Pattern")
    if pattern is not None:
        names = {
            _number(each, "SortOrder", at): one_line(said(teller, each.find("Identification")))
            for at, each in enumerate(isolates, 1)
        }
        sections.append(_pattern(teller, pattern, names))
    return sections


def _number(element: Element, name: str, otherwise: int) -> int:
    """The number that a letter gives a row or column (XRPT06), or its place in the document."""
    return place_number(element.text(name) or "", otherwise)


def _isolate(teller: Teller, at: int, isolate: Element) -> Row:
    name, growth = isolate.find("Identification"), isolate.find("GrowthValue")
    isolate_number = teller.field(isolate, "IsolateNumber", "Isolatnummer", "Isolate number")
    number = teller.value(isolate, "SortOrder") or str(at)
    growth_code = code_of(teller, growth)
    notes = (
        *isolate_number,
        *code_note(teller, name),
        *((Field(teller.say("Vækstens kode", "Code of growth"), growth_code),) if growth_code else ()),
        *comments(teller, isolate, "SpeciesComment"),
        *properties(teller, isolate.find("Properties")),
    )
    return Row((f"{number} {one_line(said(teller, name))}", one_line(said(teller, growth))), notes)


def _pattern(teller: Teller, pattern: Element, isolates: dict[int, str]) -> Section:
    drugs: dict[int, Drug] = {}
    for at, antibiotic in enumerate(pattern.all("Antibiotic"), 1):
        number = _number(antibiotic, "AntibioticNumber", at)
        teller.value(antibiotic, "AntibioticNumber")
        name, method = antibiotic.find("AntibioticName"), antibiotic.find("SusceptibilityMethod")
        code, how = code_of(teller, name), said_with_code(teller, method)
        drugs[number] = Drug(one_line(said(teller, name)), one_line(how), code)
    legend = paragraphs(teller, pattern.find("SusceptibilityInterpretation"))
    entries, cells = list(pattern.all("PatternEntry")), list[Cell]()
    for entry in entries:
        cell, notes = _cell(teller, entry, legend)
        cells.append(cell)
        drug = drugs.get(cell.antibiotic)
        if drug is not None and notes:
            drugs[cell.antibiotic] = msgspec.structs.replace(drug, notes=(*drug.notes, *notes))
    table, lost = susceptibility_table(teller, isolates, drugs, cells)
    meaning = explained(teller, (entry.text("Susceptibility") or "" for entry in entries), legend)
    fields = (Field(teller.say("Tolkning", "Interpretation"), legend), *meaning, *lost)
    return Section(teller.value(pattern, "Headline"), fields, table)


def _cell(teller: Teller, entry: Element, legend: str) -> tuple[Cell, tuple[Field, ...]]:
    isolate, antibiotic = _number(entry, "RefMicroorganism", 0), _number(entry, "RefAntibiotic", 0)
    for name in ("RefMicroorganism", "RefAntibiotic"):
        teller.value(entry, name)
    value = entry.find("SusceptibilityValue")
    word = susceptibility_word(teller, teller.value(entry, "Susceptibility"), legend)
    more = "; ".join(part for part in _value_and_interval(teller, value) if part)
    notes = (*references(teller, value), *comments(teller, value)) if value is not None else ()
    marked = tuple(Field(f"{note.label} ({teller.say('isolat', 'isolate')} {isolate})", note.value) for note in notes)
    return Cell(isolate, antibiotic, f"{word} ({more})" if more else word), marked


def _value_and_interval(teller: Teller, value: Element | None) -> tuple[str, ...]:
    return () if value is None else (measured(teller, value), interval_text(teller, value))


def _microscopy(teller: Teller, microscopy: Element | None) -> list[Section]:
    if microscopy is None:
        return []
    text = paragraphs(teller, microscopy.find("Comments"))
    rows: list[Row] = []
    for group in microscopy.all("Grouping"):
        title = one_line(said_with_code(teller, group.find("Headline")))
        kinds = list(group.all("MicroscopicType"))
        rows += [row for kind in kinds for row in _microscopic_rows(teller, title, kind)] or [Row((title, "", "", ""))]
    header = (
        teller.say("Gruppe", "Group"),
        teller.say("Art", "Kind"),
        teller.say("Fund", "Finding"),
        teller.say("Værdi", "Value"),
    )
    fields = (Field(teller.say("Svar", "Answer"), text),) if text else ()
    return [Section(teller.value(microscopy, "Headline"), fields, Table(header, tuple(rows)) if rows else None)]


def _microscopic_rows(teller: Teller, title: str, kind: Element) -> list[Row]:
    name = teller.value(kind, "Type")
    rows: list[Row] = []
    for detail in kind.all("Details"):
        parts = [detail.find("Identification"), detail.find("Value")]
        codes = [code for code in (code_of(teller, part) for part in parts) if code]
        notes = (Field(teller.say("Kode", "Code"), "; ".join(codes)),) if codes else ()
        rows.append(Row((title, name, *(one_line(said(teller, part)) for part in parts)), notes))
    return rows or [Row((title, name, "", ""))]


# --- properties (XRPT06) -------------------------------------------------------------------------------------------


def properties(teller: Teller, holder: Element | None) -> tuple[Field, ...]:
    """Each property with its result, and the analyses that it rests on."""
    return tuple(_property(teller, turn) for turn in turns(holder)) if holder is not None else ()


def _property(teller: Teller, turn: list[Element]) -> Field:
    hidden = any(part.name == "Protected" and is_above_zero(part.value) for part in turn)
    code, label = code_of(teller, turn[0]), said(teller, turn[0])
    lines: list[str] = []
    for part in turn[1:]:
        if hidden or part.name == "Protected":
            teller.tell(part)
        else:
            lines.append(_analysis(teller, part))
    lines += [f"{teller.say('Kode', 'Code')}: {code}"] if code and not hidden else []
    secret = teller.say("(beskyttet af afsenderen)", "(protected by the sender)")
    return Field(label, secret if hidden else "\n".join(lines))


def _analysis(teller: Teller, part: Element) -> str:
    """A result, an analysis, an assay or a variant of a stem, with what stands below it."""
    if protected(part):
        return said(teller, part)
    name = teller.value(part, "Stem") or teller.value(part, "Variant") or said(teller, part)
    code, number = code_of(teller, part), measured(teller, part.find("NumericValue"))
    own = " ".join(
        word for word in (name, teller.value(part, "ExtraText"), number, f"({code})" if code else "") if word
    )
    teller.value(part, "Protected")
    below = [child for child in part.children if child.name in {"Result", "Assay", "StemVariant"}]
    return own + (f": {'; '.join(_analysis(teller, child) for child in below)}" if below else "")

"""How a letter of pathology or genetics is shown: result, conclusion, diagnoses with their codes, then the texts."""

from __future__ import annotations

import msgspec

from labbro.letters.labels import name_label
from labbro.letters.remarks import NOT_YET
from labbro.letters.report_view import reference_text
from labbro.letters.tree import Element
from labbro.letters.view import Field, Row, Section, Table, Teller, party
from labbro.letters.view import patient as patient_section

# SNOMED in Danish pathology: the first letter of a code says what it is about.
AXES = {
    "T": ("Topografi: sted", "Topography: site"),
    "M": ("Morfologi: forandring", "Morphology: change"),
    "P": ("Procedure", "Procedure"),
    "F": ("Funktion", "Function"),
    "Æ": ("Ætiologi: årsag", "Aetiology: cause"),
    "E": ("Ætiologi: årsag", "Aetiology: cause"),
    "S": ("Sygdom", "Disease"),
}
MARKS = {"malign": "abnormal", "premalign": "abnormal"}
# In the order in which people read them; the letter keeps its own.
SECTIONS = (
    ("Conclusion", "Konklusion", "Conclusion"),
    ("AnalysisHeadline", "Analyse", "Analysis"),
    ("AnalysisResults", "Analyseresultater", "Results of the analysis"),
    ("Macroscopic", "Makroskopi", "Macroscopy"),
    ("Microscopic", "Mikroskopi", "Microscopy"),
    ("Hematology", "Hæmatologi", "Haematology"),
    ("Comments", "Bemærkninger", "Comments"),
    ("AnalysisMethod", "Metode", "Method"),
    ("GenomeReference", "Genomreference", "Genome reference"),
    ("InternalReference", "Intern reference", "Internal reference"),
)
RESULT_SECTIONS = (
    ("AnalysisResults", "Analyseresultater", "Results of the analysis"),
    ("AnalysisConclusion", "Konklusion", "Conclusion"),
    ("AnalysisMethod", "Metode", "Method"),
    ("Comments", "Bemærkninger", "Comments"),
    ("GenomeReference", "Genomreference", "Genome reference"),
    ("InternalReference", "Intern reference", "Internal reference"),
)


def pathology_sections(teller: Teller) -> list[Section]:
    """Patient, report, result, conclusion, diagnoses of every sample, texts, the request, and the parties."""
    root = teller.root
    texts = root.find("LaboratoryResults/TextualFormat")
    conclusion, *others = SECTIONS
    return [
        _patient(teller),
        Section(teller.say("Svar", "Report"), _report(teller)),
        *_result(teller),
        *_text(teller, texts, *conclusion),
        *_text(teller, root.find("LaboratoryResults/GeneralResultInformation"), *conclusion),
        *_samples(teller),
        *(section for names in others for section in _text(teller, texts, *names)),
        *(section for result in root.all("LaboratoryResults/Result") for section in _result_of_2020(teller, result)),
        *_request(teller),
        *_parties(teller),
    ]


def _patient(teller: Teller) -> Section:
    """The patient with address and relative, and what was said about consent."""
    section = patient_section(teller)
    holder, relative = teller.root.find("Patient"), teller.root.find("Relative")
    place = teller.joined(holder, ("PostCodeIdentifier", "DistrictName"), " ")
    address = ", ".join(part for part in (teller.joined(holder, ("StreetName", "SuburbName")), place) if part)
    municipality = teller.joined(holder, ("MunicipalityName", "MunicipalityId"))
    named = teller.joined(relative, ("PersonGivenName", "PersonSurnameName"), " ")
    kind, number = teller.value(relative, "RelationCode"), teller.value(relative, "PersonIdentifier")
    known = f"{named} ({kind})" if kind else named
    fields = (
        (teller.say("Adresse", "Address"), address),
        (teller.say("Kommune", "Municipality"), municipality),
        (teller.say("Pårørende", "Relative"), ", ".join(part for part in (known, number) if part)),
        (teller.say("Samtykkets ordlyd", "Wording of the consent"), teller.value(holder, "Consent/Text")),
    )
    said = tuple(Field(label, value) for label, value in fields if value)
    return msgspec.structs.replace(section, fields=(*section.fields, *said))


def _report(teller: Teller) -> tuple[Field, ...]:
    root = teller.root
    letter, general = root.find("Letter"), root.find("LaboratoryResults/GeneralResultInformation")
    constants = ["VersionCode", "TypeCode"]
    if letter is not None and letter.text("StatisticalCode") == letter.text("TypeCode"):
        constants.append("StatisticalCode")
    for constant in constants:
        teller.value(letter, constant)
    people = _people(teller, root, "Sender/Examinator")
    return (
        *teller.field(general, "ReportStatusCode"),
        *teller.field(general, "ResultStatusCode"),
        *teller.field(general, "ResultsDateTime"),
        *teller.field(letter, "Authorisation"),
        *(Field(name_label("Examinator", teller.language), person) for person in people),
        *teller.field(general, "LaboratoryInternalProductionIdentifier"),
        *teller.field(letter, "Identifier", "Brevnummer", "Letter number"),
        *teller.field(general, "ToLabIdentifier"),
        # The laboratory's own word on the report: corrections are told here.
        *teller.field(root.find("RequisitionInformation"), "Comments"),
    )


def _people(teller: Teller, holder: Element, path: str) -> list[str]:
    """Names, titles and initials of those who examined."""
    names = ("PersonName", "PersonTitle", "PersonInitials")
    return [said for person in holder.all(path) if (said := teller.joined(person, names))]


def _result(teller: Teller) -> list[Section]:
    table = teller.root.find("LaboratoryResults/TableFormat")
    if table is None:
        return []
    status = teller.root.text("LaboratoryResults/GeneralResultInformation/ResultStatusCode")
    found, validation = teller.value(table, "TableResult"), teller.value(table, "ResultValidation")
    if status == "proeve_modtaget" or found == NOT_YET:
        found = teller.say("afventer svar", "awaiting result")
    title = teller.value(table, "ResultHeadline") or teller.say("Resultat", "Result")
    fields = (
        Field(teller.say("Resultat", "Result"), f"{found} ● {validation}" if validation else found),
        *teller.field(table, "AnalysisCompleteName"),
        *teller.field(table, "AnalysisCode", "NPU-kode", "NPU code"),
    )
    return [Section(title, fields)]


# --- texts ---------------------------------------------------------------------------------------------------------


def _text(teller: Teller, holder: Element | None, name: str, danish: str, english: str) -> list[Section]:
    """A section of text under the laboratory's own heading; the usual one where it has none."""
    section = holder.find(name) if holder is not None else None
    if section is None:
        return []
    usual = teller.say(danish, english)
    title = teller.value(section, "Headline") or usual
    if name == "Hematology":
        return [Section(title, table=_cells(teller, section))]
    found = section.find("Text")
    text = "" if found is None else teller.element(found)
    references = tuple(
        Field(teller.say("Henvisning", "Reference"), reference_text(teller, each)) for each in section.all("Reference")
    )
    notice = "" if text or references else teller.say("Afsnittet er uden tekst.", "The section has no text.")
    fixed = found is not None and any(child.name == "FixedFont" for _, child in found.walk())
    return [Section(title, references, notice=notice, text=text, fixed=fixed)]


def _cells(teller: Teller, section: Element) -> Table:
    labels = section.find("Labels")
    header = tuple(teller.value(labels, name) for name in ("CellTypes", "Marrow", "Peripheral"))
    rows = tuple(
        Row(tuple(teller.value(row, name) for name in ("CellType", "Marrow", "Peripheral")))
        for row in section.all("Result")
    )
    return Table(header, rows)


# --- samples and codes ---------------------------------------------------------------------------------------------


def _samples(teller: Teller) -> list[Section]:
    """A section for each sample with its codes; samples without codes stand in one table."""
    coded = teller.root.find("LaboratoryResults/CodedFormat")
    samples = list(coded.all("Sample")) if coded is not None else []
    title = teller.value(coded, "DiagnosisHeadline") or teller.say("Diagnoser", "Diagnoses")
    with_codes = [sample for sample in samples if sample.find("CodedResults") is not None]
    sections = [_coded_sample(teller, sample, title) for sample in with_codes]
    plain = [sample for sample in samples if sample.find("CodedResults") is None]
    if plain:
        names = ("MaterialDescription", "LaboratoryInternalSampleIdentifier", "RequesterSampleIdentifier")
        header = (
            teller.say("Materiale", "Material"),
            *(name_label(name, teller.language) for name in names[1:]),
        )
        rows = tuple(Row(tuple(teller.value(sample, name) for name in names)) for sample in plain)
        heading = teller.say("Prøver uden koder", "Samples without codes") if with_codes else ""
        sections.append(Section(heading or teller.say("Prøver", "Samples"), table=Table(header, rows)))
    return sections


def _coded_sample(teller: Teller, sample: Element, title: str) -> Section:
    codes = sample.find("CodedResults")
    own = teller.value(codes, "Headline")
    header = (teller.say("Betydning", "Meaning"), teller.say("Kode", "Code"), teller.say("Art", "Kind"))
    found = codes.children if codes is not None else ()
    rows = tuple(_code(teller, code) for code in found if code.name in {"Topography", "Result"})
    fields = (
        *teller.field(sample, "MaterialDescription", "Materiale", "Material"),
        *teller.field(sample, "LaboratoryInternalSampleIdentifier"),
        *teller.field(sample, "RequesterSampleIdentifier"),
    )
    return Section(f"{title}: {own}" if own else title, fields, Table(header, rows))


def _code(teller: Teller, code: Element) -> Row:
    """A code with what its first letter means; the first of a sample is the site whatever its letter."""
    said = teller.value(code, "Code")
    axis = AXES.get("T" if code.name == "Topography" else said.strip()[:1].upper(), ("", ""))
    comment = teller.field(code, "Comment", "Bemærkning", "Comment")
    return Row((teller.value(code, "Text"), said, teller.say(*axis)), comment)


# --- request and parties -------------------------------------------------------------------------------------------


def _request(teller: Teller) -> list[Section]:
    request = teller.root.find("RequisitionInformation")
    if request is None:
        return []
    names = (
        "RequisitionDateTime",
        "SamplingDateTime",
        "SampleReceivedDateTime",
        "RequestersRequisitionIdentifier",
        "ReceiversRequisitionIdentifier",
        "RequesterSampleIdentifier",
        "LaboratoryInternalSampleIdentifier",
        "ClinicalInformation",
    )
    fields = tuple(field for name in names for field in teller.field(request, name))
    label = teller.say("Henvisning", "Reference")
    references = tuple(Field(label, reference_text(teller, each)) for each in request.all("Reference"))
    return [Section(teller.say("Rekvisition", "Requisition"), (*fields, *references))]


def _parties(teller: Teller) -> list[Section]:
    titles = (
        ("Sender", "Afsender", "Sender"),
        ("Receiver", "Modtager", "Receiver"),
        ("CCReceiver", "Kopi til", "Copy to"),
    )
    found = ((teller.root.find(name), teller.say(danish, english)) for name, danish, english in titles)
    return [Section(title, party(teller, holder)) for holder, title in found if holder is not None]


def _result_of_2020(teller: Teller, result: Element) -> list[Section]:
    """One result of XR0731G, as far as its names are known."""
    analysis, sample = result.find("Analysis"), result.find("Sample")
    name = teller.value(analysis, "CompleteName")
    title = teller.value(analysis, "ShortName") or name or teller.say("Resultat", "Result")
    code = teller.joined(analysis, ("AnalysisCode", "CodeType", "CodeResponsible"))
    table = result.find("TableFormat")
    people = _people(teller, result, "Examinator")
    fields = (
        (teller.value(table, "ResultHeadline") or teller.say("Resultat", "Result"), teller.value(table, "TableResult")),
        (teller.say("Analyse", "Analysis"), name if name != title else ""),
        (teller.say("Kode", "Code"), code),
        (teller.say("Materiale", "Material"), teller.joined(sample, ("SampleMaterialType", "SampleMaterial"))),
        *((name_label("Examinator", teller.language), person) for person in people),
    )
    numbers = (
        *teller.field(sample, "LaboratoryInternalSampleIdentifier"),
        *teller.field(sample, "RequesterSampleIdentifier"),
    )
    producer = teller.joined(result.find("ProducerOfLabResult"), ("Identifier", "IdentifierCode"))
    made_by = (Field(teller.say("Producent", "Producer"), producer),) if producer else ()
    said = tuple(Field(label, value) for label, value in fields if value)
    sections = [section for names in RESULT_SECTIONS for section in _text(teller, result, *names)]
    return [Section(title, (*said, *numbers, *made_by)), *sections]

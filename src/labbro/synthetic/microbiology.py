"""Answers of microbiology: what was examined and found, put into the three letters that laboratories send it in.

XRPT05 (XML) says every examination with its findings; RPT02 (EDIFACT) up to five results and one culture; XRPT06 goes
to the databank of microbiology and may hold what its sender protects.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from labbro.synthetic.documents import Desk, Document, Taken, Values, moment, receiver, sender
from labbro.synthetic.plan import Flag, Operator, ReportStatus, ResultStatus
from labbro.synthetic.specialists import MICROBIOLOGY_DATABANK, Specialist

LEGEND = (
    "S = følsom ved standarddosis, I = følsom ved øget eksponering, R = resistent, - = ikke undersøgt. "
    "Tallet er MIC i mg/L."
)
_STATE = {"komplet_svar": "komplet", "del_svar": "delvis", "modtaget": "modtaget"}


class Isolate(msgspec.Struct, frozen=True):
    """What grew, how much, and a remark on the species. `property`: a protected one (name, result), in XRPT06 only."""

    name: str
    growth: str
    remark: str = ""
    property: tuple[str, str] | None = None


class Tested(msgspec.Struct, frozen=True):
    """An antibiotic with one answer for each isolate: S, I, R or `-`, and the MIC (`<0.5`) or nothing."""

    antibiotic: str
    answers: tuple[tuple[str, str], ...]


class Culture(msgspec.Struct, frozen=True):
    """A culture: its isolates and what they are susceptible to; without isolates the text says so."""

    isolates: tuple[Isolate, ...] = ()
    tested: tuple[Tested, ...] = ()
    text: str = ""


class Finding(msgspec.Struct, frozen=True):
    """An analysis without culture, such as PCR: what was found, and a number where there is one."""

    analysis: str
    found: str
    value: str = ""
    unit: str = ""
    operator: Operator | None = None
    flag: Flag | None = None


class Examination(msgspec.Struct, frozen=True):
    """One examination: `code` with its system; a local one belongs to the department that answers."""

    code: str
    short_name: str
    name: str
    material: str
    location: str = ""
    system: Literal["iupac", "lokal"] = "lokal"
    culture: Culture | None = None
    findings: tuple[Finding, ...] = ()
    microscopy: str = ""


class Answer(msgspec.Struct, frozen=True):
    """One report on a sample: `days` after sampling; `conclusion` and `comment` are of the whole report."""

    examinations: tuple[Examination, ...]
    days: float
    status: ResultStatus = "svar_endeligt"
    report: ReportStatus = "komplet_svar"
    conclusion: str = ""
    comment: str = ""
    clinical: str = ""


def report(desk: Desk, department: Specialist, taken: Taken, answer: Answer) -> Document:
    """The answer in the department's own kind of letter, to whoever asked."""
    version = department.microbiology
    ready = taken.after(answer.days)
    values: Values = {
        "Sender": sender(department.party, "" if version == "XR0531M" else department.code),
        "Receiver": receiver(taken.requester),
        "Patient": desk.patient("" if version == "XR0531M" else "Consent"),
    }
    if version == "XR0231M":
        values |= _rpt02(department, taken, answer, ready)
    else:
        values |= _xrpt05(department, taken, answer, ready)
    return desk.document(version, department.syntax, ready, values)


def to_databank(desk: Desk, department: Specialist, taken: Taken, answer: Answer) -> Document:
    """The same answer for the databank of microbiology (XRPT06), with what the department protects."""
    ready = taken.after(answer.days)
    values = {
        "Sender": sender(department.party),
        "Receiver": receiver(MICROBIOLOGY_DATABANK),
        "Patient": desk.patient("ConsentGiven"),
        "RequisitionInformation": {"Sample": _sample(taken)},
        "LaboratoryResults": {
            "GeneralResultInformation": {
                "ResultStatusCode": answer.status,
                "LaboratoryInternalProductionIdentifier": f"{department.code}-{taken.laboratory_number}",
                "ResultsDateTime": moment(ready),
                "ResultStatus": _STATE[answer.report],
            },
            "Investigation": [_investigation(department, one, coded=True) for one in answer.examinations],
        },
    }
    return desk.document("XR0630M", "xml", ready, values)


def _sample(taken: Taken) -> Values:
    return {
        "LaboratoryInternalSampleIdentifier": taken.laboratory_number,
        "RequesterSampleIdentifier": taken.requester_number,
        "SamplingDateTime": moment(taken.at),
        "SampleReceivedDateTime": moment(taken.received_at),
    }


def _analysis(department: Specialist, one: Examination) -> Values:
    names = {"Examination": one.name, "Material": one.material, "Location": one.location}
    return {
        "MICAnalysisCode": one.code,
        "AnalysisCodeType": one.system,
        "AnalysisCodeResponsible": "SST" if one.system == "iupac" else department.code,
        "AnalysisShortName": one.short_name,
        "AnalysisMDSName": {name: text for name, text in names.items() if text},
    }


# --- XRPT05 and XRPT06 ---------------------------------------------------------------------------------------------


def _xrpt05(department: Specialist, taken: Taken, answer: Answer, ready: dt.datetime) -> Values:
    in_force = department.microbiology == "XR0532M"
    general: Values = {
        "ResultStatusCode": answer.status,
        "LaboratoryInternalProductionIdentifier": f"{department.code}-{taken.laboratory_number}",
        "ResultsDateTime": moment(ready),
    }
    general = (
        {"ReportStatusCode": answer.report, **general}
        if in_force
        else {**general, "ResultStatus": _STATE[answer.report]}
    )
    if answer.conclusion:
        general["Summary"] = answer.conclusion[:70]
    asked: Values = {"ClinicalInformation": _lines(answer.clinical)} if answer.clinical else {}
    results: Values = {
        "GeneralResultInformation": general,
        "Investigation": [_investigation(department, one, coded=False) for one in answer.examinations],
    }
    if answer.comment:
        results["Comments"] = [_text(answer.comment)]
    return {"RequisitionInformation": asked | {"Sample": _sample(taken)}, "LaboratoryResults": results}


def _investigation(department: Specialist, one: Examination, *, coded: bool) -> Values:
    examination = {
        "ExaminationTypeCode": "dyrkning" if one.culture else "maalbar_kvantitet",
        **_analysis(department, one),
        "Examinator": department.party.department,
        "ProducerOfLabResult": {"Identifier": department.party.identifier, "IdentifierCode": department.code},
    }
    values: Values = {"Examination": examination}
    if one.findings:
        values["QuantitativeFindings"] = {"AnalysisFindings": [_finding(found) for found in one.findings]}
    if one.culture is not None:
        values["CultureFindings"] = _culture(department, one.culture, coded=coded)
    if one.microscopy:
        values["MicroscopicFindings"] = {"Headline": "Mikroskopi", "Comments": _lines(one.microscopy)}
    return values


def _finding(found: Finding) -> Values:
    values: Values = {"InterPretation": _text(found.found)}
    if found.value:
        values |= {"Operator": found.operator or "lig_med", "Value": found.value, "Unit": found.unit}
    if found.flag:
        values["ResultValidation"] = found.flag
    return {"Analysis": _text(found.analysis), "Findings": values}


def _culture(department: Specialist, culture: Culture, *, coded: bool) -> Values:
    values: Values = {"Headline": "Dyrkning med fund" if culture.isolates else "Dyrkning"}
    if culture.isolates:
        values["Microorganism"] = [
            _isolate(department, number, isolate, coded=coded) for number, isolate in enumerate(culture.isolates, 1)
        ]
    if culture.tested:
        values["Pattern"] = _pattern(culture, coded=coded)
    if culture.text:
        values["Comments"] = [_text(culture.text)]
    return values


def _isolate(department: Specialist, number: int, isolate: Isolate, *, coded: bool) -> Values:
    remark = {"SpeciesComment": [_text(isolate.remark)]} if isolate.remark else {}
    growth = {"GrowthValue": _text(isolate.growth)}
    if not coded:
        return {"Identification": _text(isolate.name), **growth, **remark}
    values: Values = {
        "Identification": _coded(department, f"M{number:03d}", isolate.name),
        "IsolateNumber": str(number),
        "SortOrder": str(number),
        **growth,
    }
    if isolate.property is not None:
        name, result = isolate.property
        said = [
            {"Property": _coded(department, "E001", name)},
            {"Result": _coded(department, "E002", result)},
            {"Protected": "1"},
        ]
        values["Properties"] = {"Property|Result|PropertyAnalysis|StemPropertyAnalysis|Protected": said}
    return values | remark


def _coded(department: Specialist, code: str, text: str) -> Values:
    where = {"CodeType": "lokal", "CodeResponsible": department.code}
    return {"Code": f"{department.code}-{code}", "CodeQualifier": "100", **where, "Text": text}


def _pattern(culture: Culture, *, coded: bool) -> Values:
    antibiotics: list[Values] = []
    entries: list[Values] = []
    for row, tested in enumerate(culture.tested, 1):
        number = {"AntibioticNumber": str(row)} if coded else {}
        antibiotics.append({"AntibioticName": _text(tested.antibiotic), **number})
        for column, (category, mic) in enumerate(tested.answers, 1):
            entry: Values = {"RefMicroorganism": str(column), "RefAntibiotic": str(row), "Susceptibility": category}
            entries.append(entry | ({"SusceptibilityValue": _concentration(mic)} if mic else {}))
    return {
        "Headline": "Antibiotikafølsomhed",
        "Antibiotic": antibiotics,
        "PatternEntry": entries,
        "SusceptibilityInterpretation": _lines(LEGEND),
    }


def _concentration(mic: str) -> Values:
    operators = {"<": "mindre_end", ">": "stoerre_end"}
    return {"Operator": operators.get(mic[0], "lig_med"), "Value": mic.lstrip("<>"), "Unit": "mg/L"}


def _text(text: str) -> Values:
    return {"Text": _lines(text)}


def _lines(text: str) -> Values:
    return {"Paragraph": text.split("\n")}


# --- RPT02 ---------------------------------------------------------------------------------------------------------


def _rpt02(department: Specialist, taken: Taken, answer: Answer, ready: dt.datetime) -> Values:
    general: Values = {
        "ReportStatusCode": answer.report,
        "LaboratoryInternalProductionIdentifier": f"{department.code}-{taken.laboratory_number}",
        "ResultsDateTime": moment(ready),
    }
    said = "\n".join(text for text in (answer.conclusion, answer.comment) if text)
    if said:
        general |= {"Headline": "Kommentar", "Comment": said}
    results: Values = {"GeneralResultInformation": general}
    results["Result"] = [_result(department, one, answer.status) for one in answer.examinations]
    microscopy = next((one.microscopy for one in answer.examinations if one.microscopy), "")
    if microscopy:
        results["MicroscopicFindings"] = {"Headline": "Mikroskopi", "Comments": microscopy}
    culture = next((one.culture for one in answer.examinations if one.culture), None)
    if culture is not None and culture.isolates:
        results["CultureWithFindings"] = _grown(culture)
    elif culture is not None and microscopy:  # without microscopy the reader could not tell the two apart
        results["CultureWithoutFindings"] = {"Headline": "Dyrkning", "Comments": culture.text}
    asked: Values = {"ClinicalInformation": answer.clinical} if answer.clinical else {}
    return {"RequisitionInformation": asked | {"Sample": _sample(taken)}, "LaboratoryResults": results}


def _result(department: Specialist, one: Examination, status: ResultStatus) -> Values:
    found = next(iter(one.findings), None)
    value = found.found if found else "Vækst" if one.culture and one.culture.isolates else "Ingen vækst"
    values: Values = {
        "ResultStatusCode": status,
        "Analysis": {"ExaminationTypeCode": "observerbar_egenskab", **_analysis(department, one)},
        "ProducerOfLabResult": {"Identifier": department.party.identifier, "IdentifierCode": department.code},
        "ResultType": "alfanumerisk",
        "Value": value,
    }
    abnormal = found.flag == "unormal" if found else value == "Vækst"
    if abnormal:
        values["ResultValidation"] = "unormal"
    if one.culture is not None and not one.culture.isolates and one.culture.text:
        values["ResultComments"] = one.culture.text
    return values


def _grown(culture: Culture) -> Values:
    organisms: list[Values] = [
        {"Name": isolate.name, "GrowthValue": isolate.growth}
        | ({"SpeciesComment": isolate.remark} if isolate.remark else {})
        for isolate in culture.isolates
    ]
    values: Values = {"Headline": "Dyrkning med fund", "Microorganism": organisms}
    if culture.text:
        values["Comments"] = culture.text
    if culture.tested:
        entries = [
            {"RefMicroorganism": str(column), "RefAntibiotic": str(row), "Sensitivity": category}
            for column in range(1, len(culture.isolates) + 1)
            for row, tested in enumerate(culture.tested, 1)
            for category, _ in (tested.answers[column - 1],)
        ]
        values["Pattern"] = {
            "Headline": "Antibiotikafølsomhed",
            "Antibiotic": [{"Name": tested.antibiotic[:16]} for tested in culture.tested],
            "PatternEntry": entries,
            "SensitivityInterpretation": LEGEND.partition(" Tallet")[0],
        }
    return values

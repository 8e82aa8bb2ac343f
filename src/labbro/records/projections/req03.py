"""REQ03 / XREQ03: PathologyRequest in all versions. Letter -> Requisition.

Up to 99 samples, one analysis. The cervix informations of 2005 become prompts under the codes that EDIFACT and the
version of 2014 ask the same questions by (table PA8). Facts: req03.md.
"""

from __future__ import annotations

from typing import Final

import msgspec

from labbro.letters.findings import Finding
from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.model import Code, Prompt, PromptKind
from labbro.records.projections import requests
from labbro.records.projections.parts import NOTHING, boolean
from labbro.records.projections.reading import Requested, moment
from labbro.records.requisition import Pretreatment, RequestedAnalysis, RequestedSample

UNKNOWN_DAY: Final = "0001-01-01"  # a treatment took place, nobody knows when

_PRETREATMENT: Final[dict[str, Pretreatment]] = {
    "fikseret": "fixed",
    "frysesnit": "frozen-section",
    "ikke_fikseret": "not-fixed",
}
_CERVIX: Final[dict[str, tuple[str, str, PromptKind]]] = {
    "Condyloma": ("ADP101", "Kondylomer", "yes-no"),
    "IUD": ("ADP102", "Spiral", "yes-no"),
    "Pregnant": ("ADP103", "Patienten er gravid", "yes-no"),
    "DateOfPeriod": ("ADP201", "Menstruation", "date"),
    "HormonTherapy": ("ADP202", "Hormonbehandling", "text"),
    "DateOfCryoTherapy": ("ADP203", "Kryobehandling", "date"),
    "DateOfLaser": ("ADP204", "Laser", "date"),
    "DateOfConisation": ("ADP205", "Konisation", "date"),
    "DateOfHysterectomi": ("ADP206", "Hysterektomi", "date"),
    "DateOfIrradiation": ("ADP213", "Stråleterapi", "date"),
    "DateOfChemoTherapy": ("ADP214", "Kemoterapi", "date"),
}


def project(letter: Letter) -> Requested:
    """The requisition that a REQ03 says. Never raises for a letter that was read."""
    root = letter.root
    findings: list[Finding] = []
    information = root.find("RequisitionInformation") or NOTHING
    asked = enumerate(root.all("Requests/RequestedAnalysis"), 1)
    told = requests.requisition(
        letter,
        "pathology",
        "REQ03",
        samples=tuple(_sample(each) for each in information.all("Sample")),
        analyses=tuple(_analysis(each, at, findings) for at, each in asked),
        findings=findings,
    )
    cervix = root.find("Requests/SupplementaryCervixInformations") or NOTHING
    told = msgspec.structs.replace(
        told,
        number=requests.numbers(information).get("RequestersRequisitionIdentifier"),
        indication=_indication(information.find("CodedClinicalInformation")),
        prompts=(*told.prompts, *(_cervix(each) for each in cervix.children if each.name in _CERVIX)),
    )
    return Requested(told, tuple(findings))


def _sample(element: Element) -> RequestedSample:
    said = (each.value for each in element.all("MaterialPreTreatment"))
    return msgspec.structs.replace(
        requests.sample(element),
        material=element.text("MaterialDescription"),
        pretreatments=tuple(_PRETREATMENT[word] for word in said if word in _PRETREATMENT),
        treatment=element.text("MaterialTreatment"),
    )


def _analysis(element: Element, ordinal: int, findings: list[Finding]) -> RequestedAnalysis:
    analysis = element.find("Analysis") or NOTHING
    return RequestedAnalysis(
        ordinal=ordinal,
        analysis=Code(
            value=analysis.text("AnalysisCode") or "",
            system=analysis.text("AnalysisCodeType") or "",
            responsible="SST",
            short_name=analysis.text("AnalysisShortName"),
        ),
        priority=requests.PRIORITY.get(element.text("ResultPriority") or ""),
        answer_by=moment(element, "AnswerAtLatestDateTime", findings),
    )


def _indication(element: Element | None) -> Code | None:
    """Why, by a code of table PA4."""
    if element is None:
        return None
    return Code(element.text("IndicationCode") or "", "PA4", "SST", complete_name=element.text("IndicationText"))


def _cervix(element: Element) -> Prompt:
    """A treatment on an unknown day is one that took place."""
    code, question, kind = _CERVIX[element.name]
    said = element.value.strip() if kind == "date" else element.value
    if kind == "date" and said == UNKNOWN_DAY:
        kind, said = "yes-no", "true"
    if kind == "yes-no":
        said = "true" if boolean(said) else "false"
    return Prompt(question, kind, said, Code(code, "PA8", "SST", short_name=question))

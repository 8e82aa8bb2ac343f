"""Layer two for results: what is noticed about one result, its analysis code, and a report as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from labbro.codes import analyses
from labbro.letters.remarks import (
    NOT_YET,
    PARTY_RULES,
    SENSE,
    Parts,
    Rule,
    Source,
    Spot,
    Told,
    minute_of,
    number_of,
    numbered,
)
from labbro.letters.standing import OLD_VERSIONS
from labbro.letters.tree import Element

MOST_RESULTS_SHOWN = 20
_NATIONAL_CODE = re.compile(r"(?:NPU|DNK)[0-9]{5}")
_MDS_CODE = re.compile(r"[0-9]{5}(?:[0-9]{10})?")

# --- one result ------------------------------------------------------------------------------------------------------


def placeholder_with_final(parts: Parts) -> Told:
    """The value `*****` with a status that says it is measured."""
    if parts["Value"].content != NOT_YET or parts["ResultStatusCode"].content in _WAITING:
        return None
    return "Value", parts["Value"]


_WAITING = frozenset({"proeve_modtaget", "svar_midlertidigt"})


def value_before_measurement(parts: Parts) -> Told:
    """A value with the status 'sample received'."""
    if parts["ResultStatusCode"].content != "proeve_modtaget" or parts["Value"].content == NOT_YET:
        return None
    return "Value", parts["Value"]


def number_is_number(parts: Parts) -> Told:
    """A numeric result whose value is no number."""
    value = parts["Value"]
    return None if not _is_measured_number(parts) or number_of(value.value) is not None else ("Value", value)


def number_has_point(parts: Parts) -> Told:
    """A numeric result with a comma for its decimal mark."""
    value = parts["Value"]
    comma = "," in value.value and _is_measured_number(parts) and number_of(value.value) is not None
    return ("Value", value) if comma else None


def number_has_unit(parts: Parts) -> Told:
    """A numeric result without a unit, where the analysis is not known to have none."""
    if "Unit" in parts or not _is_measured_number(parts) or _is_without_unit(parts["Analysis"]):
        return None
    return "Value", parts["Value"]


def _is_measured_number(parts: Parts) -> bool:
    waiting = parts["ResultStatusCode"].content == "proeve_modtaget" or parts["Value"].content == NOT_YET
    return parts["ResultType"].content == "numerisk" and not waiting


def _is_without_unit(analysis: Element) -> bool:
    return _has_no_unit(*_named(analysis))


@lru_cache(maxsize=4096)
def _has_no_unit(code: str, system: str, responsible: str) -> bool:
    known = analyses.find(code, system, responsible)
    return known is not None and known.unit == "1"


def interval_order(parts: Parts) -> Told:
    """A reference interval whose lower limit is above the upper."""
    interval = parts.get("ReferenceInterval")
    return ("ReferenceInterval/LowerLimit", interval) if interval and is_upside_down(interval) else None


def is_upside_down(interval: Element) -> bool:
    """Whether both limits are numbers and the lower is above the upper."""
    lower, upper = number_of(interval.text("LowerLimit") or ""), number_of(interval.text("UpperLimit") or "")
    return lower is not None and upper is not None and lower > upper


def code_of_result(parts: Parts) -> Told:
    """An analysis code that is none of the system it is said to be of."""
    analysis = parts["Analysis"]
    return None if code_fits(*_named(analysis)) else (f"Analysis/{_code_name(analysis)}", analysis)


PLACEHOLDER_WITH_FINAL = Rule(
    "placeholder-with-final",
    "***** holder pladsen til et svar, der ikke er målt endnu; med status endeligt eller rettet modsiger "
    "brevet sig selv.",
    "***** keeps the place of a result not yet measured; with the status final or corrected the letter "
    "contradicts itself.",
    SENSE,
    each=placeholder_with_final,
)
VALUE_BEFORE_MEASUREMENT = Rule(
    "value-before-measurement",
    "Status siger, at prøven kun er modtaget, men der står en værdi. Den vises ikke som resultat.",
    "The status says that the sample has only been received, but there is a value. It is not shown as a result.",
    SENSE,
    each=value_before_measurement,
)
NOT_NUMERIC = Rule(
    "not-numeric",
    "Resultatet angives som et tal (numerisk), men kan ikke læses som et; det kommer ikke med i kurver og beregninger.",
    "The result is said to be a number (numerisk) but cannot be read as one; it stays out of curves and calculations.",
    SENSE,
    each=number_is_number,
)
DECIMAL_COMMA = Rule(
    "decimal-comma",
    "Tallet er skrevet med komma. MedComs visning sammenligner tal med punktum, og andre modtagere kan gøre det samme: "
    "skriv 5.2, ikke 5,2.",
    "The number is written with a comma. MedCom's display compares numbers with a point, and other receivers may do "
    "the same: write 5.2, not 5,2.",
    SENSE,
    each=number_has_point,
)
NO_UNIT = Rule(
    "no-unit",
    "Et tal uden enhed kan ikke sammenlignes med andre. Analyser, der vides ikke at have en enhed, bemærkes ikke.",
    "A number without a unit cannot be compared with others. Analyses known to have no unit are not remarked.",
    Source(
        "elementernes betydning; Labbros tabel over analyser", "the sense of the elements; Labbro's table of analyses"
    ),
    each=number_has_unit,
)
INTERVAL_UPSIDE_DOWN = Rule(
    "interval-upside-down",
    "Den nedre grænse ligger over den øvre: intet resultat kan ligge i intervallet, og markeringer bliver forkerte.",
    "The lower limit is above the upper: no result can lie within, and marks of abnormal results go wrong.",
    SENSE,
    each=interval_order,
)
CODE_TYPE = Rule(
    "code-type",
    "Analysekoden har ikke den form, kodetypen angiver: iupac er NPU eller DNK og fem cifre, mds er 5 "
    "eller 15 cifre. "
    "En lokal kode må ligne en NPU-kode, men ikke når Sundhedsstyrelsen (SST) står som ansvarlig.",
    "The analysis code does not have the form of its code type: iupac is NPU or DNK and five digits, mds is 5 or 15 "
    "digits. A local code may look like an NPU code, but not with the health authority (SST) as its owner.",
    Source("kodernes form", "the form of the codes"),
    each=code_of_result,
)
RESULT_RULES = (
    PLACEHOLDER_WITH_FINAL,
    VALUE_BEFORE_MEASUREMENT,
    NOT_NUMERIC,
    DECIMAL_COMMA,
    NO_UNIT,
    INTERVAL_UPSIDE_DOWN,
    CODE_TYPE,
)


# --- analysis codes --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def code_fits(code: str, system: str, responsible: str) -> bool:
    """Whether an analysis code may be one of its system. Shape is necessary, not sufficient; local codes are free."""
    if code == NOT_YET:
        return True
    if system == "iupac":
        return _NATIONAL_CODE.fullmatch(code) is not None
    if system == "mds":
        return _MDS_CODE.fullmatch(code) is not None
    return not (responsible == "SST" and _NATIONAL_CODE.fullmatch(code))


_CODE_NAMES = ("AnalysisCode", "MICAnalysisCode")


def _code_name(analysis: Element) -> str:
    return next((child.name for child in analysis.children if child.name in _CODE_NAMES), _CODE_NAMES[0])


def _named(analysis: Element) -> tuple[str, str, str]:
    """Code, system and responsible of an analysis."""
    code = system = responsible = ""
    parts: Any = analysis.content  # the shape is right: elements, each a value
    for part in parts:
        name = part.name
        if name in _CODE_NAMES:
            code = part.content
        elif name == "AnalysisCodeType":
            system = part.content
        elif name == "AnalysisCodeResponsible":
            responsible = part.content
    return code, system, responsible


def code_type_at(path: str) -> Rule:
    """The rule of analysis codes for letters whose analyses stand at a path below the root."""

    def codes(root: Element) -> Iterator[Spot]:
        wrong = {id(analysis) for analysis in root.all(path) if not code_fits(*_named(analysis))}
        # Nearly always none: the paths are counted only where there is one.
        for here, analysis in numbered(root, path) if wrong else ():
            if id(analysis) in wrong:
                yield Spot(f"{here}/{_code_name(analysis)}", analysis)

    return msgspec.structs.replace(CODE_TYPE, notice=codes, each=None)


# --- the report ------------------------------------------------------------------------------------------------------


def order_of_times(root: Element) -> Iterator[Spot]:
    """Results that are older than their sample."""
    sampled = root.find("RequisitionInformation/Sample/SamplingDateTime")
    results = root.find("LaboratoryResults/GeneralResultInformation/ResultsDateTime")
    if sampled is not None and results is not None and minute_of(results) < minute_of(sampled):
        yield Spot("LaboratoryResults/GeneralResultInformation/ResultsDateTime", results)


def times_of_sample(root: Element) -> Iterator[Spot]:
    """A sample that came before it was taken."""
    path = "RequisitionInformation/Sample"
    taken, came = root.find(f"{path}/SamplingDateTime"), root.find(f"{path}/SampleReceivedDateTime")
    if taken is not None and came is not None and minute_of(came) < minute_of(taken):
        yield Spot(f"{path}/SampleReceivedDateTime", came)


def number_of_results(root: Element) -> Iterator[Spot]:
    """More results than every receiver shows."""
    results = root.find("LaboratoryResults")
    if results is None or len(results.content) - 1 <= MOST_RESULTS_SHOWN:
        return
    count = sum(1 for _ in results.all("Result"))
    if count > MOST_RESULTS_SHOWN:
        yield Spot("LaboratoryResults", results, {"found": str(count), "expected": str(MOST_RESULTS_SHOWN)})


RESULT_BEFORE_SAMPLING = Rule(
    "result-before-sampling",
    "Svartidspunktet ligger før prøvetagningen: et af de to er forkert, og resultatet kan havne forkert i forløbet.",
    "The time of the results is before that of the sampling: one is wrong, and the result may be placed "
    "wrongly in time.",
    SENSE,
    notice=order_of_times,
)
RECEIVED_BEFORE_SAMPLING = Rule(
    "received-before-sampling",
    "Prøven er modtaget, før den er taget: et af de to tidspunkter er forkert.",
    "The sample was received before it was taken: one of the two times is wrong.",
    SENSE,
    notice=times_of_sample,
)
MANY_RESULTS = Rule(
    "many-results",
    f"Brevet har mere end {MOST_RESULTS_SHOWN} resultater, og der er modtagersystemer, som ikke viser "
    "flere. MedCom har "
    "ikke offentliggjort en sådan grænse, og skemaet tillader 99.",
    f"The letter has more than {MOST_RESULTS_SHOWN} results, and there are receiving systems that show no "
    "more. MedCom has "
    "published no such limit, and the schema allows 99.",
    Source(
        "opgaven bag Labbro; ingen offentlig liste over modtagere (beslutning 0061)",
        "the task behind Labbro; no public list of receivers (decision 0061)",
    ),
    notice=number_of_results,
    versions=("XR0130K/2005", "XR0130K", "XR0131K"),
)

REPORT_RULES = (*PARTY_RULES, *OLD_VERSIONS, RESULT_BEFORE_SAMPLING, MANY_RESULTS, *RESULT_RULES)

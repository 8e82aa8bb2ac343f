"""Layer two for the microbiology letters, and the numbers that XRPT06 wants to fit (facts: rpt05.md, rpt06.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from labbro.letters import result_rules as common
from labbro.letters.remarks import PARTY_RULES, SENSE, Rule, Source, Spot, number_of, numbered
from labbro.letters.standing import OLD_VERSIONS, RPT02_AFTER_XRPT05
from labbro.letters.tree import Element

INVESTIGATION = "LaboratoryResults/Investigation"
CULTURES = f"{INVESTIGATION}/CultureFindings"
INTERVALS = (
    f"{INVESTIGATION}/QuantitativeFindings/AnalysisFindings/Findings/ReferenceInterval",
    f"{INVESTIGATION}/CultureFindings/Pattern/PatternEntry/SusceptibilityValue/ReferenceInterval",
)
Patterns = Callable[[Element], Iterator[tuple[str, Element, int, int]]]


def web_patterns(root: Element) -> Iterator[tuple[str, Element, int, int]]:
    """The susceptibility tables with their paths, and how many isolates (columns) and antibiotics (rows) "
    "they have."""
    # The paths are counted only where there is a table.
    for path, culture in numbered(root, CULTURES) if next(root.all(f"{CULTURES}/Pattern"), None) else ():
        pattern = culture.find("Pattern")
        if pattern is not None:
            yield f"{path}/Pattern", pattern, _count(culture.all("Microorganism")), _count(pattern.all("Antibiotic"))


def report_pattern(root: Element) -> Iterator[tuple[str, Element, int, int]]:
    """The susceptibility table of RPT02."""
    path = "LaboratoryResults/CultureWithFindings"
    culture = root.find(path)
    pattern = culture.find("Pattern") if culture is not None else None
    if culture is not None and pattern is not None:
        yield f"{path}/Pattern", pattern, _count(culture.all("Microorganism")), _count(pattern.all("Antibiotic"))


def _count(found: Iterable[Element]) -> int:
    return sum(1 for _ in found)


def _cell(entry: Element) -> tuple[int, int]:
    return int(entry.text("RefMicroorganism") or "0"), int(entry.text("RefAntibiotic") or "0")


def entries_point(patterns: Patterns) -> Rule:
    """Entries of a susceptibility table that point at no isolate or antibiotic; both are numbered by their order."""

    def notice(root: Element) -> Iterator[Spot]:
        for path, pattern, columns, rows in patterns(root):
            for here, entry in numbered(pattern, "PatternEntry", path + "/"):
                column, row = _cell(entry)
                for name, number, last in (("RefMicroorganism", column, columns), ("RefAntibiotic", row, rows)):
                    if not 1 <= number <= last:
                        yield Spot(f"{here}/{name}", entry)

    return replace(NO_SUCH_NUMBER, notice=notice)


def cells_once(patterns: Patterns) -> Rule:
    """Cells of a susceptibility table that are said twice."""

    def notice(root: Element) -> Iterator[Spot]:
        for path, pattern, _columns, _rows in patterns(root):
            said: set[tuple[int, int]] = set()
            for here, entry in numbered(pattern, "PatternEntry", path + "/"):
                if _cell(entry) in said:
                    yield Spot(here, entry)
                said.add(_cell(entry))

    return replace(CELL_REPEATED, notice=notice)


def web_intervals(root: Element) -> Iterator[Spot]:
    """A reference interval whose lower limit is above the upper."""
    for wanted in INTERVALS:
        # Nearly always none: the paths are counted only where there is one.
        if any(common.is_upside_down(interval) for interval in root.all(wanted)):
            for path, interval in numbered(root, wanted):
                if common.is_upside_down(interval):
                    yield Spot(f"{path}/LowerLimit", interval)


def operators(root: Element) -> Iterator[Spot]:
    """A value 'less than' that is marked too high, or the reverse: the operator may have been read the wrong way."""
    if all(result.find("Operator") is None for result in root.all("LaboratoryResults/Result")):
        return
    for path, result in numbered(root, "LaboratoryResults/Result"):
        pair = (result.text("Operator"), result.text("ResultValidation"))
        limit = "LowerLimit" if pair[0] == "stoerre_end" else "UpperLimit"
        value, bound = number_of(result.text("Value") or ""), number_of(result.text(f"ReferenceInterval/{limit}") or "")
        marked = pair in {("mindre_end", "for_hoej"), ("stoerre_end", "for_lav")}
        if pair[0] and pair[1] is None and value is not None and bound is not None:
            # Below what is already above the interval, or above what is below it, says nothing about the patient.
            marked = value > bound if pair[0] == "mindre_end" else value < bound
        if marked:
            yield Spot(f"{path}/Operator", result)


NO_SUCH_NUMBER = Rule(
    "no-such-number",
    "En celle i følsomhedsskemaet peger på en mikroorganisme eller et antibiotikum, som ikke står i "
    "brevet; den kan ikke "
    "vises.",
    "A cell of the susceptibility table points at an isolate or antibiotic that the letter does not have; "
    "it cannot be "
    "shown.",
    SENSE,
)
CELL_REPEATED = Rule(
    "cell-repeated",
    "Samme mikroorganisme og antibiotikum har to svar i skemaet; det ene vil blive overset.",
    "The same isolate and antibiotic have two answers in the table; one will be overlooked.",
    SENSE,
)
OPERATOR_CONTRADICTS = Rule(
    "operator-contradicts",
    "Et resultat er 'mindre end' og for højt, eller 'større end' og for lavt. RPT02 og RPT01 bruger "
    "modsatte koder, så "
    "operatoren kan være læst forkert.",
    "A result is 'less than' and too high, or 'greater than' and too low. RPT02 and RPT01 use opposite codes, so the "
    "operator may have been read the wrong way.",
    Source("to breves modsatte koder", "the opposite codes of two letters"),
    notice=operators,
)
MICROBIOLOGY_RULES: tuple[Rule, ...] = (
    *PARTY_RULES,
    *OLD_VERSIONS,
    common.RESULT_BEFORE_SAMPLING,
    common.RECEIVED_BEFORE_SAMPLING,
)
WEB_INTERVALS = replace(common.INTERVAL_UPSIDE_DOWN, notice=web_intervals, each=None)
WEB_CODES = common.code_type_at(f"{INVESTIGATION}/Examination")
MIBA_RULES: tuple[Rule, ...] = (*MICROBIOLOGY_RULES, WEB_CODES, WEB_INTERVALS)
WEB_REPORT_RULES: tuple[Rule, ...] = (*MIBA_RULES, entries_point(web_patterns), cells_once(web_patterns))
REPORT_RULES: tuple[Rule, ...] = (
    *MICROBIOLOGY_RULES,
    RPT02_AFTER_XRPT05,
    *common.RESULT_RULES,
    entries_point(report_pattern),
    cells_once(report_pattern),
    OPERATOR_CONTRADICTS,
)


# --- what the schema of XRPT06 demands: numbers that are unique in their culture, and entries that point at them -----

_KEYS = ("Microorganism/SortOrder", "Pattern/Antibiotic/AntibioticNumber")


def keyed_numbers(root: Element) -> Iterator[Spot]:
    """Numbers of isolates and antibiotics that stand twice in their culture."""
    for path, culture in numbered(root, f"{INVESTIGATION}/CultureFindings"):
        for wanted in _KEYS:
            known: set[int] = set()
            for here, element in numbered(culture, wanted, path + "/"):
                number = int(element.value)
                if number in known:
                    yield Spot(here, element)
                known.add(number)


def keyed_entries(root: Element) -> Iterator[Spot]:
    """Entries that point at no number of their culture."""
    for path, culture in numbered(root, f"{INVESTIGATION}/CultureFindings"):
        columns, rows = ({int(found.value) for found in culture.all(wanted)} for wanted in _KEYS)
        for here, entry in numbered(culture, "Pattern/PatternEntry", path + "/"):
            for name, known in (("RefMicroorganism", columns), ("RefAntibiotic", rows)):
                if int(entry.text(name) or "0") not in known:
                    yield Spot(f"{here}/{name}", entry)


SCHEMA_KEY = Source("nøgler i skemaet for XRPT06", "keys of the schema of XRPT06")
MIBA_DEMANDS: tuple[Rule, ...] = (
    Rule(
        "number-repeated",
        "Nummeret på en mikroorganisme eller et antibiotikum skal være entydigt inden for sin dyrkning.",
        "The number of an isolate or antibiotic must be unique within its culture.",
        SCHEMA_KEY,
        notice=keyed_numbers,
    ),
    replace(NO_SUCH_NUMBER, source=SCHEMA_KEY, notice=keyed_entries),
)

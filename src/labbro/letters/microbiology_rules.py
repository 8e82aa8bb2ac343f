"""Layer two for the microbiology letters, and the numbers that XRPT06 wants to fit (facts: rpt05.md, rpt06.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from labbro.letters.remarks import (
    Remark,
    Rule,
    civil_registration_number,
    each_result,
    location_numbers,
    number_of,
    order_of_times,
)
from labbro.letters.tree import Element

INVESTIGATION = "LaboratoryResults/Investigation"
INTERVALS = (
    f"{INVESTIGATION}/QuantitativeFindings/AnalysisFindings/Findings/ReferenceInterval",
    f"{INVESTIGATION}/CultureFindings/Pattern/PatternEntry/SusceptibilityValue/ReferenceInterval",
)


def numbered(holder: Element, path: str, prefix: str = "") -> Iterator[tuple[str, Element]]:
    """Every element at a path with its own path; siblings of one name are numbered."""
    name, _, rest = path.partition("/")
    same = list(holder.all(name))
    for number, child in enumerate(same, 1):
        here = f"{prefix}{name}{f'[{number}]' if len(same) > 1 else ''}"
        if rest:
            yield from numbered(child, rest, here + "/")
        else:
            yield here, child


def times_of_sample(root: Element) -> Iterator[Remark]:
    """A sample that came before it was taken."""
    path = "RequisitionInformation/Sample"
    taken, came = root.find(f"{path}/SamplingDateTime"), root.find(f"{path}/SampleReceivedDateTime")
    if taken is not None and came is not None and _minute(came) < _minute(taken):
        yield Remark("received-before-sampling", f"{path}/SampleReceivedDateTime", came.at)


def _minute(element: Element) -> str:
    return f"{element.text('Date')}T{element.text('Time')}"


def pattern_points(pattern: Element, path: str, columns: set[int], rows: set[int]) -> Iterator[Remark]:
    """Entries of a susceptibility table that point at no isolate or antibiotic, and cells said twice."""
    said: set[tuple[int, int]] = set()
    for here, entry in numbered(pattern, "PatternEntry", path + "/"):
        cell = (int(entry.text("RefMicroorganism") or "0"), int(entry.text("RefAntibiotic") or "0"))
        for name, number, known in (("RefMicroorganism", cell[0], columns), ("RefAntibiotic", cell[1], rows)):
            if number not in known:
                yield Remark("no-such-number", f"{here}/{name}", entry.at)
        if cell in said:
            yield Remark("cell-repeated", here, entry.at)
        said.add(cell)


def counted(found: Iterable[Element]) -> set[int]:
    """The numbers of elements in document order: 1, 2, 3."""
    return set(range(1, sum(1 for _ in found) + 1))


def web_patterns(root: Element) -> Iterator[Remark]:
    """Susceptibility tables whose columns and rows are numbered by document order."""
    for path, culture in numbered(root, f"{INVESTIGATION}/CultureFindings"):
        pattern = culture.find("Pattern")
        if pattern is not None:
            columns, rows = counted(culture.all("Microorganism")), counted(pattern.all("Antibiotic"))
            yield from pattern_points(pattern, f"{path}/Pattern", columns, rows)


def web_intervals(root: Element) -> Iterator[Remark]:
    """A reference interval whose lower limit is above the upper."""
    for wanted in INTERVALS:
        # Nearly always none: the paths are counted only where there is one.
        if any(_is_upside_down(interval) for interval in root.all(wanted)):
            for path, interval in numbered(root, wanted):
                if _is_upside_down(interval):
                    yield Remark("interval-upside-down", f"{path}/LowerLimit", interval.at)


def _is_upside_down(interval: Element) -> bool:
    lower, upper = number_of(interval.text("LowerLimit") or ""), number_of(interval.text("UpperLimit") or "")
    return lower is not None and upper is not None and lower > upper


MICROBIOLOGY_RULES: tuple[Rule, ...] = (location_numbers, civil_registration_number, order_of_times, times_of_sample)
WEB_REPORT_RULES: tuple[Rule, ...] = (*MICROBIOLOGY_RULES, web_patterns, web_intervals)
MIBA_RULES: tuple[Rule, ...] = (*MICROBIOLOGY_RULES, web_intervals)


def report_pattern(root: Element) -> Iterator[Remark]:
    """The susceptibility table of RPT02."""
    culture = root.find("LaboratoryResults/CultureWithFindings")
    pattern = culture.find("Pattern") if culture is not None else None
    if culture is not None and pattern is not None:
        columns, rows = counted(culture.all("Microorganism")), counted(pattern.all("Antibiotic"))
        yield from pattern_points(pattern, "LaboratoryResults/CultureWithFindings/Pattern", columns, rows)


def operators(root: Element) -> Iterator[Remark]:
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
            yield Remark("operator-contradicts", f"{path}/Operator", result.at)


REPORT_RULES: tuple[Rule, ...] = (*MICROBIOLOGY_RULES, each_result, report_pattern, operators)


def keyed_patterns(root: Element) -> Iterator[Remark]:
    """XRPT06: numbers of isolates and antibiotics occur once in their culture, and entries point at them.

    The schema asks this by keys and references, which hold for each CultureFindings of its own.
    """
    for path, culture in numbered(root, f"{INVESTIGATION}/CultureFindings"):
        columns, remarks = _unique(culture, "Microorganism/SortOrder", path)
        yield from remarks
        rows, remarks = _unique(culture, "Pattern/Antibiotic/AntibioticNumber", path)
        yield from remarks
        for here, entry in numbered(culture, "Pattern/PatternEntry", path + "/"):
            for name, known in (("RefMicroorganism", columns), ("RefAntibiotic", rows)):
                if int(entry.text(name) or "0") not in known:
                    yield Remark("no-such-number", f"{here}/{name}", entry.at)


def _unique(culture: Element, wanted: str, path: str) -> tuple[set[int], list[Remark]]:
    known: set[int] = set()
    remarks: list[Remark] = []
    for here, element in numbered(culture, wanted, path + "/"):
        number = int(element.value)
        if number in known:
            remarks.append(Remark("number-repeated", here, element.at))
        known.add(number)
    return known, remarks

"""Which reports answer which requisitions, by the numbers they carry. Pure, order-independent.

A report never names a requisition; it repeats numbers that the requester gave, and never says which kind they are. So
requisitions of the same patient are looked up by every number of a report:

1. only requisitions that the report can answer in time (numbers of old forms are used again, national ones are not),
2. rather those sent to the laboratory that answers (a number may be answered by several laboratories),
3. rather by the requisition's own number, then a sample's, that of an earlier requester, a tube's,
4. of several, the newest; what still is equal is kept, marked ambiguous.

A requisition that was passed on is answered by what answers the one it was passed on as. Source: facts on numbers
(sections 2 and 3) and on REQ01, REQ03, XREQ04.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

import msgspec

from labbro.records.model import Report, ReportStatus, Sample
from labbro.records.requisition import Number, Requisition

Step = Literal["requisition", "sample", "original", "tube", "passed-on"]
RequestState = Literal["matched", "not-found", "no-number"]
AnswerState = Literal["unanswered", "received", "partly", "answered"]
AnalysisKey = tuple[str, str, str]

# Clocks differ, and an addition may be asked for after the sample was analysed, on the same day.
EARLY: Final = dt.timedelta(days=1)
# A requisition for blood tests over a year is the longest that is used; then a number of a form may be another's.
LATE: Final = dt.timedelta(days=400)
# Samples of one request are often called A, B, C: such a name means something beside the request's number only.
LEAST_CHARACTERS: Final = 5

_ORDER: Final[dict[Step, int]] = {"requisition": 0, "sample": 1, "original": 2, "tube": 3, "passed-on": 4}


class Match(msgspec.Struct, frozen=True, gc=False):
    """One report that answers one requisition, both by their place in what was compared.

    `number` is what both carry and `step` where the requisition carries it: as its own number, a sample's, that of an
    earlier requester, a tube's, or by another requisition that passed it on. `same_laboratory`: the report comes from
    whom the requisition was sent to. `ambiguous`: another requisition fits as well.
    """

    requisition: int
    report: int
    number: str
    step: Step
    same_laboratory: bool
    ambiguous: bool


class Carried(msgspec.Struct, frozen=True, gc=False):
    """A number that a requisition carries, and where."""

    number: str
    step: Step
    national: bool


class Asked(msgspec.Struct, frozen=True):
    """A requisition as it is compared. `until_from` is the time from which answers are awaited, at the latest."""

    carried: tuple[Carried, ...]
    requester: str
    laboratory: str
    requested_at: dt.datetime
    until_from: dt.datetime

    @property
    def originals(self) -> tuple[Carried, ...]:
        """The numbers it had before it was passed on."""
        return tuple(each for each in self.carried if each.step == "original")


class Answering(msgspec.Struct, frozen=True, gc=False):
    """A report as it is compared."""

    numbers: tuple[str, ...]
    laboratory: str
    at: dt.datetime


def asked(requisition: Requisition) -> Asked:
    """What matters of a requisition when its answers are looked for."""
    whole = requisition.number
    carried = [_carried(whole, "requisition")]
    for sample in requisition.samples:
        carried.append(_carried(sample.number, "requisition" if whole is None else "sample"))
        carried.append(_carried(sample.original, "original"))
    carried.extend(_carried(analysis.tube, "tube") for analysis in requisition.analyses)
    return Asked(
        carried=tuple(sorted({each for each in carried if each is not None}, key=_place)),
        requester=requisition.sender.ean or "",
        laboratory=requisition.receiver.ean or "",
        requested_at=requisition.requested_at,
        until_from=max(requisition.requested_at, requisition.sampled_at or requisition.requested_at),
    )


def _carried(number: Number | None, step: Step) -> Carried | None:
    value = "" if number is None else number.value.strip()
    if number is None or not value or (step == "sample" and not number.national and len(value) < LEAST_CHARACTERS):
        return None
    return Carried(value, step, number.national)


def _place(carried: Carried) -> tuple[int, str, bool]:
    return _ORDER[carried.step], carried.number, carried.national


def answering(report: Report, samples: Iterable[Sample]) -> Answering:
    """What matters of a report when its requisition is looked for; `samples` as they are stored beside the report."""
    whole = (report.requisition_number or "").strip()
    named = ((sample.requester_number or "").strip() for sample in samples)
    least = LEAST_CHARACTERS if whole else 1
    numbers = dict.fromkeys(number for number in (whole, *(each for each in named if len(each) >= least)) if number)
    return Answering(tuple(numbers), report.sender.ean or "", report.authorised_at)


def request_state(report: Report, samples: Iterable[Sample], *, found: bool) -> RequestState:
    """Whether a report's requisition is known, cannot be found, or could not be looked for."""
    if found:
        return "matched"
    return "not-found" if answering(report, samples).numbers else "no-number"


def match(requisitions: Sequence[Asked], reports: Sequence[Answering]) -> list[Match]:
    """Every match, by requisition and report. It does not depend on the order given, but for the indices."""
    index: defaultdict[str, list[tuple[int, Carried]]] = defaultdict(list)
    for place, one in enumerate(requisitions):
        for carried in one.carried:
            index[carried.number].append((place, carried))
    best: dict[tuple[int, int], Match] = {}
    for place, report in enumerate(reports):
        for number in report.numbers:
            for found in _of_number(requisitions, index.get(number, ()), place, report):
                _keep(best, found)
    newly = list(best.values())
    while newly:  # what was passed on may have been passed on before
        passed: dict[tuple[int, int], Match] = {}
        for found in newly:
            for earlier in _passed_on(requisitions, index, reports, found):
                if (earlier.requisition, earlier.report) not in best:
                    _keep(passed, earlier)
        best |= passed
        newly = list(passed.values())
    return [best[key] for key in sorted(best)]


def _keep(best: dict[tuple[int, int], Match], found: Match) -> None:
    """Of several ways to the same pair, the surest is told."""
    key = (found.requisition, found.report)
    before = best.get(key)
    if before is None or _doubt(found) < _doubt(before):
        best[key] = found


def _doubt(found: Match) -> tuple[int, str, bool]:
    return _ORDER[found.step], found.number, found.ambiguous


def _of_number(
    requisitions: Sequence[Asked], candidates: Iterable[tuple[int, Carried]], place: int, report: Answering
) -> list[Match]:
    """The requisitions that a report answers by one of its numbers."""
    fitting = [(at, carried) for at, carried in candidates if _in_time(requisitions[at], carried, report.at)]
    fitting = _rather(
        fitting, lambda at, _: bool(report.laboratory) and requisitions[at].laboratory == report.laboratory
    )
    if not fitting:
        return []
    first = min(_ORDER[carried.step] for _, carried in fitting)
    fitting = [(at, carried) for at, carried in fitting if _ORDER[carried.step] == first]
    newest = max(requisitions[at].requested_at for at, _ in fitting)
    kept = {at: carried for at, carried in fitting if requisitions[at].requested_at == newest}
    return [
        Match(
            requisition=at,
            report=place,
            number=carried.number,
            step=carried.step,
            same_laboratory=bool(report.laboratory) and requisitions[at].laboratory == report.laboratory,
            ambiguous=len(kept) > 1,
        )
        for at, carried in kept.items()
    ]


def _rather(candidates: list[tuple[int, Carried]], wanted: Callable[[int, Carried], bool]) -> list[tuple[int, Carried]]:
    return [each for each in candidates if wanted(*each)] or candidates


def _in_time(requisition: Asked, carried: Carried, at: dt.datetime) -> bool:
    """A national number is never used again; another one may be."""
    if carried.national:
        return True
    return at - requisition.requested_at >= -EARLY and at - requisition.until_from <= LATE


def _passed_on(
    requisitions: Sequence[Asked],
    index: dict[str, list[tuple[int, Carried]]],
    reports: Sequence[Answering],
    found: Match,
) -> list[Match]:
    """The requisitions that were passed on as the one that was answered."""
    matches: list[Match] = []
    here, report = requisitions[found.requisition], reports[found.report]
    for original in here.originals:
        candidates = [
            (at, carried)
            for at, carried in index.get(original.number, ())
            if at != found.requisition
            and _ORDER[carried.step] <= _ORDER["sample"]
            and _in_time(requisitions[at], carried, here.requested_at)
        ]
        candidates = _rather(candidates, lambda at, _: requisitions[at].laboratory == here.requester)
        newest = max((requisitions[at].requested_at for at, _ in candidates), default=None)
        kept = {at for at, _ in candidates if requisitions[at].requested_at == newest}
        matches.extend(
            Match(
                requisition=at,
                report=found.report,
                number=original.number,
                step="passed-on",
                same_laboratory=bool(report.laboratory) and requisitions[at].laboratory == report.laboratory,
                ambiguous=found.ambiguous or len(kept) > 1,
            )
            for at in sorted(kept)
        )
    return matches


class Told(msgspec.Struct, frozen=True, gc=False):
    """What a report in force says to a requisition: analyses with a result, its status, whether anything arrived.

    `preliminary` are those of the analyses whose result may still change. `finished`: nothing in it is preliminary or
    awaited.
    """

    analyses: frozenset[AnalysisKey]
    status: ReportStatus | None
    arrived: bool
    finished: bool
    preliminary: frozenset[AnalysisKey] = frozenset()


def state(requisition: Requisition, reports: Sequence[Told]) -> tuple[AnswerState, tuple[int, ...] | None]:
    """How far a requisition is answered, and the ordinals of analyses without a result (None: cannot be compared).

    A result that may still change answers in part. Only laboratory requests ask by the codes that answers carry. Where
    none of the codes is found again, and for all other types, what the reports say of themselves counts.
    """
    wanted = {
        analysis.ordinal: (analysis.analysis.value, analysis.analysis.system, analysis.analysis.responsible)
        for analysis in requisition.analyses
    }
    comparable = requisition.kind == "laboratory" and bool(wanted)
    arrived = [report for report in reports if report.arrived]
    if not arrived:
        return ("received" if reports else "unanswered"), (tuple(wanted) if comparable else None)
    told = frozenset[AnalysisKey]().union(*(report.analyses for report in arrived))
    missing = tuple(ordinal for ordinal, key in wanted.items() if key not in told)
    if comparable and len(missing) < len(wanted):
        settled = frozenset[AnalysisKey]().union(*(report.analyses - report.preliminary for report in arrived))
        return ("answered" if settled.issuperset(wanted.values()) else "partly"), missing
    whole = any(report.finished and report.status in {"complete", None} for report in arrived)
    return ("answered" if whole else "partly"), None

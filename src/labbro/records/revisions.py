"""Corrections of whole letters: microbiology, pathology and genetics. Pure, order-independent.

Of biochemistry each result is corrected by itself (chains.py). These letters are read as a whole, so a later one
replaces an earlier one as a whole. What links them is the sender, the type and the laboratory's production number, and
in RPT02, RPT03 and RPT04 the numbers of the sample or the request too (facts: rpt02-rpt07, d). A later letter replaces
an earlier one when it says that it corrects (its one status is `corrected`), when it repeats everything that the
earlier one reported on, or when the earlier one only said "received".
Otherwise both stand, and are marked ambiguous: nothing is hidden that nothing replaced.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

import msgspec

from labbro.records.chains import TIER
from labbro.records.model import Report, ResultStatus

RevisionKey = tuple[str, ...]
_BY_PRODUCTION_NUMBER_ALONE: Final = frozenset({"XRPT05", "XRPT06", "RPT07", "EU-LAB"})


class Telling(msgspec.Struct, frozen=True):
    """A letter as revisions see it. `about` counts what it reports on; `replaces_all`: it says that it corrects."""

    key: RevisionKey
    letter_identifier: str
    status: ResultStatus
    replaces_all: bool
    authorised_at: dt.datetime
    results_at: dt.datetime
    about: Counter[tuple[str, ...]]


class Revision(msgspec.Struct, frozen=True):
    """The place of one letter: `superseded_by` and `chain` (the highest letter of the key) are indices in the input."""

    chain: int
    superseded_by: int | None
    ambiguous: bool


def telling(report: Report) -> Telling:
    """What matters of a report when it is compared with others."""
    return Telling(
        key=_key(report),
        letter_identifier=report.letter_identifier,
        status=_status(report),
        replaces_all=report.result_status == "corrected",
        authorised_at=report.authorised_at,
        results_at=report.results_at,
        about=_about(report),
    )


def _key(report: Report) -> RevisionKey:
    sender = report.sender.ean or report.sender.identifier
    if not report.production_number.strip():  # nothing links it to anything
        return (sender, report.standard, "", report.letter_identifier)
    key = (sender, report.standard, report.production_number)
    if report.standard in _BY_PRODUCTION_NUMBER_ALONE:
        return key
    numbers: list[str] = [report.requisition_number or "", report.laboratory_requisition_number or ""]
    if report.standard == "RPT02":
        numbers += [part for each in report.samples for part in (each.laboratory_number, each.requester_number or "")]
    return (*key, *numbers)


def _status(report: Report) -> ResultStatus:
    """That of the letter, or the furthest of its results."""
    if report.result_status is not None:
        return report.result_status
    furthest: ResultStatus = report.results[0].status if report.results else "final"
    for result in report.results:
        furthest = result.status if TIER[result.status] > TIER[furthest] else furthest
    return furthest


def _about(report: Report) -> Counter[tuple[str, ...]]:
    """Samples, analyses, and what RPT02 says of the letter as a whole."""
    about: Counter[tuple[str, ...]] = Counter(("sample", sample.laboratory_number) for sample in report.samples)
    about.update(
        ("analysis", result.analysis.value, result.analysis.system, result.analysis.responsible)
        for result in report.results
    )
    if report.microbiology is not None:
        about.update(("culture",) for _ in report.microbiology.cultures[:1])
        about.update(("microscopy",) for _ in range(report.microbiology.microscopy is not None))
    return about


_Rank = tuple[int, dt.datetime, bool, dt.datetime, str]


def _rank(letter: Telling) -> _Rank:
    """What is later and surer wins, as among results."""
    return (
        TIER[letter.status],
        letter.authorised_at,
        letter.status == "corrected",
        letter.results_at,
        letter.letter_identifier,
    )


def resolve(letters: Sequence[Telling]) -> list[Revision]:
    """The revision of every letter, in the order given. It does not depend on that order, but for the indices."""
    by_key: defaultdict[RevisionKey, list[int]] = defaultdict(list)
    for index, letter in enumerate(letters):
        by_key[letter.key].append(index)
    found: dict[int, Revision] = {}
    for indices in by_key.values():
        ranked = sorted(indices, key=lambda index: _rank(letters[index]), reverse=True)
        holders = {index: _holder(letters, ranked[:place], index) for place, index in enumerate(ranked)}
        standing = sum(holder is None for holder in holders.values())
        for index, holder in holders.items():
            found[index] = Revision(ranked[0], holder, ambiguous=holder is None and standing > 1)
    return [found[index] for index in range(len(letters))]


def _holder(letters: Sequence[Telling], above: Sequence[int], index: int) -> int | None:
    """The highest letter that replaces this one. Whatever replaced that one would replace this one too."""
    letter = letters[index]
    return next((other for other in above if _replaces(letters[other], letter)), None)


def _replaces(later: Telling, earlier: Telling) -> bool:
    silent = earlier.status == "received" and later.status != "received"
    return silent or later.replaces_all or later.about >= earlier.about

"""Letters of microbiology, pathology and genetics as they are stored -> whole reports, corrections resolved. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from uuid import UUID

import msgspec

from labbro.databank.history import Answer, StoredReport
from labbro.records import editions
from labbro.records.answers import request_state
from labbro.records.model import Report, Result, Sample
from labbro.records.revisions import resolve, telling


class Letter(msgspec.Struct, frozen=True, gc=False):
    """A stored letter with a report; samples and results are stored beside it."""

    letter_key: UUID
    received_at: dt.datetime
    report: Report
    samples: tuple[Sample, ...]
    results: tuple[Result, ...]


def _by_number(report: Report, numbers: Mapping[editions.Number, str]) -> Report:
    """The report under the number that stands for all its editions."""
    number = numbers.get((editions.sender_of(report), report.production_number))
    return report if number is None else msgspec.structs.replace(report, production_number=number)


def stored(letters: Iterable[Letter], answers: Mapping[UUID, tuple[Answer, ...]]) -> tuple[StoredReport, ...]:
    """The reports, newest first by results_at, then by letter."""
    whole = [
        (each, msgspec.structs.replace(each.report, samples=each.samples, results=each.results)) for each in letters
    ]
    numbers = editions.numbers(report for _, report in whole)
    revisions = resolve([telling(_by_number(report, numbers)) for _, report in whole])
    found: list[StoredReport] = []
    for (letter, report), revision in zip(whole, revisions, strict=True):
        holder = None if revision.superseded_by is None else whole[revision.superseded_by][0].letter_key
        own = answers.get(letter.letter_key, ())
        found.append(
            StoredReport(
                report=report,
                letter_key=letter.letter_key,
                received_at=letter.received_at,
                current=holder is None,
                superseded_by=holder,
                chain=str(whole[revision.chain][0].letter_key),
                ambiguous=revision.ambiguous,
                requested=request_state(report, letter.samples, found=bool(own)),
                requisitions=own,
            )
        )
    found.sort(key=lambda one: one.letter_key.int)
    found.sort(key=lambda one: one.report.results_at, reverse=True)
    return tuple(found)

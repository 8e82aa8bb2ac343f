"""Which version of its report each stored letter is, and which letter it takes the place of. Pure.

A letter carries no version: letters of one sender, type, production number and samples are versions of one report, in
the order of their authorisation. Source: facts fhir.md sections 3 and 6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from labbro.databank.reports import Letter
from labbro.eu.document import FIRST, Version
from labbro.records.editions import sender_of
from labbro.records.model import Report
from labbro.records.revisions import telling


def versions(letters: Iterable[Letter]) -> Mapping[UUID, Version]:
    """The version of every letter, by its key. It does not depend on the order given."""
    by_report: defaultdict[tuple[object, ...], list[Letter]] = defaultdict(list)
    for letter in letters:
        by_report[_key(letter.report)].append(letter)
    found: dict[UUID, Version] = {}
    for editions in by_report.values():
        editions.sort(key=_order)
        before: Letter | None = None
        for number, letter in enumerate(editions, 1):
            found[letter.letter_key] = FIRST if before is None else _after(before, letter, number)
            before = letter
    return found


def _after(before: Letter, letter: Letter, number: int) -> Version:
    whole = telling(letter.report).about >= telling(before.report).about
    return Version(number=number, replaces=before.report.letter_identifier, adds=not whole)


def _order(letter: Letter) -> tuple[object, ...]:
    report = letter.report
    return report.authorised_at, report.results_at, report.letter_identifier


def _key(report: Report) -> tuple[object, ...]:
    """Without a production number nothing links a letter to another."""
    if not report.production_number.strip():
        return sender_of(report), report.letter_identifier
    samples = frozenset((one.laboratory_number, one.requester_number) for one in report.samples)
    return sender_of(report), report.standard, report.production_number, samples

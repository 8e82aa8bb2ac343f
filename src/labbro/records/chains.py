"""Corrections: which results tell of the same measurement, and which of them is current. Pure, order-independent.

A MedCom correction carries no pointer to what it corrects, and there is no cancellation. What links two results is the
sender, the laboratory's production number (EDIFACT RFF+SRI), both sample numbers and the analysis. As this is resolved
when the history is read, from all that is stored, the order in which letters arrive cannot matter.

Nothing is ever dropped: every result that goes in comes out, either current or superseded by a named one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from labbro.records.model import Code, ResultStatus, Sample

TIER: Final[Mapping[ResultStatus, int]] = MappingProxyType(
    {"received": 0, "preliminary": 1, "final": 2, "corrected": 2}
)


ChainKey = tuple[int, str, str, str]
SampleKey = tuple[str, str, str, str | None]


class SampleKeys:
    """Gives a number to each sample as its letters name it, so that thousands of results are compared by a number."""

    def __init__(self) -> None:
        self._numbers: dict[SampleKey, int] = {}

    def number(self, sender_ean: str, production_number: str, sample: Sample) -> int:
        """The same number for the same sender, production number and both numbers of the sample."""
        key = (sender_ean, production_number, sample.laboratory_number, sample.requester_number)
        return self._numbers.setdefault(key, len(self._numbers))


def chain_key(sample_number: int, analysis: Code) -> ChainKey:
    """What two results must share to tell of the same measurement: the sample and the analysis."""
    return sample_number, analysis.value, analysis.system, analysis.responsible


class Occurrence(msgspec.Struct, frozen=True, gc=False):
    """One result as one letter tells it. `letter_identifier` is unique within a sender, so also within a key.

    `key` is what two results must share to tell of the same measurement: see `chain_key`.
    """

    key: ChainKey
    letter_identifier: str
    ordinal: int
    status: ResultStatus
    measured: bool
    authorised_at: dt.datetime
    results_at: dt.datetime


class Link(msgspec.Struct, frozen=True, gc=False):
    """The place of one occurrence: `superseded_by` is the index (in the input) of the current one of its chain.

    `chain` is the index of the current one too, so it is the same for all of a chain.
    """

    chain: int
    superseded_by: int | None
    ambiguous: bool

    @property
    def current(self) -> bool:
        """Whether this is the one to be read; the others are its history."""
        return self.superseded_by is None


_Rank = tuple[int, dt.datetime, bool, dt.datetime, str, int]


def _rank(occurrence: Occurrence) -> _Rank:
    """What is later and surer wins: a final result over a preliminary one, then the newer, then the corrected.

    Corrected and final are one tier: a correction may itself be corrected by a later final letter, and MedCom's own
    sample pair has equal authorisation times, where only the mark `corrected` tells them apart.
    """
    return (
        TIER[occurrence.status],
        occurrence.authorised_at,
        occurrence.status == "corrected",
        occurrence.results_at,
        occurrence.letter_identifier,
        -occurrence.ordinal,
    )


def resolve(occurrences: Sequence[Occurrence]) -> list[Link]:
    """The link of every occurrence, in the order given. The links do not depend on that order, but for the indices."""
    links: list[Link | None] = [None] * len(occurrences)
    by_key: defaultdict[ChainKey, list[int]] = defaultdict(list)
    for index, occurrence in enumerate(occurrences):
        by_key[occurrence.key].append(index)
    for indices in by_key.values():
        if len(indices) == 1:  # almost all: told once, never corrected
            links[indices[0]] = Link(indices[0], None, ambiguous=False)
        else:
            _resolve_key(occurrences, indices, links)
    return [link for link in links if link is not None]


def _resolve_key(occurrences: Sequence[Occurrence], indices: Iterable[int], links: list[Link | None]) -> None:
    """Link the results of one key. A letter may hold several of them (the same analysis twice on one sample).

    Letters with equally many are linked first to first, second to second. Letters with different numbers cannot be
    linked with certainty: each number makes chains of its own, all of them marked ambiguous.
    """
    by_letter: defaultdict[str, list[int]] = defaultdict(list)
    for index in indices:
        by_letter[occurrences[index].letter_identifier].append(index)
    awaiting, telling = _apart(occurrences, by_letter.values())
    numbers = {len(letter) for letter in telling}
    chains: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for letter in telling:
        for place, index in enumerate(sorted(letter, key=lambda index: occurrences[index].ordinal)):
            chains[(len(letter), place)].append(index)
    for chain in chains.values():
        _close(occurrences, chain, links, ambiguous=len(numbers) > 1)
    if awaiting:
        newest = max((index for letter in telling for index in letter), key=lambda index: _rank(occurrences[index]))
        for letter in awaiting:
            for index in letter:
                links[index] = Link(newest, newest, ambiguous=False)


def _apart(occurrences: Sequence[Occurrence], letters: Iterable[list[int]]) -> tuple[list[list[int]], list[list[int]]]:
    """Letters that only say "received" for this key, and letters that tell something of it.

    A placeholder holds no value, so its count says nothing: once anything has been told, it is history. Where letters
    agree in their count it is linked like any other, so that each placeholder yields to its own result.
    """
    letters = list(letters)
    awaiting = [letter for letter in letters if not any(_tells(occurrences[index]) for index in letter)]
    if len({len(letter) for letter in letters}) == 1 or not awaiting or len(awaiting) == len(letters):
        return [], letters
    return awaiting, [letter for letter in letters if any(_tells(occurrences[index]) for index in letter)]


def _tells(occurrence: Occurrence) -> bool:
    return occurrence.measured or occurrence.status != "received"


def _close(occurrences: Sequence[Occurrence], chain: list[int], links: list[Link | None], *, ambiguous: bool) -> None:
    current = max(chain, key=lambda index: _rank(occurrences[index]))
    for index in chain:
        links[index] = Link(current, None if index == current else current, ambiguous)

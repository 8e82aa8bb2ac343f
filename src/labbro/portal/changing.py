"""The change since the previous result of a row, beside the reference change value. Pure.

Only between two plain numbers of one comparability group. Whatever makes that doubtful shows nothing: a limit of
measurement, a result that is not final, several results of the moment before, a change of method with caution.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

import msgspec

from labbro.comparability.change import Z_TWO_SIDED, ReferenceChange, reference_change
from labbro.comparability.decision import Placement
from labbro.comparability.registry import Registry
from labbro.databank.history import StoredResult
from labbro.portal import formats
from labbro.portal.comparable import converted, measured
from labbro.portal.i18n.comparability import ComparingWords
from labbro.portal.values import has_arrived

Placed = tuple[StoredResult, Placement]


class Changed(msgspec.Struct, frozen=True):
    """How much a result differs from the one before it in its row: in per cent, and by how much chance would."""

    percent: float
    before: StoredResult
    reference: ReferenceChange

    @property
    def is_larger(self) -> bool:
        """Whether it is more than the reference change value."""
        return abs(self.percent) > self.reference.percent


def changes(row: Sequence[Placed], registry: Registry) -> dict[tuple[UUID, int], Changed]:
    """The change at each result of one row where there is one to be told, by letter and ordinal."""
    moments: dict[dt.datetime, list[Placed]] = {}
    for stored, placement in row:
        if stored.current and stored.sample.sampled_at is not None and has_arrived(stored.result):
            moments.setdefault(stored.sample.sampled_at, []).append((stored, placement))
    found: dict[tuple[UUID, int], Changed] = {}
    for earlier, later in pairwise(sorted(moments)):
        if len(moments[earlier]) > 1:
            continue  # which of them the change would be from is not known
        for placed in moments[later]:
            changed = _changed(moments[earlier][0], placed, registry)
            if changed is not None:
                found[placed[0].letter_key, placed[0].result.ordinal] = changed
    return found


def _changed(before: Placed, after: Placed, registry: Registry) -> Changed | None:
    old, new = _plain(*before), _plain(*after)
    reference = reference_change(before[1], after[1], registry)
    if reference is None or old is None or new is None or old <= 0 or new < 0:
        return None
    return Changed(100 * (new - old) / old, before[0], reference)


def _plain(stored: StoredResult, placement: Placement) -> float | None:
    """A final number that is no limit, in the row's unit."""
    result = stored.result
    if result.operator or result.unit is None or stored.ambiguous or result.status not in ("final", "corrected"):
        return None
    value = measured(result)
    return value if value is None or placement.conversion is None else converted(value, placement.conversion)


def facts_of(changed: Changed, words: ComparingWords) -> tuple[tuple[str, str], ...]:
    """It in words, label by label: the change, the reference change value, and where the figures are from."""
    before, reference = changed.before, changed.reference
    said = words.change_larger if changed.is_larger else words.change_smaller
    z = _figure(Z_TWO_SIDED, 2, words)
    sources = dict.fromkeys((reference.within.source, reference.analytical.source))
    within, analytical = (percent(one.percent, words) for one in (reference.within, reference.analytical))
    return (
        (
            words.change,
            words.change_since.format(
                change=percent(changed.percent, words, signed=True),
                before=f"{before.result.value} {before.result.unit}",
                when=formats.moment(before.sample.sampled_at),
            ),
        ),
        (words.reference_change, f"{percent(reference.percent, words)}: {said}"),
        (
            words.reference_basis,
            f"CVi {within}, CVa {analytical}, Z {z}; {', '.join(sources)}",
        ),
    )


def short_of(changed: Changed, words: ComparingWords) -> str:
    """It in a few words."""
    told, limit = percent(changed.percent, words, signed=True), percent(changed.reference.percent, words)
    return words.change_short.format(change=told, limit=limit)


def percent(value: float, words: ComparingWords, *, signed: bool = False) -> str:
    """`12 %`, `4,5 %`, `4 %`: a decimal below ten only, where it says something; with its sign where wanted."""
    told = _figure(abs(value), 0 if abs(value) >= 9.95 else 1, words)
    told = told[:-2] if told.endswith((",0", ".0")) else told
    sign = "" if not signed or float(told.replace(",", ".")) == 0 else "+" if value > 0 else "\N{MINUS SIGN}"
    return f"{sign}{told}\N{NO-BREAK SPACE}%"


def _figure(value: float, decimals: int, words: ComparingWords) -> str:
    told = f"{value:.{decimals}f}"
    return told.replace(".", ",") if words.language == "da" else told

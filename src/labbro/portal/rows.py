"""Which results stand in the same row of the cumulated view by code. Pure.

Same analysis code, code system and responsible, and units that mean the same. Rows by comparable method:
`labbro.portal.comparable`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import msgspec

from labbro.codes.units import normal_unit
from labbro.databank.history import StoredResult

_Kind = tuple[str, str, str, str | None]  # analysis code, its system and responsible, the unit as spelled


class RowKey(msgspec.Struct, frozen=True, gc=False):
    """The identity of a row. `unit` is in normal form; None when no result of the analysis has a unit."""

    code: str
    system: str
    responsible: str
    unit: str | None

    @property
    def address(self) -> str:
        """Sixteen hexadecimal digits that name the row in an address; they say nothing of the patient."""
        told = "\0".join((self.code, self.system, self.responsible, self.unit or ""))
        return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def row_keys(results: Sequence[StoredResult]) -> list[RowKey]:
    """The row of each result, in the same order; results of one row are given the very same object.

    A result without a unit (a text, one not yet arrived) goes with the unit most used for its analysis, on a tie the
    one met first.
    """
    kinds: dict[_Kind, int] = {}
    counts: list[int] = []
    places: list[int] = []
    for stored in results:
        result = stored.result
        code = result.analysis
        kind = (code.value, code.system, code.responsible, result.unit)
        place = kinds.get(kind)
        if place is None:
            place = kinds[kind] = len(counts)
            counts.append(0)
        counts[place] += 1
        places.append(place)
    keys = _keys(list(kinds), counts)
    return [keys[place] for place in places]


def _keys(kinds: Sequence[_Kind], counts: Sequence[int]) -> list[RowKey]:
    """The row of each kind of result; `counts` tells how many there are of each."""
    units: dict[tuple[str, str, str], Counter[str]] = {}
    for (code, system, responsible, spelled), count in zip(kinds, counts, strict=True):
        told = units.setdefault((code, system, responsible), Counter())
        unit = normal_unit(spelled)
        if unit is not None:
            told[unit] += count
    known: dict[RowKey, RowKey] = {}
    keys: list[RowKey] = []
    for code, system, responsible, spelled in kinds:
        used = units[(code, system, responsible)]
        usual = max(used, key=used.__getitem__) if used else None
        key = RowKey(code, system, responsible, normal_unit(spelled) or usual)
        keys.append(known.setdefault(key, key))
    return keys

"""Which results stand in the same row of the cumulated view. Pure.

The one place that decides it. Today: same analysis code, code system and responsible, and units that mean the same.
A room that knows measurement procedures will put its own decision here.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import msgspec

from labbro.databank.history import StoredResult
from labbro.records.model import Code

_POWER = re.compile(r"^(?:x|\*|×)?10(?:\^|\*{1,2}|E|e)?(\d{1,2})/(?:L|l)$")


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


@lru_cache(maxsize=4096)
def normal_unit(unit: str | None) -> str | None:
    """One spelling for units that mean the same (`µmol/l` = `umol/L`, `10E9/L` = `x10^9/l`); None for no unit.

    Only spelling is evened out. Case stays, since `m` and `M` differ by a factor of 10^9.
    """
    if unit is None:
        return None
    spelled = "".join(unit.split()).replace("\N{MICRO SIGN}", "u").replace("\N{GREEK SMALL LETTER MU}", "u")
    power = _POWER.match(spelled)
    if power:
        return f"10^{power.group(1)}/L"
    if spelled.endswith("/l"):
        spelled = spelled[:-1] + "L"
    return spelled or None


def row_keys(results: Sequence[StoredResult]) -> list[RowKey]:
    """The row of each result, in the same order.

    A result without a unit (a text, one not yet arrived) goes with the unit most used for its analysis, on a tie the
    one met first.
    """
    units: dict[tuple[str, str, str], Counter[str]] = {}
    told: list[tuple[tuple[str, str, str], str | None]] = []
    for stored in results:
        code: Code = stored.result.analysis
        analysis = (code.value, code.system, code.responsible)
        unit = normal_unit(stored.result.unit)
        counts = units.get(analysis)
        if counts is None:
            counts = units[analysis] = Counter()
        if unit is not None:
            counts[unit] += 1
        told.append((analysis, unit))
    usual = {analysis: max(counts, key=counts.__getitem__) if counts else None for analysis, counts in units.items()}
    known: dict[tuple[tuple[str, str, str], str | None], RowKey] = {}
    keys: list[RowKey] = []
    for place in told:
        key = known.get(place)
        if key is None:
            analysis, unit = place
            key = known[place] = RowKey(*analysis, unit if unit is not None else usual[analysis])
        keys.append(key)
    return keys

"""One spelling for units that mean the same, as rows and conversions compare them. Spelling only: no conversion."""

from __future__ import annotations

import re
from functools import lru_cache

_POWER = re.compile(r"^(?:x|\*|×)?10(?:\^|\*{1,2}|E|e)?(\d{1,2})/(?:L|l)$")


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


def shown_unit(unit: str) -> str:
    """A unit in normal form as people read it: `umol/L` as `µmol/L`."""
    return f"µ{unit[1:]}" if unit[:1] == "u" and len(unit) > 1 and unit[1].islower() else unit

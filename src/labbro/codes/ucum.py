"""Units as letters write them, in UCUM. An explicit table: what is not in it has no code, and keeps its own text.

Source: facts fhir.md section 6 (the unit's row); UCUM for the codes themselves.
"""

from __future__ import annotations

import re
from functools import lru_cache

_POWER = re.compile(r"^(?:[×x*]\s*)?10[\^Ee](-?[0-9]{1,2})(?:\s*(.*))?$")
_MICRO = str.maketrans({"µ": "u", "μ": "u"})

# Without prefix: what may stand alone or above a stroke.
_SIMPLE = frozenset(
    ["mol", "g", "L", "m", "s", "min", "h", "d", "kat", "U", "cd", "A", "V", "Hz", "J", "W", "Pa", "K", "bar"]
    + [
        prefix + unit
        for prefix in ("k", "d", "c", "m", "u", "n", "p", "f")
        for unit in ("mol", "g", "L", "m", "s", "U")
    ]
    + ["ukat", "nkat", "mkat", "mosm", "mbar", "kPa", "MBq", "kBq", "Bq", "mm[Hg]"]
)
_WORDS = {
    "1": "1",
    "%": "%",
    "‰": "[ppth]",
    "l": "L",
    "IU": "[IU]",
    "kIU": "k[IU]",
    "mIU": "m[IU]",
    "uIU": "u[IU]",
    "IE": "[IU]",
    "kIE": "k[IU]",
    "mIE": "m[IU]",
    "int.enh.": "[IU]",
    "int.enh": "[IU]",
    "døgn": "d",
    "time": "h",
    "timer": "h",
    "år": "a",
    "°C": "Cel",
    "mmHg": "mm[Hg]",
    "pH": "[pH]",
    "1,73 m2": "{1.73_m2}",
    "1.73m²": "{1.73_m2}",
    "1,73m2": "{1.73_m2}",
    "1,73 m²": "{1.73_m2}",
    "1.73 m2": "{1.73_m2}",
    "1.73 m²": "{1.73_m2}",
    "1.73m2": "{1.73_m2}",
    "mosmol": "mosm",
    "CFU": "[CFU]",
    "mikrol": "uL",
    "m2": "m2",
    "m²": "m2",
}
_PREFIXED = {f"{prefix}{unit}": f"{prefix}L" for prefix in "dcmunpf" for unit in ("l", "L")}


@lru_cache(maxsize=4096)
def ucum(unit: str) -> str | None:
    """The UCUM code of a unit as a letter writes it; None where it has none (arb.enh.) or is not known for certain."""
    text = " ".join(unit.translate(_MICRO).split())
    power = _POWER.match(text)
    if power is not None:
        return _of_power(int(power[1]), (power[2] or "").strip())
    parts = [part.strip() for part in text.split("/")]
    codes = [_atom(part) for part in parts]
    if not parts or any(code is None for code in codes) or len(parts) > 3:
        return None
    return "/".join(code for code in codes if code is not None)


def _of_power(exponent: int, rest: str) -> str | None:
    """A power of ten before a unit: 10^9/L, 10^-3, × 10^-3 IU/L."""
    if rest.startswith("/"):
        inner = ucum(f"1{rest}")
        return None if inner is None else f"10*{exponent}{inner[1:]}"
    if not rest:
        return f"10*{exponent}"
    inner = ucum(rest)
    if inner is None:
        return None
    if exponent == -3 and inner.startswith("[IU]"):
        return f"m{inner}"
    return f"10*{exponent}.{inner}"


def _atom(part: str) -> str | None:
    if part in _WORDS:
        return _WORDS[part]
    if part in _PREFIXED:
        return _PREFIXED[part]
    return part if part in _SIMPLE else None

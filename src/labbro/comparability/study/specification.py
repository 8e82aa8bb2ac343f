"""How large a bias may be: analytical performance specifications.

Source: comparability.md section 1 (EFLM, Milan 2014): from biological variation, desirable bias is
0.25 * sqrt(CVi^2 + CVg^2), desirable imprecision 0.5 * CVi. Rule 6 of section 6: a member of a group may differ from
its anchor by half the allowable bias, so that any two members differ by at most the whole.
"""

from __future__ import annotations

import math

import msgspec

from labbro.errors import WrongUse


class Specification(msgspec.Struct, frozen=True, kw_only=True):
    """The allowable bias in per cent, or as an amount where that is larger (low values). `source` tells from where."""

    source: str
    allowable_percent: float
    allowable_amount: float = 0.0

    def allowable_at(self, x: float) -> float:
        """The allowable bias at a level, in the procedures' unit."""
        return max(abs(x) * self.allowable_percent / 100, self.allowable_amount)


def from_biological_variation(within_percent: float, between_percent: float) -> Specification:
    """The desirable bias, from the variation within and between persons (coefficients in per cent)."""
    if within_percent <= 0 or between_percent <= 0:
        raise _wrong("biological variation must be above 0", "biologisk variation skal være over 0")
    return Specification(
        source=f"biological variation, desirable: CVi {within_percent:g} %, CVg {between_percent:g} %",
        allowable_percent=0.25 * math.hypot(within_percent, between_percent),
    )


def stated(allowable_percent: float, allowable_amount: float = 0.0, source: str = "stated") -> Specification:
    """A specification as somebody decided it."""
    if allowable_percent < 0 or allowable_amount < 0 or allowable_percent + allowable_amount == 0:
        raise _wrong("the allowable bias must be above 0", "tilladt bias skal være over 0")
    return Specification(source=source, allowable_percent=allowable_percent, allowable_amount=allowable_amount)


def _wrong(why: str, why_da: str) -> WrongUse:
    return WrongUse(
        f"The specification cannot be used: {why}.",
        message_da=f"Kravet kan ikke bruges: {why_da}.",
        code="study-specification",
    )

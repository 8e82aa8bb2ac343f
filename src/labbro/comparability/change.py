"""How large a change between two results must be to be more than chance: the reference change value. Pure.

RCV = sqrt(2) * Z * sqrt(CVa^2 + CVi^2), only inside one comparability group. Source: comparability.md, section 1.
"""

from __future__ import annotations

import math

import msgspec

from labbro.comparability.decision import Placement
from labbro.comparability.model import Figure
from labbro.comparability.registry import Registry
from labbro.errors import WrongUse

Z_TWO_SIDED = 1.96
"""95 % of changes by chance alone are smaller, either way."""


class ReferenceChange(msgspec.Struct, frozen=True, kw_only=True):
    """The reference change value in per cent, and the figures behind it."""

    percent: float
    within: Figure
    analytical: Figure


def reference_change_percent(within_percent: float, analytical_percent: float, z: float = Z_TWO_SIDED) -> float:
    """The reference change value in per cent, from coefficients of variation in per cent.

    `within_percent`: biological, within a person (CVi). `analytical_percent`: of the measurement (CVa).
    Raises WrongUse `reference-change` for figures that no variation can have.
    """
    if not (0 < within_percent < math.inf and 0 <= analytical_percent < math.inf and 0 < z < math.inf):
        raise WrongUse(
            "Variation within a person must be above 0 per cent, that of the measurement 0 or more.",
            message_da="Variationen i en person skal være over 0 procent, målingens 0 eller mere.",
            code="reference-change",
        )
    return math.sqrt(2) * z * math.hypot(within_percent, analytical_percent)


def may_be_followed(before: Placement, after: Placement) -> bool:
    """Whether a line may join two results: one group or one procedure, and no change of method with caution."""
    if before.row != after.row or after.row[0] not in ("group", "procedure"):
        return False
    return before.procedure == after.procedure or "caution" not in (before.verdict, after.verdict)


def reference_change(before: Placement, after: Placement, registry: Registry) -> ReferenceChange | None:
    """The reference change value between two results.

    None outside a group, over a step of caution, and where the registry lacks a figure: nothing is made up. None also
    after a conversion with an offset, since coefficients of variation do not pass through one.
    """
    group = after.group
    if group is None or after.row[0] != "group" or not may_be_followed(before, after):
        return None
    if any(one.conversion is not None and one.conversion.offset != 0 for one in (before, after)):
        return None
    measurand = registry.measurands.get(group.measurand_id)
    if measurand is None or measurand.within is None or group.analytical is None or measurand.unit != group.unit:
        return None
    return ReferenceChange(
        percent=reference_change_percent(measurand.within.percent, group.analytical.percent),
        within=measurand.within,
        analytical=group.analytical,
    )

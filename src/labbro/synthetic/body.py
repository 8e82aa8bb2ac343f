"""The physiological model: a person's own level of each quantity, moved by courses of illness, measured with variation.

level = own set point (varies between persons), moved by what the courses do at that time. A measurement adds variation
within the person, shared by all measurements of one sample, and of the method. Some quantities follow from others.
"""

from __future__ import annotations

import bisect
import math
from typing import Literal

import msgspec

from labbro.synthetic.catalogue import Analyte, catalogue
from labbro.synthetic.chance import Chance
from labbro.synthetic.people import Person

# Quantities that are computed from what is measured in the same sample, with what they need.
NEEDS = {
    "egfr": ("creatinine",),
    "ldl": ("cholesterol", "hdl", "triglyceride"),
    "transferrin-saturation": ("iron", "transferrin"),
    "leukocytes": ("neutrophils", "lymphocytes", "monocytes", "eosinophils", "basophils"),
    "evf": ("hb",),
    "glucose-capillary": ("glucose",),
}
_SUNNIEST_DAY_OF_YEAR = 230  # vitamin D peaks in late summer


class Curve(msgspec.Struct, frozen=True):
    """What a course does to a quantity: points of (day, value), straight between them, level outside.

    `level` sets the quantity, `factor` multiplies it, `plus` adds to it. Days are ordinals (date.toordinal).
    """

    quantity: str
    mode: Literal["level", "factor", "plus"]
    points: tuple[tuple[float, float], ...]

    def at(self, day: float) -> float:
        """The value on a day."""
        points = self.points
        place = bisect.bisect_right(points, (day, math.inf))
        if place == 0:
            return points[0][1]
        if place == len(points):
            return points[-1][1]
        (before, low), (after, high) = points[place - 1], points[place]
        return low + (high - low) * (day - before) / (after - before)


class Body:
    """One person's levels over time."""

    def __init__(self, person: Person, chance: Chance, curves: tuple[Curve, ...]) -> None:
        self.person = person
        self._chance = chance
        self._set_points: dict[str, float] = {}
        self._curves: dict[str, list[Curve]] = {}
        for curve in curves:
            self._curves.setdefault(curve.quantity, []).append(curve)

    def set_point(self, quantity: str) -> float:
        """The person's own healthy level, log-normally spread around the usual level of their sex."""
        if quantity not in self._set_points:
            analyte = catalogue()[quantity]
            usual = analyte.level_men if self.person.sex == "male" else analyte.level_women
            spread = self._chance.of("set-point", quantity).normal()
            # Two deviations at most: a healthy person is within the reference interval, or nearly so.
            self._set_points[quantity] = usual * math.exp(max(-1.8, min(1.8, spread)) * analyte.between / 100)
        return self._set_points[quantity]

    def level(self, quantity: str, day: float) -> float:
        """The true level on a day, before any variation."""
        value = self.set_point(quantity)
        if quantity == "vitamin-d":
            value *= 1 + 0.2 * math.cos((day % 365.25 - _SUNNIEST_DAY_OF_YEAR) / 365.25 * 2 * math.pi)
        curves = self._curves.get(quantity, ())
        levels = [curve.at(day) for curve in curves if curve.mode == "level"]
        if levels:
            value = max(levels)
        factors = [1.0, *(curve.at(day) for curve in curves if curve.mode == "factor")]
        # Two illnesses that pull the same way do not multiply: the stronger one counts.
        value *= max(factors) * min(factors)
        return value + sum(curve.at(day) for curve in curves if curve.mode == "plus")

    def sample(self, day: float, chance: Chance) -> Sample:
        """The person at one moment: what is measured from here on shares its variation within the person."""
        return Sample(self, day, chance)


class Sample:
    """One sample: measure it once or several times."""

    def __init__(self, body: Body, day: float, chance: Chance) -> None:
        self._body = body
        self._day = day
        self._chance = chance
        self._within: dict[str, float] = {}

    def measure(self, analytes: tuple[Analyte, ...]) -> list[float]:
        """One measurement of each analyte, in its unit, not rounded. Computed quantities agree with the measured."""
        measured: dict[str, float] = {}
        return [self._quantity(one.latent, measured) * one.scale + one.offset for one in analytes]

    def _quantity(self, quantity: str, measured: dict[str, float]) -> float:
        if quantity not in measured:
            needed = [self._quantity(other, measured) for other in NEEDS.get(quantity, ())]
            measured[quantity] = self._computed(quantity, needed) if needed else self._direct(quantity)
        return measured[quantity]

    def _direct(self, quantity: str) -> float:
        analyte = catalogue()[quantity]
        level = self._body.level(quantity, self._day)
        if quantity not in self._within:
            # Far above a person's own level it is illness that moves a quantity, not the day.
            calm = min(1.0, max(0.2, 2 * self._body.set_point(quantity) / level)) if level > 0 else 1.0
            self._within[quantity] = self._chance.normal(0, calm * analyte.within / 100)
        return level * math.exp(self._within[quantity] + self._chance.normal(0, analyte.analytical / 100))

    def _computed(self, quantity: str, needed: list[float]) -> float:
        person = self._body.person
        if quantity == "egfr":
            age_years = (self._day - person.birth_date.toordinal()) / 365.25
            return ckd_epi(needed[0], male=person.sex == "male", age_years=age_years)
        if quantity == "ldl":
            return max(0.4, needed[0] - needed[1] - needed[2] / 2.2)
        if quantity == "transferrin-saturation":
            return needed[0] / (25.1 * needed[1])
        if quantity == "evf":
            return needed[0] * 0.0485 * math.exp(self._chance.normal(0, 0.01))
        if quantity == "glucose-capillary":
            # Taken when it suits: later after a meal, and a meter varies more.
            return needed[0] * (1 + abs(self._chance.normal(0, 0.12)))
        return sum(needed)


def ckd_epi(creatinine: float, *, male: bool, age_years: float) -> float:
    """Estimated glomerular filtration, mL/min/1.73 m2, from P-creatinine in umol/L (CKD-EPI 2009, Levey et al.)."""
    kappa, alpha, factor = (0.9, -0.411, 1.0) if male else (0.7, -0.329, 1.018)
    ratio = creatinine / 88.4 / kappa
    return 141 * min(ratio, 1.0) ** alpha * max(ratio, 1.0) ** -1.209 * 0.993**age_years * factor

"""Quantiles of the distributions that confidence intervals stand on: scipy's, in one typed place."""

from __future__ import annotations

from statistics import NormalDist


def normal_quantile(probability: float) -> float:
    """Of the standard normal distribution."""
    return NormalDist().inv_cdf(probability)


def student_quantile(probability: float, freedom: int) -> float:
    """Of Student's t with `freedom` degrees of freedom."""
    from scipy.special import stdtrit  # pyright: ignore[reportMissingTypeStubs, reportUnknownVariableType]

    return float(stdtrit(freedom, probability))  # pyright: ignore[reportUnknownArgumentType]

"""The number of a company or authority (CVR-nummer): eight digits whose weighted sum is divisible by 11."""

from __future__ import annotations

from labbro.codes.explanation import Explanation, checked, is_digits, malformed
from labbro.codes.modulus import weighted_sum

_WEIGHTS = (2, 7, 6, 5, 4, 3, 2, 1)


def explain(number: str) -> Explanation:
    """Form and check digit."""
    text = number.strip()
    if len(text) != 8 or not is_digits(text):
        return malformed("CVR", "eight digits", "otte cifre")
    return checked("CVR", text, holds=weighted_sum(text, _WEIGHTS) % 11 == 0)

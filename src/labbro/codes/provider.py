"""The provider number of a practice (ydernummer): six digits with leading zeros in letters, compared as a number."""

from __future__ import annotations

from labbro.codes.explanation import Explanation, is_digits, malformed


def explain(number: str) -> Explanation:
    """One to six digits; `normal` has six, as letters carry it. There is no check digit."""
    text = number.strip()
    if not 1 <= len(text) <= 6 or not is_digits(text):
        return malformed("ydernummer", "six digits", "seks cifre")
    return Explanation("ydernummer", text.zfill(6), "none")

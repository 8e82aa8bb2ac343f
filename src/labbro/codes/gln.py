"""The location number of a party (GLN; in letters EAN or lokationsnummer): 13 digits, the last a GS1 check digit."""

from __future__ import annotations

from labbro.codes.explanation import Explanation, Remark, checked, is_digits, malformed
from labbro.codes.modulus import gs1_check_digit

DANISH_PREFIX = "579"
DIGITS = 13


def explain(number: str) -> Explanation:
    """Form and check digit. Four numbers in MedCom's own samples fail the check: warn, never refuse a letter for it."""
    text = number.strip()
    if len(text) != DIGITS or not is_digits(text):
        return malformed("GLN", "13 digits", "13 cifre")
    found = checked("GLN", text, holds=gs1_check_digit(text[:12]) == text[12])
    if text.startswith(DANISH_PREFIX):
        return found
    foreign = Remark(
        "GLN-not-danish", "The GLN is not of the Danish series 579.", "GLN er ikke af den danske serie 579."
    )
    return Explanation(found.kind, found.normal, found.check_digit, (*found.remarks, foreign))


def holds(number: str) -> bool:
    """Whether the number is 13 digits with a right check digit; quick, for the many letters of a day."""
    return len(number) == DIGITS and is_digits(number) and gs1_check_digit(number[:12]) == number[12]


def make(first_twelve_digits: str) -> str:
    """A GLN: the twelve digits and their check digit."""
    return first_twelve_digits + gs1_check_digit(first_twelve_digits)

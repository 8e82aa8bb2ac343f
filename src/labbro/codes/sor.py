"""The code of a unit in Sundhedsvæsenets Organisationsregister (SOR): at least 11 digits, the last by Verhoeff."""

from __future__ import annotations

from labbro.codes.explanation import Explanation, checked, is_digits, malformed
from labbro.codes.modulus import verhoeff_check_digit, verhoeff_holds

NAMESPACE = "1000016"
PARTITION = "00"


def explain(code: str) -> Explanation:
    """Form and check digit, as SNOMED identifiers have it. HL7 Denmark's own dummy fails: warn only."""
    text = code.strip()
    if not 11 <= len(text) <= 18 or not is_digits(text):
        return malformed("SOR", "11 to 18 digits", "11 til 18 cifre")
    return checked("SOR", text, holds=verhoeff_holds(text))


def make(number: int) -> str:
    """The SOR code of a running number: number, 1000016, 00, check digit."""
    digits = f"{number}{NAMESPACE}{PARTITION}"
    return digits + verhoeff_check_digit(digits)

"""Numbers of requisitions and samples: the check digit, and the legacy 14 digits of general practice.

The form of the national sample number (NPN) is not public: anything of 1 to 15 characters is accepted. What Danish
series have in common is modulus 11 with weights 2 to 7 from the right (verified on MedCom's published numbers).
"""

from __future__ import annotations

import msgspec

from labbro.codes.explanation import Explanation, Remark, checked, is_digits, malformed
from labbro.codes.modulus import modulus11_check_digit

LONGEST = 15
_LEGACY_LENGTH = 14


class PracticeNumber(msgspec.Struct, frozen=True):
    """A legacy number of general practice: ydernummer (6), running number (7), check digit (1)."""

    provider: str
    running_number: str
    check_digit: str


def check_digit(digits: str) -> str | None:
    """The check digit of a number without it; None where it would be 10: such a number is never issued."""
    return modulus11_check_digit(digits)


def holds(number: str) -> bool:
    """Whether a number's last digit is the check digit of the others."""
    return len(number) > 1 and is_digits(number) and check_digit(number[:-1]) == number[-1]


def make(digits: str) -> str | None:
    """The number with its check digit; None where there is none."""
    check = check_digit(digits)
    return None if check is None else digits + check


def read_practice_number(number: str) -> PracticeNumber | None:
    """The parts of a legacy number of general practice; None unless 14 digits with a fitting check digit."""
    if len(number) != _LEGACY_LENGTH or not holds(number):
        return None
    return PracticeNumber(number[:6], number[6:13], number[13])


def explain(number: str) -> Explanation:
    """Length, and the check digit where the number is a legacy number of general practice by its length."""
    text = number.strip()
    if not 1 <= len(text) <= LONGEST:
        return malformed("requisition number", "1 to 15 characters", "1 til 15 tegn")
    if len(text) == _LEGACY_LENGTH and is_digits(text):
        return checked("requisition number", text, holds=holds(text))
    if len(text) == _LEGACY_LENGTH + 1 and is_digits(text):
        remark = Remark(
            "requisition-length",
            "15 digits: one more than a number of general practice; a digit may be doubled.",
            "15 cifre: et mere end et nummer fra almen praksis; et ciffer kan være skrevet to gange.",
        )
        return Explanation("requisition number", text, "none", (remark,))
    return Explanation("requisition number", text, "none")

"""The civil registration number (CPR-nummer) and its replacements in letters (X-eCPR, D-eCPR).

Modulus 11 is told, never enforced: numbers that fail it have been issued since 2007. Source: facts of the CPR office
as used by HL7 Denmark's core profiles; the sentence about the seventh digit is the CPR office's table.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Literal

import msgspec

from labbro.codes.explanation import CheckDigit, Explanation, Remark, is_digits, malformed
from labbro.codes.modulus import weighted_sum

Sex = Literal["male", "female"]
CprKind = Literal["cpr", "x-ecpr", "d-ecpr", "unknown"]

UNKNOWN = "0000000000"
_WEIGHTS = (4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_REPLACEMENT = re.compile(r"[0-9]{6}([01567])[A-Z]{2}([0-9])")
_NATIONAL = "17"
_DIGITS_WANTED = ("ten digits that begin with a date", "ti cifre, der begynder med en dato")


class CivilRegistration(msgspec.Struct, frozen=True):
    """What a well-formed number says. Replacement numbers give no birth date: theirs may be the day they were made."""

    kind: CprKind
    birth_date: dt.date | None = None
    sex: Sex | None = None
    modulus_11_holds: bool | None = None


def read(number: str) -> CivilRegistration | None:
    """What a number says, written `ddmmyynnnn` or `ddmmyy-nnnn`; None where it has no form of a CPR or replacement."""
    text = normal(number)
    if text == UNKNOWN:
        return CivilRegistration("unknown")
    replacement = _REPLACEMENT.fullmatch(text)
    if replacement is not None:
        kind: CprKind = "x-ecpr" if replacement[1] in _NATIONAL else "d-ecpr"
        return CivilRegistration(kind, sex=_sex(replacement[2])) if _day_and_month_exist(text) else None
    if len(text) != 10 or not is_digits(text):
        return None
    birth_date = _birth_date(text)
    if birth_date is None:
        return None
    return CivilRegistration("cpr", birth_date, _sex(text[9]), modulus_11_holds(text))


_BEGINS_WITH_A_DAY = re.compile(
    r"(?:(?:0[1-9]|[12][0-9]|3[01])(?:01|03|05|07|08|10|12)|(?:0[1-9]|[12][0-9]|30)(?:04|06|09|11)|(?:0[1-9]|[12][0-9])02)"
    r"[0-9]{6}"
)


def begins_with_a_day(number: str) -> bool:
    """Whether ten digits begin with a day of some year, or are the number for 'unknown'; quick, for many letters."""
    return number == UNKNOWN or _BEGINS_WITH_A_DAY.fullmatch(number) is not None


def explain(number: str) -> Explanation:
    """The number's form and remarks fit for a warning. A failing modulus 11 is no fault and gives no remark."""
    said = read(number)
    if said is None:
        return malformed("CPR", *_DIGITS_WANTED)
    digit: CheckDigit = "none" if said.modulus_11_holds is None else "holds" if said.modulus_11_holds else "fails"
    remarks: tuple[Remark, ...] = ()
    if said.kind == "unknown":
        remarks = (Remark("CPR-unknown", "The patient's number is unknown.", "Patientens nummer er ukendt."),)
    return Explanation(said.kind, normal(number), digit, remarks)


def normal(number: str) -> str:
    """The ten characters to compare by: without blanks and the hyphen people write, letters in upper case."""
    text = number.strip().upper()
    return text[:6] + text[7:] if len(text) == 11 and text[6] in "- " else text


def written(number: str) -> str:
    """The form people read: `ddmmyy-nnnn`. Anything else is given back as it came."""
    text = normal(number)
    return f"{text[:6]}-{text[6:]}" if len(text) == 10 else number


def modulus_11_holds(number: str) -> bool:
    """Whether ten digits pass modulus 11 (weights 4,3,2,7,6,5,4,3,2,1). Never a reason to refuse a number."""
    return weighted_sum(number, _WEIGHTS) % 11 == 0


def age_years(birth_date: dt.date, on: dt.date) -> int:
    """Completed years of age on a day."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


def century(seventh_digit: str, year: int) -> int:
    """The first year of the century (1800, 1900, 2000) for the seventh digit and the two-digit year of birth."""
    if seventh_digit in "0123":
        return 1900
    if year <= 36:
        return 2000
    if seventh_digit in "49":
        return 1900
    return 2000 if year <= 57 else 1800


def _birth_date(text: str) -> dt.date | None:
    year = int(text[4:6])
    try:
        return dt.date(century(text[6], year) + year, int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


def _day_and_month_exist(text: str) -> bool:
    try:
        dt.date(2000, int(text[2:4]), int(text[:2]))  # a leap year: the century is not known here
    except ValueError:
        return False
    return True


def _sex(last_digit: str) -> Sex:
    return "male" if int(last_digit) % 2 else "female"

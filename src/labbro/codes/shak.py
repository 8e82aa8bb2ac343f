"""The hospital classification (SHAK, sygehusafdelingsnummer): 4 characters hospital, 6 department, 7 section.

Regions add an eighth and ninth character of their own.
"""

from __future__ import annotations

import re

import msgspec

from labbro.codes.explanation import Explanation, Remark, malformed

_FORM = re.compile(r"[0-9A-ZÆØÅ]{4}(?:[0-9A-ZÆØÅ]{2}(?:[0-9A-ZÆØÅ]{1,3})?)?")


class HospitalUnit(msgspec.Struct, frozen=True):
    """The parts of a code; a child's code begins with its parent's."""

    hospital: str
    department: str | None = None
    section: str | None = None


def read(code: str) -> HospitalUnit | None:
    """Hospital, department and section of a code; None where it has another length or characters."""
    text = code.strip().upper()
    if _FORM.fullmatch(text) is None:
        return None
    return HospitalUnit(text[:4], text[:6] if len(text) >= 6 else None, text if len(text) >= 7 else None)


def explain(code: str) -> Explanation:
    """The form only: SHAK has no check digit."""
    if read(code) is None:
        return malformed("SHAK", "4, 6 or 7 characters", "4, 6 eller 7 tegn")
    text = code.strip().upper()
    remarks: tuple[Remark, ...] = ()
    if len(text) > 7:
        remarks = (
            Remark(
                "SHAK-regional",
                "The code is longer than seven characters: a region's own extension.",
                "Koden er længere end syv tegn: en regions egen tilføjelse.",
            ),
        )
    return Explanation("SHAK", text, "none", remarks)

"""The invented country's departments of microbiology, pathology and genetics. Nobody here exists.

Each hospital sends in its own way, so that a demonstration shows the letter types in both syntaxes and older versions.
"""

from __future__ import annotations

import msgspec

from labbro.synthetic.country import Party, Syntax, location_number


class Specialist(msgspec.Struct, frozen=True):
    """A department that answers in findings and sections; `microbiology` is the version of its microbiology letters."""

    code: str
    party: Party
    syntax: Syntax
    microbiology: str = ""


def _party(serial: int, hospital: str, organisation: str, department: str, speciality: str) -> Party:
    kind = "sygehusafdelingsnummer"
    return Party(location_number(serial), hospital, kind, organisation, department, speciality)


_KLITHAVN, _SONDERLUND, _EGEBRO = "Klithavn Universitetshospital", "Sønderlund Sygehus", "Egebro Hospital"
_MICROBIOLOGY = ("Klinisk Mikrobiologisk Afdeling", "klin_mikrobiologi")
_PATHOLOGY = ("Patologiafdelingen", "patologisk_anatomi")

# By the code of the hospital's biochemical laboratory (country.LABORATORIES).
MICROBIOLOGY = {
    "QKL": Specialist("QKM", _party(41, "Q10161", _KLITHAVN, *_MICROBIOLOGY), "xml", "XR0532M"),
    "QSL": Specialist("QSM", _party(42, "Q20261", _SONDERLUND, *_MICROBIOLOGY), "edifact", "XR0231M"),
    "QEB": Specialist("QEM", _party(43, "Q30361", _EGEBRO, *_MICROBIOLOGY), "xml", "XR0531M"),
}
PATHOLOGY = {
    "QKL": Specialist("QKP", _party(51, "Q10165", _KLITHAVN, *_PATHOLOGY), "xml"),
    "QSL": Specialist("QSP", _party(52, "Q20265", _SONDERLUND, *_PATHOLOGY), "edifact"),
    "QEB": Specialist("QEP", _party(53, "Q30365", _EGEBRO, *_PATHOLOGY), "edifact"),
}
GENETICS = Specialist(
    "QKG",
    _party(61, "Q10168", _KLITHAVN, "Klinisk Genetisk Afdeling", "klin_genetik"),
    "xml",
)
# Receives what departments of microbiology report for surveillance.
MICROBIOLOGY_DATABANK = Party(
    location_number(901), location_number(901), "lokationsnummer", "Det fælles mikrobiologiregister"
)

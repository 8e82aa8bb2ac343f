"""An invented country: laboratories, hospital departments, practices and foot therapists. Nobody here exists.

Location numbers are of a series chosen by us, 5790009 9xxxx with a right check digit; codes of laboratories and of
hospitals begin with Q, provider numbers with 99. Addresses of the net end in `.example` (RFC 2606).
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from labbro.codes import gln

PartyKind = Literal["sygehusafdelingsnummer", "ydernummer", "lokationsnummer"]
Version = Literal["XR0130K", "XR0131K", "XR0130F"]
Syntax = Literal["edifact", "xml"]
FOREVER = dt.date.max


class Party(msgspec.Struct, frozen=True):
    """A sender or receiver of letters as the letters name it; `ean` is its GLN."""

    ean: str
    identifier: str
    kind: PartyKind
    organisation: str
    department: str | None = None
    speciality: str | None = None
    street: str | None = None
    postcode: str | None = None
    district: str | None = None
    initials: str | None = None


class Era(msgspec.Struct, frozen=True):
    """How a laboratory sends its letters until a day: version, syntax, decimal mark."""

    until: dt.date
    version: Version
    syntax: Syntax
    decimal_mark: Literal[".", ","] = "."


class Method(msgspec.Struct, frozen=True):
    """Until a day a laboratory answers one analyte by another of the catalogue: other code, unit, interval, method."""

    until: dt.date
    analyte: str
    reported_as: str


class Laboratory(msgspec.Struct, frozen=True):
    """A hospital laboratory and its habits.

    `flags`: sends too high / too low itself. `groups`: sends its requisition groups (XML only).
    `repeats`: a later letter of a sample repeats what was final already.
    """

    code: str
    party: Party
    eras: tuple[Era, ...]
    methods: tuple[Method, ...] = ()
    flags: bool = True
    groups: bool = False
    repeats: bool = False

    def era(self, day: dt.date) -> Era:
        """How letters of a day are sent."""
        return next(era for era in self.eras if day < era.until)

    def reported_as(self, analyte: str, day: dt.date) -> str:
        """The key of the catalogue under which the laboratory answers an analyte on a day."""
        found = (method.reported_as for method in self.methods if method.analyte == analyte and day < method.until)
        return next(found, analyte)


def location_number(serial: int) -> str:
    """A GLN of the invented series."""
    return gln.make(f"57900099{serial:04d}")


def _laboratory_party(serial: int, hospital: str, name: str) -> Party:
    return Party(
        location_number(serial),
        f"{hospital}60",
        "sygehusafdelingsnummer",
        name,
        "Klinisk Biokemisk Afdeling",
        "klin_biokemi",
    )


KLITHAVN = Laboratory(
    "QKL",
    _laboratory_party(1, "Q101", "Klithavn Universitetshospital"),
    (Era(dt.date(2019, 3, 1), "XR0131K", "edifact"), Era(FOREVER, "XR0131K", "xml")),
    (
        Method(dt.date(2022, 2, 1), "tsh", "tsh-older-interval"),
        Method(dt.date(2018, 1, 15), "creatinine", "creatinine-older-code"),
        # Another calibration from that day on: a fifth higher, under the same code and with the same interval.
        Method(dt.date(2022, 3, 1), "psa", "psa"),
        Method(FOREVER, "psa", "psa-hybritech"),
        # Another device from that day on: some 7 % higher.
        Method(dt.date(2024, 2, 5), "ferritin", "ferritin-older-device"),
    ),
    groups=True,
    repeats=True,
)
SONDERLUND = Laboratory(
    "QSL",
    _laboratory_party(2, "Q202", "Sønderlund Sygehus"),
    (Era(dt.date(2020, 6, 1), "XR0130K", "edifact", ","), Era(FOREVER, "XR0131K", "edifact")),
    (
        Method(dt.date(2021, 5, 3), "acr", "acr-molar"),
        Method(dt.date(2023, 9, 4), "alat", "alat-older-interval"),
        Method(dt.date(2018, 6, 1), "hba1c", "hba1c-dcct"),
        Method(dt.date(2018, 6, 1), "hb", "hb-mass"),
        Method(FOREVER, "creatinine", "creatinine-jaffe"),
        # A code of its own, until its system for letters was renewed.
        Method(dt.date(2020, 6, 1), "cholesterol", "cholesterol-local-code"),
    ),
    flags=False,
)
EGEBRO = Laboratory(
    "QEB",
    _laboratory_party(3, "Q303", "Egebro Hospital"),
    (Era(FOREVER, "XR0131K", "edifact"),),
    (Method(dt.date(2020, 10, 5), "ferritin", "ferritin-older-interval"),),
)
LABORATORIES = (KLITHAVN, SONDERLUND, EGEBRO)


class Department(msgspec.Struct, frozen=True):
    """Where a hospital patient lies or is seen, by hospital: a ward, the emergency department, two clinics."""

    ward: Party
    emergency: Party
    kidney_clinic: Party
    medical_clinic: Party


def _department(serial: int, hospital: str, code: str, name: str, initials: str) -> Party:
    return Party(
        location_number(serial), f"{hospital}{code}", "sygehusafdelingsnummer", name[:35], None, initials=initials
    )


def _departments(first_serial: int, hospital: str, name: str) -> Department:
    return Department(
        _department(first_serial, hospital, "012", f"Lungemedicin, {name}", "HJK"),
        _department(first_serial + 1, hospital, "150", f"Akutafdelingen, {name}", "AKU"),
        _department(first_serial + 2, hospital, "110", f"Nyreklinikken, {name}", "NEF"),
        _department(first_serial + 3, hospital, "080", f"Medicinsk amb., {name}", "MED"),
    )


DEPARTMENTS = {
    "QKL": _departments(10, "Q101", "Klithavn"),
    "QSL": _departments(20, "Q202", "Sønderlund"),
    "QEB": _departments(30, "Q303", "Egebro"),
}


class Practice(msgspec.Struct, frozen=True):
    """A general practice with the laboratory it sends its samples to."""

    party: Party
    laboratory: Laboratory

    @property
    def producer(self) -> str:
        """How the practice names itself as producer of a result: provider number and name."""
        return f"{self.party.identifier};{self.party.organisation}"[:35]


_PLACES = (
    ("Lægerne Fjordgade", "Fjordgade 4", "9901", "Klithavn", "AMB", KLITHAVN),
    ("Lægehuset Marehalm", "Marehalmvej 12", "9901", "Klithavn", "TRK", KLITHAVN),
    ("Klitlægerne", "Redningsvejen 2", "9903", "Vesterklit", "OSB", KLITHAVN),
    ("Læge Ravnborg", "Torvet 7", "9904", "Nordvad", "RVB", KLITHAVN),
    ("Lægerne ved Søen", "Søvej 31", "9911", "Sønderlund", "JLP", SONDERLUND),
    ("Lægefællesskabet Lyngen", "Lyngbakken 5", "9911", "Sønderlund", "HDG", SONDERLUND),
    ("Læge Kløvermark", "Møllestien 9", "9913", "Åkærby", "KLM", SONDERLUND),
    ("Lægerne Egetorvet", "Egetorvet 1", "9921", "Egebro", "SMH", EGEBRO),
    ("Lægehuset Bøgen", "Bøgeallé 18", "9921", "Egebro", "BRN", EGEBRO),
    ("Skovlægerne", "Savværksvej 22", "9924", "Granskov", "ELT", EGEBRO),
)


def _practice(place: int) -> Practice:
    name, street, postcode, district, initials, laboratory = _PLACES[place]
    party = Party(
        location_number(100 + place),
        f"{990_101 + 7 * place}",
        "ydernummer",
        name,
        speciality="almen_medicin",
        street=street,
        postcode=postcode,
        district=district,
        initials=initials,
    )
    return Practice(party, laboratory)


PRACTICES = tuple(_practice(place) for place in range(len(_PLACES)))


def _foot_therapist(serial: int, name: str) -> Party:
    return Party(location_number(300 + serial), f"{990_901 + serial}", "ydernummer", name, "Fodterapeut", "fodterapi")


FOOT_THERAPISTS = {
    "QKL": _foot_therapist(1, "Klithavn Fodklinik"),
    "QSL": _foot_therapist(2, "Fodterapi ved Søen"),
    "QEB": _foot_therapist(3, "Egebro Fodterapi"),
}
# Receives what practices and foot therapists measure themselves: the invented country's shared databank.
SHARED_DATABANK = Party(location_number(900), location_number(900), "lokationsnummer", "Det fælles laboratorieregister")

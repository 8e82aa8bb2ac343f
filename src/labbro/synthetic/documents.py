"""What the letters of the specialists and the requests have in common: numbers, parties, patient, moments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from labbro import letters
from labbro.letters.letter import NO_ACKNOWLEDGEMENT, Envelope, Letter
from labbro.synthetic.country import DEPARTMENTS, Party, Practice, Syntax
from labbro.synthetic.numbering import Numbering
from labbro.synthetic.people import Person
from labbro.synthetic.plan import PlannedLetter

Values = dict[str, Any]
# Samples of these letters are counted from here; a person's samples of blood never come so far.
_FIRST_SAMPLE = 800


class Document(msgspec.Struct, frozen=True):
    """A letter before it is made: its version and elements in the JSON form. `sent_at` is local Danish time."""

    version: str
    syntax: Syntax
    number: str
    sent_at: dt.datetime
    values: Values

    def letter(self) -> Letter:
        """The letter, with its envelope."""
        envelope = Envelope(
            sent_date=f"{self.sent_at:%Y-%m-%d}",
            sent_time=f"{self.sent_at:%H:%M}",
            identifier=f"{self.number}E",
            acknowledgement=NO_ACKNOWLEDGEMENT,
        )
        return letters.make(version=self.version, envelope=envelope, values=self.values)


class Taken(msgspec.Struct, frozen=True):
    """One sampling: when, for whom, and the numbers by which request and answers find each other."""

    at: dt.datetime
    requester: Party
    requester_number: str
    laboratory_number: str
    by_hospital: bool = False
    received_after_hours: float = 5.0

    @property
    def received_at(self) -> dt.datetime:
        """When the sample came to the department."""
        return self.at + dt.timedelta(hours=self.received_after_hours)

    def after(self, days: float) -> dt.datetime:
        """A moment so many days after sampling, in the working day; samples of a ward are answered on Sundays too."""
        day = self.at + dt.timedelta(days=int(days))
        if not self.by_hospital:
            day += dt.timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
        return day.replace(hour=8, minute=12) + dt.timedelta(minutes=round((days % 1) * 600) + 7 * self.at.day)


class Desk:
    """One person's papers: samples are registered here, and letters get their numbers and parties.

    `blood` are the person's letters from the biochemical laboratories, to be requested after the fact.
    """

    def __init__(
        self,
        person: Person,
        practice: Practice,
        tag: str,
        until: dt.datetime,
        *,
        refuses: bool = False,
        blood: Sequence[PlannedLetter] = (),
    ) -> None:
        self.person = person
        self.practice = practice
        self.until = until
        self.blood = blood
        self._refuses = refuses
        self._numbering = Numbering(tag, person.index)
        self._samples = _FIRST_SAMPLE

    @property
    def hospital(self) -> str:
        """The code of the hospital that the practice sends samples to."""
        return self.practice.laboratory.code

    def taken(self, days_ago: int, hour: float = 9.5, *, at_hospital: bool = False) -> Taken:
        """A sample taken so many days before the end of the history, by the practice or on a ward."""
        self._samples += 1
        day = dt.datetime.combine(self.until.date() - dt.timedelta(days=days_ago), dt.time())
        if not at_hospital:  # a practice is closed at weekends
            day -= dt.timedelta(days=max(0, day.weekday() - 4))
        at = day + dt.timedelta(minutes=round(hour * 60))
        if at_hospital:
            ward = DEPARTMENTS[self.hospital].ward
            number = self._numbering.hospital_requisition(self._samples)
            return Taken(at, ward, number, self._laboratory_number(at), by_hospital=True, received_after_hours=1.2)
        party = self.practice.party
        number = self._numbering.practice_requisition(party.identifier, self._samples)
        return Taken(at, party, number, self._laboratory_number(at))

    def other_material(self, taken: Taken) -> Taken:
        """More material of the same requisition: registered by the department under a number of its own."""
        self._samples += 1
        return msgspec.structs.replace(taken, laboratory_number=self._laboratory_number(taken.at))

    def _laboratory_number(self, at: dt.datetime) -> str:
        return self._numbering.laboratory_number(at.year, self._samples)

    def document(self, version: str, syntax: Syntax, authorised_at: dt.datetime, values: Values) -> Document:
        """A letter with its number; sent two minutes after it was authorised."""
        number = self._numbering.letter()
        head = {"Letter": {"Identifier": number, "Authorisation": moment(authorised_at)}}
        return Document(version, syntax, number, authorised_at + dt.timedelta(minutes=2), head | values)

    def patient(self, consent: str = "Consent") -> Values:
        """The patient; a refused consent where the version can say it (`consent`: the element's name, or nothing)."""
        kind = "CivilRegistrationNumber" if self.person.cpr.isdigit() else "AlternativeIdentifier"
        values: Values = {
            kind: self.person.cpr,
            "PersonSurnameName": self.person.surname,
            "PersonGivenName": self.person.given_name,
        }
        if consent == "ConsentGiven":
            values[consent] = "false" if self._refuses else "true"
        elif consent and self._refuses:
            values[consent] = {"Given": "false"}
        return values


def moment(at: dt.datetime) -> Values:
    """A DateTimeType."""
    return {"Date": f"{at:%Y-%m-%d}", "Time": f"{at:%H:%M}"}


def identity(party: Party) -> Values:
    """Who somebody is: number and names."""
    names = {"DepartmentName": party.department} if party.department else {}
    return {
        "Identifier": party.identifier,
        "IdentifierCode": party.kind,
        "OrganisationName": party.organisation,
    } | names


def sender(party: Party, code: str = "", examinator: list[Values] | Values | None = None) -> Values:
    """The department that answers; `code` where the version has FromLabIdentifier."""
    values: Values = {"EANIdentifier": party.ean, **identity(party), "MedicalSpecialityCode": party.speciality}
    if examinator is not None:
        values["Examinator"] = examinator
    return values | ({"FromLabIdentifier": code} if code else {})


def receiver(party: Party) -> Values:
    """Who asked, with address and physician where they have them."""
    values: Values = {"EANIdentifier": party.ean, **identity(party), **address(party)}
    return values | ({"Physician": {"PersonInitials": party.initials}} if party.initials else {})


def address(party: Party) -> Values:
    """Street, town and post code, or nothing."""
    if not party.street or not party.district or not party.postcode:
        return {}
    return {"StreetName": party.street, "DistrictName": party.district, "PostCodeIdentifier": party.postcode}

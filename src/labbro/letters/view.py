"""A letter as a person reads it: sections of labelled values and tables. Text and HTML are made from the same view.

Every letter type declares its sections; whatever they do not mention is added at the end, so that nothing is hidden.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

import msgspec

from labbro.letters import tables
from labbro.letters.labels import Language, name_label, word_label
from labbro.letters.tree import Element

_INDEX = re.compile(r"\[\d+\]")
# Begins a notice that says who may not see the letter (MedCom: a lock sign).
LOCK = "🔒 "


class Field(msgspec.Struct, frozen=True):
    """A labelled value; line feeds count."""

    label: str
    value: str


class Row(msgspec.Struct, frozen=True):
    """A line of a table, the notes below it, and a mark (`high`, `low`, `abnormal`, `waiting` or nothing)."""

    cells: tuple[str, ...]
    notes: tuple[Field, ...] = ()
    mark: str = ""


class Table(msgspec.Struct, frozen=True):
    """Columns and rows."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


class Section(msgspec.Struct, frozen=True):
    """A part of the page: what must be noticed, running text, labelled values, a table.

    `fixed`: the text counts on letters of one width, as tables made of blanks do.
    """

    title: str
    fields: tuple[Field, ...] = ()
    table: Table | None = None
    notice: str = ""
    text: str = ""
    fixed: bool = False


class View(msgspec.Struct, frozen=True):
    """The whole page."""

    title: str
    language: Language
    sections: tuple[Section, ...]


class Teller:
    """Takes values out of a letter for people, and remembers which it has told."""

    def __init__(self, root: Element, language: Language, assumed: Iterable[str] = ()) -> None:
        self.root = root
        self.language: Language = language
        self.assumed = frozenset(assumed)
        self._told: set[int] = set()

    def say(self, danish: str, english: str) -> str:
        """The words in the reader's language."""
        return english if self.language == "en" else danish

    def value(self, holder: Element | None, path: str) -> str:
        """The value at a path as people read it; empty where there is none."""
        found = holder.find(path) if holder is not None else None
        return "" if found is None else self.element(found)

    def element(self, found: Element) -> str:
        """An element as people read it: words for codes, times as day and hour."""
        for _, inner in found.walk():
            self._told.add(id(inner))
        names = [child.name for child in found.children]
        if names == ["Date", "Time"]:
            return moment(found)
        if found.name == "MedicalSpecialityCode":
            return tables.SPECIALITY_DANISH.get(found.value, found.value)
        if isinstance(found.content, str):
            return word_label(found.content, self.language)
        return found.value.strip("\n")

    def tell(self, found: Element) -> None:
        """Count an element as told."""
        self.element(found)

    def field(self, holder: Element | None, path: str, danish: str = "", english: str = "") -> tuple[Field, ...]:
        """A labelled value, or nothing where there is none."""
        value = self.value(holder, path)
        label = self.say(danish, english) if danish else name_label(path.rpartition("/")[2], self.language)
        return (Field(label, value),) if value else ()

    def joined(self, holder: Element | None, paths: Iterable[str], between: str = ", ") -> str:
        """Several values on one line; the placeholder `_` for a missing name is left out."""
        values = [self.value(holder, path) for path in paths]
        return between.join(value for value in values if value and value != "_")

    def rest(self) -> Section | None:
        """Everything that has not been told."""
        fields: list[Field] = []
        for path, element in self.root.walk():
            below = path.partition("/")[2]
            if (
                id(element) in self._told
                or not _says_something(element)
                or not element.value
                or _INDEX.sub("", below) in self.assumed
            ):
                continue
            names = [name_label(name, self.language) for name in _INDEX.sub("", below).split("/")]
            fields.append(Field(" › ".join(names[-2:]), self.element(element)))
        return Section(self.say("Øvrige oplysninger", "Other content"), tuple(fields)) if fields else None


def _says_something(element: Element) -> bool:
    """Whether an element holds characters itself, and not only other elements."""
    return isinstance(element.content, str) or any(isinstance(part, str) for part in element.content)


Sections: TypeAlias = "Callable[[Teller], list[Section]]"


def moment(element: Element) -> str:
    """A day and time as Danes write them: `16.01.2000 12:47`."""
    date, time = element.text("Date") or "", element.text("Time") or ""
    parts = date.split("-")
    said = f"{parts[2]}.{parts[1]}.{parts[0]}" if len(parts) == 3 and len(date) == 10 else date
    return f"{said} {time}".strip()


def party(teller: Teller, holder: Element | None) -> tuple[Field, ...]:
    """A sender or receiver."""
    if holder is None:
        return ()
    names = teller.joined(holder, ("OrganisationName", "DepartmentName", "UnitName"))
    place = teller.joined(holder, ("PostCodeIdentifier", "DistrictName"), " ")
    address = ", ".join(part for part in (teller.joined(holder, ("StreetName", "SuburbName")), place) if part)
    number = teller.value(holder, "Identifier")
    kind = teller.value(holder, "IdentifierCode") or teller.value(holder, "IdentifierLocal")
    fields = [Field(teller.say("Navn", "Name"), names)] if names else []
    fields += [Field(teller.say("Adresse", "Address"), address)] if address else []
    fields += [Field(kind or teller.say("Nummer", "Number"), number)] if number else []
    net = (
        ()
        if holder.text("IdentifierCode") == "lokationsnummer" and _is_repeated(teller, holder)
        else ("EANIdentifier",)
    )
    return (
        *fields,
        *(field for name in net for field in teller.field(holder, name)),
        *teller.field(holder, "Physician/PersonInitials", "Læge", "Physician"),
        *teller.field(holder, "MedicalSpecialityCode"),
        *teller.field(holder, "FromLabIdentifier"),
    )


def _is_repeated(teller: Teller, holder: Element) -> bool:
    """Whether a party is known by the location number that it is reached by; both are then told as one."""
    return teller.value(holder, "EANIdentifier") == holder.text("Identifier")


def patient(teller: Teller) -> Section:
    """The patient, and what was said about consent: a refusal must be noticed."""
    holder = teller.root.find("Patient")
    name = teller.joined(holder, ("PersonGivenName", "PersonSurnameName"), " ")
    refused = _is_refused(teller, holder)
    given = (Field(teller.say("Samtykke", "Consent"), teller.say("givet", "given")),) if refused is False else ()
    fields = (
        Field(teller.say("Navn", "Name"), name),
        *teller.field(holder, "CivilRegistrationNumber"),
        *teller.field(holder, "AlternativeIdentifier"),
        *given,
    )
    notice = LOCK + teller.say(
        "Patienten har ikke givet samtykke til, at andre ser svaret.",
        "The patient has not consented to others seeing the results.",
    )
    return Section(teller.say("Patient", "Patient"), fields, notice=notice if refused else "")


def _is_refused(teller: Teller, holder: Element | None) -> bool | None:
    """Whether consent is refused; None where the letter does not say."""
    found = None if holder is None else holder.find("Consent/Given") or holder.find("ConsentGiven")
    if found is None or "Patient/Consent/Given" in teller.assumed:
        return None
    teller.tell(found)
    return found.value.strip() in {"false", "0"}

"""A patient's documents as they are given out: made of letters, or as they came.

A report whose patient refused consent is not given. Source: facts fhir.md section 6.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from uuid import UUID

from labbro.comparability.decision import Placer
from labbro.databank import Databank
from labbro.databank.assembling import BY_RESULT
from labbro.databank.reports import Letter
from labbro.errors import NotAllowed, NotFound
from labbro.eu.addresses import Addresses
from labbro.eu.bundle import Json
from labbro.eu.document import Document, Version, document
from labbro.eu.enriching import enrich
from labbro.eu.normalising import normalised
from labbro.eu.reading import STANDARD, read_document
from labbro.eu.versions import versions
from labbro.records.model import Report

Raw = Callable[[UUID], bytes]


class Given:
    """One document. Made when it is asked for, and then once."""

    def __init__(
        self, letter: Letter, version: Version, current: frozenset[int] | None, raw: Raw, make: Callable[..., Document]
    ) -> None:
        """`current`: ordinals of the results in force; None where the report is read as a whole and is in force."""
        self.letter, self.version, self._current = letter, version, current
        self._raw, self._make = raw, make

    @property
    def key(self) -> UUID:
        """What names it: the key of the letter or document that it is of."""
        return self.letter.letter_key

    @property
    def report(self) -> Report:
        """What it says."""
        return self.letter.report

    @property
    def came_as_document(self) -> bool:
        """Whether it is given as it came."""
        return self.report.standard == STANDARD

    @property
    def in_force(self) -> bool:
        """Whether anything of it is not replaced by a later one."""
        return self._current is None or bool(self._current)

    @cached_property
    def _made(self) -> tuple[Json, list[Json]]:
        """The Bundle, and the Observation of each result."""
        if self.came_as_document:
            told = read_document(self._raw(self.key))
            assert told.bundle is not None
            bundle = normalised(told.bundle)
            places = {id(one["resource"]): at for at, one in enumerate(told.bundle.content["entry"])}
            return bundle, [bundle["entry"][places[id(one)]]["resource"] for one in told.observations]
        bundle = self._make(self.report, self.version).bundle
        by_address = {one["fullUrl"]: one["resource"] for one in bundle["entry"]}
        return bundle, [by_address[one["reference"]] for one in self.diagnostic_of(bundle).get("result", ())]

    @property
    def bundle(self) -> Json:
        """The document."""
        return self._made[0]

    def diagnostic_of(self, bundle: Json) -> Json:
        """The report of a document."""
        found = (one["resource"] for one in bundle["entry"])
        return next(one for one in found if one["resourceType"] == "DiagnosticReport")

    def observations(self) -> Iterator[tuple[int, Json]]:
        """The Observations in force with their place, in the order of the report; members follow their panel."""
        bundle, told = self._made
        by_address = {one["fullUrl"]: one["resource"] for one in bundle["entry"]}
        ordinals = [result.ordinal for result in self.report.results]
        seen: set[int] = set()
        place = 0
        for at, one in enumerate(told):
            ordinal = ordinals[at] if at < len(ordinals) else 0
            if self._current is not None and ordinal not in self._current:
                continue
            for found in _with_members(one, by_address, seen):
                place += 1
                yield place, found


def _with_members(told: Json, by_address: Mapping[str, Json], seen: set[int]) -> Iterator[Json]:
    if id(told) in seen:
        return
    seen.add(id(told))
    yield told
    for member in told.get("hasMember", ()):
        found = by_address.get(str(member.get("reference")))
        if found is not None:
            yield from _with_members(found, by_address, seen)


def in_force_at(given: Given, place: int) -> Json | None:
    """The report (place 0) or the Observation at a place of the document; None where it is not there or replaced."""
    if place == 0:
        return given.diagnostic_of(given.bundle) if given.in_force else None
    found = (one["resource"] for one in given.bundle["entry"] if one["resource"]["resourceType"] == "Observation")
    wanted = next(islice(found, place - 1, None), None)
    return next((told for _, told in given.observations() if told is wanted), None)


class Served:
    """The documents of a databank."""

    def __init__(self, databank: Databank, known: Addresses, placer: Callable[[], Placer | None]) -> None:
        self._databank, self.known, self._placer = databank, known, placer

    def all_of(self, patient_key: UUID) -> list[Given]:
        """Every document that may be given, newest first. Raises NotFound for an unknown patient."""
        return [one for one in self._every(patient_key) if one.report.consent_given is not False]

    def one_of(self, patient_key: UUID, document_key: UUID) -> Given:
        """One document. Raises NotFound, and NotAllowed where consent was refused."""
        found = next((one for one in self._every(patient_key) if one.key == document_key), None)
        if found is None:
            raise NotFound("The patient has no such document.", message_da="Patienten har ikke dette dokument.")
        if found.report.consent_given is False:
            raise NotAllowed(
                "The patient has refused consent to share this report.",
                message_da="Patienten har nægtet samtykke til at dele dette svar.",
                code="consent-refused",
            )
        return found

    def _every(self, patient_key: UUID) -> list[Given]:
        history, letters = self._databank.history_with_letters(patient_key)
        current: dict[UUID, set[int]] = {}
        for row in history.rows:
            ordinals = current.setdefault(row.letter_key, set())
            if row.current:
                ordinals.add(row.result.ordinal)
        replaced = {one.letter_key for one in history.reports if not one.current}
        numbered = versions(letters)
        placer = self._placer()

        def make(report: Report, version: Version) -> Document:
            made = document(report, self.known, version)
            return made if placer is None else enrich(made, report, placer, self.known)

        def raw(key: UUID) -> bytes:
            return self._databank.letter(patient_key, key).raw

        found: list[Given] = []
        for letter in letters:
            if letter.report.kind in BY_RESULT:
                in_force: frozenset[int] | None = frozenset(current.get(letter.letter_key, ()))
            else:
                in_force = frozenset() if letter.letter_key in replaced else None
            found.append(Given(letter, numbered[letter.letter_key], in_force, raw, make))
        found.sort(key=_order, reverse=True)
        return found


def _order(one: Given) -> tuple[dt.datetime, UUID]:
    return one.report.authorised_at, one.key

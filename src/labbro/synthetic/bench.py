"""A cheap, endless supply of valid R0131K interchanges for benches: one letter written, its numbers exchanged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from labbro import letters
from labbro.synthetic.answers import Style, answer
from labbro.synthetic.catalogue import Analyte, catalogue
from labbro.synthetic.chance import Chance
from labbro.synthetic.country import EGEBRO, PRACTICES
from labbro.synthetic.form import letter_of
from labbro.synthetic.numbering import Numbering, tag_of
from labbro.synthetic.people import Person, person
from labbro.synthetic.plan import Maker, PlannedLetter, PlannedResult, SampleTaken

_MOMENT = dt.datetime(2025, 3, 4, 9, 15)  # noqa: DTZ001 - local Danish time, as letters have it
_NUMBER, _LABORATORY_NUMBER, _REQUISITION = "ZZZZ0000Z0000", "990000009999", "9999999999994"
_VALUE = "#{:03d}#"


def bench_reports(
    n: int, results: int = 20, seed: int = 1, patients: int | None = None, first: frozenset[str] = frozenset()
) -> Iterator[bytes]:
    """`n` EDIFACT interchanges of one R0131K letter each, with so many results (at most 60) and own identities.

    The letters are spread over `patients` people (a tenth of `n` unless told). Made by exchanging numbers in a
    letter that was written once, so values vary but tell no story; use population.letters for people. Codes in
    `first` are taken before others, each once.
    """
    analytes = _analytes(results, first)
    template = _template(analytes)
    people = [person(seed, index) for index in range(patients or max(1, n // 10))]
    numberings = [Numbering(tag_of("bench", seed, results), who.index) for who in people]
    chance = Chance(seed, "bench")
    for count in range(n):
        place = count % len(people)
        yield _exchanged(template, people[place], numberings[place], chance, analytes)


def _exchanged(template: str, who: Person, numbering: Numbering, chance: Chance, analytes: Sequence[Analyte]) -> bytes:
    sample = numbering.sample()
    text = (
        template.replace(_NUMBER, numbering.letter())
        .replace(_LABORATORY_NUMBER, numbering.laboratory_number(2025, sample))
        .replace(_REQUISITION, numbering.hospital_requisition(sample))
        .replace(_sentinel().cpr, who.cpr)
        .replace(_sentinel().surname, who.surname)
    )
    for place, analyte in enumerate(analytes):
        number = analyte.level_men * chance.between(0.7, 1.4)
        text = text.replace(_VALUE.format(place), f"{number:.{analyte.decimals}f}", 1)
    return text.encode("latin-1")


def _template(analytes: Sequence[Analyte]) -> str:
    style = Style(Maker(EGEBRO.party.organisation, EGEBRO.code), male=True, age_years=50)
    planned = PlannedLetter(
        version="XR0131K",
        syntax="edifact",
        number=_NUMBER,
        sender=EGEBRO.party,
        receiver=PRACTICES[7].party,
        person=_sentinel(),
        sample=SampleTaken(_LABORATORY_NUMBER, _REQUISITION, f"QEB-{_LABORATORY_NUMBER}", _MOMENT),
        results=tuple(_numbered(place, answer(found, 1.0, style)) for place, found in enumerate(analytes)),
        results_at=_MOMENT + dt.timedelta(hours=3),
        authorised_at=_MOMENT + dt.timedelta(hours=3),
        sent_at=_MOMENT + dt.timedelta(hours=4),
        laboratory_code=EGEBRO.code,
    )
    return letters.write(letter_of(planned), "edifact").data.decode("latin-1")


def _analytes(results: int, first: frozenset[str]) -> list[Analyte]:
    """The first of the catalogue that are numbers with a unit."""
    numbers = [
        found for found in catalogue().values() if found.analysis.scale == "ratio" and found.analysis.unit != "1"
    ]
    if first:
        once: dict[str, Analyte] = {}
        for found in numbers:
            once.setdefault(found.analysis.code, found)
        numbers = sorted(once.values(), key=lambda found: found.analysis.code not in first)
    return numbers[:results]


def _numbered(place: int, result: PlannedResult) -> PlannedResult:
    value = _VALUE.format(place)
    return PlannedResult(result.analysis, result.maker, value, unit=result.unit, interval=result.interval)


def _sentinel() -> Person:
    """A person whose number and name are exchanged in every letter."""
    return Person(0, "2506410000", "Opdigtet", "Sentinelsen", "male", dt.date(1941, 6, 25))

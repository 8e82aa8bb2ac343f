"""Any number of invented people with their letters, one person after the other, in constant memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec

from labbro.letters.letter import Letter
from labbro.synthetic.chance import Chance
from labbro.synthetic.country import PRACTICES, Practice
from labbro.synthetic.courses import acute, blood, kidney, metabolic, routine
from labbro.synthetic.courses.course import Course, Happening, Span
from labbro.synthetic.form import letter_of
from labbro.synthetic.numbering import tag_of
from labbro.synthetic.people import Person, person
from labbro.synthetic.plan import PlannedLetter
from labbro.synthetic.reporting import Reporter
from labbro.synthetic.story import Story

# The moment at which histories end, unless told otherwise: a fixed one, so that a seed always gives the same bytes.
UNTIL = dt.datetime(2026, 11, 1, 12, 0)  # noqa: DTZ001 - local Danish time, as letters have it
_NO_END = dt.date.max.toordinal()
_HAPPENINGS: tuple[Happening, ...] = ("corrected", "haemolysed", "twice", "failed", "staged")


class Made(msgspec.Struct, frozen=True):
    """A letter with the plan it was made from; the plan says in which syntax its sender sends."""

    planned: PlannedLetter
    letter: Letter


def letters(patients: int, years: float, seed: int, until: dt.datetime = UNTIL) -> Iterator[Letter]:
    """The letters of a population, person by person in order of time. The same arguments give the same letters."""
    return (made.letter for made in made_letters(patients, years, seed, until))


def made_letters(patients: int, years: float, seed: int, until: dt.datetime = UNTIL) -> Iterator[Made]:
    """As `letters`, each with its plan."""
    for index in range(patients):
        for planned in plans(index, years, seed, until):
            yield Made(planned, letter_of(planned))


def plans(index: int, years: float, seed: int, until: dt.datetime = UNTIL) -> list[PlannedLetter]:
    """The planned letters of one person of a population, in order of sending."""
    tag = tag_of(seed, years, until)
    told = story(index, years, seed, until)
    return sorted(Reporter(told, seed, tag).letters(until), key=lambda planned: (planned.sent_at, planned.number))


def story(index: int, years: float, seed: int, until: dt.datetime = UNTIL) -> Story:
    """The story of one person: illnesses as common as they are at that age, more or less."""
    who = person(seed, index)
    chance = Chance(seed, "story", index)
    span = Span(until.toordinal() - round(years * 365.25), until.toordinal())
    return Story(who, span, _practices(span, chance), tuple(_courses(who, span, chance)), chance.happens(0.02))


def _practices(span: Span, chance: Chance) -> tuple[tuple[int, Practice], ...]:
    last = (_NO_END, chance.pick(PRACTICES))
    return ((span.part(chance.between(0.2, 0.8)), chance.pick(PRACTICES)), last) if chance.happens(0.15) else (last,)


def _courses(who: Person, span: Span, chance: Chance) -> Iterator[Course]:
    age_years = who.age_years(dt.date.fromordinal(span.last))
    male = who.sex == "male"
    old = max(0.0, min(1.0, (age_years - 30) / 50))  # 0 at thirty, 1 at eighty
    yield routine.check_ups(span, chance, step_days=chance.between(300, 800) - 150 * old)
    if chance.happens(0.03 + 0.16 * old):
        yield metabolic.type_2_diabetes(
            span, chance, onset=chance.between(0.02, 0.8), kidneys_suffer=chance.happens(0.35)
        )
    if chance.happens(0.06 + 0.4 * old):
        yield routine.blood_pressure(span, chance)
    if chance.happens(0.1 * old):
        yield kidney.chronic_kidney_disease(
            span, chance, worst=chance.between(1.5, 4.2), first=chance.between(1.1, 1.4)
        )
    if chance.happens(0.09 * old):
        yield blood.warfarin(span, chance, onset=chance.between(0.02, 0.6))
    if chance.happens(0.02 if male else 0.06):
        yield metabolic.hypothyroidism(span, chance, onset=chance.between(0.1, 0.7))
    elif chance.happens(0.02):
        yield metabolic.hyperthyroidism(span, chance, onset=chance.between(0.1, 0.6))
    yield from _blood(span, chance, male=male, age_years=age_years)
    yield from _acute(span, chance, male=male, old=old)
    if male and age_years >= 60 and chance.happens(0.12):
        yield routine.prostate(span, chance)
    if chance.happens(0.01):
        yield routine.lithium(span, chance)


def _blood(span: Span, chance: Chance, *, male: bool, age_years: int) -> Iterator[Course]:
    if chance.happens(0.09 if not male and age_years < 52 else 0.04):
        yield blood.iron_deficiency(span, chance, onset=chance.between(0.1, 0.9))
    if age_years > 55 and chance.happens(0.04):
        yield blood.b12_deficiency(span, chance, onset=chance.between(0.1, 0.9))


def _acute(span: Span, chance: Chance, *, male: bool, old: float) -> Iterator[Course]:
    years = span.days / 365.25
    for _ in range(3):
        if chance.happens(min(0.5, years * (0.004 + 0.016 * old))):
            yield acute.pneumonia(span, chance, at=chance.between(0.02, 0.99), severity=chance.between(0.5, 1.15))
        if not male and chance.happens(min(0.5, years * 0.03)):
            yield acute.urinary_infection(span, chance, at=chance.between(0.01, 0.99))
    if chance.happens(min(0.4, years * 0.015 * old)):
        yield acute.chest_pain(span, chance, at=chance.between(0.02, 0.98), infarction=chance.happens(0.3))
    if chance.happens(min(0.5, years * 0.04)):
        yield routine.events(span, chance, chance.pick(_HAPPENINGS))

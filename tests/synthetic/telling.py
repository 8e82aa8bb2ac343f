"""Helpers of these tests: a person with one course, and what their letters say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from labbro.synthetic.chance import Chance
from labbro.synthetic.country import EGEBRO, KLITHAVN, PRACTICES, SONDERLUND, Laboratory
from labbro.synthetic.courses.course import Course, Span
from labbro.synthetic.people import Person, person
from labbro.synthetic.plan import PlannedLetter, PlannedResult
from labbro.synthetic.reporting import Reporter
from labbro.synthetic.story import Story

UNTIL = dt.datetime(2026, 6, 15, 12, 0)  # noqa: DTZ001 - local Danish time, as letters have it
SPAN = Span(UNTIL.toordinal() - 3652, UNTIL.toordinal())
LABORATORIES = (KLITHAVN, SONDERLUND, EGEBRO)
Told = Callable[[Span, Chance], Course]


def told(
    *courses: Told, who: Person | None = None, laboratory: Laboratory = EGEBRO, refuses: bool = False, seed: int = 3
) -> list[PlannedLetter]:
    """The letters of one person with these courses, in order of sending."""
    practice = next(one for one in PRACTICES if one.laboratory is laboratory)
    chance = Chance(seed, "courses")
    happened = tuple(course(SPAN, chance.of(number)) for number, course in enumerate(courses))
    practices = ((dt.date.max.toordinal(), practice),)
    story = Story(who or person(3, 7), SPAN, practices, happened, refuses)
    return sorted(Reporter(story, seed, "TEST").letters(UNTIL), key=lambda letter: letter.sent_at)


def results(letters: list[PlannedLetter], name: str) -> list[tuple[dt.date, PlannedResult]]:
    """The measured results of an analysis by its short name, with the day of sampling; placeholders left out."""
    return [
        (letter.sample.taken_at.date(), result)
        for letter in letters
        for result in letter.results
        if result.analysis.short_name.startswith(name) and result.status != "proeve_modtaget"
    ]


def numbers(letters: list[PlannedLetter], name: str) -> list[float]:
    """The numbers of an analysis, in order."""
    return [float(result.value.replace(",", ".")) for _, result in results(letters, name)]

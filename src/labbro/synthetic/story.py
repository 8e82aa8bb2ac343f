"""One person's story: who they are, where they go, and what happens to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from labbro.synthetic.catalogue import catalogue
from labbro.synthetic.country import Practice
from labbro.synthetic.courses.course import Course, Span, Visit
from labbro.synthetic.people import Person

_KEEP_TOGETHER_DAYS = 6
_OFFICE = frozenset({"practice", "point-of-care", "kidney-clinic", "medical-clinic", "foot"})
_JOINED = frozenset({"practice", "kidney-clinic", "medical-clinic"})


class Story(msgspec.Struct, frozen=True):
    """A person with their courses. `practices`: (until day, practice), the last one without end.

    `refuses`: the patient refuses that others see the reports (told in version XR0131K only).
    """

    person: Person
    span: Span
    practices: tuple[tuple[int, Practice], ...]
    courses: tuple[Course, ...]
    refuses: bool = False

    def practice_on(self, day: int) -> Practice:
        """The person's practice on a day."""
        return next(practice for until, practice in self.practices if day < until)

    def visits(self) -> list[Visit]:
        """All visits within the span, in order of time; controls of several illnesses that fall together are one."""
        moved = ((n, _on_a_weekday(visit)) for n, course in enumerate(self.courses) for visit in course.visits)
        inside = [(n, visit) for n, visit in moved if self.span.first <= visit.day <= self.span.last]
        return _joined(sorted(inside, key=lambda one: (one[1].day, one[1].hour, one[1].setting)))


def _on_a_weekday(visit: Visit) -> Visit:
    weekday = dt.date.fromordinal(max(1, visit.day)).weekday()
    if visit.setting not in _OFFICE or weekday < 5:
        return visit
    return msgspec.structs.replace(visit, day=visit.day - (weekday - 4))


def _joined(visits: Iterable[tuple[int, Visit]]) -> list[Visit]:
    """Visits, each with the number of its course, joined with the one before it in the same place if they may be."""
    joined: list[Visit] = []
    last_of: dict[str, tuple[int, set[int]]] = {}
    for course, visit in visits:
        place, courses = last_of.get(visit.setting, (-1, {course}))
        if course not in courses and _go_together(joined[place], visit):
            joined[place] = _together(joined[place], visit)
            courses.add(course)
        else:
            last_of[visit.setting] = (len(joined), {course})
            joined.append(visit)
    return joined


def _go_together(first: Visit, second: Visit) -> bool:
    plain = first.happening == second.happening == "plain" and not first.day_sample and not second.day_sample
    return plain and first.setting in _JOINED and 0 <= second.day - first.day <= _KEEP_TOGETHER_DAYS


def _together(first: Visit, second: Visit) -> Visit:
    notes = dict.fromkeys(note for note in (first.note, second.note) if note)
    return msgspec.structs.replace(
        first,
        panel=_without_repeats((*first.panel, *second.panel)),
        note=". ".join(notes) or None,
        words=(*first.words, *second.words),
    )


def _without_repeats(panel: tuple[str, ...]) -> tuple[str, ...]:
    """Each quantity once, as it was asked for first."""
    first_of: dict[str, str] = {}
    for key in panel:
        first_of.setdefault(catalogue()[key].latent, key)
    return tuple(first_of.values())

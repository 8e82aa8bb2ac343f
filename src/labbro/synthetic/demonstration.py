"""The demonstration country that comes with Labbro: a few dozen invented people, each with a story to look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

import msgspec

from labbro import letters
from labbro.letters.letter import Reading
from labbro.synthetic.chance import Chance
from labbro.synthetic.characters import CHARACTERS, Character
from labbro.synthetic.country import PRACTICES
from labbro.synthetic.courses.course import Span
from labbro.synthetic.documents import Desk, Document
from labbro.synthetic.form import letter_of
from labbro.synthetic.numbering import tag_of
from labbro.synthetic.people import Person, known_person
from labbro.synthetic.plan import PlannedLetter
from labbro.synthetic.reporting import Reporter
from labbro.synthetic.story import Story

SEED = 1
_YEARS = 10
_DANISH_TIME = ZoneInfo("Europe/Copenhagen")
_NO_END = dt.date.max.toordinal()


class DemonstrationPerson(msgspec.Struct, frozen=True):
    """An invented person to sign in and look at: `cpr` fails modulus 11 (one is a replacement number, X-eCPR).

    `first_to_see`: to be offered before the others.
    """

    name: str
    cpr: str
    story_da: str
    story_en: str
    first_to_see: bool = False


class Now(Protocol):
    """A clock."""

    def now(self) -> dt.datetime:
        """The present moment, with its zone."""
        ...


class Keeper(Protocol):
    """What a databank must be able to do to take the demonstration in."""

    def find_patients(self, identifier: str) -> Sequence[object]:
        """Patients with this identifier."""
        ...

    def intake(
        self, readings: Iterable[Reading], received_at: dt.datetime, request_id: str, source: Literal["demonstration"]
    ) -> Sequence[object]:
        """Keeps letters, all or none."""
        ...


def people() -> tuple[DemonstrationPerson, ...]:
    """Everyone in the demonstration, the richest history first."""
    return tuple(
        DemonstrationPerson(who.name, who.cpr, character.story_da, character.story_en, character.first_to_see)
        for who, character in zip(_persons(), CHARACTERS, strict=True)
    )


def plans(place: int, until: dt.datetime) -> list[PlannedLetter]:
    """The planned letters of one person (`place` in people()) until a moment of local Danish time."""
    character = CHARACTERS[place]
    span = Span(until.toordinal() - round(_YEARS * 365.25), until.toordinal())
    chance = Chance(SEED, "demonstration", place)
    first, last = PRACTICES[character.practices[0]], PRACTICES[character.practices[-1]]
    courses = tuple(told(span, chance.of(number)) for number, told in enumerate(character.courses))
    story = Story(
        _persons()[place], span, ((span.part(character.moved_at), first), (_NO_END, last)), courses, character.refuses
    )
    told = Reporter(story, SEED, tag_of("demonstration", until.date())).letters(until)
    return sorted(told, key=lambda planned: (planned.sent_at, planned.number))


def documents(place: int, until: dt.datetime, blood: Sequence[PlannedLetter] | None = None) -> list[Document]:
    """What one person has besides reports on blood: microbiology, pathology, genetics and requests, until a moment.

    `blood` are the person's letters of `plans`, where the caller has them already.
    """
    character = CHARACTERS[place]
    desk = Desk(
        _persons()[place],
        PRACTICES[character.practices[-1]],
        tag_of("demonstration papers", until.date()),
        until,
        refuses=character.refuses,
        blood=plans(place, until) if blood is None else blood,
    )
    told = (document for papers in character.papers for document in papers(desk))
    return sorted((one for one in told if one.sent_at <= until), key=lambda one: (one.sent_at, one.number))


def readings(place: int, until: dt.datetime) -> Iterator[Reading]:
    """The letters of one person written in their senders' syntax and read again, as they would arrive."""
    blood = plans(place, until)
    for planned in blood:
        yield from letters.read(letters.write(letter_of(planned), planned.syntax).data)
    for document in documents(place, until, blood):
        yield from letters.read(letters.write(document.letter(), document.syntax).data)


def load(databank: Keeper, clock: Now, request_id: str = "demonstration") -> int:
    """Takes in everyone who is not there yet, one person at a time; the number of letters told as kept.

    Started again after a stop it goes on: the last person who is there may be there in part, and is taken again
    (the same letters are kept once; only on another day would they be others).
    """
    now = clock.now()
    until = now.astimezone(_DANISH_TIME).replace(tzinfo=None)
    there = [bool(databank.find_patients(who.cpr)) for who in _persons()]
    kept = 0
    for place, is_there in enumerate(there):
        if not is_there or not all(there[place + 1 : place + 2]):
            kept += len(databank.intake(readings(place, until), now, request_id, "demonstration"))
    return kept


@cache
def _persons() -> tuple[Person, ...]:
    return tuple(_person(index, character) for index, character in enumerate(CHARACTERS))


def _person(index: int, character: Character) -> Person:
    who = known_person(index, character.given_name, character.surname, character.sex, dt.date(*character.born))
    return msgspec.structs.replace(who, cpr=character.replacement) if character.replacement else who

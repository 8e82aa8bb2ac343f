"""Invented people. Their CPR numbers cannot belong to anyone, and their names say that they are invented.

Numbers fail modulus 11, never have the date 1 January, and are of births before October 2007: numbers that fail are
issued only since then, where the numbers of a day are used up. Every given name ends in "Opdigtet" (invented).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec

from labbro.codes.cpr import Sex, age_years, modulus_11_holds
from labbro.synthetic.chance import Chance

MARK = "Opdigtet"
FIRST_BIRTH = dt.date(1931, 1, 2)
LAST_BIRTH = dt.date(2006, 9, 30)
_DAYS = (LAST_BIRTH - FIRST_BIRTH).days + 1
# A prime that does not divide the number of days: stepping by it visits every day once before the first comes again.
_STEP = 7919


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


_FEMALE = _words(
    "Agnete Alma Asta Bodil Birgit Clara Dagny Ditte Ebba Edith Elna Esther Freja Gerda Gudrun Hanne Hedvig Inger",
    "Ingrid Jytte Karla Kirsten Lærke Lone Maja Merete Nanna Olga Petra Ragna Rigmor Signe Solveig Sørine Thyra Tove",
    "Ulla Vera Vibeke Åse",
)
_MALE = _words(
    "Aksel Anker Asger Bent Birger Carlo Ejnar Erling Finn Folmer Frode Gorm Halfdan Hannibal Helge Holger Ivar Jeppe",
    "Kaj Kjeld Knud Laust Leif Magnus Mogens Niels Oluf Osvald Palle Poul Regnar Rune Sejr Svend Sylvester Terkel",
    "Thorkild Troels Ulrik Viggo",
)
_HEADS = _words("Aske Birke Brink Bøge Enge Fjord Gran Hassel Hede Høj Klit Kløver Lind Lyng Mose Ravn Rosen Siv")
_TAILS = _words("bakke bjerg borg dal gaard holm krog lund mark sig skov toft vang")


class Person(msgspec.Struct, frozen=True):
    """An invented person. `index` names the person in a population; `cpr` is ten digits that fail modulus 11."""

    index: int
    cpr: str
    given_name: str
    surname: str
    sex: Sex
    birth_date: dt.date

    @property
    def name(self) -> str:
        """Given name, mark and surname."""
        return f"{self.given_name} {self.surname}"

    def age_years(self, on: dt.date) -> int:
        """Completed years of age on a day."""
        return age_years(self.birth_date, on)


def person(seed: int, index: int) -> Person:
    """The person of a number in a population. No two persons of one seed share a CPR number."""
    chance = Chance(seed, "person", index)
    offset = Chance(seed, "birthdays").whole(0, _DAYS - 1)
    birth_date = FIRST_BIRTH + dt.timedelta(days=(offset + index * _STEP) % _DAYS)
    if (birth_date.month, birth_date.day) == (1, 1):
        birth_date = dt.date(birth_date.year, 1, 2)
        return _named(index, chance, birth_date, _nth_serial(birth_date, chance.happens(0.5), index // _DAYS, half=1))
    return _named(index, chance, birth_date, _nth_serial(birth_date, chance.happens(0.5), index // _DAYS, half=0))


def known_person(index: int, given_name: str, surname: str, sex: Sex, birth_date: dt.date) -> Person:
    """A person told in every part, for the demonstration: the first number of the day that cannot exist."""
    cpr = _nth_serial(birth_date, sex == "male", 0, half=0)
    return Person(index, cpr, f"{given_name} {MARK}", surname, sex, birth_date)


def impossible_numbers(birth_date: dt.date, *, male: bool) -> Iterator[str]:
    """Every CPR number of a day and sex that fails modulus 11, in order; none for 1 January."""
    if (birth_date.month, birth_date.day) == (1, 1):
        return
    low, size = (4000, 6000) if birth_date.year >= 2000 else (0, 4000)
    start = birth_date.toordinal() * 137  # somewhere in the series, so that numbers do not all end in 0000
    for step in range(0, size, 2):
        serial = low + ((start + step) // 2 * 2 + male) % size
        number = f"{birth_date:%d%m%y}{serial:04d}"
        if not modulus_11_holds(number):
            yield number


def _nth_serial(birth_date: dt.date, male: bool, rank: int, *, half: int) -> str:
    """The rank-th impossible number; persons moved away from 1 January take theirs from the end of the day's series."""
    numbers = list(impossible_numbers(birth_date, male=male)) if half else impossible_numbers(birth_date, male=male)
    if isinstance(numbers, list):
        return numbers[-1 - rank]
    return next(number for place, number in enumerate(numbers) if place == rank)


def _named(index: int, chance: Chance, birth_date: dt.date, cpr: str) -> Person:
    sex: Sex = "male" if int(cpr[9]) % 2 else "female"
    given = chance.pick(_MALE if sex == "male" else _FEMALE)
    surname = chance.pick(_HEADS) + chance.pick(_TAILS)
    return Person(index, cpr, f"{given} {MARK}", surname, sex, birth_date)

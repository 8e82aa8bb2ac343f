"""Invented people cannot exist, and say so."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from labbro.codes import cpr
from labbro.synthetic import demonstration
from labbro.synthetic.people import FIRST_BIRTH, LAST_BIRTH, MARK, Person, impossible_numbers, known_person, person

SEEDS = st.integers(0, 10**9)


def _cannot_exist(who: Person) -> None:
    said = cpr.read(who.cpr)
    assert said is not None
    assert said.modulus_11_holds is False
    assert said.birth_date == who.birth_date
    assert said.sex == who.sex
    assert (who.birth_date.month, who.birth_date.day) != (1, 1)
    assert who.birth_date < dt.date(2007, 10, 1)
    assert MARK in who.name


@given(SEEDS, st.integers(0, 500_000))
def test_a_person_of_a_population_cannot_exist(seed: int, index: int) -> None:
    _cannot_exist(person(seed, index))


@given(st.dates(FIRST_BIRTH, LAST_BIRTH).filter(lambda day: (day.month, day.day) != (1, 1)), st.booleans())
def test_a_person_told_by_birth_date_and_sex_cannot_exist(born: dt.date, male: bool) -> None:
    _cannot_exist(known_person(0, "Prøve", "Person", "male" if male else "female", born))


@given(st.dates(FIRST_BIRTH, LAST_BIRTH), st.booleans())
def test_the_impossible_numbers_of_a_day_are_many_and_different(born: dt.date, male: bool) -> None:
    numbers = list(impossible_numbers(born, male=male))
    assert len(numbers) == len(set(numbers))
    assert len(numbers) > 1500 or (born.month, born.day) == (1, 1)


def test_there_are_no_numbers_for_the_first_of_january() -> None:
    assert list(impossible_numbers(dt.date(1965, 1, 1), male=True)) == []


def test_no_two_persons_of_a_population_share_a_number() -> None:
    # More people than there are birthdays, so that days are used again.
    assert len({person(1, index).cpr for index in range(35_000)}) == 35_000


@given(SEEDS, st.integers(0, 10_000))
def test_the_same_seed_gives_the_same_person(seed: int, index: int) -> None:
    assert person(seed, index) == person(seed, index)


def test_another_seed_gives_other_people() -> None:
    assert [person(1, index) for index in range(20)] != [person(2, index) for index in range(20)]


def test_the_people_of_the_demonstration_cannot_exist_but_for_one_with_a_replacement_number() -> None:
    kinds = [cpr.read(who.cpr) for who in demonstration.people()]
    assert all(said is not None for said in kinds)
    assert [said.kind for said in kinds if said is not None].count("x-ecpr") == 1
    assert not any(said.modulus_11_holds for said in kinds if said is not None)
    assert all(MARK in who.name for who in demonstration.people())
    assert len({who.cpr for who in demonstration.people()}) == len(demonstration.people())

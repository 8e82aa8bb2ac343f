"""The demonstration country: rich enough for full pages, taken in once, person by person."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal

import pytest

from labbro.letters.letter import Reading
from labbro.synthetic import demonstration
from labbro.synthetic.plan import PlannedLetter

NOW = dt.datetime(2026, 11, 23, 15, 0, tzinfo=dt.UTC)
UNTIL = dt.datetime(2026, 11, 23, 16, 0)  # noqa: DTZ001 - local Danish time, as letters have it
Finished = dict[tuple[str, str], str]


class Clock:
    def now(self) -> dt.datetime:
        return NOW


class Shelf:
    """Takes letters as a databank does, by person; can be told to fail."""

    def __init__(self, fail_after: int = 10_000) -> None:
        self.letters: dict[str, set[str]] = {}
        self.calls = 0
        self._fail_after = fail_after

    def find_patients(self, identifier: str) -> list[object]:
        return [identifier] if identifier in self.letters else []

    def intake(
        self, readings: Iterable[Reading], received_at: dt.datetime, request_id: str, source: Literal["demonstration"]
    ) -> list[object]:
        self.calls += 1
        taken: list[object] = []
        for count, reading in enumerate(readings):
            assert reading.ok
            assert reading.letter is not None
            if self.calls == self._fail_after and count == 1:
                raise ConnectionError
            patient = reading.letter.root.find("Patient")
            assert patient is not None
            self.letters.setdefault(patient.children[0].value, set()).add(reading.letter.identifier)
            taken.append(reading)
        return taken


@pytest.fixture(scope="module")
def everyone() -> list[list[PlannedLetter]]:
    return [demonstration.plans(place, UNTIL) for place in range(len(demonstration.people()))]


def _finished(letters: list[PlannedLetter]) -> Finished:
    return {
        (letter.sample.production, result.analysis.code): result.value
        for letter in letters
        for result in letter.results
        if result.status in {"svar_endeligt", "svar_rettet"}
    }


def test_there_are_a_few_dozen_people_each_with_a_story_in_both_languages() -> None:
    people = demonstration.people()
    assert 25 <= len(people) <= 40
    assert all(who.story_da and who.story_en and who.story_da != who.story_en for who in people)


def test_the_first_person_has_at_least_1500_results_over_ten_years(everyone: list[list[PlannedLetter]]) -> None:
    assert len(_finished(everyone[0])) >= 1500
    years = {letter.sample.taken_at.year for letter in everyone[0]}
    assert len(years) >= 10


def test_everyone_has_letters_and_some_have_few(everyone: list[list[PlannedLetter]]) -> None:
    counts = [len(letters) for letters in everyone]
    assert min(counts) >= 2
    assert min(counts) <= 5


def test_the_demonstration_shows_everything_that_happens_to_results(everyone: list[list[PlannedLetter]]) -> None:
    results = [result for letters in everyone for letter in letters for result in letter.results]
    letters = [letter for person in everyone for letter in person]
    assert {result.status for result in results} == {
        "proeve_modtaget", "svar_midlertidigt", "svar_endeligt", "svar_rettet",
    }  # fmt: skip
    assert {result.operator for result in results} == {None, "mindre_end", "stoerre_end"}
    assert {result.flag for result in results} == {None, "for_hoej", "for_lav", "unormal"}
    assert {result.numeric for result in results} == {True, False}
    assert {letter.version for letter in letters} == {"XR0130K", "XR0131K", "XR0130F"}
    assert {letter.syntax for letter in letters} == {"edifact", "xml"}
    assert {letter.consent_given for letter in letters} == {None, False}
    assert {letter.laboratory_code for letter in letters} >= {"QKL", "QSL", "QEB", "PNT"}
    assert any(result.texts for result in results)
    assert any(result.link for result in results)


def test_results_are_still_missing_for_the_person_whose_story_says_so(everyone: list[list[PlannedLetter]]) -> None:
    place = next(n for n, who in enumerate(demonstration.people()) if "have not arrived" in who.story_en)
    last = everyone[place][-1]
    assert last.status == "del_svar"
    assert any(result.value == "*****" for result in last.results)
    assert (UNTIL - last.sample.taken_at).days <= 4


def test_the_first_to_see_has_a_local_code_and_a_change_of_device(everyone: list[list[PlannedLetter]]) -> None:
    place = next(n for n, who in enumerate(demonstration.people()) if who.first_to_see)
    assert "local code" in demonstration.people()[place].story_en
    told = [(one.sample.taken_at, found) for one in everyone[place] for found in one.results]
    codes = {(found.analysis.system, found.analysis.code, found.analysis.responsible) for _, found in told
             if found.analysis.short_name.startswith("Kolesterol")}  # fmt: skip
    assert codes == {("iupac", "NPU01566", "SST"), ("lokal", "QSL00310", "QSL")}
    ferritin = {at for at, found in told if found.analysis.code == "NPU19763"}
    changed = dt.datetime(2024, 2, 5)  # noqa: DTZ001 - as letters have it
    assert sum(at < changed for at in ferritin) >= 3
    assert sum(at >= changed for at in ferritin) >= 3


@pytest.fixture(scope="module")
def loaded() -> Shelf:
    shelf = Shelf()
    kept = demonstration.load(shelf, Clock())
    assert kept == sum(len(numbers) for numbers in shelf.letters.values())
    return shelf


def test_loading_twice_takes_everyone_in_once(loaded: Shelf) -> None:
    assert set(loaded.letters) == {who.cpr for who in demonstration.people()}
    before = {cpr: set(numbers) for cpr, numbers in loaded.letters.items()}
    demonstration.load(loaded, Clock())
    assert loaded.letters == before


def test_a_load_that_was_stopped_is_finished_by_the_next_one(loaded: Shelf) -> None:
    stopped = Shelf(fail_after=4)
    with pytest.raises(ConnectionError):
        demonstration.load(stopped, Clock())
    demonstration.load(stopped, Clock())
    assert stopped.letters == loaded.letters

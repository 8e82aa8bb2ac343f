"""Letters of the invented country are valid, repeatable, and read back as they were written."""

import hashlib
import itertools
from pathlib import Path

import pytest
from lxml import etree

from labbro import letters
from labbro.letters.letter import Letter
from labbro.synthetic.bench import bench_reports
from labbro.synthetic.population import Made, made_letters, plans
from labbro.synthetic.population import letters as population_letters

# Transferrin saturation is sent without a unit, since it has none; panels of an admission have more than 20 results.
# Some senders write a decimal comma. A reader warns of all three.
INTENDED_WARNINGS = {"no-unit", "many-results", "decimal-comma"}
SCHEMAS = {"XR0130K": "2007/02/01", "XR0131K": "2014/10/08", "XR0130F": "2014/10/08"}


@pytest.fixture(scope="module")
def population() -> list[Made]:
    return list(made_letters(patients=30, years=10, seed=4))


def test_a_population_has_every_version_and_both_syntaxes(population: list[Made]) -> None:
    ways = {(made.planned.version, made.planned.syntax) for made in population}
    assert ways == {
        ("XR0130K", "edifact"), ("XR0131K", "edifact"), ("XR0131K", "xml"), ("XR0130F", "edifact"), ("XR0130F", "xml"),
    }  # fmt: skip


def test_every_letter_is_valid_and_has_no_warning_that_is_not_intended(population: list[Made]) -> None:
    for made in population:
        written = letters.write(made.letter, made.planned.syntax)
        (reading,) = letters.read(written.data)
        assert reading.ok
        assert {found.code for found in reading.findings} <= INTENDED_WARNINGS


def test_nothing_is_lost_in_the_senders_own_syntax(population: list[Made]) -> None:
    for made in population:
        assert letters.write(made.letter, made.planned.syntax).findings == ()


def test_what_was_written_as_xml_reads_back_as_the_same_letter(population: list[Made]) -> None:
    for made in population:
        if made.planned.syntax == "xml":
            (reading,) = letters.read(letters.write(made.letter, "xml").data)
            assert reading.letter == made.letter


def test_what_was_written_as_edifact_reads_back_with_the_same_results(population: list[Made]) -> None:
    for made in population:
        if made.planned.syntax == "edifact":
            (reading,) = letters.read(letters.write(made.letter, "edifact").data)
            assert reading.letter is not None
            assert _values(reading.letter) == _values(made.letter)


def _values(letter: Letter) -> list[tuple[str | None, ...]]:
    paths = ("Analysis/AnalysisCode", "Value", "Operator", "Unit", "ResultStatusCode", "ReferenceInterval/UpperLimit")
    return [tuple(result.text(path) for path in paths) for result in letter.root.all("LaboratoryResults/Result")]


def test_every_letter_satisfies_the_official_schema(population: list[Made], shared: Path) -> None:
    schemas = {
        version: etree.XMLSchema(etree.parse(shared / "medcom/official/schemas" / date / "EMessage.xsd"))
        for version, date in SCHEMAS.items()
    }
    for made in population:
        document = etree.fromstring(letters.write(made.letter, "xml").data)
        assert schemas[made.planned.version].validate(document), schemas[made.planned.version].error_log.last_error


def test_letter_numbers_are_unique(population: list[Made]) -> None:
    assert len({made.letter.identifier for made in population}) == len(population)


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert _digest(7) == _digest(7)
    assert _digest(7) != _digest(8)


def _digest(seed: int) -> str:
    digest = hashlib.sha256()
    for made in made_letters(patients=4, years=3, seed=seed):
        digest.update(letters.write(made.letter, made.planned.syntax).data)
    return digest.hexdigest()


def test_the_letters_of_a_person_do_not_depend_on_how_many_others_there_are() -> None:
    few = [letter.identifier for letter in population_letters(patients=2, years=2, seed=9)]
    many = [letter.identifier for letter in population_letters(patients=5, years=2, seed=9)]
    assert many[: len(few)] == few


def test_the_letters_come_one_by_one() -> None:
    # A million people could not be made first and given afterwards.
    first = list(itertools.islice(population_letters(patients=1_000_000, years=3, seed=1), 5))
    assert len(first) == 5


def test_other_seeds_make_letters_of_other_numbers() -> None:
    numbers = [{planned.number for planned in plans(0, 3, seed)} for seed in range(30)]
    assert sum(map(len, numbers)) == len(set().union(*numbers))


@pytest.mark.parametrize("results", [1, 20, 60])
def test_reports_for_benches_are_valid_and_have_as_many_results_as_asked_for(results: int) -> None:
    for data in bench_reports(5, results):
        (reading,) = letters.read(data)
        assert reading.ok
        assert {found.code for found in reading.findings} <= {"many-results"}
        assert reading.letter is not None
        assert len(list(reading.letter.root.all("LaboratoryResults/Result"))) == results


def test_reports_for_benches_have_their_own_identities_and_a_known_number_of_patients() -> None:
    read = [next(letters.read(data)).letter for data in bench_reports(200, 3, patients=20)]
    assert len({letter.identifier for letter in read if letter}) == 200
    assert len({letter.root.text("Patient/CivilRegistrationNumber") for letter in read if letter}) == 20
    assert list(bench_reports(5)) == list(bench_reports(5))

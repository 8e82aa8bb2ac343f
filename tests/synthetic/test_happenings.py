"""What happens to answers on their way: received, part, final, corrected, twice, failed, refused."""

from functools import partial

from labbro.letters.remarks import NOT_YET
from labbro.synthetic.chance import Chance
from labbro.synthetic.country import EGEBRO, KLITHAVN, SONDERLUND
from labbro.synthetic.courses import acute, routine
from labbro.synthetic.courses.course import Course, Happening, Span
from labbro.synthetic.plan import PlannedLetter

from .telling import told


def _event(happening: Happening, span: Span, chance: Chance) -> Course:
    return routine.events(span, chance, happening)


def _letters(happening: Happening) -> list[PlannedLetter]:
    return told(partial(_event, happening), laboratory=EGEBRO)


def test_a_staged_answer_is_received_then_partial_then_complete() -> None:
    letters = _letters("staged")
    assert [letter.status for letter in letters] == ["modtaget", "del_svar", "komplet_svar"]
    assert len({letter.sample.production for letter in letters}) == 1
    assert {result.value for result in letters[0].results} == {NOT_YET}
    assert {result.status for result in letters[1].results} == {
        "svar_endeligt", "svar_midlertidigt", "proeve_modtaget",
    }  # fmt: skip
    assert {result.status for result in letters[2].results} == {"svar_endeligt"}


def test_an_unfinished_answer_lacks_the_last_letter() -> None:
    assert [letter.status for letter in _letters("unfinished")] == ["modtaget", "del_svar"]


def test_the_placeholder_is_only_in_results_that_have_not_arrived() -> None:
    for letter in told(routine.waiting, acute.pneumonia, routine.check_ups):
        for result in letter.results:
            assert (result.value == NOT_YET) == (result.status == "proeve_modtaget")


def test_a_correction_has_the_same_numbers_and_the_former_value_in_its_remark() -> None:
    first, second = _letters("corrected")
    assert second.sample == first.sample
    assert second.number != first.number
    assert {result.status for result in second.results} == {"svar_rettet"}
    corrected = second.results[0]
    wrong = next(result for result in first.results if result.analysis == corrected.analysis)
    assert wrong.value != corrected.value
    assert wrong.value in corrected.comments[0]
    assert second.sent_at > first.sent_at


def test_a_haemolysed_sample_is_told_and_another_one_taken() -> None:
    first, second = _letters("haemolysed")
    assert first.sample.laboratory_number != second.sample.laboratory_number
    bad = next(result for result in first.results if result.analysis.short_name == "Kalium;P")
    good = next(result for result in second.results if result.analysis.short_name == "Kalium;P")
    assert float(bad.value) > 1.2 * float(good.value)
    assert "hæmolyseret" in bad.comments[0]


def test_one_analyte_may_be_measured_twice_in_a_sample() -> None:
    (letter,) = _letters("twice")
    glucose = [result for result in letter.results if result.analysis.short_name.startswith("Glukose")]
    assert len(glucose) == 2
    assert glucose[0].value != NOT_YET


def test_an_analysis_that_failed_says_so_in_words() -> None:
    (letter,) = _letters("failed")
    (bad,) = [result for result in letter.results if result.value == "Ej udført"]
    assert not bad.numeric
    assert bad.comments


def test_two_samples_may_be_taken_in_the_same_minute() -> None:
    letters = told(partial(acute.pneumonia, at=0.5))
    moments = [(letter.sample.taken_at, letter.sample.laboratory_number) for letter in letters]
    assert len({moment for moment, _ in moments}) < len(set(moments))


def test_a_refused_consent_stands_in_every_letter() -> None:
    assert {letter.consent_given for letter in told(routine.check_ups, refuses=True)} == {False}
    assert {letter.consent_given for letter in told(routine.check_ups)} == {None}


def test_a_sample_sent_on_names_the_other_laboratory() -> None:
    letters = told(routine.waiting, laboratory=EGEBRO)
    assert {result.to_laboratory for letter in letters for result in letter.results} == {None, "QKL"}


def test_laboratories_differ_in_version_syntax_decimal_mark_flags_and_groups() -> None:
    everything = {
        laboratory.code: told(partial(routine.check_ups, step_days=100), laboratory=laboratory)
        for laboratory in (KLITHAVN, SONDERLUND, EGEBRO)
    }
    ways = {(letter.version, letter.syntax) for letters in everything.values() for letter in letters}
    assert ways == {("XR0131K", "edifact"), ("XR0131K", "xml"), ("XR0130K", "edifact")}
    values = [result.value for letter in everything["QSL"] for result in letter.results]
    assert any("," in value for value in values)
    assert any("." in value for value in values)
    assert not any(result.flag for letter in everything["QSL"] for result in letter.results)
    assert any(result.flag for letter in everything["QEB"] for result in letter.results)
    grouped = [letter for letter in everything["QKL"] if all(result.analysis.group for result in letter.results)]
    assert grouped
    assert {letter.syntax for letter in grouped} == {"xml"}

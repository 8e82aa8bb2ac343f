"""Each course tells its story in the results."""

import datetime as dt
from functools import partial

import pytest

from labbro.synthetic.country import EGEBRO, KLITHAVN, SONDERLUND, Laboratory
from labbro.synthetic.courses import acute, blood, kidney, metabolic, routine
from labbro.synthetic.people import known_person

from .telling import LABORATORIES, SPAN, UNTIL, numbers, results, told

WOMAN = known_person(1, "Prøve", "Kvinde", "female", dt.date(1961, 5, 4))
MAN = known_person(2, "Prøve", "Mand", "male", dt.date(1951, 5, 4))


@pytest.mark.parametrize("seed", range(6))
def test_hba1c_falls_after_the_treatment_of_diabetes(seed: int) -> None:
    values = numbers(told(partial(metabolic.type_2_diabetes, onset=0.3), seed=seed), "Hæmoglobin A1c")
    assert values[0] > 60
    assert min(values[2:6]) < 55
    assert max(values[3:]) < 75


@pytest.mark.parametrize("seed", range(4))
def test_ldl_falls_when_a_statin_is_started(seed: int) -> None:
    values = numbers(told(partial(metabolic.type_2_diabetes, onset=0.2), seed=seed), "Kolesterol LDL")
    assert max(values[1:4]) < 0.8 * values[0]


def test_albumin_in_urine_rises_where_the_kidneys_suffer() -> None:
    letters = told(partial(metabolic.type_2_diabetes, onset=0.05, kidneys_suffer=True), laboratory=EGEBRO)
    values = numbers(letters, "Albumin/Kreatinin")
    assert sum(values[-3:]) > 2.5 * sum(values[:3])


def test_diabetics_have_a_foot_status_each_year() -> None:
    feet = [one for one in told(partial(metabolic.type_2_diabetes, onset=0.1)) if one.version == "XR0130F"]
    assert 7 <= len(feet) <= 10
    assert {one.sender.department for one in feet} == {"Fodterapeut"}


@pytest.mark.parametrize("seed", range(6))
def test_iron_deficiency_comes_back_with_iron(seed: int) -> None:
    letters = told(partial(blood.iron_deficiency, onset=0.5), who=WOMAN, seed=seed, laboratory=EGEBRO)
    haemoglobin, ferritin = numbers(letters, "Hæmoglobin;B"), numbers(letters, "Ferritin")
    assert haemoglobin[0] < 6.9
    assert haemoglobin[-1] > 1.2 * haemoglobin[0]
    assert ferritin[0] < 12
    assert ferritin[-1] > 30
    reticulocytes = numbers(letters, "Reticulocytter")
    assert max(reticulocytes) == reticulocytes[1] > 2 * reticulocytes[0]


def test_anaemia_comes_with_a_description_of_the_smear() -> None:
    letters = told(blood.iron_deficiency, who=WOMAN)
    words = [result for letter in letters for result in letter.results if result.texts]
    assert words
    assert all(result.value == "Se tekst" and not result.numeric for result in words)
    assert {(result.analysis.system, result.analysis.responsible) for result in words} == {("lokal", "QEB")}


@pytest.mark.parametrize("seed", range(6))
def test_warfarin_brings_inr_into_its_range_and_is_once_far_too_strong(seed: int) -> None:
    letters = told(partial(blood.warfarin, onset=0.1), who=MAN, seed=seed)
    found = results(letters, "Koagulationsfaktor II+VII+X [INR]")
    values = [float(result.value) for _, result in found]
    assert values[0] < 1.3
    assert sum(1.6 <= value <= 3.5 for value in values) > 0.9 * len(values)
    assert 5.5 < max(values) <= 8.0
    therapeutic = [result for _, result in found[1:]]
    assert {(one.interval.kind, one.interval.lower, one.interval.upper) for one in therapeutic if one.interval} == {
        ("terapeutisk", "2.0", "3.0")
    }
    assert any("telefonisk" in " ".join(one.comments) for one in therapeutic)


def test_an_inr_beyond_the_measuring_range_is_told_with_an_operator() -> None:
    told_values = {
        (one.value, one.operator)
        for seed in range(12)
        for _, one in results(told(blood.warfarin, seed=seed), "Koagulationsfaktor")
        if one.operator is not None
    }
    assert told_values == {("8.0", "stoerre_end")}


@pytest.mark.parametrize("seed", range(4))
def test_levothyroxine_brings_tsh_down(seed: int) -> None:
    values = numbers(told(partial(metabolic.hypothyroidism, onset=0.3), who=WOMAN, seed=seed), "Thyrotropin")
    assert values[0] > 15
    assert values[4] < 5


def test_an_overactive_thyroid_has_a_tsh_below_what_can_be_measured() -> None:
    letters = told(metabolic.hyperthyroidism, who=WOMAN)
    first = results(letters, "Thyrotropin")[0][1]
    assert (first.value, first.operator) == ("0.01", "mindre_end")
    free = numbers(letters, "Thyroxin")
    assert free[0] > 30
    assert 12 <= free[4] <= 22


@pytest.mark.parametrize("seed", range(6))
def test_crp_and_white_cells_rise_and_fall_with_pneumonia(seed: int) -> None:
    letters = told(partial(acute.pneumonia, at=0.6), who=MAN, seed=seed)
    crp, cells = numbers(letters, "C-reaktivt"), numbers(letters, "Leukocytter;B")
    peak = max(range(len(crp)), key=crp.__getitem__)
    assert crp[peak] > 150
    assert peak < len(crp) / 2
    assert crp[-1] <= 12
    assert max(cells) > 10
    assert cells[-1] < 0.7 * max(cells)


def test_pneumonia_begins_in_the_practice_and_goes_on_in_hospital() -> None:
    letters = told(partial(acute.pneumonia, at=0.6), who=MAN)
    assert letters[0].laboratory_code == "PNT"
    assert {result.maker.code for result in letters[0].results} == {"PNT"}
    assert letters[1].receiver.organisation.startswith("Akutafdelingen")


def test_troponin_rises_and_falls_with_a_heart_attack_and_stays_flat_without() -> None:
    infarction = numbers(told(acute.chest_pain, who=MAN), "Troponin")
    assert max(infarction) > 400
    assert infarction[0] < 0.2 * max(infarction)
    assert infarction[-1] < 0.7 * max(infarction)
    flat = numbers(told(partial(acute.chest_pain, infarction=False), who=MAN), "Troponin")
    assert max(flat) <= 20


@pytest.mark.parametrize("seed", range(4))
def test_chronic_kidney_disease_gets_worse(seed: int) -> None:
    letters = told(kidney.chronic_kidney_disease, who=MAN, seed=seed)
    creatinine, filtration = numbers(letters, "Kreatinin"), numbers(letters, "eGFR")
    assert sum(creatinine[-4:]) > 1.7 * sum(creatinine[:4])
    assert filtration[-1] < filtration[0]
    assert max(numbers(letters, "Kalium")) > 5.0


def test_a_day_urine_says_its_interval_and_volume() -> None:
    urine = [one for one in told(kidney.chronic_kidney_disease, who=MAN) if one.sample.volume is not None]
    assert urine
    for letter in urine:
        assert letter.sample.collected_from == letter.sample.taken_at - dt.timedelta(hours=24)


def test_dipsticks_are_told_in_words_and_marked_abnormal() -> None:
    found = results(told(acute.urinary_infection, who=WOMAN), "Nitrit")
    assert [result.value for _, result in found] == ["Positiv", "Negativ"]
    assert [result.flag for _, result in found] == ["unormal", None]


def test_psa_falls_below_what_can_be_measured_after_the_operation() -> None:
    found = results(told(routine.prostate, who=MAN), "Prostata")
    assert (found[-1][1].value, found[-1][1].operator) == ("0.1", "mindre_end")


def test_a_laboratory_changes_its_interval_and_its_unit_on_a_day() -> None:
    diabetes = partial(metabolic.type_2_diabetes, onset=0.05, kidneys_suffer=True)
    ratio = results(told(diabetes, laboratory=SONDERLUND), "Albumin/Kreatinin")
    assert list(dict.fromkeys(result.unit for _, result in ratio)) == ["mg/mmol", "mg/g"]
    thyroid = results(told(partial(metabolic.hypothyroidism, onset=0.1), laboratory=KLITHAVN), "Thyrotropin")
    uppers = {(day < dt.date(2022, 2, 1), result.interval.upper) for day, result in thyroid if result.interval}
    assert uppers == {(True, "4.00"), (False, "4.80")}
    creatinine = results(told(routine.check_ups, laboratory=KLITHAVN), "Kreatinin;P")
    assert {result.analysis.code for _, result in creatinine} == {"NPU04998", "NPU18016"}


@pytest.mark.parametrize("laboratory", LABORATORIES)
def test_nothing_is_sent_after_the_end_or_before_the_sample_was_taken(laboratory: Laboratory) -> None:
    for letter in told(routine.check_ups, routine.waiting, acute.pneumonia, laboratory=laboratory):
        assert SPAN.first <= letter.sample.taken_at.toordinal() <= SPAN.last
        assert letter.sample.taken_at <= letter.results_at <= letter.authorised_at <= letter.sent_at <= UNTIL


def test_practices_take_no_samples_at_weekends() -> None:
    letters = told(routine.check_ups, metabolic.type_2_diabetes, blood.warfarin)
    office = [one for one in letters if one.receiver.kind == "ydernummer"]
    assert all(one.sample.taken_at.weekday() < 5 for one in office)

"""Requisitions and their answers find each other by the numbers both carry, and by nothing else."""

from __future__ import annotations

import datetime as dt
import random

from hypothesis import given
from hypothesis import strategies as st

from labbro import records
from labbro.records.answers import LATE, Answering, Asked, Carried, Told, answering, asked, match, state

from . import specialities
from .building import letter as biochemistry
from .specialities import laboratory_request, pathology_request, requested

LAB_A, LAB_B, PRACTICE = "5790000000001", "5790000000002", "5790000000003"
DAY = dt.timedelta(days=1)
START = dt.datetime(2024, 5, 5, 6)  # noqa: DTZ001 - local, as in letters


def requisition(*numbers, laboratory=LAB_A, at=START, requester=PRACTICE, **by_step):
    carried = [Carried(number, "requisition", national=False) for number in numbers]
    carried += [Carried(number, step, national=False) for step, number in by_step.items()]
    return Asked(tuple(carried), requester, laboratory, at, at)


def national(number, *, at=START):
    return Asked((Carried(number, "requisition", national=True),), PRACTICE, LAB_A, at, at)


def report(*numbers, laboratory=LAB_A, at=START + DAY):
    return Answering(numbers, laboratory, at)


def pairs(requisitions, reports):
    return {(found.requisition, found.report): found.step for found in match(requisitions, reports)}


def test_a_report_answers_the_requisition_whose_number_it_repeats():
    (found,) = match([requisition("1"), requisition("2")], [report("2")])
    assert (found.requisition, found.report, found.number, found.step) == (1, 0, "2", "requisition")
    assert (found.same_laboratory, found.ambiguous) == (True, False)


def test_a_report_without_a_known_number_answers_nothing():
    assert match([requisition("1")], [report(), report("9")]) == []


def test_the_step_tells_where_the_requisition_carries_the_number():
    several = [requisition("1", sample="S1"), requisition("2", original="O1"), requisition("3", tube="T1")]
    assert pairs(several, [report("S1"), report("O1"), report("T1")]) == {
        (0, 0): "sample",
        (1, 1): "original",
        (2, 2): "tube",
    }


def test_the_surest_step_wins():
    assert pairs([requisition("1"), requisition("2", tube="1")], [report("1")]) == {(0, 0): "requisition"}


def test_one_number_may_be_answered_by_several_laboratories():
    one = requisition("1")
    assert pairs([one], [report("1"), report("1", laboratory=LAB_B)]) == {(0, 0): "requisition", (0, 1): "requisition"}
    assert [found.same_laboratory for found in match([one], [report("1"), report("1", laboratory=LAB_B)])] == [
        True,
        False,
    ]


def test_a_number_sent_to_two_laboratories_is_answered_by_each_for_itself():
    split = [requisition("1"), requisition("1", laboratory=LAB_B, at=START + DAY / 24)]
    assert pairs(split, [report("1"), report("1", laboratory=LAB_B)]) == {(0, 0): "requisition", (1, 1): "requisition"}


def test_partial_answers_all_belong_to_the_requisition():
    assert pairs([requisition("1")], [report("1"), report("1", at=START + 5 * DAY)]) == {
        (0, 0): "requisition",
        (0, 1): "requisition",
    }


def test_a_number_that_is_used_again_belongs_to_the_newest_requisition_before_the_report():
    used = [requisition("1"), requisition("1", at=START + 30 * DAY)]
    assert pairs(used, [report("1"), report("1", at=START + 31 * DAY)]) == {
        (0, 0): "requisition",
        (1, 1): "requisition",
    }


def test_a_number_of_an_old_form_is_not_matched_but_a_national_one_is():
    late = report("1", at=START + LATE + DAY)
    assert match([requisition("1")], [late]) == []
    assert pairs([national("1")], [late]) == {(0, 0): "requisition"}


def test_a_report_from_before_the_requisition_does_not_answer_it():
    assert match([requisition("1")], [report("1", at=START - 3 * DAY)]) == []
    assert len(match([requisition("1")], [report("1", at=START - DAY / 2)])) == 1


def test_what_cannot_be_told_apart_is_kept_and_marked():
    found = match([requisition("1"), requisition("1")], [report("1")])
    assert [(one.requisition, one.ambiguous) for one in found] == [(0, True), (1, True)]


def test_a_requisition_that_was_passed_on_is_answered_by_what_answers_the_other():
    first = requisition("1")
    passed = requisition("2", original="1", requester=LAB_A, laboratory=LAB_B, at=START + DAY)
    for number in ("2", "1"):
        assert pairs([first, passed], [report(number, laboratory=LAB_B, at=START + 2 * DAY)]).keys() == {(0, 0), (1, 0)}
    again = requisition("3", original="2", requester=LAB_B, laboratory="5790000000009", at=START + DAY)
    answer = report("3", laboratory="5790000000009", at=START + 2 * DAY)
    assert pairs([first, passed, again], [answer]) == {(0, 0): "passed-on", (1, 0): "passed-on", (2, 0): "requisition"}


def test_requisitions_that_name_each_other_end():
    one = requisition("1", original="2")
    other = requisition("2", original="1")
    assert pairs([one, other], [report("1")]).keys() == {(0, 0), (1, 0)}


def test_letters_of_biochemistry_are_matched_by_the_number_of_the_sample():
    told = records.project_requisition(laboratory_request(number="30000000001")).requisition
    answer = records.project(biochemistry(requester_sample="30000000001"))
    assert pairs([asked(told)], [answering(answer, answer.samples)]) == {(0, 0): "requisition"}


def test_letters_of_pathology_are_matched_by_the_number_of_the_request_and_not_by_a_letter_of_the_alphabet():
    told = records.project_requisition(pathology_request(requisition="12501200000204")).requisition
    answer = records.project(specialities.histopathology(requisition="12501200000204"))
    assert pairs([asked(told)], [answering(answer, answer.samples)]) == {(0, 0): "requisition"}
    lettered = specialities.histopathology(requisition="9", samples=[specialities.diagnosed(requester="A")])
    other = records.project(lettered)
    assert match([asked(told)], [answering(other, other.samples)]) == []


def test_a_national_number_of_a_sample_identifies_however_short_it_is():
    sample = {
        "RequesterSampleIdentifier": "77",
        "SampleIdentifierType": specialities.NPN,
        "MaterialDescription": "Hud",
    }
    told = records.project_requisition(pathology_request(samples=[sample])).requisition
    assert pairs([asked(told)], [report("77", laboratory="5790000120284")]) == {(0, 0): "sample"}


# --- how far a requisition is answered ---

CREATININE = ("NPU18016", "iupac", "SST")


def told(*analyses, status="complete", arrived=True, finished=True, preliminary=()):
    return Told(frozenset(analyses), status, arrived, finished, frozenset(preliminary))


def blood(*codes):
    made = laboratory_request(analyses=[requested(code) for code in codes or ("NPU18016",)])
    return records.project_requisition(made).requisition


def test_nothing_received_and_all_are_states():
    assert state(blood(), []) == ("unanswered", (1,))
    assert state(blood(), [told(arrived=False)]) == ("received", (1,))
    assert state(blood(), [told(CREATININE)]) == ("answered", ())


def test_what_is_missing_is_named_by_its_place():
    several = blood("NPU18016", "NPU03429")
    assert state(several, [told(CREATININE)]) == ("partly", (2,))
    assert state(several, [told(CREATININE), told(("NPU03429", "iupac", "SST"))]) == ("answered", ())


def test_a_preliminary_result_answers_in_part_until_a_final_one_comes():
    early = told(CREATININE, finished=False, preliminary=[CREATININE])
    assert state(blood(), [early]) == ("partly", ())
    assert state(blood(), [early, told(CREATININE)]) == ("answered", ())
    assert state(blood(), [told(("X", "lokal", "OUH"), finished=False)]) == ("partly", None)


def test_answers_under_other_codes_count_by_what_they_say_of_themselves():
    assert state(blood(), [told(("X", "lokal", "OUH"))]) == ("answered", None)
    assert state(blood(), [told(("X", "lokal", "OUH"), status="partial")]) == ("partly", None)
    assert state(blood(), [told(("X", "lokal", "OUH"), status=None, finished=False)]) == ("partly", None)


def test_pathology_asks_by_other_codes_than_it_is_answered():
    asked_for = records.project_requisition(pathology_request()).requisition
    assert state(asked_for, []) == ("unanswered", None)
    assert state(asked_for, [told(status="partial")]) == ("partly", None)
    assert state(asked_for, [told(status="partial"), told()]) == ("answered", None)


# --- order does not matter ---

NUMBERS = st.sampled_from(("1", "2", "3", "4"))
STEPS = st.sampled_from(("requisition", "sample", "original", "tube"))
LABORATORIES = st.sampled_from((LAB_A, LAB_B, ""))
TIMES = st.integers(-3, 900).map(lambda days: START + days * DAY)
REQUISITIONS = st.builds(
    Asked,
    st.lists(st.builds(Carried, NUMBERS, STEPS, st.booleans()), max_size=4).map(tuple),
    LABORATORIES,
    LABORATORIES,
    TIMES,
    TIMES,
)
REPORTS = st.builds(Answering, st.lists(NUMBERS, max_size=3, unique=True).map(tuple), LABORATORIES, TIMES)


@given(st.lists(REQUISITIONS, max_size=6), st.lists(REPORTS, max_size=6), st.randoms())
def test_the_order_of_arrival_does_not_matter(requisitions, reports, chance: random.Random):
    one, other = list(range(len(requisitions))), list(range(len(reports)))
    chance.shuffle(one)
    chance.shuffle(other)
    found = match([requisitions[at] for at in one], [reports[at] for at in other])
    shuffled = {(one[m.requisition], other[m.report], m.number, m.step, m.same_laboratory, m.ambiguous) for m in found}
    plain = match(requisitions, reports)
    assert shuffled == {(m.requisition, m.report, m.number, m.step, m.same_laboratory, m.ambiguous) for m in plain}


@given(st.lists(REQUISITIONS, max_size=6), st.lists(REPORTS, max_size=6))
def test_a_match_is_told_by_a_number_that_the_requisition_carries(requisitions, reports):
    found = match(requisitions, reports)
    assert len({(m.requisition, m.report) for m in found}) == len(found)
    for one in found:
        carried = {each.number for each in requisitions[one.requisition].carried}
        assert one.number in carried
        assert one.step == "passed-on" or one.number in reports[one.report].numbers

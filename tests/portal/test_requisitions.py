"""What was ordered, when, by whom, which answers came by which number, and what is awaited."""

from __future__ import annotations

import datetime as dt

from labbro.portal.filters import ReportFilters
from labbro.portal.i18n import DANISH, ENGLISH
from labbro.portal.requisitions import build, requisition_page
from labbro.records.model import Code, Prompt
from labbro.records.requisition import RequestedAnalysis

from .histories import stored as blood
from .specialities import answer, asked, history, letter_key, ordered, report, requisition, stored

TODAY = dt.date(2026, 5, 10)


def listed(*told, filters=None, reports=(), rows=()):
    return build(history(*reports, requisitions=told, rows=rows), filters or ReportFilters(), DANISH, TODAY)


def page(told, *reports, rows=(), texts=DANISH):
    found = requisition_page(history(*reports, requisitions=(told,), rows=rows), told.letter_key, texts)
    assert found is not None
    return found


def test_a_requisition_is_listed_with_what_was_asked_of_whom_by_whom() -> None:
    (one,) = listed(ordered(requisition())).ordered
    assert one.names == ("Dyrkning;U(midt)", "Tarmpatogener PCR")
    assert (one.sender, one.receiver) == ("Lægehuset Fantasien", "Opdigtet Sygehus, Mikrobiologi")
    assert (one.requested, one.state_words) == ("04.05.2026 09:20", "Ikke besvaret")


def test_an_analysis_asked_for_by_its_code_alone_has_the_name_of_our_table() -> None:
    alone = RequestedAnalysis(1, Code("NPU03230", "iupac", "SST"))
    unknown = RequestedAnalysis(2, Code("LOKAL1", "lokal", "QKM"))
    (one,) = listed(ordered(requisition(alone, unknown))).ordered
    assert one.names == ("Kalium;P", "LOKAL1")


def test_long_lists_of_analyses_are_counted() -> None:
    many = tuple(asked(number, name=f"Analyse {number}") for number in range(1, 13))
    (one,) = listed(ordered(requisition(*many))).ordered
    assert (len(one.names), one.more) == (8, 4)


def test_awaited_requisitions_are_counted() -> None:
    wanted, told = requisition(number=1), report()
    found = listed(
        ordered(wanted, answer(wanted, told)),
        ordered(requisition(number=2)),
        ordered(requisition(number=3), state="partly"),
    )
    assert (found.total, found.awaited) == (3, 2)


def test_filters_choose_by_period_laboratory_and_words() -> None:
    told = ordered(requisition())
    assert len(listed(told, filters=ReportFilters(period="1m")).ordered) == 1
    assert len(listed(told, filters=ReportFilters(until=dt.date(2026, 1, 1))).ordered) == 0
    assert len(listed(told, filters=ReportFilters(laboratory="Opdigtet Sygehus, Mikrobiologi")).ordered) == 1
    assert len(listed(told, filters=ReportFilters(laboratory="En anden")).ordered) == 0
    assert len(listed(told, filters=ReportFilters(text="tarm")).ordered) == 1


def test_an_answer_is_told_with_the_number_and_leads_to_its_report() -> None:
    wanted, told = requisition(), report()
    found = page(ordered(wanted, answer(wanted, told)), stored(told))
    (came,) = found.came
    assert came.report == letter_key(told.letter_identifier).hex
    assert came.by == "Rekvirentens prøvenummer 9000000001"
    assert came.answered == "06.05.2026 11:00"
    assert came.in_force


def test_an_answer_on_blood_leads_to_its_letter_and_its_day_among_the_results() -> None:
    wanted, row = requisition(), blood()
    match = answer(wanted, report())
    match = type(match)(match.requisition_key, row.letter_key, "9", "tube", same_laboratory=False, ambiguous=True)
    (came,) = page(ordered(wanted, match), rows=(row,)).came
    assert (came.report, came.letter, came.day) == ("", row.letter_key.hex, "2026-05-06")
    assert (came.elsewhere, came.ambiguous) == (True, True)


def test_what_is_awaited_is_told_analysis_by_analysis() -> None:
    wanted, told = requisition(), report()
    found = page(ordered(wanted, answer(wanted, told), state="partly", missing=(2,)), stored(told))
    grid = found.parts[0].grid
    assert grid is not None
    assert grid.heads == ("Analyse", "Hast", "Materiale", "Glas", "Svar")
    assert [line.cells[-1].text for line in grid.lines] == ["besvaret", "afventer"]
    assert found.awaited == "1 analyse afventer svar."


def test_without_a_way_to_compare_nothing_is_said_of_single_analyses() -> None:
    grid = page(ordered(requisition())).parts[0].grid
    assert grid is not None
    assert grid.heads[-1] == "Glas"


def test_tubes_numbers_and_prompts_are_told() -> None:
    prompts = (Prompt("Antibiotika før prøven", "text", "Nej"), Prompt("Gravid", "yes-no", "true"))
    found = page(ordered(requisition(prompts=prompts)))
    shown = repr(found)
    assert "GLAS1" in shown
    assert "9000000001 (nationalt prøvenummer)" in shown
    assert [(f.label, f.value) for f in found.parts[-1].facts] == [("Antibiotika før prøven", "Nej"), ("Gravid", "ja")]


def test_everything_is_told_in_english_too() -> None:
    assert page(ordered(requisition()), texts=ENGLISH).state_words == "Not answered"


def test_a_refused_consent_is_marked() -> None:
    assert listed(ordered(requisition(consent_given=False))).has_locked


def test_a_requisition_of_another_patient_is_not_found() -> None:
    assert requisition_page(history(requisitions=(ordered(requisition()),)), letter_key("OTHER"), DANISH) is None

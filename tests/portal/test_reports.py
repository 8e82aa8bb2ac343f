"""Microbiology, pathology and genetics as lists and as single reports: what is shown, and what is counted instead."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from labbro.portal.filters import ReportFilters, of_reports
from labbro.portal.i18n import DANISH, ENGLISH
from labbro.portal.parts import Part
from labbro.portal.reports import build, counts, report_page
from labbro.records.microbiology import Culture, Microbiology
from labbro.records.model import Result

from .histories import at
from .specialities import (
    PATHOLOGY,
    answer,
    culture,
    histology,
    history,
    isolate,
    letter_key,
    measured,
    ordered,
    protected_property,
    report,
    requisition,
    said,
    stored,
    urine,
)

TODAY = dt.date(2026, 5, 10)


def listed(*told, filters=None, field="microbiology", texts=DANISH):
    return build(history(*told), field, filters or ReportFilters(), texts, TODAY)


def page(told, *others, texts=DANISH, requisitions=()):
    found = report_page(
        history(told, *others, requisitions=requisitions), letter_key(told.report.letter_identifier), texts
    )
    assert found is not None
    return found


def part(found, heading) -> Part:
    return next(one for one in found.parts if one.heading == heading)


# --- the list ------------------------------------------------------------------------------------------------------


def test_each_report_stands_in_its_own_field() -> None:
    told = history(
        stored(report(number=1)), stored(histology(2)), stored(histology(3, kind="cytology")),
        stored(histology(4, kind="genetics")),
    )  # fmt: skip
    assert counts(told) == {"microbiology": 1, "pathology": 2, "genetics": 1}


def test_a_culture_is_listed_with_what_grew() -> None:
    (card,) = listed(stored(report())).cards
    (examined,) = card.examined
    assert examined.name == "Dyrkning og resistens, Urin, midtstråle"
    assert [(line.text, line.small, line.mark) for line in examined.outcome] == [
        ("Escherichia coli", "10E8 CFU/L", "abnormal")
    ]
    assert (card.sampled, card.answered, card.state) == ("04.05.2026 09:30", "06.05.2026 11:00", "")


def test_a_culture_without_growth_is_listed_with_its_words() -> None:
    nothing = Microbiology(cultures=(Culture("Dyrkning", comments=(said("Ingen vækst."),)),))
    (card,) = listed(stored(report(urine(nothing)))).cards
    assert [line.text for line in card.examined[0].outcome] == ["Ingen vækst."]
    assert card.examined[0].outcome[0].mark == ""


def test_findings_that_stand_out_come_first() -> None:
    found = Microbiology(measurements=(measured(flag=None, interpretation=said("Ikke påvist")), measured()))
    (card,) = listed(stored(report(urine(found)))).cards
    assert [line.mark for line in card.examined[0].outcome] == ["abnormal", ""]


def test_a_sample_that_is_received_only_awaits() -> None:
    waiting = urine(Microbiology(), status="received")
    (card,) = listed(stored(report(waiting, status="received"))).cards
    assert card.examined[0].outcome[0].text == "afventer"
    assert card.preliminary
    assert "Prøve modtaget" in card.state


def test_earlier_versions_are_counted_and_not_listed() -> None:
    now = stored(report(urine(status="corrected"), number=2), chain="c")
    before = stored(report(), chain="c", current=False, superseded_by=now.letter_key)
    found = listed(now, before)
    assert [card.letter for card in found.cards] == [now.letter_key.hex]
    assert (found.total, found.earlier, found.cards[0].earlier) == (1, 1, 1)
    assert found.cards[0].corrected


def test_the_newest_answer_stands_first() -> None:
    old = stored(report(number=1, results_at=at("2025-05-06 11:00")))
    new = stored(report(number=2, results_at=at("2026-05-06 11:00")))
    assert [card.letter for card in listed(old, new).cards] == [new.letter_key.hex, old.letter_key.hex]


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (ReportFilters(period="1m"), 1),
        (ReportFilters(since=dt.date(2024, 1, 1)), 2),
        (ReportFilters(until=dt.date(2026, 1, 1)), 1),
        (ReportFilters(laboratory="Opdigtet Sygehus, Patologi"), 1),
        (ReportFilters(text="COLI"), 2),
        (ReportFilters(text="mecillinam"), 2),
        (ReportFilters(text="klebsiella"), 0),
    ],
)
def test_filters_choose_by_day_of_sampling_laboratory_and_words(filters: ReportFilters, count: int) -> None:
    here = stored(report(number=1))
    there = stored(report(number=2, taken="2024-02-01 08:00", sender=PATHOLOGY))
    found = listed(here, there, filters=filters)
    assert (found.selected, found.total) == (count, 2)
    assert found.laboratories == ("Opdigtet Sygehus, Mikrobiologi", "Opdigtet Sygehus, Patologi")


def test_filters_come_from_the_address_and_never_fail() -> None:
    told = of_reports({"period": "6m", "laboratory": "A", "text": " coli ", "from": "x"})
    assert told == ReportFilters(period="6m", laboratory="A", text="coli")
    assert of_reports({"period": "?", "to": "2026-13-40"}) == ReportFilters()
    assert (
        ReportFilters(since=dt.date(2026, 1, 2), laboratory="A&B").without_text() == "?from=2026-01-02&laboratory=A%26B"
    )


def test_a_refused_consent_is_marked() -> None:
    found = listed(stored(report(consent_given=False)))
    assert found.has_locked
    assert found.cards[0].locked
    assert page(stored(report(consent_given=False))).locked


# --- a report of microbiology --------------------------------------------------------------------------------------


def test_antibiotics_stand_by_isolates_with_letter_word_and_concentration() -> None:
    found = page(stored(report(urine(Microbiology(cultures=(culture(isolate(1), isolate(2, "Proteus")),))))))
    grid = part(found, "Antibiotikafølsomhed").grid
    assert grid is not None
    assert grid.heads == ("Antibiotikum", "1 Escherichia coli", "2 Proteus")
    first = grid.lines[0]
    assert (first.head.text, first.cells[0].text, first.cells[0].small) == ("Ampicillin", "R", "resistent · > 32 mg/L")
    assert first.cells[0].mark == "sir-r"


def test_only_the_categories_that_occur_are_explained() -> None:
    found = part(page(stored(report())), "Antibiotikafølsomhed")
    assert [fact.label for fact in found.explained] == ["I", "R"]
    assert "øget eksponering" in found.explained[0].value


def test_i_is_intermediate_where_the_laboratory_says_so() -> None:
    old = Microbiology(cultures=(culture(legend="S=sensitiv, I=intermediær, R=resistent"),))
    found = part(page(stored(report(urine(old)))), "Antibiotikafølsomhed")
    assert found.grid is not None
    assert found.grid.lines[1].cells[0].small == "intermediær · 4 mg/L"
    assert "Intermediær" in found.explained[0].value


def test_what_was_not_tested_is_a_dash() -> None:
    empty = isolate(2, "Proteus", susceptibilities=())
    found = part(
        page(stored(report(urine(Microbiology(cultures=(culture(isolate(1), empty),)))))), "Antibiotikafølsomhed"
    )
    assert found.grid is not None
    assert found.grid.lines[0].cells[1].text == "–"


def test_isolates_microscopy_and_the_code_are_told() -> None:
    found = page(stored(report()))
    grown = part(found, "Dyrkning med fund").grid
    assert grown is not None
    assert grown.lines[0].head.text == "1 Escherichia coli"
    assert part(found, "Mikroskopi").text == "Leukocytter"
    about = part(found, "Om undersøgelsen").facts
    assert ("Analysekode", "NPU16328 (iupac, SST)") in [(fact.label, fact.value) for fact in about]


def test_one_examination_has_the_heading_of_the_page_and_several_have_their_own() -> None:
    assert page(stored(report())).heading == "Dyrkning og resistens, Urin, midtstråle"
    two = page(stored(report(urine(), urine(ordinal=2, material="Blod"))))
    assert two.heading == "Mikrobiologi"
    assert [one.heading for one in two.parts if not one.below] == [
        "Dyrkning og resistens, Urin, midtstråle", "Dyrkning og resistens, Blod",
    ]  # fmt: skip


def test_what_the_sender_protects_is_named_and_not_told() -> None:
    secret = isolate(1, properties=(protected_property(),))
    hidden = Microbiology(cultures=(culture(secret),), measurements=(measured(protected="2"),))
    told = stored(report(urine(hidden)))
    found = page(told)
    assert found.held_back
    assert "spa-type" in repr(found)
    assert "t002" not in repr(found)
    assert "Påvist" not in repr(found)
    assert "Påvist" not in repr(listed(told))
    assert not page(stored(report())).held_back


def test_what_is_protected_cannot_be_searched_for() -> None:
    secret = msgspec.structs.replace(isolate(), organism=said("Hemmelig", "1"))
    hidden = Microbiology(cultures=(culture(secret),))
    assert listed(stored(report(urine(hidden))), filters=ReportFilters(text="hemmelig")).selected == 0


def test_everything_is_told_in_english_too() -> None:
    found = page(stored(report()), texts=ENGLISH)
    assert part(found, "Antibiotikafølsomhed").explained[-1].value.startswith("Resistant.")
    assert found.status == "Final result"


# --- pathology and genetics ----------------------------------------------------------------------------------------


def test_pathology_is_told_result_conclusion_diagnoses_sections() -> None:
    found = page(stored(histology()))
    assert [one.heading for one in found.parts] == [
        "", "Konklusion", "Diagnoser: Materiale A", "Makroskopi", "Hæmatologi",
    ]  # fmt: skip
    diagnoses = part(found, "Diagnoser: Materiale A").grid
    assert diagnoses is not None
    assert [(line.head.text, *(cell.text for cell in line.cells)) for line in diagnoses.lines] == [
        ("Hud på lår", "T02424", "Topografi: sted"),
        ("Halo Naevus", "M88100", "Morfologi: forandring"),
    ]
    counted = part(found, "Hæmatologi").grid
    assert counted is not None
    assert counted.heads == ("Celle", "MARV", "BLOD")


def test_pathology_is_listed_with_result_and_conclusion() -> None:
    malign = Result(1, histology().results[0].analysis, "final", "text", "Ondartet", flag="malignant")
    (card,) = listed(stored(histology(results=(malign,))), field="pathology").cards
    assert [(line.text, line.mark) for line in card.examined[0].outcome] == [
        ("Ondartet – malign (ondartet)", "abnormal"),
        ("Halonævus", ""),
    ]


# --- around a report -----------------------------------------------------------------------------------------------


def test_a_corrected_report_leads_to_the_one_before_and_back() -> None:
    now = stored(report(urine(status="corrected"), number=2), chain="c")
    before = stored(report(), chain="c", current=False, superseded_by=now.letter_key)
    found = page(before, now)
    assert found.replaced_by == now.letter_key.hex
    assert [(one.letter, one.in_force, one.shown_here) for one in found.versions] == [
        (now.letter_key.hex, True, False),
        (before.letter_key.hex, False, True),
    ]
    assert page(now, before).replaced_by == ""


def test_the_requisition_that_a_report_answers_is_told_with_the_number_they_share() -> None:
    wanted, told = requisition(), report()
    match = answer(wanted, told)
    found = page(stored(told, requested="matched", requisitions=(match,)), requisitions=(ordered(wanted, match),))
    assert found.requisitions[0].by == "Rekvirentens prøvenummer 9000000001"
    assert found.requisitions[0].letter == letter_key(wanted.letter_identifier).hex


def test_what_pathology_says_of_a_correction_stands_first() -> None:
    found = page(stored(histology(comments="Rettelse til svar af 1.5.\n")))
    assert (found.parts[0].heading, found.parts[0].text) == ("Bemærkning til hele svaret", "Rettelse til svar af 1.5.")
    assert "Rettelse" in repr(page(stored(report(comments="Rettelse"))).groups[0])


def test_a_report_without_requisition_says_why() -> None:
    assert page(stored(report(), requested="not-found")).requested == "Rekvisitionen er ikke sendt hertil."


def test_a_report_of_another_patient_is_not_found() -> None:
    assert report_page(history(stored(report())), letter_key("OTHER"), DANISH) is None

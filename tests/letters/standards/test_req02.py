"""XREQ02 and REQ02: the microbiology request (facts: req02.md)."""

from __future__ import annotations

import pytest

from labbro import letters

from .beside_medcom import ok
from .microbiology import when
from .pairs import check_edifact_settles, check_other_pairs, check_trusted_pairs
from .requests import edited, errors, lost, request, segments, through_edifact, value

VERSION = "XQ0230M"
INFORMATION = "RequisitionInformation"
ASKED = "Requests/RequestedAnalysis"
READING = {"sygesikring_gruppe_2_not_written": {"PayersTypeCode"}, "unb_year_pivot": {"Envelope"}}
WRITING = {
    "sygesikring_gruppe_2_not_written": ("FCA",),
    "space_drops_text": ("FTX",),
    "requisition_responsible_constant": ("INV+MQ",),
}


def test_edifact_is_read_and_written_as_by_the_official_converter_or_a_named_defect_says_why(shared):
    check_trusted_pairs(shared, VERSION)
    check_other_pairs(shared, VERSION, READING, WRITING)


def test_edifact_made_from_the_declaration_settles_at_once():
    check_edifact_settles(VERSION, 100)


def test_the_official_sample_is_right_in_both_forms(shared):
    for name in ("xml/REQ02_1.xml", "edifact/REQ02_1.edi"):
        assert ok((shared / "medcom" / "official" / "samples" / name).read_bytes())


def test_the_responsible_of_the_analysis_code_is_written_as_it_is():
    letter = request(VERSION)
    assert "INV+MQ+1225:91:OEB" in segments(letter)
    assert value(through_edifact(letter), f"{ASKED}/Analysis/AnalysisCodeResponsible") == "OEB"


def test_the_parts_of_the_name_keep_their_places():
    letter = request(VERSION)
    assert "FTX+ACM+P00++Dyrkning::urethra" in segments(letter)
    assert through_edifact(letter).root.find(f"{ASKED}/Analysis") == letter.root.find(f"{ASKED}/Analysis")


def test_the_one_time_of_the_form_is_that_of_sampling():
    letter = request(VERSION, (f"{INFORMATION}/RequisitionDateTime", when(1, "08:00")))
    assert "DTM+4:202405020630:203" in segments(letter)
    assert lost(letter) == {f"{INFORMATION}/RequisitionDateTime": "2024-05-01 08:00"}
    read = through_edifact(letter)
    assert value(read, f"{INFORMATION}/RequisitionDateTime/Date") == "2024-05-02"
    assert f"{INFORMATION}/RequisitionDateTime" in read.assumed
    assert "Rekvireret" not in letters.show_text(read)
    assert "Rekvireret" in letters.show_text(letter)


def test_a_second_analysis_is_an_error_and_not_lost():
    reading = edited(request(VERSION), ("GIS+N'INV", "GIS+N'INV+MQ+999:91:OEB'GIS+N'INV"))
    assert set(errors(reading)) == {"segment-repeated"}


def test_a_negative_number_of_tubes_is_legal():
    # REQ02 became part of REQ01 in 2009, and the letter is of today.
    assert [(found.severity, found.code) for found in letters.check(request(VERSION))] == [
        ("warning", "old-version"),
        ("warning", "negative-number"),
    ]
    assert "PAC+-1" in segments(request(VERSION))


@pytest.mark.parametrize("given", ["0", "false"])
def test_a_refusal_is_read_back_as_one(given):
    letter = request(VERSION, ("Patient/Consent", {"Given": given}))
    assert value(through_edifact(letter), "Patient/Consent/Given") == "false"
    assert "ikke givet samtykke" in letters.show_text(letter)


def test_a_request_is_shown_with_its_examination_and_what_else_is_asked_for():
    shown = letters.show_text(request(VERSION))
    for said in ("Dyrkning, urethra", "1225 (lokal kode, OEB)", "Svampe", "PRV1"):
        assert said in shown

"""XRPT05: the microbiology report that is XML only (facts: rpt05.md)."""

from __future__ import annotations

import re

import pytest

from labbro import letters
from labbro.errors import CannotConvert

from .beside_medcom import ok
from .microbiology import changed, codes, refused_as_edifact, text, web

VERSIONS = ("XR0530M", "XR0531M", "XR0532M")
GENERAL = "LaboratoryResults/GeneralResultInformation"
CULTURE = "LaboratoryResults/Investigation/0/CultureFindings"
FOUND = "MicrobiologyWebReport/LaboratoryResults/Investigation/CultureFindings"


@pytest.mark.parametrize(
    ("name", "valid"), [("6092035412", True), ("6092035418", False), ("6092035422", False), ("6092035424", False)]
)
def test_the_public_examples_get_the_verdict_of_the_schema_and_stay_readable(shared, name, valid):
    data = (shared / "medcom" / "official" / "examples" / "xrpt05" / f"{name}.xml").read_bytes()
    assert ok(data) is valid
    (reading,) = letters.read(data)
    assert "Dyrkning" in letters.show_text(reading.letter) or "Undersøgelsens art" in letters.show_text(reading.letter)


def test_a_letter_of_every_version_can_be_made():
    assert codes(web()) == []
    report = ((f"{GENERAL}/ReportStatusCode", None), (f"{GENERAL}/ResultStatus", "komplet"))
    older = web(*report, ("Sender/FromLabIdentifier", None), version="XR0531M")
    assert codes(older) == []
    producer = "LaboratoryResults/Investigation/0/Examination/ProducerOfLabResult"
    oldest = web(*report, ("Sender/FromLabIdentifier", None), (producer, None), version="XR0530M")
    assert codes(oldest) == []


def test_there_is_no_edifact_and_never_an_empty_interchange():
    assert refused_as_edifact(web()) == ["no-edifact-form"]
    with pytest.raises(CannotConvert):
        letters.write(web(), "edifact")


def test_a_value_needs_its_operator_and_a_text_its_paragraph():
    findings = {"AnalysisFindings": [{"Analysis": text("CRP"), "Findings": {"InterPretation": text("Negativ")}}]}
    path = "LaboratoryResults/Investigation/0/QuantitativeFindings"
    assert codes(web((path, findings))) == []
    alone = changed(findings, ("AnalysisFindings/0/Findings/Value", "5"))
    assert [code for code, _ in codes(web((path, alone)))] == ["missing"]
    empty = changed(findings, ("AnalysisFindings/0/Analysis", {"Text": {}}))
    assert [code for code, _ in codes(web((path, empty)))] == ["missing"]


def test_an_entry_that_points_nowhere_is_legal_but_told():
    letter = web((f"{CULTURE}/Pattern/PatternEntry/2/RefAntibiotic", "9"))
    assert codes(letter) == []
    assert codes(letter, "warning") == [("no-such-number", f"{FOUND}/Pattern/PatternEntry[3]/RefAntibiotic")]
    assert "Uden plads i skemaet: Proteus mirabilis, antibiotikum 9: I intermediær" in letters.show_text(letter)


def test_a_cell_that_is_said_twice_is_told():
    letter = web((f"{CULTURE}/Pattern/PatternEntry/2/RefMicroorganism", "1"))
    assert codes(letter, "warning") == [("cell-repeated", f"{FOUND}/Pattern/PatternEntry[3]")]
    assert "R resistent / I intermediær" in letters.show_text(letter)


def test_a_sample_that_came_before_it_was_taken_is_told():
    path = "RequisitionInformation/Sample/SampleReceivedDateTime"
    letter = web((path, {"Date": "2024-05-01", "Time": "06:00"}))
    assert codes(letter, "warning") == [("received-before-sampling", f"MicrobiologyWebReport/{path}")]


# --- shown ---------------------------------------------------------------------------------------------------------


def test_antibiotics_stand_by_isolates_with_words_for_the_letters():
    page = letters.show_text(web())
    rows = [line.split("  ") for line in page.splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in rows]
    assert ["Antibiotikum", "1 Escherichia coli", "2 Proteus mirabilis"] in [row[:3] for row in cells]
    assert ["Ampicillin", "R resistent", "I intermediær"] in [row[:3] for row in cells]
    assert ["Mecillinam", "S følsom (< 0,5 mg/l)", "–"] in [row[:3] for row in cells]
    assert re.search("Tolkning: +S=følsom, I=intermediær, R=resistent", page)


def test_the_categories_that_occur_are_explained_and_what_a_laboratory_says_of_them_is_kept():
    path = f"{CULTURE}/Pattern/SusceptibilityInterpretation"
    old, new = letters.show_text(web()), letters.show_text(web((path, {"Paragraph": ["Se vejledning"]})))
    assert "I: intermediær, som laboratoriet skriver" in old
    assert "I øget eksponering" in new
    assert "I: følsom ved øget eksponering." in new
    assert "R: resistent. Midlet kan ikke ventes at virke." in new


def test_a_susceptibility_in_other_words_stands_as_it_is():
    page = letters.show_text(web((f"{CULTURE}/Pattern/PatternEntry/0/Susceptibility", "S-H")))
    assert "S-H  " in page


def test_many_isolates_are_columns_by_number():
    isolates = [{"Identification": text(f"Art {number}")} for number in range(1, 6)]
    page = letters.show_text(web((f"{CULTURE}/Microorganism", isolates)))
    header = next(line for line in page.splitlines() if line.startswith("Antibiotikum"))
    assert header.split()[:6] == ["Antibiotikum", "1", "2", "3", "4", "5"]
    assert "5 Art 5" in page


def test_a_refused_consent_is_said_at_the_top():
    assert "🔒" in letters.show_text(web(("Patient/Consent", {"Given": "0"})))
    assert "🔒" not in letters.show_text(web(("Patient/Consent", {"Given": "1"})))


def test_nothing_is_left_for_the_end_but_a_statistical_code_of_its_own():
    assert "Øvrige oplysninger" not in letters.show_text(web())
    own = letters.show_text(web(("Letter/StatisticalCode", "EGEN")))
    assert own.split("Øvrige oplysninger")[1].strip().splitlines()[1:] == ["Letter › Statistikkode: EGEN"]


def test_a_page_in_html_is_escaped_and_has_the_table():
    page = letters.html_fragment(web((f"{CULTURE}/Headline", "<b>Fund</b>")), "en")
    assert "<b>" not in page
    assert ">R resistant</td>" in page


def test_an_interval_upside_down_is_told():
    interval = {"TypeOfInterval": "fysiologisk", "LowerLimit": "5", "UpperLimit": "2,5"}
    findings = {"InterPretation": text("Høj"), "ReferenceInterval": interval}
    path = "LaboratoryResults/Investigation/0/QuantitativeFindings"
    letter = web((path, {"AnalysisFindings": [{"Analysis": text("CRP"), "Findings": findings}]}))
    below = (
        "LaboratoryResults/Investigation/QuantitativeFindings/AnalysisFindings/Findings/ReferenceInterval/LowerLimit"
    )
    assert codes(letter, "warning") == [("interval-upside-down", f"MicrobiologyWebReport/{below}")]

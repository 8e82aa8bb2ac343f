"""RPT02, XRPT05 and XRPT06 become microbiology: what was examined, found, cultured, and what it yields to."""

from __future__ import annotations

import pytest

from labbro import records
from labbro.letters.tree import Element
from labbro.records.model import CodedText

from .specialities import coded, investigation, letter, microbiology, microbiology_of_2014, text


def the_result(**changes):
    (result,) = records.project(microbiology(investigations=[investigation(**changes)])).results
    return result


def miba(findings=None, *, isolate=None, **changes):
    """An XRPT06: as XRPT05, with codes everywhere, numbers of its own, and things held back."""
    values = investigation()
    values["CultureFindings"]["Microorganism"] = [
        {"Identification": coded("S. aureus", "SA", qualifier="001"), "IsolateNumber": "3", "SortOrder": "2"}
        | (isolate or {}),
        {"Identification": coded("E. coli", "EC", qualifier="001"), "IsolateNumber": "1", "SortOrder": "1"},
    ]
    pattern = values["CultureFindings"]["Pattern"]
    pattern["Antibiotic"][0]["AntibioticNumber"], pattern["Antibiotic"][1]["AntibioticNumber"] = "2", "1"
    made = microbiology(investigations=[values | (findings or {})], **changes)
    return records.project(type(made)("XR0630M", Element("MiBaReport", made.root.content), made.envelope))


def test_an_investigation_is_a_result_with_what_was_examined_and_by_whom():
    result = the_result()
    assert (result.analysis.value, result.analysis.complete_name) == ("100000000000001", "Dyrkning og resistens")
    assert (result.material, result.location, result.examination_kind) == ("Urin", "Blære", "dyrkning")
    assert (result.examiners[0].name, result.producer.name) == ("Læge Lund", "KMA Odense")
    assert (result.status, result.value) == ("final", None)


def test_a_table_of_susceptibility_has_its_cells_at_the_isolates_in_the_order_of_the_letter():
    culture = the_result().microbiology.cultures[0]
    assert [antibiotic.name.text for antibiotic in culture.table.antibiotics] == ["Ampicillin", "Mecillinam"]
    (isolate,) = culture.isolates
    assert isolate.organism.text == "E. coli"
    assert isolate.organism.code.value == "E1"
    assert isolate.amount.text == "10E5"
    first, second = isolate.susceptibilities
    assert (first.antibiotic.text, first.category, first.operator, first.value, first.unit) == (
        "Ampicillin",
        "R",
        ">",
        "16",
        "mg/l",
    )
    assert (second.row, second.category, second.value) == (2, "S", None)
    assert culture.table.interpretation == "S følsom\nR resistent"


def test_a_cell_without_a_row_or_column_is_kept_beside_the_table():
    report = records.project(microbiology_of_2014())
    culture = report.microbiology.cultures[0]
    assert [cell.category for isolate in culture.isolates for cell in isolate.susceptibilities] == ["R", "S"]
    assert [(cell.isolate, cell.category) for cell in culture.table.unplaced] == [(7, "I")]


def test_rpt02_tells_microscopy_culture_and_conclusion_of_the_whole_letter():
    report = records.project(microbiology_of_2014())
    assert report.kind == "microbiology"
    assert report.microbiology.microscopy.text == "Leukocytter"
    assert report.sections[0].text == "Væsentlig vækst"
    assert report.results[0].value == "Positiv"
    first, second = report.microbiology.cultures[0].isolates
    assert first.organism.code.system == "atcc"
    assert second.organism.code is None
    assert report.microbiology.cultures[0].table.antibiotics[0].name.code.value == "J01CA01"


def test_quantities_have_an_interpretation_a_value_and_comments():
    found = {
        "InterPretation": text("Positiv"),
        "ReferenceInterval": {"TypeOfInterval": "fysiologisk", "UpperLimit": "10"},
        "Operator": "lig_med",
        "Value": "12",
        "Unit": "IU/l",
        "ResultValidation": "for_hoej",
        "Comments": [text("Gentag om 14 dage")],
    }
    measured = [{"Analysis": coded("IgM", "I1"), "Findings": found}]
    result = the_result(QuantitativeFindings={"AnalysisFindings": measured, "Comments": [text("Serologi")]})
    (measurement,) = result.microbiology.measurements
    assert measurement.analysis.text == "IgM"
    assert measurement.interpretation == CodedText("Positiv")
    assert (measurement.operator, measurement.value, measurement.unit, measurement.flag) == ("=", "12", "IU/l", "high")
    assert measurement.interval.upper == "10"
    assert measurement.comments == (CodedText("Gentag om 14 dage"),)
    assert result.microbiology.comments == (CodedText("Serologi"),)


def test_an_operator_that_is_not_given_is_none():
    found = {"InterPretation": text("Fund"), "Operator": "ikke_angivet", "Value": "12"}
    result = the_result(QuantitativeFindings={"AnalysisFindings": [{"Analysis": text("IgG"), "Findings": found}]})
    assert result.microbiology.measurements[0].operator is None


def test_microscopy_tells_what_was_seen_under_which_heading():
    kinds = [
        {"Type": "celler", "Details": [{"Identification": text("Leukocytter"), "Value": text("mange")}]},
        {"Type": "flora"},
    ]
    seen = {
        "Headline": "Mikroskopi",
        "Comments": {"Paragraph": ["Gramfarvet"]},
        "Grouping": [{"Headline": text("Direkte"), "MicroscopicType": kinds}],
    }
    microscopy_seen = the_result(MicroscopicFindings=seen).microbiology.microscopy
    cells, flora = microscopy_seen.groups[0].details
    assert (cells.kind, cells.name.text, cells.value.text) == ("celler", "Leukocytter", "mange")
    assert (flora.kind, flora.name) == ("flora", None)
    assert microscopy_seen.text == "Gramfarvet"


def test_an_examination_without_findings_has_none():
    values = investigation()
    del values["CultureFindings"]
    (result,) = records.project(microbiology(investigations=[values])).results
    assert result.microbiology is None


def test_miba_numbers_its_rows_and_columns_itself():
    culture = miba().results[0].microbiology.cultures[0]
    by_organism = {isolate.organism.text: isolate for isolate in culture.isolates}
    assert [cell.antibiotic.text for cell in by_organism["E. coli"].susceptibilities] == ["Mecillinam", "Ampicillin"]
    assert by_organism["S. aureus"].susceptibilities == ()
    assert by_organism["S. aureus"].isolate_number == "3"


@pytest.mark.parametrize(("number", "held"), [("1", True), ("007", True), ("0", False), ("+00", False), (None, False)])
def test_what_the_sender_protected_says_so_and_is_kept(number, held):
    comments = {"SpeciesComment": [coded("mecA påvist", "M1", qualifier="002", protected=number)]}
    culture = miba(isolate=comments).results[0].microbiology.cultures[0]
    (comment,) = culture.isolates[0].comments
    assert (comment.text, comment.held_back) == ("mecA påvist", held)


def test_properties_are_a_tree_and_each_may_be_held_back():
    properties = [
        ("Property", coded("Resistensgen", "G", qualifier="001")),
        ("Result", coded("Påvist", "P", qualifier="001")),
        (
            "PropertyAnalysis",
            coded("PCR", "PCR", qualifier="001")
            | {"Result": coded("Positiv", "POS", qualifier="001") | {"NumericValue": {"Value": "31", "Unit": "Ct"}}},
        ),
        ("Protected", "2"),
        ("Property", coded("Type", "T", qualifier="001")),
        ("Result", coded("t127", "T127", qualifier="001")),
    ]
    culture = miba(isolate={"Properties": properties}).results[0].microbiology.cultures[0]
    gene, kind = culture.isolates[0].properties
    assert (gene.name.text, gene.result.said.text, gene.held_back) == ("Resistensgen", "Påvist", True)
    (analysis,) = gene.parts
    assert (analysis.kind, analysis.name.text, analysis.result.value, analysis.result.unit) == (
        "analysis",
        "PCR",
        "31",
        "Ct",
    )
    assert (kind.name.text, kind.held_back, kind.parts) == ("Type", False, ())


def test_miba_says_consent_in_an_element_of_its_own():
    patient = {"CivilRegistrationNumber": "1111571231", "PersonSurnameName": "Opdigtet", "ConsentGiven": "0"}
    assert miba(Patient=patient).consent_given is False


def test_an_almost_empty_tree_does_not_crash():
    for root, version in (("MicrobiologyReport", "XR0231M"), ("MicrobiologyWebReport", "XR0532M")):
        assert records.project(letter(root, version, {})).results == ()

"""RPT03, RPT04 and RPT07 become samples with diagnoses, one word for the whole, and sections of text."""

from __future__ import annotations

import msgspec
import pytest

from labbro import records
from labbro.letters.tree import Element

from .specialities import diagnosed, element, genetics, histopathology, letter


def test_a_sample_has_its_material_and_diagnoses_in_codes():
    (sample,) = records.project(histopathology()).samples
    assert (sample.laboratory_number, sample.material) == ("99012344-1", "Hud på lår")
    assert sample.diagnoses.headline == "Materiale A"
    assert sample.diagnoses.topography.code.value == "T02424"
    (finding,) = sample.diagnoses.findings
    assert (finding.code.value, finding.code.system, finding.code.complete_name, finding.comment) == (
        "M88100",
        "SNO",
        "Halo naevus",
        "regredieret",
    )


def test_a_sample_may_have_no_diagnosis():
    bare = diagnosed()
    del bare["CodedResults"]
    assert records.project(histopathology(samples=[bare])).samples[0].diagnoses is None


def test_the_whole_has_one_word_and_may_be_malignant():
    (result,) = records.project(histopathology()).results
    assert (result.analysis.short_name, result.value, result.flag, result.status) == (
        "Histologi",
        "PATO",
        "malignant",
        "final",
    )


def test_nothing_is_read_from_a_sample_that_is_received_only():
    (result,) = records.project(histopathology(status="proeve_modtaget")).results
    assert (result.status, result.value) == ("received", None)


def test_sections_keep_their_order_headings_and_lines():
    report = records.project(histopathology())
    assert [(section.kind, section.heading) for section in report.sections] == [
        ("macroscopy", "Makroskopi"),
        ("conclusion", "Konklusion"),
    ]
    assert report.sections[0].text == "Cylindrisk\n\nvævsstykke"
    assert report.clinical_information == "Naevus"


def test_text_in_columns_is_told_apart():
    text = Element("Text", (Element("FixedFont", ("Celle   12", Element("Break"), "Kerne    3")),))
    made = histopathology()
    sections = Element("Conclusion", (Element("Headline", "Tal"), text))
    textual = Element("TextualFormat", (sections,))
    results = made.root.find("LaboratoryResults")
    changed = Element("LaboratoryResults", (*results.children[:-1], textual))
    root = Element(made.root.name, (*made.root.children[:-1], changed))
    (section,) = records.project(msgspec.structs.replace(made, root=root)).sections
    assert (section.text, section.fixed_width) == ("Celle   12\nKerne    3", True)


def test_a_count_of_cells_is_a_table_with_its_labels_first():
    counted = {
        "Headline": "Knoglemarv",
        "Labels": {"CellTypes": "Celler", "Marrow": "Marv", "Peripheral": "Blod"},
        "Result": [{"CellType": "Blaster", "Marrow": "2 %", "Peripheral": "0"}],
    }
    report = records.project(histopathology(LaboratoryResults__TextualFormat={"Hematology": counted}))
    assert report.sections[0].rows == (("Celler", "Marv", "Blod"), ("Blaster", "2 %", "0"))


def test_the_numbers_of_the_request_are_kept_beside_those_of_samples():
    report = records.project(histopathology(samples=[diagnosed(requester="A")]))
    assert (report.requisition_number, report.laboratory_requisition_number) == ("12501200000204", "99012344")
    assert report.samples[0].requester_number == "A"


def test_both_times_of_the_letter_belong_to_every_sample():
    samples = records.project(histopathology(samples=[diagnosed("1"), diagnosed("2")])).samples
    assert {sample.sampled_at.isoformat() for sample in samples} == {"2024-05-04T13:13:00"}
    assert {sample.received_at.isoformat() for sample in samples} == {"2024-05-05T08:00:00"}


@pytest.mark.parametrize(
    ("said", "meant"), [("mor", "mother"), ("barn", "child"), ("uspec_paaroerende", "unspecified")]
)
def test_a_relative_is_named_beside_the_patient(said, meant):
    relative = {"RelationCode": said, "PersonIdentifier": "2727121212", "PersonSurnameName": "Opdigtet"}
    told = records.project(histopathology(Relative=relative)).relative
    assert (told.relation, told.identifier, told.surname) == (meant, "2727121212", "Opdigtet")


def test_what_was_consented_to_in_2005_is_kept_in_words():
    patient = {"CivilRegistrationNumber": "1111571231", "PersonSurnameName": "O", "Consent": {"Given": "true"}}
    patient["Consent"]["Text"] = "Samtykke givet"
    report = records.project(histopathology(Patient=patient))
    assert (report.consent_given, report.consent_text) == (True, "Samtykke givet")


def test_cervical_cytology_calls_its_numbers_otherwise():
    made = histopathology(
        RequisitionInformation={"LaboratoryInternalSampleIdentifier": "9901", "RequesterSampleIdentifier": "1250"}
    )
    report = records.project(letter("CervixcytologyReport", "XR0331P", {}))
    assert report.kind == "cytology"
    root = Element("CervixcytologyReport", made.root.content)
    report = records.project(msgspec.structs.replace(made, version="XR0331P", root=root))
    assert (report.requisition_number, report.laboratory_requisition_number) == ("1250", "9901")


def test_genetics_of_2014_has_two_examiners_a_word_and_sections():
    report = records.project(genetics())
    assert [(examiner.name, examiner.title) for examiner in report.examiners] == [
        ("Gry Gen", "overlæge"),
        ("Ann Allel", None),
    ]
    (result,) = report.results
    assert (result.analysis.value, result.analysis.system, result.value) == ("NPU21692", "iupac", "SE TEKST")
    assert [section.kind for section in report.sections] == ["genome-reference", "conclusion"]


def genetics_of_2020(*more):
    result = {
        "Analysis": {"AnalysisCode": "NPU1", "CodeType": "iupac", "CodeResponsible": "SST", "ShortName": "FV"},
        "Sample": {"LaboratoryInternalSampleIdentifier": "G2", "SampleMaterial": "Væv", "SampleMaterialType": "biopsi"},
        "ProducerOfLabResult": {"Identifier": "KGA", "IdentifierCode": "OUH"},
        "TableFormat": {"ResultHeadline": "Faktor V", "TableResult": "Positiv"},
        "AnalysisConclusion": {"Headline": "Konklusion", "Text": "Heterozygot"},
        "Examinator": [{"PersonName": "Gry Gen"}],
    }
    made = genetics()
    root = element("GeneticsReport", {"LaboratoryResults": {"Result": [result, result]}})
    children = (*(child for child in made.root.children if child.name != "LaboratoryResults"), *root.children, *more)
    return msgspec.structs.replace(made, version="XR0731G", root=Element("GeneticsReport", children))


def test_genetics_of_2020_has_results_with_samples_and_sections_of_their_own():
    report = records.project(genetics_of_2020())
    first, second = report.results
    assert (first.ordinal, second.ordinal) == (1, 2)
    assert (first.summary, first.value, first.examiners[0].name) == ("Faktor V", "Positiv", "Gry Gen")
    assert first.sections[0].kind == "conclusion"
    assert len(report.samples) == 1
    assert (report.samples[first.sample].material, report.samples[0].material_type) == ("Væv", "biopsi")


def test_what_nobody_has_declared_of_a_version_without_a_schema_is_told():
    unknown = Element("Pedigree", (Element("Note", "tre generationer"),))
    (finding,) = records.project_with_findings(genetics_of_2020(unknown)).findings
    assert (finding.code, finding.path, finding.severity) == ("left-in-letter", "Pedigree", "info")


def test_an_almost_empty_tree_does_not_crash():
    for root, version in (("HistopathologyReport", "XR0432P"), ("GeneticsReport", "XR0730G")):
        assert records.project(letter(root, version, {})).samples == ()

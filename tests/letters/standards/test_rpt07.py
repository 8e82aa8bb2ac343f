"""XRPT07 and RPT07: the genetics report (facts: rpt07.md)."""

from __future__ import annotations

import pytest

from labbro import letters

from .microbiology import refused_as_edifact, when
from .pairs import check_edifact_settles, check_other_pairs, check_trusted_pairs
from .pathology import GENERALLY, READING, RESULTS, SAMPLE, TEXTUAL, WRITING, refused, report
from .requests import edited, errors, lost, segments, through_edifact, value

VERSION = "XR0730G"
TABLE = f"{RESULTS}/TableFormat"
GIVEN = "Patient/Consent/Given"
CODES = {
    "AnalysisHeadline": "OVS",
    "InternalReference": "IRF",
    "GenomeReference": "REF",
    "AnalysisMethod": "ANM",
    "AnalysisResults": "RSL",
    "Conclusion": "KON",
    "Comments": "SPC",
}


def test_edifact_is_read_and_written_as_by_the_official_converter_or_a_named_defect_says_why(shared):
    check_trusted_pairs(shared, VERSION)
    check_other_pairs(shared, VERSION, READING, WRITING)


def test_edifact_made_from_the_declaration_settles_at_once():
    check_edifact_settles(VERSION, 200)


def test_a_report_written_by_hand_goes_through_edifact():
    letter = report(VERSION)
    assert refused(letter) == []
    assert lost(letter) == {}
    back = through_edifact(letter)
    for path in ("Sender", "Receiver", "RequisitionInformation", RESULTS):
        assert back.root.find(path) == letter.root.find(path)


def test_two_people_have_examined_and_others_are_counted_after_them():
    copy = {"Identifier": "1", "IdentifierCode": "ydernummer", "Physician": {"PersonInitials": "CC"}}
    letter = report(VERSION, ("CCReceiver", copy), ("Receiver/Physician", {"PersonInitials": "MO"}))
    said = segments(letter)
    people = [tuple(said[at : at + 3]) for at, segment in enumerate(said) if segment.startswith("NAD+BV")]
    assert people == [
        ("NAD+BV+++Ane Prøve:Molekylærbiolog::::US", "RFF+AHL:1", "SEQ++4"),
        ("NAD+BV+++Bo Prøve::BP:::US", "RFF+AHL:1", "SEQ++5"),
        ("NAD+BV+++MO:::::US", "RFF+AHL:2", "SEQ++6"),
        ("NAD+BV+++CC:::::US", "RFF+AHL:3", "SEQ++7"),
    ]
    assert value(through_edifact(letter), "CCReceiver/Physician/PersonInitials") == "CC"


@pytest.mark.parametrize(
    ("code", "said"), [("NPU19651", "INV+MQ+NPU19651:CQU:SST:Genetik"), (None, "INV+MQ+:::Genetik")]
)
def test_the_table_of_the_code_stands_only_beside_a_code(code, said):
    letter = report(VERSION, (f"{TABLE}/AnalysisCode", code))
    assert said in segments(letter)
    assert through_edifact(letter).root.find(TABLE) == letter.root.find(TABLE)


def test_a_code_under_a_heading_is_read_as_well():
    reading = edited(report(VERSION), ("INV+MQ+NPU", "INV+OE+NPU"))
    assert errors(reading) == []
    assert value(reading.letter, f"{TABLE}/AnalysisCode") == "NPU19651"


def test_a_name_of_the_analysis_in_several_segments_is_one_name():
    reading = edited(report(VERSION), ("FTX+ACM+P00++HFE", "FTX+ACM+P00++Gen'FTX+ACM+P00++HFE"))
    assert errors(reading) == []
    assert value(reading.letter, f"{TABLE}/AnalysisCompleteName") == "Gen\nHFE-gen; sekvensvariation\n"


def test_the_laboratory_the_analysis_went_to_is_named_both_ways():
    letter = report(VERSION, (f"{GENERALLY}/ToLabIdentifier", "SLA"))
    assert "RFF+AHI:SLA" in segments(letter)
    assert value(through_edifact(letter), f"{GENERALLY}/ToLabIdentifier") == "SLA"


@pytest.mark.parametrize(
    ("status", "result"), [("svar_midlertidigt", "Bærer"), ("svar_rettet", "Bærer"), ("proeve_modtaget", "*****")]
)
def test_every_status_goes_both_ways(status, result):
    letter = report(VERSION, (f"{GENERALLY}/ResultStatusCode", status), (f"{TABLE}/TableResult", result))
    assert lost(letter) == {}
    assert value(through_edifact(letter), f"{GENERALLY}/ResultStatusCode") == status


@pytest.mark.parametrize(("given", "written"), [("0", True), ("false", True), ("1", False), ("true", False)])
def test_the_bare_segment_says_refused(given, written):
    letter = report(VERSION, ("Patient/Consent", {"Given": given}))
    assert ("HAN+CDS" in segments(letter)) is written
    assert value(through_edifact(letter), GIVEN) == ("false" if written else "true")


@pytest.mark.parametrize(("name", "code"), list(CODES.items()))
def test_every_section_is_known_by_its_code(name, code):
    letter = report(VERSION, (TEXTUAL, {name: {"Headline": "Overskrift", "Text": "Tekst\n"}}))
    said = segments(letter)
    assert said[said.index(f"FTX+{code}+P00++Tekst") - 1] == "INV+OE+:::Overskrift"
    assert through_edifact(letter).root.find(TEXTUAL) == letter.root.find(TEXTUAL)
    bare = report(VERSION, (TEXTUAL, {name: {"Headline": "Overskrift"}}))
    assert f"FTX+{code}+P00" in segments(bare)
    assert through_edifact(bare).root.find(TEXTUAL) == bare.root.find(TEXTUAL)


def test_a_heading_alone_as_the_public_converter_writes_it_is_told():
    reading = edited(report(VERSION), ("FTX+OVS+P00++HFE-genet'", ""))
    assert errors(reading) == []
    assert "heading-without-section" in [found.code for found in reading.findings]
    assert reading.letter.root.find(f"{TEXTUAL}/AnalysisHeadline") is None


@pytest.mark.parametrize(
    ("name", "lines", "allowed"), [("Comments", 5, True), ("Comments", 6, False), ("InternalReference", 26, False)]
)
def test_each_section_has_its_limit_of_segments(name, lines, allowed):
    text = "".join(f"linje {number}\n" for number in range(lines))
    data, _ = letters.losses(report(VERSION, (f"{TEXTUAL}/{name}", {"Headline": "H", "Text": text})), "edifact")
    assert (data is not None) is allowed


def test_a_code_of_nine_characters_is_refused_by_the_schema_of_2014():
    assert refused(report(VERSION, (f"{TABLE}/AnalysisCode", "NPU196510"))) == ["too-long"]


def test_the_page_reads_from_result_to_conclusion_to_results_and_method():
    text = letters.show_text(report(VERSION))
    titles = ["Svar", "Genetik", "Konklusion", "Prøver", "Analyse", "Resultat", "Metode", "Rekvisition", "Afsender"]
    places = [text.index(f"\n{title}\n") for title in titles]
    assert places == sorted(places)
    assert "Undersøgt af:                    Ane Prøve, Molekylærbiolog" in text
    assert "NPU-kode: NPU19651" in text
    assert "Øvrige oplysninger" not in text


# --- XR0731G: no public schema ---

NEW = {
    "Letter": {"Identifier": "BREV1", "Authorisation": when(6)},
    RESULTS: {
        "GeneralResultInformation": {"Conclusion": {"Headline": "Konklusion", "Text": "Anlægsbærer.\n"}},
        "Result": [
            {
                "Analysis": {"AnalysisCode": "NPU19651", "CodeType": "iupac", "ShortName": "HFE"},
                "Sample": {"LaboratoryInternalSampleIdentifier": "S1", "SampleMaterial": "Blod"},
                "TableFormat": {"ResultHeadline": "Genetik", "TableResult": "Bærer"},
                "AnalysisResults": {"Headline": "Resultat", "Text": "c.845G>A\n"},
                "Examinator": [{"PersonName": "Ane Prøve"}],
            }
        ],
    },
}


def unpublished() -> letters.Letter:
    values = letters.to_json(report(VERSION))["GeneticsReport"]
    kept = {key: values[key] for key in ("Sender", "Receiver", "Patient", "RequisitionInformation")}
    general = values[RESULTS]["GeneralResultInformation"] | NEW[RESULTS]["GeneralResultInformation"]
    results = NEW[RESULTS] | {"GeneralResultInformation": general}
    return letters.make("XR0731G", report(VERSION).envelope, kept | NEW | {RESULTS: results})


def test_the_version_without_a_public_schema_is_read_and_says_so():
    (reading,) = letters.read(letters.write(unpublished(), "xml").data)
    assert reading.ok
    assert [(found.severity, found.code) for found in reading.findings] == [("info", "no-public-schema")]
    assert reading.letter is not None
    assert reading.letter.root == unpublished().root
    text = letters.show_text(reading.letter)
    assert all(part in text for part in ("Anlægsbærer.", "HFE", "c.845G>A", "Bærer", "Ane Prøve", "Blod"))


def test_what_is_not_known_of_it_is_kept_and_told_as_a_warning():
    data = letters.write(unpublished(), "xml").data.replace(
        b"<AnalysisResults>", b"<NewPart>x</NewPart><AnalysisResults>"
    )
    (reading,) = letters.read(data)
    assert reading.ok
    assert ("warning", "unknown-element") in [(found.severity, found.code) for found in reading.findings]
    assert "NewPart" in [element.name for _, element in reading.letter.root.walk()]
    assert "x" in letters.show_text(reading.letter)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<AnalysisResults>", b"<NewPart>x</NewPart><AnalysisResults>"),
        (b"<Patient>", b"<Extra><A>1</A><A/></Extra><Patient>"),
        (b"<AnalysisResults><Headline>Resultat</Headline>", b"<AnalysisResults>Resultat"),
        (b"<TableResult>", b"<TableResult><New>1</New>"),
    ],
)
def test_what_is_not_known_of_it_goes_through_xml_and_json(old, new):
    (reading,) = letters.read(letters.write(unpublished(), "xml").data.replace(old, new))
    letter = reading.letter
    assert reading.ok
    assert letter is not None
    assert letters.from_json(letters.to_json(letter)) == letter
    (again,) = letters.read(letters.write(letter, "xml").data)
    assert again.letter == letter


def test_it_gets_the_remarks_of_its_type_whichever_way_it_is_read():
    data = letters.write(unpublished(), "xml").data.replace(b"<EANIdentifier>", b"<EANIdentifier>9")
    for document in (data, data.replace(b"<Patient>", b"<!-- < --><Patient>"), data.replace(b"Patient>", b"Patient >")):
        (reading,) = letters.read(document)
        assert [found.code for found in reading.findings] == ["no-public-schema", "gln-form", "gln-form"]


def test_an_element_of_another_namespace_is_an_error_in_it():
    data = letters.write(unpublished(), "xml").data.replace(b"<TableResult>", b'<TableResult><New xmlns="urn:x"/>')
    (reading,) = letters.read(data)
    assert [found.code for found in reading.findings if found.severity == "error"] == ["unknown-element"]


def test_it_has_no_edifact_form_that_anybody_knows():
    assert refused_as_edifact(unpublished()) == ["no-edifact-form"]
    (reading,) = letters.read(letters.write(report(VERSION), "edifact").data.replace(b"R0730G", b"R0731G"))
    assert [found.code for found in reading.findings if found.severity == "error"] == ["not-supported"]


def test_the_samples_of_one_letter_are_shown_together():
    many = [SAMPLE | {"LaboratoryInternalSampleIdentifier": f"S{number}"} for number in range(3)]
    letter = report(VERSION, (f"{RESULTS}/CodedFormat/Sample", many))
    assert all(f"S{number}" in letters.show_text(letter) for number in range(3))
    assert through_edifact(letter).root.find(f"{RESULTS}/CodedFormat") == letter.root.find(f"{RESULTS}/CodedFormat")


def test_a_judgement_of_malignity_has_no_place_and_is_told():
    reading = edited(report(VERSION), ("RSL+AV+Bærer'", "RSL+AV+Bærer+++MA'"))
    assert errors(reading) == []
    assert "more-than-known" in [found.code for found in reading.findings]

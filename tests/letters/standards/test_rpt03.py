"""XRPT03 and RPT03: the report of cervical cytology (facts: rpt03.md)."""

from __future__ import annotations

import pytest

from labbro import letters

from .beside_medcom import ok
from .microbiology import when
from .pairs import check_edifact_settles, check_other_pairs, check_trusted_pairs
from .pathology import CODED, CODES, GENERALLY, READING, RESULTS, TEXTUAL, WRITING, refused, report
from .requests import edited, errors, lost, segments, through_edifact, value

VERSIONS = ("XR0330P", "XR0331P")
CONSENT = "Patient/Consent"
GIVEN = "Patient/Consent/Given"
PAT = "PNA+PAT+0102701234:::CPR:IM+++SU:Prøve+FO:Åse'"


@pytest.mark.parametrize("version", VERSIONS)
def test_edifact_is_read_and_written_as_by_the_official_converter_or_a_named_defect_says_why(shared, version):
    check_trusted_pairs(shared, version)
    check_other_pairs(shared, version, READING, WRITING)


@pytest.mark.parametrize("version", VERSIONS)
def test_edifact_made_from_the_declaration_settles_at_once(version):
    check_edifact_settles(version, 100)


def test_the_official_sample_is_right_in_both_forms(shared):
    for name in ("xml/RPT03_1.xml", "edifact/RPT03_1.edi"):
        assert ok((shared / "medcom" / "official" / "samples" / name).read_bytes())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_report_written_by_hand_goes_through_edifact(version):
    letter = report(version)
    assert refused(letter) == []
    assert lost(letter) == {}
    back = through_edifact(letter)
    for path in ("Sender", "Receiver", "RequisitionInformation", RESULTS):
        assert back.root.find(path) == letter.root.find(path)


def test_a_comment_before_the_code_that_it_belongs_to_is_told_and_does_not_go_to_another():
    first = "CIN+CCI+T83000:SNO:SST:Cervix uteri'CIN+SPC+:::portio'"
    reading = edited(report("XR0331P"), (first, "CIN+SPC+:::portio'CIN+CCI+T83000:SNO:SST:Cervix uteri'"))
    assert reading.ok is False or "portio" not in str(reading.letter)
    told = [(found.severity, found.message) for found in reading.findings if found.code == "segment-not-known"]
    assert [severity for severity, _ in told] == ["warning"]
    assert "CIN+SPC" in told[0][1]


# --- consent: the same segment says yes until 2012 and no from 2014 ---


def test_in_2005_the_segment_says_consent_and_what_was_agreed_to():
    letter = report("XR0330P", (CONSENT, {"Given": "1", "Text": "Samtykke givet"}))
    assert "HAN+CDS:SKS:SST:Samtykke givet" in segments(letter)
    back = through_edifact(letter)
    assert (value(back, GIVEN), value(back, "Patient/Consent/Text")) == ("true", "Samtykke givet")
    assert GIVEN not in back.assumed


def test_in_2005_a_refusal_cannot_be_said_and_never_becomes_consent():
    letter = report("XR0330P", (CONSENT, {"Given": "0", "Text": "Ønsker ikke deling"}))
    assert lost(letter) == {GIVEN: "0", "Patient/Consent/Text": "Ønsker ikke deling"}
    assert not any(segment.startswith("HAN") for segment in segments(letter))
    assert value(through_edifact(letter), GIVEN) is None


def test_in_2005_silence_says_nothing():
    assert through_edifact(report("XR0330P")).root.find(CONSENT) is None


def test_in_2005_a_bare_segment_is_an_error_and_no_consent():
    reading = edited(report("XR0330P"), (PAT, f"{PAT}HAN+CDS'"))
    assert errors(reading) == ["consent-without-text"]
    assert value(reading.letter, GIVEN) is None


@pytest.mark.parametrize(("given", "written"), [("0", True), ("false", True), ("1", False), ("true", False)])
def test_in_2014_the_bare_segment_says_refused(given, written):
    letter = report("XR0331P", (CONSENT, {"Given": given}))
    assert ("HAN+CDS" in segments(letter)) is written
    assert value(through_edifact(letter), GIVEN) == ("false" if written else "true")
    assert lost(letter) == {}


def test_in_2014_silence_is_filled_in_as_consent_and_marked_as_no_statement():
    back = through_edifact(report("XR0331P"))
    assert value(back, GIVEN) == "true"
    assert GIVEN in back.assumed
    assert "samtykke" not in letters.show_text(back)


# --- parties and patient ---


def test_the_physician_of_the_copy_has_a_role_of_its_own_and_every_person_its_number():
    copy = {"Identifier": "1", "IdentifierCode": "ydernummer", "DepartmentName": "B", "UnitName": "Øst"}
    letter = report(
        "XR0331P",
        ("CCReceiver", copy | {"Physician": {"PersonInitials": "CC"}}),
        ("Receiver/Physician", {"PersonInitials": "MO"}),
    )
    said = segments(letter)
    people = [said[at : at + 3] for at, segment in enumerate(said) if segment.startswith("NAD+BV")]
    assert people == [
        ["NAD+BV+++MO:::::US", "RFF+AHL:2", "SEQ++5"],
        ["NAD+BV+++CC:::::US", "RFF+AHL:3", "SEQ++6"],
    ]
    back = through_edifact(letter)
    assert value(back, "CCReceiver/Physician/PersonInitials") == "CC"
    assert value(back, "CCReceiver/UnitName") == "Øst"


def test_town_and_municipality_are_written_also_without_a_street():
    letter = report("XR0331P", ("Patient/DistrictName", "Ørby"), ("Patient/MunicipalityId", "219"))
    assert "ADR+:PO+US+Ørby+++219:KOM:IM" in segments(letter)
    back = through_edifact(letter)
    assert (value(back, "Patient/MunicipalityId"), value(back, "Patient/DistrictName")) == ("219", "Ørby")


def test_an_address_without_municipality_has_none():
    letter = report("XR0331P", ("Patient/StreetName", "Testvej 1"))
    assert "ADR+:PO+US:Testvej 1" in segments(letter)
    reading = edited(letter, ("ADR+:PO+US:Testvej 1'", "ADR+:PO+US:Testvej 1++9990++:KOM:IM'"))
    assert errors(reading) == []
    assert value(reading.letter, "Patient/MunicipalityId") is None


def test_a_relative_has_no_place_here_and_is_not_taken_for_the_patient():
    relative = "S07+07'PNA+PER+1111111117:::CPR:IM+++SU:Anden'RFF+XPI:1234567890'REL+PER+MO'"
    reading = edited(report("XR0331P"), (PAT, PAT + relative))
    assert errors(reading) == []
    assert "segment-not-known" in [found.code for found in reading.findings]
    assert value(reading.letter, "Patient/PersonSurnameName") == "Prøve"
    assert value(reading.letter, "Patient/AlternativeIdentifier") is None


# --- numbers, times, statuses ---


def test_the_time_of_the_results_is_not_that_of_the_letter():
    letter = report("XR0331P")
    assert "DTM+ISR:202405051130:203" in segments(letter)
    assert through_edifact(letter).root.find(f"{GENERALLY}/ResultsDateTime") == letter.root.find(
        f"{GENERALLY}/ResultsDateTime"
    )


def test_the_laboratory_a_sample_went_to_is_named_both_ways():
    letter = report("XR0331P", (f"{GENERALLY}/ToLabIdentifier", "SLA"))
    assert "RFF+AHI:SLA" in segments(letter)
    assert value(through_edifact(letter), f"{GENERALLY}/ToLabIdentifier") == "SLA"


@pytest.mark.parametrize(
    ("status", "result", "said"),
    [
        ("svar_endeligt", "i.a.", ("GIS+N", "RSL+AV+i.a.", "STS++FR")),
        ("svar_rettet", "i.a.", ("GIS+M", "RSL+AV+i.a.", "STS++FR")),
        ("svar_midlertidigt", "i.a.", ("GIS+N", "RSL+AV+i.a.", "STS++PR")),
        ("proeve_modtaget", "*****", ("GIS+N", "RSL+AV+*****", "STS++PR")),
    ],
)
def test_every_status_goes_both_ways(status, result, said):
    letter = report(
        "XR0331P", (f"{GENERALLY}/ResultStatusCode", status), (f"{RESULTS}/TableFormat/TableResult", result)
    )
    written = segments(letter)
    at = next(number for number, segment in enumerate(written) if segment.startswith("RSL"))
    assert (written[at - 2], written[at], written[at + 1]) == said
    assert value(through_edifact(letter), f"{GENERALLY}/ResultStatusCode") == status
    assert lost(letter) == {}


def test_a_value_before_measurement_is_told_as_lost():
    letter = report("XR0331P", (f"{GENERALLY}/ResultStatusCode", "proeve_modtaget"))
    assert lost(letter) == {f"{RESULTS}/TableFormat/TableResult": "i.a"}
    assert "afventer svar" in letters.show_text(letter)
    assert "value-before-measurement" in [found.code for found in letters.check(letter)]


def test_other_pairs_of_status_codes_are_errors():
    assert errors(edited(report("XR0331P"), ("STS++FR", "STS++XX")))[0] == "unknown-code"


def test_malignity_has_codes():
    letter = report("XR0331P", (f"{RESULTS}/TableFormat/ResultValidation", "malign"))
    assert "RSL+AV+i.a.+++MA" in segments(letter)
    assert through_edifact(letter).root.find(RESULTS) == letter.root.find(RESULTS)
    assert "i.a. ● malign (ondartet)" in letters.show_text(letter)


def test_a_sample_received_before_it_was_taken_is_noticed():
    letter = report("XR0331P", ("RequisitionInformation/SampleReceivedDateTime", when(1)))
    assert "received-before-sampling" in [found.code for found in letters.check(letter)]


# --- headings, codes, sections ---


def test_codes_stand_in_a_group_of_their_own_with_their_comments():
    said = segments(report("XR0331P"))
    at = said.index("INV+OE+:::Diagnoser")
    assert said[at - 1 : at + 8] == [
        "GIS+N",
        "INV+OE+:::Diagnoser",
        "GIS+N",
        "CIN+CCI+T83000:SNO:SST:Cervix uteri",
        "CIN+SPC+:::portio",
        "CIN+CCI+M09460:SNO:SST:Ingen maligne celler",
        "CIN+CCI+P30610:SNO:SST:Biopsi",
        "CIN+SPC+:::to stykker",
        "INV+NR",
    ]


@pytest.mark.parametrize("codes", [CODES, None])
def test_without_a_heading_of_diagnoses_the_next_heading_is_not_taken_for_it(codes):
    coded = () if codes else ((f"{CODED}/Sample/CodedResults", None),)
    letter = report("XR0331P", (f"{CODED}/DiagnosisHeadline", None), *coded)
    back = through_edifact(letter)
    assert back.root.find(CODED) == letter.root.find(CODED)
    assert value(back, f"{TEXTUAL}/Microscopic/Headline") == "Mikroskopi"


def test_a_heading_of_diagnoses_may_stand_without_codes():
    letter = report("XR0331P", (f"{CODED}/Sample/CodedResults", None))
    assert through_edifact(letter).root.find(CODED) == letter.root.find(CODED)


def test_a_section_without_text_keeps_its_heading():
    letter = report("XR0331P", (f"{TEXTUAL}/Conclusion", {"Headline": "Konklusion"}))
    assert "FTX+KON+P00" in segments(letter)
    assert lost(letter) == {}
    assert through_edifact(letter).root.find(TEXTUAL) == letter.root.find(TEXTUAL)
    assert "Afsnittet er uden tekst." in letters.show_text(letter)


TEXT_OF_CONCLUSION = "INV+OE+:::Konklusion'FTX+KON+P00++Ingen tegn på malignitet.'"


def test_a_heading_alone_as_the_public_converter_writes_it_is_told():
    reading = edited(report("XR0331P"), (TEXT_OF_CONCLUSION, "INV+OE+:::K'"))
    assert errors(reading) == []
    assert "heading-without-section" in [found.code for found in reading.findings]
    assert value(reading.letter, f"{CODED}/DiagnosisHeadline") == "Diagnoser"


@pytest.mark.parametrize("code", ["MAC", "HEM"])
def test_sections_that_cytology_does_not_know_are_errors(code):
    reading = edited(report("XR0331P"), ("FTX+KON+P00", f"FTX+{code}+P00"))
    assert errors(reading) == ["section-not-allowed"]


def test_references_go_both_ways_without_becoming_text():
    page = {"RefDescription": "Vejledning", "URL": "http://svar.example.dk/?a=b"}
    later = {"RefDescription": "Billede", "SUP": "true"}
    letter = report(
        "XR0331P",
        ("RequisitionInformation/Reference", [page]),
        (f"{TEXTUAL}/Microscopic", {"Headline": "Mikroskopi", "Reference": [page, later]}),
    )
    back = through_edifact(letter)
    assert back.root.find("RequisitionInformation") == letter.root.find("RequisitionInformation")
    assert back.root.find(TEXTUAL) == letter.root.find(TEXTUAL)
    assert back.root.find("RequisitionInformation/ClinicalInformation") is None


def test_a_letter_without_sections_is_right():
    letter = report("XR0331P", (TEXTUAL, {}))
    assert refused(letter) == []
    assert refused(through_edifact(letter)) == []


def test_the_page_reads_from_result_to_conclusion_to_diagnoses_to_texts():
    text = letters.show_text(report("XR0331P"))
    titles = ["Patient", "Svar", "Cervixcytologi", "Konklusion", "Diagnoser", "Mikroskopi", "Rekvisition", "Afsender"]
    places = [text.index(f"\n{title}\n") for title in titles]
    assert places == sorted(places)
    assert "Cervix uteri          T83000  Topografi: sted" in text
    assert "Øvrige oplysninger" not in text
    english = letters.show_text(report("XR0331P"), "en")
    assert "Topography: site" in english


def test_a_judgement_of_malignity_has_no_place_in_2005_and_is_told():
    reading = edited(report("XR0330P"), ("RSL+AV+i.a.'", "RSL+AV+i.a.+++MA'"))
    assert errors(reading) == []
    assert "more-than-known" in [found.code for found in reading.findings]

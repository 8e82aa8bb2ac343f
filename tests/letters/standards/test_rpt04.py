"""XRPT04 and RPT04: the report of histopathology (facts: rpt04.md)."""

from __future__ import annotations

import pytest

from labbro import letters
from labbro.letters import Element, Letter
from labbro.letters.quick import read_plain
from labbro.letters.registry import ENVELOPE_MODEL, registry

from .beside_medcom import ok
from .pairs import check_edifact_settles, check_other_pairs, check_trusted_pairs
from .pathology import CODED, READING, RESULTS, TEXTUAL, WRITING, refused, report
from .requests import edited, errors, lost, segments, through_edifact, value

VERSIONS = ("XR0430P", "XR0431P", "XR0432P")
GIVEN = "Patient/Consent/Given"
BLOOD = {
    "Headline": "Hæmatologi",
    "Labels": {"CellTypes": "Tælling", "Marrow": "MARV", "Peripheral": "BLOD"},
    "Result": [
        {"CellType": "Myeloblaster", "Marrow": "03 %", "Peripheral": "01 %"},
        {"CellType": "Metamyelocytter, umodne og modne, i alt*", "Marrow": "12345678901", "Peripheral": "%"},
    ],
}
A, B = "Materiale A", "Materiale B"


def headings(letter: Letter | None) -> list[str | None]:
    """The heading of each sample's codes."""
    assert letter is not None
    return [sample.text("CodedResults/Headline") for sample in letter.root.all(f"{CODED}/Sample")]


def coded(letter: Letter) -> list[str]:
    """The segments from the first heading of codes to the last link."""
    said = segments(letter)
    first = next(at for at, segment in enumerate(said) if segment.startswith("RSL")) + 2
    return said[first : next(at for at, segment in enumerate(said) if segment.startswith("FTX+MAC")) - 2]


@pytest.mark.parametrize("version", VERSIONS)
def test_edifact_is_read_and_written_as_by_the_official_converter_or_a_named_defect_says_why(shared, version):
    check_trusted_pairs(shared, version)
    check_other_pairs(shared, version, READING, WRITING)


@pytest.mark.parametrize("version", VERSIONS)
def test_edifact_made_from_the_declaration_settles_at_once(version):
    check_edifact_settles(version, 100)


@pytest.mark.parametrize("name", ["RPT04_1", "RPT04_2"])
def test_the_official_samples_are_right_in_both_forms(shared, name):
    samples = shared / "medcom" / "official" / "samples"
    assert ok((samples / "xml" / f"{name}.xml").read_bytes())
    assert ok((samples / "edifact" / f"{name}.edi").read_bytes())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_report_written_by_hand_goes_through_edifact(version):
    letter = report(version)
    assert refused(letter) == []
    assert lost(letter) == {}
    back = through_edifact(letter)
    for path in ("Sender", "Receiver", "RequisitionInformation", RESULTS):
        assert back.root.find(path) == letter.root.find(path)


@pytest.mark.parametrize(("version", "said"), [("XR0430P", "true"), ("XR0431P", "true"), ("XR0432P", "false")])
def test_the_same_segment_says_consent_until_2012_and_refusal_from_2014(version, said):
    old = version != "XR0432P"
    consent = {"Given": said} | ({"Text": "Samtykke givet"} if old else {})
    letter = report(version, ("Patient/Consent", consent))
    assert ("HAN+CDS:SKS:SST:Samtykke givet" if old else "HAN+CDS") in segments(letter)
    back = through_edifact(letter)
    assert value(back, GIVEN) == said
    assert GIVEN not in back.assumed
    assert ("🔒" in letters.show_text(back)) is not old


@pytest.mark.parametrize("version", ["XR0430P", "XR0431P"])
def test_until_2012_a_refusal_is_told_as_lost(version):
    letter = report(version, ("Patient/Consent", {"Given": "false", "Text": "Nej"}))
    assert GIVEN in lost(letter)
    assert through_edifact(letter).root.find("Patient/Consent") is None


@pytest.mark.parametrize(("word", "code"), [("uspec_paaroerende", "GU"), ("mor", "MO"), ("far", "FA"), ("barn", "SD")])
def test_the_relative_has_a_group_and_a_number_of_his_own(word, code):
    relative = {"RelationCode": word, "PersonIdentifier": "1111111117", "PersonSurnameName": "Prøve"}
    letter = report("XR0432P", ("Relative", relative))
    said = segments(letter)
    assert said[said.index(f"REL+PER+{code}") - 1] == "PNA+PER+1111111117:::CPR:IM+++SU:Prøve"
    assert through_edifact(letter).root.find("Relative") == letter.root.find("Relative")
    assert "Prøve (" in letters.show_text(letter)
    unnumbered = report("XR0432P", ("Relative", {"RelationCode": word, "PersonSurnameName": "Prøve"}))
    assert "PNA+PER++++SU:Prøve" in segments(unnumbered)
    assert through_edifact(unnumbered).root.find("Relative") == unnumbered.root.find("Relative")


def test_the_heading_of_diagnoses_stands_in_the_first_samples_group_only():
    assert coded(report("XR0432P")) == [
        "GIS+N",
        "INV+OE+:::Diagnoser",
        f"INV+OE+:::{A}",
        "GIS+N",
        "CIN+CCI+T83000:SNO:SST:Cervix uteri",
        "CIN+SPC+:::portio",
        "CIN+CCI+M09460:SNO:SST:Ingen maligne celler",
        "CIN+CCI+P30610:SNO:SST:Biopsi",
        "CIN+SPC+:::to stykker",
        "INV+NR",
        "RFF+ASL:1",
        "GIS+N",
        f"INV+OE+:::{B}",
        "GIS+N",
        "CIN+CCI+T01000:SNO:SST:Hud",
        "CIN+CCI+M88100:SNO:SST:Nævus",
        "INV+NR",
        "RFF+ASL:2",
    ]


# As the public converter has it: under a heading of diagnoses every sample has a heading, empty where it has no codes,
# and a group of codes if any sample has.
def test_an_uncoded_sample_among_coded_ones_keeps_its_empty_groups():
    letter = report("XR0432P", (f"{CODED}/Sample/0/CodedResults", None))
    assert coded(letter)[:7] == [
        "GIS+N",
        "INV+OE+:::Diagnoser",
        "INV+OE",
        "GIS+N",
        "INV+NR",
        "RFF+ASL:1",
        "GIS+N",
    ]
    assert through_edifact(letter).root.find(CODED) == letter.root.find(CODED)


def test_without_any_codes_only_headings_are_written():
    bare = [(f"{CODED}/Sample/{number}/CodedResults", None) for number in (0, 1)]
    letter = report("XR0432P", *bare)
    assert coded(letter) == ["GIS+N", "INV+OE+:::Diagnoser", "INV+OE", "GIS+N", "INV+OE"]
    assert through_edifact(letter).root.find(CODED) == letter.root.find(CODED)
    without = report("XR0432P", *bare, (f"{CODED}/DiagnosisHeadline", None))
    assert coded(without) == []
    assert through_edifact(without).root.find(CODED) == without.root.find(CODED)
    assert value(through_edifact(without), f"{TEXTUAL}/Macroscopic/Headline") == "Makroskopi"


@pytest.mark.parametrize("uncoded", [None, 0, 1])
def test_without_a_heading_of_diagnoses_the_samples_keep_theirs(uncoded):
    more = () if uncoded is None else ((f"{CODED}/Sample/{uncoded}/CodedResults", None),)
    letter = report("XR0432P", (f"{CODED}/DiagnosisHeadline", None), *more)
    assert lost(letter) == {}
    assert through_edifact(letter).root.find(CODED) == letter.root.find(CODED)


# --- codes go to their sample by number ---


def test_codes_go_to_the_sample_whose_number_they_name():
    letter = report("XR0432P")
    swapped = edited(letter, ("RFF+ASL:1'", "RFF+ASL:x'"), ("RFF+ASL:2'", "RFF+ASL:1'"), ("RFF+ASL:x'", "RFF+ASL:2'"))
    assert errors(swapped) == []
    assert headings(swapped.letter) == [B, A]


def test_the_number_is_that_of_the_samples_own_segment():
    renumbered = edited(
        report("XR0432P"),
        ("S16+16'SEQ++1", "S16+16'SEQ++7"),
        ("RFF+ASL:1'", "RFF+ASL:7'"),
        ("S16+16'SEQ++2", "S16+16'SEQ++9"),
    )
    assert errors(renumbered) == ["link-unknown"]
    assert headings(renumbered.letter) == [A, None]


@pytest.mark.parametrize("link", ["RFF+ASL:9", "RFF+XYZ:2"])
def test_codes_that_name_no_sample_are_an_error_and_go_to_none(link):
    reading = edited(report("XR0432P"), ("RFF+ASL:2", link))
    assert errors(reading) == ["link-unknown"]
    assert headings(reading.letter) == [A, None]


def test_codes_of_one_sample_twice_are_an_error_and_the_first_are_kept():
    reading = edited(report("XR0432P"), ("RFF+ASL:2", "RFF+ASL:1"))
    assert errors(reading) == ["link-repeated"]
    assert headings(reading.letter) == [A, None]


def test_the_codes_of_an_only_sample_need_no_number():
    one = report("XR0432P").root.find(f"{CODED}/Sample")
    assert one is not None
    letter = report(
        "XR0432P",
        (
            f"{CODED}/Sample",
            letters.to_json(report("XR0432P"))["HistopathologyReport"][RESULTS]["CodedFormat"]["Sample"][:1],
        ),
    )
    assert headings(edited(letter, ("RFF+ASL:1'", "")).letter) == [A]


# --- sections and haematology ---


def test_the_blood_count_stands_in_fixed_columns():
    letter = report("XR0432P", (f"{TEXTUAL}/Hematology", BLOOD))
    said = [segment for segment in segments(letter) if segment.startswith("FTX+HEM")]
    assert said == [
        "FTX+HEM+F00++Tælling                                 MARV        BLOD",
        "FTX+HEM+F00++Myeloblaster                            03 %        01 %",
        "FTX+HEM+F00++Metamyelocytter, umodne og modne, i alt*12345678901 %",
    ]
    assert lost(letter) == {}
    assert through_edifact(letter).root.find(TEXTUAL) == letter.root.find(TEXTUAL)
    text = letters.show_text(letter)
    assert "Tælling" in text
    assert "Myeloblaster" in text
    assert "<caption" in letters.html_fragment(letter)


def test_blanks_around_a_cell_are_told_as_lost_and_a_blank_cell_is_refused():
    path = f"{TEXTUAL}/Hematology/Result/0/Marrow"
    letter = report("XR0432P", (f"{TEXTUAL}/Hematology", BLOOD), (path, " 3 %"))
    assert list(lost(letter)) == [f"{TEXTUAL}/Hematology/Result[1]/Marrow"]
    data, told = letters.losses(report("XR0432P", (f"{TEXTUAL}/Hematology", BLOOD), (path, " ")), "edifact")
    assert data is None
    assert [found.code for found in told if found.severity == "error"] == ["no-code"]


def test_a_section_with_references_and_no_text_is_known_by_its_code():
    page = {"RefDescription": "Billede", "URL": "http://svar.example.dk/1"}
    letter = report("XR0432P", (f"{TEXTUAL}/Macroscopic", {"Headline": "Makroskopi", "Reference": [page]}))
    said = segments(letter)
    assert said[said.index("FTX+MAC+P00") - 1] == "INV+OE+:::Makroskopi"
    assert through_edifact(letter).root.find(TEXTUAL) == letter.root.find(TEXTUAL)


def test_a_text_beyond_the_forms_limit_is_refused():
    long = "".join(f"linje {number}\n" for number in range(12))
    data, told = letters.losses(report("XR0432P", ("RequisitionInformation/Comments", long)), "edifact")
    assert data is None
    assert [found.code for found in told if found.severity == "error"] == ["text-too-long"]


def test_styles_come_back_with_their_line_ends_where_they_were():
    text = ("Fund ", Element("Bold", "stærkt"), Element("Break"), Element("FixedFont", ("a  b", Element("Break"))))
    form = letters.to_json(report("XR0432P"))
    section = form["HistopathologyReport"][RESULTS]["TextualFormat"]["Conclusion"]
    section["Text"] = ["Fund ", {"Bold": "stærkt"}, {"Break": ""}, {"FixedFont": ["a  b", {"Break": ""}]}]
    letter = letters.from_json(form)
    assert letter.root.find(f"{TEXTUAL}/Conclusion/Text").content == text
    back = through_edifact(letter).root.find(f"{TEXTUAL}/Conclusion/Text")
    assert back == letter.root.find(f"{TEXTUAL}/Conclusion/Text")
    assert "letter-fixed" in letters.html_fragment(letter)


def test_a_text_with_styles_is_read_the_quick_way():
    form = letters.to_json(report("XR0432P"))
    section = form["HistopathologyReport"][RESULTS]["TextualFormat"]["Conclusion"]
    section["Text"] = [
        "a",
        {"FixedFont": ["b", {"Bold": ["c", {"Break": ""}, "&"]}, " d"]},
        "e",
        {"Bold": ""},
        {"Break": ""},
    ]
    letter = letters.from_json(form)
    found = read_plain(letters.write(letter, "xml").data, ENVELOPE_MODEL, registry().model_of)
    assert found is not None
    assert found.letter == letter.root


def test_the_page_reads_from_result_to_conclusion_to_diagnoses_to_texts():
    text = letters.show_text(report("XR0432P"))
    titles = ["Svar", "Histologi", "Konklusion", f"Diagnoser: {A}", f"Diagnoser: {B}", "Makroskopi", "Mikroskopi"]
    places = [text.index(f"\n{title}\n") for title in (*titles, "Rekvisition", "Afsender", "Modtager")]
    assert places == sorted(places)
    assert "M88100  Morfologi: forandring" in text
    assert "Øvrige oplysninger" not in text

"""XREQ03 and REQ03: the pathology request (facts: req03.md)."""

from __future__ import annotations

import pytest

from labbro import letters

from .beside_medcom import ok
from .microbiology import when
from .pairs import check_edifact_settles, check_other_pairs, check_trusted_pairs
from .requests import NPN, edited, errors, lost, request, segments, through_edifact, value

VERSIONS = ("XQ0330P", "XQ0331P")
INFORMATION = "RequisitionInformation"
CERVIX = "Requests/SupplementaryCervixInformations"
QUESTION = {"Code": "ADP101", "CodeType": "PA8", "CodeResponsible": "SST", "CodeText": "Kondylomer"}
READING = {
    "sygesikring_gruppe_2_not_written": {"PayersTypeCode"},
    "unb_year_pivot": {"Envelope"},
    "guardian_read_as_unspecified": {"RelationCode"},
    "sample_identifier_read_empty": {"RequesterSampleIdentifier"},
    "one_text_per_ftx_read": {"Comments", "ClinicalInformation"},
    "material_description_wrap": {"MaterialDescription"},
    "object_extension_not_written": {"BIN", "ObjectCode", "ObjectExtensionCode"},
    "reference_description_wrap": {"Reference", "BIN", "RefDescription", "ObjectIdentifier", "OriginalObjectSize"},
}
WRITING = {
    "sygesikring_gruppe_2_not_written": ("FCA",),
    "relative_gets_patient_cpr": ("PNA+PER",),
    "sample_identifier_read_empty": ("RFF+RTI",),
    "material_treatment_dropped": ("SPC+PRM",),
    "space_drops_text": ("FTX",),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_edifact_is_read_and_written_as_by_the_official_converter_or_a_named_defect_says_why(shared, version):
    check_trusted_pairs(shared, version)
    check_other_pairs(shared, version, READING, WRITING)


@pytest.mark.parametrize("version", VERSIONS)
def test_edifact_made_from_the_declaration_settles_at_once(version):
    check_edifact_settles(version, 100)


@pytest.mark.parametrize("name", ["xml/REQ03_1.xml", "xml/REQ03_2.xml", "edifact/REQ03_1.edi", "edifact/REQ03_2.edi"])
def test_the_official_samples_are_right_in_both_forms(shared, name):
    assert ok((shared / "medcom" / "official" / "samples" / name).read_bytes())


# --- the relative ---


def test_a_relative_without_a_number_is_not_given_that_of_the_patient():
    letter = request("XQ0331P")
    assert "PNA+PER++++SU:Prøve" in segments(letter)
    read = through_edifact(letter)
    assert read.root.find("Relative") == letter.root.find("Relative")
    assert value(read, "Patient/CivilRegistrationNumber") == "0102701234"


def test_a_relative_has_a_number_of_its_own():
    letter = request("XQ0330P", ("Relative/PersonIdentifier", "0304561111"))
    assert "PNA+PER+0304561111:::CPR:IM+++SU:Prøve" in segments(letter)
    assert through_edifact(letter).root.find("Relative") == letter.root.find("Relative")


@pytest.mark.parametrize(("word", "code"), [("mor", "MO"), ("far", "FA"), ("vaerge", "GU")])
def test_a_relation_is_read_back_as_it_was(word, code):
    letter = request("XQ0331P", ("Relative/RelationCode", word))
    assert f"REL+PER+{code}" in segments(letter)
    assert value(through_edifact(letter), "Relative/RelationCode") == word


def test_a_relation_that_requests_do_not_know_is_an_error():
    assert errors(edited(request("XQ0331P"), ("REL+PER+GU", "REL+PER+SD")))[0] == "unknown-code"


# --- samples ---


@pytest.mark.parametrize("version", VERSIONS)
def test_every_sample_has_a_group_and_keeps_its_own_number_and_treatment(version):
    letter = request(version)
    said = segments(letter)
    assert said.count("S15+15") == said.count("SPC+SCI+ATT") == 2
    assert [segment for segment in said if segment.startswith("RFF+RTI")] == ["RFF+RTI:A"]
    assert [segment for segment in said if "SPC+PRM" in segment] == [
        "SPC+PRM+T998:PA3:SST:Fikseret",
        "SPC+PRM+T100:PA3:SST:Frysesnit",
    ]
    read = through_edifact(letter)
    assert list(read.root.all(f"{INFORMATION}/Sample")) == list(letter.root.all(f"{INFORMATION}/Sample"))


def test_a_sample_that_is_not_fixed_has_no_segment_and_that_is_told():
    letter = request("XQ0331P", (f"{INFORMATION}/Sample/0/MaterialPreTreatment", ["ikke_fikseret"]))
    assert lost(letter) == {f"{INFORMATION}/Sample[1]/MaterialPreTreatment": "ikke_fikseret"}


def test_another_code_of_treatment_is_read_as_not_fixed():
    reading = edited(request("XQ0331P"), ("SPC+PRM+T998:PA3:SST:Fikseret", "SPC+PRM+T999:PA3:SST:Andet"))
    found = [part.value for part in reading.letter.root.all(f"{INFORMATION}/Sample/MaterialPreTreatment")]
    assert (reading.ok, found) == (True, ["ikke_fikseret", "frysesnit"])


def test_samples_that_are_taken_in_different_places_are_an_error():
    text = ("SPC+SCI+ATT'SPC+PRM", "SPC+SCI+PAT'SPC+PRM")
    reading = edited(request("XQ0331P"), text)
    assert errors(reading) == ["segment-repeated"]
    assert value(reading.letter, f"{INFORMATION}/SamplingLocationCode") == "rekvirenten"


def test_each_number_has_a_flag_of_its_own():
    changes = ((f"{INFORMATION}/SampleIdentifierType", NPN), (f"{INFORMATION}/Sample/1/SampleIdentifierType", NPN))
    letter = request("XQ0331P", *changes, (f"{INFORMATION}/Sample/1/RequesterSampleIdentifier", "B"))
    said = [segment for segment in segments(letter) if segment.startswith("RFF+R")]
    assert said == ["RFF+ROI:R1::NPN", "RFF+RTI:A", "RFF+RTI:B::NPN"]
    assert through_edifact(letter).root.find(INFORMATION).children == letter.root.find(INFORMATION).children


@pytest.mark.parametrize("length", [69, 70, 71, 140, 210])
def test_a_long_description_of_the_material_comes_back_whole(length):
    said = ("vævsprøve fra " * 20)[: length - 1] + "x"
    letter = request("XQ0331P", (f"{INFORMATION}/Sample/0/MaterialDescription", said))
    assert value(through_edifact(letter), f"{INFORMATION}/Sample/MaterialDescription") == said


def test_a_description_of_three_full_lines_without_signs_is_joined():
    reading = edited(request("XQ0331P"), ("FTX+MAT+P00++Smear", f"FTX+MAT+P00++{'a' * 70}:{'b' * 70}:c"))
    assert value(reading.letter, f"{INFORMATION}/Sample/MaterialDescription") == "a" * 70 + "b" * 70 + "c"


def test_what_edifact_has_no_place_for_is_told():
    letter = request(
        "XQ0331P",
        (f"{INFORMATION}/Sample/0/MaterialTreatment", "formalin"),
        ("Requests/Prompt", [{"Question": QUESTION | {"Relation": {"AnalysisCode": "S1"}}, "Answer": {"Text": "x"}}]),
        (f"{INFORMATION}/RequisitionDateTime", when(1)),
    )
    assert lost(letter) == {
        f"{INFORMATION}/Sample[1]/MaterialTreatment": "formalin",
        "Requests/Prompt/Question/Relation/AnalysisCode": "S1",
        f"{INFORMATION}/RequisitionDateTime": "2024-05-01 06:30",
    }


# --- prompts and cervix information ---


@pytest.mark.parametrize(
    ("answer", "said", "read"),
    [
        ({"Text": "Nej"}, "RSL+TV+:::::Nej", None),
        ({"Numerical": "-1.50"}, "RSL+NV+-1.50", None),
        ({"DateTime": when(1)}, "DTM+CDV:202405010630:203", None),
        ({"DiagnoseCode": "DN870"}, "RSL+CV+DN870:SKS:SST", None),
        ({"DiagnoseCode": "1"}, "RSL+CV+1:SKS:SST", None),
        ({"Logical": "true"}, "RSL+CV+1", None),
        ({"Logical": "1"}, "RSL+CV+1", "true"),
        ({"Logical": "0"}, "RSL+CV+0", "false"),
    ],
)
def test_each_kind_of_answer_has_its_segment(answer, said, read):
    letter = request("XQ0331P", ("Requests/Prompt", [{"Question": QUESTION, "Answer": answer}]))
    assert said in segments(letter)
    assert lost(letter) == {}
    found = through_edifact(letter).root.find("Requests/Prompt/Answer")
    if read is None:
        assert found == letter.root.find("Requests/Prompt/Answer")
    else:
        assert found.text("Logical") == read


def test_an_alphanumeric_answer_is_read_as_a_text():
    letter = request("XQ0331P", ("Requests/Prompt", [{"Question": QUESTION, "Answer": {"Text": "Nej"}}]))
    assert value(edited(letter, ("RSL+TV", "RSL+AV")).letter, "Requests/Prompt/Answer/Text") == "Nej"


def test_a_code_that_is_neither_a_diagnosis_nor_yes_or_no_is_an_error():
    letter = request("XQ0331P", ("Requests/Prompt", [{"Question": QUESTION, "Answer": {"Logical": "true"}}]))
    assert errors(edited(letter, ("RSL+CV+1", "RSL+CV+DN870")))[0] == "unknown-code"


TOLD = {
    "Condyloma": "1",
    "IUD": "true",
    "DateOfPeriod": "2024-04-20",
    "HormonTherapy": "Østrogen",
    "DateOfLaser": "2020-01-31",
    "DateOfChemoTherapy": "0001-01-01",
}


def test_cervix_information_has_a_group_for_each_thing_told():
    letter = request("XQ0330P", (CERVIX, TOLD))
    said = segments(letter)
    start = said.index("S10+10")
    assert said[start : said.index("S15+15")] == [
        *("S10+10", "INV+IN+ADP101:PA8:SST:Kondylomer", "S10+10", "INV+IN+ADP102:PA8:SST:Spiral"),
        *("S10+10", "INV+IN+ADP201:PA8:SST:Menstruation", "DTM+LMC:20240420:102"),
        *("S10+10", "INV+IN+ADP202:PA8:SST:Hormonbehandling", "RSL+AV+:::::Østrogen"),
        *("S10+10", "INV+IN+ADP204:PA8:SST:Laser", "RSL+CV+::1", "DTM+AIC:20200131:102"),
        *("S10+10", "INV+IN+ADP214:PA8:SST:Kemoterapi", "RSL+CV+::1"),
    ]
    read = through_edifact(letter).root.find(CERVIX)
    assert [(part.name, part.value) for part in read.children] == [*(TOLD | {"Condyloma": "true"}).items()]


def test_a_cervix_answer_of_no_is_told_as_lost():
    assert lost(request("XQ0330P", (CERVIX, {"Pregnant": "0"}))) == {f"{CERVIX}/Pregnant": "0"}


def test_a_cervix_code_that_is_not_known_is_an_error():
    letter = request("XQ0330P", (CERVIX, {"IUD": "true"}))
    assert errors(edited(letter, ("ADP102", "ADP199"))) == ["segment-not-known"]


def test_a_date_of_another_form_is_an_error():
    letter = request("XQ0330P", (CERVIX, {"DateOfPeriod": "2024-04-20"}))
    assert errors(edited(letter, ("20240420:102", "240420:101")))[0] == "wrong-datetime"


def test_clinical_information_beyond_three_segments_is_refused_in_the_older_version():
    text = (f"{INFORMATION}/ClinicalInformation", "".join(f"linje {number}\n" for number in range(16)))
    data, told = letters.losses(request("XQ0330P", text), "edifact")
    assert (data, [found.code for found in told if found.severity == "error"]) == (None, ["text-too-long"])
    assert letters.losses(request("XQ0331P", text), "edifact")[0] is not None


def test_the_priority_of_the_analysis_stands_with_the_requisition():
    letter = request(
        "XQ0331P",
        ("Requests/RequestedAnalysis/ResultPriority", "straks"),
        ("Requests/RequestedAnalysis/AnswerAtLatestDateTime", when(9)),
        (f"{INFORMATION}/CodedClinicalInformation", {"IndicationCode": "I101", "IndicationText": "Profylakse"}),
    )
    for said in ("PTY+REP+CI", "DTM+IDC:202405090630:203", "CIN+RRO+I101:PA4:SST:Profylakse"):
        assert said in segments(letter)
    assert through_edifact(letter).root.find("Requests") == letter.root.find("Requests")


@pytest.mark.parametrize("given", ["0", "false"])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_refusal_is_read_back_as_one(version, given):
    letter = request(version, ("Patient/Consent", {"Given": given}))
    assert value(through_edifact(letter), "Patient/Consent/Given") == "false"


def test_a_request_is_shown_with_its_samples_relative_and_cervix_information():
    shown = letters.show_text(request("XQ0330P", (CERVIX, TOLD)))
    for said in (
        "Smear",
        "fikseret, frysesnit",
        "Værge",
        "Histologi",
        "Kondylomer",
        "ja, dato ikke kendt",
        "31.01.2020",
    ):
        assert said in shown
    assert "Guardian" in letters.show_text(request("XQ0331P"), "en")

"""XREQ01 and REQ01: the laboratory request (facts: req01.md)."""

from __future__ import annotations

import pytest

from labbro import letters
from labbro.letters import Letter

from .beside_medcom import ok
from .microbiology import when
from .pairs import check_edifact_settles, check_other_pairs, check_trusted_pairs
from .requests import NPN, edited, errors, lost, request, segments, through_edifact, value

VERSIONS = ("XQ0130K", "XQ0131K")
INFORMATION = "RequisitionInformation"
SAMPLE = f"{INFORMATION}/Sample"
ROW = "OriginalRequesterSampleIdentifier|SampleIdentifierType"
ORIGINAL = {
    "Identifier": "000777",
    "IdentifierCode": "ydernummer",
    "OrganisationName": "Lægehuset Byen",
    "ReplyTo": "1",
}
# What a named defect of the converter changes: elements in reading, segments in writing.
READING = {
    "one_text_per_ftx_read": {"ClinicalInformation", "Comments", "SamplingLocation"},
    "sygesikring_gruppe_2_not_written": {"PayersTypeCode"},
    "unb_year_pivot": {"Envelope"},
    "mds_not_written": {"AnalysisCodeType"},
    "amt_not_written": {"IdentifierCode"},
    "ftx_limit": {"Reference"},
    "reference_description_wrap": {"Reference"},
}
WRITING = {"sygesikring_gruppe_2_not_written": ("FCA",), "space_drops_text": ("FTX",)}


@pytest.mark.parametrize("version", VERSIONS)
def test_edifact_is_read_and_written_as_by_the_official_converter_or_a_named_defect_says_why(shared, version):
    check_trusted_pairs(shared, version)
    check_other_pairs(shared, version, READING, WRITING)


@pytest.mark.parametrize("version", VERSIONS)
def test_edifact_made_from_the_declaration_settles_at_once(version):
    check_edifact_settles(version, 100)


def test_the_official_sample_is_right_in_both_forms(shared):
    for name in ("xml/REQ01_1.xml", "edifact/REQ01_1.edi"):
        assert ok((shared / "medcom" / "official" / "samples" / name).read_bytes())


@pytest.mark.parametrize("version", VERSIONS)
def test_a_request_written_by_hand_goes_through_edifact(version):
    letter = request(version, ("Patient/Consent", {"Given": "false"}))
    assert lost(letter) == {}
    assert through_edifact(letter).root == _named(letter).root


def _named(letter: Letter) -> Letter:
    """The letter with the placeholder of a missing department, as EDIFACT has it."""
    form = letters.to_json(letter)
    sender = form["LaboratoryRequest"]["Sender"]
    form["LaboratoryRequest"]["Sender"] = sender | {"DepartmentName": "_"}
    return letters.from_json(form)


# --- where to answer ---


@pytest.mark.parametrize(("said", "role", "read"), [("true", "PO", "true"), ("1", "PO", "true"), ("0", "ONL", "false")])
def test_the_role_of_the_sender_says_whether_to_answer_there(said, role, read):
    letter = request("XQ0131K", ("Sender/ReplyTo", said))
    assert [segment.split("+")[1] for segment in segments(letter) if segment.startswith("NAD+")] == [role, "SLA"]
    assert value(through_edifact(letter), "Sender/ReplyTo") == read
    assert lost(letter) == {}


@pytest.mark.parametrize(("said", "role"), [("1", "ORL"), ("false", "ORN")])
def test_the_role_of_the_original_requester_says_whether_to_answer_there(said, role):
    letter = request("XQ0131K", ("OriginalRequester", ORIGINAL | {"ReplyTo": said}))
    assert any(segment.startswith(f"NAD+{role}+000777") for segment in segments(letter))
    assert value(through_edifact(letter), "OriginalRequester/ReplyTo") == ("true" if role == "ORL" else "false")


def test_parties_are_numbered_in_the_order_they_are_written():
    letter = request("XQ0131K", ("OriginalRequester", ORIGINAL), ("Sender/Physician", {"PersonInitials": "ABC"}))
    numbers = [segment for segment in segments(letter) if segment.startswith("SEQ")]
    assert numbers == ["SEQ++1", "SEQ++2", "SEQ++3", "SEQ++4"]


# --- numbers and their flags ---


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({}, ["RFF+ROI:PRV1", "RFF+OOI:OPR1", "RFF+RTI:PRV1"]),
        ({"own"}, ["RFF+ROI:PRV1::NPN", "RFF+OOI:OPR1", "RFF+RTI:PRV1::NPN"]),
        ({"original"}, ["RFF+ROI:PRV1", "RFF+OOI:OPR1::NPN", "RFF+RTI:PRV1"]),
        ({"own", "original"}, ["RFF+ROI:PRV1::NPN", "RFF+OOI:OPR1::NPN", "RFF+RTI:PRV1::NPN"]),
    ],
)
def test_each_sample_number_has_a_flag_of_its_own(flags, said):
    sample = {"RequesterSampleIdentifier": "PRV1"} | ({"SampleIdentifierType": NPN} if "own" in flags else {})
    second = [{"SampleIdentifierType": NPN}] if "original" in flags else []
    sample[ROW] = [{"OriginalRequesterSampleIdentifier": "OPR1"}, *second]
    letter = request("XQ0131K", (SAMPLE, sample))
    assert [segment for segment in segments(letter) if segment[4:7] in {"ROI", "OOI", "RTI"}] == said
    assert through_edifact(letter).root.find(SAMPLE) == letter.root.find(SAMPLE)
    assert letters.from_json(letters.to_json(letter)) == letter
    shown = letters.show_text(letter)
    assert ("PRV1 (nationalt prøvenummer)" in shown) is ("own" in flags)
    assert ("OPR1 (nationalt prøvenummer)" in shown) is ("original" in flags)


def test_a_flag_other_than_npn_is_an_error():
    reading = edited(request("XQ0131K"), ("RFF+ROI:PRV1", "RFF+ROI:PRV1::XYZ"))
    assert errors(reading) == ["unknown-code"]
    assert errors(edited(request("XQ0131K"), ("00000001::NPN", "00000001::XYZ")))[0] == "unknown-code"


def test_the_older_version_does_not_take_an_original_number_for_the_requesters():
    reading = edited(request("XQ0130K"), ("DTM+4", "RFF+OOI:OTHER'DTM+4"))
    assert errors(reading) == ["segment-not-known"]
    assert [part.value for part in reading.letter.root.all(f"{SAMPLE}/RequesterSampleIdentifier")] == ["PRV1"]


def test_a_sample_with_two_different_numbers_of_the_requester_is_remarked():
    reading = edited(request("XQ0131K"), ("RFF+RTI:PRV1", "RFF+RTI:PRV2"))
    assert reading.ok
    assert "sample-numbers-differ" in [found.code for found in reading.findings]
    assert value(reading.letter, f"{SAMPLE}/RequesterSampleIdentifier") == "PRV1"


# --- consent ---


@pytest.mark.parametrize("given", ["false", "0", " 0 "])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_refusal_is_the_bare_segment_however_false_is_spelt(version, given):
    letter = request(version, ("Patient/Consent", {"Given": given}))
    assert "HAN+CDS" in segments(letter)
    assert value(through_edifact(letter), "Patient/Consent/Given") == "false"


@pytest.mark.parametrize("version", VERSIONS)
def test_no_segment_is_no_statement_of_consent(version):
    letter = request(version)
    assert "HAN+CDS" not in segments(letter)
    read = through_edifact(letter)
    assert "Patient/Consent/Given" in read.assumed
    assert "samtykke" not in letters.show_text(read)


# --- who pays ---


@pytest.mark.parametrize("version", VERSIONS)
def test_a_payer_of_group_2_can_be_written(version):
    payer = {
        "PayersTypeCode": "sygesikring_gruppe_2",
        "Identifier": "12",
        "IdentifierCode": "amt",
        "OrganisationName": "X",
    }
    letter = request(version, ("Payer", payer))
    assert "FCA+PPO" in segments(letter)
    assert f"NAD+PAY+12:AMT:{'IM' if version == 'XQ0130K' else 'SFU'}++X:::::US" in segments(letter)
    assert through_edifact(letter).root.find("Payer") == letter.root.find("Payer")


def test_a_payer_may_be_named_by_a_location_number_and_order_numbers():
    payer = {"PayersTypeCode": "rekvirent", "Identifier": "5790000000012", "IdentifierCode": "lokationsnummer"}
    letter = request("XQ0131K", ("Payer", payer | {"OrderIdentifier": "ORD1"}))
    assert "NAD+PAY+5790000000012::9++:ORD1::::US" in segments(letter)
    assert through_edifact(letter).root.find("Payer") == letter.root.find("Payer")


@pytest.mark.parametrize(
    ("payer", "told"),
    [
        ({"PayersTypeCode": "anden", "Identifier": "12"}, "payer-with-number"),
        ({"PayersTypeCode": "rekvirent"}, "payer-without-number"),
    ],
)
def test_a_payer_whose_number_does_not_fit_its_kind_is_remarked(payer, told):
    letter = request("XQ0131K", ("Payer", payer))
    assert [found.code for found in letters.check(letter) if found.code.startswith("payer")] == [told]
    assert through_edifact(letter).root.find("Payer") == letter.root.find("Payer")


# --- place and times ---


@pytest.mark.parametrize(
    ("place", "code", "qualifier", "kind"),
    [
        ("rekvirenten", "ATT", "SCO", "faktisk"),
        ("laboratoriet", "SPR", "RCS", "oensket"),
        ("patienten", "PAT", "RCS", "oensket"),
        ("laboratoriet_eksternt", "EXT", "RCS", "oensket"),
    ],
)
def test_the_place_of_sampling_says_what_kind_of_time_it_is(place, code, qualifier, kind):
    letter = request("XQ0131K", (f"{INFORMATION}/SamplingLocationCode", place))
    assert f"SPC+SCI+{code}" in segments(letter)
    assert f"DTM+{qualifier}:202405020630:203" in segments(letter)
    read = through_edifact(letter)
    assert value(read, f"{INFORMATION}/SamplingDateTimeType") == kind
    assert f"{INFORMATION}/SamplingDateTimeType" in read.assumed
    assert lost(letter) == ({} if kind == "faktisk" else {f"{INFORMATION}/SamplingDateTimeType": "faktisk"})


def test_an_unsaid_kind_of_time_is_told_as_lost():
    letter = request("XQ0131K", (f"{INFORMATION}/SamplingDateTimeType", ""))
    assert lost(letter) == {f"{INFORMATION}/SamplingDateTimeType": "(empty)"}


def test_a_request_without_sampling_time_has_no_such_segment():
    letter = request("XQ0131K", (f"{INFORMATION}/SamplingDateTime", None))
    assert [segment for segment in segments(letter) if segment.startswith("DTM")] == [
        "DTM+137:202405030630:203",
        "DTM+4:202405020630:203",
    ]


def test_the_time_of_requesting_and_that_of_sampling_are_both_carried():
    letter = request("XQ0131K", (f"{INFORMATION}/SamplingDateTime", when(1)))
    assert through_edifact(letter).root.find(INFORMATION).children[0] == letter.root.find(INFORMATION).children[0]
    assert lost(letter) == {}


def test_a_place_without_its_code_is_remarked_in_both_syntaxes():
    letter = request("XQ0131K", (f"{INFORMATION}/SamplingLocation", "Byens plejehjem\n"))
    (reading,) = letters.read(letters.write(letter, "edifact").data)
    assert reading.ok
    assert [found.code for found in reading.findings if found.severity == "warning"] == ["place-without-code"]
    assert value(reading.letter, f"{INFORMATION}/SamplingLocation") == "Byens plejehjem\n"


def test_a_sample_that_was_taken_after_the_letter_is_remarked():
    letter = request("XQ0131K", (f"{INFORMATION}/SamplingDateTime", when(4)))
    assert [found.code for found in letters.check(letter)] == ["sampled-after-letter"]
    wanted = request(
        "XQ0131K", (f"{INFORMATION}/SamplingDateTime", when(4)), (f"{INFORMATION}/SamplingDateTimeType", "")
    )
    assert letters.check(wanted) == ()


# --- texts, prompts, analyses ---


@pytest.mark.parametrize("name", ["Comments", "ClinicalInformation", "SamplingLocation"])
def test_a_text_of_more_than_five_lines_stays_one_text(name):
    letter = request(
        "XQ0131K",
        (f"{INFORMATION}/{name}", "".join(f"linje {number}\n" for number in range(12))),
        (f"{INFORMATION}/SamplingLocationCode", "laboratoriet_eksternt"),
        (f"{INFORMATION}/SamplingDateTimeType", "oensket"),
    )
    assert value(through_edifact(letter), f"{INFORMATION}/{name}") == value(letter, f"{INFORMATION}/{name}")


def test_lines_that_describe_an_analysis_are_components_of_one_segment():
    letter = request("XQ0131K")
    assert "FTX+ACM+P00++P-Kreatininium:stofk." in segments(letter)
    lines = through_edifact(letter).root.all("Requests/RequestedAnalysis/Analysis/LineComment/TextLine")
    assert [line.value for line in lines] == ["P-Kreatininium", "stofk."]


@pytest.mark.parametrize(
    ("version", "answer", "said"),
    [
        ("XQ0131K", {"Text": "Nej"}, "RSL+TV+:::::Nej"),
        ("XQ0131K", {"Numerical": "71.5"}, "RSL+NV+71.5"),
        ("XQ0131K", {"DiagnoseCode": "DE119"}, "RSL+CV+DE119:SKS:SST"),
        ("XQ0131K", {"DateTime": when(1)}, "DTM+CDV:202405010630:203"),
        ("XQ0130K", {"Numerical": {"Value": "71,5", "Unit": "kg"}}, "RSL+NV+71,5+:::kg"),
        ("XQ0130K", {"DiagnoseCode": "DE119"}, "RSL+CV+DE119:SKS:SST"),
    ],
)
def test_each_kind_of_answer_has_its_segment(version, answer, said):
    letter = request(version, ("Requests/Prompt/0/Answer", answer))
    assert said in segments(letter)
    assert through_edifact(letter).root.find("Requests/Prompt") == letter.root.find("Requests/Prompt")


def test_a_second_sample_group_is_an_error_and_not_a_second_sample():
    reading = edited(request("XQ0131K"), ("GIS+N'PTY", "S15+15'SPC+SCI+ATT'RFF+RTI:PRV2'GIS+N'PTY"))
    assert set(errors(reading)) == {"segment-repeated"}


def test_a_segment_without_a_place_is_an_error_in_a_request():
    assert errors(edited(request("XQ0131K"), ("PAC+2", "FTX+ZZZ+P00++tekst'PAC+2"))) == ["segment-not-known"]
    assert errors(edited(request("XQ0131K"), ("S02+02", "S01+01'NAD+XX+1'S02+02"))) == ["segment-not-known"]


def test_the_collector_is_told_as_lost():
    collector = {"Identifier": "1", "IdentifierCode": "ydernummer", "OrganisationName": "Byens laboratorium"}
    told = lost(request("XQ0131K", ("Collector", collector)))
    assert told == {f"Collector/{name}": said for name, said in collector.items()}


def test_more_references_than_the_form_allows_are_refused():
    references = [{"RefDescription": f"Billede {number}", "SUP": "true"} for number in range(10)]
    data, told = letters.losses(request("XQ0131K", (f"{SAMPLE}/Reference", references)), "edifact")
    assert data is None
    assert [found.code for found in told if found.severity == "error"] == ["text-too-long"]


def test_a_code_of_the_mds_table_is_refused():
    letter = request("XQ0131K", ("Requests/RequestedAnalysis/0/Analysis/AnalysisCodeType", "mds"))
    data, told = letters.losses(letter, "edifact")
    assert data is None
    assert [found.code for found in told if found.severity == "error"] == ["no-code"]


# --- the version whose schema is not public ---


def test_the_unpublished_version_is_read_kept_and_said_to_be_unpublished():
    letter = request("XQ0132K", ("Requests/Prompt/0/Answer", {"Logical": "true"}))
    data = letters.write(letter, "xml").data
    (reading,) = letters.read(data)
    assert reading.ok
    assert reading.letter == letter
    assert (reading.findings[0].severity, reading.findings[0].code) == ("info", "no-public-schema")


def test_what_is_not_known_of_the_unpublished_version_is_a_warning_and_stays_in_the_letter():
    data = letters.write(request("XQ0132K"), "xml").data.replace(
        b"<NumberOfTestTubes>", b"<Nyt>x</Nyt><NumberOfTestTubes>"
    )
    (reading,) = letters.read(data)
    assert reading.ok
    assert ("warning", "unknown-element") in [(found.severity, found.code) for found in reading.findings]
    assert value(reading.letter, f"{INFORMATION}/Nyt") == "x"
    assert b"<Nyt>x</Nyt>" in letters.write(reading.letter, "xml").data


def test_the_wrong_version_code_stays_an_error_in_the_unpublished_version():
    data = letters.write(request("XQ0132K"), "xml").data.replace(b"XQ0132K", b"XQ0131K")
    (reading,) = letters.read(data)
    assert [found.code for found in reading.findings if found.severity == "error"] == ["not-in-list"]


def test_edifact_of_the_unpublished_version_is_read_but_never_written():
    (reading,) = letters.read(letters.write(request("XQ0131K"), "edifact").data.replace(b"Q0131K", b"Q0132K"))
    assert reading.ok
    assert (reading.standard, reading.version_code, reading.letter.version) == ("REQ01", "Q0132K", "XQ0132K")
    data, told = letters.losses(reading.letter, "edifact")
    assert data is None
    assert [found.code for found in told if found.severity == "error"] == ["no-edifact-form"]


# --- shown to people ---


def test_a_request_is_shown_with_its_analyses_tubes_prompts_and_payer():
    payer = {"PayersTypeCode": "rekvirent", "Identifier": "5790000000012", "IdentifierCode": "lokationsnummer"}
    letter = request("XQ0131K", ("Payer", payer), ("OriginalRequester", ORIGINAL))
    danish, english = letters.show_text(letter), letters.show_text(letter, "en")
    for said in (
        "Kreatinin;P",
        "00000001 (nationalt prøvenummer)",
        "Fastende",
        "Rekvirenten betaler",
        "Lægehuset Byen",
    ):
        assert said in danish
    for said in ("Requester", "Original requester", "The requester pays", "Number of tubes", "routine"):
        assert said in english
    assert "<table" in letters.html_fragment(letter)


def test_the_kind_of_time_is_not_shown_as_said_where_it_was_filled_in():
    read = through_edifact(request("XQ0131K"))
    assert "Prøve taget" not in letters.show_text(read)
    assert "Prøvetagning:" in letters.show_text(read)
    assert "Prøve taget" in letters.show_text(request("XQ0131K"))

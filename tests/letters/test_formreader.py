"""RPT01 in EDIFACT, read: what each segment says, and what is told where it says something odd (facts: rpt01.md)."""

from __future__ import annotations

import pytest

from labbro.letters import Element, tables
from labbro.letters.ftx import BREAK

from .building import codes, edi, errors, good, interchange, only, read_one, segments

RESULT = "LaboratoryResults/Result"


# --- versions --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "key", "root", "standard"),
    [
        ("R0130K", "XR0130K", "LaboratoryReport", "RPT01"),
        ("R0131K", "XR0131K", "LaboratoryReport", "RPT01"),
        ("R0130F", "XR0130F", "DiabeticFootStatus", "RPT01"),
    ],
)
def test_the_version_of_unh_chooses_the_declaration(code, key, root, standard):
    reading = read_one(edi(code))
    assert (reading.ok, reading.standard, reading.version_code) == (True, standard, code)
    assert (reading.letter.version, reading.letter.root.name) == (key, root)
    assert reading.letter.root.text("Letter/VersionCode") == "X" + code


@pytest.mark.parametrize("code", ["R0129K", "R0131F", "R0731G", "X0131K", ""])
def test_no_neighbour_version_is_tried_for_an_unknown_one(code):
    reading = read_one(edi("R0131K", (":UN:R0131K+", f":UN:{code}+")))
    assert (reading.ok, reading.letter) == (False, None)
    assert "not-supported" in errors(reading.findings)


def test_the_same_version_code_in_another_message_is_another_letter():
    reading = read_one(edi("R0131K", ("MEDRPT:D:93A", "MEDREQ:D:93A")))
    assert (reading.letter, errors(reading.findings)) == (None, ["not-supported"])


def test_type_code_and_statistical_code_are_filled_in_by_rule_and_only_the_second_is_an_assumption():
    letter = good(edi())
    assert letter.root.text("Letter/TypeCode") == letter.root.text("Letter/StatisticalCode") == "XRPT01"
    assert "Letter/StatisticalCode" in letter.assumed
    assert "Letter/TypeCode" not in letter.assumed


def test_location_numbers_come_from_the_interchange_header():
    letter = good(edi())
    assert (letter.sender_ean, letter.receiver_ean) == ("5790000000005", "5790000000012")


# --- consent: three states, and a sense that depends on the version --------------------------------------------------

NAMES = "+++SU:Prøve+FO:Åse'\n"
REFUSED = (NAMES, NAMES + "HAN+CDS'\n")


def test_in_r0131k_a_bare_han_cds_is_a_refusal():
    letter = good(edi("R0131K", REFUSED))
    assert letter.root.text("Patient/Consent/Given") == "false"
    assert "Patient/Consent/Given" not in letter.assumed


def test_in_r0131k_silence_becomes_consent_by_rule_and_is_marked_as_no_statement():
    letter = good(edi("R0131K"))
    assert letter.root.text("Patient/Consent/Given") == "true"
    assert "Patient/Consent/Given" in letter.assumed


def test_a_text_in_the_refusal_does_not_turn_it_round():
    letter = good(edi("R0131K", (NAMES, NAMES + "HAN+CDS:SKS:SST:Patienten har givet samtykke'\n")))
    assert letter.root.text("Patient/Consent/Given") == "false"


def test_a_refusal_in_a_second_patient_group_is_said_not_assumed():
    letter = good(edi("R0131K", (NAMES, NAMES + "S07+07'\nHAN+CDS'\n")))
    assert letter.root.text("Patient/Consent/Given") == "false"
    assert "Patient/Consent/Given" not in letter.assumed


@pytest.mark.parametrize("code", ["R0130K", "R0130F"])
def test_older_and_foot_status_letters_have_no_consent_and_the_segment_is_told(code):
    reading = read_one(edi(code, REFUSED))
    assert reading.ok
    assert reading.letter.root.find("Patient/Consent") is None
    assert only(reading, "segment-not-known").segment is not None


# --- parties ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("SKS:SST", "sygehusafdelingsnummer"),
        ("YNR:SFU", "ydernummer"),
        (":9", "lokationsnummer"),
        ("EAN:9", "lokationsnummer"),
        ("KOM:IM", "kommunenummer"),
        ("SOR:SST", "sorkode"),
        ("SKS:XXX", "sygehusafdelingsnummer"),  # 2.3 is not asked
    ],
)
def test_the_kind_of_a_party_number_is_read_from_its_table(said, word):
    assert good(edi("R0131K", ("4201050:SKS:SST", f"4201050:{said}"))).root.text("Sender/IdentifierCode") == word


@pytest.mark.parametrize("version", ["R0130K", "R0131K", "R0130F"])
def test_a_missing_table_means_a_location_number(version):
    letter = good(edi(version, ("4201050:SKS:SST", "4201050")))
    assert letter.root.text("Sender/IdentifierCode") == "lokationsnummer"


@pytest.mark.parametrize("version", ["R0130K", "R0131K", "R0130F"])
def test_a_local_number_keeps_its_code(version):
    letter = good(edi(version, ("4201050:SKS:SST", "4201050:91:OEB")))
    assert letter.root.text("Sender/IdentifierLocal") == "OEB"
    assert letter.root.find("Sender/IdentifierCode") is None


def test_amt_is_known_in_2007_and_refused_in_2014():
    assert good(edi("R0130K", ("4201050:SKS:SST", "4201050:AMT:SFU"))).root.text("Sender/IdentifierCode") == "amt"
    found = only(read_one(edi("R0131K", ("4201050:SKS:SST", "4201050:AMT:SFU"))), "not-in-list")
    assert (found.severity, found.path) == ("error", "LaboratoryReport/Sender/IdentifierCode")


def test_an_unknown_table_is_an_error_with_its_place():
    reading = read_one(edi("R0131K", ("4201050:SKS:SST", "4201050:ABC:SST")))
    assert only(reading, "unknown-code").severity == "error"


def test_the_order_of_the_parties_does_not_matter():
    text = segments()
    start, middle, end = text.index("S01+01'\nNAD+SLA"), text.index("S01+01'\nNAD+PO"), text.index("S02+02'")
    turned = text[:start] + text[middle:end] + text[start:middle] + text[end:]
    assert good(interchange(turned)).root == good(edi()).root


def test_a_copy_receiver_is_read_with_its_unit():
    copy = "S01+01'\nNAD+CCR+555:SOR:SST++Plejehjem:Øst:Etage 2:::US'\nSEQ++3'\n"
    found = good(edi("R0131K", ("S02+02'\n", copy + "S02+02'\n"))).root.find("CCReceiver")
    assert [(child.name, child.value) for child in found.children] == [
        ("Identifier", "555"),
        ("IdentifierCode", "sorkode"),
        ("OrganisationName", "Plejehjem"),
        ("DepartmentName", "Øst"),
        ("UnitName", "Etage 2"),
    ]


def test_the_receivers_physician_is_the_one_with_role_2():
    physician = "S01+01'\nNAD+BV+++FK:::::US'\nRFF+AHL:{role}'\nSEQ++3'\n"
    right = good(edi("R0131K", ("S02+02'\n", physician.format(role=2) + "S02+02'\n")))
    assert right.root.text("Receiver/Physician/PersonInitials") == "FK"
    other = read_one(edi("R0131K", ("S02+02'\n", physician.format(role=1) + "S02+02'\n")))
    assert other.letter.root.find("Receiver/Physician") is None
    assert only(other, "segment-not-known").severity == "warning"


def test_an_address_of_the_receiver_is_read():
    address = "ADR++US:Vandværksvej 99:Nordby+Hillerød+3400'\nSEQ++2'"
    root = good(edi("R0131K", ("SEQ++2'", address))).root
    assert [root.text(f"Receiver/{part}") for part in ("StreetName", "SuburbName", "DistrictName")] == [
        "Vandværksvej 99",
        "Nordby",
        "Hillerød",
    ]
    assert root.text("Receiver/PostCodeIdentifier") == "3400"


def test_a_placeholder_for_a_name_is_kept_as_it_stands():
    root = good(edi("R0131K", ("++Lægerne i Ørby:::::US", "++_:_:Etage 2:::US"))).root
    assert (root.text("Receiver/OrganisationName"), root.text("Receiver/DepartmentName")) == ("_", "_")


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("00", "blandet"),
        ("0581", "almenlaege_vagtkoersel"),
        ("1", "intern_medicin_sygehus"),
        ("99", "ikkeklassificeret"),
    ],
)
def test_speciality_codes_are_strings_with_their_zeros(said, word):
    assert good(edi("R0131K", ("SPR+ORG+60:", f"SPR+ORG+{said}:"))).root.text("Sender/MedicalSpecialityCode") == word


@pytest.mark.parametrize("said", ["01", "060", "12345"])
def test_a_speciality_code_that_is_not_in_the_table_is_an_error(said):
    assert "unknown-code" in codes(edi("R0131K", ("SPR+ORG+60:", f"SPR+ORG+{said}:")))


def test_2504_is_dermatology_and_2511_clinical_chemistry():
    for said, word in (("2504", "dermato_venerologi_praksis"), ("2511", "klinisk_kemi")):
        assert good(edi("R0131K", ("+60:", f"+{said}:"))).root.text("Sender/MedicalSpecialityCode") == word


@pytest.mark.parametrize(("version", "word"), [("R0130K", "patologi "), ("R0131K", "patologi"), ("R0130F", "patologi")])
def test_pathology_practice_ends_in_a_blank_before_2014(version, word):
    assert good(edi(version, ("+60:", "+2522:"))).root.text("Sender/MedicalSpecialityCode") == word


def test_a_speciality_of_2014_is_refused_in_a_letter_of_2007():
    assert "not-in-list" in codes(edi("R0130K", ("+60:", "+92:")))


def test_a_speciality_segment_without_a_code_says_nothing():
    assert good(edi("R0131K", ("SPR+ORG+60:", "SPR+ORG+:"))).root.find("Sender/MedicalSpecialityCode") is None


# --- patient and sample ----------------------------------------------------------------------------------------------


def test_an_alternative_number_stands_in_rff_xpi():
    letter = good(
        edi("R0131K", ("PNA+PAT+0102701234:::CPR:IM+++SU:Prøve+FO:Åse'", "PNA+PAT++++SU:Prøve'\nRFF+XPI:010270TST1'"))
    )
    assert letter.root.text("Patient/AlternativeIdentifier") == "010270TST1"
    assert letter.root.find("Patient/CivilRegistrationNumber") is None


def test_a_patient_with_both_numbers_or_none_is_an_error():
    both = read_one(edi("R0131K", (NAMES, NAMES + "RFF+XPI:010270TST1'\n")))
    none = read_one(edi("R0131K", ("PNA+PAT+0102701234:::CPR:IM+++", "PNA+PAT++++")))
    assert not both.ok
    assert not none.ok


def test_numbers_and_times_of_the_sample():
    changes = (
        ("RFF+SOI:LAB1'", "RFF+ROI:REKV1'\nRFF+SOI:LAB1'"),
        ("SPC+SCI+ATT'", "SPC+SCI+ATT'\nQTY+SVO:1500+ml'\nDTM+SCS:202405040600:203'\nDTM+SCE:202405050600:203'"),
    )
    sample = good(edi("R0131K", *changes)).root.find("RequisitionInformation/Sample")
    assert sample.text("RequesterSampleIdentifier") == "REKV1"
    assert sample.text("LaboratoryInternalSampleIdentifier") == "LAB1"
    assert (sample.text("SamplingDateTime/Date"), sample.text("SamplingDateTime/Time")) == ("2024-05-05", "06:30")
    assert (sample.text("Volume"), sample.text("UnitOfVolume")) == ("1500", "ml")
    assert sample.text("SamplingInterval/StartDateTime/Date") == "2024-05-04"
    assert sample.text("SamplingInterval/EndDateTime/Time") == "06:00"


@pytest.mark.parametrize(
    "said", ["20240505063", "2024050506300", "2024-05-05", "", "20240505063x", "２０２４０５０５０６３０"[:12]]
)
def test_a_time_that_is_not_ccyymmddhhmm_is_an_error(said):
    data = edi(
        "R0131K", ("DTM+4:202405050630:203", "DTM+4:" + said.encode("latin-1", "replace").decode("latin-1") + ":203")
    )
    assert not read_one(data).ok


@pytest.mark.parametrize("said", ["202402300630", "202413010630", "202405052400", "202405050660", "000005050630"])
def test_a_time_that_no_calendar_has_is_an_error(said):
    assert not read_one(edi("R0131K", ("DTM+4:202405050630", f"DTM+4:{said}"))).ok


# --- results ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gis", "sts", "value", "status"),
    [
        ("N", "FR", "128", "svar_endeligt"),
        ("M", "FR", "128", "svar_rettet"),
        ("M", "MR", "128", "svar_rettet"),
        ("N", "PR", "128", "svar_midlertidigt"),
        ("N", "PR", "*****", "proeve_modtaget"),
    ],
)
def test_status_is_read_from_gis_sts_and_the_placeholder(gis, sts, value, status):
    changes = (("GIS+N'\nINV", f"GIS+{gis}'\nINV"), ("STS++FR", f"STS++{sts}"), ("RSL+NV+128", f"RSL+NV+{value}"))
    for version in ("R0130K", "R0131K", "R0130F"):
        root = good(edi(version, *changes)).root
        assert root.text(f"{RESULT}/ResultStatusCode") == status
        assert root.text(f"{RESULT}/Value") == value


@pytest.mark.parametrize(("gis", "sts"), [("M", "PR"), ("N", "MR"), ("N", "XX"), ("", "FR"), ("A", "FR"), ("N", "")])
def test_every_other_pair_of_statuses_is_an_error(gis, sts):
    reading = read_one(edi("R0131K", ("GIS+N'\nINV", f"GIS+{gis}'\nINV"), ("STS++FR", f"STS++{sts}")))
    found = only(reading, "unknown-code")
    assert (found.severity, found.path) == ("error", f"LaboratoryReport/{RESULT}/ResultStatusCode")


@pytest.mark.parametrize(("said", "word"), [("7", "mindre_end"), ("6", "stoerre_end")])
def test_7_is_less_than_and_6_greater_than(said, word):
    assert good(edi("R0131K", ("RSL+NV+128++", f"RSL+NV+128:{said}++"))).root.text(f"{RESULT}/Operator") == word


@pytest.mark.parametrize("said", ["5", "<", "77"])
def test_another_operator_is_an_error(said):
    found = only(read_one(edi("R0131K", ("RSL+NV+128++", f"RSL+NV+128:{said}++"))), "unknown-code")
    assert (found.severity, found.path, found.position) == ("error", f"LaboratoryReport/{RESULT}/Operator", "2.2")


@pytest.mark.parametrize(("said", "word"), [("HI", "for_hoej"), ("LO", "for_lav"), ("UN", "unormal"), ("", None)])
def test_the_flag_of_a_result(said, word):
    root = good(edi("R0131K", (":::µmol/l'", f":::µmol/l+{said}'"))).root
    assert root.text(f"{RESULT}/ResultValidation") == word


@pytest.mark.parametrize("said", ["MA", "PM", "XX"])
def test_the_flags_of_pathology_are_errors_here(said):
    assert "unknown-code" in codes(edi("R0131K", (":::µmol/l'", f":::µmol/l+{said}'")))


@pytest.mark.parametrize("value", ["1,5", "1.5", "2;20111115", "<5", "Forværret", "-"])
def test_a_value_is_kept_as_it_was_sent(value):
    assert good(edi("R0131K", ("RSL+NV+128", f"RSL+AV+{value}"))).root.text(f"{RESULT}/Value") == value


@pytest.mark.parametrize(("said", "word"), [("CQU", "iupac"), ("91", "lokal")])
@pytest.mark.parametrize("version", ["R0130K", "R0131K", "R0130F"])
def test_the_code_system_of_an_analysis_is_read_in_every_version(version, said, word):
    assert good(edi(version, (":CQU:SST", f":{said}:SST"))).root.text(f"{RESULT}/Analysis/AnalysisCodeType") == word


@pytest.mark.parametrize("said", ["RND+F+60+130'", "RND+T+60'", "RND+U++130'"])
def test_a_reference_interval_is_read_with_what_it_has(said):
    interval = good(edi("R0131K", ("UNT+", f"S20+20'\n{said}\nFTX+UCI+F00++60-130'\nUNT+"))).root.find(
        f"{RESULT}/ReferenceInterval"
    )
    _, kind, *limits = said.rstrip("'").split("+")
    word = {"F": "fysiologisk", "T": "terapeutisk", "U": "uspecificeret"}[kind]
    wanted = [("TypeOfInterval", word)]
    wanted += [(name, limit) for name, limit in zip(("LowerLimit", "UpperLimit"), limits, strict=False) if limit]
    assert [(child.name, child.value) for child in interval.children] == [*wanted, ("IntervalText", "60-130")]


def test_an_empty_interval_group_is_an_empty_interval():
    interval = good(edi("R0131K", ("UNT+", "S20+20'\nUNT+"))).root.find(f"{RESULT}/ReferenceInterval")
    assert interval is not None
    assert interval.children == ()


def test_lines_of_an_interval_text_are_joined():
    letter = good(edi("R0131K", ("UNT+", "S20+20'\nFTX+UCI+F00++Børn\\: se\\: bilag'\nUNT+")))
    assert letter.root.text(f"{RESULT}/ReferenceInterval/IntervalText") == "Børn se bilag"


def test_results_follow_each_other_in_order_and_a_group_opens_at_each_gis():
    start = segments().index("GIS+N'\nINV")
    block = segments()[start : segments().index("UNT+")]
    second = block.replace("128", "212") + "S20+20'\nRND+F+60+130'\n"
    third = block.replace("128", "300")
    root = good(edi("R0131K", ("UNT+", second + third + "UNT+"))).root
    assert [result.text("Value") for result in root.all(RESULT)] == ["128", "212", "300"]
    assert [result.find("ReferenceInterval") is not None for result in root.all(RESULT)] == [False, True, False]


def test_producer_and_further_laboratory():
    changes = (("REL+PRF", "RFF+AHI:KBH'\nREL+PRF"),)
    result = good(edi("R0131K", *changes)).root.find(RESULT)
    assert (result.text("ToLabIdentifier"), result.text("ProducerOfLabResult/IdentifierCode")) == ("KBH", "OEB")
    assert result.text("ProducerOfLabResult/Identifier") == "Ørby KKA"


def test_the_qualifier_of_a_producer_is_not_asked():
    letter = good(edi("R0131K", ("REL+PRF+POR:91:", "REL+XYZ+ABC:99:")))
    assert letter.root.text(f"{RESULT}/ProducerOfLabResult/IdentifierCode") == "OEB"


@pytest.mark.parametrize(("said", "word"), [("K", "komplet_svar"), ("D", "del_svar"), ("M", "modtaget")])
def test_the_state_of_the_report_is_read_in_2014(said, word):
    path = "LaboratoryResults/GeneralResultInformation/ReportStatusCode"
    assert good(edi("R0131K", ("STS++K", f"STS++{said}"))).root.text(path) == word
    assert good(edi("R0130K", ("STS++K", f"STS++{said}"))).root.text(path) is None


@pytest.mark.parametrize("said", ["X", "k", ""])
def test_another_state_of_the_report_is_an_error(said):
    assert not read_one(edi("R0131K", ("STS++K", f"STS++{said}"))).ok


# --- texts and references --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["RIT", 'RIT"'])
def test_result_texts_are_read_with_and_without_the_stray_quote_of_2005(code):
    letter = good(edi("R0130K", ("REL+PRF", f"FTX+{code}+P00++Ses igen'\nREL+PRF")))
    assert letter.root.text(f"{RESULT}/ResultTextValue") == "Ses igen\n"


def test_a_stray_quote_in_the_code_of_a_comment_is_passed_over():
    letter = good(edi("R0130K", ("REL+PRF", "FTX+SPC\"+P00++Ses igen'\nREL+PRF")))
    assert letter.root.text(f"{RESULT}/ResultComments") == "Ses igen\n"


def test_a_visible_s19_is_transparent_so_that_producer_and_interval_are_kept():
    changes = (("REL+PRF", "S19+19'\nREL+PRF"), ("UNT+", "S20+20'\nRND+U+60+130'\nUNT+"))
    result = good(edi("R0130K", *changes)).root.find(RESULT)
    assert result.text("ProducerOfLabResult/Identifier") == "Ørby KKA"
    assert result.text("ReferenceInterval/LowerLimit") == "60"


def test_texts_and_comments_keep_the_order_in_which_they_stand():
    mixed = "FTX+SPC+P00++et'\nFTX+RIT+P00++to'\nFTX+SPC+P00++tre'\nREL+PRF"
    names = [child.name for child in good(edi("R0131K", ("REL+PRF", mixed))).root.find(RESULT).children]
    assert names[-3:] == ["ResultComments", "ResultTextValue", "ResultComments"]


def test_an_analysis_name_of_more_than_five_lines_is_one_element():
    more = "FTX+ACM+P00++1:2:3:4:5'\nFTX+ACM+P00++6'"
    name = good(edi("R0131K", ("FTX+ACM+P00++P-Kreatininium; stofk.'", more))).root.text(
        f"{RESULT}/Analysis/AnalysisCompleteName"
    )
    assert name == "1\n2\n3\n4\n5\n6\n"


def test_a_comment_of_the_requisition_is_one_element_however_long():
    more = "DTM+ISR:202405060600:203'\nFTX+SPC+P00++1:2:3:4:5'\nFTX+SPC+P00++6'"
    letter = good(edi("R0131K", ("DTM+ISR:202405060600:203'", more)))
    assert letter.root.text("RequisitionInformation/Comments") == "1\n2\n3\n4\n5\n6\n"


def test_a_result_text_goes_on_in_the_next_segment_only_where_its_last_line_is_open():
    open_line = good(edi("R0131K", ("REL+PRF", "FTX+RIT+P00++et \\'\nFTX+RIT+P00++to'\nREL+PRF"))).root
    ended = good(edi("R0131K", ("REL+PRF", "FTX+RIT+P00++et'\nFTX+RIT+P00++to'\nREL+PRF"))).root
    assert [text.value for text in open_line.all(f"{RESULT}/ResultTextValue")] == ["et to\n"]
    assert [text.value for text in ended.all(f"{RESULT}/ResultTextValue")] == ["et\n", "to\n"]


@pytest.mark.parametrize(
    ("style", "content"),
    [
        ("P00", ("x", BREAK)),
        ("PF0", (Element("Bold", ("x", BREAK)),)),
        ("PU0", (Element("Underline", ("x", BREAK)),)),
        ("PK0", (Element("Italic", ("x", BREAK)),)),
        ("P0M", (Element("Center", ("x", BREAK)),)),
        ("P0H", (Element("Right", ("x", BREAK)),)),
        ("F00", (Element("FixedFont", ("x", BREAK)),)),
        ("FF0", (Element("FixedFont", (Element("Bold", ("x", BREAK)),)),)),
        ("F0H", (Element("FixedFont", (Element("Right", ("x", BREAK)),)),)),
        ("ZZZ", (Element("FixedFont", ("x", BREAK)),)),
    ],
)
def test_the_style_of_a_result_text_is_read(style, content):
    root = good(edi("R0131K", ("REL+PRF", f"FTX+RIT+{style}++x'\nREL+PRF"))).root
    assert root.find(f"{RESULT}/ResultTextValue").content == content


def test_a_text_without_styles_ignores_the_format():
    root = good(edi("R0131K", ("FTX+ACM+P00++P-Kreatininium; stofk.", "FTX+ACM+FF0++Kreatinin"))).root
    assert root.find(f"{RESULT}/Analysis/AnalysisCompleteName").content == ("Kreatinin", BREAK)


def references(said, version="R0131K"):
    root = good(edi(version, ("REL+PRF", said + "\nREL+PRF"))).root
    return [[(child.name, child.value) for child in found.children] for found in root.all(f"{RESULT}/Reference")]


def test_an_address_is_put_together_from_its_pieces():
    said = "FTX+URL+P00++Bilag:https?://lab.example/svar??id=1\\:&del=2'"
    assert references(said) == [[("RefDescription", "Bilag"), ("URL", "https://lab.example/svar?id=1&del=2")]]


def test_a_supplement_to_come_says_true():
    assert references("FTX+SUP+P00++Billede'") == [[("RefDescription", "Billede"), ("SUP", "true")]]


UUID = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"


@pytest.mark.parametrize(
    ("said", "word"),
    [("XLS", "xls"), ("PLO", "plo"), ("FNX", "fnx"), ("TIF", "tiff"), ("JPG", "jpeg"), ("PDF", "pdf"), ("XSL", "xls")],
)
def test_a_binary_object_is_read_with_every_extension(said, word):
    letter = good(edi("R0131K", ("REL+PRF", f"FTX+BIN+P00++Kurve:{UUID}:IMG:{said}:2048'\nREL+PRF")))
    binary = letter.root.find(f"{RESULT}/Reference/BIN")
    assert [child.value for child in binary.children] == [UUID, "billede", word, "2048"]


@pytest.mark.parametrize(
    ("said", "word"), [*((code, word) for word, code in tables.OBJECT_CODE.items()), ("SND", "multimedie")]
)
def test_every_object_code_is_read(said, word):
    letter = good(edi("R0131K", ("REL+PRF", f"FTX+BIN+P00++Kurve:{UUID}:{said}:PDF:1'\nREL+PRF")))
    assert letter.root.text(f"{RESULT}/Reference/BIN/ObjectCode") == word


def test_an_object_that_nobody_knows_is_an_error():
    assert (
        codes(edi("R0131K", ("REL+PRF", f"FTX+BIN+P00++Kurve:{UUID}:QQQ:PDF:1'\nREL+PRF"))).count("unknown-code") == 1
    )


def test_fnx_is_refused_where_the_schema_of_the_year_does_not_have_it():
    said = "FTX+BIN+P00++Kurve:nr 7:IMG:FNX:2048'\nREL+PRF"
    assert errors(read_one(edi("R0130K", ("REL+PRF", said))).findings) == ["not-in-list"]


# --- what has no place -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["XYZ+1'", "FTX+QQQ+P00++hej'", "S99+99'", "PTY+REP+CI'"])
def test_a_segment_without_a_place_is_told_and_passed_over(said):
    reading = read_one(edi("R0131K", ("S16+16'", f"{said}\nS16+16'")))
    assert reading.ok
    assert only(reading, "segment-not-known").segment is not None
    assert reading.letter.root == good(edi()).root


def test_an_element_more_than_is_known_is_told():
    reading = read_one(edi("R0131K", ("RFF+SOI:LAB1'", "RFF+SOI:LAB1+mere'")))
    assert (reading.ok, only(reading, "more-than-known").severity) == (True, "warning")


def test_a_value_said_twice_is_told_and_the_first_is_kept():
    reading = read_one(edi("R0131K", ("RFF+SOI:LAB1'", "RFF+SOI:LAB1'\nRFF+SOI:LAB2'")))
    assert only(reading, "segment-repeated").severity == "warning"
    assert reading.letter.root.text("RequisitionInformation/Sample/LaboratoryInternalSampleIdentifier") == "LAB1"


def test_a_group_said_twice_is_told_and_its_first_text_is_kept():
    group = "S02+02'\nFTX+SPC+P00++{}'\n"
    text = segments().replace("FTX+ACM", "FTX+ACM")
    twice = text.replace("S04+04'", group.format("et") + group.format("to") + "S04+04'")
    reading = read_one(interchange(twice.replace("UNT+31", "UNT+35")))
    assert only(reading, "segment-repeated").severity == "warning"
    assert reading.letter.root.text("RequisitionInformation/Comments") == "et\n"


def test_a_letter_without_result_is_an_error_with_its_path():
    text = segments()
    cut = text[: text.index("GIS+N'\nINV")] + text[text.index("UNT+") :]
    found = only(read_one(interchange(cut.replace("UNT+31", "UNT+25"))), "missing")
    assert found.path == f"LaboratoryReport/{RESULT}"


def test_a_finding_names_segment_and_position():
    found = only(read_one(edi("R0131K", ("NPU01807:CQU", "NPU0180712345:CQU"))), "too-long")
    assert found.path == f"LaboratoryReport/{RESULT}/Analysis/AnalysisCode"
    assert (found.segment, found.position) == (26, "2.1")


def test_a_group_that_must_be_there_for_the_public_converter_may_be_missing():
    assert good(edi("R0131K", ("S06+06'\n", ""))).root == good(edi()).root


def test_the_foot_status_letter_knows_no_result_text():
    reading = read_one(edi("R0130F", ("REL+PRF", "FTX+RIT+P00++hej'\nREL+PRF")))
    assert only(reading, "segment-not-known").severity == "warning"

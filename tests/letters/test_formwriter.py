"""RPT01 in EDIFACT, written: every segment, and everything EDIFACT cannot say, named (facts: rpt01.md, edifact.md)."""

from __future__ import annotations

import pytest

from labbro import letters
from labbro.errors import CannotConvert
from labbro.letters import tables

from .building import (
    PRODUCER,
    RESULT,
    good,
    letter_edi,
    lost,
    to_edifact,
    xml,
)

COMMENT = "</ProducerOfLabResult>"
ROOT = "LaboratoryReport"
ONE_RESULT = f"{ROOT}/LaboratoryResults/Result"


def written(version="XR0131K", *changes):
    return to_edifact(good(xml(version, *changes)))


def refused(version="XR0131K", *changes):
    """The error that stands in the way of writing."""
    data, findings = letters.losses(good(xml(version, *changes)), "edifact")
    (found,) = [found for found in findings if found.severity == "error"]
    assert data is None
    return found


# --- the whole letter ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("version", "code"), [("XR0130K", "R0130K"), ("XR0131K", "R0131K"), ("XR0130F", "R0130F")])
def test_a_plain_letter_is_written_segment_by_segment_as_the_facts_say(version, code):
    unb, *said, unz, end = written(version)
    assert unb == "UNB+UNOC:3+5790000000005:14+5790000000012:14+240506:0710+KUVERT1++++0"
    assert said == letter_edi(code).replace("'\n", "\n").strip().split("\n")
    assert (unz, end) == ("UNZ+1+KUVERT1", "")


def test_edifact_goes_out_on_one_line_in_latin_1_after_una():
    data = letters.write(good(xml()), "edifact").data
    assert data.startswith(b"UNA:+.? 'UNB+UNOC:3+")
    assert b"\n" not in data
    assert "Ørby".encode("latin-1") in data


def test_the_2005_schema_is_written_without_s19_and_stray_quotes_and_its_new_reading_is_told():
    text = "<ResultTextValue>set<Break/></ResultTextValue><ResultComments>igen<Break/></ResultComments>"
    letter = good(xml("XR0130K/2005", ("<Unit>µmol/l</Unit>", "<Unit>µmol/l</Unit>" + text)))
    said = to_edifact(letter)
    assert "FTX+RIT+P00++set" in said
    assert "FTX+SPC+P00++igen" in said
    assert "REL+PRF+POR:::Ørby KKA" in said
    assert not any(segment.startswith("S19") for segment in said)
    assert [found.code for found in letters.losses(letter, "edifact")[1]] == ["read-as-other"]


def test_a_result_text_that_a_reader_finds_as_several_is_told():
    text = "<ResultTextValue>" + "en linje<Break/>" * 6 + "</ResultTextValue>"
    letter = good(xml("XR0131K", ("<Unit>µmol/l</Unit>", "<Unit>µmol/l</Unit>" + text)))
    (told,) = letters.losses(letter, "edifact")[1]
    assert (told.severity, told.code) == ("loss", "read-as-several")
    assert "2 texts" in told.message
    short = good(
        xml("XR0131K", ("<Unit>µmol/l</Unit>", "<Unit>µmol/l</Unit>" + text.replace("en linje<Break/>", "", 1)))
    )
    assert letters.losses(short, "edifact")[1] == ()


# --- parties ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("sygehusafdelingsnummer", "SKS:SST"),
        ("ydernummer", "YNR:SFU"),
        ("lokationsnummer", ":9"),
        ("kommunenummer", "KOM:IM"),
        ("sorkode", "SOR:SST"),
    ],
)
def test_every_kind_of_party_number(word, said):
    out = written("XR0131K", ("<IdentifierCode>sygehusafdelingsnummer<", f"<IdentifierCode>{word}<"))
    assert f"NAD+SLA+4201050:{said}++Ørby Sygehus:Klinisk biokemi::::US" in out


@pytest.mark.parametrize("version", ["XR0130K", "XR0131K", "XR0130F"])
def test_a_local_number_is_written_and_comes_back(version):
    local = "<IdentifierLocal>OEB</IdentifierLocal>"
    letter = good(xml(version, ("<IdentifierCode>sygehusafdelingsnummer</IdentifierCode>", local)))
    assert any(said.startswith("NAD+SLA+4201050:91:OEB++") for said in to_edifact(letter))
    assert good(letters.write(letter, "edifact").data).root.text("Sender/IdentifierLocal") == "OEB"


def test_amt_is_written_and_comes_back():
    letter = good(xml("XR0130K", (">sygehusafdelingsnummer<", ">amt<")))
    assert good(letters.write(letter, "edifact").data).root.text("Sender/IdentifierCode") == "amt"


def test_a_missing_name_is_written_as_a_placeholder_only_before_what_follows():
    none = ("<OrganisationName>Lægerne i Ørby</OrganisationName>", "")
    unit = ("<OrganisationName>Lægerne i Ørby</OrganisationName>", "<UnitName>Øst</UnitName>")
    assert "NAD+PO+000123:YNR:SFU++_:::::US" in written("XR0131K", none)
    assert "NAD+PO+000123:YNR:SFU++_:_:Øst:::US" in written("XR0131K", unit)


def test_the_placeholder_of_a_letter_that_came_as_edifact_is_kept_when_it_goes_back():
    data = letters.write(
        good(xml("XR0131K", ("<OrganisationName>Lægerne i Ørby</OrganisationName>", ""))), "edifact"
    ).data
    as_xml = letters.write(good(data), "xml").data
    assert good(as_xml).root.text("Receiver/OrganisationName") == "_"
    assert letters.write(good(as_xml), "edifact").data == data


def test_copy_receiver_and_physician_are_counted_after_sender_and_receiver():
    number = "<Identifier>555</Identifier><IdentifierCode>sorkode</IdentifierCode>"
    copy = f"<CCReceiver>{number}<UnitName>Øst</UnitName></CCReceiver>"
    physician = "<Physician><PersonInitials>FK</PersonInitials></Physician></Receiver>"
    said = written("XR0131K", ("</Receiver>", physician + copy))
    at = said.index("NAD+CCR+555:SOR:SST++_:_:Øst:::US")
    assert said[at - 1 : at + 6] == [
        "S01+01",
        said[at],
        "SEQ++3",
        "S01+01",
        "NAD+BV+++FK:::::US",
        "RFF+AHL:2",
        "SEQ++4",
    ]


def test_an_address_is_written_only_where_there_is_one():
    assert not any(said.startswith("ADR") for said in written())
    district = "<DistrictName>Ørby</DistrictName></Receiver>"
    assert "ADR++US++Ørby" not in written()
    assert "ADR++US+Ørby" in written("XR0131K", ("</Receiver>", district))


@pytest.mark.parametrize(
    ("word", "code"),
    [("dermato_venerologi_praksis", "2504"), ("klinisk_kemi", "2511"), ("patologi", "2522"), ("blandet", "00")],
)
def test_specialities_are_written_with_their_own_code(word, code):
    assert f"SPR+ORG+{code}:SKS:SST+RPT01:SKS:SST" in written("XR0131K", (">klin_biokemi<", f">{word}<"))


def test_pathology_with_the_blank_of_2007_has_the_same_code():
    assert "SPR+ORG+2522:SKS:SST+RPT01:SKS:SST" in written("XR0130K", (">klin_biokemi<", ">patologi <"))


def test_a_speciality_is_written_empty_where_there_is_none():
    speciality = "<MedicalSpecialityCode>klin_biokemi</MedicalSpecialityCode>"
    assert "SPR+ORG+:SKS:SST+RPT01:SKS:SST" in written("XR0131K", (speciality, ""))


# --- consent ---------------------------------------------------------------------------------------------------------

CONSENT = ("</Patient>", "<Consent><Given>{}</Given></Consent></Patient>")


@pytest.mark.parametrize("given", ["false", "0", " 0 "])
def test_a_refusal_is_written_whichever_way_it_is_spelt(given):
    assert "HAN+CDS" in written("XR0131K", (CONSENT[0], CONSENT[1].format(given)))


@pytest.mark.parametrize("given", ["true", "1"])
def test_consent_is_written_as_silence_and_nothing_is_told(given):
    letter = good(xml("XR0131K", (CONSENT[0], CONSENT[1].format(given))))
    assert "HAN+CDS" not in to_edifact(letter)
    assert lost(letter) == []


def test_no_statement_is_written_as_silence_too():
    assert "HAN+CDS" not in written()


# --- sample and results ----------------------------------------------------------------------------------------------


def test_a_volume_is_written_and_comes_back():
    more = "<Volume>1500</Volume><UnitOfVolume>ml</UnitOfVolume></Sample>"
    letter = good(xml("XR0131K", ("</Sample>", more)))
    assert "QTY+SVO:1500+ml" in to_edifact(letter)
    assert good(letters.write(letter, "edifact").data).root.text("RequisitionInformation/Sample/Volume") == "1500"


@pytest.mark.parametrize(
    ("status", "value", "gis", "sts"),
    [
        ("svar_endeligt", "128", "N", "FR"),
        ("svar_rettet", "128", "M", "FR"),
        ("svar_midlertidigt", "128", "N", "PR"),
        ("proeve_modtaget", "*****", "N", "PR"),
    ],
)
def test_statuses_and_placeholder(status, value, gis, sts):
    letter = good(xml("XR0131K", (">svar_endeligt<", f">{status}<"), ("<Value>128<", f"<Value>{value}<")))
    said = to_edifact(letter)
    at = said.index("INV+MQ+NPU01807:CQU:SST:Kreatinin;P")
    assert said[at - 1 : at + 3] == [f"GIS+{gis}", said[at], f"RSL+NV+{value}++:::µmol/l", f"STS++{sts}"]
    assert lost(letter) == []


def test_a_received_sample_is_always_written_with_the_placeholder_and_a_lost_value_is_told():
    letter = good(xml("XR0131K", (">svar_endeligt<", ">proeve_modtaget<")))
    assert "RSL+NV+*****++:::µmol/l" in to_edifact(letter)
    ((path, sentence),) = lost(letter)
    assert (path, "128" in sentence) == (f"{ONE_RESULT}/Value", True)


def test_a_preliminary_result_with_the_placeholder_cannot_be_told_apart_and_this_is_told():
    letter = good(xml("XR0131K", (">svar_endeligt<", ">svar_midlertidigt<"), ("<Value>128<", "<Value>*****<")))
    assert [path for path, _ in lost(letter)] == [f"{ONE_RESULT}/ResultStatusCode"]


@pytest.mark.parametrize(("word", "code"), [("mindre_end", "7"), ("stoerre_end", "6")])
def test_less_than_is_7_and_greater_than_is_6(word, code):
    said = written("XR0131K", ("<Value>", f"<Operator>{word}</Operator><Value>"))
    assert f"RSL+NV+128:{code}++:::µmol/l" in said


@pytest.mark.parametrize(("word", "code"), [("for_hoej", "HI"), ("for_lav", "LO"), ("unormal", "UN")])
def test_flags(word, code):
    said = written("XR0131K", ("</Unit>", f"</Unit><ResultValidation>{word}</ResultValidation>"))
    assert f"RSL+NV+128++:::µmol/l+{code}" in said


def test_mds_has_no_code_in_edifact_and_stops_the_writing():
    found = refused("XR0131K", (">iupac<", ">mds<"))
    assert (found.code, found.path) == ("no-code", f"{ONE_RESULT}/Analysis/AnalysisCodeType")
    with pytest.raises(CannotConvert, match="AnalysisCodeType"):
        letters.write(good(xml("XR0131K", (">iupac<", ">mds<"))), "edifact")


def interval(*parts):
    return ("<ResultType>", f"<ReferenceInterval>{''.join(parts)}</ReferenceInterval><ResultType>")


KIND, LOWER, UPPER, SAID = (
    "<TypeOfInterval>terapeutisk</TypeOfInterval>",
    "<LowerLimit>60</LowerLimit>",
    "<UpperLimit>130</UpperLimit>",
    "<IntervalText>60-130</IntervalText>",
)


@pytest.mark.parametrize(
    ("parts", "segments"),
    [
        ((KIND, LOWER, UPPER, SAID), ["S20+20", "RND+T+60+130", "FTX+UCI+F00++60-130"]),
        ((KIND, LOWER), ["S20+20", "RND+T+60"]),
        ((KIND, UPPER), ["S20+20", "RND+T++130"]),
        ((SAID,), ["S20+20", "FTX+UCI+F00++60-130"]),
        ((), ["S20+20"]),
    ],
)
def test_reference_intervals(parts, segments):
    letter = good(xml("XR0131K", interval(*parts)))
    said = to_edifact(letter)
    assert said[said.index("S20+20") : -3] == segments
    assert good(letters.write(letter, "edifact").data).root.find(
        "LaboratoryResults/Result/ReferenceInterval"
    ) == letter.root.find("LaboratoryResults/Result/ReferenceInterval")


def test_a_kind_of_interval_without_limits_is_carried_or_told():
    letter = good(xml("XR0131K", interval(KIND, SAID)))
    back = good(letters.write(letter, "edifact").data)
    kept = back.root.text("LaboratoryResults/Result/ReferenceInterval/TypeOfInterval") == "terapeutisk"
    told = any("TypeOfInterval" in (path or "") for path, _ in lost(letter))
    assert kept != told


# --- texts and references --------------------------------------------------------------------------------------------


def test_a_text_of_more_segments_than_allowed_stops_the_writing():
    name = "<AnalysisCompleteName>P-Kreatininium; stofk.<Break/></AnalysisCompleteName>"
    lines = "".join(f"linje {number}<Break/>" for number in range(56))
    found = refused("XR0131K", ("<RequisitionInformation>", f"<RequisitionInformation><Comments>{lines}</Comments>"))
    assert (found.code, found.path) == ("text-too-long", f"{ROOT}/RequisitionInformation/Comments")
    assert name in xml().decode()


def test_55_lines_of_comment_are_just_carried():
    lines = "".join(f"linje {number}<Break/>" for number in range(55))
    said = written("XR0131K", ("<RequisitionInformation>", f"<RequisitionInformation><Comments>{lines}</Comments>"))
    assert sum(segment.startswith("FTX+SPC") for segment in said) == 11


def test_result_texts_and_comments_share_their_twenty_segments():
    def text(name, lines):
        return f"<{name}>{'x<Break/>' * lines}</{name}>"

    fits = ("</Unit>", "</Unit>" + text("ResultTextValue", 50) + text("ResultComments", 50))
    over = ("</Unit>", "</Unit>" + text("ResultTextValue", 50) + text("ResultComments", 51))
    assert sum(said.startswith(("FTX+RIT", "FTX+SPC")) for said in written("XR0131K", fits)) == 20
    assert refused("XR0131K", over).code == "text-too-long"


def test_the_foot_status_letter_may_have_a_hundred():
    lines = ("</Unit>", f"</Unit><ResultComments>{'x<Break/>' * 500}</ResultComments>")
    assert sum(said.startswith("FTX+SPC") for said in written("XR0130F", lines)) == 100
    more = ("</Unit>", f"</Unit><ResultComments>{'x<Break/>' * 501}</ResultComments>")
    assert refused("XR0130F", more).code == "text-too-long"


@pytest.mark.parametrize(("text", "why"), [(".<Break/>", "a dot alone"), ("sti\\<Break/>", "a backslash at the end")])
def test_a_line_that_ftx_cannot_say_is_named_with_its_text(text, why):
    letter = good(xml("XR0131K", ("P-Kreatininium; stofk.<Break/>", text)))
    ((path, sentence),) = lost(letter)
    assert path == f"{ONE_RESULT}/Analysis/AnalysisCompleteName"
    assert text.removesuffix("<Break/>") in sentence, why


def test_an_address_in_pieces_comes_back_whole():
    url = "https://lab.example/" + "a" * 200 + "?id=1&amp;x='+:"
    reference = f"<Reference><RefDescription>Bilag</RefDescription><URL>{url}</URL></Reference></Result>"
    letter = good(xml("XR0131K", ("</Result>", reference)))
    back = good(letters.write(letter, "edifact").data)
    path = "LaboratoryResults/Result/Reference"
    assert back.root.find(path) == letter.root.find(path)


def test_an_address_above_276_characters_stops_the_writing():
    for length, fits in ((276, True), (277, False)):
        reference = f"<Reference><RefDescription>B</RefDescription><URL>{'u' * length}</URL></Reference></Result>"
        letter = good(xml("XR0131K", ("</Result>", reference)))
        data, findings = letters.losses(letter, "edifact")
        assert (data is not None) is fits
        assert fits or [found.code for found in findings] == ["url-too-long"]


@pytest.mark.parametrize("word", tables.OBJECT_EXTENSIONS)
def test_every_extension_of_an_object_is_written_and_comes_back(word):
    code = {"tiff": "TIF", "jpeg": "JPG"}.get(word, word.upper())
    binary = (
        "<Reference><RefDescription>Kurve</RefDescription><BIN><ObjectIdentifier>0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f"
        "</ObjectIdentifier><ObjectCode>biosignaler</ObjectCode>"
        f"<ObjectExtensionCode>{word}</ObjectExtensionCode><OriginalObjectSize>2048</OriginalObjectSize></BIN></Reference>"
    )
    letter = good(xml("XR0131K", ("</Result>", binary + "</Result>")))
    assert f"FTX+BIN+P00++Kurve:0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f:BSG:{code}:2048" in to_edifact(letter)
    path = "LaboratoryResults/Result/Reference"
    assert good(letters.write(letter, "edifact").data).root.find(path) == letter.root.find(path)


def test_a_supplement_to_come():
    reference = "<Reference><RefDescription>Billede</RefDescription><SUP>true</SUP></Reference></Result>"
    assert "FTX+SUP+P00++Billede" in written("XR0131K", ("</Result>", reference))


# --- what edifact has no place for -----------------------------------------------------------------------------------


def test_a_statistical_code_of_its_own_is_lost_and_named():
    letter = good(xml("XR0131K", (">XRPT01</Stat", ">EGEN</Stat")))
    ((path, sentence),) = lost(letter)
    assert (path, "EGEN" in sentence) == (f"{ROOT}/Letter/StatisticalCode", True)


def test_the_usual_statistical_code_is_no_loss():
    assert lost(good(xml())) == []


def test_every_part_of_a_requisition_group_is_lost_and_named():
    group = (
        "<RequisitionGroup><Identifier>NYRE</Identifier><IdentifierResponsible>OEB</IdentifierResponsible>"
        "<Name>Nyretal</Name></RequisitionGroup><Order>7</Order></Analysis>"
    )
    base = f"{ONE_RESULT}/Analysis"
    named = lost(good(xml("XR0131K", ("</Analysis>", group))))
    assert [path for path, _ in named] == [
        f"{base}/RequisitionGroup/Identifier",
        f"{base}/RequisitionGroup/IdentifierResponsible",
        f"{base}/RequisitionGroup/Name",
        f"{base}/Order",
    ]
    assert [value in sentence for value, (_, sentence) in zip(("NYRE", "OEB", "Nyretal", "7"), named, strict=True)] == [
        True
    ] * 4


def test_losses_in_one_of_several_results_name_which():
    second = RESULT.format(producer=PRODUCER).replace(">svar_endeligt<", ">proeve_modtaget<")
    letter = good(xml("XR0131K", ("</LaboratoryResults>", second + "</LaboratoryResults>")))
    assert [path for path, _ in lost(letter)] == [f"{ROOT}/LaboratoryResults/Result[2]/Value"]


def test_characters_outside_latin_1_stop_the_writing_and_each_is_named():
    letter = good(xml("XR0131K", ("Lægerne i Ørby", "Lægerne – Ørby €")))
    data, findings = letters.losses(letter, "edifact")
    assert data is None
    assert [(found.code, found.path) for found in findings] == [
        ("outside-latin1", f"{ROOT}/Receiver/OrganisationName")
    ] * 2
    assert "U+2013" in findings[0].message
    assert "U+20AC" in findings[1].message


def test_an_empty_value_that_the_schema_allows_is_lost_and_named():
    letter = good(xml("XR0131K", ("</Receiver>", "<PostCodeIdentifier></PostCodeIdentifier></Receiver>")))
    assert [path for path, _ in lost(letter)] == [f"{ROOT}/Receiver/PostCodeIdentifier"]


def test_separators_in_values_are_released():
    letter = good(xml("XR0131K", ("Ørby Sygehus", "A+B: O'Hara?")))
    assert "NAD+SLA+4201050:SKS:SST++A?+B?: O?'Hara??:Klinisk biokemi::::US" in letters.write(
        letter, "edifact"
    ).data.decode("latin-1")
    assert good(letters.write(letter, "edifact").data).root.text("Sender/OrganisationName") == "A+B: O'Hara?"


@pytest.mark.parametrize("value", [":", "::", "?", "??", "+", "'", "a:", "a?", "?:", ":?"])
def test_a_separator_at_the_end_of_a_segment_survives(value):
    letter = good(xml("XR0131K", ("<Unit>µmol/l</Unit>", f"<Unit>{value}</Unit>"), (">LAB1<", f">{value}<")))
    back = good(letters.write(letter, "edifact").data)
    assert back.root.text("LaboratoryResults/Result/Unit") == value
    assert back.root.text("RequisitionInformation/Sample/LaboratoryInternalSampleIdentifier") == value


def test_a_time_with_a_zone_or_a_long_year_cannot_be_said():
    for date in ("2024-05-05Z", "2024-05-05+02:00", "12024-05-05"):
        found = refused("XR0131K", ("<Date>2024-05-05<", f"<Date>{date}<"))
        assert (found.code, found.path) == ("no-code", f"{ROOT}/RequisitionInformation/Sample/SamplingDateTime")


@pytest.mark.parametrize("date", ["2024-05-06Z", "12024-05-06", "-2024-05-06"])
def test_nor_can_an_envelope_date_with_one(date):
    found = refused("XR0131K", ("<Date>2024-05-06<", f"<Date>{date}<"))
    assert (found.code, found.path) == ("no-code", "Emessage/Envelope/Sent/Date")


def test_a_line_end_within_a_value_means_nothing_in_edifact_so_a_blank_is_written_and_told():
    letter = good(xml("XR0131K", ("Ørby Sygehus", "Ørby\nSygehus")))
    assert [path for path, _ in lost(letter)] == [f"{ROOT}/Sender/OrganisationName"]
    assert good(letters.write(letter, "edifact").data).root.text("Sender/OrganisationName") == "Ørby Sygehus"


def test_a_line_end_within_a_text_is_a_blank_as_in_xml_and_nothing_is_lost():
    letter = good(xml("XR0131K", ("P-Kreatininium; stofk.", "P-Kreatininium;\n  stofk.")))
    assert "FTX+ACM+P00++P-Kreatininium;   stofk." in to_edifact(letter)
    assert lost(letter) == []


def test_a_century_far_from_the_letters_own_date_cannot_be_said():
    letter = good(xml("XR0131K", ("<Date>2024-05-06</Date><Time>07:10", "<Date>1924-05-06</Date><Time>07:10")))
    assert [path for path, _ in lost(letter)] == ["Emessage/Envelope/Sent/Date"]

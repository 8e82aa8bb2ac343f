"""Whatever is handed in is read, and every fault of its envelope is told (facts: edifact.md, 2 and 5)."""

from __future__ import annotations

import io

import pytest

from labbro import letters
from labbro.letters import Envelope, edifact
from labbro.letters import reading as reading_module

from .building import (
    ENVELOPE,
    RESULT,
    UNB,
    codes,
    document,
    edi,
    errors,
    good,
    interchange,
    letter_edi,
    letter_xml,
    only,
    read_one,
    replaced,
    segments,
    xml,
)

# --- which syntax ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data", [b"", b" \r\n", b"hello", b"%PDF-1.7", b"{}", b"\x00" * 40, bytes(range(256)), b"UN", b"unb+x'"]
)
def test_what_is_no_letter_is_told_once_and_never_raises(data):
    reading = read_one(data)
    assert (reading.ok, reading.letter, errors(reading.findings)) == (False, None, ["not-a-letter"])


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n", b" \n "])
def test_both_syntaxes_are_known_behind_marks_and_blanks(before):
    assert read_one(before + edi()).letter == read_one(edi()).letter
    if b"\xef" not in before or before == b"\xef\xbb\xbf":
        assert read_one(before + xml()).letter == read_one(xml()).letter


def test_a_file_is_read_like_its_bytes():
    assert list(letters.read(io.BytesIO(edi()))) == list(letters.read(edi()))
    assert list(letters.read(io.BytesIO(xml()))) == list(letters.read(xml()))


def test_a_reading_names_what_was_read():
    reading = read_one(edi())
    assert (reading.syntax, reading.reference, reading.standard, reading.version_code, reading.namespace) == (
        "edifact",
        "BREV1",
        "RPT01",
        "R0131K",
        None,
    )
    reading = read_one(xml())
    assert (reading.syntax, reading.reference, reading.standard, reading.version_code) == (
        "xml",
        "BREV1",
        "RPT01",
        "XR0131K",
    )
    assert reading.namespace == "http://rep.oio.dk/medcom.dk/xml/schemas/2014/10/08/"


# --- the envelope of an interchange ----------------------------------------------------------------------------------


def test_the_envelope_is_read_from_unb():
    assert good(edi()).envelope == Envelope("2024-05-06", "07:10", "KUVERT1", "minuspositivkvitt")


@pytest.mark.parametrize(
    ("said", "word"), [("1", "pluspositivkvitt"), ("0", "minuspositivkvitt"), ("", "minuspositivkvitt")]
)
def test_a_receipt_is_asked_for_by_element_9_of_unb(said, word):
    data = interchange(segments(), unb=UNB.replace("++++0'", f"++++{said}'"))
    assert good(data).envelope.acknowledgement == word


def test_a_missing_element_9_asks_for_none_and_any_other_code_is_an_error():
    assert good(interchange(segments(), unb=UNB.replace("++++0'", "'"))).envelope.acknowledgement == "minuspositivkvitt"
    assert errors(read_one(interchange(segments(), unb=UNB.replace("++++0'", "++++2'"))).findings) == ["unknown-code"]


@pytest.mark.parametrize(
    ("year", "authorised", "date"),
    [
        ("21", "2021", "2021-05-06"),
        ("26", "2026", "2026-05-06"),
        ("20", "2020", "2020-05-06"),
        ("00", "2000", "2000-05-06"),
        ("99", "1999", "1999-05-06"),
        ("99", "2000", "1999-05-06"),
        ("00", "1999", "2000-05-06"),
        ("70", "2069", "2070-05-06"),
    ],
)
def test_the_century_of_unb_is_the_one_nearest_to_the_letters_own_year(year, authorised, date):
    text = segments("R0131K", ("DTM+137:2024", f"DTM+137:{authorised}"))
    assert good(interchange(text, unb=UNB.replace("+240506:", f"+{year}0506:"))).envelope.sent_date == date


@pytest.mark.parametrize(
    ("year", "date"), [("05", "2005"), ("21", "2021"), ("26", "2026"), ("79", "2079"), ("80", "1980"), ("99", "1999")]
)
def test_a_receipt_has_no_year_of_its_own_and_takes_a_window(year, date):
    data = interchange(letter_edi("C0330Q"), unb=UNB.replace("+240506:", f"+{year}0506:").replace("++++0", ""))
    assert good(data).envelope.sent_date == f"{date}-05-06"


@pytest.mark.parametrize(
    "said", ["2405:0710", "240532:0710", "241306:0710", "240506:2460", "240506:7", ":", "abcdef:0710"]
)
def test_a_wrong_time_in_unb_is_an_error_with_its_path(said):
    reading = read_one(interchange(segments(), unb=UNB.replace("+240506:0710+", f"+{said}+")))
    assert not reading.ok
    assert all((found.path or "").startswith("Emessage/Envelope/Sent") for found in reading.findings)


@pytest.mark.parametrize("said", ["", "KUVERT-MED-LANGT-NR"])
def test_a_wrong_identifier_of_the_interchange_is_an_error(said):
    reading = read_one(interchange(segments(), unb=UNB.replace("KUVERT1", said), unz=f"UNZ+1+{said}'"))
    assert [found.path for found in reading.findings] == ["Emessage/Envelope/Identifier"]


# --- counts and references -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "code", "severity"),
    [
        (interchange(letter_edi().replace("UNT+31", "UNT+30")), "unt-count", "error"),
        (interchange(letter_edi().replace("UNT+31", "UNT+x")), "unt-count", "error"),
        (interchange(letter_edi().replace("UNT+31+BREV1", "UNT+31+BREV2")), "unt-reference", "warning"),
        (interchange(letter_edi().replace("UNT+31+BREV1'\n", "")), "missing-unt", "error"),
        (interchange(letter_edi(), unz="UNZ+2+KUVERT1'"), "unz-count", "warning"),
        (interchange(letter_edi(), unz="UNZ+1+KUVERT2'"), "unz-reference", "warning"),
        (interchange(letter_edi(), unz="UNZ'"), "unz-count", "warning"),
        (interchange(letter_edi(), unz=""), "missing-unz", "warning"),
        (interchange(letter_edi(), una=""), "missing-una", "warning"),
        (interchange(letter_edi(), una="UNA;*,! '"), "other-separators", "warning"),
        (letter_edi().encode("latin-1"), "missing-unb", "error"),
        (interchange("XYZ+1'" + letter_edi()), "segment-outside", "warning"),
    ],
)
def test_faults_of_the_envelope_are_findings(data, code, severity):
    reading = read_one(data)
    assert only(reading, code).severity == severity
    assert reading.letter is not None


def test_an_end_of_the_interchange_without_a_reference_still_has_its_count():
    assert codes(interchange(letter_edi(), unz="UNZ+1'")) == ["unz-reference"]


def test_a_segment_outside_is_named_and_nothing_that_may_be_a_value():
    for sent, named in (("XYZ+1'", "XYZ"), ("æ1 +1'", ".1.")):
        found = only(read_one(interchange(sent + letter_edi())), "segment-outside")
        assert named in found.message


def test_a_letter_of_more_parts_than_any_is_told_and_one_of_as_many_is_right(monkeypatch):
    data, body = interchange(letter_edi()), "".join(segments())
    parts = body.count("+") + body.count(":")
    for bound, told in ((parts, []), (parts - 1, ["too-large"])):
        monkeypatch.setattr(edifact, "LETTER_PARTS", bound)
        assert [found.code for found in read_one(data).findings if found.code == "too-large"] == told


def test_visible_group_triggers_count_in_unt_and_hidden_groups_do_not():
    more = segments("R0131K", ("UNT+", "S20+20'\nRND+F+60+130'\nUNT+"))
    assert "UNT+33+" in more
    assert codes(interchange(more)) == []


def test_an_envelope_without_a_letter_is_told():
    for data in (interchange(), interchange(unz="")):
        assert "no-letter" in codes(data)
        assert not read_one(data).ok


def test_the_official_files_with_wrong_envelopes_are_told(shared):
    folder = shared / "medcom" / "official" / "envelope"
    wanted = {
        "UNT0": "unt-count",
        "UNT1": "unt-count",
        "UNT2": "unt-count",
        "UNZ0": "unz-count",
        "UNZ1": "unz-count",
        "UNZ2": "unz-reference",
        "UNZ3": "missing-unz",
        "UNH2": "unt-reference",
    }
    told = {}
    for path in sorted(folder.glob("*.edi")):
        found = [finding.code for reading in letters.read(path.read_bytes()) for finding in reading.findings]
        assert found, path
        told[path.stem.removeprefix("DIS20_ERROR_")] = found
    assert all("not-supported" in found for name, found in told.items() if name in wanted)


# --- several letters -------------------------------------------------------------------------------------------------


def test_several_letters_of_different_versions_in_one_interchange():
    found = list(letters.read(interchange(letter_edi(), letter_edi("R0130K"), letter_edi("R0130F"))))
    assert [reading.letter.version for reading in found] == ["XR0131K", "XR0130K", "XR0130F"]
    assert all(reading.ok and not reading.findings for reading in found)


def test_one_bad_letter_does_not_stop_the_others():
    bad = segments().replace("NAD+SLA", "???NAD+SLA").replace("RSL+NV+128", "RSL+XX+128")
    found = list(letters.read(interchange(letter_edi(), bad, letter_edi(), unz="UNZ+3+KUVERT1'")))
    assert [reading.ok for reading in found] == [True, False, True]


def test_an_unknown_letter_between_two_known_ones_is_kept_but_not_read():
    other = segments("R0131K", ("R0131K", "R9999Z"))
    found = list(letters.read(interchange(letter_edi(), other, letter_edi())))
    assert [reading.letter is not None for reading in found] == [True, False, True]
    assert b"R9999Z" in found[1].raw


def test_the_bytes_of_each_letter_can_be_read_again_alone():
    whole = interchange(letter_edi(), letter_edi("R0130K"))
    for reading in letters.read(whole):
        (again,) = letters.read(reading.raw)
        assert (again.letter, again.findings, again.raw) == (reading.letter, (), reading.raw)
    body = letter_xml()
    for reading in letters.read(document(body, body.replace("BREV1", "BREV2")).encode()):
        (again,) = letters.read(reading.raw)
        assert again.letter == reading.letter


def test_the_bytes_of_a_letter_of_an_interchange_that_was_cut_off_show_that_it_was():
    whole = interchange(letter_edi(), letter_edi("R0130K"))
    first, second = letters.read(whole[: whole.index(b"UNZ")])
    assert first.raw.endswith(b"UNZ+1+KUVERT1'")
    assert b"UNZ" not in second.raw
    assert [found.code for found in next(letters.read(second.raw)).findings] == ["missing-unz"]


def test_the_bytes_of_a_letter_are_those_that_were_sent():
    data = edi("R0131K", ("Kreatinin;P", "Krea?'ti?+nin"))
    assert read_one(data).raw.startswith(data[: data.index(b"UNZ")].rstrip(b"\n")[:200])
    assert b"Krea?'ti?+nin" in read_one(data).raw
    assert read_one(xml()).raw == xml()


def test_the_findings_after_the_last_letter_go_with_it():
    found = list(letters.read(interchange(letter_edi(), letter_edi(), unz="UNZ+9+KUVERT1'")))
    assert [[finding.code for finding in reading.findings] for reading in found] == [[], ["unz-count"]]


def test_two_interchanges_in_one_file_keep_their_own_envelopes():
    second = edi().replace(b"KUVERT1", b"KUVERT2")
    assert [reading.letter.envelope.identifier for reading in letters.read(edi() + b"\r\n" + second)] == [
        "KUVERT1",
        "KUVERT2",
    ]


# --- characters ------------------------------------------------------------------------------------------------------


def test_edifact_is_latin_1():
    assert good(edi()).root.text("Sender/OrganisationName") == "Ørby Sygehus"


def test_an_interchange_in_utf_8_is_refused_as_such():
    assert "wrong-charset" in errors(read_one(edi().decode("latin-1").encode("utf-8")).findings)


def test_characters_of_windows_1252_are_told_and_kept():
    reading = read_one(edi("R0131K", ("Ørby Sygehus", "Ørby \x96 Sygehus")))
    assert (reading.ok, codes(edi("R0131K", ("Ørby Sygehus", "Ørby \x96 Sygehus")))) == (True, ["windows-character"])
    assert reading.letter.root.text("Sender/OrganisationName") == "Ørby \x96 Sygehus"


@pytest.mark.parametrize("odd", ["\x00", "\x01", "\x1f"])
def test_control_characters_are_an_error(odd):
    assert "control-character" in errors(read_one(edi("R0131K", ("Ørby Sygehus", f"Ørby{odd}Sygehus"))).findings)


def test_a_release_character_without_need_is_an_error_and_the_character_kept():
    reading = read_one(edi("R0131K", ("Ørby Sygehus", "Ørby?Sygehus")))
    found = only(reading, "bad-release")
    assert (found.severity, found.segment) == ("error", 5)
    assert reading.letter.root.text("Sender/OrganisationName") == "Ørby?Sygehus"


def test_a_segment_without_a_tag_is_an_error_with_its_number():
    found = only(read_one(edi("R0131K", ("S06+06'", "s6+06'"))), "bad-tag")
    assert (found.severity, found.segment) == ("error", 20)


# --- xml documents ---------------------------------------------------------------------------------------------------


def test_the_namespace_decides_between_the_two_schemas_of_one_version_code():
    for version in ("XR0130K/2005", "XR0130K"):
        reading = read_one(xml(version))
        assert (reading.ok, reading.letter.version, reading.version_code) == (True, version, "XR0130K")
    wrong = letter_xml("XR0130K")
    assert not read_one(document(wrong, version="XR0130K/2005").encode()).ok


@pytest.mark.parametrize("namespace", ["", "urn:x", "http://rep.oio.dk/medcom.dk/xml/schemas/2014/10/08"])
def test_no_neighbour_is_tried_for_an_unknown_namespace(namespace):
    data = document(letter_xml()).replace("http://rep.oio.dk/medcom.dk/xml/schemas/2014/10/08/", namespace).encode()
    reading = read_one(data)
    assert (reading.letter, errors(reading.findings)) == (None, ["unknown-namespace"])


def test_a_namespace_that_is_not_known_is_named_and_none_is_said_so():
    for document_, named in (('<a xmlns="urn:x"/>', "urn:x"), ("<a/>", "(none)")):
        reading = read_one(document_.encode())
        assert named in reading.findings[0].message
        assert reading.namespace == (named if named == "urn:x" else None)


def test_a_letter_that_is_itself_the_document_has_no_envelope():
    body = letter_xml().replace(
        "<LaboratoryReport>", '<LaboratoryReport xmlns="http://rep.oio.dk/medcom.dk/xml/schemas/2014/10/08/">'
    )
    letter = good(body.encode())
    assert (letter.envelope, letter.local_elements) == (None, "")
    assert letter.root == good(xml()).root


def test_local_elements_are_kept_with_their_letter_where_the_schema_allows_them():
    data = document(
        letter_xml("XR0130K") + "<Local_Elements><own a='1'>æ</own></Local_Elements>", version="XR0130K"
    ).encode()
    letter = good(data)
    assert '<own a="1">æ</own>' in letter.local_elements
    assert not all(reading.ok for reading in letters.read(document(letter_xml() + "<Local_Elements/>").encode()))


def test_local_elements_come_back_in_xml_and_are_told_as_lost_in_edifact():
    data = document(
        letter_xml("XR0130K") + "<Local_Elements><own a='1'>æ</own></Local_Elements>", version="XR0130K"
    ).encode()
    letter = good(data)
    assert good(letters.write(letter, "xml").data).local_elements == letter.local_elements
    assert [found.code for found in letters.write(letter, "edifact").findings] == ["not-carried"]


def test_a_finding_names_line_and_column():
    text = replaced(document(letter_xml()), ("<Value>128", "\n  <Value>1234567890123"))
    found = only(read_one(text.encode()), "too-long")
    assert (found.path, found.line, found.column) == ("LaboratoryReport/LaboratoryResults/Result/Value", 2, 3)


@pytest.mark.parametrize("before", ["", "<!-- a <Value> in a comment\n -->", "<?pi <x> ?>"])
def test_comments_and_instructions_do_not_shift_the_place(before):
    text = replaced(
        document(letter_xml()), ("<Envelope>", before + "<Envelope>"), ("<Value>128", "\n   <Value>1234567890123")
    )
    found = only(read_one(text.encode()), "too-long")
    assert (found.line, found.column) == (2 + before.count("\n"), 4)


def test_every_fault_is_told_at_once():
    text = replaced(
        document(letter_xml()),
        ("<Value>128", "<Value>"),
        (">iupac<", ">npu<"),
        ("<Time>07:08", "<Time>7:08"),
        ("BREV1", "B" * 15),
    )
    assert sorted(errors(read_one(text.encode()).findings)) == ["empty-value", "not-in-list", "too-long", "wrong-form"]


def test_a_fault_in_one_of_several_results_names_which():
    second = RESULT.format(producer="").replace("<Value>128", "<Value>")
    text = replaced(document(letter_xml()), ("</LaboratoryResults>", second + "</LaboratoryResults>"))
    reading = read_one(text.encode())
    assert only(reading, "empty-value").path == "LaboratoryReport/LaboratoryResults/Result[2]/Value"
    assert only(reading, "missing").path == "LaboratoryReport/LaboratoryResults/Result[2]/ProducerOfLabResult"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (xml()[:-20], "not-well-formed"),
        (xml()[:300], "not-well-formed"),
        (b"<a>&undefined;</a>", "not-well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><a/>', "not-well-formed"),
        (b'<?xml version="1.0" encoding="utf-8"?><a>\xe6</a>', "not-well-formed"),
        (b"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "doctype"),
        (b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "doctype"),
        (b"<a><b></a>", "not-well-formed"),
        (b"<", "not-well-formed"),
        (b"\xff\xfe<\x00", "not-well-formed"),
    ],
)
def test_a_document_that_cannot_be_read_is_told_with_its_reason(data, code):
    reading = read_one(data)
    assert (reading.ok, reading.letter) == (False, None)
    assert only(reading, code).severity == "error"


def test_no_finding_quotes_the_patient():
    spoilt = replaced(
        document(letter_xml()),
        ("<PersonSurnameName>Prøve", "<PersonSurnameName>" + "Hemmelig" * 10),
        (">0102701234<", ">HEMMELIG01<"),
    )
    for data in (spoilt.encode(), spoilt.encode()[:-5], spoilt.replace("</Patient>", "</Patent>").encode()):
        for finding in read_one(data).findings:
            assert "hemmelig" not in (finding.message + finding.message_da + (finding.path or "")).lower()


# --- large documents -------------------------------------------------------------------------------------------------


def test_a_large_document_gives_the_same_letters_as_a_small_one(monkeypatch):
    bodies = [letter_xml().replace("BREV1", f"BREV{number}") for number in range(30)]
    bodies[7] = bodies[7].replace("<Value>128", "<Value>")
    data = document(*bodies).replace("><", ">\n<").encode()
    whole = list(letters.read(data))
    monkeypatch.setattr(reading_module, "WHOLE_BYTES", 1000)
    parted = list(letters.read(data))
    assert [(one.letter, one.ok) for one in parted] == [(one.letter, one.ok) for one in whole]
    assert [[(f.code, f.path, f.line) for f in one.findings] for one in parted] == [
        [(f.code, f.path, f.line) for f in one.findings] for one in whole
    ]


def test_a_large_document_that_is_cut_off_gives_the_letters_before_the_fault(monkeypatch):
    monkeypatch.setattr(reading_module, "WHOLE_BYTES", 1000)
    data = document(*[letter_xml()] * 5).encode()[:-2000]
    found = list(letters.read(data))
    assert [reading.ok for reading in found[:-1]] == [True] * (len(found) - 1)
    assert len(found) >= 4
    assert errors(found[-1].findings) == ["not-well-formed"]


def test_envelope_faults_of_a_large_document_are_told_with_each_letter(monkeypatch):
    monkeypatch.setattr(reading_module, "WHOLE_BYTES", 1000)
    data = document(letter_xml(), letter_xml(), envelope=ENVELOPE.replace("07:10", "7:10")).encode()
    assert [errors(reading.findings) for reading in letters.read(data)] == [["wrong-form"], ["wrong-form"]]

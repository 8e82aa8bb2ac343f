"""Receipts in both syntaxes, and the receipt that answers a letter (facts: receipts.md)."""

from __future__ import annotations

import pytest

from labbro import letters
from labbro.letters import Envelope, Refusal, tables

from .building import (
    RECEIPTS,
    REFUSAL,
    edi,
    errors,
    good,
    interchange,
    letter_edi,
    letter_in_envelope,
    lost,
    only,
    read_one,
    replaced,
    segments,
    to_edifact,
    xml,
)

UNB = "UNB+UNOC:3+5790000000005:14+5790000000012:14+240506:0710+KUVERT1'"
ENVELOPE = Envelope("2024-05-07", "08:00", "SVAR1")


def receipt(code, *changes):
    text = replaced(letter_edi(code), *changes)
    count = text.count("'") - text.count("?'")
    return interchange(text.replace("UNT+4", f"UNT+{count}"), unb=UNB)


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "standard", "root"),
    [
        ("C0130Q", "CTL01", "NegativeVansReceipt"),
        ("C0230Q", "CTL02", "NegativeReceipt"),
        ("C0330Q", "CTL03", "PositiveReceipt"),
    ],
)
def test_every_kind_of_receipt_is_read(code, standard, root):
    reading = read_one(receipt(code))
    assert (reading.ok, reading.standard, reading.letter.root.name) == (True, standard, root)
    letter = reading.letter.root
    assert letter.text("Letter/VersionCode") == "X" + code
    assert letter.text("Letter/StatisticalCode") == "X" + standard
    assert (letter.text("Sender/EANIdentifier"), letter.text("Receiver/EANIdentifier")) == (
        "5790000000005",
        "5790000000012",
    )
    original = letter.find("OriginalEmessage")
    assert original.text("OriginalEnvelopeIdentifier") == "KUVERT9"
    assert original.text("OriginalSender/EANIdentifier") == "5790000000012"
    assert original.text("OriginalReceiver/EANIdentifier") == "5790000000005"
    assert original.text("OriginalLetter/OriginalLetterIdentifier") == "BREV9"
    assert original.text("OriginalLetter/OriginalVersionCode") == "XR0131K"


def test_several_letters_are_answered_and_none_may_be():
    ucm = "UCM+BREV9+XMEDRPT:D:93A:UN:XR0131K+4'\n"
    several = good(
        receipt("C0230Q", (ucm, ucm + "FTX+SYN+P00++Et'\n" + ucm.replace("BREV9", "BREV8") + "FTX+VER+P00++To'\n"))
    ).root
    found = list(several.all("OriginalEmessage/OriginalLetter"))
    assert [
        (each.text("OriginalLetterIdentifier"), each.text("RefuseCode"), each.text("RefuseText")) for each in found
    ] == [
        ("BREV9", "syntaksfejl", "Et\n"),
        ("BREV8", "problem_med_version", "To\n"),
    ]
    assert list(good(receipt("C0230Q", (ucm, ""))).root.all("OriginalEmessage/OriginalLetter")) == []


@pytest.mark.parametrize(("word", "code"), list(tables.REFUSALS.items()))
def test_every_reason_is_read_for_the_interchange_and_for_a_letter(word, code):
    ucm = "UCM+BREV9"
    root = good(
        receipt("C0230Q", (ucm, f"FTX+{code}+P00++Alt'\n" + ucm), ("+4'\nUNT", f"+4'\nFTX+{code}+P00++Et'\nUNT"))
    ).root
    assert (root.text("OriginalEmessage/RefuseCode"), root.text("OriginalEmessage/RefuseText")) == (word, "Alt\n")
    letter = root.find("OriginalEmessage/OriginalLetter")
    assert (letter.text("RefuseCode"), letter.text("RefuseText")) == (word, "Et\n")


def test_a_long_reason_over_several_segments_is_one_text():
    more = "+4'\nFTX+SYN+P00++1:2:3:4:5'\nFTX+SYN+P00++6 \\'\nFTX+SYN+P00++igen'\nUNT"
    root = good(receipt("C0230Q", ("+4'\nUNT", more))).root
    assert root.text("OriginalEmessage/OriginalLetter/RefuseText") == "1\n2\n3\n4\n5\n6 igen\n"


def test_a_positive_receipt_gives_no_reason():
    reading = read_one(receipt("C0330Q", ("+7'\nUNT", "+7'\nFTX+SYN+P00++Nej'\nUNT")))
    assert only(reading, "segment-not-known").severity in {"warning", "error"}
    assert reading.letter.root.find("OriginalEmessage/OriginalLetter/RefuseText") is None


def test_the_reason_of_the_official_sample_is_read_line_by_line(shared):
    letter = good((shared / "medcom" / "official" / "samples" / "edifact" / "CTL02_1.edi").read_bytes())
    lines = letter.root.text("OriginalEmessage/OriginalLetter/RefuseText").split("\n")
    assert lines[0].startswith(
        "EDI-brev med nummeret 1111MAN01095, afsendt 11/11 1999 kl 18.46 har ikke kunnet modtages."
    )
    assert lines[0].endswith("laboratoriet kan ikke modtage sygehushenvisninger. ")
    assert lines[1].startswith("Med venlig hilsen")


# --- writing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", RECEIPTS)
def test_a_receipt_has_no_elements_after_the_identifier_in_unb_and_agency_zz(version):
    unb, unh, *_ = to_edifact(good(xml(version)))
    assert unb == UNB.rstrip("'")
    assert unh == f"UNH+KVIT1+CONTRL:D:93A:ZZ:{version[1:]}+CTL0{version[3]}"


@pytest.mark.parametrize(("version", "status"), [("XC0130Q", "4"), ("XC0230Q", "4"), ("XC0330Q", "7")])
def test_4_is_rejected_and_7_accepted(version, status):
    said = to_edifact(good(xml(version)))
    assert f"UCI+KUVERT9+5790000000012:14+5790000000005:14+{status}" in said
    assert f"UCM+BREV9+XMEDRPT:D:93A:UN:XR0131K+{status}" in said


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("XR0131K", "XMEDRPT"),
        ("R0131K", "MEDRPT"),
        ("XQ0131K", "XMEDREQ"),
        ("Q0330P", "MEDREQ"),
        ("C0330Q", "CONTRL"),
        ("XC0330Q", "XCONTRL"),
    ],
)
def test_the_message_type_is_told_for_every_version_code(code, kind):
    said = to_edifact(good(xml("XC0330Q", (">XR0131K<", f">{code}<"))))
    assert f"UCM+BREV9+{kind}:D:93A:UN:{code}+7" in said


def test_a_reason_without_text_is_written_and_comes_back():
    letter = good(xml("XC0230Q", ("<RefuseText>Dato mangler<Break/></RefuseText>", "")))
    said = to_edifact(letter)
    assert said[3] == "FTX+SYN+P00"
    back = good(letters.write(letter, "edifact").data).root.find("OriginalEmessage")
    assert (back.text("RefuseCode"), back.text("RefuseText")) == ("syntaksfejl", None)


def test_a_text_without_a_reason_is_written_as_unspecified():
    letter = good(xml("XC0230Q", ("<RefuseCode>syntaksfejl</RefuseCode>", "")))
    assert to_edifact(letter)[3] == "FTX+NC+P00++Dato mangler"


def test_a_receipt_that_asks_for_a_receipt_loses_that():
    letter = letter_in_envelope(good(xml("XC0330Q")), "pluspositivkvitt")
    assert [path for path, _ in lost(letter)] == ["Emessage/Envelope/AcknowledgementCode"]


@pytest.mark.parametrize("version", RECEIPTS)
def test_a_receipt_comes_back_from_edifact_the_same(version):
    letter = good(xml(version))
    assert good(letters.write(letter, "edifact").data).root == letter.root
    assert REFUSAL not in xml("XC0330Q").decode()


# --- answering -------------------------------------------------------------------------------------------------------


def answered(data, refusal=None):
    original = letters.original_of(read_one(data))
    return letters.receipt_for(original, refusal, identifier="KVIT1", envelope=ENVELOPE)


@pytest.mark.parametrize(("data", "code"), [(edi("R0131K"), "R0131K"), (xml("XR0131K"), "XR0131K")])
def test_sender_and_receiver_change_places_and_the_original_keeps_its_roles(data, code):
    letter = answered(data)
    assert letters.check(letter) == ()
    assert (letter.version, letter.sender_ean, letter.receiver_ean) == ("XC0330Q", "5790000000012", "5790000000005")
    original = letter.root.find("OriginalEmessage")
    assert original.text("OriginalSender/EANIdentifier") == "5790000000005"
    assert original.text("OriginalReceiver/EANIdentifier") == "5790000000012"
    assert original.text("OriginalEnvelopeIdentifier") == "KUVERT1"
    assert original.text("OriginalLetter/OriginalLetterIdentifier") == "BREV1"
    assert original.text("OriginalLetter/OriginalVersionCode") == code


@pytest.mark.parametrize("syntax", ["xml", "edifact"])
def test_a_refusal_tells_its_lines_and_can_be_sent_in_either_syntax(syntax):
    letter = answered(edi(), Refusal("syntaksfejl", ("Felt A mangler.", "Felt B er for langt.")))
    assert letter.version == "XC0230Q"
    back = good(letters.write(letter, syntax).data).root.find("OriginalEmessage/OriginalLetter")
    assert back.text("RefuseCode") == "syntaksfejl"
    assert back.text("RefuseText") == "Felt A mangler.\nFelt B er for langt.\n"


def test_a_refusal_of_very_many_lines_is_still_a_letter():
    letter = answered(edi(), Refusal("syntaksfejl", tuple(f"Fejl {number}" for number in range(500))))
    assert errors(letters.check(letter)) == []
    letters.write(letter, "edifact")
    told = letter.root.text("OriginalEmessage/OriginalLetter/RefuseText")
    assert told == "".join(f"Fejl {number}\n" for number in range(25))


def test_whether_a_receipt_is_wanted_is_told():
    asked = edi().replace(b"++++0'", b"++++1'")
    assert letters.original_of(read_one(asked)).wants_receipt is True
    assert letters.original_of(read_one(edi())).wants_receipt is False


@pytest.mark.parametrize("data", [b"junk", receipt("C0330Q"), xml("XC0230Q"), edi("R0131K", ("R0131K", "R9999Z"))])
def test_receipts_and_what_is_no_letter_are_not_answered(data):
    assert letters.original_of(read_one(data)) is None


def test_a_letter_with_the_shortest_of_numbers_can_be_answered():
    known = letters.original_of(read_one(edi("R0131K", ("BREV1", "1"), ("BREV1", "1"))))
    assert known is not None
    assert known.letter_identifier == "1"


def test_a_letter_whose_sender_is_unknown_cannot_be_answered():
    assert letters.original_of(read_one(interchange(segments(), unb=""))) is None

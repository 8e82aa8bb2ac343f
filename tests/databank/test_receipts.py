"""Who is answered, with what, and when not."""

from __future__ import annotations

from uuid import UUID

import pytest

from labbro import letters
from labbro.letters import vans

from .building import NOW
from .wire import edifact, one, xml

WRITERS = {"edifact": edifact, "xml": xml}


def take(databank, data):
    return databank.intake(letters.read(data), NOW, "request-1", "api")


def read_receipt(databank, outcome):
    receipt = databank.receipt(outcome.receipt_key)
    (reading,) = letters.read(receipt.raw)
    assert reading.ok, reading.findings
    return receipt, reading


@pytest.mark.parametrize("syntax", WRITERS)
def test_a_positive_receipt_is_made_where_it_was_asked_for(databank, syntax):
    (outcome,) = take(databank, WRITERS[syntax](one(acknowledge=True)))
    receipt, reading = read_receipt(databank, outcome)
    assert (receipt.positive, receipt.syntax, reading.syntax) == (True, syntax, syntax)
    assert (receipt.sender_ean, receipt.receiver_ean) == ("5790000125012", "5790000120284")
    root = reading.letter.root
    assert root.name == "PositiveReceipt"
    assert root.text("Sender/EANIdentifier") == "5790000125012"
    assert root.text("OriginalEmessage/OriginalEnvelopeIdentifier") == "KUVERT0000001"
    assert root.text("OriginalEmessage/OriginalSender/EANIdentifier") == "5790000120284"
    assert root.text("OriginalEmessage/OriginalLetter/OriginalLetterIdentifier") == "BREV000000001"
    version = "R0131K" if syntax == "edifact" else "XR0131K"
    assert root.text("OriginalEmessage/OriginalLetter/OriginalVersionCode") == version
    assert reading.letter.envelope.acknowledgement == "minuspositivkvitt"


def test_no_positive_receipt_is_made_unasked(databank):
    (outcome,) = take(databank, edifact())
    assert (outcome.kind, outcome.receipt_key) == ("stored", None)
    assert databank.receipts() == []


@pytest.mark.parametrize("syntax", WRITERS)
def test_a_negative_receipt_is_always_made_and_says_why(databank, syntax):
    take(databank, WRITERS[syntax]())
    changed = one(Patient__PersonSurnameName="Anderledes")
    (outcome,) = take(databank, WRITERS[syntax](changed))
    receipt, reading = read_receipt(databank, outcome)
    assert not receipt.positive
    root = reading.letter.root
    assert root.name == "NegativeReceipt"
    assert root.text("OriginalEmessage/OriginalLetter/RefuseCode") == "ikke_specificeret"
    assert "Et andet brev" in root.text("OriginalEmessage/OriginalLetter/RefuseText")
    assert b"Anderledes" not in receipt.raw
    assert b"1111571231" not in receipt.raw


def test_an_invalid_letter_is_answered_with_its_first_errors_and_without_the_patient(databank):
    faulty = edifact().replace(b"STS++FR", b"STS++QQ")
    (outcome,) = take(databank, faulty)
    receipt, reading = read_receipt(databank, outcome)
    assert outcome.code == "invalid"
    assert reading.letter.root.text("OriginalEmessage/OriginalLetter/RefuseCode") == "syntaksfejl"
    assert b"1111571231" not in receipt.raw
    assert b"Opdigtet" not in receipt.raw


@pytest.mark.parametrize(
    ("written", "version"),
    [
        (edifact().replace(b"MEDRPT:D:93A:UN:R0131K", b"MEDRPT:D:93A:UN:R0199K"), "R0199K"),
        (xml().replace(b"LaboratoryReport", b"LaboratoryBericht"), "XR0131K"),
    ],
)
def test_a_version_that_is_not_received_is_refused_for_its_version(databank, written, version):
    (outcome,) = take(databank, written)
    _, reading = read_receipt(databank, outcome)
    assert outcome.code == "not-supported"
    answered = reading.letter.root.find("OriginalEmessage/OriginalLetter")
    assert answered.text("RefuseCode") == "problem_med_version"
    assert answered.text("OriginalVersionCode") == version


def test_the_same_letter_again_in_another_envelope_gets_a_receipt_of_its_own(databank):
    first = take(databank, edifact(one(acknowledge=True)))
    again = take(databank, edifact(one(acknowledge=True, envelope="KUVERT0000002")))
    assert (first[0].kind, again[0].kind) == ("stored", "again")
    assert len(databank.receipts()) == 2


def test_the_same_letter_in_the_same_envelope_gets_the_same_receipt(databank):
    outcomes = [take(databank, edifact(one(acknowledge=True)))[0] for _ in range(3)]
    assert len({outcome.receipt_key for outcome in outcomes}) == 1
    assert len(databank.receipts()) == 1


def test_the_same_letter_in_the_other_syntax_is_the_same_letter(databank):
    take(databank, edifact())
    (outcome,) = take(databank, xml())
    assert outcome.kind == "again"


def test_a_receipt_that_comes_in_is_noted_and_not_answered(databank):
    (outcome,) = take(databank, edifact(one(acknowledge=True)))
    (noted,) = take(databank, databank.receipt(outcome.receipt_key).raw)
    assert (noted.kind, noted.receipt_key) == ("noted", None)
    assert [finding.code for finding in noted.findings if finding.severity == "info"] == ["receipt-noted"]
    assert len(databank.receipts()) == 1


def test_an_invalid_receipt_is_refused_but_not_answered(databank):
    (outcome,) = take(databank, edifact(one(acknowledge=True)))
    broken = databank.receipt(outcome.receipt_key).raw.replace(b"UCI+", b"UCX+")
    (refused,) = take(databank, broken)
    assert (refused.kind, refused.receipt_key) == ("refused", None)


def test_what_is_no_letter_is_kept_and_nobody_is_answered(databank):
    (outcome,) = take(databank, b"Kaere laboratorium, tak for sidst.")
    assert (outcome.kind, outcome.code, outcome.receipt_key) == ("refused", "unreadable", None)
    assert databank.refused_letters()[0].raw == b"Kaere laboratorium, tak for sidst."


def test_a_cut_off_document_is_answered_when_its_parties_can_be_seen(databank):
    whole = xml()
    (outcome,) = take(databank, whole[: whole.index(b"<LaboratoryResults")])
    receipt, _ = read_receipt(databank, outcome)
    assert (outcome.code, receipt.receiver_ean) == ("unreadable", "5790000120284")


def test_receipts_are_fetched_by_receiver_and_from_a_time_on(databank, clock):
    take(databank, edifact(one(identifier="A", acknowledge=True)))
    clock.advance(NOW - NOW.replace(hour=6))
    take(databank, edifact(one(identifier="B", acknowledge=True)))
    take(databank, edifact(one(identifier="C", acknowledge=True, sender_ean="5790000120314")))
    originals = [receipt.original_letter for receipt in databank.receipts(receiver_ean="5790000120284")]
    assert originals == ["A", "B"]
    since = databank.receipts(since=clock.now())
    assert sorted(receipt.original_letter for receipt in since) == ["B", "C"]


def test_a_receipt_of_the_transport_that_comes_in_is_noted_and_not_answered(databank):
    (reading,) = letters.read(edifact(one()))
    sent = NOW.replace(tzinfo=None)
    wrapped = vans.wrap(
        reading.letter, "edifact", identifier=str(UUID(int=1)), message_identifier=str(UUID(int=2)), sent=sent
    )
    accepted = vans.receipt_for(wrapped.envelope, "PositiveMessage", identifier=str(UUID(int=3)), sent=sent)
    (noted,) = take(databank, vans.write(accepted))
    assert (noted.kind, noted.receipt_key) == ("noted", None)
    assert not databank.receipts()


def test_a_letter_inside_a_transport_envelope_is_kept(databank):
    (reading,) = letters.read(edifact(one()))
    sent = NOW.replace(tzinfo=None)
    wrapped = vans.wrap(
        reading.letter, "edifact", identifier=str(UUID(int=1)), message_identifier=str(UUID(int=2)), sent=sent
    )
    (outcome,) = take(databank, wrapped.data)
    assert outcome.kind == "stored"

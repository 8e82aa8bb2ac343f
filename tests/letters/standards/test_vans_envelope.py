"""VANSEnvelope: the cover of the VANS providers (facts: vans-envelope.md)."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from labbro import letters
from labbro.errors import CannotConvert, WrongUse
from labbro.letters import vans
from labbro.letters.vans import EndPoint, Failure, Message, Receipt, Transport

from ..building import edi, read_one, replaced, xml
from .requests import request

COVER = "0a1b2c3d-0000-4000-8000-000000000001"
MESSAGE = "0A1B2C3D-0000-4000-8000-000000000002"
OTHER = "0a1b2c3d-0000-4000-8000-000000000003"
SENT = datetime(2024, 5, 6, 7, 10, tzinfo=UTC)


def wrapped(syntax="xml", **more) -> vans.Wrapped:
    return vans.wrap(request("XQ0131K"), syntax, identifier=COVER, message_identifier=MESSAGE, sent=SENT, **more)


def changed(*changes: tuple[str, str], data: bytes | None = None) -> bytes:
    return replaced((data or wrapped().data).decode(), *changes).encode()


def told(data: bytes) -> list[tuple[str, str, str | None]]:
    return [(found.severity, found.code, found.path) for found in vans.open_envelope(data).findings]


def cover(
    content: bytes, form: str = "EDIFACT", name: str = "MCM:RPT01", version: str = "R0131K", size: int = 0
) -> bytes:
    """An envelope around bytes, written by hand."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><v:VANSEnvelope xmlns:v="urn:oio:medcom:vans-envelope:1.0.4">'
        '<v:SenderID EndPointType="EAN"> 5790000000005 </v:SenderID>'
        '<v:ReceiverID EndPointType="VANS">POSTHUS</v:ReceiverID>'
        f"<v:EnvelopeIdentifier>{COVER}</v:EnvelopeIdentifier><v:SentDateTime>2024-05-06T07:10:00.5+02:00</v:SentDateTime>"
        f"<v:Message><v:MetaInformation><v:Identifier>{MESSAGE}</v:Identifier><v:Processing><v:ProviderIdentifier>P"
        "</v:ProviderIdentifier><v:ServiceIdentifier>S</v:ServiceIdentifier></v:Processing><v:Document>"
        f"<v:Format>{form}</v:Format><v:Name>{name}</v:Name><v:Version>{version}</v:Version>"
        f"<v:SizeInBytes>{size or len(content)}</v:SizeInBytes></v:Document><v:Transport><v:Type>reliable</v:Type>"
        '<v:TransformMessage>1</v:TransformMessage><v:ServiceTag name="MCM:STATISTIC">XRPT01</v:ServiceTag>'
        "</v:Transport></v:MetaInformation>"
        f"<v:Data>\n{base64.encodebytes(content).decode()}</v:Data></v:Message></v:VANSEnvelope>"
    ).encode()


# --- opening ---


def test_the_letter_inside_is_read_as_if_it_had_come_alone():
    reading = read_one(cover(edi()))
    alone = read_one(edi())
    assert (reading.letter, reading.raw, reading.syntax) == (alone.letter, alone.raw, "edifact")
    assert reading.ok


def test_the_letter_inside_is_read_with_how_it_was_delivered():
    delivery = read_one(cover(edi())).delivery
    assert (delivery.envelope_identifier, delivery.message_identifier) == (COVER, MESSAGE)
    assert (delivery.sender, delivery.receiver) == ("EAN:5790000000005", "VANS:POSTHUS")
    assert delivery.sent == "2024-05-06T07:10:00.5+02:00"
    assert read_one(edi()).delivery is None


def test_what_stands_on_the_cover_can_be_read():
    opened = vans.open_envelope(cover(edi()))
    envelope = opened.envelope
    assert opened.findings == ()
    assert (envelope.sender, envelope.receiver) == (EndPoint("5790000000005"), EndPoint("POSTHUS", "VANS"))
    assert (envelope.identifier, envelope.sent) == (COVER, "2024-05-06T07:10:00.5+02:00")
    meta = envelope.content.meta
    assert (meta.processing, meta.transport) == (
        ("P", "S"),
        Transport(transform=True, kind="reliable", tags=(("MCM:STATISTIC", "XRPT01"),)),
    )
    assert envelope.content.data == edi()
    assert vans.sentence(envelope) == "RPT01 fra 5790000000005 til POSTHUS."


def test_every_letter_of_an_interchange_inside_is_given():
    two = edi().replace(b"UNZ+1", b"UNZ+2").replace(b"UNZ", edi()[edi().index(b"UNH") : edi().index(b"UNZ")] + b"UNZ")
    assert len(vans.open_envelope(cover(two)).readings) == 2


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"form": "XML"}, "Document/Format"),
        ({"name": "MCM:RPT02"}, "Document/Name"),
        ({"version": "R0130K"}, "Document/Version"),
        ({"size": 7}, "Document/SizeInBytes"),
    ],
)
def test_a_cover_that_says_something_else_than_the_letter_is_remarked_and_the_letter_counts(changes, name):
    reading = read_one(cover(edi(), **changes))
    assert reading.ok
    (found,) = [found for found in reading.findings if found.code == "envelope-differs"]
    assert found.path == f"VANSEnvelope/Message/MetaInformation/{name}"


def test_a_sender_that_is_not_the_letters_is_remarked():
    reading = read_one(cover(edi()).replace(b"5790000000005 </v:S", b"5790000000029 </v:S"))
    assert [found.path for found in reading.findings if found.code == "envelope-differs"] == ["VANSEnvelope/SenderID"]


def test_the_kind_of_letter_may_be_named_in_either_way():
    assert [found.code for found in read_one(cover(edi(), name="MCM:XRPT01", version="XR0131K")).findings] == []
    assert [found.code for found in read_one(cover(xml(), "XML", "MCM:RPT01", "R0131K")).findings] == []


def test_a_faulty_letter_inside_has_its_own_findings():
    reading = read_one(cover(edi("R0131K", ("STS++K", "STS++Q"))))
    assert not reading.ok
    assert "unknown-code" in [found.code for found in reading.findings]


def test_bytes_that_are_no_letter_are_told_as_such():
    assert [found.code for found in read_one(cover(b"MSH|^~", "HL7", "MCM:X", "2")).findings] == ["not-a-letter"]


def test_an_envelope_in_an_envelope_is_not_opened():
    reading = read_one(cover(cover(edi())))
    assert (reading.ok, reading.letter) == (False, None)
    assert [found.code for found in reading.findings] == ["not-a-letter"]


def test_an_envelope_of_another_version_is_opened_all_the_same():
    data = (
        cover(edi())
        .replace(b"vans-envelope:1.0.4", b"vans-envelope:1.0")
        .replace(b"<v:Type>reliable</v:Type>", b"<v:Nyt/>")
    )
    reading = read_one(data)
    assert reading.ok
    assert reading.letter == read_one(edi()).letter
    assert [(found.severity, found.code) for found in reading.findings][:2] == [
        ("info", "no-public-schema"),
        ("warning", "unknown-element"),
    ]


def test_an_envelope_with_faults_is_told_with_places_and_still_opened():
    data = cover(edi()).replace(b' EndPointType="VANS"', b' EndPointType="GLN"').replace(b"06T07:10", b"06 07:10")
    reading = read_one(data)
    assert not reading.ok
    assert reading.letter is not None
    assert [(found.code, found.path, found.line) for found in reading.findings] == [
        ("not-in-list", "VANSEnvelope/ReceiverID/@EndPointType", 1),
        ("not-a-datetime", "VANSEnvelope/SentDateTime", 1),
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<SenderID", '<SenderID x="1"', "unknown-element"),
        (' EndPointType="EAN"', "", "missing"),
        ("5790000000012</SenderID>", "</SenderID>", "empty-value"),
        (COVER, "0a1b2c3d", "wrong-form"),
        ("<SizeInBytes>", "<SizeInBytes>x", "not-a-number"),
        ("<Format>XML", "<Format>PDF", "not-in-list"),
        ("</MetaInformation>", "</MetaInformation>tekst", "stray-text"),
        ("<Data>", "<Data>#", "not-base64"),
        ("<Message>", "<Message><Data/>", "wrong-place"),
    ],
)
def test_each_fault_of_an_envelope_is_an_error(old, new, code):
    found = told(changed((old, new)))
    assert ("error", code) in [(severity, name) for severity, name, _ in found]


def test_an_identifier_that_passes_the_loose_pattern_is_remarked():
    assert told(changed((COVER, COVER.replace("a", "Z")))) == [
        ("warning", "uuid-form", "VANSEnvelope/EnvelopeIdentifier")
    ]


def test_an_envelope_that_is_cut_off_and_one_that_is_none_give_findings():
    assert told(wrapped().data[:-20])[0][1] == "not-well-formed"
    assert told(b"hello")[0][1] == "not-a-letter"


def test_an_envelope_may_be_large_but_not_endless():
    inside = xml("XR0131K", ("<Break/>", "<Break/>" + "x" * 3_000_000))
    assert read_one(cover(inside, "XML", "MCM:XRPT01", "XR0131K")).letter == read_one(inside).letter
    assert [found.code for found in read_one(cover(b"x" * 8_000_000)).findings] == ["too-large"]


# --- wrapping ---


@pytest.mark.parametrize(
    ("syntax", "form", "name", "version"),
    [("xml", "XML", "MCM:XREQ01", "XQ0131K"), ("edifact", "EDIFACT", "MCM:REQ01", "Q0131K")],
)
def test_a_letter_is_wrapped_as_its_syntax_names_it(syntax, form, name, version):
    made = wrapped(syntax)
    said = made.envelope.content.meta.document
    written = letters.write(request("XQ0131K"), syntax).data
    assert (said.format, said.name, said.version, said.size_bytes) == (form, name, version, len(written))
    assert made.envelope.sender == EndPoint("5790000000012")
    opened = vans.open_envelope(made.data)
    assert (opened.envelope, opened.findings) == (made.envelope, ())
    assert [reading.ok for reading in opened.readings] == [True]
    assert [
        found.code for reading in opened.readings for found in reading.findings if found.code.startswith("env")
    ] == []


def test_tags_and_characters_that_xml_keeps_for_itself_come_back():
    transport = Transport(transform=False, kind="unreliable", tags=(('a"<', "b&>"),))
    made = wrapped(transport=transport, sender=EndPoint("12345678", "CVR"))
    envelope = vans.open_envelope(made.data).envelope
    assert envelope.content.meta.transport == transport
    assert envelope.sender == EndPoint("12345678", "CVR")


def test_what_the_letter_loses_is_told_when_it_is_wrapped():
    letter = request("XQ0131K", ("RequisitionInformation/SamplingDateTimeType", "oensket"))
    made = vans.wrap(letter, "edifact", identifier=COVER, message_identifier=MESSAGE, sent=SENT)
    assert [found.code for found in made.findings if found.severity == "loss"] == ["not-carried"]


def test_identifiers_must_be_right_when_writing():
    with pytest.raises(WrongUse):
        vans.wrap(request("XQ0131K"), "xml", identifier="K1", message_identifier=MESSAGE, sent=SENT)


def test_an_envelope_with_faults_is_not_written():
    with pytest.raises(CannotConvert, match="SenderID"):
        wrapped(sender=EndPoint("5" * 19))


# --- receipts and what came before ---


@pytest.mark.parametrize(
    ("kind", "failure", "said"),
    [
        ("PositiveMessage", None, "Modtageren har modtaget XREQ01"),
        ("NegativeMessage", Failure("Ukendt version", 3), "Modtageren har afvist XREQ01"),
        ("NegativeVans", Failure("Ingen rute"), "VANS-leverandøren kunne ikke aflevere XREQ01"),
    ],
)
def test_a_receipt_names_what_it_answers(kind, failure, said):
    original = wrapped().envelope
    receipt = vans.receipt_for(original, kind, identifier=OTHER, sent=SENT, failure=failure)
    data = vans.write(receipt)
    opened = vans.open_envelope(data)
    assert opened.envelope == receipt
    assert opened.findings == ()
    assert (receipt.sender, receipt.receiver) == (original.receiver, original.sender)
    assert receipt.content == Receipt(kind, COVER, original.content.meta, failure)
    assert vans.sentence(receipt).startswith(said)
    reading = read_one(data)
    assert (reading.ok, reading.letter, reading.standard) == (True, None, "VANSEnvelope")
    assert [found.code for found in reading.findings] == ["vans-receipt"]


def test_receipts_are_not_answered_and_refusals_say_why():
    original = wrapped().envelope
    receipt = vans.receipt_for(original, "PositiveMessage", identifier=OTHER, sent=SENT)
    with pytest.raises(WrongUse):
        vans.receipt_for(receipt, "PositiveMessage", identifier=OTHER, sent=SENT)
    with pytest.raises(WrongUse):
        vans.receipt_for(original, "NegativeMessage", identifier=OTHER, sent=SENT)
    with pytest.raises(WrongUse):
        vans.receipt_for(original, "PositiveMessage", identifier=OTHER, sent=SENT, failure=Failure("?"))


@pytest.mark.parametrize(
    ("earlier", "what"),
    [
        ([], "new"),
        ([(OTHER, OTHER)], "new"),
        ([(COVER.upper(), MESSAGE.lower())], "again"),
        ([(OTHER, MESSAGE)], "repeated"),
        ([(OTHER, MESSAGE), (COVER, MESSAGE)], "again"),
        ([(COVER, OTHER)], "conflict"),
    ],
)
def test_what_came_before_says_what_to_do(earlier, what):
    assert vans.arrival_of(wrapped().envelope, earlier) == what


def test_a_message_is_sent_again_in_a_new_envelope():
    original = wrapped().envelope
    again = vans.sent_again(original, identifier=OTHER, sent=SENT)
    assert (again.identifier, again.content) == (OTHER, original.content)
    assert isinstance(again.content, Message)
    assert vans.arrival_of(again, [(COVER, MESSAGE)]) == "repeated"


def test_an_envelope_in_an_envelope_of_another_version_is_an_error_too():
    data = (
        cover(cover(edi()))
        .replace(b"vans-envelope:1.0.4", b"vans-envelope:1.0")
        .replace(b"<v:Type>reliable</v:Type>", b"")
    )
    assert not read_one(data).ok


def test_a_letter_that_only_speaks_of_envelopes_is_a_letter():
    letter = edi("R0131K", ("RFF+SRI:0000426825", "RFF+SRI:urn?:oio?:medcom?:vans-envelope?:1.0.4"))
    assert read_one(cover(letter)).letter == read_one(letter).letter

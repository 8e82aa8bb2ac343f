"""Documents and interchanges of one or more letters, and what stands in the way of writing."""

from __future__ import annotations

import pytest
from lxml import etree

from labbro import letters
from labbro.errors import CannotConvert
from labbro.letters import Letter
from labbro.letters.standard import namespace_of
from labbro.letters.writing import piece_of

from .building import DATE_OF, VERSIONS, edi, good, letter_xml, read_one, replaced, xml


def told(several, syntax):
    return [(found.severity, found.code) for found in letters.losses(several, syntax)[1]]


@pytest.mark.parametrize("version", VERSIONS)
def test_xml_goes_out_in_the_namespace_of_the_version_in_utf_8(version):
    data = letters.write(good(xml(version)), "xml").data
    assert data.startswith(b'<?xml version="1.0" encoding="UTF-8"?>')
    assert etree.QName(etree.fromstring(data)).namespace == namespace_of(DATE_OF[version])
    assert good(data).root == good(xml(version)).root


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_written_is_valid_by_the_official_schema(shared, version):
    schema = etree.XMLSchema(etree.parse(shared / "medcom/official/schemas" / DATE_OF[version] / "EMessage.xsd"))
    assert schema.validate(etree.fromstring(letters.write(good(xml(version)), "xml").data)), schema.error_log


@pytest.mark.parametrize("value", ["<&>\"'", "]]>", "a\tb", "a\nb", "æøå–€漢", " x "])
def test_every_character_of_a_value_comes_back_from_xml(value):
    said = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    letter = good(xml("XR0131K", ("Ørby Sygehus", said)))
    assert letter.root.text("Sender/OrganisationName") == value
    assert good(letters.write(letter, "xml").data).root == letter.root


def test_a_carriage_return_that_was_meant_comes_back():
    letter = good(xml("XR0131K", ("Ørby Sygehus", "a&#13;b")))
    assert letter.root.text("Sender/OrganisationName") == "a\rb"
    assert good(letters.write(letter, "xml").data).root == letter.root


def test_several_letters_go_into_one_envelope_in_their_order():
    several = [good(xml("XR0131K", ("BREV1", f"BREV{number}"))) for number in (3, 1, 2)]
    for syntax in ("xml", "edifact"):
        back = list(letters.read(letters.write(several, syntax).data))
        assert [reading.reference for reading in back] == ["BREV3", "BREV1", "BREV2"]
        assert all(reading.ok and not reading.findings for reading in back)
    assert b"'UNZ+3+KUVERT1'" in letters.write(several, "edifact").data


def test_letters_of_different_versions_share_an_interchange_but_not_a_document_of_another_schema():
    new, old, foot = good(xml("XR0131K")), good(xml("XR0130K")), good(xml("XR0130F"))
    assert [reading.version_code for reading in letters.read(letters.write([new, old, foot], "edifact").data)] == [
        "R0131K",
        "R0130K",
        "R0130F",
    ]
    assert told([new, old], "xml") == [("error", "mixed-namespaces")]
    assert [reading.ok for reading in letters.read(letters.write([new, foot], "xml").data)] == [True, True]


def test_letters_of_different_parties_cannot_share_an_interchange():
    other = good(xml("XR0131K", ("5790000000012", "5790000000029")))
    assert ("error", "mixed-parties") in told([good(xml()), other], "edifact")
    assert letters.losses([good(xml()), other], "edifact")[0] is None


def test_an_envelope_that_differs_is_lost_and_told():
    other = good(xml("XR0131K", ("KUVERT1", "KUVERT2")))
    for syntax in ("xml", "edifact"):
        assert ("loss", "not-carried") in told([good(xml()), other], syntax)


def test_a_letter_without_envelope_gets_one_from_its_own_number_and_time():
    letter = Letter("XR0131K", good(xml()).root)
    for syntax in ("xml", "edifact"):
        data, findings = letters.losses(letter, syntax)
        envelope = good(data).envelope
        assert (envelope.identifier, envelope.sent_date, envelope.sent_time) == ("BREV1", "2024-05-06", "07:08")
        assert [found.code for found in findings] == ["envelope-made"]


def test_nothing_is_written_of_nothing():
    with pytest.raises(CannotConvert):
        letters.write([], "xml")


@pytest.mark.parametrize("syntax", ["xml", "edifact"])
def test_a_letter_with_errors_is_refused_with_its_faults(syntax):
    letter = read_one(xml("XR0131K", ("<Value>128", "<Value>"))).letter
    with pytest.raises(CannotConvert, match="LaboratoryReport/LaboratoryResults/Result/Value") as refused:
        letters.write(letter, syntax)
    assert refused.value.code == "cannot-convert"
    data, findings = letters.losses(letter, syntax)
    assert (data, [found.code for found in findings]) == (None, ["empty-value"])


@pytest.mark.parametrize("odd", ["\x00", "\x1b", "\ud800", "\uffff"])
@pytest.mark.parametrize("syntax", ["xml", "edifact"])
def test_a_character_that_no_document_can_hold_is_refused(odd, syntax):
    form = letters.to_json(good(xml()))
    form["LaboratoryReport"]["Sender"]["OrganisationName"] = f"a{odd}b"
    letter = letters.from_json(form)
    assert "control-character" in [found.code for found in letters.check(letter)]
    assert letters.losses(letter, syntax)[0] is None


def test_what_edifact_left_unsaid_is_told_as_assumed_when_it_becomes_xml():
    _, findings = letters.losses(good(edi()), "xml")
    assert {(found.severity, found.code, found.path) for found in findings} == {
        ("info", "assumed", "LaboratoryReport/Letter/StatisticalCode"),
        ("info", "assumed", "LaboratoryReport/Patient/Consent/Given"),
    }


def test_edifact_to_edifact_gives_the_same_bytes():
    data = letters.write(good(xml()), "edifact").data
    assert letters.write(good(data), "edifact").data == data


def test_the_namespace_of_a_letter_is_told():
    assert letters.namespace_of(good(xml("XR0130K/2005"))) == namespace_of("2005/08/07")


def test_marks_and_prefixes_of_the_source_do_not_matter():
    prefixed = letter_xml().replace("<", "<m:").replace("<m:/", "</m:")
    envelope = xml().decode()
    envelope = (
        envelope[envelope.index("<Envelope>") : envelope.index("<LaboratoryReport>")]
        .replace("<", "<m:")
        .replace("<m:/", "</m:")
    )
    data = f'<m:Emessage xmlns:m="{namespace_of("2014/10/08")}">{envelope}{prefixed}</m:Emessage>'
    assert letters.write(good(data.encode()), "xml").data == letters.write(good(xml()), "xml").data


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("128", "<!-- a -->1<!-- b -->28"),
        ("128", "<![CDATA[128]]>"),
        ("128", "1<![CDATA[2]]>8"),
        ("128", "<?pi x?>128"),
        ("128", "&#49;28"),
        ("<Value>", "<!-- before --><Value>"),
        ("<Value>128</Value>", "<Value\n>128</Value\t>"),
        ("<Break/>", "<Break></Break>"),
    ],
)
def test_comments_cdata_and_other_spellings_are_joined(old, new):
    said = replaced(xml().decode(), (old, new)).encode()
    assert good(said).root == good(xml()).root


@pytest.mark.parametrize("syntax", ["xml", "edifact"])
def test_pieces_of_equal_head_make_the_document_that_writing_them_together_makes(syntax):
    several = [good(xml("XR0131K", ("BREV1", f"BREV{number}"))) for number in (3, 1, 2)]
    pieces = [piece_of(letter, syntax)[0] for letter in several]
    assert len({piece.head for piece in pieces}) == 1
    document = pieces[0].head + b"".join(piece.body for piece in pieces) + pieces[0].closed(len(pieces))
    assert document == letters.write(several, syntax).data


def test_letters_that_cannot_share_a_document_have_other_heads():
    one = good(xml("XR0131K"))
    others = [
        good(xml("XR0130K")),
        Letter(one.version, one.root, letters.Envelope("2024-05-06", "07:10", "KUVERT2")),
        good(xml("XR0131K", ("5790000000012", "5790000000029"))),
    ]
    assert piece_of(others[0], "xml")[0].head != piece_of(one, "xml")[0].head
    assert piece_of(others[1], "xml")[0].head != piece_of(one, "xml")[0].head
    assert piece_of(others[2], "edifact")[0].head != piece_of(one, "edifact")[0].head
    assert piece_of(others[2], "xml")[0].head == piece_of(one, "xml")[0].head


def test_a_letter_that_cannot_be_said_is_no_piece():
    piece, findings = piece_of(good(xml("XR0131K", (">iupac<", ">mds<"))), "edifact")
    assert piece is None
    assert "no-code" in [found.code for found in findings]
    piece, findings = piece_of(good(xml("XR0131K", ("Ørby Sygehus", "Łódź"))), "edifact")
    assert piece is None
    assert "outside-latin1" in [found.code for found in findings]

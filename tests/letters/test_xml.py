"""The XML syntax, and the quick way through it."""

from __future__ import annotations

import io
import random

import pytest
from lxml import etree

from labbro.letters import reading as reading_module
from labbro.letters import xml as xml_module
from labbro.letters.quick import read_plain
from labbro.letters.registry import ENVELOPE_MODEL, registry
from labbro.letters.standard import namespace_of

from .building import DATE_OF, VERSIONS, document, good, letter_xml, read_one, replaced, xml

SPACE = namespace_of("2014/10/08")


def spread(text, end="\n"):
    """A document with line ends between its elements, but none within its texts."""
    return text.replace("><", f">{end}<").replace(f"<Break/>{end}", "<Break/>")


def plainly(data):
    """What the quick way makes of a document; None where it leaves it to the thorough way."""
    root = etree.fromstring(data)
    namespace = etree.QName(root).namespace
    return read_plain(root, namespace, ENVELOPE_MODEL, registry().models_of(namespace).get)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_right_and_plain_document_goes_the_quick_way(version):
    assert plainly(xml(version)) is not None
    assert plainly(xml(version).replace(b"><", b">\n  <")) is not None


@pytest.mark.parametrize(
    "change",
    [
        ("<Value>128", "<Value>"),
        ("<Value>128</Value>", ""),
        ("<Value>128", "<Foo/><Value>128"),
        ("<Result>", "<Result>stray"),
        ("</Result>", "stray</Result>"),
        ("</Value>", "</Value>stray"),
        ("</LaboratoryReport>", "</LaboratoryReport>stray"),
        ("</Envelope>", "</Envelope>stray"),
        ("</AnalysisCompleteName>", "</AnalysisCompleteName>stray"),
        ("<Result>", '<Result xmlns="">'),
        ("<Value>128", "<Value>1<Break/>28"),
        ("<Break/>", "<Bold/>"),
        ("<Break/>", "<Break>x</Break>"),
        ("<Value>", '<Value a="1">'),
        ("<Break/>", '<Break a="1"/>'),
        ("<Emessage ", '<Emessage a="1" '),
        ("<Emessage ", '<Emessage xmlns:o="urn:x" '),
        ("<Envelope>", "<Envelope/><Envelope>"),
        ("</Emessage>", "<LaboratoryReport/></Emessage>"),
        ("<Time>07:10", "<Time>7:10"),
    ],
)
def test_anything_wrong_or_odd_goes_the_thorough_way(change):
    data = replaced(xml().decode(), change).encode()
    assert plainly(data) is None


@pytest.mark.parametrize(
    "change",
    [
        ("<Value>128", "<Value>&lt;&amp;&gt;'\""),
        ("<Value>128", "<Value>a&#13;b"),
        ("Ørby Sygehus", "Ø &#248; –"),
        ("<Break/>", "<Break/> &amp; <Space/>"),
        ("<AnalysisCompleteName>", "<AnalysisCompleteName> "),
        ("P-Kreatininium; stofk.<Break/>", ""),
        ("</Receiver>", "<PostCodeIdentifier/></Receiver>"),
        ("</Receiver>", "<PostCodeIdentifier></PostCodeIdentifier></Receiver>"),
        ("<Emessage ", '<Emessage xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b" '),
    ],
)
def test_both_ways_make_the_same_of_a_right_document(change, monkeypatch):
    data = replaced(xml().decode(), change).encode()
    quick = read_one(data)
    monkeypatch.setattr(reading_module, "read_plain", lambda *_: None)
    thorough = read_one(data)
    assert quick == thorough
    assert quick.ok


@pytest.mark.parametrize(
    ("attribute", "right"),
    [
        ('xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"', True),
        ('xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="a"', True),
        ('xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"', False),
        ('xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"', False),
        ('xml:lang="da"', False),
        ('lang="da"', False),
        ('xmlns:other="urn:x"', True),
    ],
)
@pytest.mark.parametrize("where", ["<Emessage", "<Sender", "<Value", "<Break"])
def test_attributes_that_a_schema_allows_and_others(where, attribute, right):
    data = replaced(xml().decode(), (where, f"{where} {attribute}")).encode()
    assert read_one(data).ok is right
    if not right:
        assert [found.code for found in read_one(data).findings] == ["unknown-attribute"]


def test_an_element_without_a_namespace_is_not_the_one_of_its_name():
    assert not read_one(replaced(xml().decode(), ("<Result>", '<Result xmlns="">')).encode()).ok


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_every_usual_encoding_with_and_without_mark(encoding):
    text = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>' + document(letter_xml())
    assert good(text.encode(encoding)).root == good(xml()).root


@pytest.mark.parametrize("ends", ["\n", "\r\n", ""])
def test_line_ends_between_elements_mean_nothing(ends):
    assert good(spread(document(letter_xml()), ends).encode()).root == good(xml()).root


# --- cutting a large document ----------------------------------------------------------------------------------------


class Dripping(io.RawIOBase):
    def __init__(self, data, chance):
        self.data, self.chance = data, chance

    def read(self, size=-1):
        taken = self.chance.choice((1, 7, 100, 5000))
        piece, self.data = self.data[:taken], self.data[taken:]
        return piece


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("seed", range(5))
def test_a_document_is_cut_into_its_letters_whatever_the_pieces(version, seed):
    space = namespace_of(DATE_OF[version])
    body = letter_xml(version)
    data = spread(document(*[body] * 4, version=version)).encode()
    slices = list(xml_module.split(Dripping(data, random.Random(seed)), "Envelope"))
    assert len(slices) == 4
    for piece in slices:
        assert space.encode() in piece.document
        assert good(piece.document).root == good(xml(version)).root


def test_a_slice_knows_where_its_places_were():
    text = spread(document(letter_xml(), letter_xml()))
    first, second = xml_module.split(io.BytesIO(text.encode()), "Envelope")
    for piece in (first, second):
        line = piece.document.decode().split("\n").index("<Value>128</Value>") + 1
        real, column = piece.place(line, 1)
        assert text.split("\n")[real - 1] == "<Value>128</Value>"
        assert column == 1
    assert second.place(2, 5) == (2, 5)  # in the envelope, which both share


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<a><b></a>", "not-well-formed"),
        (b"<!DOCTYPE a><a/>", "doctype"),
        (b"", "not-well-formed"),
        (b"<a", "not-well-formed"),
    ],
)
def test_a_document_that_cannot_be_cut_ends_with_a_fault(data, code):
    *_, last = xml_module.split(io.BytesIO(data), "Envelope")
    assert (type(last), last.code) == (xml_module.XmlFault, code)


def test_an_element_larger_than_any_letter_is_a_fault(monkeypatch):
    monkeypatch.setattr(xml_module, "SLICE_BYTES", 10_000)
    monkeypatch.setattr(xml_module, "CHUNK_BYTES", 1000)
    *_, last = xml_module.split(io.BytesIO(document("<Big>" + "x" * 50_000 + "</Big>").encode()), "Envelope")
    assert last.code == "too-large"


@pytest.mark.parametrize("value", ["a<b", "a>b", "a&b", "]]>", "a\rb", "\n", '"', "'"])
def test_what_is_escaped_comes_back(value):
    assert etree.fromstring(f"<a>{xml_module.escaped(value)}</a>").text == value

"""The XML syntax, and the quick way through it."""

from __future__ import annotations

import io
import random
import re

import pytest
from lxml import etree

from labbro import letters
from labbro.letters import quick as quick_module
from labbro.letters import reading as reading_module
from labbro.letters import xml as xml_module
from labbro.letters.quick import is_odd, read_canonical, read_plain
from labbro.letters.registry import ENVELOPE_MODEL, registry
from labbro.letters.standard import namespace_of

from .building import DATE_OF, VERSIONS, document, good, letter_xml, read_one, replaced, xml

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
SPACE = namespace_of("2014/10/08")


def spread(text, end="\n"):
    """A document with line ends between its elements, but none within its texts."""
    return text.replace("><", f">{end}<").replace(f"<Break/>{end}", "<Break/>")


def plainly(data):
    """What the quick way makes of a document; None where it leaves it to the thorough way."""
    return read_plain(data, ENVELOPE_MODEL, registry().model_of)


def by_the_thorough_way(data, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(reading_module, "read_plain", lambda *_: None)
        patch.setattr(reading_module, "read_canonical", lambda *_: None)
        return list(letters.read(data))


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
        ("<Emessage ", '<Emessage xmlns:o="urn:x" o:a="1" '),
        ("<Emessage ", '<Emessage xmlns:xsi="urn:x" xsi:schemaLocation="a b" '),
        ("<Envelope>", "<Envelope/><Envelope>"),
        ("</Emessage>", "<LaboratoryReport/></Emessage>"),
        ("<Time>07:10", "<Time>7:10"),
    ],
)
def test_anything_wrong_or_odd_goes_the_thorough_way(change):
    data = replaced(xml().decode(), change).encode()
    assert plainly(data) is None
    assert read_canonical(etree.fromstring(data), ENVELOPE_MODEL, registry().model_of) is None


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
        ("<Emessage ", '<Emessage xmlns:o="urn:x" xmlns:p="urn:y" '),
        ("<Result>", "<!-- one --> <!-- t-w-o --><Result>"),
        ("<Value>128", "<Value><!-- none -->128"),
        ("</Emessage>", "<!-- last -->\n</Emessage>"),
    ],
)
def test_both_ways_make_the_same_of_a_right_document(change, monkeypatch):
    data = replaced(xml().decode(), change).encode()
    quick = read_one(data)
    assert by_the_thorough_way(data, monkeypatch) == [quick]
    assert quick.ok
    assert plainly(data) is not None


@pytest.mark.parametrize(
    "change",
    [
        ("<Value>128", "<Value>1 > 0"),
        ("<Value>128", "<Value><![CDATA[<&>]]>"),
        ("<Value>128", "<Value>1<!-- a > b -->28"),
        ("<Value>128", "<Value>a\rb"),
        ("<Result>", "<?note?><Result>"),
        ('"UTF-8"?>', "'UTF-8' ?>\n<!-- < -->"),
    ],
)
def test_a_document_whose_bytes_are_odd_goes_the_quick_way_once_it_is_parsed(change, monkeypatch):
    data = replaced(spread(DECLARATION + xml().decode(), "\r\n"), change).encode()
    root = xml_module.parse(data)
    found = read_canonical(root, ENVELOPE_MODEL, registry().model_of)
    assert found is not None
    assert [found.letter] == [read_one(data).letter.root]
    assert by_the_thorough_way(data, monkeypatch) == [read_one(data)]
    assert read_one(data).ok


@pytest.mark.parametrize(
    "change",
    [
        ("<Value>128</Value>", "<Value>5>/Value<"),
        ("<Value>128</Value>", "<Value>1]]>28</Value>"),
        ("<Value>128</Value>", "<Value>1<28</Value>"),
        ("<Value>128</Value>", "<Value>1&28</Value>"),
        ("<Value>128</Value>", "<Value>1&nbsp;28</Value>"),
        ("<Value>128</Value>", "<Value>1&#8;28</Value>"),
        ("<Value>128</Value>", "<Value>1&#xFFFE;28</Value>"),
        ("<Value>128</Value>", "<Value>1&#xD800;28</Value>"),
        ("<Value>128</Value>", "<Value>1&#1114112;28</Value>"),
        ("<Value>128</Value>", "<Value>1\x0828</Value>"),
        ("<Value>128</Value>", "<Value>1\ufffe28</Value>"),
        ("<Value>128</Value>", "<Value>1\uffff28</Value>"),
        ("<Value>128</Value>", "<Value>128</Value"),
        ("<Value>128</Value>", "<Val<!-- -->ue>128</Value>"),
        ("<Value>128</Value>", "<!-- a -- b --><Value>128</Value>"),
        ("<Value>128</Value>", "<!-- a ---><Value>128</Value>"),
        ("<Value>128</Value>", "<!--><Value>128</Value>"),
        ("<Value>128</Value>", "<!-- <Value>128</Value>"),
        ("<Value>128</Value>", "<!-- > --><Value>128</Value>-->"),
        ("<Value>128</Value>", "<Value>128</value>"),
        ("<Value>128</Value>", "<Value>128< /Value>"),
        ("<Value>128</Value>", "<Value>128</ Value>"),
        ("<Break/>", "<Break>"),
        ("<Break/>", "<Break</Break>"),
        ("<Break/>", "<Break / >"),
        ("</Emessage>", ""),
        ("</Emessage>", "</Emessage></Emessage>"),
        ("</Emessage>", "</Emessage>x"),
        ("</Emessage>", "</Emessage>\x00"),
        ("<Emessage ", '<Emessage xmlns="" '),
        ("<Emessage ", "<Emessage xsi:schemaLocation='a b' "),
        ("<Emessage xmlns", "<Emessage\x0bxmlns"),
        ("<Emessage ", '<Emessage xmlns:o="" '),
        ("<Emessage ", '<Emessage xmlns:o="urn:x" xmlns:o="urn:y" '),
        ("<Emessage ", '<Emessage xmlns:xmlns="urn:x" '),
        ("<Emessage ", '<Emessage xmlns:o="http://www.w3.org/2000/xmlns/" '),
        ("<?xml ", " <?xml "),
        ('"UTF-8"', "\"UTF-8'"),
        ('"UTF-8"', '"ISO-8859-1" a="b"'),
        ("</Result>", "<LaboratoryReport>"),
    ],
)
def test_what_is_not_well_formed_never_goes_the_quick_way(change):
    data = replaced(DECLARATION + xml().decode(), change).encode()
    assert plainly(data) is None
    assert not any(reading.ok for reading in letters.read(data))


@pytest.mark.parametrize(
    "head",
    [
        "",
        "\ufeff",
        "\ufeff<?xml version='1.0'?>",
        "<?xml version='1.0' encoding='utf-8'?>",
        '<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>\r\n',
        '<?xml version="1.0"?>\n<?xml-stylesheet type="text/xsl" href="a"?>\n',
    ],
)
def test_usual_heads_of_a_document_go_the_quick_way(head, monkeypatch):
    data = (head + xml().decode()).encode()
    assert plainly(data) is not None
    assert by_the_thorough_way(data, monkeypatch) == list(letters.read(data))


@pytest.mark.parametrize(
    "before",
    [
        "<!-- <Result> -->",
        "<?note <Result> ?>",
        "<!-- <? -->\n<!-- ?> <Value> -->",
        "<!-- a\nb -->",
        "<?note ! <!-- ?>",
    ],
)
def test_a_place_is_found_behind_what_only_looks_like_a_tag(before):
    text = spread(DECLARATION + xml().decode()).replace("<Value>128", f"{before}\n<Value>?!")
    text = text.replace("<ResultType>alfanumerisk", "<ResultType>numerisk")
    places = [(found.line, found.column) for found in read_one(text.encode()).findings if found.code == "not-numeric"]
    assert places == [(text[: text.index("<Value>?!")].count("\n") + 1, 1)]


@pytest.mark.parametrize(
    ("before", "after"), [("\n", ""), ("", " "), ("\t\t", "\n"), (" " * 200, " "), ("\r\n", "\r\n ")]
)
def test_blanks_before_and_within_tags_do_not_count(before, after):
    text = spread(DECLARATION + xml().decode(), before)
    for tag in ("<Value", "<Result", "</Result", "</Emessage"):
        text = text.replace(f"{tag}>", f"{tag}{after}>")
    text = text.replace("</Receiver>", f"<PostCodeIdentifier{after}/>{before}</Receiver>")
    expected = xml().decode().replace("</Receiver>", "<PostCodeIdentifier/></Receiver>").encode()
    for _ in range(2):
        found = plainly(text.encode())
        assert found is not None
        assert found.letter == read_one(expected).letter.root


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1252", "utf-8"])
@pytest.mark.parametrize("code", range(1, 256))
def test_every_byte_of_an_encoding_means_the_same_both_ways(encoding, code, monkeypatch):
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    data = (head + document(letter_xml())).encode(encoding).replace(b"<Value>128", b"<Value>1" + bytes([code]) + b"28")
    assert by_the_thorough_way(data, monkeypatch) == list(letters.read(data))


@pytest.mark.parametrize("said", ["<ReferenceInterval/>", "<ReferenceInterval></ReferenceInterval>"])
def test_an_element_that_may_hold_others_and_holds_none_is_no_empty_text(said, monkeypatch):
    data = replaced(xml().decode(), ("<ResultType>", f"{said}<ResultType>")).encode()
    found = plainly(data)
    assert found is not None
    assert found.letter.find("LaboratoryResults/Result/ReferenceInterval").content == ()
    assert by_the_thorough_way(data, monkeypatch)[0].letter.root == found.letter


@pytest.mark.parametrize(
    ("change", "odd"),
    [
        (("<Value>128", "<Value>128"), False),
        (("<Value>128", "<Foo>128"), False),
        (("<Value>128", "<Value>1 > 0"), True),
        (("<Value>128", "<Value>1<!-- -->28"), True),
        (("<Result>", "<?note?><Result>"), True),
        (("<Value>128", "<Value>\r128"), True),
        (('"UTF-8"', '"ascii"'), True),
    ],
)
def test_only_a_document_that_is_odd_in_its_bytes_is_tried_again(change, odd):
    assert is_odd(replaced(DECLARATION + xml().decode(), change).encode()) is odd


@pytest.mark.parametrize("between", ["", "\n", "  \n\t", "\n\n "])
def test_a_place_in_a_piece_of_a_document_is_that_in_the_whole(between):
    whole = document(
        f"{between}".join(["", letter_xml(), letter_xml().replace("<Result>", "\n<Result>"), letter_xml()])
    )
    for number, piece in enumerate(xml_module.split(io.BytesIO(whole.encode()), "Envelope")):
        text = piece.document.decode()
        at = text.index("<Value>")
        found = piece.place(text[:at].count("\n") + 1, at - text.rfind("\n", 0, at))
        real = [match.start() for match in re.finditer("<Value>", whole)][number]
        assert found == (whole[:real].count("\n") + 1, real - whole.rfind("\n", 0, real))


def test_tags_that_are_met_are_remembered_up_to_a_bound(monkeypatch):
    monkeypatch.setattr(quick_module, "_remembered", lambda: quick_module.REMEMBERED_TAGS + 1)
    model = registry().by_key["XR0131K"].model
    monkeypatch.setattr(model, "start", {})
    assert plainly(xml()) is not None
    assert model.start == {}


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


def test_what_is_told_of_a_whole_element_has_its_line():
    text = spread(DECLARATION + xml().decode())
    attribute = text.replace("<Value>", '<Value a="1">')
    foreign = text.replace("<LaboratoryReport>", "<OtherReport/>\n<LaboratoryReport>")
    for data, tag in ((attribute, '<Value a="1">'), (foreign, "<OtherReport/>")):
        found = next(iter(letters.read(data.encode()))).findings[0]
        assert (found.code, found.line) in {
            (code, data[: data.index(tag)].count("\n") + 1) for code in ("unknown-attribute", "not-supported")
        }


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

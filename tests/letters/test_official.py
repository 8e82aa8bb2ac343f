"""Our verdicts and conversions beside MedCom's: samples, generated letters, schemas (../shared/medcom/README.md)."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from labbro import letters
from labbro.letters import Element, Letter
from labbro.letters.registry import registry

from .building import DATE_OF, VERSIONS, content_of, document, letter_xml, root_of
from .generating import Maker, spoiled
from .generating import document as varied

FOLDERS = {"XR0130K": "XR0130K", "XR0130K-2005": "XR0130K/2005", "XR0131K": "XR0131K", "XR0130F": "XR0130F"} | {
    code: code for code in ("XC0130Q", "XC0230Q", "XC0330Q")
}
PAIRS = ("RPT01_1", "RPT01_2", "RPT01_3", "CTL01_1", "CTL02_1", "CTL03_1")


@pytest.fixture(scope="module")
def generated(shared: Path) -> Path:
    return shared / "medcom" / "generated"


@pytest.fixture(scope="module")
def samples(shared: Path) -> Path:
    return shared / "medcom" / "official" / "samples"


@pytest.fixture(scope="module")
def manifest(generated: Path) -> list[dict]:
    lines = map(json.loads, (generated / "manifest.jsonl").open())
    return [line for line in lines if line["key"] in FOLDERS]


@pytest.fixture(scope="module")
def verdict(shared: Path):
    """The verdict of the official schema of a version on a document."""

    @cache
    def schema(date: str) -> etree.XMLSchema:
        return etree.XMLSchema(etree.parse(shared / "medcom" / "official" / "schemas" / date / "EMessage.xsd"))

    def valid(data: bytes, version: str) -> bool:
        try:
            root = etree.fromstring(data)
        except (etree.XMLSyntaxError, ValueError, LookupError):
            return False
        space = etree.QName(root).namespace
        dates = {registry().by_key[key].version.namespace: date for key, date in DATE_OF.items()}
        if space not in dates:
            return False
        return schema(dates[space]).validate(root)

    return valid


def ok(data: bytes) -> bool:
    found = list(letters.read(data))
    assert found
    return all(reading.ok for reading in found)


def read_all(path: Path) -> list[Letter]:
    found = []
    for reading in letters.read(path.read_bytes()):
        assert reading.ok, (path, reading.findings)
        assert reading.letter is not None
        found.append(reading.letter)
    return found


def contents(several: list[Letter]) -> list[object]:
    return [(letter.version, letter.envelope, content_of(letter.root)) for letter in several]


# --- verdicts --------------------------------------------------------------------------------------------------------


def test_every_generated_letter_is_valid_here_and_there(generated, verdict):
    seen = 0
    for folder, version in FOLDERS.items():
        for path in sorted((generated / "xml" / folder).glob("*.xml")):
            data = path.read_bytes()
            assert verdict(data, version), path
            assert ok(data), (path, [reading.findings for reading in letters.read(data)])
            seen += 1
    assert seen >= 70


def test_every_spoiled_letter_gets_the_official_verdict(generated, verdict):
    seen = 0
    for line in map(json.loads, (generated / "invalid" / "verdicts.jsonl").open()):
        if line["version"] in FOLDERS:
            data = (generated / "invalid" / line["file"]).read_bytes()
            assert ok(data) is line["valid"], line
            assert verdict(data, FOLDERS[line["version"]]) is line["valid"], line
            seen += 1
    assert seen >= 100


def test_every_letter_read_back_by_the_official_converter_gets_the_official_verdict(manifest, generated, verdict):
    for line in manifest:
        if line["back"]:
            data = (generated / line["back"]).read_bytes()
            assert ok(data) is verdict(data, FOLDERS[line["key"]]), line["back"]


@pytest.mark.parametrize("name", PAIRS)
def test_the_official_samples_are_valid_in_both_forms(samples, verdict, name):
    data = (samples / "xml" / f"{name}.xml").read_bytes()
    assert verdict(data, "")
    assert ok(data)
    assert ok((samples / "edifact" / f"{name}.edi").read_bytes())


@pytest.mark.parametrize("version", VERSIONS)
def test_the_letters_written_by_hand_for_these_tests_are_valid_by_the_official_schema(verdict, version):
    assert verdict(document(letter_xml(version), version=version).encode(), version)


@pytest.mark.parametrize("version", VERSIONS)
def test_letters_made_from_the_declaration_are_valid_by_the_official_schema(verdict, version):
    for seed in range(60):
        data = varied(Maker(seed, wide=True).letter(version), random.Random(seed))
        assert verdict(data, version), (seed, data.decode("utf-8", "replace")[:4000])
        assert ok(data), (seed, [reading.findings for reading in letters.read(data)])


@pytest.mark.parametrize("version", VERSIONS)
def test_letters_with_one_change_get_the_verdict_of_the_official_schema(verdict, version):
    refused = 0
    for seed in range(250):
        chance = random.Random(seed)
        letter = Maker(seed, wide=True).letter(version)
        spoilt = Letter(version, spoiled(letter.root, chance), letter.envelope)
        data = varied(spoilt, chance)
        said = verdict(data, version)
        assert ok(data) is said, (seed, said, [reading.findings[:3] for reading in letters.read(data)], data[:3000])
        refused += not said
    assert refused > 60


@pytest.mark.parametrize("change", range(12))
def test_attributes_and_namespaces_get_the_verdict_of_the_official_schema(verdict, change):
    xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    said = (
        ("<Value>", '<Value note="x">'),
        ("<Emessage ", f'<Emessage {xsi} xsi:schemaLocation="a b" '),
        ("<Emessage ", f'<Emessage {xsi} xsi:noNamespaceSchemaLocation="a" '),
        ("<Value>", f'<Value {xsi} xsi:nil="false">'),
        ("<Value>", f'<Value {xsi} xsi:type="string">'),
        ("<Value>", '<Value xml:lang="da">'),
        ("<Result>", '<Result xmlns="">'),
        ("<Result>", '<Result xmlns:other="urn:x">'),
        ("<Result>", '<Result xmlns:o="urn:x" o:a="1">'),
        ("<Unit>µmol/l</Unit>", '<Unit xmlns="urn:x">µmol/l</Unit>'),
        ("<Emessage ", '<Emessage lang="da" '),
        ("<Result>", '<Result xmlns="http://rep.oio.dk/medcom.dk/xml/schemas/2014/10/08/">'),
    )[change]
    data = document(letter_xml("XR0131K")).replace(*said, 1).encode()
    assert ok(data) is verdict(data, "XR0131K")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "form",
    [
        "{letter}",  # a letter that is itself the document
        "<Emessage {space}>{envelope}{letter}{letter}</Emessage>",
        "<Emessage {space}>{envelope}</Emessage>",
        "<Emessage {space}>{letter}</Emessage>",
        "<Emessage {space}>{letter}{envelope}</Emessage>",
        "<Emessage {space}>{envelope}{letter}<Local_Elements><a xmlns=''>x</a></Local_Elements></Emessage>",
        "<Emessage {space}>{envelope}<Local_Elements/>{letter}</Emessage>",
        "<Emessage {space}>{envelope}{letter}<Local_Elements/><Local_Elements/></Emessage>",
        "<Emessage {space}>{envelope}{letter}<Local_Elements/>{letter}<Local_Elements/></Emessage>",
        "<Emessage {space}>{envelope}{letter}stray</Emessage>",
        "<Emessage {space}/>",
        "<Envelope {space}/>",
    ],
)
def test_documents_of_every_shape_get_the_verdict_of_the_official_schema(verdict, version, form):
    space = f'xmlns="{registry().by_key[version].version.namespace}"'
    whole = document("@", version=version)
    envelope = whole[whole.index("<Envelope>") : whole.index("@")]
    letter = letter_xml(version)
    if form == "{letter}":
        letter = letter.replace(f"<{root_of(version)}>", f"<{root_of(version)} {space}>")
    data = form.format(space=space, envelope=envelope, letter=letter).encode()
    assert ok(data) is verdict(data, version), [reading.findings for reading in letters.read(data)]


# --- conversions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAIRS)
def test_official_pairs_say_the_same_in_both_directions(samples, name):
    from_edifact = read_all(samples / "edifact" / f"{name}.edi")
    from_xml = read_all(samples / "xml" / f"{name}.xml")
    assert contents(from_edifact) == contents(from_xml)
    official = (samples / "edifact" / f"{name}.edi").read_bytes().replace(b"\r", b"").replace(b"\n", b"")
    assert letters.write(from_xml, "edifact").data == official


def test_reading_gives_what_the_official_converter_reads_wherever_that_is_to_be_trusted(manifest, generated):
    seen = 0
    for line in manifest:
        if line["trust_read"]:
            ours = contents(read_all(generated / line["edi"]))
            assert ours == contents(read_all(generated / line["back"])), line["file"]
            seen += 1
    assert seen >= 30


def test_writing_gives_what_the_official_converter_writes_wherever_that_is_to_be_trusted(manifest, generated):
    seen = 0
    for line in manifest:
        if line["trust_write"]:
            written = letters.write(read_all(generated / line["xml"]), "edifact").data
            assert written == (generated / line["edi"]).read_bytes(), line["file"]
            seen += 1
    assert seen >= 30


@pytest.mark.parametrize("syntax", ["xml", "edifact", "json"])
def test_reading_and_writing_is_the_identity_for_every_valid_letter(manifest, generated, syntax):
    for line in manifest:
        for path in {line["xml"], line["edi"], line["back"]} - {None}:
            readings = [reading for reading in letters.read((generated / path).read_bytes()) if reading.ok]
            several = [reading.letter for reading in readings if reading.letter is not None]
            if syntax == "json":
                assert [letters.from_json(letters.to_json(letter)) for letter in several] == several
                continue
            if not several:
                continue
            data, told = letters.losses(several, syntax)
            if data is None:
                assert [found for found in told if found.severity == "error"], path
                continue
            again = [reading.letter for reading in letters.read(data)]
            if syntax == "xml":
                assert contents(again) == contents(several), path
            elif not told:
                assert settled(again) == settled(several), path
            # What was read from EDIFACT is said in EDIFACT without any loss.
            if path.endswith(".edi") and syntax == "edifact":
                assert [found for found in told if found.severity in {"error", "loss"}] == [], path


def settled(several: list[Letter]) -> list[object]:
    """Letters as they are after a way through EDIFACT: the notes of the manifest are no differences."""
    return [(letter.version, letter.envelope, content_of(through(letter.root))) for letter in several]


def through(root: Element) -> Element:
    (reading,) = letters.read(
        letters.write(letters.Letter(*_key_of(root), letters.Envelope("2024-05-06", "07:10", "K")), "edifact").data
    )
    return reading.letter.root


def _key_of(root: Element) -> tuple[str, Element]:
    code = root.text("Letter/VersionCode")
    return code, root


# --- differences to what is not to be trusted ------------------------------------------------------------------------

# What the defects of the manifest change, as names of elements; "*" for all that comes after.
TEXTS = {"Comments", "AnalysisCompleteName", "ResultTextValue", "ResultComments", "RefuseText"}
TOUCHES: dict[str, set[str]] = {
    "volume_misspelt": {"Volume", "UnitOfVolume"},
    "space_drops_text": TEXTS,
    "style_not_read": {"ResultTextValue", "ResultComments"},
    "local_identifier_dropped": {"IdentifierLocal", "IdentifierCode"},
    "unb_year_pivot": {"Envelope"},
    "requisition_group_dropped": {"RequisitionGroup", "Order"},
    "object_extension_not_written": {"Reference", "ObjectCode", "ObjectExtensionCode"},
    "reference_description_wrap": {"Reference", "RefDescription", "URL"},
    "cc_unit_not_read": {"UnitName"},
    "ftx_limit": TEXTS,
    "one_text_per_ftx_read": TEXTS,
    "s19_group_written": {"ProducerOfLabResult", "ReferenceInterval"},
    "stray_quote_in_ftx_code": {"ResultTextValue", "ResultComments"},
    "r0130f_iupac_not_read": {"AnalysisCodeType"},
    "mds_not_written": {"AnalysisCodeType"},
    "amt_not_written": {"IdentifierCode"},
    "interval_type_without_limits": {"TypeOfInterval", "ReferenceInterval"},
    "several_letters_not_read": {"*"},
    "receipt_code_without_text": {"RefuseCode", "RefuseText"},
    # A note: what is empty has no place in the official form, and ours says it as an empty line.
    "empty_value_not_in_form": TEXTS,
}


def unexplained(line: dict, ours: list[Letter | None], theirs: list[Letter | None]) -> set[str]:
    """The elements that differ though no defect of the manifest touches them."""
    named = {*line["defects"], *line["notes"]}
    return differing(ours, theirs) - {name for defect in named for name in TOUCHES.get(defect, ())}


def test_where_the_official_reading_is_not_to_be_trusted_a_named_defect_explains_every_difference(manifest, generated):
    for line in manifest:
        if not line["trust_read"] and line["back"] and line["edi"]:
            ours = [reading.letter for reading in letters.read((generated / line["edi"]).read_bytes())]
            theirs = [reading.letter for reading in letters.read((generated / line["back"]).read_bytes())]
            assert unexplained(line, ours, theirs) == set(), line["file"]


def differing(ours: list[Letter | None], theirs: list[Letter | None]) -> set[str]:
    """The names of the elements that differ between readings."""
    if len(ours) != len(theirs) or None in ours or None in theirs:
        return {"*"}
    found: set[str] = set()
    for mine, other in zip(ours, theirs, strict=True):
        if mine.version != other.version:
            found.add("Letter")
        if mine.envelope != other.envelope:
            found.add("Envelope")
        found |= _differing(mine.root, other.root)
    return found


def _differing(mine: Element, other: Element) -> set[str]:
    if content_of(mine) == content_of(other):
        return set()
    mixed = any(isinstance(part, str) for element in (mine, other) for part in element.content)
    if mixed or not mine.children or not other.children:
        return {mine.name}
    found: set[str] = set()
    names = {child.name for child in (*mine.children, *other.children)}
    for name in names:
        left, right = list(mine.all(name)), list(other.all(name))
        if len(left) != len(right):
            found.add(name)
        else:
            found |= {hit for one, two in zip(left, right, strict=True) for hit in _differing(one, two)}
    return found or {mine.name}


def test_where_the_official_writing_is_not_to_be_trusted_a_named_defect_explains_every_difference(manifest, generated):
    for line in manifest:
        if line["trust_write"] or not line["edi"]:
            continue
        data, told = letters.losses(read_all(generated / line["xml"]), "edifact")
        if data is None:
            assert [found for found in told if found.severity == "error"], line["file"]
            continue
        ours = [reading.letter for reading in letters.read(data)]
        theirs = [reading.letter for reading in letters.read((generated / line["edi"]).read_bytes())]
        assert unexplained(line, ours, theirs) == set(), line["file"]

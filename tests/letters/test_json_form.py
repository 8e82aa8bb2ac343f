"""The JSON form of a letter, and letters made from it."""

from __future__ import annotations

import msgspec
import pytest

from labbro import letters
from labbro.errors import WrongUse
from labbro.letters import Element, Envelope
from labbro.letters.ftx import BREAK

from .building import VERSIONS, edi, good, interchange, letter_in_envelope, segments, xml

TEXTS = "<ResultTextValue>{}</ResultTextValue>"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_letter_comes_back_from_json_the_same(version):
    letter = good(xml(version))
    assert letters.from_json(msgspec.json.decode(msgspec.json.encode(letters.to_json(letter)))) == letter


def test_the_form_names_version_envelope_and_elements():
    form = letters.to_json(good(xml()))
    assert form["version"] == "XR0131K"
    assert form["envelope"] == {
        "sent_date": "2024-05-06",
        "sent_time": "07:10",
        "identifier": "KUVERT1",
        "acknowledgement": "minuspositivkvitt",
    }
    report = form["LaboratoryReport"]
    assert report["Letter"]["Identifier"] == "BREV1"
    assert report["LaboratoryResults"]["Result"][0]["Analysis"]["AnalysisCompleteName"] == "P-Kreatininium; stofk.\n"


def test_what_was_assumed_and_local_elements_are_kept():
    letter = good(edi())
    assert letters.to_json(letter)["assumed"] == list(letter.assumed)
    assert letters.from_json(letters.to_json(letter)).assumed == letter.assumed


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("et<Break/>to<Break/>", "et\nto\n"),
        ("", ""),
        ("uden afslutning", "uden afslutning"),
        ("<Break/>", "\n"),
        ("a<Space/>b", ["a", {"Space": ""}, "b"]),
        ("a<Bold>b<Break/>c</Bold>", ["a", {"Bold": "b\nc"}]),
        ("<FixedFont>a<Bold>b</Bold></FixedFont>", [{"FixedFont": ["a", {"Bold": "b"}]}]),
        ("a\nb", ["a\nb"]),
        ("a\nb<Break/>", ["a\nb", {"Break": ""}]),
    ],
)
def test_a_text_is_a_string_where_it_is_plain_and_parts_where_it_is_not(markup, said):
    letter = good(xml("XR0131K", ("</Unit>", "</Unit>" + TEXTS.format(markup))))
    (result,) = letters.to_json(letter)["LaboratoryReport"]["LaboratoryResults"]["Result"]
    assert result["ResultTextValue|ResultComments"] == [{"ResultTextValue": said}]
    assert letters.from_json(letters.to_json(letter)) == letter


def test_a_repeated_choice_keeps_its_order():
    mixed = "<ResultComments>1</ResultComments><ResultTextValue>2</ResultTextValue><ResultComments>3</ResultComments>"
    form = letters.to_json(good(xml("XR0131K", ("</Unit>", "</Unit>" + mixed))))
    assert form["LaboratoryReport"]["LaboratoryResults"]["Result"][0]["ResultTextValue|ResultComments"] == [
        {"ResultComments": "1"},
        {"ResultTextValue": "2"},
        {"ResultComments": "3"},
    ]


def test_a_letter_is_made_from_values_and_its_codes_are_filled_in():
    form = letters.to_json(good(xml()))["LaboratoryReport"]
    for code in ("VersionCode", "TypeCode", "StatisticalCode"):
        del form["Letter"][code]
    made = letters.make("XR0131K", Envelope("2024-05-06", "07:10", "KUVERT1"), form)
    assert made.root == good(xml()).root
    assert letters.check(made) == ()


def test_a_line_feed_in_a_text_is_a_break():
    form = letters.to_json(good(xml()))
    form["LaboratoryReport"]["RequisitionInformation"]["Comments"] = "et\n\nto"
    comments = letters.from_json(form).root.find("RequisitionInformation/Comments")
    assert comments == Element("Comments", ("et", BREAK, BREAK, "to"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda form: form.pop("version"), "version"),
        (lambda form: form.update(version="XR9999Z"), "version"),
        (lambda form: form.pop("LaboratoryReport"), "LaboratoryReport"),
        (lambda form: form.update(LaboratoryReport=[]), "LaboratoryReport"),
        (lambda form: form["LaboratoryReport"].update(Extra="x"), "Extra"),
        (lambda form: form["LaboratoryReport"]["Letter"].update(Identifier=5), "Identifier"),
        (lambda form: form["LaboratoryReport"].update(Letter="x"), "Letter"),
        (lambda form: form["LaboratoryReport"]["LaboratoryResults"].update(Result={}), "Result"),
        (lambda form: form["LaboratoryReport"]["RequisitionInformation"].update(Comments=5), "Comments"),
        (
            lambda form: form["LaboratoryReport"]["RequisitionInformation"].update(Comments=[{"a": "b", "c": "d"}]),
            "Comments",
        ),
        (
            lambda form: form["LaboratoryReport"]["LaboratoryResults"]["Result"][0].update(
                {"ResultTextValue|ResultComments": ["x"]}
            ),
            "ResultTextValue",
        ),
        (
            lambda form: form["LaboratoryReport"]["LaboratoryResults"]["Result"][0].update(
                {"ResultTextValue|ResultComments": [{"Value": "x"}]}
            ),
            "Value",
        ),
        (lambda form: form.update(envelope=[]), "envelope"),
        (lambda form: form["envelope"].pop("identifier"), "identifier"),
    ],
)
def test_a_form_that_is_none_is_refused_in_a_sentence(change, sentence):
    form = letters.to_json(good(xml()))
    change(form)
    with pytest.raises(WrongUse, match=sentence):
        letters.from_json(form)


def test_values_that_are_wrong_are_a_matter_of_the_check_not_of_the_form():
    form = letters.to_json(good(xml()))
    form["LaboratoryReport"]["LaboratoryResults"]["Result"][0]["Value"] = ""
    form["envelope"]["sent_time"] = "7"
    assert [found.code for found in letters.check(letters.from_json(form))] == ["wrong-form", "empty-value"]


def test_a_letter_without_envelope_has_none_in_json():
    letter = letters.Letter("XR0131K", good(xml()).root)
    assert "envelope" not in letters.to_json(letter)
    assert letters.from_json(letters.to_json(letter)).envelope is None
    assert letters.from_json(letters.to_json(letter_in_envelope(letter))).envelope is not None


def test_letters_read_from_edifact_come_back_from_json_too():
    letter = good(interchange(segments("R0131K", ("REL+PRF", "FTX+RIT+FF0++x \\:y:.'\nREL+PRF"))))
    assert letters.from_json(letters.to_json(letter)) == letter

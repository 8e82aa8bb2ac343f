"""XRPT06: the microbiology report to MiBa, with the keys of its schema (facts: rpt06.md)."""

from __future__ import annotations

import random

import pytest

from labbro import letters
from labbro.letters import Element, Letter

from ..generating import document as varied
from .beside_medcom import (
    official_verdict,
    ok,
    readings,
)
from .microbiology import ENVELOPE, MIBA, ROW, coded, codes, isolate, miba, refused_as_edifact

CULTURE = "LaboratoryResults/Investigation/0/CultureFindings"
FOUND = "MiBaReport/LaboratoryResults/Investigation/CultureFindings"
PROPERTIES = f"{CULTURE}/Microorganism/0/Properties"
NUMBERS = ("SortOrder", "AntibioticNumber", "RefMicroorganism", "RefAntibiotic")


@pytest.mark.parametrize(
    ("name", "valid"),
    [("Eksempel_Dyrkning_1", True), ("Dyrkning1", False), ("Dyrkning2", False), ("Dyrkning_med_stemproperties", False)],
)
def test_the_public_examples_get_the_verdict_of_the_schema(shared, name, valid):
    data = (shared / "medcom" / "official" / "examples" / "xrpt06" / f"{name}.xml").read_bytes()
    assert ok(data) is valid
    (reading,) = letters.read(data)
    assert "Undersøgt af" in letters.show_text(reading.letter)


def renumbered(element: Element, chance: random.Random) -> Element:
    """The tree with some numbers of rows, columns and entries changed."""
    if isinstance(element.content, str):
        if element.name not in NUMBERS or chance.random() < 0.8:
            return element
        return Element(element.name, chance.choice([" {} ", "0{}", "+{}", "1", "2", "3"]).format(element.content))
    content = (part if isinstance(part, str) else renumbered(part, chance) for part in element.content)
    return Element(element.name, tuple(content))


def test_keys_and_references_get_the_verdict_of_the_schema(shared):
    example = shared / "medcom" / "official" / "examples" / "xrpt06" / "Eksempel_Dyrkning_1.xml"
    (reading,) = readings(example.read_bytes())
    seen = {True: 0, False: 0}
    for root in (reading.letter.root, miba().root):
        for seed in range(150):
            chance = random.Random(seed)
            letter = Letter("XR0630M", renumbered(root, chance), ENVELOPE)
            data = varied(letter, chance)
            said = official_verdict(shared, "XR0630M", data)
            assert ok(data) is said, (seed, codes(letter))
            seen[said] += 1
    assert min(seen.values()) > 20


def test_numbers_of_isolates_and_antibiotics_are_keys_not_places():
    assert codes(miba()) == []
    page = letters.show_text(miba())
    assert "Antibiotikum  3 Staphylococcus aureus  7 Escherichia coli" in page
    assert "Mecillinam    R resistent              –" in page


@pytest.mark.parametrize(("name", "number"), [("RefMicroorganism", "1"), ("RefAntibiotic", "11")])
def test_an_entry_that_points_nowhere_is_an_error(name, number):
    letter = miba((f"{CULTURE}/Pattern/PatternEntry/1/{name}", number))
    assert codes(letter) == [("no-such-number", f"{FOUND}/Pattern/PatternEntry[2]/{name}")]


def test_a_number_that_stands_twice_is_an_error():
    letter = miba((f"{CULTURE}/Microorganism/1/SortOrder", "03"), (f"{CULTURE}/Pattern/PatternEntry/1", None))
    assert codes(letter) == [("number-repeated", f"{FOUND}/Microorganism[2]/SortOrder")]
    letter = miba(
        (f"{CULTURE}/Pattern/Antibiotic/1/AntibioticNumber", "10"), (f"{CULTURE}/Pattern/PatternEntry/0", None)
    )
    assert codes(letter) == [("number-repeated", f"{FOUND}/Pattern/Antibiotic[2]/AntibioticNumber")]


def test_a_number_may_stand_again_in_another_culture():
    again = MIBA["LaboratoryResults"]["Investigation"][0]
    assert codes(miba(("LaboratoryResults/Investigation", [again, again]))) == []


def test_a_wrong_number_has_its_place_in_the_document():
    data = letters.write(miba(), "xml").data
    wrong = data.replace(b"<RefAntibiotic>20<", b"<RefAntibiotic>21<")
    (reading,) = readings(wrong)
    (found,) = [found for found in reading.findings if found.severity == "error"]
    assert (found.code, found.line) == ("no-such-number", 2)


def test_properties_keep_their_order_in_json():
    letter = miba()
    culture = letters.to_json(letter)["MiBaReport"]["LaboratoryResults"]["Investigation"][0]["CultureFindings"]
    names = [next(iter(each)) for each in culture["Microorganism"][0]["Properties"][ROW]]
    first = ["Property", "Result", "PropertyAnalysis", "PropertyAnalysis"]
    assert names == [*first, "Property", "Result", "Protected"]
    assert letters.from_json(letters.to_json(letter)) == letter


def test_a_property_rests_on_analyses_of_one_kind():
    mixed = [
        {"Property": coded("MRSA")},
        {"Result": coded("Positiv")},
        {"PropertyAnalysis": coded("mecA")},
        {"StemPropertyAnalysis": {}},
    ]
    assert codes(miba((f"{PROPERTIES}/{ROW}", mixed))) != []
    assert codes(miba((f"{PROPERTIES}/{ROW}", []))) == []


@pytest.mark.parametrize(
    ("number", "right"), [("12345678901234567", True), ("123456789012345678", False), ("-0.50", True), ("1e3", False)]
)
def test_a_numeric_answer_has_at_most_seventeen_digits(number, right):
    question = {"Code": "Q1", "CodeType": "lokal", "CodeResponsible": "OEB", "CodeText": "Uge"}
    prompt = [{"Question": question, "Answer": {"Numerical": number}}]
    assert (codes(miba(("LaboratoryResults/Prompt", prompt))) == []) is right


def test_there_is_no_edifact():
    assert refused_as_edifact(miba()) == ["no-edifact-form"]


# --- shown ---------------------------------------------------------------------------------------------------------


def test_properties_are_shown_with_what_they_rest_on():
    page = letters.show_text(miba())
    assert "MRSA:" in page
    assert "mecA (K1, MiBa, MIBA, 110): påvist ACGT (K1, MiBa, MIBA, 110)" in " ".join(page.split())
    assert "Resistent > 8 mg/l" in " ".join(page.split())


def test_what_the_sender_protects_is_not_shown_but_kept():
    secret = isolate(3, "Hemmelig") | {
        "Properties": {ROW: [{"Property": coded("MRSA")}, {"Result": coded("X")}, {"Protected": "2"}]}
    }
    secret["Identification"] = coded("Hemmelig", "H7") | {"Protected": "1"}
    letter = miba((f"{CULTURE}/Microorganism/0", secret))
    page = letters.show_text(letter)
    assert "beskyttet" in page
    assert "Hemmelig" not in page
    assert "H7" not in page
    assert letters.from_json(letters.to_json(letter)) == letter
    assert "beskyttet" not in letters.show_text(miba())


def test_the_tree_names_what_the_sender_protects_and_does_not_tell_it():
    secret = isolate(3, "Hemmelig") | {
        "Properties": {ROW: [{"Property": coded("MRSA")}, {"Result": coded("Skjult")}, {"Protected": "2"}]}
    }
    letter = miba((f"{CULTURE}/Microorganism/0", secret))
    tree = letters.tree_html(letter)
    assert "MRSA" in tree
    assert "Skjult" not in tree
    assert "(beskyttet af afsenderen)" in tree
    assert "(protected by the sender)" in letters.tree_html(letter, "en")
    assert "beskyttet" not in letters.tree_html(miba())


def test_a_refused_consent_is_said_at_the_top():
    assert "🔒" in letters.show_text(miba(("Patient/ConsentGiven", "false")))


@pytest.mark.parametrize("number", ["", "x", "²", "9" * 5000, "-1"])
def test_a_letter_with_a_faulty_number_can_still_be_shown(number):
    letter = miba((f"{CULTURE}/Pattern/PatternEntry/0/RefAntibiotic", number))
    assert codes(letter)
    assert "Uden plads i skemaet" in letters.show_text(letter)


@pytest.mark.parametrize(
    ("number", "hidden"), [("0", False), ("-0", False), ("+00", False), ("1", True), (" 7 ", True)]
)
def test_zero_in_any_spelling_protects_nothing(number, hidden):
    letter = miba((f"{CULTURE}/Microorganism/1/Identification", coded("Candida") | {"Protected": number}))
    assert codes(letter) == []
    assert ("Candida" not in letters.show_text(letter)) is hidden

"""MedCom's own samples and the generated letters, taken in."""

from __future__ import annotations

import json

import pytest

from labbro import letters, records
from labbro.databank.sameness import same_content

from .building import NOW, values

FAMILY = ("XR0130K-2005", "XR0130K", "XR0131K", "XR0130F")
SAMPLES = ("RPT01_1", "RPT01_2", "RPT01_3", "RPT03_1", "RPT04_1", "RPT04_2", "REQ01_1", "REQ02_1", "REQ03_1", "REQ03_2")
# Letters that differ in their two syntaxes in what EDIFACT says otherwise (notes of the manifest).
SAID_OTHERWISE = {"pattern_entry_order", "false_is_absence"}


def take(databank, *paths):
    outcomes = []
    for path in paths:
        outcomes.extend(databank.intake(letters.read(path.read_bytes()), NOW, "request-1", "load"))
    return outcomes


def test_medcoms_pair_of_a_result_and_its_correction_is_linked_in_either_order(databank, shared):
    samples = shared / "medcom/official/samples"
    take(databank, samples / "edifact/RPT01_3.edi", samples / "xml/RPT01_2.xml")
    assert sorted(values(databank, "1212778221")) == [("128", False), ("212", True)]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_in_both_syntaxes_is_one_letter(databank, shared, name):
    samples = shared / "medcom/official/samples"
    stored, again = take(databank, samples / f"edifact/{name}.edi", samples / f"xml/{name}.xml")
    assert (stored.kind, again.kind) == ("stored", "again")


@pytest.mark.parametrize("name", ["xrpt05/6092035412.xml", "xrpt06/Eksempel_Dyrkning_1.xml"])
def test_the_valid_examples_of_the_letters_without_edifact_are_taken_in(databank, shared, name):
    (outcome,) = take(databank, shared / "medcom/official/examples" / name)
    assert outcome.kind == "stored"


def test_official_receipts_are_noted(databank, shared):
    paths = sorted((shared / "medcom/official/samples").rglob("CTL*"))
    assert {outcome.kind for outcome in take(databank, *paths)} == {"noted"}


def test_every_generated_letter_is_taken_in(databank, shared):
    generated = shared / "medcom/generated"
    seen = set()
    for folder in sorted((generated / "xml").iterdir()):
        expected = {"noted"} if folder.name.startswith("XC") else {"stored", "again"}
        for path in sorted(folder.glob("*.xml")):
            for outcome in take(databank, path):
                assert outcome.kind in expected, (path.name, outcome.code, outcome.findings)
                seen.add(folder.name)
    assert len(seen) >= 26


def test_a_generated_letter_in_its_other_syntax_is_the_same_letter(shared):
    for line in (shared / "medcom/generated/manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if not entry["trust"] or not entry["edi"] or SAID_OTHERWISE & set(entry["notes"]):
            continue
        pair = [(shared / "medcom/generated" / entry[syntax]).read_bytes() for syntax in ("xml", "edi")]
        for one, other in zip(*(list(letters.read(data)) for data in pair), strict=True):
            assert same_content(one.letter, other.letter), entry["xml"]


def test_every_result_of_a_generated_letter_becomes_a_result_of_the_report(shared):
    for line in (shared / "medcom/generated/manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if entry["key"] not in FAMILY:
            continue
        data = (shared / "medcom/generated" / entry["xml"]).read_bytes()
        for reading in letters.read(data):
            report = records.project(reading.letter)
            assert len(report.results) == sum(1 for _ in reading.letter.root.all("LaboratoryResults/Result"))
            assert not any(result.value == "*****" for result in report.results)
            assert all(result.value is None for result in report.results if result.status == "received")


def test_every_invalid_letter_of_the_family_is_refused_and_kept(databank, shared):
    invalid = shared / "medcom/generated/invalid"
    verdicts = [json.loads(line) for line in (invalid / "verdicts.jsonl").read_text().splitlines()]
    wrong = [verdict for verdict in verdicts if not verdict["valid"] and verdict["version"] in FAMILY]
    assert wrong
    for verdict in wrong:
        path = next(path for path in (invalid.parent / verdict["file"], invalid / verdict["file"]) if path.exists())
        outcomes = take(databank, path)
        assert any(outcome.kind == "refused" for outcome in outcomes), verdict
    assert databank.refused_letters()

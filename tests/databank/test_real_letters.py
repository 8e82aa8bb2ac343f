"""MedCom's own samples and the generated letters, taken in."""

from __future__ import annotations

import json

from labbro import letters, records

from .building import NOW, values

FAMILY = ("XR0130K-2005", "XR0130K", "XR0131K", "XR0130F")


def take(databank, *paths):
    outcomes = []
    for path in paths:
        outcomes.extend(databank.intake(letters.read(path.read_bytes()), NOW, "request-1", "load"))
    return outcomes


def test_medcoms_pair_of_a_result_and_its_correction_is_linked_in_either_order(databank, shared):
    samples = shared / "medcom/official/samples"
    take(databank, samples / "edifact/RPT01_3.edi", samples / "xml/RPT01_2.xml")
    assert sorted(values(databank, "1212778221")) == [("128", False), ("212", True)]


def test_a_sample_in_both_syntaxes_is_one_letter(databank, shared):
    samples = shared / "medcom/official/samples"
    for number in (1, 2, 3):
        stored, again = take(databank, samples / f"edifact/RPT01_{number}.edi", samples / f"xml/RPT01_{number}.xml")
        assert (stored.kind, again.kind) == ("stored", "again")


def test_every_generated_letter_of_the_family_is_taken_in(databank, shared):
    generated = shared / "medcom/generated"
    for folder in FAMILY:
        for path in sorted((generated / "xml" / folder).glob("*.xml")):
            for outcome in take(databank, path):
                assert outcome.kind in {"stored", "again"}, (path.name, outcome.code, outcome.findings)


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

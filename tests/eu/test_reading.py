"""A European document becomes a report of the record; what is wrong with it is told, whatever it holds."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.eu.test_document import COLI, NANCY, all_reports, report, result
from tests.eu.test_document import Culture as CultureStruct
from tests.eu.test_document import Microbiology as MicrobiologyStruct

from labbro.eu.bundle import is_document
from labbro.eu.document import document
from labbro.eu.reading import read_document
from labbro.records.model import Report


def bundle(told: Report | None = None) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(document(told or report()).encoded())
    return made


def read(content: object) -> Any:
    return read_document(json.dumps(content).encode())


def codes(content: object) -> set[str]:
    found = read(content)
    assert not found.ok
    for finding in found.findings:
        assert finding.message != finding.message_da
        assert ";" in finding.message or ":" in finding.message
    return {finding.code for finding in found.findings}


def test_what_was_written_of_biochemistry_reads_back(shared: Path) -> None:
    for name, told in all_reports(shared):
        if told.kind != "biochemistry":
            continue
        back = read_document(document(told).encoded()).report
        assert back is not None, name
        assert back.patient.surname == told.patient.surname.strip() or back.patient.surname == "Ukendt", name
        assert [one.analysis.value for one in back.results] == [
            "-".join(x.analysis.value.split()) for x in told.results
        ]
        assert [one.status for one in back.results] == [one.status for one in told.results], name
        for one, sent in zip(back.results, told.results, strict=True):
            if one.kind == "numeric":
                assert one.value == (sent.value or "").strip().replace(",", ".").lstrip("+"), name
                assert one.unit == sent.unit.strip() if sent.unit else one.unit in (None, "1"), name


def test_a_report_reads_back_part_by_part() -> None:
    told = report(result(value="4,10", operator="<", comments=("Hæmolyse.",)))
    back = read_document(document(told).encoded()).report
    assert back is not None
    (one,) = back.results
    assert (one.value, one.operator, one.unit, one.comments) == ("4.10", "<", "mmol/L", ("Hæmolyse.",))
    assert (back.patient.identifier, back.patient.given_name) == (NANCY.identifier, "Nancy Ann Test")
    assert (back.sender.ean, back.production_number) == ("5790000000012", told.production_number)
    assert (back.samples[0].requester_number, back.samples[0].laboratory_number) == ("9000000000011", "90001")
    assert (back.samples[0].sampled_at, back.authorised_at) == (told.samples[0].sampled_at, told.authorised_at)


def test_the_members_of_a_culture_come_in_order_after_it() -> None:
    told = MicrobiologyStruct(cultures=(CultureStruct("Dyrkning", isolates=(COLI,)),))
    made = report(result(value=None, unit=None, microbiology=told), kind="microbiology")
    back = read_document(document(made).encoded()).report
    assert back is not None
    assert back.kind == "microbiology"
    names = [one.analysis.short_name for one in back.results]
    assert names[-3:] == ["Isolat 1", "Mecillinam", "Ampicillin"]
    assert [one.value for one in back.results][-3:] == ["Escherichia coli", "S", "32"]


def test_every_example_of_the_guides_is_read(shared: Path) -> None:
    files = sorted((shared / "fhir" / "examples").rglob("*.json"))
    assert len(files) == 10
    for file in files:
        told = read_document(file.read_bytes())
        assert told.ok, (file.name, told.findings)
        assert told.report is not None
        content = json.loads(file.read_bytes())
        observations = [one for one in content["entry"] if one["resource"]["resourceType"] == "Observation"]
        bare = [one for one in observations if not any(name.startswith("value") for name in one["resource"])]
        assert len(told.report.results) >= len(observations) - len(bare), file.name


def test_method_device_and_kit_of_the_message_are_kept(shared: Path) -> None:
    file = shared / "fhir" / "examples" / "dk" / "biochemistry-final.json"
    told = read_document(file.read_bytes()).report
    assert told is not None
    method = told.results[0].method
    assert method is not None
    assert (method.principle, method.device) == ("Ionselektiv elektrode", "Syntetisk Analyse A/S, Model 1")


def test_both_addresses_of_npu_are_one() -> None:
    content = bundle()
    observation = next(one["resource"] for one in content["entry"] if one["resource"]["resourceType"] == "Observation")
    observation["code"]["coding"][0]["system"] = "urn:oid:1.2.208.176.2.1"
    told = read(content).report
    assert (told.results[0].analysis.value, told.results[0].analysis.system) == ("NPU03429", "iupac")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "eu-json"),
        (b"{", "eu-json"),
        (b"[]", "eu-json"),
        (b"\xff\xfe", "eu-json"),
        (b'{"a": NaN}', "eu-json"),
        (b'{"a": 1, "a": 2}', "eu-duplicate-key"),
        (b'{"resourceType": "Patient"}', "eu-not-a-bundle"),
        (b"[" * 100_000, "eu-json"),
        (b'{"resourceType": "Bundle", "type": "document", "entry": []}', "eu-entries"),
        (b'{"a":' * 100 + b"1" + b"}" * 100, "eu-json"),
    ],
)
def test_what_is_no_document_is_told(data: bytes, code: str) -> None:
    told = read_document(data)
    assert not told.ok
    assert code in {finding.code for finding in told.findings}


def spoiled(change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    content = bundle()
    change(content)
    return content


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda told: told.update(type="message"), "eu-not-a-document"),
        (lambda told: told["entry"].pop(0), "eu-composition"),
        (lambda told: told["entry"].pop(1), "eu-report"),
        (lambda told: told["entry"].pop(2), "eu-reference"),
        (lambda told: told["entry"][3].pop("fullUrl"), "eu-address"),
        (lambda told: told["entry"].append(told["entry"][2]), "eu-address"),
        (lambda told: told["entry"][1]["resource"].pop("issued") and told["entry"][0]["resource"].pop("date")
         and told.pop("timestamp"), "eu-shape"),
        (lambda told: told["entry"][1]["resource"].update(issued="soon"), "eu-shape"),
    ],
)  # fmt: skip
def test_a_document_with_a_fault_is_refused_with_what_to_mend(change: Any, code: str) -> None:
    assert code in codes(spoiled(change))


def test_a_reference_to_the_world_outside_is_a_warning_only() -> None:
    content = bundle()
    content["entry"][2]["resource"]["managingOrganization"] = {"reference": "https://elsewhere.example/Organization/1"}
    told = read(content)
    assert told.ok
    assert [finding.code for finding in told.findings] == ["eu-reference"]


def test_a_panel_that_holds_itself_ends() -> None:
    content = bundle()
    observation = next(one for one in content["entry"] if one["resource"]["resourceType"] == "Observation")
    observation["resource"]["hasMember"] = [{"reference": observation["fullUrl"]}]
    assert "eu-shape" in codes(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_part_replaced_by_anything_is_read_or_told(data: Any) -> None:
    content = bundle()
    node: Any = content
    for _ in range(data.draw(st.integers(1, 7))):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or data.draw(st.booleans()):
            node[key] = data.draw(JSON)
            break
        node = node[key]
    told = read(content)
    assert told.ok or told.findings


def test_a_document_is_known_by_its_beginning() -> None:
    assert is_document(document(report()).encoded())
    assert not is_document(b"<?xml version='1.0'?>")
    assert not is_document(b"UNB+UNOC:3")

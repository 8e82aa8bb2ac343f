"""A report becomes a European laboratory document: the validator finds nothing, and it says what the letter said."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labbro import letters, records
from labbro.eu.addresses import RECIPIENT, Addresses
from labbro.eu.document import Document, Version, document
from labbro.eu.frame import instant
from labbro.eu.reading import read_document
from labbro.records.model import (
    Code,
    CodedText,
    Culture,
    Diagnoses,
    Diagnosis,
    Isolate,
    Measurement,
    Microbiology,
    Party,
    Person,
    Producer,
    ReferenceInterval,
    Report,
    Result,
    Sample,
    Section,
    Susceptibility,
)


def local(year: int, month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A time as letters have it: local, without zone."""
    return dt.datetime(year, month, day, hour, minute, tzinfo=dt.UTC).replace(tzinfo=None)


LABORATORY = Party("4007", "sygehusafdelingsnummer", ean="5790000000012", organisation="Testlab", department="KBA")
CLINIC = Party("075710", "ydernummer", ean="5790000000029", organisation="Lægerne Testvej")
NANCY = Person("2512489996", "cpr", "Berggren", "Nancy Ann Test")  # one of MedCom's published test persons
TAKEN = local(2026, 3, 4, 8, 15)
SODIUM = Code("NPU03429", "iupac", "SST", "Natrium;P")


def result(**parts: Any) -> Result:
    told: dict[str, Any] = {"ordinal": 1, "analysis": SODIUM, "status": "final", "kind": "numeric", "value": "139"}
    return Result(**(told | {"unit": "mmol/L"} | parts))


def report(*results: Result, **parts: Any) -> Report:
    told: dict[str, Any] = {
        "kind": "biochemistry",
        "standard": "XRPT01",
        "version": "XR0131K",
        "letter_identifier": "L-1",
        "authorised_at": local(2026, 3, 4, 10, 41),
        "results_at": local(2026, 3, 4, 10, 40),
        "production_number": "P-7",
        "sender": LABORATORY,
        "receiver": CLINIC,
        "patient": NANCY,
        "samples": (Sample("90001", "9000000000011", sampled_at=TAKEN),),
        "results": results or (result(),),
        "status": "complete",
    }
    return Report(**(told | parts))


def of(made: Document, kind: str) -> list[dict[str, Any]]:
    bundle = json.loads(made.encoded())
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def only(made: Document, kind: str) -> dict[str, Any]:
    (found,) = of(made, kind)
    return found


def observation(*results: Result, **parts: Any) -> dict[str, Any]:
    return of(document(report(*results, **parts)), "Observation")[0]


def official_reports(shared: Path) -> Iterator[tuple[str, Report]]:
    for folder in ("official", "generated"):
        for file in sorted((shared / "medcom" / folder).rglob("*")):
            if file.suffix in (".xml", ".edi") and "schema" not in str(file):
                with file.open("rb") as opened:
                    for reading in letters.read(opened):
                        if reading.ok and reading.letter is not None and records.can_project(reading.letter):
                            told = records.project(reading.letter)
                            if isinstance(told, Report):
                                yield f"{file.parent.name}/{file.name}", told


@cache
def all_reports(shared: Path) -> tuple[tuple[str, Report], ...]:
    return tuple(official_reports(shared))


def with_numbers(reports: tuple[tuple[str, Report], ...]) -> Addresses:
    """Invented SOR numbers for every location number, as an organisation register would give them."""
    places = sorted({party.ean for _, told in reports for party in (told.sender, told.receiver) if party.ean})
    return Addresses(organisations={place: str(999000000016001 + 10 * at) for at, place in enumerate(places)})


@pytest.mark.parametrize("registered", [False, True], ids=["without SOR", "with SOR"])
def test_every_valid_report_letter_becomes_a_document_without_findings(
    shared: Path, fast_check: Callable[[str], list[Any]], registered: bool
) -> None:
    reports = all_reports(shared)
    known = with_numbers(reports) if registered else Addresses()
    assert len(reports) > 450
    found = {
        name: [(issue.code, issue.path) for issue in issues]
        for name, told in reports
        if (issues := fast_check(document(told, known).encoded().decode()))
    }
    assert not {name: issues for name, issues in found.items() if not _only_without_number(issues)}


def _only_without_number(issues: list[tuple[str, str]]) -> bool:
    """HL7 Denmark asks for a number of the patient; a letter on an unknown patient has none."""
    return all(path.startswith("Patient.identifier") for _, path in issues)


def test_one_document_of_every_version_passes_the_full_check(
    shared: Path, full_check: Callable[[str], list[Any]]
) -> None:
    largest: dict[str, Report] = {}
    for _, told in all_reports(shared):
        known = largest.get(told.version)
        if told.patient.identifier_kind == "unknown":
            continue  # HL7 Denmark asks for a number of the patient
        if known is None or len(known.results) < len(told.results) <= 12:
            largest[told.version] = told
    assert len(largest) >= 16
    for version, told in largest.items():
        issues = full_check(document(told).encoded().decode())
        assert not [issue for issue in issues if issue.severity == "error"], version


def test_every_value_of_a_letter_stands_in_its_document(shared: Path) -> None:
    for name, told in all_reports(shared):
        text = json.loads(document(told).encoded())
        said = {_plain(word) for word in _strings(text)}
        everything = " ".join(said)
        for one in told.results:
            if one.value and one.value.strip() and one.status != "received":
                value = one.value.strip()
                number = value.replace(",", ".").lstrip("+")
                assert value in everything or number in everything or _as_number(number) in everything, (name, value)
            for words in (*one.text_values, *one.comments):
                assert _plain(words) in everything, (name, words)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _as_number(text: str) -> str:
    try:
        return repr(float(text))
    except ValueError:
        return "\0"


def _strings(told: object) -> Iterator[str]:
    if isinstance(told, dict):
        for value in told.values():
            yield from _strings(value)
    elif isinstance(told, list):
        for value in told:
            yield from _strings(value)
    else:
        yield str(told)


def test_a_document_passes_both_profiles_without_the_shared_letters(fast_check: Callable[[str], list[Any]]) -> None:
    assert fast_check(document(report()).encoded().decode()) == []


def test_the_same_report_is_the_same_document_byte_for_byte() -> None:
    assert document(report()).encoded() == document(report()).encoded()
    other = document(report(letter_identifier="L-2"))
    assert other.bundle["identifier"] != document(report()).bundle["identifier"]


def test_the_digits_stay_as_sent() -> None:
    assert b'"value":4.10,' in document(report(result(value="4,10"))).encoded()
    assert b'"value":0.050,' in document(report(result(value="0.050"))).encoded()


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ({"value": "4", "operator": "<"}, {"value": 4, "comparator": "<"}),
        ({"value": "139", "unit": "arb.enh."}, {"value": 139, "unit": "arb.enh."}),
        (
            {"value": "1,1", "unit": None, "analysis": Code("NPU01685", "iupac", "SST", "INR;P")},
            None,
        ),
    ],
)
def test_a_number_keeps_comparator_and_unit(told: dict[str, Any], value: dict[str, Any] | None) -> None:
    found = observation(result(**told))
    if value is None:
        assert found.get("valueString") == "1,1" or found["valueQuantity"]["code"] == "1"
    else:
        assert found["valueQuantity"].items() >= value.items()
        assert ("code" in found["valueQuantity"]) == (told.get("unit") is None)


@pytest.mark.parametrize(
    ("told", "part", "value"),
    [
        ({"kind": "text", "value": "Positiv", "unit": None}, "valueString", "Positiv"),
        ({"value": "ikke målt"}, "valueString", "ikke målt mmol/L"),
        ({"value": "139", "unit": None}, "valueString", "139"),
        ({"value": None, "text_values": ("linje 1\nlinje 2\n",)}, "valueString", "linje 1\nlinje 2"),
    ],
)
def test_what_is_no_quantity_is_told_in_words(told: dict[str, Any], part: str, value: str) -> None:
    assert observation(result(**told))[part] == value


def test_a_result_without_value_says_why() -> None:
    assert observation(result(value=None))["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    waiting = observation(result(value=None, status="received"), status="received")
    assert waiting["status"] == "registered"
    assert "dataAbsentReason" not in waiting


@pytest.mark.parametrize(
    ("statuses", "own", "report_status", "composition_status"),
    [
        (["final", "final"], "complete", "final", "final"),
        (["final", "corrected"], "complete", "corrected", "amended"),
        (["final", "received"], "partial", "partial", "preliminary"),
        (["received"], "received", "registered", "preliminary"),
        (["preliminary"], None, "preliminary", "preliminary"),
        (["final"], "received", "partial", "preliminary"),
        (["final", "preliminary"], "complete", "partial", "preliminary"),
    ],
)
def test_statuses_follow_the_table_of_the_facts(
    statuses: list[str], own: str | None, report_status: str, composition_status: str
) -> None:
    results = [
        result(ordinal=at, status=one, value=None if one == "received" else "1") for at, one in enumerate(statuses, 1)
    ]
    made = document(report(*results, status=own))
    assert only(made, "DiagnosticReport")["status"] == report_status
    assert only(made, "Composition")["status"] == composition_status


def test_composition_and_report_carry_identical_identity_category_and_type() -> None:
    made = document(report())
    composition, diagnostic = only(made, "Composition"), only(made, "DiagnosticReport")
    assert composition["identifier"] in diagnostic["identifier"]
    assert composition["category"] == diagnostic["category"]
    assert composition["type"] == diagnostic["code"]
    assert composition["subject"] == diagnostic["subject"]


def test_a_correction_keeps_the_identity_and_names_what_it_replaces() -> None:
    first = document(report())
    second = document(report(letter_identifier="L-2"), version=Version(number=2, replaces="L-1"))
    assert only(first, "Composition")["identifier"] == only(second, "Composition")["identifier"]
    told = only(second, "Composition")
    assert told["relatesTo"][0]["targetIdentifier"]["value"] == "L-1"
    assert [one["valueString"] for one in told["extension"] if "valueString" in one] == ["2"]


def test_a_patient_has_what_the_number_says_and_nothing_more() -> None:
    nancy = only(document(report()), "Patient")
    assert (nancy["birthDate"], nancy["gender"]) == ("1948-12-25", "female")
    assert nancy["name"] == [{"use": "official", "family": "Berggren", "given": ["Nancy", "Ann", "Test"]}]
    unknown = only(document(report(patient=Person("", "unknown", "Ukendt"))), "Patient")
    assert "identifier" not in unknown
    assert unknown["_birthDate"]["extension"][0]["valueCode"] == "unknown"
    replaced = only(document(report(patient=Person("0703921VJ4", "alternative", "Ukendt"))), "Patient")
    assert replaced["identifier"][0] == {
        "use": "temp",
        "system": "urn:oid:1.2.208.176.1.6.1.1",
        "value": "0703921VJ4",
    }
    assert "birthDate" not in replaced
    regional = only(document(report(patient=Person("1206550VK9", "alternative", "Ukendt"))), "Patient")
    assert regional["identifier"][0]["system"].endswith("5790000000012")


def test_local_codes_are_never_told_as_national_ones() -> None:
    for code, system in (
        (Code("NPU12345", "lokal", "OUH", "Lokal"), "https://example.org/fhir/CodeSystem/ouh"),
        (Code("MCS80001", "lokal", "MCS"), "http://medcomfhir.dk/ig/terminology/CodeSystem/medcom-observation-codes"),
        (Code("MIK123", "iupac", "SSI"), "https://example.org/fhir/CodeSystem/ssi"),
        (SODIUM, "http://npu-terminology.org"),
    ):
        assert observation(result(analysis=code))["code"]["coding"][0]["system"] == system


def test_an_organisation_without_sor_is_named_by_location_number() -> None:
    made = document(report())
    assert of(made, "Organization") == []
    assert only(made, "DiagnosticReport")["performer"] == [
        {
            "type": "Organization",
            "display": "Testlab, KBA",
            "identifier": {"use": "official", "system": "http://www.gs1.org/gln", "value": "5790000000012"},
        }
    ]
    assert {finding.path for finding in made.losses} == {"Sender/Identifier", "Receiver/Identifier"}
    known = Addresses(organisations={"5790000000012": "999911000016001", "5790000000029": "999921000016005"})
    assert len(of(document(report(), known), "Organization")) == 2
    assert document(report(), known).losses == ()


def test_material_comes_from_the_letter_else_from_the_analysis_and_is_never_guessed() -> None:
    def material(**parts: Any) -> str:
        return of(document(report(**parts)), "Specimen")[0]["type"]["text"]

    assert material() == "Plasma"
    assert material(samples=(Sample("1", material="Podning"),)) == "Podning"
    assert material(results=(result(analysis=Code("X", "lokal", "OUH", "Noget")),)) == "Ikke oplyst"


def test_a_missing_sampling_time_is_told() -> None:
    found = observation(samples=(Sample("1"),))
    assert found["effectiveDateTime"] == "2026-03-04T10:40:00+01:00"
    assert "ikke oplyst" in found["note"][-1]["text"]


def test_times_have_the_danish_offset_of_their_day() -> None:
    assert instant(local(2026, 7, 1, 8)) == "2026-07-01T08:00:00+02:00"
    assert instant(local(2026, 1, 1, 8)) == "2026-01-01T08:00:00+01:00"
    assert instant(local(1851, 1, 1, 8)) == "1851-01-01T08:00:00+01:00"


def test_an_interval_keeps_limits_kind_and_text() -> None:
    interval = ReferenceInterval("physiological", "137", "145")
    limits = observation(result(interval=interval))["referenceRange"][0]
    assert (limits["low"]["value"], limits["high"]["value"]) == (137, 145)
    assert limits["type"]["coding"][0]["code"] == "normal"
    worded = observation(result(interval=ReferenceInterval("unspecified", "<5", None, "se vejledning")))
    assert worded["referenceRange"] == [{"text": "se vejledning; fra <5"}]
    assert "referenceRange" not in observation(result(interval=ReferenceInterval("physiological")))


def test_the_producer_of_a_result_is_its_performer() -> None:
    found = observation(result(producer=Producer("Klinikken", "PNT")))
    assert found["performer"][0]["display"] == "Klinikken"
    assert found["performer"][0]["identifier"]["value"] == "PNT"


def test_a_refused_consent_marks_the_document() -> None:
    made = document(report(consent_given=False))
    assert made.bundle["meta"]["security"][0]["code"] == "R"
    assert any(finding.path == "Consent/Given" for finding in made.losses)
    assert "security" not in document(report(consent_given=None)).bundle["meta"]


COLI = Isolate(
    1,
    CodedText("Escherichia coli"),
    susceptibilities=(
        Susceptibility(1, 1, CodedText("Mecillinam"), "S"),
        Susceptibility(1, 2, CodedText("Ampicillin"), "R", operator=">", value="32", unit="mg/L"),
    ),
)


def test_culture_isolates_and_susceptibility_hang_together(fast_check: Callable[[str], list[Any]]) -> None:
    told = Microbiology(cultures=(Culture("Dyrkning", isolates=(COLI,)),))
    made = document(report(result(value=None, unit=None, microbiology=told), kind="microbiology"))
    root, culture, isolate, mecillinam, ampicillin = of(made, "Observation")
    assert [one["reference"][9:] for one in root["hasMember"]] == [culture["id"]]
    assert [one["reference"][9:] for one in culture["hasMember"]] == [isolate["id"]]
    assert [one["reference"][9:] for one in isolate["hasMember"]] == [mecillinam["id"], ampicillin["id"]]
    assert isolate["valueCodeableConcept"]["text"] == "Escherichia coli"
    assert mecillinam["valueString"] == "S"
    assert ampicillin["valueQuantity"]["comparator"] == ">"
    assert [one["interpretation"][0]["coding"][0]["code"] for one in (mecillinam, ampicillin)] == ["S", "R"]
    assert fast_check(made.encoded().decode()) == []


def test_what_is_protected_is_not_in_the_document(fast_check: Callable[[str], list[Any]]) -> None:
    secret = Measurement(CodedText("HIV", protected="2"), CodedText("Påvist", protected="2"), protected="2")
    told = Microbiology(measurements=(secret,), comments=(CodedText("hemmeligt", protected="1"),))
    made = document(report(result(value=None, unit=None, microbiology=told), kind="microbiology"))
    text = made.encoded().decode()
    assert re.search("HIV|Påvist|hemmeligt", text) is None
    assert of(made, "Observation")[1]["dataAbsentReason"]["coding"][0]["code"] == "masked"
    assert fast_check(text) == []


def test_pathology_has_diagnoses_with_site_and_texts_under_headings(fast_check: Callable[[str], list[Any]]) -> None:
    site = Diagnosis(Code("T02000", "SNO", "SST", complete_name="Hud"))
    found = Diagnosis(Code("M87200", "SNO", "SST", complete_name="Nævus"), "ikke total excision")
    sample = Sample("1", sampled_at=TAKEN, diagnoses=Diagnoses(site, (found,)))
    made = document(
        report(
            kind="histopathology",
            samples=(sample,),
            results=(),
            result_status="final",
            sections=(Section("microscopy", None, "Benign.\n"),),
        )
    )
    diagnosis, microscopy = of(made, "Observation")[:2]
    assert diagnosis["valueCodeableConcept"]["text"] == "Nævus"
    assert diagnosis["bodySite"]["text"] == "Hud"
    assert diagnosis["note"] == [{"text": "ikke total excision"}]
    assert (microscopy["code"]["text"], microscopy["valueString"]) == ("Mikroskopi", "Benign.")
    assert fast_check(made.encoded().decode()) == []


def test_the_narrative_shows_every_result_and_escapes_what_the_letter_says() -> None:
    made = document(report(result(comments=("<script>a & b\nnæste",))))
    shown = only(made, "Composition")["section"][0]["text"]["div"]
    assert "&lt;script&gt;a &amp; b<br/>næste" in shown
    assert "<td>Natrium;P</td><td>139</td><td>mmol/L</td>" in shown
    assert shown.startswith('<div xmlns="http://www.w3.org/1999/xhtml" lang="da">')


def test_whoever_gets_a_copy_is_a_recipient_after_the_receiver() -> None:
    hospital = Party("440101000016001", "sorkode", ean="5790000000036", organisation="Testby Sygehus")
    made = document(report(result(), copy_receiver=hospital))
    composition = only(made, "Composition")
    recipients = [one["valueReference"] for one in composition["extension"] if one["url"] == RECIPIENT]
    assert recipients[0]["display"] == "Lægerne Testvej"
    (copied,) = [one for one in of(made, "Organization") if one["name"] == "Testby Sygehus"]
    assert recipients[1] == {"reference": f"urn:uuid:{copied['id']}"}
    read = read_document(made.encoded()).report
    assert read is not None
    assert read.receiver.organisation == "Lægerne Testvej"
    assert read.copy_receiver == hospital


def test_losses_name_path_and_value() -> None:
    told = report(result(references=()), to_laboratory="ABC")
    assert {finding.path for finding in document(told).losses} >= {"ToLabIdentifier"}
    assert all(finding.severity == "loss" for finding in document(told).losses)
    assert msgspec.json.encode(document(told).losses)

"""European documents are taken into the databank once, corrected, and shown beside letters."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.databank.building import NOW
from tests.eu.test_document import NANCY, SODIUM, report

from labbro.databank import Databank, Outcome, PatientHistory
from labbro.databank.watch import Watcher
from labbro.eu import incoming
from labbro.eu.document import document
from labbro.platform.identities import SeededIdentities
from labbro.records.model import Report


def take(databank: Databank, *documents: bytes) -> list[Outcome]:
    return databank.intake((one for data in documents for one in incoming.read(data)), NOW, "request", "api")


def made(told: Report | None = None, change: Callable[[dict[str, Any]], object] | None = None) -> bytes:
    content: dict[str, Any] = json.loads(document(told or report()).encoded())
    if change is not None:
        change(content)
    return json.dumps(content).encode()


def history(databank: Databank) -> PatientHistory:
    (patient,) = databank.find_patients(NANCY.identifier)
    return databank.history(patient.key)


def values(databank: Databank) -> list[tuple[str | None, bool]]:
    return [(row.result.value, row.current) for row in history(databank).rows]


def composition(content: dict[str, Any]) -> dict[str, Any]:
    return content["entry"][0]["resource"]


def diagnostic(content: dict[str, Any]) -> dict[str, Any]:
    return content["entry"][1]["resource"]


def observations(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["resource"] for one in content["entry"] if one["resource"]["resourceType"] == "Observation"]


def renamed(content: dict[str, Any]) -> None:
    content["identifier"]["value"] += "-2"


def corrected(content: dict[str, Any]) -> None:
    """The next edition under the same report number."""
    renamed(content)
    diagnostic(content).update(issued="2026-03-05T10:00:00+01:00", status="corrected")
    composition(content).update(status="amended")
    (one,) = observations(content)
    one.update(status="corrected", valueQuantity=one["valueQuantity"] | {"value": 145})


def test_a_document_is_stored_and_its_results_stand_in_the_history(databank):
    (outcome,) = take(databank, made())
    assert (outcome.kind, outcome.syntax, outcome.standard) == ("stored", "json", "EU-LAB")
    assert outcome.receipt_key is None
    (row,) = history(databank).rows
    assert (row.result.value, row.result.unit, row.result.analysis.value) == ("139", "mmol/L", SODIUM.value)


def test_the_original_bytes_are_kept(databank):
    data = made()
    (outcome,) = take(databank, data)
    stored = databank.letter(outcome.patient_key, outcome.letter_key)
    assert (stored.raw, stored.syntax, stored.sender_ean) == (data, "json", "5790000000012")


def test_the_same_document_again_is_acknowledged_and_kept_once(databank):
    data = made()
    other_order = json.dumps(json.loads(data), sort_keys=True, indent=3).encode()
    assert [one.kind for one in take(databank, data, data)] == ["stored", "again"]
    assert [one.kind for one in take(databank, other_order)] == ["again"]
    assert values(databank) == [("139", True)]


def test_another_document_under_a_used_number_is_refused(databank):
    first = made()
    other = made(change=lambda told: observations(told)[0]["valueQuantity"].update(value=140))
    assert [one.code for one in take(databank, first, other)] == ["stored", "conflict"]
    assert values(databank) == [("139", True)]


def test_digits_count_when_documents_are_compared(databank):
    first = made()
    assert [one.code for one in take(databank, first, first.replace(b'"value": 139,', b'"value": 139.0,'))] == [
        "stored",
        "conflict",
    ]


def test_a_broken_document_is_refused_with_what_to_mend(databank):
    (outcome,) = take(databank, made(change=lambda told: told["entry"].pop(2)))
    assert (outcome.kind, outcome.code) == ("refused", "invalid")
    assert "eu-reference" in {one.code for one in outcome.findings}
    assert databank.refused_letters()[0].syntax == "json"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_later_edition_of_a_report_replaces_the_result(databank, order):
    editions = made(), made(change=corrected)
    take(databank, *(editions[at] for at in order))
    assert sorted(values(databank)) == [("139", False), ("145", True)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
def test_documents_that_replace_one_another_by_name_are_one_chain(databank, order):
    def edition(number: int, value: int) -> Callable[[dict[str, Any]], None]:
        def change(content: dict[str, Any]) -> None:
            corrected(content)
            content["identifier"]["value"] += str(number)
            own = {"system": composition(content)["identifier"]["system"], "value": f"R-{number}"}
            before = {"system": own["system"], "value": f"R-{number - 1}"}
            diagnostic(content)["identifier"] = [own]
            diagnostic(content)["issued"] = f"2026-03-0{number}T10:00:00+01:00"
            composition(content).update(identifier=own, relatesTo=[{"code": "replaces", "targetIdentifier": before}])
            observations(content)[0]["valueQuantity"]["value"] = value

        return change

    editions = [made(change=edition(number, 140 + number)) for number in (4, 5, 6)]
    take(databank, *(editions[at] for at in order))
    assert sorted(values(databank)) == [("144", False), ("145", False), ("146", True)]


def test_what_was_entered_in_error_is_no_value(databank):
    def withdrawn(content: dict[str, Any]) -> None:
        corrected(content)
        composition(content).update(status="entered-in-error")
        diagnostic(content).update(status="entered-in-error")

    take(databank, made(), made(change=withdrawn))
    rows = {row.current: row for row in history(databank).rows}
    assert (rows[True].result.value, rows[True].result.comments) == (None, ("Fejlregistreret.",))
    assert rows[False].result.value == "139"


def test_a_letter_and_the_document_made_of_it_tell_of_one_result(databank, shared):
    """What goes out and comes back is linked with what it was made of: nothing is shown twice."""
    from labbro import letters, records

    path = next((shared / "medcom").rglob("*.xml"))
    for path in sorted((shared / "medcom" / "generated").rglob("*.xml")):
        (reading, *_) = letters.read(path.read_bytes())
        if reading.ok and reading.letter is not None and reading.letter.version == "XR0131K":
            break
    told = records.project(reading.letter)
    first = databank.intake([reading], NOW, "request", "api")
    take(databank, document(told).encoded())
    rows = databank.history(first[0].patient_key).rows
    assert len(rows) == 2 * len(told.results)
    assert sum(row.current for row in rows) == len(told.results)


def test_every_example_is_stored_and_shown(databank, shared: Path):
    files = sorted((shared / "fhir" / "examples").rglob("*.json"))
    for file in files:
        (outcome,) = take(databank, file.read_bytes())
        assert outcome.kind == "stored", (file.name, outcome.findings)
        told = incoming.incoming(file.read_bytes()).report
        assert told is not None
        found = databank.history(outcome.patient_key)
        kept = [row for row in found.rows if row.letter_key == outcome.letter_key]
        kept_whole = [row.report for row in found.reports if row.letter_key == outcome.letter_key]
        results = [row.result for row in kept] or list(kept_whole[0].results)
        assert sorted(results, key=lambda one: one.ordinal) == list(told.results), file.name


def test_numbers_of_two_countries_are_two_persons(databank):
    def foreign(system: str) -> Callable[[dict[str, Any]], None]:
        def change(content: dict[str, Any]) -> None:
            content["identifier"]["value"] += system
            patient = next(one["resource"] for one in content["entry"] if one["resource"]["resourceType"] == "Patient")
            patient["identifier"] = [{"system": system, "value": "740512852"}]

        return change

    outcomes = take(
        databank,
        made(change=foreign("urn:oid:1.2.203.24341.1.20.2")),
        made(change=foreign("urn:oid:2.16.840.1.113883.2.9.4.3.2")),
    )
    assert len({one.patient_key for one in outcomes}) == 2


def test_escapes_that_are_no_characters_are_refused(databank):
    for escape in (b"\\ud800", b"\\u0000"):
        data = made().replace(b'"Berggren"', b'"Berg' + escape + b'gren"')
        assert [one.code for one in take(databank, data)] == ["invalid"]


def test_letters_come_in_through_the_same_reader(databank):
    from tests.letters.building import edi

    (outcome,) = take(databank, edi())
    assert (outcome.kind, outcome.standard) == ("stored", "RPT01")


def test_a_number_of_a_million_places_takes_no_memory():
    data = made().replace(b'"value": 139,', b'"value": 1e999999999,')
    told = incoming.incoming(data)
    assert told.report is None or len(told.report.results[0].value or "") < 50


def test_the_time_of_a_document_is_danish(databank):
    take(databank, msgspec.json.encode(json.loads(made())))
    assert history(databank).rows[0].report.authorised_at == dt.datetime(2026, 3, 4, 10, 41)  # noqa: DTZ001


def test_a_watched_folder_takes_a_document_once_and_writes_no_receipt(databank, clock, tmp_path):
    watcher = Watcher(databank, tmp_path, clock, SeededIdentities(3, clock), incoming.read)
    for name in ("one.json", "again.json"):
        (tmp_path / name).write_bytes(made())
        watcher.round()
        assert watcher.round() == 1
    assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["again.json", "one.json"]
    assert list((tmp_path / "out").iterdir()) == []
    assert values(databank) == [("139", True)]

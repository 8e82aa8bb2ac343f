"""Letters come in exactly once."""

from __future__ import annotations

import threading

import pytest

from labbro import letters
from labbro.databank import Databank
from labbro.errors import NotConfigured
from labbro.letters.findings import Finding
from labbro.letters.standard import namespace_of
from labbro.platform.settings import Settings

from .building import CPR, NOW, reading, result, take, values

ERROR = Finding("error", "too-long", "LaboratoryReport/Letter", "Too long.", "For lang.")


def counts(database):
    with database.connection() as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM databank.{table}").fetchone()[0]
            for table in ("patient", "letter", "report", "sample", "result", "receipt", "refused_letter")
        }


def test_a_letter_is_stored_and_told_in_the_history(databank):
    (outcome,) = take(databank, reading())
    assert (outcome.kind, outcome.code, outcome.taken) == ("stored", "stored", True)
    assert values(databank) == [("88", True)]


def test_the_same_letter_again_is_acknowledged_and_stored_once(databank, database):
    first = take(databank, reading())
    before = counts(database)
    second = take(databank, reading(envelope="KUVERT0000002"))
    assert [first[0].kind, second[0].kind] == ["stored", "again"]
    assert second[0].letter_key == first[0].letter_key
    assert counts(database) == before


def test_the_same_letter_twice_in_one_batch_is_stored_once(databank, database):
    assert [outcome.kind for outcome in take(databank, reading(), reading())] == ["stored", "again"]
    assert counts(database)["letter"] == 1


def test_the_same_name_with_other_content_is_refused_and_kept_apart(databank, database):
    take(databank, reading())
    other = reading(results=[result(Value="99")])
    (outcome,) = take(databank, other)
    assert (outcome.kind, outcome.code) == ("refused", "conflict")
    assert values(databank) == [("88", True)]
    (refused,) = databank.refused_letters()
    assert (refused.code, refused.raw) == ("conflict", other.raw)


def test_two_contents_under_one_name_in_one_batch_are_a_conflict_too(databank):
    outcomes = take(databank, reading(), reading(results=[result(Value="99")]), reading(envelope="KUVERT0000002"))
    assert [outcome.code for outcome in outcomes] == ["stored", "conflict", "again"]


def test_the_same_name_is_refused_for_another_patient_too(databank):
    take(databank, reading())
    (outcome,) = take(databank, reading(cpr="2222571232"))
    assert (outcome.kind, outcome.code) == ("refused", "conflict")
    assert databank.find_patients("2222571232") == []


def test_the_same_number_from_another_sender_is_another_letter(databank):
    outcomes = take(databank, reading(), reading(sender_ean="5790000120314"))
    assert [outcome.kind for outcome in outcomes] == ["stored", "stored"]


def test_a_letter_with_errors_is_refused_and_its_bytes_are_kept(databank):
    (outcome,) = take(databank, reading(findings=(ERROR,)))
    assert (outcome.kind, outcome.code) == ("refused", "invalid")
    (refused,) = databank.refused_letters()
    assert (refused.raw, refused.findings, refused.letter_identifier) == (reading().raw, (ERROR,), "BREV000000001")
    assert databank.find_patients(CPR) == []


def test_a_lone_element_is_valid_by_its_schema_and_refused_as_no_letter(databank):
    lone = f'<StreetName xmlns="{namespace_of("2005/08/07")}">Nygade</StreetName>'.encode()
    (found,) = letters.read(lone)
    assert found.ok
    (outcome,) = take(databank, found)
    assert outcome.kind == "refused"
    assert [refused.raw for refused in databank.refused_letters()] == [lone]


def test_a_letter_refused_twice_is_kept_once(databank):
    take(databank, reading(findings=(ERROR,)))
    take(databank, reading(findings=(ERROR,)))
    assert len(databank.refused_letters()) == 1


def test_warnings_do_not_refuse_and_are_kept_with_the_letter(databank):
    warning = Finding("warning", "no-unit", None, "No unit.", "Ingen enhed.")
    (outcome,) = take(databank, reading(findings=(warning,)))
    stored = databank.letter(outcome.patient_key, outcome.letter_key)
    assert stored.findings == (warning,)


def test_a_bad_letter_stops_no_other(databank):
    outcomes = take(
        databank,
        reading(identifier="A"),
        reading(identifier="B", findings=(ERROR,)),
        reading(identifier="C"),
    )
    assert [outcome.kind for outcome in outcomes] == ["stored", "refused", "stored"]


def test_a_letter_that_the_database_cannot_hold_is_refused_and_stops_no_other(databank):
    impossible = reading(identifier="B", sample="nul\x00tegn")
    outcomes = take(databank, reading(identifier="A"), impossible, reading(identifier="C"))
    assert [(outcome.kind, outcome.code) for outcome in outcomes] == [
        ("stored", "stored"),
        ("refused", "cannot-store"),
        ("stored", "stored"),
    ]


def test_many_letters_are_told_in_the_order_they_came(databank):
    outcomes = take(databank, *(reading(identifier=f"B{number}") for number in range(700)))
    assert [outcome.reference for outcome in outcomes] == [f"B{number}" for number in range(700)]


def test_letters_are_told_group_by_group_and_not_held(databank):
    read = []

    def readings():
        for number in range(2000):
            read.append(number)
            yield reading(identifier=f"B{number}")

    told = databank.intake_stream(readings(), NOW, "request-1", "load")
    next(told)
    assert len(read) < 1000


def test_two_that_bring_the_same_letters_at_once_store_them_once(databank, database):
    outcomes = []

    def bring():
        outcomes.extend(take(databank, *(reading(identifier=f"B{number}") for number in range(300))))

    threads = [threading.Thread(target=bring) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcome.kind for outcome in outcomes) == ["again"] * 900 + ["stored"] * 300
    assert counts(database)["letter"] == 300


def test_two_letters_of_one_name_for_two_patients_at_once_are_never_both_stored(databank, database):
    kinds = []

    def bring(cpr):
        kinds.extend(
            outcome.kind for outcome in take(databank, *(reading(identifier=f"B{n}", cpr=cpr) for n in range(50)))
        )

    threads = [threading.Thread(target=bring, args=(f"111157{number}231"[:10],)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts(database)["letter"] == 50
    assert kinds.count("stored") == 50


def test_another_secret_is_refused_before_it_can_split_patients_in_two(databank, database, settings, clock):
    take(databank, reading())
    other = Settings(data_dir=settings.data_dir, secret=b"another secret of thirty-two bytes")
    with pytest.raises(NotConfigured, match="LABBRO_SECRET"):
        take(Databank(database=database, settings=other, clock=clock, identities=databank._identities), reading())

"""What is told of a patient."""

from __future__ import annotations

import itertools
import uuid

import pytest

from labbro.databank import AccessEntry
from labbro.errors import NotFound

from .building import CPR, NOW, reading, result, take, values

RESULT = {"identifier": "A", "authorised": "2024-05-06 07:00"}
CORRECTION = {
    "identifier": "B",
    "authorised": "2024-05-06 08:00",
    "results": [result(ResultStatusCode="svar_rettet", Value="212")],
}
PRELIMINARY = {
    "identifier": "C",
    "authorised": "2024-05-06 06:00",
    "results": [result(ResultStatusCode="svar_midlertidigt", Value="80")],
}
RECEIVED = {
    "identifier": "D",
    "authorised": "2024-05-06 05:00",
    "results": [result(ResultStatusCode="proeve_modtaget", Value="*****")],
}


@pytest.mark.parametrize("order", [*itertools.permutations([RESULT, CORRECTION, PRELIMINARY, RECEIVED])])
def test_a_correction_supersedes_in_whatever_order_letters_arrive(databank, order):
    for letter in order:
        take(databank, reading(**letter))
    assert sorted(values(databank), key=str) == [("212", True), ("80", False), ("88", False), (None, False)]


def test_what_is_superseded_names_the_letter_that_holds_the_current_value(databank):
    take(databank, reading(**RESULT), reading(**CORRECTION))
    (patient,) = databank.find_patients(CPR)
    old, new = sorted(databank.history(patient.key).rows, key=lambda row: row.current)
    assert (old.superseded_by, new.superseded_by) == (new.letter_key, None)
    assert old.chain == new.chain


def test_results_stand_newest_sample_first(databank):
    take(
        databank,
        reading(identifier="A", sample="1", sampled="2024-01-01 08:00", results=[result(Value="1")]),
        reading(identifier="B", sample="2", sampled="2024-03-01 08:00", results=[result(Value="3")]),
        reading(identifier="C", sample="3", sampled="2024-02-01 08:00", results=[result(Value="2")]),
    )
    assert [value for value, _ in values(databank)] == ["3", "2", "1"]


def test_two_results_at_the_same_time_are_both_told(databank):
    take(databank, reading(results=[result(Value="5.0"), result(Value="5.2")]))
    assert sorted(values(databank)) == [("5.0", True), ("5.2", True)]


def test_everything_of_the_report_comes_back_as_it_went_in(databank):
    take(
        databank,
        reading(
            Patient__Consent={"Given": "false"},
            RequisitionInformation__Comments="hjerte\n",
            results=[result(ResultComments=["en\nto"], Operator="mindre_end", ResultValidation="for_lav")],
        ),
    )
    (patient,) = databank.find_patients(CPR)
    (row,) = databank.history(patient.key).rows
    assert row.report.consent_given is False
    assert row.report.comments == "hjerte"
    assert (row.report.sender.unit, row.report.received_at) == ("Rutine", NOW)
    assert (row.result.comments, row.result.operator, row.result.flag) == (("en\nto",), "<", "low")
    assert row.sample.requester_number == "30000000001"


@pytest.mark.parametrize("written", [CPR, "111157-1231", "111157 1231", " 1111571231 "])
def test_a_patient_is_found_however_the_cpr_is_written(databank, written):
    take(databank, reading())
    (patient,) = databank.find_patients(written)
    assert (patient.identifier, patient.surname, patient.given_name, patient.reports) == (CPR, "Opdigtet", "Olga", 1)


def test_the_newest_letter_names_the_patient(databank):
    take(
        databank,
        reading(identifier="A", authorised="2024-02-01 08:00", Patient__PersonSurnameName="Nyt"),
        reading(identifier="B", authorised="2024-01-01 08:00", Patient__PersonSurnameName="Gammelt"),
    )
    (patient,) = databank.find_patients(CPR)
    assert patient.surname == "Nyt"
    assert databank.history(patient.key).patient == patient


def test_nobody_is_found_by_the_unknown_number(databank):
    take(databank, reading(cpr="0000000000"))
    assert databank.find_patients("0000000000") == []
    assert databank.find_patients("") == []


def patients(database):
    with database.connection() as connection:
        return connection.execute("SELECT count(DISTINCT patient_key) FROM databank.report").fetchone()[0]


def test_two_unknown_persons_are_never_one(databank, database):
    take(
        databank,
        reading(identifier="A", cpr="0000000000", sample="1"),
        reading(identifier="B", cpr="0000000000", sample="2"),
    )
    assert patients(database) == 2


def test_a_correction_for_an_unknown_person_reaches_them(databank, database):
    take(databank, reading(cpr="0000000000", **RESULT), reading(cpr="0000000000", **CORRECTION))
    assert patients(database) == 1


def alternative(identifier):
    return {"AlternativeIdentifier": identifier, "PersonSurnameName": "Ukendt"}


def test_a_national_replacement_number_is_one_person_over_all_senders(databank):
    take(
        databank,
        reading(Patient=alternative("0703921VJ4")),
        reading(sender_ean="5790000120314", Patient=alternative("0703921VJ4")),
    )
    assert [patient.reports for patient in databank.find_patients("070392-1vj4")] == [2]


def test_a_regional_replacement_number_is_one_person_for_each_sender(databank):
    take(
        databank,
        reading(Patient=alternative("1206550VK9")),
        reading(sender_ean="5790000120314", Patient=alternative("1206550VK9")),
    )
    assert [patient.reports for patient in databank.find_patients("1206550VK9")] == [1, 1]


def test_a_letter_is_given_back_byte_by_byte(databank):
    (outcome,) = take(databank, reading())
    letter = databank.letter(outcome.patient_key, outcome.letter_key)
    assert letter.raw == reading().raw
    assert (letter.sender_ean, letter.letter_identifier) == ("5790000120284", "BREV000000001")
    assert (letter.envelope_identifier, letter.syntax, letter.source) == ("KUVERT0000001", "xml", "load")


def test_a_letter_is_not_given_under_another_patient(databank):
    first, second = take(databank, reading(identifier="A"), reading(identifier="B", cpr="2222571232"))
    with pytest.raises(NotFound):
        databank.letter(first.patient_key, second.letter_key)


def test_an_unknown_patient_key_is_not_found(databank):
    for ask in (databank.history, databank.patient):
        with pytest.raises(NotFound):
            ask(uuid.UUID(int=7))


def test_who_looked_is_kept_newest_first(databank):
    (outcome,) = take(databank, reading())
    for number, action in enumerate(("history", "letter")):
        databank.log_access(
            AccessEntry(
                patient_key=outcome.patient_key,
                at=NOW.replace(minute=number),
                actor="laege-1",
                actor_name="Lise Læge",
                action=action,
                request_id=f"r{number}",
                letter_key=outcome.letter_key if action == "letter" else None,
            )
        )
    assert [entry.action for entry in databank.access_log(outcome.patient_key)] == ["letter", "history"]
    assert databank.access_log(uuid.UUID(int=7)) == []

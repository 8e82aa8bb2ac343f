"""Microbiology, pathology, genetics and requisitions in the databank: exactly once, whole, and matched."""

from __future__ import annotations

import datetime as dt
import random

import msgspec
import pytest
from tests.records import specialities as made
from tests.records.building import letter as biochemistry
from tests.records.building import result

from labbro import letters, records
from labbro.databank import Databank
from labbro.letters import vans
from labbro.letters.letter import PLEASE_ACKNOWLEDGE, Letter
from labbro.platform.database import Database
from labbro.platform.identities import SeededIdentities

from .building import CPR, NOW

REPORTS = (made.microbiology, made.microbiology_of_2014, made.histopathology, made.genetics)


def written(letter: Letter, *, acknowledge: bool = False) -> bytes:
    if acknowledge:
        envelope = msgspec.structs.replace(letter.envelope, acknowledgement=PLEASE_ACKNOWLEDGE)
        letter = msgspec.structs.replace(letter, envelope=envelope)
    return letters.write(letter, "xml").data


def take(databank, *data: bytes | Letter):
    readings = (
        reading for each in data for reading in letters.read(each if isinstance(each, bytes) else written(each))
    )
    return databank.intake(readings, NOW, "request-1", "load")


def history(databank, cpr=CPR):
    (patient,) = databank.find_patients(cpr)
    return databank.history(patient.key)


@pytest.mark.parametrize("make", REPORTS)
def test_a_report_is_kept_whole_and_told_apart_from_results(databank, make):
    (outcome,) = take(databank, make())
    assert outcome.kind == "stored"
    told = history(databank)
    assert told.rows == ()
    (stored,) = told.reports
    assert stored.current
    assert stored.letter_key == outcome.letter_key
    assert stored.report == records.project(next(letters.read(written(make()))).letter)


def test_a_mixed_patient_has_rows_reports_and_requisitions_from_one_question(databank):
    blood = biochemistry(identifier="B1", requester_sample="30000000001", results=[result()])
    request = made.laboratory_request(identifier="Q1", number="30000000001")
    take(databank, blood, request, *(make(identifier=f"R{at}") for at, make in enumerate(REPORTS)))
    told = history(databank)
    assert len(told.rows) == 1
    assert {stored.report.kind for stored in told.reports} == {"microbiology", "histopathology", "genetics"}
    (requisition,) = told.requisitions
    assert (requisition.state, requisition.missing) == ("answered", ())
    assert told.patient.reports == 5
    assert told.rows[0].report.requested == "matched"
    assert [answer.requisition_key for answer in told.rows[0].report.requisitions] == [requisition.letter_key]


def test_a_letter_comes_twice_and_is_kept_once(databank):
    both = (made.microbiology(), made.laboratory_request())
    assert [outcome.kind for outcome in take(databank, *both)] == ["stored", "stored"]
    assert [outcome.kind for outcome in take(databank, *both, *both)] == ["again"] * 4
    told = history(databank)
    assert (len(told.reports), len(told.requisitions)) == (1, 1)


@pytest.mark.parametrize("make", [made.laboratory_request, made.pathology_request, made.histopathology])
def test_other_content_under_a_used_name_is_refused(databank, make):
    take(databank, make())
    (outcome,) = take(databank, make(Patient__PersonSurnameName="Anden"))
    assert (outcome.kind, outcome.code) == ("refused", "conflict")


def test_a_requisition_is_acknowledged_where_its_sender_asks_for_it(databank):
    silent, asking = made.laboratory_request(identifier="Q1"), made.pathology_request(identifier="Q2")
    first, second = take(databank, silent, written(asking, acknowledge=True))
    assert first.receipt_key is None
    receipt = databank.receipt(second.receipt_key)
    assert (receipt.positive, receipt.original_letter) == (True, "Q2")


def test_a_correction_replaces_and_what_it_replaced_can_still_be_reached(databank):
    first = made.histopathology(identifier="H1")
    second = made.histopathology(identifier="H2", authorised="2024-05-07 08:00", status="svar_rettet")
    take(databank, second, first)
    told = {stored.report.letter_identifier: stored for stored in history(databank).reports}
    assert (told["H1"].current, told["H2"].current) == (False, True)
    assert told["H1"].superseded_by == told["H2"].letter_key
    assert told["H1"].chain == told["H2"].chain
    (patient,) = databank.find_patients(CPR)
    assert databank.letter(patient.key, told["H1"].letter_key).raw == written(first)


def test_partial_answers_of_two_laboratories_make_a_requisition_whole(databank):
    asked = [made.requested("NPU18016"), made.requested("NPU03429")]
    request = made.laboratory_request(identifier="Q1", analyses=asked)
    sodium = result()["Analysis"] | {"AnalysisCode": "NPU03429"}
    one = biochemistry(identifier="B1", results=[result()])
    other = biochemistry(identifier="B2", sender_ean="5790001382445", results=[result(Analysis=sodium)])
    take(databank, request, one)
    (requisition,) = history(databank).requisitions
    assert (requisition.state, requisition.missing) == ("partly", (2,))
    take(databank, other)
    (requisition,) = history(databank).requisitions
    assert (requisition.state, requisition.missing) == ("answered", ())
    assert sorted(answer.same_laboratory for answer in requisition.answers) == [False, True]


def test_a_preliminary_result_answers_in_part(databank):
    request = made.laboratory_request(identifier="Q1", number="30000000001")
    early = result(ResultStatusCode="svar_midlertidigt")
    take(databank, request, biochemistry(identifier="B1", requester_sample="30000000001", results=[early]))
    (requisition,) = history(databank).requisitions
    assert (requisition.state, requisition.missing) == ("partly", ())
    later = biochemistry(
        identifier="B2", requester_sample="30000000001", results=[result()], authorised="2024-05-07 08:00"
    )
    take(databank, later)
    assert history(databank).requisitions[0].state == "answered"


def test_an_answer_that_was_corrected_still_answers(databank):
    request = made.pathology_request(identifier="Q1")
    first = made.histopathology(identifier="H1", report_status="del_svar")
    second = made.histopathology(identifier="H2", authorised="2024-05-07 08:00", status="svar_rettet")
    take(databank, request, first)
    assert history(databank).requisitions[0].state == "partly"
    take(databank, second)
    (requisition,) = history(databank).requisitions
    assert (requisition.state, len(requisition.answers)) == ("answered", 2)


def test_what_replaced_an_answer_answers_even_without_the_number(databank):
    request = made.laboratory_request(identifier="Q1", analyses=[made.requested("NPU1")])
    first = made.microbiology(identifier="M1", report_status="del_svar")
    numberless = {
        "LaboratoryInternalSampleIdentifier": "M24-1",
        "SamplingDateTime": {"Date": "2024-05-05", "Time": "06:30"},
        "SampleReceivedDateTime": {"Date": "2024-05-05", "Time": "10:30"},
    }
    second = made.microbiology(
        identifier="M2",
        authorised="2024-05-07 08:00",
        status="svar_rettet",
        RequisitionInformation__Sample=numberless,
    )
    take(databank, request, first, second)
    (requisition,) = history(databank).requisitions
    assert (requisition.state, len(requisition.answers)) == ("answered", 1)


def test_the_order_of_arrival_does_not_matter(databank, new_database_url, settings, clock):
    all_letters = [
        made.laboratory_request(identifier="Q1"),
        made.laboratory_request(identifier="Q2", requested="2024-05-06 06:30", number="30000000002"),
        made.pathology_request(identifier="Q3"),
        biochemistry(identifier="B1"),
        made.microbiology(identifier="M1", requester_sample="30000000002"),
        made.microbiology(identifier="M2", requester_sample="30000000002", status="svar_rettet"),
        made.histopathology(identifier="H1"),
    ]
    take(databank, *all_letters)
    expected = history(databank)
    with Database(new_database_url(), connections=2) as other:
        other.pool.open(wait=True)
        second = Databank(database=other, settings=settings, clock=clock, identities=SeededIdentities(1, clock))
        shuffled = list(all_letters)
        random.Random(7).shuffle(shuffled)
        for each in shuffled:
            take(second, each)
        assert history(second) == expected


def test_a_patient_may_be_known_by_a_requisition_alone(databank):
    take(databank, made.laboratory_request())
    (patient,) = databank.find_patients(CPR)
    assert (patient.surname, patient.reports, patient.newest_report_at) == ("Opdigtet", 0, None)
    told = databank.history(patient.key)
    assert told.patient == patient
    (requisition,) = told.requisitions
    assert (requisition.state, requisition.answers) == ("unanswered", ())


def test_a_number_of_another_patient_matches_nothing(databank):
    take(databank, made.laboratory_request(cpr="1111571241"), biochemistry())
    assert history(databank).rows[0].report.requested == "not-found"
    assert history(databank, "1111571241").requisitions[0].state == "unanswered"


def test_two_unknown_patients_of_a_requester_are_never_one(databank):
    one = made.laboratory_request(identifier="Q1", cpr="0000000000", number="30000000001")
    other = made.laboratory_request(identifier="Q2", cpr="0000000000", number="30000000002")
    keys = {outcome.patient_key for outcome in take(databank, one, other)}
    assert len(keys) == 2


COVER, OTHER_COVER = "0a1b2c3d-0000-4000-8000-000000000001", "0a1b2c3d-0000-4000-8000-000000000003"
MESSAGE = "0a1b2c3d-0000-4000-8000-000000000002"
SENT = dt.datetime(2024, 5, 6, 7, 10, tzinfo=dt.UTC)


def wrapped(letter: Letter, cover: str = COVER) -> bytes:
    return vans.wrap(letter, "xml", identifier=cover, message_identifier=MESSAGE, sent=SENT).data


def test_a_transport_envelope_is_opened_and_how_it_came_is_kept(databank):
    (outcome,) = take(databank, wrapped(made.microbiology()))
    assert outcome.kind == "stored"
    (delivery,) = databank.deliveries(outcome.patient_key, outcome.letter_key)
    assert (delivery.envelope_identifier, delivery.message_identifier) == (COVER, MESSAGE)
    assert (delivery.sender, delivery.receiver) == (f"EAN:{made.LABORATORY}", f"EAN:{made.PRACTICE}")
    assert delivery.received_at == NOW


def test_a_message_that_is_sent_again_is_kept_once_with_both_deliveries(databank):
    first, again, repeated = take(
        databank,
        wrapped(made.microbiology()),
        wrapped(made.microbiology()),
        wrapped(made.microbiology(), OTHER_COVER),
    )
    assert [first.kind, again.kind, repeated.kind] == ["stored", "again", "again"]
    told = databank.deliveries(first.patient_key, first.letter_key)
    assert sorted(delivery.envelope_identifier for delivery in told) == [COVER, OTHER_COVER]


def test_how_a_refused_letter_came_is_kept_too(databank):
    take(databank, made.microbiology())
    changed = made.microbiology(Patient__PersonSurnameName="Anden")
    (outcome,) = take(databank, wrapped(changed))
    assert outcome.kind == "refused"
    (refused,) = databank.refused_letters()
    (delivery,) = databank.deliveries(first_patient(databank), refused.key)
    assert delivery.envelope_identifier == COVER


def first_patient(databank):
    (patient,) = databank.find_patients(CPR)
    return patient.key


def test_a_receipt_is_not_for_the_databank_and_a_receipt_of_the_transport_neither(databank):
    opened = vans.open_envelope(wrapped(made.microbiology()))
    receipt = vans.receipt_for(opened.envelope, "PositiveMessage", identifier=OTHER_COVER, sent=SENT)
    (outcome,) = take(databank, vans.write(receipt))
    assert (outcome.kind, outcome.code) == ("noted", "receipt")
    assert any(finding.code == "receipt-noted" for finding in outcome.findings)
    assert databank.refused_letters() == []

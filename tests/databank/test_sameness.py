"""Which letters under one name are the same letter."""

from __future__ import annotations

import msgspec
import pytest
from tests.records.specialities import laboratory_request

from labbro import letters
from labbro.databank.sameness import same_content

from .building import result
from .wire import edifact, one, xml


def read(data):
    (reading,) = letters.read(data)
    return reading.letter


def test_neither_syntax_nor_envelope_nor_place_in_the_source_count():
    same = [one(), one(envelope="KUVERT0000002"), read(edifact()), read(xml())]
    assert all(same_content(same[0], other) for other in same)


@pytest.mark.parametrize("text", ["P-Kreatinin; stofk.", "P-Kreatinin; stofk. ", "P-Kreatinin; stofk.\n\n"])
def test_blanks_and_line_ends_at_the_end_of_a_text_say_nothing(text):
    analysis = result()["Analysis"] | {"AnalysisCompleteName": text}
    assert same_content(one(), one(results=[result(Analysis=analysis)]))


@pytest.mark.parametrize(
    "changes",
    [
        {"Value": "88.0"},
        {"Unit": "mmol/l"},
        {"ResultStatusCode": "svar_rettet"},
        {"ResultComments": "ny bemærkning"},
        {"ResultValidation": "for_hoej"},
        {"ReferenceInterval": None},
    ],
)
def test_any_other_word_makes_another_letter(changes):
    assert not same_content(one(), one(results=[result(**changes)]))


def test_a_line_end_inside_a_text_counts():
    assert not same_content(one(results=[result(ResultComments="a b")]), one(results=[result(ResultComments="a\nb")]))


def test_the_order_of_results_counts():
    first, second = result(Value="1"), result(Value="2")
    assert not same_content(one(results=[first, second]), one(results=[second, first]))


def test_a_stated_consent_counts_and_an_assumed_one_does_not():
    silent, stated = one(), one(Patient__Consent={"Given": "true"})
    assumed = msgspec.structs.replace(stated, assumed=("Patient/Consent/Given",))
    refused = one(Patient__Consent={"Given": "0"})
    assert same_content(silent, assumed)
    assert same_content(stated, assumed)
    assert not same_content(silent, stated)
    assert not same_content(refused, assumed)


def test_what_edifact_cannot_say_does_not_count_whatever_the_other_says():
    wished = laboratory_request(RequisitionInformation__SamplingDateTimeType="oensket")
    path = "RequisitionInformation/SamplingDateTimeType"
    assumed = msgspec.structs.replace(laboratory_request(), assumed=(path,))
    assert same_content(wished, assumed)
    assert not same_content(wished, laboratory_request())
    other = laboratory_request(RequisitionInformation__NumberOfTestTubes="2")
    assert not same_content(other, assumed)


def test_the_version_counts():
    assert not same_content(one(), msgspec.structs.replace(one(), version="XR0130K"))

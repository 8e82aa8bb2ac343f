"""XREQ04: the request of several samples that is XML only (facts: req04.md)."""

from __future__ import annotations

import pytest

from labbro import letters

from .microbiology import codes, refused_as_edifact, request

INFORMATION = "RequisitionInformation"


def test_there_is_no_edifact_and_never_an_empty_interchange():
    assert refused_as_edifact(request()) == ["no-edifact-form"]


@pytest.mark.parametrize(
    ("tubes", "right"),
    [
        ("0", True),
        ("-3", True),
        ("0005", True),
        ("2147483647", True),
        ("2147483648", False),
        ("1.0", False),
        ("", False),
    ],
)
def test_the_number_of_tubes_is_any_whole_number_of_32_bits(tubes, right):
    assert (codes(request((f"{INFORMATION}/NumberOfTestTubes", tubes))) == []) is right


def test_there_are_one_to_five_samples():
    sample = {"RequesterSampleIdentifier": "G1"}
    assert codes(request((f"{INFORMATION}/Sample", [sample] * 5))) == []
    assert [code for code, _ in codes(request((f"{INFORMATION}/Sample", [sample] * 6)))] == ["too-many"]
    assert [code for code, _ in codes(request((f"{INFORMATION}/Sample", [])))] == ["missing"]


def test_the_kind_of_time_may_be_empty():
    assert codes(request((f"{INFORMATION}/SamplingDateTimeType", ""))) == []
    assert codes(request((f"{INFORMATION}/SamplingDateTimeType", " "))) != []


def test_samples_questions_and_tubes_are_shown():
    page = letters.show_text(request())
    assert "Undersøgelse:       Dyrkning, Urin" in page
    assert "2    G2" in page
    assert "Rejst? (Q1, lokal kode, OEB): Nej" in page
    assert "Antal glas:         2" in page

"""What a letter of the RPT01 family means as a report."""

from __future__ import annotations

import msgspec
import pytest

from labbro import records
from labbro.errors import WrongUse
from labbro.letters.tree import Element
from labbro.records.model import Producer

from .building import letter, local, moment, result


def the_result(**changes):
    return records.project(letter(results=[result(**changes)])).results[0]


def test_a_plain_letter_becomes_a_report_with_its_sample_and_results():
    report = records.project(letter())
    assert (report.kind, report.standard, report.version) == ("biochemistry", "RPT01", "XR0131K")
    assert report.authorised_at == local("2024-05-06 07:08")
    assert report.results_at == local("2024-05-06 06:00")
    assert report.production_number == "0000426825"
    assert (report.patient.identifier, report.patient.identifier_kind) == ("1111571231", "cpr")
    assert report.samples[0].laboratory_number == "00875137"
    assert report.samples[0].sampled_at == local("2024-05-05 06:30")
    assert report.physician == "FK"
    assert report.status == "complete"
    (found,) = report.results
    assert (found.ordinal, found.status, found.kind, found.value, found.unit) == (1, "final", "numeric", "88", "µmol/l")
    assert (found.analysis.value, found.analysis.system, found.analysis.responsible) == ("NPU18016", "iupac", "SST")
    assert found.interval is not None
    assert (found.interval.kind, found.interval.lower, found.interval.upper) == ("unspecified", "60", "105")


def test_a_break_is_a_line_feed_and_none_stands_at_the_end_of_a_text():
    report = records.project(
        letter(
            results=[result(ResultComments=["en\nto\n", "tre"], ResultTextValue="svar\n\nmere")],
            RequisitionInformation__Comments="hjerte\nnyre\n",
        )
    )
    assert report.comments == "hjerte\nnyre"
    assert report.results[0].comments == ("en\nto", "tre")
    assert report.results[0].text_values == ("svar\n\nmere",)
    assert report.results[0].analysis.complete_name == "P-Kreatinin; stofk."


@pytest.mark.parametrize("status", ["proeve_modtaget", "svar_midlertidigt"])
def test_five_stars_before_the_result_mean_received_and_are_no_value(status):
    found = the_result(ResultStatusCode=status, Value="*****", Operator="mindre_end")
    assert (found.status, found.value, found.operator) == ("received", None, None)


@pytest.mark.parametrize(("status", "meant"), [("svar_endeligt", "final"), ("svar_rettet", "corrected")])
def test_five_stars_are_never_a_value_whatever_the_status(status, meant):
    found = the_result(ResultStatusCode=status, Value="*****")
    assert (found.status, found.value) == (meant, None)


def test_a_value_given_before_the_result_is_not_used():
    found = the_result(ResultStatusCode="proeve_modtaget", Value="5.4")
    assert (found.status, found.value) == ("received", None)


@pytest.mark.parametrize(
    ("given", "meant"), [("true", True), ("1", True), ("false", False), ("0", False), (None, None)]
)
def test_consent_has_three_states(given, meant):
    changes = {} if given is None else {"Patient__Consent": {"Given": given}}
    assert records.project(letter(**changes)).consent_given is meant


def test_an_underscore_is_an_absent_name():
    report = records.project(letter(Patient__PersonGivenName="_", Patient__PersonSurnameName="_"))
    assert report.sender.department is None
    assert report.sender.unit == "Rutine"
    assert (report.patient.given_name, report.patient.surname) == (None, "")


def test_the_producer_of_2005_is_a_plain_text():
    assert the_result(ProducerOfLabResult="Sygehus Fyn").producer == Producer("Sygehus Fyn", None)


def test_a_missing_producer_is_none():
    assert the_result(ProducerOfLabResult=None).producer is None


@pytest.mark.parametrize(("told", "meant"), [("mindre_end", "<"), ("stoerre_end", ">")])
def test_the_operator_says_on_which_side_the_true_value_is(told, meant):
    assert the_result(Operator=told).operator == meant


@pytest.mark.parametrize(("told", "meant"), [("for_hoej", "high"), ("for_lav", "low"), ("unormal", "abnormal")])
def test_the_validation_is_a_flag(told, meant):
    assert the_result(ResultValidation=told).flag == meant


def test_a_local_identifier_names_who_keeps_it():
    report = records.project(letter(Sender__IdentifierLocal="OUH"))
    assert report.sender.identifier_kind == "local:OUH"


def test_a_letter_from_a_practice_is_local():
    assert records.project(letter(Sender__IdentifierCode="ydernummer")).origin == "local"


def test_a_report_measured_by_patient_or_clinic_is_local():
    measured = result(ProducerOfLabResult={"Identifier": "Patienten", "IdentifierCode": "PNT"})
    assert records.project(letter(results=[measured])).origin == "local"
    assert records.project(letter(results=[measured, result()])).origin == "hospital"


def test_the_requisition_group_and_order_are_kept():
    analysis = result()["Analysis"] | {
        "RequisitionGroup": {"Identifier": "10", "IdentifierResponsible": "OUH", "Name": "Nyretal"},
        "Order": "7",
    }
    group = the_result(Analysis=analysis).group
    assert group is not None
    assert (group.identifier, group.responsible, group.name, group.order) == ("10", "OUH", "Nyretal", 7)


def test_references_of_all_three_kinds_are_kept():
    found = the_result(
        Reference=[
            {"RefDescription": "kurve", "URL": "https://example.org/a"},
            {"RefDescription": "mere følger", "SUP": "true"},
            {
                "RefDescription": "billede",
                "BIN": {
                    "ObjectIdentifier": "3e4666bf-d5e5-4aa7-b8ce-cefe41c7568a",
                    "ObjectCode": "billede",
                    "ObjectExtensionCode": "png",
                    "OriginalObjectSize": "1234",
                },
            },
        ]
    )
    url, supplement, picture = found.references
    assert url.url == "https://example.org/a"
    assert (supplement.url, supplement.object_identifier) == (None, None)
    assert (picture.object_kind, picture.object_extension, picture.object_size_bytes) == ("billede", "png", 1234)


def test_an_unknown_patient_has_no_identifier():
    report = records.project(letter(cpr="0000000000"))
    assert (report.patient.identifier, report.patient.identifier_kind) == ("", "unknown")


def test_an_alternative_identifier_is_kept_as_such():
    changed = letter(Patient={"AlternativeIdentifier": "0703921VJ4", "PersonSurnameName": "Ukendt"})
    report = records.project(changed)
    assert (report.patient.identifier, report.patient.identifier_kind) == ("0703921VJ4", "alternative")


def test_foot_status_is_a_report_of_its_own_kind():
    assert records.project(letter(root="DiabeticFootStatus", version="XR0130F")).kind == "foot-status"


@pytest.mark.parametrize(
    ("date", "meant", "code"),
    [
        ("2024-05-06+02:00", local("2024-05-06 07:08"), "date-zone-ignored"),
        ("2024-05-06Z", local("2024-05-06 07:08"), "date-zone-ignored"),
        ("12024-05-06", local("9999-12-31 23:59"), "year-out-of-range"),
        ("-0044-03-15", local("0001-01-01 00:00"), "year-out-of-range"),
        ("2023-02-29", local("2024-05-06 06:00"), "time-unreadable"),
        ("i morgen", local("2024-05-06 06:00"), "time-unreadable"),
    ],
)
def test_an_odd_date_is_told_and_never_crashes(date, meant, code):
    projection = records.project_with_findings(letter(Letter__Authorisation={"Date": date, "Time": "07:08"}))
    assert projection.report.authorised_at == meant
    assert code in [finding.code for finding in projection.findings]


def test_an_unreadable_sampling_time_is_none():
    changed = letter(RequisitionInformation__Sample={"LaboratoryInternalSampleIdentifier": "1", "SamplingDateTime": {}})
    assert records.project(changed).samples[0].sampled_at is None


def test_a_letter_that_is_no_report_is_refused_in_words():
    receipt = letter(root="PositiveReceipt", version="XC0330Q")
    assert not records.can_project(receipt)
    with pytest.raises(WrongUse, match="XC0330Q") as refused:
        records.project(receipt)
    assert refused.value.code == "no-record"


def test_an_almost_empty_tree_does_not_crash():
    empty = letter()
    report = records.project(type(empty)("XR0131K", Element("LaboratoryReport")))
    assert report.results == ()
    assert moment("2024-05-06 07:08") == {"Date": "2024-05-06", "Time": "07:08"}


def test_a_consent_that_edifact_could_not_tell_is_not_presented_as_a_statement():
    assumed = msgspec.structs.replace(letter(Patient__Consent={"Given": "true"}), assumed=("Patient/Consent/Given",))
    assert records.project(assumed).consent_given is None

"""Layer two: what a good colleague notices. Warnings only; the verdict stays that of the schema."""

from __future__ import annotations

import pytest

from labbro.letters.remarks import number_of

from .building import PRODUCER, RESULT, edi, only, read_one, xml

VALUE = "LaboratoryReport/LaboratoryResults/Result/Value"


def told(*changes):
    reading = read_one(xml("XR0131K", *changes))
    assert reading.ok
    return [(found.severity, found.code, found.path) for found in reading.findings]


def test_a_good_letter_gives_nothing_to_remark():
    assert told() == []


@pytest.mark.parametrize("value", ["5,2", "5.2", "-5", "+5", "0"])
def test_numbers_have_a_point_or_a_comma(value):
    assert told(("<Value>128", f"<Value>{value}")) == []
    assert number_of(value) is not None


@pytest.mark.parametrize("value", ["<5", "5 2", "1.2.3", "positiv", "5,", ".5", "1e3"])
def test_a_numeric_result_that_is_no_number_is_noticed(value):
    assert told(("<Value>128", f"<Value>{value.replace('<', '&lt;')}")) == [("warning", "not-numeric", VALUE)]


def test_an_alphanumeric_result_may_be_anything():
    assert told(("<Value>128", "<Value>2;20111115"), (">numerisk<", ">alfanumerisk<")) == []


def test_a_numeric_result_without_a_unit_is_noticed():
    assert told(("<Unit>µmol/l</Unit>", "")) == [("warning", "no-unit", VALUE)]
    assert told(("<Unit>µmol/l</Unit>", ""), (">numerisk<", ">alfanumerisk<")) == []


@pytest.mark.parametrize(
    ("status", "value", "code"),
    [
        ("svar_endeligt", "*****", "placeholder-with-final"),
        ("svar_rettet", "*****", "placeholder-with-final"),
        ("svar_midlertidigt", "*****", None),
        ("proeve_modtaget", "*****", None),
        ("proeve_modtaget", "128", "value-before-measurement"),
    ],
)
def test_status_and_placeholder_that_contradict_each_other_are_noticed(status, value, code):
    found = told((">svar_endeligt<", f">{status}<"), ("<Value>128", f"<Value>{value}"))
    assert found == ([("warning", code, VALUE)] if code else [])


def test_a_placeholder_is_neither_a_number_nor_without_a_unit():
    assert (
        told((">svar_endeligt<", ">proeve_modtaget<"), ("<Value>128", "<Value>*****"), ("<Unit>µmol/l</Unit>", ""))
        == []
    )


@pytest.mark.parametrize(
    ("lower", "upper", "noticed"),
    [("60", "130", False), ("130", "60", True), ("1,5", "1.4", True), ("60", "60", False), ("&lt;5", "1", False)],
)
def test_limits_the_wrong_way_round_are_noticed(lower, upper, noticed):
    limits = f"<LowerLimit>{lower}</LowerLimit><UpperLimit>{upper}</UpperLimit>"
    kind = "<TypeOfInterval>terapeutisk</TypeOfInterval>"
    interval = f"<ReferenceInterval>{kind}{limits}</ReferenceInterval><ResultType>"
    path = "LaboratoryReport/LaboratoryResults/Result/ReferenceInterval/LowerLimit"
    assert told(("<ResultType>", interval)) == ([("warning", "interval-upside-down", path)] if noticed else [])


def test_a_location_number_with_a_wrong_check_digit_is_noticed_and_never_refused():
    assert told(("5790000000005", "5790000000006")) == [
        ("warning", "gln-check-digit", "LaboratoryReport/Sender/EANIdentifier")
    ]


@pytest.mark.parametrize(
    ("number", "noticed"), [("0102701234", False), ("0000000000", False), ("3113701234", True), ("9999999999", True)]
)
def test_a_cpr_number_that_begins_with_no_day_is_noticed(number, noticed):
    path = "LaboratoryReport/Patient/CivilRegistrationNumber"
    assert told((">0102701234<", f">{number}<")) == ([("warning", "cpr-form", path)] if noticed else [])


def test_results_older_than_their_sample_are_noticed():
    path = "LaboratoryReport/LaboratoryResults/GeneralResultInformation/ResultsDateTime"
    assert told(("<Date>2024-05-05<", "<Date>2024-05-07<")) == [("warning", "result-before-sampling", path)]


def test_remarks_about_one_of_several_results_name_which_and_where():
    second = RESULT.format(producer=PRODUCER).replace("<Unit>µmol/l</Unit>", "")
    found = only(read_one(xml("XR0131K", ("</LaboratoryResults>", f"\n{second}</LaboratoryResults>"))), "no-unit")
    assert (found.path, found.line) == ("LaboratoryReport/LaboratoryResults/Result[2]/Value", 2)


def test_remarks_about_edifact_name_their_segment():
    found = only(read_one(edi("R0131K", ("RSL+NV+128++:::µmol/l'", "RSL+NV+128'"))), "no-unit")
    assert (found.segment, found.position) == (27, "2.1")


def test_a_letter_with_errors_gets_no_remarks():
    reading = read_one(xml("XR0131K", ("<Unit>µmol/l</Unit>", ""), (">iupac<", ">npu<")))
    assert [found.severity for found in reading.findings] == ["error"]


def test_remarks_never_say_the_value():
    found = only(read_one(xml("XR0131K", ("<Value>128", "<Value>positiv"))), "not-numeric")
    assert "positiv" not in found.message + found.message_da

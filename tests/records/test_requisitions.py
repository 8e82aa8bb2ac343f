"""REQ01, REQ02, REQ03 and XREQ04 become requisitions: what was asked for, of which samples, under which numbers."""

from __future__ import annotations

import msgspec
import pytest

from labbro import records
from labbro.errors import WrongUse
from labbro.letters.tree import Element
from labbro.records.requisition import Number

from .specialities import (
    NPN,
    element,
    histopathology,
    laboratory_request,
    letter,
    microbiology,
    pathology_request,
    requested,
)


def requisition(made):
    return records.project_requisition(made).requisition


def test_a_report_is_no_requisition_and_a_requisition_no_report():
    assert records.is_requisition(laboratory_request())
    assert not records.is_requisition(microbiology())
    assert not records.can_project(laboratory_request())
    with pytest.raises(WrongUse, match="XR0432P"):
        records.project_requisition(histopathology())


def test_each_number_has_its_own_flag():
    told = requisition(laboratory_request(original="9001", analyses=[requested(tube="T1"), requested("NPU2")]))
    (sample,) = told.samples
    assert sample.number == Number("30000000001", national=False)
    assert sample.original == Number("9001", national=True)
    assert [analysis.tube for analysis in told.analyses] == [Number("T1", national=True), None]
    (sample,) = requisition(laboratory_request(national=True, original="9001")).samples
    assert (sample.number.national, sample.original.national) == (True, True)


def test_a_flag_before_any_number_says_nothing():
    pairs = [("SampleIdentifierType", NPN), ("MaterialDescription", "Hud")]
    (sample,) = requisition(pathology_request(samples=[pairs])).samples
    assert (sample.number, sample.material) == (None, "Hud")


def test_an_analysis_has_its_code_priority_and_lines():
    (analysis,) = requisition(laboratory_request()).analyses
    assert (analysis.ordinal, analysis.analysis.value, analysis.priority) == (1, "NPU18016", "routine")
    assert analysis.lines == ("Kreatinin",)


def test_who_asks_and_where_the_answer_goes():
    original = {
        "Identifier": "989898",
        "IdentifierCode": "ydernummer",
        "OrganisationName": "Andet Lægehus",
        "ReplyTo": "0",
    }
    told = requisition(laboratory_request(OriginalRequester=original))
    assert (told.sender.organisation, told.sender.physician, told.reply_to_sender) == ("Lægehuset", "FK", True)
    assert (told.original_requester.identifier, told.reply_to_original) == ("989898", False)


def test_who_pays_and_who_takes_the_sample():
    payer = {"PayersTypeCode": "rekvirent", "IdentifierCode": "lokationsnummer", "OrderIdentifier": "O1"}
    collector = {"Identifier": "1", "IdentifierCode": "sorkode", "OrganisationName": "Hjemmeplejen"}
    told = requisition(laboratory_request(Payer=payer, Collector=collector))
    assert (told.payer.kind, told.payer.identifier_kind, told.payer.order) == ("requester", "lokationsnummer", "O1")
    assert told.collector.organisation == "Hjemmeplejen"


def test_times_and_place_of_sampling():
    told = requisition(laboratory_request())
    assert (told.sampling_place, told.sampling_time_kind, told.tubes) == ("requester", "actual", 1)
    assert told.sampled_at.isoformat() == "2024-05-05T06:30:00"


def test_a_kind_of_time_that_edifact_could_not_tell_is_not_presented_as_a_statement():
    path = "RequisitionInformation/SamplingDateTimeType"
    assumed = msgspec.structs.replace(laboratory_request(), assumed=(path,))
    assert requisition(assumed).sampling_time_kind is None


def test_answers_of_every_kind_are_kept():
    answers = [
        {"Text": "ja"},
        {"Numerical": "12.5"},
        {"DiagnoseCode": "DE119"},
        {"DateTime": {"Date": "2024-05-01", "Time": "08:00"}},
        {"Logical": "1"},
    ]
    question = {"Code": "Q1", "CodeType": "lokal", "CodeResponsible": "OUH", "CodeText": "Hvad?"}
    prompts = [{"Question": question, "Answer": answer} for answer in answers]
    told = requisition(laboratory_request(Requests={"Prompt": prompts})).prompts
    assert [(prompt.kind, prompt.answer) for prompt in told] == [
        ("text", "ja"),
        ("number", "12.5"),
        ("diagnosis", "DE119"),
        ("time", "2024-05-01T08:00"),
        ("yes-no", "true"),
    ]
    assert (told[0].question, told[0].code.value) == ("Hvad?", "Q1")


def test_a_question_of_2005_has_no_code_and_a_number_its_unit():
    prompt = {"Question": "Vægt", "Answer": {"Numerical": {"Value": "70", "Unit": "kg"}}}
    (told,) = requisition(laboratory_request(Requests={"Prompt": [prompt]})).prompts
    assert (told.question, told.code, told.answer, told.unit) == ("Vægt", None, "70", "kg")


def test_a_pathology_request_has_a_number_an_indication_and_samples():
    told = requisition(pathology_request())
    assert told.number == Number("12501200000204")
    assert (told.indication.value, told.indication.complete_name) == ("I101", "Profylakse")
    assert (told.samples[0].number.value, told.samples[0].material) == ("A", "Hud på lår")
    (analysis,) = told.analyses
    assert (analysis.analysis.value, analysis.analysis.system, analysis.priority) == ("S100", "PA1", "hastened")
    (prompt,) = told.prompts
    assert (prompt.code.system, prompt.kind, prompt.answer) == ("PA8", "yes-no", "false")


def test_the_cervix_informations_of_2005_are_asked_under_the_codes_of_2014():
    cervix = {
        "Pregnant": "0",
        "DateOfPeriod": "2024-04-12",
        "HormonTherapy": "Østrogen",
        "DateOfLaser": "0001-01-01",
    }
    made = pathology_request(Requests={"SupplementaryCervixInformations": cervix})
    told = requisition(made).prompts
    assert [(prompt.code.value, prompt.kind, prompt.answer) for prompt in told] == [
        ("ADP103", "yes-no", "false"),
        ("ADP201", "date", "2024-04-12"),
        ("ADP202", "text", "Østrogen"),
        ("ADP204", "yes-no", "true"),
    ]


def test_a_request_of_several_samples_has_a_number_for_the_whole():
    information = {
        "RequestersRequisitionIdentifier": "R1",
        "RequisitionDateTime": {"Date": "2024-05-01", "Time": "08:00"},
        "Sample": [{"RequesterSampleIdentifier": "S1"}, {"RequesterSampleIdentifier": "S2"}],
    }
    made = letter("MultiSampleMicrobiologyRequest", "XQ0430M", {"RequisitionInformation": information})
    told = requisition(made)
    assert (told.kind, told.standard, told.number) == ("microbiology", "XREQ04", Number("R1"))
    assert [sample.number.value for sample in told.samples] == ["S1", "S2"]


def test_what_nobody_has_declared_of_a_version_without_a_schema_is_told():
    made = laboratory_request()
    unknown = element("Trolley", {"Number": "7"})
    root = Element(made.root.name, (*made.root.children, unknown))
    requested_letter = msgspec.structs.replace(made, version="XQ0132K", root=root)
    assert [finding.path for finding in records.project_requisition(requested_letter).findings] == ["Trolley"]


def test_an_almost_empty_tree_does_not_crash():
    for root in ("LaboratoryRequest", "MicrobiologyRequest", "PathologyRequest"):
        assert requisition(letter(root, "XQ0131K", {})).analyses == ()

"""Beside blood the demonstration has microbiology, pathology, genetics and requests: valid, and told as they happen."""

import datetime as dt
import re
from pathlib import Path

import pytest
from lxml import etree

from labbro import letters
from labbro.codes.cpr import modulus_11_holds
from labbro.synthetic import demonstration, pathology
from labbro.synthetic.documents import Document

UNTIL = dt.datetime(2026, 11, 23, 16, 0)  # noqa: DTZ001 - local Danish time, as letters have it
# Versions that departments still send although newer ones are in force; a reader says so.
INTENDED_WARNINGS = {"old-version", "rpt02-after-xrpt05"}
SCHEMAS = {
    "XR0231M": "2014/10/08", "XR0331P": "2014/10/08", "XR0432P": "2014/10/08", "XR0531M": "2011/06/15",
    "XR0532M": "2014/10/08", "XR0630M": "2013/11/26", "XR0730G": "2014/10/08", "XQ0131K": "2006/07/01",
    "XQ0331P": "2014/10/08",
}  # fmt: skip
REQUESTS = {"XQ0131K", "XQ0331P"}
PUBLISHED_CODES = {"T8X312", "M09462", "T02424", "M88100", "M33333", "T0X000", "M69210"}


@pytest.fixture(scope="module")
def everyone() -> list[list[Document]]:
    return [demonstration.documents(place, UNTIL) for place in range(len(demonstration.people()))]


@pytest.fixture(scope="module")
def papers(everyone: list[list[Document]]) -> list[Document]:
    return [document for person in everyone for document in person]


def _of(everyone: list[list[Document]], given_name: str) -> list[Document]:
    place = next(n for n, who in enumerate(demonstration.people()) if who.name.startswith(given_name))
    return everyone[place]


def _text(document: Document, path: str) -> str:
    return document.letter().root.text(path) or ""


def _requester_number(document: Document) -> str:
    paths = ("Sample/RequesterSampleIdentifier", "RequesterSampleIdentifier", "RequestersRequisitionIdentifier")
    numbers = {_text(document, f"RequisitionInformation/{path}") for path in paths} - {""}
    # A request of pathology also numbers its samples, after its own number.
    return min(numbers, key=len) if document.version == "XQ0331P" else numbers.pop()


def test_every_kind_of_letter_is_there_in_both_syntaxes(papers: list[Document]) -> None:
    assert {document.version for document in papers} == set(SCHEMAS)
    assert {document.syntax for document in papers} == {"edifact", "xml"}


def test_every_letter_is_valid_loses_nothing_and_has_no_warning_that_is_not_intended(papers: list[Document]) -> None:
    for document in papers:
        written = letters.write(document.letter(), document.syntax)
        assert written.findings == ()
        (reading,) = letters.read(written.data)
        assert reading.ok
        assert {found.code for found in reading.findings} <= INTENDED_WARNINGS


def test_every_letter_satisfies_the_official_schema(papers: list[Document], shared: Path) -> None:
    for document in papers:
        path = shared / "medcom/official/schemas" / SCHEMAS[document.version] / "EMessage.xsd"
        schema = etree.XMLSchema(etree.parse(path))
        assert schema.validate(etree.fromstring(letters.write(document.letter(), "xml").data)), schema.error_log


def test_letter_numbers_are_not_those_of_the_letters_on_blood(everyone: list[list[Document]]) -> None:
    numbers = [document.number for person in everyone for document in person]
    blood = {planned.number for place in range(3) for planned in demonstration.plans(place, UNTIL)}
    assert len(set(numbers)) == len(numbers)
    assert not blood & set(numbers)


def test_patients_are_the_invented_people_with_impossible_numbers(everyone: list[list[Document]]) -> None:
    for who, person in zip(demonstration.people(), everyone, strict=True):
        for document in person:
            assert _text(document, "Patient/CivilRegistrationNumber") == who.cpr
            assert not modulus_11_holds(who.cpr)


def test_only_published_codes_of_pathology_are_used(papers: list[Document]) -> None:
    used = {code for document in papers for code in re.findall(r"'Code': '([TMFP]\w+)'", repr(document.values))}
    assert used
    assert used <= PUBLISHED_CODES
    assert {code for code, _ in (*pathology.CERVIX, *pathology.HALO_NAEVUS)} == used


def test_requests_and_answers_carry_the_same_number(everyone: list[list[Document]]) -> None:
    requested = {_requester_number(one) for person in everyone for one in person if one.version in REQUESTS}
    answered = {_requester_number(one) for person in everyone for one in person if one.version not in REQUESTS}
    blood = {planned.sample.requester_number for place in (1, 2) for planned in demonstration.plans(place, UNTIL)}
    assert len(requested & answered) >= 6
    assert len(requested & blood) == 2
    assert len(requested - answered - blood) == 1


def test_the_request_without_an_answer_is_of_the_person_whose_story_says_so(everyone: list[list[Document]]) -> None:
    place = next(n for n, who in enumerate(demonstration.people()) if "unanswered" in who.story_en)
    stool = next(one for one in everyone[place] if "FAECES" in repr(one.values))
    assert stool.version == "XQ0131K"
    assert (UNTIL - stool.sent_at).days <= 4


def test_of_a_new_admission_some_findings_are_final_and_some_are_awaited(everyone: list[list[Document]]) -> None:
    letters_of_birger = [one for one in _of(everyone, "Birger") if one.version == "XR0532M"]
    general = "LaboratoryResults/GeneralResultInformation"
    assert {_text(one, f"{general}/ResultStatusCode") for one in letters_of_birger} == {
        "svar_endeligt", "svar_midlertidigt",
    }  # fmt: skip
    assert len({_text(one, f"{general}/LaboratoryInternalProductionIdentifier") for one in letters_of_birger}) == 2
    assert len({_requester_number(one) for one in letters_of_birger}) == 1


def test_a_corrected_culture_has_the_production_number_of_the_one_it_corrects(everyone: list[list[Document]]) -> None:
    general = "LaboratoryResults/GeneralResultInformation"
    reports = [one for one in _of(everyone, "Agnete") if one.version == "XR0532M"]
    corrected = next(one for one in reports if _text(one, f"{general}/ResultStatusCode") == "svar_rettet")
    number = _text(corrected, f"{general}/LaboratoryInternalProductionIdentifier")
    chain = [one for one in reports if _text(one, f"{general}/LaboratoryInternalProductionIdentifier") == number]
    assert [_text(one, f"{general}/ResultStatusCode") for one in chain] == [
        "svar_midlertidigt", "svar_endeligt", "svar_rettet",
    ]  # fmt: skip


def test_a_refusal_is_said_in_every_letter_that_can_say_it(everyone: list[list[Document]]) -> None:
    told = _of(everyone, "Merete")
    assert len(told) == 4
    assert {_text(one, "Patient/Consent/Given") for one in told} == {"false"}


def test_the_letter_for_the_databank_of_microbiology_protects_what_the_department_does_not_tell(
    everyone: list[list[Document]],
) -> None:
    told = next(one for one in _of(everyone, "Thyra") if one.version == "XR0630M")
    assert "t002" in repr(told.values)
    assert "t002" not in letters.show_text(told.letter())


def test_practices_take_samples_and_get_answers_on_weekdays(papers: list[Document]) -> None:
    for document in papers:
        by_practice = "ydernummer" in (
            _text(document, "Receiver/IdentifierCode"),
            _text(document, "Sender/IdentifierCode"),
        )
        assert not by_practice or document.sent_at.weekday() < 5

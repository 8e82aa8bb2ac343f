"""The agreement board: every duty with its state and its evidence."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.members import acts
from labbro.members.board import DrawFacts, Duty, Evidence, LaboratoryBoard, laboratory_duties, vendor_duties
from labbro.members.changes import HOUSE
from labbro.members.directory import Directories
from labbro.members.evidence import Counted, vendor_board

from .building import DAY, World, contact_fields

TODAY = dt.date(2026, 5, 11)
WELL = Evidence(
    today=TODAY,
    accounts=2,
    certified_until=TODAY + 200 * DAY,
    missing_formats=(),
    manual_until=None,
    draws=DrawFacts(TODAY - 10 * DAY, 190, TODAY),
    plain_calls=0,
    plain_until=None,
    personal_mailboxes=0,
    contacts=3,
    contacts_confirmed_on=TODAY - 100 * DAY,
    unreachable_contacts=0,
    support_contacts=1,
)


def state(code: str, **changes: Any) -> str:
    return next(one.state for one in laboratory_duties(msgspec.structs.replace(WELL, **changes)) if one.code == code)


def test_a_laboratory_that_keeps_the_agreement_meets_every_duty() -> None:
    duties = laboratory_duties(WELL)
    assert [one.state for one in duties] == ["met"] * 7
    assert all(one.evidence_da != one.evidence_en for one in duties)


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("certified", {"certified_until": None, "missing_formats": ("RPT01",)}, "missing"),
        ("certified", {"certified_until": TODAY + 59 * DAY}, "due-soon"),
        ("certified", {"certified_until": TODAY + 60 * DAY}, "met"),
        ("automatic-drawing", {"draws": DrawFacts()}, "missing"),
        ("automatic-drawing", {"draws": DrawFacts(TODAY - 15 * DAY)}, "met"),
        ("automatic-drawing", {"draws": DrawFacts(TODAY - 16 * DAY)}, "due-soon"),
        ("automatic-drawing", {"draws": DrawFacts(TODAY - 22 * DAY)}, "missing"),
        ("half-year-stock", {"draws": DrawFacts()}, "missing"),
        ("half-year-stock", {"draws": DrawFacts(stock_days=167)}, "met"),  # just before the next draw
        ("half-year-stock", {"draws": DrawFacts(stock_days=166)}, "due-soon"),
        ("half-year-stock", {"draws": DrawFacts(stock_days=125)}, "missing"),
        ("https", {"plain_calls": 1, "plain_until": TODAY}, "due-soon"),
        ("https", {"plain_calls": 1, "plain_until": TODAY - DAY}, "missing"),
        ("https", {"plain_calls": 1}, "missing"),
        ("functional-mailboxes", {"personal_mailboxes": 1}, "missing"),
        ("contacts-confirmed", {"contacts_confirmed_on": None}, "missing"),
        ("contacts-confirmed", {"contacts_confirmed_on": TODAY - 335 * DAY}, "due-soon"),
        ("contacts-confirmed", {"contacts_confirmed_on": TODAY - 365 * DAY}, "due-soon"),
        ("contacts-confirmed", {"contacts_confirmed_on": TODAY - 366 * DAY}, "missing"),
        ("contacts-confirmed", {"unreachable_contacts": 1}, "missing"),
        ("first-level-support", {"support_contacts": 0}, "missing"),
        ("certified", {"accounts": 0}, "not-applicable"),
        ("contacts-confirmed", {"accounts": 0}, "met"),
    ],
)
def test_each_duty_is_judged_by_its_evidence(code: str, changes: dict[str, Any], expected: str) -> None:
    assert state(code, **changes) == expected


def test_the_evidence_is_a_sentence_in_both_languages_with_the_figures() -> None:
    (duty,) = [one for one in laboratory_duties(WELL) if one.code == "half-year-stock"]
    assert duty.evidence_da == "Lager til 27 uger (oplyst 11.05.2026)."
    assert duty.evidence_en == "Stock for 27 weeks (told on 2026-05-11)."


def test_a_vendor_s_duty_is_as_good_as_that_of_its_worst_laboratory() -> None:
    well = LaboratoryBoard(uuid4(), laboratory_duties(WELL))
    late = LaboratoryBoard(uuid4(), laboratory_duties(msgspec.structs.replace(WELL, certified_until=None)))
    duties = {one.code: one for one in vendor_duties([well, late, well], WELL)}
    assert duties["certified"].state == "missing"
    assert duties["certified"].evidence_en == "Met by 2 out of 3 laboratories."
    assert duties["https"].state == "met"


dates = st.dates(TODAY - 900 * DAY, TODAY + 900 * DAY)


@given(
    st.builds(
        Evidence,
        today=st.just(TODAY),
        accounts=st.integers(0, 3),
        certified_until=st.none() | dates.filter(lambda day: day >= TODAY),
        missing_formats=st.just(("RPT01",)),
        manual_until=st.none() | dates,
        draws=st.builds(DrawFacts, st.none() | dates, st.none() | st.integers(0, 999), st.none() | dates),
        plain_calls=st.integers(0, 9),
        plain_until=st.none() | dates,
        personal_mailboxes=st.integers(0, 3),
        contacts=st.integers(0, 3),
        contacts_confirmed_on=st.none() | dates,
        unreachable_contacts=st.integers(0, 3),
        support_contacts=st.integers(0, 3),
    )
)
def test_whatever_is_known_every_duty_has_a_state_and_two_sentences(evidence: Evidence) -> None:
    duties = laboratory_duties(evidence)
    assert len({one.code for one in duties}) == len(duties) == 7
    assert all(one.evidence_da and one.evidence_en for one in duties)
    assert len(vendor_duties([LaboratoryBoard(uuid4(), duties)], evidence)) == 7


def board(world: World, vendor: str, **counted: Any) -> dict[UUID, dict[str, Duty]]:
    known = Counted(**({"draws": {}, "plain_calls": {}, "plain_until": None, "refusing_mailboxes": ()} | counted))
    with world.database.connection() as connection:
        directory = Directories(world.database).in_transaction(connection)
    found = vendor_board(directory, world.ids[vendor], known, TODAY)
    return {one.laboratory_id: {duty.code: duty for duty in one.duties} for one in found.laboratories}


def test_the_evidence_comes_from_the_directory_and_from_what_was_counted(world: World) -> None:
    nord, syd, vest = (world.ids[name] for name in ("nord", "syd", "vest"))
    world.do(HOUSE, acts.AddContact, laboratory_id=nord, **contact_fields("lab@nord.example"))
    world.do(HOUSE, acts.AddContact, vendor_id=world.ids["alfa"], **contact_fields())
    world.do(HOUSE, acts.ChangeAccount, account_id=world.ids["account-syd"], department="A", mailbox="hjk@syd.example")
    alfa = board(
        world, "alfa", plain_calls={nord: 3}, draws={nord: DrawFacts(TODAY)}, refusing_mailboxes={"lab@nord.example"}
    )
    assert alfa[nord]["certified"].evidence_en == "Certified until 2026-06-10."
    assert alfa[nord]["automatic-drawing"].state == "met"
    assert alfa[nord]["https"].state == "missing"
    assert alfa[nord]["contacts-confirmed"].evidence_en.endswith("Mail did not reach: 1.")
    assert (alfa[syd]["functional-mailboxes"].state, alfa[syd]["contacts-confirmed"].state) == ("missing", "missing")
    beta = board(world, "beta")
    assert (beta[vest]["certified"].state, beta[vest]["first-level-support"].state) == ("missing", "missing")

"""Letters of microbiology, pathology, genetics and requests about the tests' own invented patient."""

from __future__ import annotations

import datetime as dt

import msgspec

from labbro import letters
from labbro.databank import Databank
from labbro.synthetic import papers
from labbro.synthetic.country import PRACTICES
from labbro.synthetic.documents import Desk, Document
from labbro.synthetic.people import Person
from labbro.synthetic.requests import Asked, of

from .patient import CPR

UNTIL = dt.datetime(2026, 5, 8, 16, 0)  # noqa: DTZ001 - local Danish time, as letters have it
OLGA = Person(0, CPR, "Olga", "Opdigtet", "female", dt.date(1957, 11, 11))
KLITHAVN, SONDERLUND = 0, 4  # places in PRACTICES: microbiology as XRPT05, and as RPT02


def put_papers(databank: Databank, *told: papers.Papers, practice: int = KLITHAVN, refuses: bool = False) -> int:
    """Takes in what these courses of events say of the patient; the number of letters."""
    desk = Desk(OLGA, PRACTICES[practice], "TEST", UNTIL, refuses=refuses)
    documents = [document for course in told for document in course(desk)]
    for document in documents:
        _put(databank, document)
    return len(documents)


def put_request(databank: Databank, number: str, at: dt.datetime, *asked: Asked) -> None:
    """Takes in a request for these analyses of a sample: the requester's number, and when it was taken."""
    desk = Desk(OLGA, PRACTICES[KLITHAVN], "ASKS", UNTIL)
    taken = msgspec.structs.replace(desk.taken(3), requester_number=number, at=at)
    _put(databank, of(desk, PRACTICES[KLITHAVN].laboratory.party, taken, list(asked)))


def _put(databank: Databank, document: Document) -> None:
    written = letters.write(document.letter(), document.syntax)
    (outcome,) = databank.intake(letters.read(written.data), dt.datetime(2026, 5, 9, tzinfo=dt.UTC), "request", "load")
    assert outcome.kind == "stored", outcome

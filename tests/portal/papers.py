"""Letters of microbiology, pathology, genetics and requests about the tests' own invented patient."""

from __future__ import annotations

import datetime as dt

from labbro import letters
from labbro.databank import Databank
from labbro.synthetic import papers
from labbro.synthetic.country import PRACTICES
from labbro.synthetic.documents import Desk
from labbro.synthetic.people import Person

from .patient import CPR

UNTIL = dt.datetime(2026, 5, 8, 16, 0)  # noqa: DTZ001 - local Danish time, as letters have it
OLGA = Person(0, CPR, "Olga", "Opdigtet", "female", dt.date(1957, 11, 11))
KLITHAVN, SONDERLUND = 0, 4  # places in PRACTICES: microbiology as XRPT05, and as RPT02


def put_papers(databank: Databank, *told: papers.Papers, practice: int = KLITHAVN, refuses: bool = False) -> int:
    """Takes in what these courses of events say of the patient; the number of letters."""
    desk = Desk(OLGA, PRACTICES[practice], "TEST", UNTIL, refuses=refuses)
    documents = [document for course in told for document in course(desk)]
    for document in documents:
        written = letters.write(document.letter(), document.syntax)
        (outcome,) = databank.intake(
            letters.read(written.data), dt.datetime(2026, 5, 9, tzinfo=dt.UTC), "request", "load"
        )
        assert outcome.kind == "stored", outcome
    return len(documents)

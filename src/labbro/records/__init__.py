"""The clinical record: what a clinician means, and the projection letter -> record. Pure."""

from __future__ import annotations

from labbro.errors import WrongUse
from labbro.letters.letter import Letter
from labbro.records.model import Report
from labbro.records.projections import PROJECTIONS, REQUESTS
from labbro.records.projections.reading import Projection, Requested
from labbro.records.projections.rpt01 import origin_of_result
from labbro.records.requisition import Requisition

__all__ = [
    "Projection",
    "Report",
    "Requested",
    "Requisition",
    "can_project",
    "is_requisition",
    "origin_of_result",
    "project",
    "project_requisition",
    "project_with_findings",
]


def is_requisition(letter: Letter) -> bool:
    """Whether this letter is of a type that becomes a requisition."""
    return letter.root.name in REQUESTS


def can_project(letter: Letter) -> bool:
    """Whether this letter is of a type that becomes a report."""
    return letter.root.name in PROJECTIONS


def project_with_findings(letter: Letter) -> Projection:
    """The report a letter says, and what could not be said in it. Raises WrongUse for a letter that is no report."""
    projection = PROJECTIONS.get(letter.root.name)
    if projection is None:
        raise WrongUse(
            f"A letter of version {letter.version} is not a report that can be kept.",
            message_da=f"Et brev af version {letter.version} er ikke et svar, der kan gemmes.",
            code="no-record",
        )
    return projection(letter)


def project(letter: Letter) -> Report:
    """The report a letter says. Raises WrongUse (code `no-record`) for a letter that is no report."""
    return project_with_findings(letter).report


def project_requisition(letter: Letter) -> Requested:
    """The requisition a letter says, and what could not be said in it. Raises WrongUse for a letter that is none."""
    projection = REQUESTS.get(letter.root.name)
    if projection is None:
        raise WrongUse(
            f"A letter of version {letter.version} is not a requisition.",
            message_da=f"Et brev af version {letter.version} er ikke en rekvisition.",
            code="no-record",
        )
    return projection(letter)

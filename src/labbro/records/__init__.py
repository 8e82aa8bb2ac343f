"""The clinical record: what a clinician means, and the projection letter -> record. Pure."""

from __future__ import annotations

from labbro.errors import WrongUse
from labbro.letters.letter import Letter
from labbro.records.model import Report
from labbro.records.projections import PROJECTIONS
from labbro.records.projections.reading import Projection
from labbro.records.projections.rpt01 import origin_of_result

__all__ = ["Projection", "Report", "can_project", "origin_of_result", "project", "project_with_findings"]


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

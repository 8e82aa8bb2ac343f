"""What a check reports: every fault of a letter at once, each with its place and a sentence in two languages."""

from __future__ import annotations

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "loss", "info"]


class Place(msgspec.Struct, frozen=True):
    """Where something stands: line and column from 1 (XML); segment from UNH = 1 and element.component (EDIFACT)."""

    line: int | None = None
    column: int | None = None
    segment: int | None = None
    position: str | None = None


NOWHERE = Place()


class Finding(msgspec.Struct, frozen=True):
    """One observation about a letter.

    `path` names the element (`LaboratoryReport/Patient/...`); `line` and `column` count from 1 (XML);
    `segment` counts from UNH = 1 and `position` is `element.component` (EDIFACT). Absent parts are None.
    """

    severity: Severity
    code: str
    path: str | None
    message: str
    message_da: str
    line: int | None = None
    column: int | None = None
    segment: int | None = None
    position: str | None = None

    def as_json(self) -> dict[str, str | int | None]:
        """The form of the command contract (contract.md)."""
        return {
            "severity": self.severity,
            "code": self.code,
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "segment": self.segment,
            "position": self.position,
            "message": self.message,
            "message_da": self.message_da,
        }


def has_errors(findings: tuple[Finding, ...] | list[Finding]) -> bool:
    """Whether any finding has severity error; the letter is then not `ok`."""
    return any(finding.severity == "error" for finding in findings)

"""What the commands about letters share: options, and how a finding is told."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from labbro.letters import Finding


class Format(StrEnum):
    """How findings are printed."""

    text = "text"
    json = "json"


class Language(StrEnum):
    """The reader's language."""

    da = "da"
    en = "en"


Paths = Annotated[
    list[str], typer.Argument(metavar="PATH...", help="Files, folders (recursive) or - for standard input.")
]
FormatOption = Annotated[Format, typer.Option("--format", help="For people, or one JSON object a line.")]
LanguageOption = Annotated[Language, typer.Option("--language", help="The language of the sentences.")]


def finding_line(finding: Finding, language: str) -> str:
    """One finding for a person: severity, place, sentence."""
    place = ", ".join(
        f"{word} {number}"
        for word, number in (
            ("line", finding.line),
            ("column", finding.column),
            ("segment", finding.segment),
            ("position", finding.position),
        )
        if number is not None
    )
    where = " ".join(part for part in (finding.path, f"({place})" if place else "") if part)
    sentence = finding.message_da if language == "da" else finding.message
    return f"{finding.severity} {finding.code}: {where + ': ' if where else ''}{sentence}"

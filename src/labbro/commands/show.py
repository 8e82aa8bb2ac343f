"""`labbro show`: a letter for a person, as text or as a page."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from labbro import letters
from labbro.commands.check import Checked, readings_of
from labbro.commands.inputs import inputs_of
from labbro.commands.options import Language, LanguageOption, finding_line
from labbro.errors import WrongUse
from labbro.eu import showing
from labbro.eu.reading import DocumentReading
from labbro.letters import vans


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("show")(show)


def show(
    path: Annotated[str, typer.Argument(metavar="PATH", help="A file, or - for standard input.")],
    html: Annotated[bool, typer.Option("--html", help="As a page instead of text.")] = False,
    language: LanguageOption = Language.da,
) -> None:
    """Shows the letters of a file to a person. Faults are told below the letter.

    Exit 0: shown. 1: a letter has errors or cannot be shown. 2: wrong use.
    """
    (given,) = inputs_of([path])[:1] or [None]
    if given is None:
        raise WrongUse(f"{path} holds no file.")
    faulty = False
    with given.opened() as file:
        for reading in readings_of(file):
            faulty |= not reading.ok
            shown = _shown(reading, html, language)
            if shown:
                print(shown)
            for finding in reading.findings if not shown or not html else ():
                print(finding_line(finding, language), file=sys.stderr)
    raise typer.Exit(1 if faulty else 0)


def _shown(reading: Checked, html: bool, language: Language) -> str:
    if isinstance(reading, DocumentReading):
        if reading.bundle is None or not reading.ok:
            return ""
        return (showing.show_html if html else showing.show_text)(reading.bundle, language.value)
    if reading.letter is not None:
        return (letters.show_html if html else letters.show_text)(reading.letter, language.value)
    # A receipt of the transport holds no letter, but says something.
    return vans.receipt_sentence(reading, language.value) or ""

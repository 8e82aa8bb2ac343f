"""`labbro reference`: writes the reference pages of the letters, made from their declarations."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from labbro.letters.reference import pages

Folder = Annotated[Path, typer.Option("--out", help="The folder the pages are written into.")]
HERE = Path("docs/letters")


def register(app: typer.Typer) -> None:
    """Adds the command to the application."""
    app.command("reference")(reference)


def reference(out: Folder = HERE) -> None:
    """Writes a page for each letter type, in Danish and English, and the lists of remarks and findings."""
    written = pages()
    for name, text in written.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print(f"{len(written)} pages written to {out}.")

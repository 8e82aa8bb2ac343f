"""A letter or a document as it came, for the page that shows it."""

from __future__ import annotations

from typing import Final

import msgspec

from labbro import letters
from labbro.databank import StoredLetter
from labbro.eu import showing
from labbro.eu.reading import read_document
from labbro.letters.labels import Language
from labbro.letters.protection import held_back

VIEWS: Final = ("page", "text", "tree")
_FILES: Final = {
    "xml": ("xml", "application/xml"),
    "edifact": ("edi", "application/edifact"),
    "json": ("json", "application/fhir+json"),
}


class Shown(msgspec.Struct, frozen=True):
    """One of the views, the others empty. `protected`: the sender has protected part of it."""

    page: str = ""
    text: str = ""
    tree: str = ""
    protected: bool = False


def shown(stored: StoredLetter, chosen: str, language: Language) -> Shown:
    """What is shown of an original in the view that was chosen."""
    if stored.syntax == "json":
        return _document(stored.raw, chosen, language)
    letter = next(iter(letters.read(stored.raw))).letter
    if letter is None:
        return Shown(text=stored.raw.decode("latin-1"))
    protected = bool(held_back(letter.root))
    if chosen == "page":
        return Shown(page=letters.html_fragment(letter, language), protected=protected)
    if chosen == "text":
        return Shown(text=letters.show_text(letter, language), protected=protected)
    return Shown(tree=letters.tree_html(letter, language), protected=protected)


def _document(raw: bytes, chosen: str, language: Language) -> Shown:
    bundle = read_document(raw).bundle
    if bundle is None or chosen == "tree":
        return Shown(text=msgspec.json.format(raw.removeprefix(b"\xef\xbb\xbf"), indent=2).decode())
    if chosen == "page":
        return Shown(page=showing.html_fragment(bundle, language))
    return Shown(text=showing.show_text(bundle, language))


def is_protected(stored: StoredLetter) -> bool:
    """Whether the bytes hold what the sender protected."""
    if stored.syntax == "json":
        return False
    letter = next(iter(letters.read(stored.raw))).letter
    return letter is not None and bool(held_back(letter.root))


def file_of(stored: StoredLetter) -> tuple[str, str]:
    """The ending of a file with its bytes, and its type."""
    return _FILES[stored.syntax]

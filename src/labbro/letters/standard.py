"""What a letter type is: its versions, its tree and its EDIFACT form, declared once."""

from __future__ import annotations

import msgspec

from labbro.letters.form import Form
from labbro.letters.grammar import Word
from labbro.letters.meaning import Move
from labbro.letters.remarks import Rule
from labbro.letters.view import Sections

OLD_BASE = "http://rep.oio.dk/sundcom.dk/medcom.dk/xml/schemas/"
NEW_BASE = "http://rep.oio.dk/medcom.dk/xml/schemas/"
OLD_DATES = {"2005/08/07", "2006/07/01", "2007/02/01", "2009/08/01"}


def namespace_of(date: str) -> str:
    """The namespace of MedCom's schemas of a date; the slash at the end belongs to the name."""
    return f"{OLD_BASE if date in OLD_DATES else NEW_BASE}{date}/"


class Version(msgspec.Struct, frozen=True):
    """One version of a letter type.

    `key` names it in Labbro; `mark` in the declaration. `code` is VersionCode; the EDIFACT code is `code` without X.
    `public` is False where MedCom has published no schema: what is declared is what is known of it, misfits are
    warnings, and it is never written as EDIFACT. `from_edifact` is False where EDIFACT of this code is read as another
    version (facts: letters/README.md, 3).
    """

    key: str
    mark: str
    code: str
    date: str
    root: str
    has_edifact: bool = True
    from_edifact: bool = True
    newest: bool = False
    public: bool = True

    @property
    def namespace(self) -> str:
        """The XML namespace."""
        return namespace_of(self.date)

    @property
    def edifact_code(self) -> str:
        """The version as EDIFACT says it."""
        return self.code.removeprefix("X")

    @property
    def year(self) -> int:
        """The year of the schema."""
        return int(self.date[:4])


class Standard(msgspec.Struct, frozen=True):
    """A letter type: `name` RPT01, `type_code` XRPT01, its versions, what its letters hold, and its EDIFACT form.

    `danish` and `english` name the letter for people; `kind` is `report`, `request` or `receipt`.
    `rules` are those of layer two that hold for it; `sections` make the page that people read. `demands` are what its
    schema asks besides the shape (numbers that must be unique or point at something): remarks of theirs are errors.
    `moves` are what newer versions say otherwise than older ones (moving.py).
    """

    name: str
    type_code: str
    danish: str
    english: str
    kind: str
    versions: tuple[Version, ...]
    tree: tuple[Word, ...]
    form: Form | None
    rules: tuple[Rule, ...] = ()
    sections: Sections | None = None
    demands: tuple[Rule, ...] = ()
    moves: tuple[Move, ...] = ()

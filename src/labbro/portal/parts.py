"""What the pages of reports and requisitions are made of: parts with facts, a text and a table. Pure data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import msgspec

from labbro.portal import formats
from labbro.portal.detail import Fact, Link
from labbro.portal.texts import Texts
from labbro.records.model import CodedText


class Cell(msgspec.Struct, frozen=True):
    """A cell: its text, something smaller below it, and a mark that chooses its look."""

    text: str
    small: str = ""
    mark: str = ""


class Line(msgspec.Struct, frozen=True):
    """A row of a table; `notes` stand below the row's head."""

    head: Cell
    cells: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    link: str = ""


class Grid(msgspec.Struct, frozen=True):
    """A table with a caption for those who do not see it and the heads of its columns."""

    caption: str
    heads: tuple[str, ...]
    lines: tuple[Line, ...]


class Part(msgspec.Struct, frozen=True):
    """One part of a page. `fixed`: the text counts on letters of one width. `below` puts it under the part before."""

    heading: str
    facts: tuple[Fact, ...] = ()
    text: str = ""
    fixed: bool = False
    grid: Grid | None = None
    links: tuple[Link, ...] = ()
    explained: tuple[Fact, ...] = ()
    below: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing under the heading."""
        return not (self.facts or self.text or self.grid or self.links)


def facts(*pairs: tuple[str, str | None]) -> tuple[Fact, ...]:
    """Those of the facts that say something."""
    return tuple(Fact(label, value) for label, value in pairs if value)


def said(text: CodedText | None, texts: Texts) -> str:
    """A text, or that its sender holds it back."""
    if text is None:
        return ""
    return texts.held_back if text.held_back else text.text.strip("\n")


def one_line(text: str) -> str:
    """The lines of a text beside each other, for a cell."""
    return " / ".join(line.strip() for line in text.splitlines() if line.strip())


def several(found: Iterable[CodedText], texts: Texts) -> str:
    """Texts below each other."""
    return "\n".join(line for line in (said(each, texts) for each in found) if line)


def amount(operator: str | None, value: str | None, unit: str | None) -> str:
    """A number as sent, with its operator and unit."""
    if not value:
        return ""
    sign = f"{operator} " if operator in ("<", ">") else ""
    return f"{sign}{value} {unit or ''}".strip()


def answer(kind: str, told: str, texts: Texts) -> str:
    """The answer to a prompt as people read it: a time as day and hour, yes or no in words."""
    if kind == "yes-no":
        return texts.yes if told == "true" else texts.no
    if kind in ("time", "date"):
        try:
            at = dt.datetime.fromisoformat(told)
        except ValueError:
            return told
        return formats.day(at) if kind == "date" else formats.moment(at)
    return told

"""What the pages of the number service are made of: alerts, facts, charts, tables and forms. Pure data.

One template draws them all (templates/numbers/page.html), so that every page looks, prints and reads alike.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Mark = Literal["", "good", "soon", "bad", "off"]


class Link(msgspec.Struct, frozen=True):
    """A way on. `about` is said to those who do not see the row that the link stands in."""

    text: str
    address: str
    about: str = ""


class Cell(msgspec.Struct, frozen=True):
    """A cell: its text, something smaller below it, a state, a way on. `figure`: digits below each other."""

    text: str
    small: str = ""
    mark: Mark = ""
    link: str = ""
    figure: bool = False


class Row(msgspec.Struct, frozen=True):
    """A row; its first cell names it. `links` stand in a column of their own."""

    cells: tuple[Cell, ...]
    links: tuple[Link, ...] = ()


class Table(msgspec.Struct, frozen=True):
    """A table. `empty` is said where there are no rows; `folded` keeps it closed until it is asked for."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    empty: str = ""
    folded: bool = False


class Fact(msgspec.Struct, frozen=True):
    """A label and what it says."""

    label: str
    value: str
    small: str = ""
    mark: Mark = ""


class Figure(msgspec.Struct, frozen=True):
    """A number to be seen from afar, with what it counts."""

    value: str
    label: str
    small: str = ""
    mark: Mark = ""


class Alert(msgspec.Struct, frozen=True):
    """Something to be seen at once; `todo` says what to do. `grave` is for what stands still."""

    heading: str
    text: str = ""
    todo: str = ""
    grave: bool = False
    link: Link | None = None


class Chart(msgspec.Struct, frozen=True):
    """A chart that static/numbers.js draws from `data`; a table beside it says the same."""

    name: str
    label: str
    data: dict[str, Any]
    note: str = ""

    @property
    def script(self) -> str:
        """JSON that cannot end the script element it stands in."""
        return msgspec.json.encode(self.data).decode().replace("<", "\\u003c").replace("&", "\\u0026")


class Choice(msgspec.Struct, frozen=True):
    """One of several values."""

    value: str
    label: str
    chosen: bool = False


class Field(msgspec.Struct, frozen=True):
    """A field of a form. `kind` is the HTML input's, or select, checks, area."""

    name: str
    label: str
    kind: str = "text"
    value: str = ""
    hint: str = ""
    required: bool = True
    longest: int = 120
    choices: tuple[Choice, ...] = ()


class Form(msgspec.Struct, frozen=True):
    """A form. `hidden` holds the request id too, so that a form sent twice is done once."""

    action: str
    submit: str
    fields: tuple[Field, ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    grave: bool = False
    about: str = ""


class Section(msgspec.Struct, frozen=True):
    """A part of a page under a heading of its own; without one it stands under the page's."""

    heading: str = ""
    lead: str = ""
    alerts: tuple[Alert, ...] = ()
    figures: tuple[Figure, ...] = ()
    facts: tuple[Fact, ...] = ()
    text: str = ""
    fixed: str = ""
    chart: Chart | None = None
    tables: tuple[Table, ...] = ()
    forms: tuple[Form, ...] = ()
    links: tuple[Link, ...] = ()


class Place(msgspec.Struct, frozen=True):
    """A page in the row of pages."""

    name: str
    address: str
    here: bool


class Content(msgspec.Struct, frozen=True):
    """A whole page."""

    title: str
    sections: tuple[Section, ...]
    lead: str = ""
    back: Link | None = None

    @property
    def charts(self) -> bool:
        """Whether the charts' script is wanted."""
        return any(one.chart for one in self.sections)

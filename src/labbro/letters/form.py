"""The words the EDIFACT form of a letter is declared in; reading and writing both come from them.

A segment is declared as it looks on the wire, with slots for values:

    line("RFF+SOI:{Sample/LaboratoryInternalSampleIdentifier}")
    line("DTM+137:{Letter/Authorisation|minute}:203")

A slot is `{path}` or `{path|codec}`; paths are below the element of the group. An element in brackets is written only
when one of its slots has a value: `+[FO:{PersonGivenName}]`. `{~name}` is a code that belongs to no
element alone; the group's `Derived` makes elements of such codes and codes of elements. The tag and, where it is a
literal, the first component of element 1 choose the line on reading; other literals are written and not checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from labbro.letters.tree import Element

# The trigger of what stands before the first group, for `Group.after`.
HEAD = "HEAD"
SLOT = re.compile(r"\{([^}|]*)(?:\|([a-z0-9_]+))?\}")


class Line(msgspec.Struct, frozen=True):
    """One segment. `always`: written even when its slots are empty. `lenient`: any qualifier is read."""

    template: str
    versions: str = ""
    always: bool = False
    lenient: bool = False
    repeated: bool = False


class Texts(msgspec.Struct, frozen=True):
    """Texts in FTX segments: (FTX code, path) for each kind, read and written in the order of the document.

    `joined`: consecutive segments make one text; otherwise a new text begins at each segment unless the line before
    goes on. `most` is the number of segments allowed for all of them together (0: no limit known).
    `plain`: a simple value carried as a text of format `style`.
    """

    kinds: tuple[tuple[str, str], ...]
    joined: bool = True
    styled: bool = False
    most: int = 0
    plain: bool = False
    style: str = "P00"
    versions: str = ""


class CodedText(msgspec.Struct, frozen=True):
    """A code and a text that share their FTX segments: the FTX code is that of `table`."""

    table: dict[str, str]
    code_path: str
    text_path: str
    versions: str = ""


class References(msgspec.Struct, frozen=True):
    """Reference elements: one FTX each with code URL, SUP or BIN (facts: edifact.md, 7)."""

    path: str = "Reference"
    versions: str = ""


class Derived(msgspec.Struct, frozen=True):
    """Elements made of several codes. `read` gets the codes of `~names` and the draft; `write` the element.

    `read(codes, value_at) -> (path, value) pairs` or a finding code; `write(element) -> codes by name` (a path among
    them overrides the value of its slot); `unsaid(element) -> (path, value) pairs` that the codes cannot say.
    """

    read: Callable[[dict[str, str], Callable[[str], str | None]], list[tuple[str, str]] | str]
    write: Callable[[Element], dict[str, str]]
    names: tuple[str, ...]
    describes: str
    versions: str = ""
    unsaid: Callable[[Element], list[tuple[str, str]]] | None = None


class Presence(msgspec.Struct, frozen=True):
    """A segment whose presence says that `path` has the value `present`; its absence says `absent` by rule."""

    template: str
    path: str
    present: str
    absent: str
    versions: str = ""


class Group(msgspec.Struct, frozen=True):
    """A segment group. `trigger` is its `Snn` (empty: none is written); `key` the segment that tells groups of one
    trigger apart (`NAD+SLA`); `opens` the tag that opens a hidden group. `target` is the element its paths are below;
    `repeated` makes one element a group. A group with `when` is written only when that element exists.
    `makes`: the element exists when the group does, even without content.
    """

    trigger: str
    items: tuple[Item, ...]
    target: str = ""
    key: str = ""
    opens: str = ""
    repeated: bool = False
    when: str = ""
    makes: str = ""
    after: str = ""
    versions: str = ""


Item: TypeAlias = "Line | Texts | CodedText | References | Derived | Presence | Group"


class Form(msgspec.Struct, frozen=True):
    """The EDIFACT form of a letter type.

    `message` is (type, version, release, agency) of UNH 2 and `code` UNH 3.1. `sender` and `receiver` are the paths
    of the location numbers that stand in UNB. `transparent` triggers are passed over on reading.
    """

    message: tuple[str, str, str, str]
    code: str
    items: tuple[Item, ...]
    sender: str = "Sender/EANIdentifier"
    receiver: str = "Receiver/EANIdentifier"
    identifier: str = "Letter/Identifier"
    transparent: tuple[str, ...] = ()
    asks_receipt: bool = True


def line(template: str, v: str = "", *, always: bool = False, lenient: bool = False, repeated: bool = False) -> Line:
    """A segment."""
    return Line(template, v, always, lenient, repeated)


def group(
    trigger: str,
    *items: Item,
    target: str = "",
    key: str = "",
    opens: str = "",
    repeated: bool = False,
    when: str = "",
    makes: str = "",
    after: str = "",
    v: str = "",
) -> Group:
    """A segment group."""
    return Group(trigger, items, target, key, opens, repeated, when, makes, after, v)

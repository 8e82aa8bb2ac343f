"""The words the EDIFACT form of a letter is declared in; reading and writing both come from them.

A segment is declared as it looks on the wire, with slots for values:

    line("RFF+SOI:{Sample/LaboratoryInternalSampleIdentifier}")
    line("DTM+137:{Letter/Authorisation|minute}:203")

A slot is `{path}` or `{path|codec}`; paths are below the element of the group. An element in brackets is written only
when one of its slots has a value: `+[FO:{PersonGivenName}]`. `{~name}` is a code that belongs to no
element alone; the group's `Derived` makes elements of such codes and codes of elements. A path that begins with `/`
is below the letter's root, also within a repeated group: the first group that says it counts. Where a parent holds two
elements of one name in different places, the second is called `Name#2`. The tag and, where it is a literal, the first
component of element 1 choose the line on reading; other literals are written and not checked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

import msgspec

from labbro.letters.edifact import Segment
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
    `plain`: a simple value carried as a text. `style` is the format of all that is not `styled`. `tells`: the code
    tells the group, so that a segment without text is written where there is none, and read as none.
    """

    kinds: tuple[tuple[str, str], ...]
    joined: bool = True
    styled: bool = False
    most: int = 0
    plain: bool = False
    style: str = "P00"
    versions: str = ""
    tells: bool = False


class CodedText(msgspec.Struct, frozen=True):
    """A code and a text that share their FTX segments: the FTX code is that of `table`."""

    table: dict[str, str]
    code_path: str
    text_path: str
    versions: str = ""


class References(msgspec.Struct, frozen=True):
    """Reference elements: one FTX each with code URL, SUP or BIN (facts: edifact.md, 7); at most `most` (0: any)."""

    path: str = "Reference"
    versions: str = ""
    most: int = 0


class Lines(msgspec.Struct, frozen=True):
    """A repeated value whose every instance is one component of an FTX segment, without the rules of texts."""

    code: str
    path: str
    versions: str = ""


class EachWord(msgspec.Struct, frozen=True):
    """A repeated element each word of which is a segment of its own; the code that tells them is component 2.1.

    A word without a segment cannot be said. `other` is read from any other code (empty: none, an error).
    """

    path: str
    segments: Mapping[str, str]
    other: str = ""
    versions: str = ""


class Follows(msgspec.Struct, frozen=True):
    """An element that EDIFACT does not say and that is read from another: by `words`, or as its copy.

    Both paths are below the letter's root. Writing tells a loss where the element says something else.
    """

    path: str
    of: str
    words: Mapping[str, str] | None = None
    versions: str = ""


class Derived(msgspec.Struct, frozen=True):
    """Elements made of several codes. `read` gets the codes of `~names` and the draft; `write` the element.

    `read(codes, value_at) -> (path, value) pairs` or a finding code; `write(element) -> codes by name` (a path among
    them overrides the value of its slot); `unsaid(element) -> (path, value) pairs` that the codes cannot say.
    `doubts(codes, value_at) -> finding code` of a warning, or nothing.
    """

    read: Callable[[dict[str, str], Callable[[str], str | None]], list[tuple[str, str]] | str]
    write: Callable[[Element], dict[str, str]]
    names: tuple[str, ...]
    describes: str
    versions: str = ""
    unsaid: Callable[[Element], list[tuple[str, str]]] | None = None
    doubts: Callable[[dict[str, str], Callable[[str], str | None]], str | None] | None = None


class Rows(msgspec.Struct, frozen=True):
    """Elements that stand one after the other, each begun by a segment and added to by those that may follow it.

    `kinds` are (path, segments): the first element is of the first kind, all others are of the last. A slot `{.|codec}`
    says the element itself; `unsaid(element) -> (path, value) pairs` that its segment cannot say.
    """

    kinds: tuple[tuple[str, tuple[str, ...]], ...]
    versions: str = ""
    unsaid: Callable[[Element], list[tuple[str, str]]] | None = None


Block: TypeAlias = "list[tuple[int, Segment]]"


class Arrangement(msgspec.Struct, frozen=True):
    """For hidden groups whose place says what they are: functions that tell them apart and put them together.

    `apart` takes the hidden groups of a letter in order, as numbered segments, and gives each, whole or in parts, with
    the key of its group (`~codes`), with "" where its own segments tell, or with a finding (`warning:code`).
    `together` takes the groups as they are declared, each a key and its segments, and gives the segments of the letter.
    """

    apart: Callable[[list[Block]], list[tuple[str, Block]]]
    together: Callable[[list[tuple[str, list[str]]]], list[str]]


class Presence(msgspec.Struct, frozen=True):
    """A segment whose presence says that `path` has the value `present`; its absence says `absent` by rule."""

    template: str
    path: str
    present: str
    absent: str
    versions: str = ""


class Group(msgspec.Struct, frozen=True):
    """A segment group. `trigger` is its `Snn` (empty: none is written); `key` the segment that tells groups of one
    trigger apart (`NAD+SLA`, `INV+IN+ADP101`), or its name where its place tells (`~codes`); `opens` the tag that opens
    a hidden group. `target` is the element its paths are below; `repeated` makes one element a group; writing fills
    `~number` with its number. `into` names the code whose number says which element of `target`, read before, the
    group adds to. A group with `when` is written only when that element exists, or one of several parted by blanks.
    `makes`: the element exists when the group does, even without content. `says` is (path, value): the group is there
    exactly where the element at the path has this value.
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
    says: tuple[str, str] | None = None
    into: str = ""


Item: TypeAlias = (
    "Line | Texts | CodedText | References | Lines | EachWord | Follows | Derived | Rows | Presence | Group"
)


class Form(msgspec.Struct, frozen=True):
    """The EDIFACT form of a letter type.

    `message` is (type, version, release, agency) of UNH 2 and `code` UNH 3.1. `sender` and `receiver` are the paths
    of the location numbers that stand in UNB. `transparent` triggers are passed over on reading. In a `strict` form
    a segment without a place, or one too many, is an error, as in all requests (facts: edifact.md, 4).
    """

    message: tuple[str, str, str, str]
    code: str
    items: tuple[Item, ...]
    sender: str = "Sender/EANIdentifier"
    receiver: str = "Receiver/EANIdentifier"
    identifier: str = "Letter/Identifier"
    transparent: tuple[str, ...] = ()
    asks_receipt: bool = True
    arrangement: Arrangement | None = None
    strict: bool = False


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
    says: tuple[str, str] | None = None,
    into: str = "",
) -> Group:
    """A segment group."""
    return Group(trigger, items, target, key, opens, repeated, when, makes, after, v, says, into)

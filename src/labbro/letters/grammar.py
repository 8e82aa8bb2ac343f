"""The words a letter is declared in: elements, choices, texts, and the versions in which each of them holds.

A tree is declared once for all versions of a letter type. Every version has a mark, one capital letter; a word with
`v="BC"` exists only in the versions B and C, a word without `v` in all.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from labbro.letters.values import Value


class Text(msgspec.Struct, frozen=True):
    """A text with marks: which elements may stand among the characters, each itself a text (or nothing)."""

    kind: str
    marks: tuple[str, ...]


# facts: valuelists.md, 10; FormattedText of the schemas
BREAKABLE = Text("breakable", ("Space", "Break"))
_STYLES = ("Space", "Break", "Right", "Center", "Bold", "Italic", "Underline")
SIMPLE = Text("simple", _STYLES)
FORMATTED = Text("formatted", (*_STYLES, "FixedFont"))
EMPTY = Text("empty", ())
MARK_TEXTS = {"Space": EMPTY, "Break": EMPTY, "FixedFont": SIMPLE} | dict.fromkeys(_STYLES[2:], BREAKABLE)


class Part(msgspec.Struct, frozen=True):
    """An element: its name, what it holds, and how many of it may follow each other."""

    name: str
    holds: Value | Text | tuple[Word, ...]
    low: int
    high: int
    versions: str = ""
    note: str = ""


class Choice(msgspec.Struct, frozen=True):
    """One of several parts, `low` to `high` times."""

    options: tuple[Part, ...]
    low: int
    high: int
    versions: str = ""


class Together(msgspec.Struct, frozen=True):
    """Parts that are there together or not at all; such a row of parts may be repeated, up to `high` times."""

    parts: tuple[Word, ...]
    versions: str = ""
    high: int = 1


Word: TypeAlias = "Part | Choice | Together"

# Where a schema sets no upper end to repetition.
UNBOUNDED = 1 << 30


def _holds(what: tuple[Value | Text | Word, ...]) -> Value | Text | tuple[Word, ...]:
    if len(what) == 1 and isinstance(what[0], (Value, Text)):
        return what[0]
    return tuple(word for word in what if isinstance(word, (Part, Choice, Together)))


def one(name: str, *what: Value | Text | Word, v: str = "", note: str = "") -> Part:
    """An element that must be there, once."""
    return Part(name, _holds(what), 1, 1, v, note)


def maybe(name: str, *what: Value | Text | Word, v: str = "", note: str = "") -> Part:
    """An element that may be there, once."""
    return Part(name, _holds(what), 0, 1, v, note)


def many(name: str, low: int, high: int, *what: Value | Text | Word, v: str = "", note: str = "") -> Part:
    """An element that is repeated."""
    return Part(name, _holds(what), low, high, v, note)


def either(*options: Part, low: int = 1, high: int = 1, v: str = "") -> Choice:
    """One of several elements, once or `low` to `high` times in any mixture."""
    return Choice(options, low, high, v)


def together(*parts: Word, v: str = "") -> Together:
    """Elements that are there together or not at all."""
    return Together(parts, v)


def in_turn(*parts: Word, v: str = "") -> Together:
    """Elements that follow each other, and then again from the first, any number of times."""
    return Together(parts, v, UNBOUNDED)


def holds_in(word: Word, mark: str) -> bool:
    """Whether a word exists in the version with this mark."""
    return not word.versions or mark in word.versions


def in_version(holds: tuple[Word, ...], mark: str) -> tuple[Word, ...]:
    """The words of one version, with the marks resolved all the way down."""
    found: list[Word] = []
    for word in holds:
        if not holds_in(word, mark):
            continue
        if isinstance(word, Part):
            inner = in_version(word.holds, mark) if isinstance(word.holds, tuple) else word.holds
            found.append(Part(word.name, inner, word.low, word.high, "", word.note))
        elif isinstance(word, Choice):
            options = in_version(word.options, mark)
            parts = tuple(option for option in options if isinstance(option, Part))
            found.append(Choice(parts, word.low, word.high))
        else:
            found.append(Together(in_version(word.parts, mark), "", word.high))
    return tuple(found)

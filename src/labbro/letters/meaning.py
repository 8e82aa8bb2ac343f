"""What newer versions of a letter type say otherwise than older ones: words of a declaration, for moving letters.

That an element came, went or got another limit, the tree of the type says by itself; only what is renamed or said in
another form by meaning is declared with these words, in the `moves` of its standard.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from labbro.letters.tree import Element


class Becomes(msgspec.Struct, frozen=True):
    """An element that newer versions say otherwise, at the same place.

    `path` is below the root; `before` the marks of the versions that say it so; `make` gives what stands for it in
    the others. It must carry all that the element says.
    """

    path: str
    before: str
    make: Callable[[Element], Sequence[Element]]


class Implied(msgspec.Struct, frozen=True):
    """What the versions `before` mean without a word, and newer ones ask for: the value of the element at `path`."""

    path: str
    before: str
    value: str


Move: TypeAlias = "Becomes | Implied"


def renamed(path: str, before: str, name: str, values: Mapping[str, str]) -> Becomes:
    """An element with another name and other words for the same things."""
    return Becomes(path, before, lambda old: (Element(name, values.get(old.value, old.value)),))


def respelt(path: str, before: str, values: Mapping[str, str]) -> Becomes:
    """An element with other words for the same things."""
    return renamed(path, before, path.rpartition("/")[2], values)


def put_into(path: str, before: str, name: str) -> Becomes:
    """A value that newer versions keep in the element `name` below the one that held it."""
    own = path.rpartition("/")[2]
    return Becomes(path, before, lambda old: (Element(own, (Element(name, old.content),)),))

"""The lossless letter: a tree of named elements, the same whichever syntax it came in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec

Content: TypeAlias = "str | tuple[Element | str, ...]"


class Element(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One element: its name, and a value (str), child elements, or a text with marks (str and elements mixed).

    `at` is where the element stood in its source (XML: number of the element in document order;
    EDIFACT: number of the segment from UNH = 1); -1 where it has no source. It does not count in comparisons.
    """

    name: str
    content: Content = ""
    at: int = -1

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Element):
            return NotImplemented
        return self.name == other.name and self.content == other.content

    def __ne__(self, other: object) -> bool:  # msgspec's own would compare identity
        return not self == other

    def __hash__(self) -> int:
        return hash((self.name, self.content))

    @property
    def children(self) -> tuple[Element, ...]:
        """The child elements, in order; empty for a value."""
        if isinstance(self.content, str):
            return ()
        return tuple([child for child in self.content if type(child) is Element])

    @property
    def value(self) -> str:
        """The characters of the element without marks; a Break is a line end, a Space a blank."""
        return self.content if isinstance(self.content, str) else "".join(_plain(self.content))

    def find(self, path: str) -> Element | None:
        """The first element at a path of names below this one, such as `Sender/Identifier`."""
        here: Element = self
        for name in path.split("/"):
            for child in here.content:
                if type(child) is Element and child.name == name:
                    here = child
                    break
            else:
                return None
        return here

    def all(self, path: str) -> Iterator[Element]:
        """Every element at a path of names below this one, in document order."""
        found: list[Element] = [self]
        for name in path.split("/"):
            if not found:
                break
            found = [
                child for parent in found for child in parent.content if type(child) is Element and child.name == name
            ]
        return iter(found)

    def text(self, path: str) -> str | None:
        """The value at a path, or None where there is no such element."""
        found = self.find(path)
        return None if found is None else found.value

    def walk(self, path: str = "") -> Iterator[tuple[str, Element]]:
        """Every element with its path; repeated siblings are numbered, `Result[2]`."""
        here = f"{path}/{self.name}" if path else self.name
        yield from _walk(self, here)


def _walk(element: Element, path: str) -> Iterator[tuple[str, Element]]:
    yield path, element
    children = element.children
    total: dict[str, int] = {}
    for child in children:
        total[child.name] = total.get(child.name, 0) + 1
    seen: dict[str, int] = {}
    for child in children:
        seen[child.name] = seen.get(child.name, 0) + 1
        number = f"[{seen[child.name]}]" if total[child.name] > 1 else ""
        yield from _walk(child, f"{path}/{child.name}{number}")


def _plain(content: tuple[Element | str, ...]) -> Iterator[str]:
    for part in content:
        if isinstance(part, str):
            yield part
        elif part.name == "Break":
            yield "\n"
        elif part.name == "Space":
            yield " "
        elif isinstance(part.content, str):
            yield part.content
        else:
            yield from _plain(part.content)

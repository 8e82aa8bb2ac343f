"""Declared segments taken apart: tag, qualifier, and what stands in each component."""

from __future__ import annotations

import msgspec

from labbro.letters.form import SLOT, Line


class Slot(msgspec.Struct, frozen=True):
    """A value at element.component (element counted from 1 after the tag, component from 0)."""

    element: int
    component: int
    path: str
    codec: str

    @property
    def position(self) -> str:
        """As people count: both from 1."""
        return f"{self.element}.{self.component + 1}"


class Template(msgspec.Struct, frozen=True):
    """A segment as components: a literal (str) or a slot. `optional` elements stand in brackets."""

    tag: str
    qualifier: str
    elements: tuple[tuple[str | Slot, ...], ...]
    optional: tuple[bool, ...]
    slots: tuple[Slot, ...]


def parse(declared: str) -> Template:
    """Take a declared segment apart."""
    tag, *rest = _split(declared, "+")
    elements: list[tuple[str | Slot, ...]] = []
    optional: list[bool] = []
    slots: list[Slot] = []
    for number, raw in enumerate(rest, 1):
        optional.append(raw.startswith("["))
        components: list[str | Slot] = []
        for place, component in enumerate(_split(raw.strip("[]"), ":")):
            match = SLOT.fullmatch(component)
            if match is None:
                components.append(component)
                continue
            slot = Slot(number, place, match[1], match[2] or "")
            slots.append(slot)
            components.append(slot)
        elements.append(tuple(components))
    first = elements[0][0] if elements and elements[0] else ""
    return Template(tag, first if isinstance(first, str) else "", tuple(elements), tuple(optional), tuple(slots))


def _split(text: str, separator: str) -> list[str]:
    """Split outside braces."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "{") - (character == "}")
        if character == separator and not depth:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def parse_line(line: Line) -> Template:
    """The template of a line."""
    return parse(line.template)

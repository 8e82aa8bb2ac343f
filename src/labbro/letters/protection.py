"""What a sender has protected (XRPT06): named where a letter is shown, but not told.

What the number means is not public (facts: rpt06.md, d); any other than 0 is taken as "not for everybody".
"""

from __future__ import annotations

from labbro.letters.tree import Element


def is_above_zero(number: str) -> bool:
    """Whether a whole number in any spelling of XML Schema is another than 0."""
    return number.strip().lstrip("+-0") != ""


def protected(element: Element) -> bool:
    """Whether a sender marked this as not for everybody."""
    return is_above_zero(element.text("Protected") or "")


def turns(properties: Element) -> list[list[Element]]:
    """The elements of a list of properties, each property with what belongs to it."""
    found: list[list[Element]] = []
    for child in properties.children:
        if child.name == "Property" or not found:
            found.append([])
        found[-1].append(child)
    return found


def held_back(root: Element) -> frozenset[int]:
    """The ids of the elements of a letter whose content may not be told; empty for nearly all letters."""
    hidden: set[int] = set()
    for _, element in root.walk():
        if element.name == "Properties":
            for turn in turns(element):
                if any(part.name == "Protected" and is_above_zero(part.value) for part in turn):
                    hidden.update(id(part) for part in turn[1:] if part.name != "Protected")
        elif element.children and protected(element):
            hidden.add(id(element))
    return frozenset(hidden)

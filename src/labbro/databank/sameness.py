"""Whether two letters say the same, whatever syntax and envelope they came in. Pure.

Documents say the same where their JSON does, whatever blanks and order of keys it is written with.

Asked only when a letter comes under a name that is known already and its bytes differ. Both letters are then read by
the same code, so a change in how letters are read never turns a repeated letter into another one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.projections.parts import ASSUMED_CONSENT, boolean
from labbro.records.projections.reading import PLACEHOLDER_NAME

_MARKS_AT_END: Final = frozenset({"Break", "Space"})


def same_content(one: Letter, other: Letter) -> bool:
    """Whether version, names and contents are equal. Not the envelope, nor where elements stood in their source.

    What says nothing and EDIFACT cannot carry does not count: blanks and line ends at the end of a text, MedCom's
    placeholder `_` for a name, and what reading EDIFACT filled in by rule, whatever the other letter says there. Only a
    consent that the other refuses does count: EDIFACT would have said that.
    """
    unsaid = tuple(path.split("/") for path in {*one.assumed, *other.assumed} if not _contradicted(path, one, other))
    return _said(one, unsaid) == _said(other, unsaid)


def same_document(one: bytes, other: bytes) -> bool:
    """Whether two documents are equal. Digits count (4.1 is not 4.10), the order in lists too."""
    return _parsed(one) == _parsed(other)


def _parsed(raw: bytes) -> object:
    return json.loads(raw.decode("utf-8-sig"), parse_float=_digits, parse_int=_digits)


def _digits(text: str) -> tuple[str]:
    """A number by its digits; no text of the document is equal to it."""
    return (text,)


def _contradicted(path: str, one: Letter, other: Letter) -> bool:
    said = {boolean(letter.root.text(path)) for letter in (one, other)}
    return path == ASSUMED_CONSENT and said >= {True, False}


def _said(letter: Letter, unsaid: Sequence[Sequence[str]]) -> list[str]:
    parts: list[str] = [letter.version, letter.local_elements]
    root = letter.root
    for path in unsaid:
        root = _without(root, path)
    _put(root, parts)
    return parts


def _without(element: Element, path: Sequence[str]) -> Element:
    """The element without what stands at a path below it; what is empty then goes too."""
    if isinstance(element.content, str):
        return element
    kept: list[Element | str] = []
    for child in element.content:
        if isinstance(child, str) or child.name != path[0]:
            kept.append(child)
        elif len(path) > 1:
            left = _without(child, path[1:])
            if left.content or not child.content:
                kept.append(left)
    return Element(element.name, tuple(kept))


def _put(element: Element, parts: list[str]) -> None:
    """The element as words: a name behind \x01 opens, \x02 closes; neither can stand in a letter."""
    parts.append("\x01" + element.name)
    content = element.content
    if isinstance(content, str):
        parts.append(content.rstrip())
    else:
        last = content[-1] if content else None
        if isinstance(last, str) or (last is not None and last.name in _MARKS_AT_END):
            content = _without_end(content) or ("",)
        for part in content:
            if isinstance(part, str):
                parts.append(part)
            elif not isinstance(part.content, str):
                _put(part, parts)
            elif part.content != PLACEHOLDER_NAME:
                parts.extend(("\x01" + part.name, part.content.rstrip(), "\x02"))
    parts.append("\x02")


def _without_end(content: tuple[Element | str, ...]) -> tuple[Element | str, ...]:
    """A text without the marks and blanks at its end."""
    end = len(content)
    while end:
        last = content[end - 1]
        if last.strip() if isinstance(last, str) else last.name not in _MARKS_AT_END:
            break
        end -= 1
    return content[:end]

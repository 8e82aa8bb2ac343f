"""What a letter says, as one number: the same for the same content in either syntax and any envelope. Pure."""

from __future__ import annotations

import hashlib
from typing import Final

from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.projections.reading import PLACEHOLDER_NAME
from labbro.records.projections.rpt01 import ASSUMED_CONSENT

_MARKS_AT_END: Final = frozenset({"Break", "Space"})


def content_digest(letter: Letter) -> bytes:
    """SHA-256 over version, names and contents. Not over the envelope, nor over where elements stood in their source.

    What says nothing and EDIFACT cannot carry does not count: blanks and line ends at the end of a text, MedCom's
    placeholder `_` for a name, and a consent that reading filled in by rule.
    """
    parts: list[str] = [letter.version]
    _put(_as_stated(letter), parts)
    parts.append(letter.local_elements)
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).digest()


def _as_stated(letter: Letter) -> Element:
    if ASSUMED_CONSENT not in letter.assumed:
        return letter.root
    return Element(letter.root.name, tuple(_without_consent(child) for child in letter.root.content))


def _without_consent(child: Element | str) -> Element | str:
    if isinstance(child, str) or child.name != "Patient" or isinstance(child.content, str):
        return child
    kept = (part for part in child.content if isinstance(part, str) or part.name != "Consent")
    return Element(child.name, tuple(kept))


def _put(element: Element, parts: list[str]) -> None:
    """The element as words: \x01 opens, \x02 closes; neither can stand in a letter. Every letter passes here whole."""
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
                parts.append(f"\x01{part.name}\x00{part.content.rstrip()}\x00\x02")
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

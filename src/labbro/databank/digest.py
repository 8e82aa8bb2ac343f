"""What a letter says, as one number: the same for the same content in either syntax and any envelope. Pure."""

from __future__ import annotations

import hashlib
from typing import Final

from labbro.letters.letter import Letter
from labbro.letters.tree import Element

_MARKS_AT_END: Final = frozenset({"Break", "Space"})


def content_digest(letter: Letter) -> bytes:
    """SHA-256 over version, names and contents. Not over the envelope, nor over where elements stood in their source.

    Blanks and line ends at the end of a text say nothing, and EDIFACT cannot carry them, so they do not count.
    """
    parts: list[str] = [letter.version]
    _put(letter.root, parts)
    parts.append(letter.local_elements)
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).digest()


def _put(element: Element, parts: list[str]) -> None:
    """The element as words: \x01 opens, \x02 closes; neither can stand in a letter."""
    parts.append("\x01" + element.name)
    content = element.content
    if isinstance(content, str):
        parts.append(content.rstrip())
    else:
        for part in _without_end(content):
            if isinstance(part, str):
                parts.append(part)
            else:
                _put(part, parts)
    parts.append("\x02")


def _without_end(content: tuple[Element | str, ...]) -> tuple[Element | str, ...]:
    """A text without the marks and blanks at its end; other content as it is."""
    end = len(content)
    while end:
        last = content[end - 1]
        if last.strip() if isinstance(last, str) else last.name not in _MARKS_AT_END:
            break
        end -= 1
    return content[:end]

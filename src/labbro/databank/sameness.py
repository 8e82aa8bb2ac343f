"""Whether two letters say the same, whatever syntax and envelope they came in. Pure.

Asked only when a letter comes under a name that is known already and its bytes differ. Both letters are then read by
the same code, so a change in how letters are read never turns a repeated letter into another one.
"""

from __future__ import annotations

from typing import Final

from labbro.letters.letter import Letter
from labbro.letters.tree import Element
from labbro.records.projections.parts import ASSUMED_CONSENT
from labbro.records.projections.reading import PLACEHOLDER_NAME

_MARKS_AT_END: Final = frozenset({"Break", "Space"})


def same_content(one: Letter, other: Letter) -> bool:
    """Whether version, names and contents are equal. Not the envelope, nor where elements stood in their source.

    What says nothing and EDIFACT cannot carry does not count: blanks and line ends at the end of a text, MedCom's
    placeholder `_` for a name, and a consent that reading filled in by rule.
    """
    return _said(one) == _said(other)


def _said(letter: Letter) -> list[str]:
    parts: list[str] = [letter.version, letter.local_elements]
    _put(_as_stated(letter), parts)
    return parts


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

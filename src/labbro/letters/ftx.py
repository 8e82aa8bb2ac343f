"""Texts in FTX segments: lines of at most 70 characters, five to a segment, one style to a segment (edifact.md, 6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

import msgspec

from labbro.letters.tree import Content, Element

BREAK = Element("Break")
LINE_CHARACTERS = 69
LINES_PER_SEGMENT = 5
PLAIN = "P00"
_WHITE = re.compile(r"[\t\r\n]+")
_STYLE_OF = {"Bold": "F", "Underline": "U", "Italic": "K"}
_ALIGNMENT_OF = {"Center": "M", "Right": "H"}
_STYLE_NAME = {letter: name for name, letter in (_STYLE_OF | _ALIGNMENT_OF).items()}


class Piece(msgspec.Struct, frozen=True):
    """One component of an FTX segment: format, characters, and whether the line goes on in the next piece."""

    style: str
    characters: str
    goes_on: bool


class Ftx(msgspec.Struct, frozen=True):
    """One FTX segment as read: format (2.1), the components of element 4, and the number of the segment."""

    style: str
    lines: list[str]
    at: int

    @property
    def goes_on(self) -> bool:
        """Whether its last line is open, so that the next segment must continue it."""
        return bool(self.lines) and self.lines[-1].endswith("\\")


def read_plain(segments: Iterable[Ftx]) -> str:
    """The characters of a value that is carried as a text; its lines are joined."""
    return "".join(line.removesuffix("\\") for ftx in segments for line in ftx.lines)


def read_text(segments: list[Ftx], styled: bool) -> Content:
    """The content of a text element; every line ends in a Break."""
    if len(segments) == 1:
        first = segments[0]
        if len(first.lines) == 1 and (not styled or first.style in {PLAIN, ""}):
            line = first.lines[0]
            if line not in {"", "."} and not line.endswith("\\"):
                return (line, BREAK)
    content: list[Element | str] = []
    # Segments of one style are one piece of text: a line may go on from one to the next.
    for style, together in groupby(segments, lambda ftx: ftx.style if styled else ""):
        lines = _lines([line for ftx in together for line in ftx.lines])
        for part in _in_style(style, lines):
            if isinstance(part, str) and content and isinstance(content[-1], str):
                content[-1] += part
            else:
                content.append(part)
    return _content(content)


def _content(parts: list[Element | str]) -> Content:
    """Parts as an element holds them: characters alone are a string."""
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 and isinstance(parts[0], str) else tuple(parts)


def _lines(lines: list[str]) -> list[Element | str]:
    found: list[Element | str] = []
    for line in lines:
        if line in {"", "."}:
            found.append(BREAK)
            continue
        goes_on = line.endswith("\\")
        characters = line[:-1] if goes_on else line
        if characters and found and isinstance(found[-1], str):
            found[-1] += characters
        elif characters:
            found.append(characters)
        if not goes_on:
            found.append(BREAK)
    return found


def _in_style(style: str, content: list[Element | str]) -> list[Element | str]:
    """Content wrapped in the elements of a format code; an empty code is plain, an unknown one fixed font."""
    if style in {PLAIN, ""}:
        return content
    if len(style) != 3 or style[0] not in "PF" or style[1:] == "00":
        return [Element("FixedFont", _content(content))]
    name = _STYLE_NAME.get(style[1]) or _STYLE_NAME.get(style[2])
    inner: list[Element | str] = [Element(name, _content(content))] if name else content
    return [Element("FixedFont", _content(inner))] if style[0] == "F" or name is None else inner


def write_text(content: str | tuple[Element | str, ...], styled: bool) -> tuple[list[Piece], list[str]]:
    """The pieces of a text, and what they cannot say: lines of a single dot, lines that end in a backslash."""
    pieces: list[Piece] = []
    unsaid: list[str] = []
    for line in _written_lines(content, styled):
        runs = [(style, characters) for style, characters in line if characters]
        if not runs:
            pieces.append(Piece(line[0][0] if line else (pieces[-1].style if pieces else PLAIN), ".", False))
            continue
        # A line that ends outside the style of its last characters: its end is a piece of its own.
        end = line[-1] if not line[-1][1] else None
        whole = "".join(characters for _, characters in runs)
        # A last run of one dot would be read as an empty line, and a backslash as a line that goes on.
        if runs[-1][1] == "." or whole.endswith("\\"):
            unsaid.append(whole)
            runs[-1] = (runs[-1][0], runs[-1][1] + " ")
        for number, (style, characters) in enumerate(runs, 1):
            pieces.extend(_cut(style, characters, goes_on=number < len(runs) or end is not None))
        pieces.extend([Piece(end[0], ".", False)] if end is not None else [])
    return pieces, unsaid


def _cut(style: str, characters: str, goes_on: bool) -> Iterator[Piece]:
    while len(characters) > LINE_CHARACTERS:
        blank = characters.rfind(" ", 0, LINE_CHARACTERS)
        cut = blank + 1 if blank >= 3 else LINE_CHARACTERS
        if characters[cut:] == ".":
            cut -= 1  # a last piece of one dot would be read as an empty line
        yield Piece(style, characters[:cut], True)
        characters = characters[cut:]
    yield Piece(style, characters, goes_on)


def _written_lines(content: str | tuple[Element | str, ...], styled: bool) -> list[list[tuple[str, str]]]:
    """The lines of a text, each a list of runs of one format."""
    lines: list[list[tuple[str, str]]] = [[]]
    for style, characters in _runs(content, PLAIN if styled else None):
        if characters is None:
            if not lines[-1] or lines[-1][-1][0] != style:
                lines[-1].append((style, ""))
            lines.append([])
        elif lines[-1] and lines[-1][-1][0] == style:
            lines[-1][-1] = (style, lines[-1][-1][1] + characters)
        else:
            lines[-1].append((style, characters))
    if not lines[-1]:
        lines.pop()
    return lines


def _runs(
    content: str | tuple[Element | str, ...], style: str | None, open_line: bool = False
) -> Iterator[tuple[str, str | None]]:
    """Runs of characters with their format; None for the end of a line. Style None: styles are not written."""
    here = style or PLAIN
    for part in (content,) if isinstance(content, str) else content:
        if isinstance(part, str):
            if part:
                open_line = True
                yield here, _WHITE.sub(" ", part)
        elif part.name == "Break":
            open_line = False
            yield here, None
        elif part.name == "Space":
            open_line = True
            yield here, " "
        elif style is not None and part.name in _ALIGNMENT_OF:
            if open_line and not _ends_a_line(part):
                yield here, None
            yield from _aligned(part, style[0] + "0" + _ALIGNMENT_OF[part.name])
            open_line = False
        else:
            for run in _runs(part.content, style and _inner_style(style, part.name), open_line):
                open_line = run[1] is not None
                yield run


def _ends_a_line(part: Element) -> bool:
    """Whether a part begins with a Break, which ends the line before it."""
    first = part.content[0] if part.content else ""
    return isinstance(first, Element) and first.name == "Break"


def _aligned(part: Element, style: str) -> Iterator[tuple[str, str | None]]:
    """A centred or right text: always whole lines."""
    ended = True
    for run in _runs(part.content, style):
        ended = run[1] is None
        yield run
    if not ended:
        yield style, None


def _inner_style(style: str, name: str) -> str:
    return "F" + style[1:] if name == "FixedFont" else style[0] + _STYLE_OF.get(name, style[1]) + "0"


def segments_of(pieces: list[Piece]) -> list[tuple[str, list[str]]]:
    """Pieces gathered into segments: one format, at most five pieces each. Gives (format, components)."""
    found: list[tuple[str, list[str]]] = []
    for piece in pieces:
        characters = piece.characters + "\\" if piece.goes_on else piece.characters
        if found and found[-1][0] == piece.style and len(found[-1][1]) < LINES_PER_SEGMENT:
            found[-1][1].append(characters)
        else:
            found.append((piece.style, [characters]))
    return found

"""Letters made from their declarations alone: whatever a declaration allows, rare forms included, and faults put in.

Everything comes from a `random.Random`, so that a seed names a letter.
"""

from __future__ import annotations

import random
from xml.sax.saxutils import escape

from labbro.letters import Element, Envelope, Letter
from labbro.letters.grammar import Choice, Part, Text, Word
from labbro.letters.model import Model
from labbro.letters.registry import Declared, registry
from labbro.letters.values import Value

LATIN = "abcæøåÆØÅ 0123456789.,:;+-?'()/%µ"
WIDE = "–€Ł\u200b漢\n\t"
UUIDS = "0123456789abcdefABCDEF"


class Maker:
    """Makes letters. `wide`: characters outside Latin-1 may occur; `rare`: legal but rare forms may occur."""

    def __init__(self, seed: int, *, wide: bool = False, rare: bool = True) -> None:
        self.chance = random.Random(seed)
        self.wide, self.rare = wide, rare

    def letter(self, version: str) -> Letter:
        declared = registry().by_key[version]
        root = Element(declared.version.root, tuple(self.children(declared.words)))
        return Letter(version, root, self.envelope())

    def envelope(self) -> Envelope:
        asked = self.chance.choice(["pluspositivkvitt", "minuspositivkvitt"])
        return Envelope(self.date(), self.time(), self.characters(1, 14), asked)

    def children(self, words: tuple[Word, ...]) -> list[Element]:
        found: list[Element] = []
        for word in words:
            if isinstance(word, Part):
                found += [self.part(word) for _ in range(self.count(word.low, word.high))]
            elif isinstance(word, Choice):
                for _ in range(self.count(word.low, word.high)):
                    option = self.chance.choice(word.options)
                    found += [self.part(option) for _ in range(self.count(option.low, option.high))]
            else:
                for _ in range(self.count(0, word.high)):
                    found += self.children(word.parts)
        return found

    def count(self, low: int, high: int) -> int:
        return low if low == high else self.chance.randint(low, min(high, low + self.chance.choice((0, 1, 1, 3))))

    def part(self, part: Part) -> Element:
        if isinstance(part.holds, Value):
            return Element(part.name, self.value(part.holds))
        if isinstance(part.holds, Text):
            return Element(part.name, self.text(part.holds))
        return Element(part.name, tuple(self.children(part.holds)))

    def value(self, value: Value) -> str:
        if value.kind == "words":
            return self.chance.choice(value.words)
        if value.kind == "text":
            return self.characters(value.low, value.high)
        if value.kind == "whole":
            number = self.chance.randint(value.low, value.high or 10**9)
            return self.chance.choice(["{}", "+{}", "00{}", " {} "] if self.rare else ["{}"]).format(number)
        if value.kind == "decimal":
            number = self.chance.randint(-(10**8), 10**8)
            return self.chance.choice(["{}", "{}.50", "{}."] if self.rare else ["{}"]).format(number)
        if value.kind == "true":
            return self.chance.choice(["true", " true", "true\n"] if self.rare else ["true"])
        if value.kind == "date":
            return self.date()
        if value.kind == "boolean":
            return self.chance.choice(["true", "false", "1", "0", " true "] if self.rare else ["true", "false"])
        return self.matching(value.pattern)

    def matching(self, pattern: str) -> str:
        if pattern == "[0-9]{10}":
            return self.chance.choice(["0000000000", "0102701234", "9999999999"])
        if "A-F" in pattern:
            return "-".join("".join(self.chance.choices(UUIDS, k=length)) for length in (8, 4, 4, 4, 12))
        if pattern.startswith("(([0-1]"):
            return self.time()
        if pattern == "[0-9]{3}":
            return f"{self.chance.randint(0, 999):03}"
        return str(self.chance.randint(0, 10**9))

    def date(self) -> str:
        return f"{self.chance.randint(1981, 2079)}-{self.chance.randint(1, 12):02}-{self.chance.randint(1, 28):02}"

    def time(self) -> str:
        return f"{self.chance.randint(0, 23):02}:{self.chance.randint(0, 59):02}"

    def characters(self, low: int, high: int) -> str:
        length = self.chance.choice([low, high, self.chance.randint(low, min(high, low + 20))])
        alphabet = LATIN + (WIDE if self.wide else "")
        return "".join(self.chance.choices(alphabet, k=min(length, 400)))

    def text(self, text: Text, deep: int = 0) -> str | tuple[Element | str, ...]:
        if not text.marks:
            return ""
        parts: list[Element | str] = []
        for _ in range(self.chance.choice([0, 1, 2, 3, 8])):
            if self.chance.random() < 0.5:
                parts.append(self.characters(1, self.chance.choice([5, 69, 70, 71, 150])))
            else:
                parts.append(self.mark(self.chance.choice(text.marks), deep))
        joined: list[Element | str] = []
        for part in parts:
            if isinstance(part, str) and joined and isinstance(joined[-1], str):
                joined[-1] += part
            else:
                joined.append(part)
        return joined[0] if len(joined) == 1 and isinstance(joined[0], str) else tuple(joined) or ""

    def mark(self, name: str, deep: int) -> Element:
        from labbro.letters.grammar import MARK_TEXTS

        return Element(name, "" if deep > 2 else self.text(MARK_TEXTS[name], deep + 1))


# --- serialisation ---------------------------------------------------------------------------------------------------


def markup(element: Element, chance: random.Random, prefix: str = "", model: Model | None = None) -> str:
    """An element as one of the many ways XML has of saying it."""
    name = prefix + element.name
    space = chance.choice(["", "", " ", "\n"])
    if isinstance(element.content, str):
        if not element.content and chance.random() < 0.5:
            return f"<{name}{space}/>"
        return f"<{name}{space}>{characters(element.content, chance)}</{name}{space}>"
    inside: list[str] = []
    container = model is not None and model.kind == "container"
    for part in element.content:
        if isinstance(part, str):
            inside.append(characters(part, chance))
            continue
        inner = model.children.get(part.name) if model is not None else None
        between = chance.choice(["", "", "\n  ", "<!-- note -->", "<?pi?>"]) if container else ""
        inside.append(between + markup(part, chance, prefix, inner))
    return f"<{name}{space}>{''.join(inside)}{chance.choice(['', chr(10)]) if container else ''}</{name}>"


def characters(text: str, chance: random.Random) -> str:
    way = chance.random()
    if way < 0.05 and text and text.isascii():
        return f"<![CDATA[{text}]]>"
    if way < 0.1:
        return "".join(f"&#{ord(one)};" for one in text)
    if way < 0.15:
        return escape(text) + "<!-- end -->"
    return escape(text).replace("\r", "&#13;")


def document(letter: Letter, chance: random.Random, declared: Declared | None = None) -> bytes:
    """A letter as a document in some encoding, with or without prefix, comments, byte order mark and declaration."""
    declared = declared or registry().by_key[letter.version]
    prefix = chance.choice(["", "", "", "m:"])
    body = markup(letter.root, chance, prefix, declared.model)
    envelope = letter.envelope
    said = (
        f"<{prefix}Envelope><{prefix}Sent><{prefix}Date>{envelope.sent_date}</{prefix}Date><{prefix}Time>{envelope.sent_time}"
        f"</{prefix}Time></{prefix}Sent><{prefix}Identifier>{escape(envelope.identifier)}</{prefix}Identifier>"
        f"<{prefix}AcknowledgementCode>{envelope.acknowledgement}</{prefix}AcknowledgementCode></{prefix}Envelope>"
    )
    space = f'xmlns{":" + prefix[:-1] if prefix else ""}="{declared.version.namespace}"'
    if chance.random() < 0.2:
        space += ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"'
    text = f"<{prefix}Emessage {space}>{said}{body}</{prefix}Emessage>"
    encoding = chance.choice(["utf-8", "utf-8", "utf-8-sig", "iso-8859-1", "windows-1252", "utf-16"])
    head = (
        ""
        if encoding.startswith("utf-8") and chance.random() < 0.5
        else f'<?xml version="1.0" encoding="{encoding.replace("-sig", "")}"?>'
    )
    return (head + text).encode(encoding, "xmlcharrefreplace")


# --- faults ----------------------------------------------------------------------------------------------------------


def spoiled(element: Element, chance: random.Random) -> Element:
    """The tree with one change somewhere; most changes are faults."""
    places = list(element.walk())
    target = chance.choice(places[1:])[1] if len(places) > 1 else element
    change = chance.choice(CHANGES)
    return _with(element, target, change, chance)


def _with(element: Element, target: Element, change, chance: random.Random) -> Element:
    if isinstance(element.content, str):
        return element
    content: list[Element | str] = []
    for part in element.content:
        if part is target:
            content += change(part, chance)
        else:
            content.append(part if isinstance(part, str) else _with(part, target, change, chance))
    return Element(element.name, tuple(content))


def _reorder(part: Element, chance: random.Random) -> list[Element]:
    children = list(part.children)
    chance.shuffle(children)
    return [Element(part.name, tuple(children))] if children else [part]


def _content(part: Element, content) -> list[Element]:
    return [Element(part.name, content)]


def _odd(part: Element, chance: random.Random) -> list[Element]:
    odd = [
        "",
        " ",
        "x" * 400,
        "ja",
        "2024-02-30",
        "24:00",
        "-1",
        "0",
        "+5",
        "1e3",
        " 1 ",
        "2024-05-06Z",
        "\n",
        "true",
        "TRUE",
        "1.0",
    ]
    return _content(part, chance.choice(odd))


def _stray(part: Element, chance: random.Random) -> list[Element]:
    own = part.content if not isinstance(part.content, str) else (part.content,) if part.content else ()
    at = chance.randint(0, len(own))
    return _content(part, (*own[:at], chance.choice([" ", "\n", "stray", "\u00a0"]), *own[at:]))


def _child(part: Element, chance: random.Random) -> list[Element]:
    own = part.content if not isinstance(part.content, str) else (part.content,) if part.content else ()
    at = chance.randint(0, len(own))
    return _content(
        part,
        (*own[:at], Element(chance.choice(["Break", "Bold", "Value", "Nothing"]), chance.choice(["", "x"])), *own[at:]),
    )


CHANGES = (
    lambda part, chance: [],
    lambda part, chance: [part, part],
    lambda part, chance: [part] * 101,
    lambda part, chance: [Element(part.name.lower(), part.content)],
    lambda part, chance: [Element(chance.choice(["Value", "Unit", "Break", "Letter", "Date"]), part.content)],
    _reorder,
    _odd,
    _odd,
    _stray,
    _child,
)

"""The words of the reference pages, in Danish and English: what elements mean, and the pages' own sentences."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources

from labbro.letters import tables
from labbro.letters.grammar import UNBOUNDED, Text
from labbro.letters.labels import WORDS, Language, name_label
from labbro.letters.reference.layout import MOMENT, Fact, Node
from labbro.letters.values import Value

LANGUAGES: tuple[Language, ...] = ("da", "en")


def _rows_of(name: str) -> Iterator[tuple[str, str, str]]:
    """The lines of a packaged text: key, Danish, English."""
    text = resources.files("labbro.letters.reference").joinpath(name).read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            key, danish, english = line.split(" | ")
            yield key.strip(), danish.strip(), english.strip()


@cache
def _meanings() -> dict[str, tuple[str, str]]:
    return {name: (danish, english) for name, danish, english in _rows_of("meanings.txt")}


def meaning(node: Node, language: Language) -> str:
    """What an element means; an element that nobody has explained is called by its label."""
    both = explained(node)
    return f"{name_label(node.name, language)}." if both is None else both[language == "en"]


def explained(node: Node) -> tuple[str, str] | None:
    """What an element means, in Danish and English, where it has been explained."""
    known = _meanings()
    return known.get(f"{node.parent}/{node.name}") or known.get(node.name)


# Words of value lists that no page of a letter shows.
_MORE_WORDS: dict[str, tuple[str, str]] = {
    "": ("(tom)", "(empty)"),
    "tekstfil": ("tekstfil", "text file"),
    "billede": ("billede", "picture"),
    "program": ("program", "program"),
    "vektor_grafik": ("vektorgrafik", "vector graphics"),
    "biosignaler": ("biosignaler, for eksempel et EKG", "biosignals, such as an ECG"),
    "multimedie": ("lyd eller video", "sound or video"),
    "proprietaert_indhold": ("indhold i et format, én leverandør ejer", "content in a format that one vendor owns"),
    **{
        f"PA{number}": (f"patologiens kodetabel {number}", f"code table {number} of pathology")
        for number in range(1, 9)
    },
}
_EXTENSIONS = frozenset(tables.OBJECT_EXTENSIONS)


def word_meaning(word: str, language: Language) -> str:
    """What a word of a value list means; nothing where the word says it itself."""
    both = WORDS.get(word) or _MORE_WORDS.get(word)
    if both is not None:
        return both[language == "en"]
    if word in _EXTENSIONS:
        return ""
    return tables.SPECIALITY_DANISH.get(word, "")


def how_many(fact: Fact) -> str:
    """1, 0–1, 0–10, 1–∞."""
    if fact.low == fact.high:
        return str(fact.low)
    return f"{fact.low}–{'∞' if fact.high >= UNBOUNDED else fact.high}"


_SIMPLE: dict[str, tuple[str, str]] = {
    "date": ("dato, åååå-mm-dd", "date, ccyy-mm-dd"),
    "true": ("`true`", "`true`"),
    "boolean": ("`true` eller `false` (også `1`, `0`)", "`true` or `false` (also `1`, `0`)"),
}
_PATTERNS: dict[str, tuple[str, str]] = {
    "[0-9]{10}": ("10 cifre", "10 digits"),
    "[0-9]{3}": ("3 cifre", "3 digits"),
    "[0-9]{1,15}": ("1–15 cifre", "1–15 digits"),
}
_TEXTS: dict[str, tuple[str, str]] = {
    "breakable": ("tekst med linjeskift", "text with line breaks"),
    "formatted": ("tekst med linjeskift og fed, kursiv, fast bredde m.m.", "text with breaks and styles"),
    "simple": ("tekst med stil", "text with styles"),
    "empty": ("tom", "empty"),
}
WORDS_IN_PLACE = 4
_ANY_LENGTH = 1_000_000


def said_value(fact: Fact, language: Language, list_link: str) -> str:
    """What an element may hold. `list_link` is where its value list stands, if it is too long for the row."""
    holds, english = fact.holds, language == "en"
    if holds is None:
        return ""
    if holds == MOMENT:
        return ("`Date` åååå-mm-dd, `Time` tt:mm", "`Date` ccyy-mm-dd, `Time` hh:mm")[english]
    if isinstance(holds, Text):
        return _TEXTS[holds.kind][english]
    assert isinstance(holds, Value)
    if holds.kind == "words":
        return _said_words(holds, language, list_link)
    if holds.kind == "pattern":
        # A UUID is known by its groups.
        said = _PATTERNS.get(holds.pattern)
        return said[english] if said else "UUID" if holds.pattern.count("{4}-") == 3 else f"`{holds.pattern}`"
    if holds.kind == "whole":
        return ("helt tal", "whole number")[english] + f" {_span(holds)}"
    if holds.kind == "decimal":
        return (f"tal, højst {holds.high} cifre", f"number, at most {holds.high} digits")[english]
    if holds.kind == "text":
        if holds.high >= _ANY_LENGTH:
            return phrase("any_text", language)
        return f"{_length(holds)} {('tegn', 'characters')[english]}"
    return _SIMPLE[holds.kind][english]


def _length(value: Value) -> str:
    return str(value.low) if value.low == value.high else f"{value.low}–{value.high}"


def _span(value: Value) -> str:
    low = "" if value.low <= -(1 << 31) else str(value.low)
    high = "" if value.high in {0, (1 << 31) - 1} else str(value.high)
    return f"{low}–{high}" if low and high else f"≥ {low}" if low else ""


def _said_words(value: Value, language: Language, list_link: str) -> str:
    said = ", ".join(f"`{word}`" if word else word_meaning(word, language) for word in value.words)
    if len(value.words) > WORDS_IN_PLACE:
        said = f"{len(value.words)} {('ord', 'words')[language == 'en']}"
    return f"[{said}]({list_link})" if list_link else said


def phrase(key: str, language: Language, **words: object) -> str:
    """A sentence of the pages."""
    return sentences(key, language)[0].format(**words)


def sentences(key: str, language: Language) -> list[str]:
    """Every sentence under a key; none where there is none."""
    return [both[language == "en"] for both in _sentences().get(key, ())]


@cache
def _sentences() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for key, danish, english in _rows_of("sentences.txt"):
        found.setdefault(key, []).append((danish, english))
    return found


KINDS: dict[str, tuple[str, str]] = {
    "report": ("Svar", "Answers"),
    "request": ("Rekvisitioner", "Requests"),
    "receipt": ("Kvitteringer", "Receipts"),
    "envelope": ("Kuverter", "Envelopes"),
}

"""One version of a letter, compiled from its declaration: what may stand where, quick to check."""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from labbro.letters.grammar import MARK_TEXTS, Choice, Part, Text, Together, Word
from labbro.letters.values import Checker, Fits, Value

Kind = Literal["value", "text", "container"]

# How many orders of children are remembered as right for one element; a bound against hostile input.
REMEMBERED_ORDERS = 4096


# A value's checker (None for what is no value), the element's name, and its model.
Step: TypeAlias = "tuple[Checker | None, str, Model]"


# What a tag of an XML document announces in a container; a plain tuple, as none is quicker.
# 1 the element's name. Of a plain value: 2 and 3 its length, 4 what else is asked of it, 5 the end tag.
# Of any other element, where 3 is 0: 5 the end tag, empty if this tag is all of it; 6 its model.
# The end of the container has neither. 7: the tags that were met after it, see `Model.start`.
Tag: TypeAlias = "tuple[str, int, int, Fits | None, str, Model | None, Tags]"
# By the characters from the end of one tag to the end of the next, without its `>`: blanks and `<Name`.
Tags: TypeAlias = "dict[str, Tag]"
LONGEST = 1 << 40


class Model:
    """What one element of one version may hold."""

    __slots__ = (
        "_letters",
        "_matches",
        "children",
        "fault",
        "kind",
        "name",
        "note",
        "right_orders",
        "right_tags",
        "start",
        "tags",
        "text",
        "value",
        "words",
    )

    def __init__(self, part: Part) -> None:
        self.name = part.name
        self.note = part.note
        self.children: dict[str, Model] = {}
        self.words: tuple[Word, ...] = ()
        self.value: Value | None = None
        self.text: Text | None = None
        self.fault: Checker | None = None
        self.kind: Kind = "container"
        # Orders of children that were right before, with the model of each child: most letters repeat few orders.
        self.right_orders: dict[tuple[str, ...], tuple[Model, ...]] = {}
        if isinstance(part.holds, Value):
            self.kind, self.value, self.fault = "value", part.holds, part.holds.checker()
        elif isinstance(part.holds, Text):
            self.kind, self.text = "text", part.holds
            for mark in part.holds.marks:
                self.children[mark] = _mark_model(mark)
        else:
            self.words = part.holds
            for inner in named_parts(part.holds):
                self.children.setdefault(inner.name, Model(inner))
        # The same by the tags of an XML document, with what is needed of each model at hand.
        self.right_tags: dict[tuple[str, ...], tuple[Step, ...]] = {}
        # The tags that may stand in it, whatever the order; and those met so far at its start, in the right order.
        self.tags: Tags = {f"</{self.name}": ("", 0, 0, None, "", None, {})}
        for name, inner in self.children.items():
            self.tags[f"<{name}"] = inner.tag
            self.tags[f"<{name}/"] = (name, 0, 0, None, "", inner, {})
        self.start: Tags = {}
        self._letters = {name: chr(0x100 + number) for number, name in enumerate(self.children)}
        self._matches = re.compile(self._pattern(self.words)).fullmatch if self.kind == "container" else None

    @property
    def tag(self) -> Tag:
        """Its start tag."""
        closing = f"</{self.name}"
        if self.value is None:
            return self.name, 0, 0, None, closing, self, {}
        if self.value.kind == "text":
            return self.name, self.value.low, self.value.high, None, closing, None, {}
        return self.name, 0, LONGEST, self.value.fits(), closing, None, {}

    def models_in_order(self, names: tuple[str, ...]) -> tuple[Model, ...] | None:
        """The models of child elements with these names; None where they may not stand in this order."""
        known = self.right_orders.get(names)
        if known is not None:
            return known
        letters = self._letters
        if self._matches is None or any(name not in letters for name in names):
            return None
        if self._matches("".join([letters[name] for name in names])) is None:
            return None
        models = tuple([self.children[name] for name in names])
        if len(self.right_orders) < REMEMBERED_ORDERS:
            self.right_orders[names] = models
        return models

    def steps_in_order(self, tags: tuple[str, ...], prefix: str) -> tuple[Step, ...] | None:
        """What to do with each child element of an XML element; None where they may not stand in this order."""
        models = self.models_in_order(tuple([tag.removeprefix(prefix) for tag in tags]))
        if models is None:
            return None
        steps = tuple([(model.fault, model.name, model) for model in models])
        if len(self.right_tags) < REMEMBERED_ORDERS:
            self.right_tags[tags] = steps
        return steps

    def _pattern(self, words: tuple[Word, ...]) -> str:
        return "".join(self._word_pattern(word) for word in words)

    def _word_pattern(self, word: Word) -> str:
        if isinstance(word, Part):
            return f"{self._letters[word.name]}{{{word.low},{word.high}}}"
        if isinstance(word, Choice):
            options = "|".join(self._word_pattern(option) for option in word.options)
            return f"(?:{options}){{{word.low},{word.high}}}"
        return f"(?:{self._pattern(word.parts)}){'?' if word.high == 1 else '*'}"


def _mark_model(mark: str) -> Model:
    if mark not in _MARK_MODELS:
        _MARK_MODELS[mark] = Model(Part(mark, MARK_TEXTS[mark], 0, 1))
    return _MARK_MODELS[mark]


_MARK_MODELS: dict[str, Model] = {}


def named_parts(words: tuple[Word, ...]) -> list[Part]:
    """Every part that may be a direct child, in the order of the declaration."""
    found: list[Part] = []
    for word in words:
        if isinstance(word, Part):
            found.append(word)
        elif isinstance(word, Choice):
            found.extend(word.options)
        else:
            found.extend(named_parts(word.parts))
    return found


class Misfit:
    """One child too many, too few, or in the wrong place: `index` among the children, or None where it is missing."""

    __slots__ = ("code", "expected", "index")

    def __init__(self, code: str, index: int | None, expected: str) -> None:
        self.code = code
        self.index = index
        self.expected = expected


def explain_order(model: Model, names: tuple[str, ...]) -> list[Misfit]:
    """Why these children do not fit: every misfit, in order. Linear but for a look ahead; never empty."""
    walker = _Walker(model, names)
    walker.words(model.words)
    walker.rest()
    return walker.misfits or [Misfit("wrong-order", 0 if names else None, model.name)]


class _Walker:
    def __init__(self, model: Model, names: tuple[str, ...]) -> None:
        self.model = model
        self.names = names
        self.at = 0
        self.misfits: list[Misfit] = []
        self.left: dict[str, int] = {}
        for name in names:
            self.left[name] = self.left.get(name, 0) + 1

    def words(self, words: tuple[Word, ...]) -> None:
        for word in words:
            if isinstance(word, Together):
                self._together(word)
            elif isinstance(word, Part):
                self._take({word.name}, word.low, word.high, word.name)
            else:
                low = word.low if all(option.low for option in word.options) else 0
                high = word.high * max(option.high for option in word.options)
                names = [option.name for option in word.options]
                self._take(set(names), low, high, " | ".join(names))

    def _together(self, word: Together) -> None:
        inner = {part.name for part in named_parts(word.parts)}
        for _ in range(word.high):
            self._pass_unknown("")
            start = self.at
            if start >= len(self.names) or self.names[start] not in inner:
                return
            self.words(word.parts)
            if self.at == start:
                return

    def _take(self, wanted: set[str], low: int, high: int, expected: str) -> None:
        count = 0
        while True:
            self._pass_unknown(expected)
            if self.at < len(self.names) and self.names[self.at] in wanted:
                count += 1
                if count > high:
                    self.misfits.append(Misfit("too-many", self.at, expected))
                self._step()
            elif count < low and any(self.left.get(name, 0) for name in wanted):
                self.misfits.append(Misfit("wrong-place", self.at, expected))
                self._step()
            else:
                break
        if count < low:
            self.misfits.append(Misfit("missing", None, expected))

    def rest(self) -> None:
        while self.at < len(self.names):
            code = "wrong-place" if self.names[self.at] in self.model.children else "unknown-element"
            self.misfits.append(Misfit(code, self.at, ""))
            self._step()

    def _pass_unknown(self, expected: str) -> None:
        while self.at < len(self.names) and self.names[self.at] not in self.model.children:
            self.misfits.append(Misfit("unknown-element", self.at, expected))
            self._step()

    def _step(self) -> None:
        self.left[self.names[self.at]] -= 1
        self.at += 1

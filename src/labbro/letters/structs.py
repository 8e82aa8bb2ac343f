"""Letters as typed structs: for each version a struct made from its declaration, for attributes instead of paths.

    report = letters.to_struct(letter)
    report.LaboratoryResults.Result[0].Value

Field names are those of the elements; an element that may be absent is None, a repeated one a list, and a choice that
is repeated a list under the names joined by `_or_`. The struct's JSON is the letter's JSON form (json_form.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Annotated, Any, Literal, cast

import msgspec

from labbro.errors import WrongUse
from labbro.letters.grammar import Choice, Part, Text, Together, Word
from labbro.letters.json_form import make, names_of, repeats_a_name, to_json
from labbro.letters.letter import Envelope, Letter
from labbro.letters.model import named_parts
from labbro.letters.registry import registry
from labbro.letters.values import Value

# A text: a string with a line feed for each break, or an array of strings and marks.
_TEXT = str | list[Any]


class LetterStruct(msgspec.Struct, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    """An element of a letter with the elements within as attributes; `_version` and `_path` say which it is."""


@cache
def struct_of(version: str, path: str = "") -> type[LetterStruct]:
    """The struct of a version's letter, or of an element of parts at a path below it, such as `Sender`.

    Raises WrongUse for an unknown version, and for a path where there is no element of parts.
    """
    declared = registry().by_key.get(version)
    if declared is None:
        raise WrongUse(f"Labbro knows no version {version[:20]}.")
    words: tuple[Word, ...] = declared.words
    for name in path.split("/") if path else ():
        inner = next((part for part in named_parts(words) if part.name == name), None)
        if inner is None or not isinstance(inner.holds, tuple):
            raise WrongUse(f"{version} has no element of parts at {path[:200]}.")
        words = inner.holds
    return _struct(version, path, declared.version.root, words)


def _struct(version: str, path: str, root: str, words: tuple[Word, ...]) -> type[LetterStruct]:
    renamed: dict[str, str] = {}
    fields = list(_fields(words, version, f"{path}/" if path else "", renamed, []))
    name = "_".join((root, *path.split("/"))) if path else root
    made = msgspec.defstruct(name, fields, bases=(LetterStruct,), rename=renamed, module=__name__, kw_only=True)
    return cast("type[LetterStruct]", made)


def _fields(
    words: Iterable[Word], version: str, base: str, renamed: dict[str, str], before: list[Word], row: bool = False
) -> Iterator[Any]:
    """Fields as `defstruct` takes them, laid out as the JSON form is. `row`: they may be left out together."""
    for word in words:
        if isinstance(word, Part):
            yield _field(word, version, base, required=word.low > 0 and not row)
        elif isinstance(word, Choice) and word.high == 1:
            for option in word.options:
                yield _field(option, version, base, required=False)
        elif isinstance(word, Together) and word.high == 1 and not repeats_a_name(word, before):
            yield from _fields(word.parts, version, base, renamed, before, row=True)
        else:
            names = names_of(word)
            renamed["_or_".join(names)] = "|".join(names)
            yield ("_or_".join(names), list[dict[str, Any]] | None, None)
        before.append(word)


def _field(part: Part, version: str, base: str, *, required: bool) -> Any:
    held = _type(part, version, base)
    if part.high > 1:
        held = list[held]
    return (part.name, held) if required else (part.name, held | None, None)


def _type(part: Part, version: str, base: str) -> Any:
    if isinstance(part.holds, Text):
        return _TEXT
    if isinstance(part.holds, Value):
        return _value_type(part.holds)
    return struct_of(version, base + part.name)


def _value_type(value: Value) -> Any:
    if value.kind == "words":
        return Literal[value.words]
    if value.kind == "text":
        return Annotated[str, msgspec.Meta(min_length=value.low, max_length=value.high)]
    if value.kind == "pattern":
        return Annotated[str, msgspec.Meta(pattern=f"^{value.pattern}$")]
    return Annotated[str, msgspec.Meta(description=value.describe())]


def to_struct(letter: Letter) -> LetterStruct:
    """The letter as a struct. Raises WrongUse for one that does not have the shape of its version (see `check`)."""
    values = to_json(letter)[letter.root.name]
    try:
        return msgspec.convert(values, struct_of(letter.version))
    except msgspec.ValidationError as fault:
        # Only the place: the fault may quote the value, which may name a person.
        place = str(fault).rpartition(" - at ")[2].strip("`")
        raise WrongUse(
            f"The letter does not have the shape of {letter.version}, at {place}; check tells why."
        ) from None


def from_struct(value: LetterStruct, version: str, envelope: Envelope | None = None) -> Letter:
    """The letter of a struct that was filled in Python; `check` tells whether it is right.

    Codes of version, type and statistics stand in it as in every letter. Raises WrongUse where it is no such letter.
    """
    if type(value) is not struct_of(version):
        raise WrongUse(f"The struct is not that of {version}; make it with struct_of.")
    return make(version, envelope, cast("dict[str, object]", msgspec.to_builtins(value)))


def json_schema(version: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of the letter's element in the JSON form, for programs in other languages."""
    return msgspec.json.schema(struct_of(version))

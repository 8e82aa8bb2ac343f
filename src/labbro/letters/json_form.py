"""The JSON form of a letter: the tree as objects and arrays, for programs that want neither XML nor EDIFACT.

    {"version": "XR0131K", "envelope": {...}, "LaboratoryReport": {"Letter": {"Identifier": "..."}, ...}}

A value is a string. An element that may be repeated is an array. A text is a string, a line feed for each Break, or an
array of strings and `{"Bold": ...}` objects where it holds other marks. A choice that is repeated, a row of elements
that is, and a row that repeats a name from before it, keep their order as an array of one-element objects under the
names joined by `|`. An element that does not fit its declaration, as in a version whose schema is not public, is an
array of its parts in order: `{"Name": ...}` objects and strings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias, TypeGuard, cast

from labbro.errors import WrongUse
from labbro.letters.grammar import Choice, Part, Together, Word
from labbro.letters.letter import NO_ACKNOWLEDGEMENT, Envelope, Letter
from labbro.letters.model import Model, named_parts
from labbro.letters.registry import Declared, Registry, registry
from labbro.letters.tree import Element

Json: TypeAlias = "str | Sequence[Json] | Mapping[str, Json]"
_BREAK = Element("Break")


def _is_object(value: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(value, Mapping) and all(isinstance(key, str) for key in cast("Mapping[object, object]", value))


def _is_array(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, (list, tuple))


def to_json(letter: Letter, known: Registry | None = None) -> dict[str, Json]:
    """The JSON form of a letter; `from_json` gives the same letter back."""
    declared = (known or registry()).by_key[letter.version]
    form: dict[str, Json] = {"version": letter.version}
    if letter.envelope is not None:
        form["envelope"] = {
            "sent_date": letter.envelope.sent_date,
            "sent_time": letter.envelope.sent_time,
            "identifier": letter.envelope.identifier,
            "acknowledgement": letter.envelope.acknowledgement,
        }
    if letter.local_elements:
        form["local_elements"] = letter.local_elements
    if letter.assumed:
        form["assumed"] = list(letter.assumed)
    form[letter.root.name] = _container(letter.root, declared.model)
    return form


def _container(element: Element, model: Model) -> Json:
    children = element.children
    names = tuple(child.name for child in children)
    if len(children) == len(element.content) and model.models_in_order(names) is not None:
        return _object(element, model)
    return _loose(element, model)


def _loose(element: Element, model: Model | None) -> Json:
    """An element that is not declared, or not as it stands: its parts in order."""
    content = element.content
    if isinstance(content, str):
        return content if model is None else [content]
    return [part if isinstance(part, str) else {part.name: _loose_part(part, model)} for part in content]


def _loose_part(part: Element, parent: Model | None) -> Json:
    return _loose(part, None) if parent is None or part.name not in parent.children else _value(part, parent)


def _object(element: Element, model: Model) -> dict[str, Json]:
    found: dict[str, Json] = {}
    children = element.children
    flat = _flat(model.words)
    # A row may repeat a name from before it: its elements are taken out first.
    rows: dict[int, list[Element]] = {}
    for word in flat:
        if not isinstance(word, Part):
            rows[id(word)], children = _row(word, children)
    for word in flat:
        if not isinstance(word, Part):
            if row := rows[id(word)]:
                found["|".join(names_of(word))] = [{child.name: _value(child, model)} for child in row]
            continue
        same = [_value(child, model) for child in children if child.name == word.name]
        if word.high > 1 and same:
            found[word.name] = same
        elif same:
            found[word.name] = same[0]
    return found


def _row(word: Choice | Together, children: tuple[Element, ...]) -> tuple[list[Element], tuple[Element, ...]]:
    """The children of a choice or row, and the others. A row that is not repeated begins with its first name."""
    names = names_of(word)
    start = 0
    if isinstance(word, Together) and word.high == 1:
        start = next((at for at, child in enumerate(children) if child.name == names[0]), len(children))
    row = [child for child in children[start:] if child.name in names]
    return row, (*children[:start], *[child for child in children[start:] if child.name not in names])


def names_of(word: Choice | Together) -> list[str]:
    """The names of all elements of a repeated choice or row."""
    return [part.name for part in (word.options if isinstance(word, Choice) else named_parts(word.parts))]


def _flat(words: tuple[Word, ...]) -> list[Word]:
    """Parts, repeated choices and repeated rows, in order; a choice of one is its options."""
    found: list[Word] = []
    for word in words:
        if isinstance(word, Together) and word.high == 1 and not repeats_a_name(word, found):
            found.extend(_flat(word.parts))
        elif isinstance(word, Choice) and word.high == 1:
            found.extend(word.options)
        else:
            found.append(word)
    return found


def repeats_a_name(word: Together, before: list[Word]) -> bool:
    """Whether a row holds a name that stands before it: its elements then keep their order in an array."""
    known = {part.name for part in before if isinstance(part, Part)}
    return any(part.name in known for part in named_parts(word.parts))


def _value(element: Element, parent: Model) -> Json:
    model = parent.children[element.name]
    if model.kind == "container":
        return _container(element, model)
    if model.kind == "value" and isinstance(element.content, str):
        return element.content
    return _text(element.content)


def _text(content: str | tuple[Element | str, ...]) -> Json:
    if isinstance(content, str):
        return content if "\n" not in content else [content]
    if all((isinstance(part, str) and "\n" not in part) or part == _BREAK for part in content) and content:
        return "".join(part if isinstance(part, str) else "\n" for part in content)
    return [part if isinstance(part, str) else {part.name: _text(part.content)} for part in content]


def from_json(form: Mapping[str, object], known: Registry | None = None) -> Letter:
    """A letter from its JSON form. Raises WrongUse where the form is none; the letter itself is checked by `check`."""
    version = form.get("version")
    declared = (known or registry()).by_key.get(version) if isinstance(version, str) else None
    if declared is None:
        raise WrongUse("The JSON names no version that Labbro knows; put it in `version`, such as XR0131K.")
    values = form.get(declared.version.root)
    if not _is_object(values) and not (_is_array(values) and values):
        raise WrongUse(f"The JSON has no object {declared.version.root}; put the letter's elements there.")
    local, assumed = form.get("local_elements", ""), form.get("assumed", ())
    return Letter(
        declared.version.key,
        _element(declared.version.root, values, declared.model),
        _envelope(form.get("envelope")),
        local if isinstance(local, str) else "",
        tuple(str(path) for path in assumed) if _is_array(assumed) else (),
    )


def _envelope(form: object) -> Envelope | None:
    if form is None:
        return None
    if not _is_object(form):
        raise WrongUse("`envelope` must be an object with sent_date, sent_time and identifier.")
    try:
        said = (str(form["sent_date"]), str(form["sent_time"]), str(form["identifier"]))
    except KeyError as missing:
        raise WrongUse(f"`envelope` lacks {missing.args[0]}.") from None
    return Envelope(*said, str(form.get("acknowledgement", NO_ACKNOWLEDGEMENT)))


def _element(name: str, value: object, model: Model) -> Element:
    if model.kind == "value" and isinstance(value, str):
        return Element(name, value)
    if model.kind != "text" and _is_array(value):
        return Element(name, _loose_content(name, value, model))
    if model.kind == "value":
        raise WrongUse(f"{name} must be a string.")
    if model.kind == "text":
        return Element(name, _content(value, name, top=True))
    if not _is_object(value):
        raise WrongUse(f"{name} must be an object.")
    return Element(name, tuple(_children(name, value, model)))


def _loose_content(name: str, value: Sequence[object], model: Model | None) -> str | tuple[Element | str, ...]:
    """The content of an element that is given as its parts in order."""
    if len(value) == 1 and isinstance(value[0], str):
        return value[0]
    content: list[Element | str] = []
    for item in value:
        if isinstance(item, str):
            content.append(item)
            continue
        if not _is_object(item) or len(item) != 1:
            raise WrongUse(f"{name} must be an array of strings and of objects with one element each.")
        ((part, inner),) = item.items()
        content.append(_loose_element(part, inner, model))
    return tuple(content)


def _loose_element(name: str, value: object, parent: Model | None) -> Element:
    if parent is not None and name in parent.children:
        return _element(name, value, parent.children[name])
    if isinstance(value, str):
        return Element(name, value)
    if not _is_array(value):
        raise WrongUse(f"{name} must be a string or an array, as the version does not know it.")
    return Element(name, _loose_content(name, value, None))


def _children(name: str, values: Mapping[str, object], model: Model) -> list[Element]:
    content: list[Element] = []
    left = set(values)
    for word in _flat(model.words):
        key = word.name if isinstance(word, Part) else "|".join(names_of(word))
        if key not in values:
            continue
        left.discard(key)
        value = values[key]
        if not isinstance(word, Part):
            content.extend(_chosen(key, value, model))
        elif word.high > 1:
            if not _is_array(value):
                raise WrongUse(f"{key} must be an array.")
            content.extend(_element(key, item, model.children[key]) for item in value)
        else:
            content.append(_element(key, value, model.children[key]))
    if left:
        raise WrongUse(f"{name} has no part called {min(left)} in this version.")
    return content


def _chosen(key: str, value: object, model: Model) -> list[Element]:
    found: list[Element] = []
    for item in value if _is_array(value) else ():
        if not _is_object(item) or len(item) != 1:
            raise WrongUse(f"{key} must be an array of objects with one element each.")
        ((name, inner),) = item.items()
        if name not in key.split("|"):
            raise WrongUse(f"{key} has no part called {name}.")
        found.append(_element(name, inner, model.children[name]))
    return found


def _content(value: object, name: str, top: bool = False) -> str | tuple[Element | str, ...]:
    if isinstance(value, str):
        if not top or "\n" not in value:
            return value
        parts: list[Element | str] = []
        for number, text in enumerate(value.split("\n")):
            parts.extend(([_BREAK] if number else []) + ([text] if text else []))
        return tuple(parts)
    if not _is_array(value):
        raise WrongUse(f"{name} must be a string or an array of strings and marks.")
    if len(value) == 1 and isinstance(value[0], str):
        return value[0]
    content: list[Element | str] = []
    for item in value:
        if isinstance(item, str):
            content.append(item)
        elif _is_object(item) and len(item) == 1:
            ((mark, inner),) = item.items()
            content.append(Element(str(mark), _content(inner, str(mark), top=True)))
        else:
            raise WrongUse(f"{name} must be a string or an array of strings and marks.")
    return tuple(content)


def make(
    version: str, envelope: Envelope | None, values: Mapping[str, object], known: Registry | None = None
) -> Letter:
    """A letter from the JSON form of its elements. Codes of version, type and statistics are filled in if absent."""
    declared = (known or registry()).by_key.get(version)
    if declared is None:
        raise WrongUse(f"Labbro knows no version {version}.")
    root = _element(declared.version.root, _with_codes(values, declared), declared.model)
    return Letter(version, root, envelope)


def _with_codes(values: Mapping[str, object], declared: Declared) -> dict[str, object]:
    head = values.get("Letter")
    codes: dict[str, object] = {"VersionCode": declared.version.code, "StatisticalCode": declared.standard.type_code}
    if "TypeCode" in declared.model.children["Letter"].children:
        codes["TypeCode"] = declared.standard.type_code
    return {**values, "Letter": codes | (dict(head) if _is_object(head) else {})}

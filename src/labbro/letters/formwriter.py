"""Writes a tree as the segments of one letter, as its declared form says. One writer a version, made once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from labbro.letters import ftx, tables
from labbro.letters.codecs import Codec, codec_named
from labbro.letters.edifact import join_segment
from labbro.letters.findings import Finding, Severity
from labbro.letters.form import (
    CodedText,
    Derived,
    EachWord,
    Follows,
    Form,
    Group,
    Item,
    Line,
    Lines,
    Presence,
    References,
    Rows,
    Texts,
)
from labbro.letters.messages import finding
from labbro.letters.standard import Version
from labbro.letters.template import Slot, Template, parse, parse_line
from labbro.letters.tree import Element
from labbro.letters.values import is_true

# A line end means nothing in EDIFACT; a blank stands for it.
LINE_END = re.compile(r"[\r\n]+")
_INDEX = re.compile(r"\[\d+\]")
URL_PIECE = 69
URL_PIECES = 4


class _Writing:
    """One letter being written: its segments, and what could not be said."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.segments: list[str] = []
        # Hidden groups that are put together by their place: key, and segments.
        self.blocks: list[tuple[str, list[str]]] = []
        self.findings: list[Finding] = []
        self.parties = 0

    def tell(self, severity: Severity, code: str, path: str, **words: object) -> None:
        self.findings.append(finding(severity, code, f"{self.root.name}/{path}", **words))


class FormWriter:
    """Writes letters of one version."""

    def __init__(self, form: Form, version: Version, type_code: str) -> None:
        self.form = form
        self.version = version
        self.type_code = type_code
        self._templates: dict[str, Template] = {}
        self.texts: set[str] = set()
        # Elements that a group says by being there, though nothing stands in it.
        self.made: set[str] = set()
        self.covered: set[str] = {form.sender, form.receiver, form.identifier, "Letter/VersionCode", "Letter/TypeCode"}
        # What groups say by being there: (path, value).
        self._said: set[tuple[str, str]] = set()
        self._cover(form.items, "")

    def write(self, root: Element) -> tuple[list[str], list[Finding]]:
        """The segments of a letter from UNH to UNT, without terminators, and the findings of writing."""
        writing = _Writing(root)
        identifier = root.text(self.form.identifier) or ""
        message = (*self.form.message, self.version.edifact_code)
        writing.segments.append(join_segment((("UNH",), (identifier,), message, (self.form.code,))))
        for item in self.form.items:
            self._item(item, root, "", {}, writing)
        if self.form.arrangement is not None:
            writing.segments.extend(self.form.arrangement.together(writing.blocks))
        writing.segments.append(join_segment((("UNT",), (str(len(writing.segments) + 1),), (identifier,))))
        self._uncovered(root, writing)
        return [LINE_END.sub(" ", segment) for segment in writing.segments], writing.findings

    # --- what has a place in the form ---

    def _cover(self, items: Iterable[Item], base: str) -> None:
        for item in items:
            if item.versions and self.version.mark not in item.versions:
                continue
            if isinstance(item, Group) and item.makes:
                self.made.add((f"{item.target}/" if item.target else base) + item.makes)
            if isinstance(item, Group):
                below = f"{item.target}/" if item.target else base
                if item.says is not None:
                    self._said.add((below + item.says[0], item.says[1]))
                self._cover(item.items, below)
            elif isinstance(item, Line):
                self._templates[item.template] = template = parse_line(item)
                self.covered.update(
                    slot.path[1:] if slot.path.startswith("/") else base + slot.path for slot in template.slots
                )
            elif isinstance(item, Texts):
                self.covered.update(base + path for _, path in item.kinds)
                self.texts.update(base + path for _, path in item.kinds if not item.plain)
            elif isinstance(item, CodedText):
                self.covered.update((base + item.code_path, base + item.text_path))
                self.texts.add(base + item.text_path)
            elif isinstance(item, (Presence, References, Lines, EachWord, Follows)):
                self.covered.add(base + item.path)
            elif isinstance(item, Rows):
                self._cover_rows(item, base)
            else:
                self.covered.update(base + name for name in (item.describes, "IdentifierLocal") if name)

    def _cover_rows(self, item: Rows, base: str) -> None:
        for path, lines in item.kinds:
            for declared in lines:
                self._templates[declared] = template = parse(declared)
                self.covered.update(f"{base}{path}/{slot.path}".removesuffix("/.") for slot in template.slots)

    def _uncovered(self, root: Element, writing: _Writing) -> None:
        """Every value that has no place in EDIFACT, named."""
        for path, element in root.walk():
            below = path.partition("/")[2]
            plain = _INDEX.sub("", below)
            if element.children or (plain in self.made and not element.content):
                continue
            if plain in self.covered or any(plain.startswith(f"{known}/") for known in self.covered):
                if plain not in self.texts and LINE_END.search(element.value):
                    writing.tell("loss", "not-carried", below, name=element.name, found="a line end")
                continue
            if (plain, _plain_boolean(element.value)) in self._said:
                continue
            if plain == "Letter/StatisticalCode" and element.value == self.type_code:
                continue
            writing.tell("loss", "not-carried", below, name=element.name, found=element.value or "(empty)")

    # --- items ---

    def _item(self, item: Item, element: Element, path: str, codes: dict[str, str], writing: _Writing) -> None:
        if item.versions and self.version.mark not in item.versions:
            return
        if isinstance(item, Line):
            self._line(item, element, path, codes, writing)
        elif isinstance(item, Texts):
            self._texts(item, element, path, writing)
        elif isinstance(item, CodedText):
            self._coded_text(item, element, path, writing)
        elif isinstance(item, References):
            self._references(item, element, path, writing)
        elif isinstance(item, Presence):
            found = element.find(item.path)
            if found is not None and is_true(found.value) == is_true(item.present):
                writing.segments.append(item.template)
        elif isinstance(item, Rows):
            self._rows(item, element, path, writing)
        elif isinstance(item, Group):
            self._group(item, element, path, writing)
        elif isinstance(item, (Lines, EachWord, Follows)):
            _values(item, element, path, writing)

    def _group(self, item: Group, element: Element, path: str, writing: _Writing) -> None:
        if item.when and all(element.find(when) is None for when in item.when.split()):
            return
        targets = list(element.all(item.target)) if item.target else [element]
        for number, target in enumerate(targets if item.repeated else targets[:1], 1):
            ordinal = f"[{number}]" if item.repeated and len(targets) > 1 else ""
            below = f"{path}{item.target}{ordinal}/" if item.target else path
            if item.says is not None and _plain_boolean(target.text(item.says[0]) or "") != item.says[1]:
                continue
            start = len(writing.segments)
            if not item.opens:
                writing.segments.append(f"{item.trigger}+{item.trigger[1:]}")
            codes = {"~number": str(number)} | self._codes(item, target, below, writing)
            for inner in item.items:
                self._item(inner, target, below, codes, writing)
            if item.opens and self.form.arrangement is not None:
                writing.blocks.append((item.key, writing.segments[start:]))
                del writing.segments[start:]

    def _rows(self, item: Rows, element: Element, path: str, writing: _Writing) -> None:
        for below, lines in item.kinds:
            found = list(element.all(below))
            for number, row in enumerate(found, 1):
                here = f"{path}{below}[{number}]/" if len(found) > 1 else f"{path}{below}/"
                for declared in lines:
                    self._line(Line(declared), row, here, {}, writing)
                for part, value in item.unsaid(row) if item.unsaid else ():
                    writing.tell("loss", "not-carried", here + part, name=part, found=value)

    def _codes(self, item: Group, target: Element, path: str, writing: _Writing) -> dict[str, str]:
        codes: dict[str, str] = {}
        if item.key.startswith("NAD"):
            writing.parties += 1
            codes["~sequence"] = str(writing.parties)
        for derived in item.items:
            if isinstance(derived, Derived) and (not derived.versions or self.version.mark in derived.versions):
                codes |= derived.write(target)
                for below, value in derived.unsaid(target) if derived.unsaid else ():
                    writing.tell("loss", "not-carried", path + below, name=below, found=value)
        return codes

    def _line(self, item: Line, element: Element, path: str, codes: dict[str, str], writing: _Writing) -> None:
        template = self._templates[item.template]
        filled = [
            [self._component(part, element, path, codes, writing) for part in components]
            for components in template.elements
        ]
        said = any(
            filled[slot.element - 1][slot.component] for slot in template.slots if not slot.path.startswith("~sequence")
        )
        if template.slots and not said and not item.always:
            return
        for slot in template.slots:
            if slot.codec in {"name", "inner_name"} and not filled[slot.element - 1][slot.component]:
                later = filled[slot.element - 1][slot.component + 1 :]
                slots_later = [
                    part for part in template.elements[slot.element - 1][slot.component + 1 :] if isinstance(part, Slot)
                ]
                if slot.codec == "name" or any(later[: len(slots_later)]):
                    filled[slot.element - 1][slot.component] = "_"
        for number, optional in enumerate(template.optional):
            here = [slot for slot in template.slots if slot.element == number + 1]
            if optional and not any(filled[number][slot.component] for slot in here):
                filled[number] = []
        writing.segments.append(join_segment([[template.tag], *filled]))

    def _component(
        self, part: str | Slot, element: Element, path: str, codes: dict[str, str], writing: _Writing
    ) -> str:
        if isinstance(part, str):
            return part
        if part.path in codes or part.path.startswith("~"):
            return codes.get(part.path, "")
        if part.path == ".":
            found = element
        elif part.path.startswith("/"):
            found = writing.root.find(part.path[1:])
        else:
            found = element.find(part.path)
        if found is None:
            return ""
        codec = self._codec(part.codec)
        if codec is None:
            if not found.value:
                writing.tell("loss", "not-carried", path + part.path, name=found.name, found="(empty)")
            return found.value
        said = codec.encode(found)
        if said is None:
            writing.tell(
                "error", "no-code", path + part.path, found=found.value or "/".join(c.value for c in found.children)
            )
            return ""
        return said

    def _codec(self, name: str) -> Codec | None:
        return codec_named(name, self.version.year)

    # --- texts and references ---

    def _texts(self, item: Texts, element: Element, path: str, writing: _Writing) -> None:
        codes = {below.rpartition("/")[2]: (code, below) for code, below in item.kinds}
        parent = item.kinds[0][1].rpartition("/")[0]
        holder = element.find(parent) if parent else element
        written = 0
        for found in holder.children if holder is not None else ():
            if found.name not in codes:
                continue
            code, below = codes[found.name]
            segments = list(self._text_segments(item, found, path + below, writing))
            written += len(segments)
            if not item.joined and (others := sum(not lines[-1].endswith("\\") for _, lines in segments[:-1])):
                writing.tell("loss", "read-as-several", path + below, name=found.name, found=others + 1)
            for style, lines in segments:
                writing.segments.append(join_segment((("FTX",), (code,), (style,), (), lines)))
        if item.tells and not written:
            writing.segments.append(join_segment((("FTX",), (item.kinds[0][0],), (item.style,))))
        if item.most and written > item.most:
            writing.tell("error", "text-too-long", path + item.kinds[0][1], found=written, expected=item.most)

    def _text_segments(
        self, item: Texts, found: Element, path: str, writing: _Writing
    ) -> Iterator[tuple[str, list[str]]]:
        if item.plain and found.value:
            yield from self._plain_segments(item, found, path, writing)
            return
        pieces, unsaid = ftx.write_text(found.content, item.styled)
        for line in unsaid:
            writing.tell("loss", "not-carried", path, name=found.name, found=line)
        # A text without characters is an empty line: it must be there where the schema asks for it.
        for style, lines in ftx.segments_of(pieces or [ftx.Piece(ftx.PLAIN, ".", False)]):
            yield (style if item.styled else item.style), lines

    def _plain_segments(
        self, item: Texts, found: Element, path: str, writing: _Writing
    ) -> Iterator[tuple[str, list[str]]]:
        """A value in one component, or in pieces by the rules of texts where it is longer than a line."""
        if found.value.endswith("\\"):
            writing.tell("loss", "not-carried", path, name=found.name, found="\\")
        pieces = ftx.write_text(found.value, False)[0] if len(found.value) > ftx.LINE_CHARACTERS + 1 else []
        for style, lines in ftx.segments_of(pieces) if pieces else [(item.style, [found.value])]:
            yield (item.style if pieces else style), lines

    def _coded_text(self, item: CodedText, element: Element, path: str, writing: _Writing) -> None:
        word, text = element.text(item.code_path), element.find(item.text_path)
        if word is None and text is None:
            return
        code = item.table.get(word or "", "NC")
        plain = Texts((("", item.text_path),))
        segments = list(self._text_segments(plain, text, path + item.text_path, writing)) if text is not None else []
        for style, lines in segments or [(ftx.PLAIN, [])]:
            writing.segments.append(join_segment((("FTX",), (code,), (style,), (), lines)))

    def _references(self, item: References, element: Element, path: str, writing: _Writing) -> None:
        references = list(element.all(item.path))
        if item.most and len(references) > item.most:
            writing.tell("error", "text-too-long", path + item.path, found=len(references), expected=item.most)
        for reference in references:
            description = reference.text("RefDescription") or ""
            url, binary = reference.find("URL"), reference.find("BIN")
            if url is not None:
                pieces = [url.value[start : start + URL_PIECE] for start in range(0, len(url.value), URL_PIECE)]
                if len(pieces) > URL_PIECES:
                    writing.tell(
                        "error",
                        "url-too-long",
                        f"{path}{item.path}/URL",
                        found=len(url.value),
                        expected=URL_PIECE * URL_PIECES,
                    )
                code, parts = "URL", [piece + "\\" for piece in pieces[:-1]] + pieces[-1:]
            elif binary is not None:
                code, parts = "BIN", _binary(binary)
            else:
                code, parts = "SUP", []
            writing.segments.append(join_segment((("FTX",), (code,), ("P00",), (), (description, *parts))))


def _binary(binary: Element) -> list[str]:
    return [
        binary.text("ObjectIdentifier") or "",
        tables.OBJECT_CODE.get(binary.text("ObjectCode") or "", ""),
        tables.OBJECT_EXTENSION.get(binary.text("ObjectExtensionCode") or "", ""),
        binary.text("OriginalObjectSize") or "",
    ]


def _values(item: Lines | EachWord | Follows, element: Element, path: str, writing: _Writing) -> None:
    """Values that have segments of their own, or none because another says them."""
    if isinstance(item, Lines):
        lines = [found.value for found in element.all(item.path)]
        if lines:
            writing.segments.append(join_segment((("FTX",), (item.code,), (ftx.PLAIN,), (), lines)))
    elif isinstance(item, EachWord):
        for found in element.all(item.path):
            template = item.segments.get(found.value)
            if template is None:
                writing.tell("loss", "not-carried", path + item.path, name=found.name, found=found.value)
            else:
                writing.segments.append(template)
    else:
        found, source = element.find(item.path), element.find(item.of)
        read_back = None if source is None else source.content
        if item.words is not None and source is not None:
            read_back = item.words.get(source.value)
        if found is not None and found.content != read_back:
            said = " ".join(child.value for child in found.children) or found.value or "(empty)"
            writing.tell("loss", "not-carried", path + item.path, name=found.name, found=said)


def _plain_boolean(value: str) -> str:
    """A value for comparison: 1 and 0 are legal for true and false (facts: letters/README.md, trap 4)."""
    return {"1": "true", "0": "false"}.get(value.strip(), value.strip())

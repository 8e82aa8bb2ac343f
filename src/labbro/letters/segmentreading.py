"""What the segments of a group put into the draft of a letter: one handler for each declared segment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, cast

from labbro.letters import ftx, tables
from labbro.letters.checking import FINDINGS_PER_LETTER
from labbro.letters.codecs import Codec
from labbro.letters.edifact import Segment
from labbro.letters.findings import Finding, Place, Severity
from labbro.letters.form import Derived, EachWord, Follows, Texts
from labbro.letters.messages import finding
from labbro.letters.template import Template, parse
from labbro.letters.tree import Element

# What has been read of one element: leaves by path, lists of repeated elements, and codes under `~names`.
Draft: TypeAlias = "dict[str, Element | list[Element] | list[ftx.Ftx] | list[tuple[str, ftx.Ftx]] | str]"
Handler: TypeAlias = "Callable[[Segment, int, Draft, FormReading], None]"
Finish: TypeAlias = "Callable[[Draft, FormReading, int], None]"
CodecOf: TypeAlias = "Callable[[str], Codec | None]"
# Element, component, path in the draft, name, codec and position of a slot; and the same within an element.
SlotStep: TypeAlias = "tuple[int, int, str, str, Codec | None, str]"
ComponentStep: TypeAlias = "tuple[int, str, str, Codec | None, str]"

# Before the path of a text: its segments, while its group is being read.
UNREAD = "*"


class FormReading:
    """One letter being read: its findings, and what was filled in by rule."""

    __slots__ = ("added_to", "assumed", "findings", "misplaced", "root", "within")

    def __init__(self, root: str, strict: bool = False) -> None:
        self.root = root
        # How grave a segment without a place is, or one too many.
        self.misplaced: Severity = "error" if strict else "warning"
        self.findings: list[Finding] = []
        self.assumed: list[str] = []
        # Repeated elements that a later group may add to, by path: where each stood, and what is read of it.
        self.added_to: dict[str, list[tuple[int, Draft]]] = {}
        # The path of the repeated element that is being read, with a slash at its end.
        self.within = ""

    def tell(
        self,
        severity: Severity,
        code: str,
        at: int,
        path: str | None = None,
        position: str | None = None,
        **words: object,
    ) -> None:
        if len(self.findings) >= FINDINGS_PER_LETTER:
            return
        where = None if path is None else f"{self.root}/{self.within}{path}"
        if path is not None and path.startswith("/"):
            where = self.root + path
        self.findings.append(finding(severity, code, where, Place(segment=at, position=position), **words))


def line_handler(template: Template, prefix: str, wanted: set[str], codec_of: CodecOf, outer: str = "") -> Handler:
    """`outer` is put before the path of what belongs to the letter and not to the group: `/` in a repeated group."""
    by_element = _by_element(_slot_steps(template, prefix, wanted, codec_of, outer))
    known = len(template.elements) + 1

    def handle(segment: Segment, at: int, draft: Draft, reading: FormReading) -> None:
        elements = len(segment)
        if elements > known and any(part for element in segment[known:] for part in element):
            reading.tell("warning", "more-than-known", at, None, f"{known}.1", name=segment[0][0])
        for element, inner in by_element:
            if element >= elements:
                break
            parts = segment[element]
            count = len(parts)
            for component, path, name, codec, position in inner:
                if component >= count:
                    break
                value = parts[component]
                if path in draft:
                    if path[0] != "~" or draft[path] != value:
                        reading.tell(reading.misplaced, "segment-repeated", at, None, position, name=segment[0][0])
                elif path[0] == "~":
                    draft[path] = value
                elif not value:
                    continue
                elif codec is None:
                    draft[path] = Element(name, value, at)
                else:
                    _decode(codec, value, at, path, name, position, draft, reading)

    return handle


def _by_element(steps: Iterable[SlotStep]) -> tuple[tuple[int, tuple[ComponentStep, ...]], ...]:
    """The steps of each element together, so that a segment's elements are looked up once."""
    found: dict[int, list[ComponentStep]] = {}
    for element, component, path, name, codec, position in steps:
        found.setdefault(element, []).append((component, path, name, codec, position))
    return tuple((element, tuple(inner)) for element, inner in sorted(found.items()))


def _slot_steps(template: Template, prefix: str, wanted: set[str], codec_of: CodecOf, outer: str) -> Iterator[SlotStep]:
    """Element, component, path in the draft, name, codec and position of every slot that says something."""
    for slot in template.slots:
        code = slot.path.startswith("~")
        if not code or slot.path in wanted:
            path, name = slot.path if code else prefix + slot.path, slot.path.rpartition("/")[2]
            if slot.path.startswith("/"):
                path = outer + slot.path[1:]
            yield slot.element, slot.component, path, name, codec_of(slot.codec), slot.position


def _decode(
    codec: Codec, value: str, at: int, path: str, name: str, position: str, draft: Draft, reading: FormReading
) -> None:
    decoded = codec.decode(value, at)
    if decoded is None:
        reading.tell("error", codec.fault, at, path, position, found=value[:35], name=name, expected=codec.expected)
        draft[path] = Element(name, "", at)
        return
    draft[path] = Element(name, decoded, at)


def text_handler(store: str, name: str, tells: bool = False) -> Handler:
    def handle(segment: Segment, at: int, draft: Draft, _reading: FormReading) -> None:
        if tells and len(segment) <= 4:
            return
        style = segment[2][0] if len(segment) > 2 else ""
        lines = segment[4] if len(segment) > 4 else [""]
        draft.setdefault(UNREAD + store, []).append((name, ftx.Ftx(style, lines, at)))  # type: ignore[union-attr]

    return handle


def coded_handler(path: str, word: str, collect: Handler) -> Handler:
    name = path.rpartition("/")[2]

    def handle(segment: Segment, at: int, draft: Draft, reading: FormReading) -> None:
        if path in draft and draft[path] != Element(name, word):
            reading.tell(reading.misplaced, "segment-repeated", at, path, name="FTX")
        draft.setdefault(path, Element(name, word, at))
        if len(segment) > 4:
            collect(segment, at, draft, reading)

    return handle


def text_finish(item: Texts, store: str) -> Finish:
    styled, joined, plain = item.styled, item.joined, item.plain

    def finish(draft: Draft, reading: FormReading, _at: int) -> None:
        segments = cast("list[tuple[str, ftx.Ftx]] | None", draft.pop(UNREAD + store, None))
        if not segments:
            return
        texts = [_text(name, together, styled, plain) for name, together in _gathered(segments, joined)]
        if not joined:
            draft.setdefault(store, []).extend(texts)  # type: ignore[union-attr]
        elif store in draft:
            reading.tell(reading.misplaced, "segment-repeated", segments[0][1].at, store, name="FTX")
        else:
            draft[store] = texts[0]

    return finish


def _gathered(segments: list[tuple[str, ftx.Ftx]], joined: bool) -> list[tuple[str, list[ftx.Ftx]]]:
    """Segments that make one text (facts: edifact.md, 6, 'which FTX belong together')."""
    texts: list[tuple[str, list[ftx.Ftx]]] = []
    for name, segment in segments:
        if texts and texts[-1][0] == name and (joined or texts[-1][1][-1].goes_on):
            texts[-1][1].append(segment)
        else:
            texts.append((name, [segment]))
    return texts


def _text(name: str, segments: list[ftx.Ftx], styled: bool, plain: bool) -> Element:
    content = ftx.read_plain(segments) if plain else ftx.read_text(segments, styled)
    return Element(name, content, segments[0].at)


def derived_finish(item: Derived, prefix: str) -> Finish:
    names = item.names

    def finish(draft: Draft, reading: FormReading, at: int) -> None:
        codes: dict[str, str] = {}
        for name in names:
            value = draft.pop(name, None)
            if isinstance(value, str):
                codes[name] = value

        def value_at(path: str) -> str | None:
            found = draft.get(prefix + path)
            return found.value if isinstance(found, Element) else None

        doubt = item.doubts(codes, value_at) if item.doubts is not None else None
        if doubt is not None:
            reading.tell("warning", doubt, at, prefix + item.describes)
        made = item.read(codes, value_at)
        if isinstance(made, str):
            said = "+".join(codes.get(name, "") for name in names)
            reading.tell(
                "error", made, at, prefix + item.describes, None, found=said[:35], name=item.describes, expected=""
            )
            return
        for path, value in made:
            draft[prefix + path] = Element(path.rpartition("/")[2].partition("#")[0], value, at)

    return finish


def lines_handler(path: str) -> Handler:
    """Each component of element 4 is a value of its own."""
    name = path.rpartition("/")[2]

    def handle(segment: Segment, at: int, draft: Draft, _reading: FormReading) -> None:
        found = [Element(name, line, at) for line in (segment[4] if len(segment) > 4 else ()) if line]
        if found:
            draft.setdefault(path, []).extend(found)  # type: ignore[union-attr,arg-type]

    return handle


def each_word_handler(item: EachWord, path: str) -> Handler:
    """A segment for each word; component 2.1 tells which."""
    name = path.rpartition("/")[2]
    words = {parse(template).elements[1][0]: word for word, template in item.segments.items()}

    def handle(segment: Segment, at: int, draft: Draft, reading: FormReading) -> None:
        code = segment[2][0] if len(segment) > 2 else ""
        word = words.get(code) or item.other
        if not word:
            reading.tell("error", "unknown-code", at, path, "2.1", found=code[:35], name=name)
        draft.setdefault(path, []).append(Element(name, word, at))  # type: ignore[union-attr,arg-type]

    return handle


def reference_handler(path: str) -> Handler:
    def handle(segment: Segment, at: int, draft: Draft, reading: FormReading) -> None:
        parts = segment[4] if len(segment) > 4 else [""]
        kind = segment[1][0]
        description = Element("RefDescription", parts[0], at)
        if kind == "URL":
            target = Element("URL", "".join(part.removesuffix("\\") for part in parts[1:]), at)
        elif kind == "SUP":
            target = Element("SUP", "true", at)
        else:
            target = _binary(parts[1:], at, reading)
        made = Element("Reference", (description, target), at)
        draft.setdefault(path, []).append(made)  # type: ignore[union-attr]

    return handle


def _binary(parts: list[str], at: int, reading: FormReading) -> Element:
    identifier, kind, extension, size = (*parts[:4], "", "", "", "")[:4]
    kinds = {code: word for word, code in tables.OBJECT_CODE.items()} | tables.OBJECT_CODE_ALSO
    extensions = {code: word for word, code in tables.OBJECT_EXTENSION.items()} | tables.OBJECT_EXTENSION_ALSO
    for name, code, known in (("ObjectCode", kind, kinds), ("ObjectExtensionCode", extension, extensions)):
        if code not in known:
            reading.tell("error", "unknown-code", at, None, None, found=code[:35], name=name)
    content = (
        Element("ObjectIdentifier", identifier, at),
        Element("ObjectCode", kinds.get(kind, ""), at),
        Element("ObjectExtensionCode", extensions.get(extension, ""), at),
        Element("OriginalObjectSize", size, at),
    )
    return Element("BIN", content, at)


def move_out(path: str, own: Draft, draft: Draft, reading: FormReading) -> None:
    """What a repeated group says of the whole letter: the first that says it counts."""
    found = own.pop(path)
    if draft.setdefault(path[1:], found) != found and isinstance(found, Element):
        reading.tell(reading.misplaced, "segment-repeated", found.at, path, name=found.name)


def follow(item: Follows, draft: Draft, reading: FormReading) -> None:
    """An element that is read from another, by rule: no statement of the sender."""
    source = draft.get(item.of)
    if not isinstance(source, Element) or item.path in draft:
        return
    content = source.content if item.words is None else item.words.get(source.value)
    if content is not None:
        draft[item.path] = Element(item.path.rpartition("/")[2], content, source.at)
        reading.assumed.append(item.path)


def says_finish(path: str, value: str) -> Finish:
    """The element that a group says by being there."""
    name = path.rpartition("/")[2]

    def finish(draft: Draft, _reading: FormReading, at: int) -> None:
        draft.setdefault(path, Element(name, value, at))

    return finish

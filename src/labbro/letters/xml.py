"""The XML syntax: documents to trees and back, without any knowledge of letters. Hostile input costs linear time."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import BinaryIO, TypeAlias, cast
from xml.parsers import expat

import msgspec
from lxml import etree

from labbro.letters.model import Model, Step
from labbro.letters.tree import Element

Node: TypeAlias = etree._Element  # pyright: ignore[reportPrivateUsage]  # lxml's public name for it does not exist
XSI = "http://www.w3.org/2001/XMLSchema-instance"
# Attributes that XML Schema allows on any element.
FREE_ATTRIBUTES = frozenset({f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation"})
WHITE = " \t\r\n"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_WITH_ATTRIBUTES = etree.XPath("descendant-or-self::*[@*]")
_SPECIAL = re.compile(r"[&<>\r]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


class XmlFault(msgspec.Struct, frozen=True):
    """Why a document cannot be read: a finding code, a detail in words, and where."""

    code: str
    detail: str
    line: int | None = None
    column: int | None = None


# A parsed element costs some hundred bytes, however short its tag is; the longest letters known have some hundred.
LETTER_ELEMENTS = 30_000


def is_crowded(data: bytes) -> bool:
    """Whether a document has more elements, or more attributes, than any letter."""
    if len(data) < 2 * LETTER_ELEMENTS:
        return False
    elements = data.count(b"<") - data.count(b"</")
    # An attribute has a sign of equality and two quotes; a text may be full of one or the other.
    attributes = min(data.count(b"="), (data.count(b'"') + data.count(b"'")) // 2)
    return elements > LETTER_ELEMENTS or attributes > LETTER_ELEMENTS


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )


def parse(data: bytes) -> Node | XmlFault:
    """The root of a document; comments and processing instructions are gone, their neighbours joined."""
    if is_crowded(data):
        return XmlFault("too-large", f"{LETTER_ELEMENTS} elements")
    try:
        root = etree.fromstring(data, _parser())
    except etree.XMLSyntaxError as fault:
        line, column = fault.position
        return XmlFault("not-well-formed", _reason(fault), line or None, column or None)
    except (ValueError, LookupError) as fault:
        return XmlFault("not-well-formed", str(fault)[:200])
    if root.getroottree().docinfo.doctype:
        return XmlFault("doctype", "")
    return root


def _reason(fault: etree.XMLSyntaxError) -> str:
    """libxml2's reason, without pieces of the document (they may name a person)."""
    reason = (fault.msg or "unreadable").partition(", line ")[0]
    return re.sub(r"['\"].*", "", reason).strip()[:120] or "unreadable"


def foreign_attributes(node: Node, deep: bool = True) -> list[tuple[Node, str]]:
    """Every attribute that no schema of MedCom's allows, of an element and, if `deep`, of all below it."""
    owners = cast("list[Node]", _WITH_ATTRIBUTES(node)) if deep else [node]
    return [(owner, str(name)) for owner in owners for name in owner.attrib if name not in FREE_ATTRIBUTES]


class Builder:
    """Turns parsed elements into trees. One builder a document: it numbers the elements in document order.

    `clean` stays True while all that was built fits its model; the check need not look at it again.
    """

    def __init__(self, namespace: str) -> None:
        self.prefix = f"{{{namespace}}}"
        self.clean = True
        self._names = _NAMES.setdefault(namespace, {})
        self._number = count().__next__

    def name(self, node: Node) -> str:
        """The local name in the document's namespace; any other name stays whole."""
        return self._names.get(node.tag) or self._new_name(node.tag)  # type: ignore[arg-type]

    def _new_name(self, tag: object) -> str:
        whole = str(tag)
        if whole.startswith(self.prefix):
            name = whole[len(self.prefix) :]
        else:
            name = whole if whole.startswith("{") else "{}" + whole
        if len(self._names) < REMEMBERED_NAMES:
            self._names[whole] = name
        return name

    def skip(self) -> None:
        """Count an element that is not built."""
        self._number()

    def skip_all(self, node: Node) -> None:
        """Count an element and everything below it."""
        for _ in node.iter():
            self._number()

    def build(self, node: Node, model: Model) -> Element:
        """The tree of an element; text between the parts of a container is kept only where it is not blank."""
        return self._container(node, model)

    def _container(self, node: Node, model: Model) -> Element:
        at = self._number()
        text = node.text
        if text is not None and text.strip(WHITE):
            return self._unexpected(node, model, at)
        children = list(node)
        tags = tuple([child.tag for child in children])
        steps = model.right_tags.get(tags) or self._steps(model, tags)  # type: ignore[arg-type]
        if steps is None:
            return self._unexpected(node, model, at)
        number = self._number
        content: list[Element | str] = []
        for child, (fault, name, inner) in zip(children, steps, strict=True):
            if fault is not None:
                value = child.text or ""
                if fault(value) is not None or len(child):
                    self.clean = False
                    content.append(self._free(child))
                else:
                    content.append(Element(name, value, number()))
            elif inner.kind == "container":
                content.append(self._container(child, inner))
            else:
                content.append(self._text(child, inner))
            tail = child.tail
            if tail is not None and tail.strip(WHITE):
                content.append(tail)
                self.clean = False
        return Element(model.name, tuple(content), at)

    def _steps(self, model: Model, tags: tuple[object, ...]) -> tuple[Step, ...] | None:
        """What the children are; None where one is no element or of another namespace, or the order is wrong."""
        names = tuple([tag for tag in tags if isinstance(tag, str)])
        if len(names) != len(tags) or not all(name.startswith(self.prefix) for name in names):
            return None
        return model.steps_in_order(names, self.prefix)

    def _unexpected(self, node: Node, model: Model, at: int) -> Element:
        """A container that does not fit its model: kept as it stands, for the check to say why."""
        self.clean = False
        content: list[Element | str] = [node.text] if node.text and node.text.strip(WHITE) else []
        for child in node:
            inner = model.children.get(self.name(child))
            content.append(self._container(child, inner) if inner and inner.kind == "container" else self._free(child))
            if child.tail and child.tail.strip(WHITE):
                content.append(child.tail)
        only_text = len(content) == 1 and isinstance(content[0], str)
        return Element(model.name, content[0] if only_text else tuple(content), at)  # type: ignore[arg-type]

    def _text(self, node: Node, model: Model) -> Element:
        if not len(node):
            return Element(model.name, node.text or "", self._number())
        element = self._free(node)
        for part in element.content:
            # Marks within marks are left to the check, which knows what each may hold.
            if type(part) is not str and (part.content or part.name not in model.children):  # type: ignore[union-attr]
                self.clean = False
        return element

    def _free(self, node: Node) -> Element:
        """An element as it stands, every character kept."""
        number = self._number
        at = number()
        name = self.name(node)
        if not len(node):
            return Element(name, node.text or "", at)
        content: list[Element | str] = [node.text] if node.text else []
        for child in node:
            content.append(self._free(child) if len(child) or child.text else Element(self.name(child), "", number()))
            if child.tail:
                content.append(child.tail)
        return Element(name, tuple(content), at)


REMEMBERED_NAMES = 4096
# Names that have been met, by namespace: cutting a namespace off each tag anew would cost more than the rest.
_NAMES: dict[str, dict[str, str]] = {}
# What may hold a `<` that begins no element.
_NO_ELEMENT = re.compile(rb"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[.*?\]\]>", re.DOTALL)
_START = re.compile(rb"<")
# As long as few places are asked for, seeking each anew is quicker than remembering.
SOUGHT_ONE_BY_ONE = 8


class Places:
    """Line and column (from 1) of start tags of a well-formed document, by their number in document order.

    Sought only when a finding asks.
    """

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._all: list[tuple[int, int]] | None = None
        self._asked = 0
        # The document with nothing but start tags: all other `<` are blanks.
        self._opened = b""
        self._starts: list[int] = []
        self._counted = (0, 1)
        self._finder: Iterator[re.Match[bytes]] | None = None

    def of(self, number: int) -> tuple[int, int] | None:
        """Where the element with this number begins."""
        if number < 0:
            return None
        if not self._asked:
            self._open()
        self._asked += 1
        if self._all is not None:
            return self._all[number] if number < len(self._all) else None
        start = self._start(number) if self._asked <= SOUGHT_ONE_BY_ONE else self._start_of_many(number)
        return None if start is None else self._place(start)

    def _open(self) -> None:
        data = self._data
        if b"\x00" in data[:64]:
            # In wide characters, nothing can be found by single bytes.
            self._all = places(data)
            return
        # Single bytes are found far quicker than pairs; nearly always there is neither behind the declaration.
        head = data.find(b">")
        if (data.find(b"?", head) >= 0 and data.find(b"<?", head) >= 0) or (b"!" in data and b"<!" in data):
            data = _NO_ELEMENT.sub(lambda found: b" " * len(found[0]), data)
        self._opened = data.replace(b"</", b"  ").replace(b"<?", b"  ", 1)

    def _start(self, number: int) -> int | None:
        """Quick for a few."""
        pieces = self._opened.split(b"<", number + 1)
        return len(self._opened) - len(pieces[-1]) - 1 if len(pieces) == number + 2 else None

    def _start_of_many(self, number: int) -> int | None:
        """The same, remembering all that was counted."""
        finder = self._finder = self._finder or _START.finditer(self._opened)
        if number >= len(self._starts):
            self._starts.extend(found.start() for found in islice(finder, number + 1 - len(self._starts)))
        return self._starts[number] if number < len(self._starts) else None

    def _place(self, start: int) -> tuple[int, int]:
        begin = self._data.rfind(b"\n", 0, start) + 1
        before = self._data[begin:start]
        width = (
            len(before) if before.isascii() or not _says_utf8(self._data) else len(before.decode("utf-8", "replace"))
        )
        if begin == 0 and before.startswith(b"\xef\xbb\xbf"):
            width -= 1
        # Findings mostly come in document order: count on from the one before.
        counted, lines = self._counted if self._counted[0] <= start else (0, 1)
        lines += self._data.count(b"\n", counted, start)
        self._counted = (start, lines)
        return lines, width + 1


def _says_utf8(data: bytes) -> bool:
    head = data[:200].lower()
    return b"encoding" not in head or b"utf-8" in head


def places(data: bytes) -> list[tuple[int, int]]:
    """Line and column (from 1) of every start tag, in document order. Read only when a finding needs it."""
    found: list[tuple[int, int]] = []
    parser = expat.ParserCreate()

    def start(_name: str, _attributes: dict[str, str]) -> None:
        found.append((parser.CurrentLineNumber, parser.CurrentColumnNumber + 1))

    parser.StartElementHandler = start
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, LookupError, ValueError):
        return found
    return found


def escaped(value: str) -> str:
    """Characters that XML keeps for itself, written so that they come back the same."""
    return _SPECIAL.sub(lambda match: _ESCAPES[match[0]], value) if _SPECIAL.search(value) else value


def write_element(element: Element, out: list[str]) -> None:
    """Append an element's markup."""
    name, content = element.name, element.content
    if not content:
        out.append(f"<{name}/>")
        return
    if isinstance(content, str):
        out.append(f"<{name}>{escaped(content)}</{name}>")
        return
    out.append(f"<{name}>")
    for part in content:
        if isinstance(part, str):
            out.append(escaped(part))
            continue
        inner = part.content
        if inner and isinstance(inner, str):
            tag = part.name
            out.append(f"<{tag}>{escaped(inner) if _SPECIAL.search(inner) else inner}</{tag}>")
        else:
            write_element(part, out)
    out.append(f"</{name}>")


class Slice(msgspec.Struct, frozen=True):
    """One element directly below the root, as a document of its own made of original bytes."""

    name: str
    document: bytes
    head: int
    first_line: int
    first_column: int

    def place(self, line: int, column: int) -> tuple[int, int]:
        """Where a place in this document stood in the whole one: the head as it was, the element further down."""
        head = self.document[: self.head]
        begins_line, begins_column = head.count(b"\n") + 1, self.head - head.rfind(b"\n")
        if (line, column) < (begins_line, begins_column):
            return line, column
        moved = self.first_column - begins_column if line == begins_line else 0
        return line + self.first_line - begins_line, column + moved


# From line and column in a piece of a document to those in the whole one.
Original: TypeAlias = "Callable[[int, int], tuple[int, int]]"


def unmoved(line: int, column: int) -> tuple[int, int]:
    """The places of a document that is whole."""
    return line, column


class _Splitter:
    """Finds where the elements below the root begin and end, without keeping the document."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.depth = 0
        # Name, first byte, line and column; and where the end tag begins.
        self.opened: list[tuple[str, int, int, int]] = []
        self.closed: list[tuple[str, int, int, int, int]] = []
        self.root = ""
        self.doctype = self.too_deep = False
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_arguments: object) -> None:
        self.doctype = True

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self.depth += 1
        self.too_deep = self.too_deep or self.depth > MOST_DEPTH
        if self.depth == 1:
            self.root = name
        elif self.depth == 2:
            parser = self.parser
            start = (parser.CurrentByteIndex, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
            self.opened.append((name, *start))

    def _end(self, _name: str) -> None:
        if self.depth == 2:
            self.closed.append((*self.opened.pop(), self.parser.CurrentByteIndex))
        self.depth -= 1


# As deep as libxml2 lets elements stand in each other; what is open costs memory.
MOST_DEPTH = 256
SLICE_BYTES = 16 << 20
CHUNK_BYTES = 1 << 16
# A single tag or comment of a document that is read in parts.
TAG_BYTES = 1 << 20
_END_TAG = re.compile(rb"</[^>]*>|/>")


def split(source: BinaryIO, head_until: str) -> Iterator[Slice | XmlFault]:
    """The elements below the root, one at a time, in memory bounded by the largest of them.

    Every slice is a document: all bytes up to the end of the element `head_until` (the envelope), the element itself,
    and the root's end tag. A fault ends the stream; what came before it has been given.
    """
    splitter = _Splitter()
    kept, kept_from, head, fed = b"", 0, b"", 0
    tail = b"</Emessage>"
    while True:
        chunk = source.read(CHUNK_BYTES)
        kept += chunk
        try:
            splitter.parser.Parse(chunk, not chunk)
        except (expat.ExpatError, LookupError, ValueError) as fault:
            yield _split_fault(fault)
            return
        if splitter.doctype or splitter.too_deep:
            yield XmlFault("doctype", "") if splitter.doctype else XmlFault("not-well-formed", "too deep")
            return
        # The parser keeps every name it has met.
        splitter.parser.intern.clear()
        fed += len(chunk)
        if fed - splitter.parser.CurrentByteIndex > TAG_BYTES:
            yield XmlFault("too-large", str(TAG_BYTES))
            return
        for name, begin, line, column, end_tag in splitter.closed:
            end = _end_of_tag(kept, end_tag - kept_from)
            local = name.rpartition("}")[2]
            if not head:
                head = kept[:end] if local == head_until else kept[: begin - kept_from]
                tail = b"</" + _root_name(head) + b">"
                if local == head_until:
                    continue
            yield Slice(local, head + kept[begin - kept_from : end] + tail, len(head), line, column)
        if splitter.closed:
            done = _end_of_tag(kept, splitter.closed[-1][-1] - kept_from)
            kept, kept_from = kept[done:], kept_from + done
        splitter.closed.clear()
        if not chunk:
            return
        if len(kept) > SLICE_BYTES:
            yield XmlFault("too-large", str(SLICE_BYTES))
            return


def joined(parts: Iterator[Slice | XmlFault], follower: str) -> Iterator[Slice | XmlFault]:
    """The same slices, but elements `follower` are in the slice of the element that they follow."""
    held: Slice | None = None
    for part in parts:
        end = held.document.rfind(b"</") if held is not None and isinstance(part, Slice) else -1
        if held is not None and isinstance(part, Slice) and part.name == follower and end >= 0:
            held = msgspec.structs.replace(held, document=held.document[:end] + part.document[part.head :])
            continue
        if held is not None:
            yield held
        held = part if isinstance(part, Slice) else None
        if held is None:
            yield part
    if held is not None:
        yield held


def _end_of_tag(kept: bytes, at: int) -> int:
    """Where an end tag ends; an empty element's end is told at its very end."""
    tag = _END_TAG.match(kept, at)
    return tag.end() if tag else at


_ROOT_NAME = re.compile(rb"<([A-Za-z_][^\s/>]*)")


def _root_name(head: bytes) -> bytes:
    found = _ROOT_NAME.search(head)
    return found[1] if found else b"Emessage"


def _split_fault(fault: Exception) -> XmlFault:
    if isinstance(fault, expat.ExpatError):
        return XmlFault(
            "not-well-formed", expat.ErrorString(fault.code) or "unreadable", fault.lineno, fault.offset + 1
        )
    return XmlFault("not-well-formed", str(fault)[:200])

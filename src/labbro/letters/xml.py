"""The XML syntax: documents to trees and back, without any knowledge of letters. Hostile input costs linear time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import BinaryIO
from xml.parsers import expat

import msgspec
from lxml import etree

from labbro.letters.model import Model
from labbro.letters.tree import Element

XSI = "http://www.w3.org/2001/XMLSchema-instance"
# Attributes that XML Schema allows on any element.
FREE_ATTRIBUTES = frozenset({f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation"})
WHITE = " \t\r\n"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ATTRIBUTES = etree.XPath("descendant-or-self::*/@*")
_OWN_ATTRIBUTES = etree.XPath("@*")
_SPECIAL = re.compile(r"[&<>\r]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}


class XmlFault(msgspec.Struct, frozen=True):
    """Why a document cannot be read: a finding code, a detail in words, and where."""

    code: str
    detail: str
    line: int | None = None
    column: int | None = None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )


def parse(data: bytes) -> etree._Element | XmlFault:
    """The root of a document; comments and processing instructions are gone, their neighbours joined."""
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


def foreign_attributes(node: etree._Element, deep: bool = True) -> list[tuple[etree._Element, str]]:
    """Every attribute that no schema of MedCom's allows, of an element and, if `deep`, of all below it."""
    found: list[tuple[etree._Element, str]] = []
    for value in (_ATTRIBUTES if deep else _OWN_ATTRIBUTES)(node):  # type: ignore[union-attr]
        if value.attrname not in FREE_ATTRIBUTES:  # type: ignore[union-attr]
            found.append((value.getparent(), value.attrname))  # type: ignore[union-attr]
    return found


class Builder:
    """Turns parsed elements into trees. One builder a document: it numbers the elements in document order."""

    def __init__(self, namespace: str) -> None:
        self.prefix = f"{{{namespace}}}"
        self._number = count().__next__

    def name(self, node: etree._Element) -> str:
        """The local name in the document's namespace; any other name stays whole."""
        tag = node.tag
        return tag[len(self.prefix) :] if isinstance(tag, str) and tag.startswith(self.prefix) else str(tag)

    def skip(self) -> None:
        """Count an element that is not built."""
        self._number()

    def skip_all(self, node: etree._Element) -> None:
        """Count an element and everything below it."""
        for _ in node.iter():
            self._number()

    def build(self, node: etree._Element, model: Model | None) -> Element:
        """The tree of an element; text between the parts of a container is kept only where it is not blank."""
        if model is None or model.kind != "container":
            return self._free(node)
        return self._container(node, model)

    def _container(self, node: etree._Element, model: Model) -> Element:
        number = self._number
        at = number()
        cut = len(self.prefix)
        content: list[Element | str] = []
        text = node.text
        if text is not None and text.strip(WHITE):
            content.append(text)
        children = model.children
        prefix = self.prefix
        for child in node:
            tag = child.tag
            name = tag[cut:] if isinstance(tag, str) and tag.startswith(prefix) else str(tag)
            inner = children.get(name)
            if inner is None:
                content.append(self._free(child))
            elif inner.kind == "container":
                content.append(self._container(child, inner))
            elif len(child):
                content.append(self._free(child))
            else:
                content.append(Element(inner.name, child.text or "", number()))
            tail = child.tail
            if tail is not None and tail.strip(WHITE):
                content.append(tail)
        return Element(model.name, tuple(content), at)

    def _free(self, node: etree._Element) -> Element:
        """An element as it stands, every character kept."""
        at = self._number()
        name = self.name(node)
        if not len(node):
            return Element(name, node.text or "", at)
        content: list[Element | str] = [node.text] if node.text else []
        for child in node:
            content.append(self._free(child))
            if child.tail:
                content.append(child.tail)
        return Element(name, tuple(content), at)


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
    if isinstance(content, str):
        out.append(f"<{name}>{escaped(content)}</{name}>" if content else f"<{name}/>")
        return
    if not content:
        out.append(f"<{name}/>")
        return
    out.append(f"<{name}>")
    for part in content:
        if isinstance(part, str):
            out.append(escaped(part))
        elif isinstance(part.content, str) and part.content:
            out.append(f"<{part.name}>{escaped(part.content)}</{part.name}>")
        else:
            write_element(part, out)
    out.append(f"</{name}>")


class Slice(msgspec.Struct, frozen=True):
    """One element directly below the root, as a document of its own made of original bytes."""

    name: str
    document: bytes
    first_line: int


class _Splitter:
    """Finds where the elements below the root begin and end, without keeping the document."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.depth = 0
        self.opened: list[tuple[str, int, int]] = []
        self.closed: list[tuple[str, int, int, int]] = []
        self.root = ""
        self.doctype = False
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_arguments: object) -> None:
        self.doctype = True

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth == 1:
            self.root = name
        elif self.depth == 2:
            self.opened.append((name, self.parser.CurrentByteIndex, self.parser.CurrentLineNumber))

    def _end(self, _name: str) -> None:
        if self.depth == 2:
            name, begin, line = self.opened.pop()
            self.closed.append((name, begin, self.parser.CurrentByteIndex, line))
        self.depth -= 1


SLICE_BYTES = 16 << 20
CHUNK_BYTES = 1 << 18
_END_TAG = re.compile(rb"</[^>]*>|/>")


def split(source: BinaryIO, head_until: str) -> Iterator[Slice | XmlFault]:
    """The elements below the root, one at a time, in memory bounded by the largest of them.

    Every slice is a document: all bytes up to the end of the element `head_until` (the envelope), the element itself,
    and the root's end tag. A fault ends the stream; what came before it has been given.
    """
    splitter = _Splitter()
    kept, kept_from, head = b"", 0, b""
    tail = b"</Emessage>"
    while True:
        chunk = source.read(CHUNK_BYTES)
        kept += chunk
        try:
            splitter.parser.Parse(chunk, not chunk)
        except (expat.ExpatError, LookupError, ValueError) as fault:
            yield _split_fault(fault)
            return
        if splitter.doctype:
            yield XmlFault("doctype", "")
            return
        for name, begin, end_tag, line in splitter.closed:
            end = _end_of_tag(kept, end_tag - kept_from)
            local = name.rpartition("}")[2]
            if not head:
                head = kept[:end] if local == head_until else kept[: begin - kept_from]
                tail = b"</" + _root_name(head) + b">"
                if local == head_until:
                    continue
            yield Slice(local, head + kept[begin - kept_from : end] + tail, line)
        if splitter.closed:
            done = _end_of_tag(kept, splitter.closed[-1][2] - kept_from)
            kept, kept_from = kept[done:], kept_from + done
        splitter.closed.clear()
        if not chunk:
            return
        if len(kept) > SLICE_BYTES:
            yield XmlFault("too-large", str(SLICE_BYTES))
            return


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

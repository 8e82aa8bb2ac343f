"""The quick way through an XML document that is right: one letter, no surprises.

Nearly every document is right and plain. Such a one is cut at the ends of its tags and matched against the models in
one pass, which costs less than asking a parser for every element. The matching allows only what XML and the models
allow, so that whatever fits is well-formed and valid. Anything unusual or wrong ends the quick way, and the document is
read the thorough way, which alone makes findings. Both give the same tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import count
from typing import TypeAlias

import msgspec
from lxml import etree

from labbro.letters.model import Model, Tag, Tags
from labbro.letters.tree import Element
from labbro.letters.xml import FREE_ATTRIBUTES, WHITE, XSI, Node, is_crowded

# The model of the letters of a namespace, by namespace and name of their root.
ModelOf: TypeAlias = "Callable[[str, str], Model | None]"

# The parser has limits for larger documents, which the quick way does not know.
MOST_BYTES = 4 << 20
# A start of a document is taken apart once; strange ones are not kept.
HEAD_CHARACTERS = 1000
# Tags with the blanks before them are remembered where they were met; bounds against hostile input.
REMEMBERED_TAGS = 1 << 16
FORM_CHARACTERS = 120

_DECLARATION = re.compile(
    rb"""(\xef\xbb\xbf)?(?:<\?xml version=(?:"1\.0"|'1\.0')(?: encoding=(?:"([A-Za-z0-9-]+)"|'([A-Za-z0-9-]+)'))?"""
    rb"""(?: standalone=(?:"yes"|"no"|'yes'|'no'))? ?\?>)?(?:[ \t\r\n]*<\?xml-stylesheet [^?<>\x80-\xff]*\?>)?"""
)
# A comment that follows a tag, so that it cannot stand within one, and what is between.
_COMMENTS = re.compile(r">[ \t\n]*+(?:<!--(?:[^-<>&]++|-[^-<>&])*+-->[ \t\n]*+)++")
_COMMENT = re.compile("<!--[^>]*>")
_ENCODINGS = {b"utf-8": "utf-8", b"iso-8859-1": "latin-1", b"windows-1252": "cp1252"}
_CONTROLS = bytes(code for code in range(0x20) if chr(code) not in WHITE)
_HEAD = re.compile(r"""<Emessage((?:[ \t\n]+[A-Za-z:]+=(?:"[^"<&]*"|'[^'<&]*'))+)[ \t\n]*""")
_ATTRIBUTE = re.compile(r"""([A-Za-z:]+)=(?:"([^"]*)"|'([^']*)')""")
_XSI = "xmlns:xsi"
_RESERVED = {"xmlns:xml", "xmlns:xmlns"}
_FREE = {f"xsi:{name.rpartition('}')[2]}" for name in FREE_ATTRIBUTES}
_REFERENCE = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));|&")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_NO_CHARACTER = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Plain(msgspec.Struct, frozen=True):
    """A document that fits its models: its namespace, its envelope and its letter."""

    namespace: str
    envelope: Element
    letter: Element


class _NotPlain(Exception):
    """The document is not as plain as the quick way needs."""


def read_plain(data: bytes, envelope: Model, model_of: ModelOf) -> Plain | None:
    """Envelope and letter of a document, both fitting their models; None where it must be read the thorough way."""
    text = _characters(data)
    return None if text is None else _matched(text, envelope, model_of)


def is_odd(data: bytes) -> bool:
    """Whether a document may fit although its bytes do not show it: other encodings, comments, CDATA, `>` in a text."""
    text = _characters(data)
    return text is None or "<!" in text or "<?" in text or text.count("<") != text.count(">")


def read_canonical(root: Node, envelope: Model, model_of: ModelOf) -> Plain | None:
    """The same of a document that libxml2 has parsed, without its comments and peculiarities."""
    return _matched(etree.tostring(root, encoding="unicode", with_tail=False), envelope, model_of)


def _characters(data: bytes) -> str | None:
    """The characters of a document after its declaration; None where a parser must decide."""
    declared = _DECLARATION.match(data)
    if declared is None or len(data) > MOST_BYTES or is_crowded(data):
        return None
    if len(data.translate(None, _CONTROLS)) != len(data):
        return None
    mark, *named = declared.groups()
    encoding = _ENCODINGS.get((named[0] or named[1] or b"utf-8").lower())
    if encoding is None or (mark and encoding != "utf-8"):
        return None
    try:
        text = str(data[declared.end() :] if declared.end() else data, encoding)
    except UnicodeDecodeError:
        return None
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if "!" in text and "<!--" in text:
        text = _COMMENTS.sub(lambda found: _COMMENT.sub("", found[0]), text)
    return None if "\r" in text or "\ufffe" in text or "\uffff" in text else text


def _matched(text: str, envelope: Model, model_of: ModelOf) -> Plain | None:
    pieces = text.split(">")
    last = pieces.pop()
    # Every piece that matches ends in a tag. If there are as many `<` as pieces, each holds just that one, and no `>`
    # stood in a text.
    if text.count("<") != len(pieces) or last.strip(WHITE):
        return None
    try:
        return _Matcher(pieces, "&" in text).emessage(envelope, model_of)
    except (_NotPlain, StopIteration):
        return None


@lru_cache(maxsize=256)
def _namespace(head: str) -> str:
    """The namespace that a start tag of the root declares, where it declares or says nothing else; else empty."""
    found = _HEAD.fullmatch(head)
    said = [(name, quoted or single) for name, quoted, single in _ATTRIBUTE.findall(found[1])] if found else []
    attributes = dict(said)
    prefixes = {name: value for name, value in attributes.items() if name.startswith("xmlns:")}
    # Other prefixes may be declared: no tag that uses one will match.
    right = all(
        value and not value.startswith("http://www.w3.org/") for name, value in prefixes.items() if name != _XSI
    )
    free = attributes.keys() - prefixes.keys() - {"xmlns"}
    right_xsi = prefixes.get(_XSI, "" if free else XSI) == XSI
    if len(attributes) != len(said) or not free <= _FREE or not right or not right_xsi or prefixes.keys() & _RESERVED:
        return ""
    return attributes.get("xmlns", "")


class _Matcher:
    """Pieces of a document, each `characters<tag`, matched one after the other."""

    def __init__(self, pieces: list[str], references: bool) -> None:
        self.pieces = iter(pieces)
        self.references = references
        self.number = 0

    def emessage(self, envelope: Model, model_of: ModelOf) -> Plain:
        pieces = self.pieces
        head = next(pieces).lstrip(WHITE)
        namespace = _namespace(head) if len(head) < HEAD_CHARACTERS else ""
        if not namespace or next(pieces).lstrip(WHITE) != "<Envelope":
            raise _NotPlain
        read_envelope = self._container(envelope, 1)
        tag = next(pieces).lstrip(WHITE)
        model = model_of(namespace, tag[1:]) if tag[:1] == "<" else None
        if model is None:
            raise _NotPlain
        letter = self._container(model, self.number + 1)
        if next(pieces).strip(WHITE) != "</Emessage" or next(pieces, None) is not None:
            raise _NotPlain
        return Plain(namespace, read_envelope, letter)

    def _container(self, model: Model, own: int) -> Element:
        """An element of others, from behind its start tag; `own` is its number. Leaves the last number given."""
        pieces, tags, references = self.pieces, model.start, self.references
        content: list[Element] = []
        number = own
        for piece in pieces:
            tag = tags.get(piece)
            if tag is None:
                tag = _met(tags, piece, model, content)
            name, low, high, fits, closing, inner, tags = tag
            if high:
                said = next(pieces)
                text = said.removesuffix(closing)
                if text == said:
                    raise _NotPlain
                if references:
                    text = _unescaped(text)
                if not low <= len(text) <= high or (fits is not None and not fits(text)):
                    raise _NotPlain
                number += 1
                content.append(Element(name, text, number))
            elif inner is None:
                self.number = number
                return Element(model.name, tuple(content), own)
            else:
                if not closing:
                    found = self._empty(inner, number + 1)
                elif inner.kind == "container":
                    found = self._container(inner, number + 1)
                else:
                    found = self._text(inner, closing, number + 1)
                content.append(found)
                number = self.number
        raise _NotPlain

    def _empty(self, model: Model, own: int) -> Element:
        """An element of a single tag."""
        wrong = model.models_in_order(()) is None if model.kind == "container" else model.fault and model.fault("")
        if wrong:
            raise _NotPlain
        self.number = own
        return Element(model.name, () if model.kind == "container" else "", own)

    def _text(self, model: Model, closing: str, own: int) -> Element:
        """Characters and marks, as they stand."""
        self.number = own
        content: list[Element | str] = []
        for piece in self.pieces:
            text, _, tag = piece.partition("<")
            if text:
                content.append(_unescaped(text))
            if tag[:1] == "/":
                if tag == closing[1:]:
                    break
                raise _NotPlain
            mark = model.children.get(tag.removesuffix("/"))
            if mark is None:
                raise _NotPlain
            if tag[-1] == "/":
                content.append(self._empty(mark, self.number + 1))
            elif mark.children:
                content.append(self._text(mark, f"</{mark.name}", self.number + 1))
            else:
                raise _NotPlain
        if len(content) < 2 and (not content or isinstance(content[0], str)):
            return Element(model.name, content[0] if content else "", own)  # type: ignore[arg-type]
        return Element(model.name, tuple(content), own)


def _met(tags: Tags, piece: str, model: Model, before: list[Element]) -> Tag:
    """A tag that has not been met here, with these blanks before it: does it fit? Then it is known from now on."""
    said = piece.lstrip(WHITE)
    said = f"{said[:-1].rstrip(WHITE)}/" if said.endswith("/") else said.rstrip(WHITE)
    tag = tags.get(said) or model.tags.get(said)
    if tag is None:
        raise _NotPlain
    if tag[5] is None and not tag[2]:
        # Whether the children stand in order is asked once, at their end.
        if model.models_in_order(tuple([child.name for child in before])) is None:
            raise _NotPlain
    elif said not in tags:
        after: Tags = {}
        tag = (*tag[:6], after)
    if len(piece) <= FORM_CHARACTERS and _room():
        tags[said] = tags[piece] = tag
    return tag


_remembered = count(1).__next__


def _room() -> bool:
    return _remembered() <= REMEMBERED_TAGS


def _unescaped(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: re.Match[str]) -> str:
    name, decimal, hexadecimal = reference.groups()
    if name:
        return _ENTITIES[name]
    code = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else 0
    if code > 0x10FFFF or _NO_CHARACTER.match(chr(code)):
        raise _NotPlain
    return chr(code)

"""The quick way through an XML document that is right: one letter, no surprises.

Nearly every document is right and plain. For those the canonical markup is cut at its tags and matched against the
models in one pass, which is far cheaper than asking the parser for every element. Anything unusual or wrong ends the
quick way, and the document is read the thorough way, which alone makes findings. Both give the same tree.
"""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from labbro.letters.model import Model
from labbro.letters.tree import Element
from labbro.letters.xml import FREE_ATTRIBUTES, WHITE, XSI, Node

_PREFIXES = {None, "xsi"}


class _NotPlain(Exception):
    """The document is not as plain as the quick way needs."""


def read_plain(
    root: Node, namespace: str, envelope: Model, model_of: Callable[[str], Model | None]
) -> tuple[Element, Element] | None:
    """Envelope and letter of a document, both fitting their models; None where it must be read the thorough way."""
    spaces = root.nsmap
    if spaces.get(None) != namespace or not spaces.keys() <= _PREFIXES or spaces.get("xsi", XSI) != XSI:
        return None
    if root.attrib and not FREE_ATTRIBUTES.issuperset(root.attrib):  # type: ignore[arg-type]
        return None
    markup = etree.tostring(root, encoding="unicode", with_tail=False)
    # Every namespace is declared at the root, so that names without prefix are in the document's own.
    if markup.count(" xmlns") != len(spaces):
        return None
    pieces = markup.split("<")
    try:
        return _Plain(pieces).emessage(envelope, model_of)
    except _NotPlain:
        return None


class _Plain:
    def __init__(self, pieces: list[str]) -> None:
        self.pieces = pieces
        self.at = 1
        self.number = 0

    def emessage(self, envelope: Model, model_of: Callable[[str], Model | None]) -> tuple[Element, Element]:
        head, _, text = self.pieces[1].partition(">")
        if not head.startswith("Emessage ") or head.endswith("/") or text.strip(WHITE):
            raise _NotPlain
        self.at = 2
        read_envelope = self._top(lambda name: envelope if name == "Envelope" else None)
        letter = self._top(model_of)
        if self.at != len(self.pieces) - 1:
            raise _NotPlain
        return read_envelope, letter

    def _top(self, model_of: Callable[[str], Model | None]) -> Element:
        head, _, text = self.pieces[self.at].partition(">")
        model = model_of(head)
        if model is None or text.strip(WHITE):
            raise _NotPlain
        self.at += 1
        return self._container(model)

    def _container(self, model: Model) -> Element:  # noqa: C901  # in one piece: the hottest loop of all
        self.number = number = self.number + 1
        pieces, at, steps = self.pieces, self.at, model.plain_steps
        content: list[Element] = []
        names: list[str] = []
        while True:
            piece = pieces[at]
            at += 1
            if piece[0] == "/":
                break
            head, _, text = piece.partition(">")
            step = steps.get(head)
            if step is None:
                raise _NotPlain
            fault, name, inner, empty = step
            names.append(name)
            if fault is not None:
                if empty:
                    # What follows the tag of an empty element stands after it.
                    closing, text = piece, ""
                else:
                    closing = pieces[at]
                    at += 1
                if "&" in text:
                    text = _unescaped(text)
                if fault(text) is not None or (closing[0] != "/" and not empty):
                    raise _NotPlain
                self.number += 1
                content.append(Element(name, text, self.number))
                if closing[-1] != ">" and closing.partition(">")[2].strip(WHITE):
                    raise _NotPlain
            elif empty:
                if text.strip(WHITE):
                    raise _NotPlain
                content.append(self._empty(inner))
            else:
                self.at = at
                if inner.kind == "text":
                    content.append(self._text(inner, text))
                elif text and text.strip(WHITE):
                    raise _NotPlain
                else:
                    content.append(self._container(inner))
                at = self.at
        if piece[-1] != ">" and piece.partition(">")[2].strip(WHITE):
            raise _NotPlain
        self.at = at
        order = tuple(names)
        if order not in model.right_orders and model.models_in_order(order) is None:
            raise _NotPlain
        return Element(model.name, tuple(content), number)

    def _empty(self, model: Model) -> Element:
        """An empty element that is no value: a text without characters, or a container that may be empty."""
        if model.kind == "container" and model.models_in_order(()) is None:
            raise _NotPlain
        self.number += 1
        return Element(model.name, () if model.kind == "container" else "", self.number)

    def _text(self, model: Model, text: str) -> Element:
        """A text that stands among elements: only blanks may follow it."""
        found, after = self._marked(model, text)
        if after and after.strip(WHITE):
            raise _NotPlain
        return found

    def _marked(self, model: Model, text: str) -> tuple[Element, str]:
        """A text, or a mark with its own text, and the characters that follow it."""
        self.number = number = self.number + 1
        content: list[Element | str] = [_unescaped(text)] if text else []
        while True:
            piece = self.pieces[self.at]
            self.at += 1
            head, _, text = piece.partition(">")
            if head[0] == "/":
                break
            mark = model.children.get(head.removesuffix("/"))
            if mark is None:
                raise _NotPlain
            if head[-1] == "/":
                self.number += 1
                content.append(Element(mark.name, "", self.number))
            elif mark.children:
                found, text = self._marked(mark, text)
                content.append(found)
            else:
                raise _NotPlain
            if text:
                content.append(_unescaped(text))
        if len(content) < 2 and (not content or isinstance(content[0], str)):
            return Element(model.name, content[0] if content else "", number), text  # type: ignore[arg-type]
        return Element(model.name, tuple(content), number), text


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&#13;", "\r").replace("&amp;", "&")

"""Layer one of a check: does the letter have the shape of its declared version? Agrees with the official schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from labbro.letters.findings import NOWHERE, Finding, Place, Severity
from labbro.letters.messages import finding
from labbro.letters.model import Misfit, Model, explain_order
from labbro.letters.tree import Element

# From `Element.at` and the path without numbers to the place in the source.
Locator: TypeAlias = Callable[[int, str], Place]
Trail: TypeAlias = "tuple[Trail | None, Element]"

# A letter with more faults than this tells the first ones; a bound on hostile input.
FINDINGS_PER_LETTER = 1000
WHITE = " \t\r\n"


def nowhere(_at: int, _path: str) -> Place:
    """The locator of a letter that has no source."""
    return NOWHERE


def check_tree(root: Element, model: Model, locate: Locator = nowhere, prefix: str = "") -> list[Finding]:
    """Every misfit between a tree and its model. `prefix` is put before the paths."""
    check = _Check(locate, prefix)
    check.element(root, model, None)
    return check.findings


class _Check:
    def __init__(self, locate: Locator, prefix: str) -> None:
        self.findings: list[Finding] = []
        self.locate = locate
        self.prefix = prefix
        self.ordinals: dict[int, dict[int, str]] = {}

    def element(self, element: Element, model: Model, above: Trail | None) -> None:
        if model.kind == "value":
            self.value(element, model, above)
        elif model.kind == "container":
            self.container(element, model, (above, element))
        else:
            self.marks(element, model, (above, element))

    def container(self, element: Element, model: Model, trail: Trail) -> None:
        # Nearly always elements and nothing else; a string among them has no name.
        content: Any = element.content
        try:
            names: tuple[str, ...] = tuple([child.name for child in content])
        except AttributeError:
            content, names = self.without_text(element, model, trail)
        models = model.right_orders.get(names) or model.models_in_order(names)
        if models is None:
            self.misfits(content, explain_order(model, names), trail)
            content, models = self.known(content, model)
        for child, inner in zip(content, models, strict=True):
            value = child.content
            if inner.fault is not None:
                if type(value) is not str or inner.fault(value) is not None:
                    self.value(child, inner, trail)
            elif inner.kind == "container":
                self.container(child, inner, (trail, child))
            elif type(value) is not str:
                self.marks(child, inner, (trail, child))

    def without_text(self, element: Element, model: Model, trail: Trail) -> tuple[tuple[Element, ...], tuple[str, ...]]:
        """The child elements of a container in which text stands, and the finding about it."""
        if not isinstance(element.content, str) or element.content.strip(WHITE):
            self.tell("stray-text", trail, element.at, name=model.name)
        children = element.children
        return children, tuple([child.name for child in children])

    @staticmethod
    def known(content: tuple[Element | str, ...], model: Model) -> tuple[tuple[Element, ...], tuple[Model, ...]]:
        """The children that are declared at all, with their models: they are checked though the order is wrong."""
        children = tuple([child for child in content if isinstance(child, Element) and child.name in model.children])
        return children, tuple([model.children[child.name] for child in children])

    def value(self, element: Element, model: Model, above: Trail | None) -> None:
        trail: Trail = (above, element)
        if not isinstance(element.content, str):
            self.tell("element-in-value", trail, element.at, name=model.name)
            return
        fault = model.fault(element.content) if model.fault else None
        if fault is not None and model.value is not None:
            self.tell(
                fault,
                trail,
                element.at,
                length=len(element.content),
                expected=model.value.describe(),
                expected_da=model.value.describe("da"),
            )

    def marks(self, element: Element, model: Model, trail: Trail) -> None:
        """A text: characters and the marks it may hold, all the way down."""
        content = element.content
        if model.text is not None and not model.text.marks:
            if content:
                self.tell("content-in-empty", trail, element.at, name=model.name)
            return
        if isinstance(content, str):
            return
        for child in content:
            if isinstance(child, str):
                continue
            inner = model.children.get(child.name)
            if inner is None:
                self.tell("unknown-element", (trail, child), child.at, name=child.name)
            elif child.content:
                self.marks(child, inner, (trail, child))

    def misfits(self, content: tuple[Element | str, ...], misfits: list[Misfit], trail: Trail) -> None:
        for misfit in misfits:
            self._misfit(misfit, content, trail)

    def _misfit(self, misfit: Misfit, content: tuple[Element | str, ...], trail: Trail) -> None:
        expected = misfit.expected or "-"
        if misfit.index is None:
            self.tell(misfit.code, trail, trail[1].at, name=expected, expected=expected, below=misfit.expected)
            return
        child = content[misfit.index]
        if isinstance(child, Element):
            here: Trail = (trail, child)
            self.tell(misfit.code, here, child.at, name=child.name, expected=expected)

    def tell(
        self, code: str, trail: Trail, at: int, *, below: str = "", severity: Severity = "error", **words: object
    ) -> None:
        if len(self.findings) >= FINDINGS_PER_LETTER:
            return
        path, plain = self.path_of(trail)
        if below and "|" not in below:
            path, plain = f"{path}/{below}", f"{plain}/{below}"
        self.findings.append(finding(severity, code, self.prefix + path, self.locate(at, plain), **words))

    def path_of(self, trail: Trail) -> tuple[str, str]:
        """The path of an element: with numbers for repeated siblings, and without."""
        numbered: list[str] = []
        plain: list[str] = []
        here: Trail | None = trail
        while here is not None:
            above, element = here
            plain.append(element.name)
            numbered.append(element.name + ("" if above is None else self.ordinal(above[1], element)))
            here = above
        return "/".join(reversed(numbered)), "/".join(reversed(plain))

    def ordinal(self, parent: Element, element: Element) -> str:
        """The number of an element among siblings of its name; nothing for an only one. Counted once a parent."""
        known = self.ordinals.get(id(parent))
        if known is None:
            known = self.ordinals[id(parent)] = _ordinals(parent)
        return known.get(id(element), "")


def _ordinals(parent: Element) -> dict[int, str]:
    children = parent.children
    total: dict[str, int] = {}
    for child in children:
        total[child.name] = total.get(child.name, 0) + 1
    seen: dict[str, int] = {}
    found: dict[int, str] = {}
    for child in children:
        seen[child.name] = seen.get(child.name, 0) + 1
        if total[child.name] > 1:
            found[id(child)] = f"[{seen[child.name]}]"
    return found

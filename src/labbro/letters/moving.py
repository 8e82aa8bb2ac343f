"""Moves a letter to a newer version of its type, without inventing anything.

    moved = letters.move_to(letter, "XR0131K", given={"Sender/FromLabIdentifier": "OEB", ...})
    moved.letter, moved.findings

What differs between two versions comes from the declaration of the type: an element that the newer version lacks is a
`loss`, a value that it cannot hold and an element that it asks for are reasons to refuse. What changed its name or form
but not its meaning is declared there too (meaning.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from labbro.errors import WrongUse
from labbro.letters.checking import check_tree
from labbro.letters.findings import Finding, has_errors
from labbro.letters.grammar import Part, Together
from labbro.letters.letter import Letter
from labbro.letters.meaning import Becomes, Implied
from labbro.letters.messages import finding
from labbro.letters.model import Model, explain_order, named_parts
from labbro.letters.registry import WITH_LOCAL_ELEMENTS, Declared, Registry, registry
from labbro.letters.standard import Version
from labbro.letters.tree import Element
from labbro.letters.values import Value
from labbro.letters.verdict import check


class Moved(msgspec.Struct, frozen=True):
    """What came of moving a letter: the letter and what was lost or said otherwise, or None and the reasons."""

    letter: Letter | None
    findings: tuple[Finding, ...]


def move_to(
    letter: Letter,
    version: str,
    *,
    given: Mapping[str, str] | None = None,
    known: Registry | None = None,
    checked: bool = False,
) -> Moved:
    """The letter in a newer version of its type; in its own version it stays as it is.

    `version`: a key or code (`XR0131K`, `R0131K`, `XR0130K/2005`). `given`: values for elements that the version asks
    for and the letter does not say, by their path below the root without numbers. `checked`: the letter is known to be
    valid. Raises WrongUse for an unknown version, and for a path that the version does not have.
    """
    known = known or registry()
    target = version_of(version, known)
    given = given or {}
    check_given(target, given)
    source = known.by_key[letter.version]
    if source is target:
        return Moved(letter, ())
    reason = _reason_against(source, target)
    faults = [] if checked or reason else [found for found in check(letter, known) if found.severity == "error"]
    if reason is not None or faults:
        return Moved(None, tuple(faults) if reason is None else (reason,))
    return _Move(source, target, given).move(letter)


def version_of(name: str, known: Registry | None = None) -> Declared:
    """The version that a key or code names; EDIFACT codes lack the X. Raises WrongUse where there is none."""
    known = known or registry()
    found = known.by_key.get(name) or known.by_key.get(f"X{name}")
    if found is None:
        raise WrongUse(f"There is no version {name[:20]}; versions are named as in {', '.join(sorted(known.by_key))}.")
    return found


def check_given(target: Declared, given: Mapping[str, str]) -> None:
    """Raises WrongUse for a path that the version does not have, or that holds no value."""
    for path in given:
        model: Model | None = target.model
        for name in path.split("/"):
            model = model.children.get(name) if model is not None and model.kind == "container" else None
        if model is None or model.kind == "container":
            raise WrongUse(
                f"{target.version.code} has no value at {path[:200]}; paths are below {target.version.root}."
            )


def _reason_against(source: Declared, target: Declared) -> Finding | None:
    """Why letters of the one version are never moved to the other."""
    old, new = source.version, target.version
    words = {"name": old.root, "found": _named(old), "expected": _named(new)}
    if source.standard is not target.standard or old.root != new.root:
        return finding("error", "move-other-type", old.root, **words)
    for version in (old, new):
        if not version.public:
            return finding("error", "move-not-public", old.root, **(words | {"name": version.code}))
    versions = source.standard.versions
    if versions.index(new) < versions.index(old):
        return finding("error", "move-to-older", old.root, **words)
    return None


def _named(version: Version) -> str:
    return f"{version.code} ({version.date})"


class _Move:
    """One letter on its way. Findings are told in the order of the document."""

    def __init__(self, source: Declared, target: Declared, given: Mapping[str, str]) -> None:
        self.source, self.target, self.given = source, target, given
        old, new = source.version.mark, target.version.mark
        moves = [move for move in source.standard.moves if old in move.before and new not in move.before]
        self.becomes = {move.path: move for move in moves if isinstance(move, Becomes)}
        self.implied = {move.path: move for move in moves if isinstance(move, Implied)}
        self.findings: list[Finding] = []

    def move(self, letter: Letter) -> Moved:
        root = self._container(letter.root, self.target.model, letter.root.name, "")
        local = self._local_elements(letter.local_elements)
        if not has_errors(self.findings):
            self.findings.extend(check_tree(root, self.target.model))
        if has_errors(self.findings):
            return Moved(None, tuple(self.findings))
        assumed = tuple(path for path in letter.assumed if root.find(path) is not None)
        moved = Letter(self.target.version.key, root, letter.envelope, local, assumed)
        return Moved(moved, tuple(self.findings))

    def _container(self, element: Element, model: Model, path: str, plain: str) -> Element:
        """An element that holds others, in the form of the new version. `plain` is its path below the root."""
        content: list[Element] = []
        for child, below in _numbered(element.children, path):
            here = f"{plain}/{child.name}" if plain else child.name
            for said in self._by_meaning(child, below, here):
                inner = model.children.get(said.name)
                if inner is None:
                    self._lost(said, below)
                else:
                    content.extend(self._child(said, inner, _with_name(below, said.name), _with_name(here, said.name)))
        content = _in_order(content, model)
        return Element(model.name, tuple(self._completed(content, model, path, plain)), element.at)

    def _by_meaning(self, element: Element, path: str, plain: str) -> tuple[Element, ...]:
        """What stands for an element in the new version; itself where nothing is declared about it."""
        move = self.becomes.get(plain)
        if move is None:
            return (element,)
        made = tuple(move.make(element))
        if made != (element,):
            for where, leaf in _leaves(element, path):
                self._tell("info", "said-otherwise", where, name=leaf.name, found=leaf.value)
        return made

    def _child(self, element: Element, model: Model, path: str, plain: str) -> Iterator[Element]:
        if model.kind == "container":
            yield self._container(element, model, path, plain)
        elif model.fault is None or not isinstance(element.content, str):
            yield element
        elif plain == "Letter/VersionCode":
            yield Element(element.name, self.target.version.code, element.at)
        elif model.fault(element.content) is None:
            yield element
        elif not element.content and self._may_go(plain):
            self._lost(element, path)
        else:
            limit = model.value
            words = {
                "expected": limit.describe() if limit else "-",
                "expected_da": limit.describe("da") if limit else "-",
            }
            self._tell("error", "move-no-room", path, name=element.name, found=element.value or "(empty)", **words)
            yield element

    def _may_go(self, plain: str) -> bool:
        """Whether an element without a value is one that the new version does not ask for."""
        words = self.target.words
        *above, name = plain.split("/")
        for step in above:
            part = next((part for part in named_parts(words) if part.name == step), None)
            words = part.holds if part is not None and isinstance(part.holds, tuple) else ()
        return any(part.name == name and part.low == 0 for part in words if isinstance(part, Part))

    def _completed(self, content: list[Element], model: Model, path: str, plain: str) -> list[Element]:
        """The children with those that the new version asks for besides; each must be given or implied."""
        names = tuple([child.name for child in content])
        if model.kind != "container" or model.models_in_order(names) is not None:
            return content
        added: list[Element] = []
        for misfit in explain_order(model, names):
            if misfit.code != "missing":
                continue
            part = next((part for part in named_parts(model.words) if part.name == misfit.expected), None)
            if part is None:
                self._tell("error", "move-not-said", path, name=misfit.expected)
                continue
            here = f"{plain}/{part.name}" if plain else part.name
            made = self._made(part, f"{path}/{part.name}", here)
            added.extend(() if made is None else (made,))
        return _in_order([*content, *added], model)

    def _made(self, part: Part, path: str, plain: str) -> Element | None:
        """An element that the letter does not have, from what is given or implied; None where something is not."""
        if isinstance(part.holds, tuple):
            return self._made_of_parts(part.name, part.holds, path, plain)
        implied = self.implied.get(plain)
        value = self.given.get(plain, implied.value if implied is not None else None)
        if value is None:
            self._tell("error", "move-not-said", path, name=part.name)
            return None
        if isinstance(part.holds, Value) and part.holds.checker()(value) is not None:
            words = {"expected": part.holds.describe(), "expected_da": part.holds.describe("da")}
            self._tell("error", "move-no-room", path, name=part.name, found=value or "(empty)", **words)
            return None
        self._tell("info", "given" if plain in self.given else "implied", path, name=part.name, found=value)
        return Element(part.name, value)

    def _made_of_parts(self, name: str, words: tuple[object, ...], path: str, plain: str) -> Element | None:
        content: list[Element] = []
        whole = True
        for word in words:
            if isinstance(word, Part) and (word.low or f"{plain}/{word.name}" in self.given):
                made = self._made(word, f"{path}/{word.name}", f"{plain}/{word.name}")
                whole = whole and made is not None
                content.extend(() if made is None else (made,))
        return Element(name, tuple(content)) if whole and content else None

    def _local_elements(self, local: str) -> str:
        """XML that a sender put after the letter: it stays where the schema still lets it stand."""
        if not local:
            return ""
        if self.target.version.namespace in WITH_LOCAL_ELEMENTS:
            return local.replace(f'"{self.source.version.namespace}"', f'"{self.target.version.namespace}"')
        self._tell("loss", "not-carried", "Local_Elements", name="Local_Elements", found=local)
        return ""

    def _lost(self, element: Element, path: str) -> None:
        for where, leaf in _leaves(element, path):
            self._tell("loss", "not-carried", where, name=leaf.name, found=leaf.value or "(empty)")

    def _tell(self, severity: str, code: str, path: str, **words: object) -> None:
        words.setdefault("version", self.target.version.code)
        self.findings.append(finding(severity, code, path, **words))  # type: ignore[arg-type]


def _numbered(children: tuple[Element, ...], path: str) -> Iterator[tuple[Element, str]]:
    """Children with their paths; repeated siblings are numbered."""
    names = [child.name for child in children]
    seen: dict[str, int] = {}
    for child in children:
        seen[child.name] = seen.get(child.name, 0) + 1
        yield child, f"{path}/{child.name}" + (f"[{seen[child.name]}]" if names.count(child.name) > 1 else "")


def _leaves(element: Element, path: str) -> Iterator[tuple[str, Element]]:
    """The elements below a path that hold a value or a text."""
    if isinstance(element.content, str) or any(isinstance(part, str) for part in element.content):
        yield path, element
        return
    for child, below in _numbered(element.children, path):
        yield from _leaves(child, below)


def _with_name(path: str, name: str) -> str:
    """The path with another name at its end, where meaning gave it one."""
    above, _, last = path.rpartition("/")
    if last.partition("[")[0] == name:
        return path
    return f"{above}/{name}" if above else name


def _in_order(content: list[Element], model: Model) -> list[Element]:
    """The children in the order of the declaration, where they are not; what may stand in any mixture stays mixed."""
    if model.models_in_order(tuple([child.name for child in content])) is not None:
        return content
    places: dict[str, tuple[int, int]] = {}
    for number, word in enumerate(model.words):
        for inner, part in enumerate(named_parts((word,))):
            in_row = isinstance(word, Together) and word.high == 1
            places.setdefault(part.name, (number, inner if in_row else 0))
    return sorted(content, key=lambda child: places[child.name])

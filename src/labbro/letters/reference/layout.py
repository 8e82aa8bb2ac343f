"""A declared letter type as rows for a page: every element with its path, what it holds, and in which versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from labbro.letters.grammar import Choice, Part, Text, Word, in_version
from labbro.letters.parts import DATE_TIME
from labbro.letters.standard import Standard, Version
from labbro.letters.values import Value

# A container with more rows than this gets a table of its own, down to this depth.
ROWS_IN_PLACE = 9
DEEPEST_TABLE = 5
# A structure that stands in at least so many places is described once.
PLACES_TO_SHARE = 3
REFERENCE = "Reference"


class Fact(msgspec.Struct, frozen=True):
    """What one version says of an element: how many, what it holds, and which others it stands with.

    `holds` is None for an element of parts and MOMENT for a day and a time. `one_of` names the other options of a
    choice. In a row of elements that may be left out, `along` names those that must be there with this one, and
    `needed_there` says that it is one of them. `mixed`: the options of the choice may follow each other in any mixture.
    """

    low: int
    high: int
    holds: Value | Text | str | None
    one_of: tuple[str, ...] = ()
    along: tuple[str, ...] = ()
    needed_there: bool = False
    mixed: bool = False


MOMENT = "moment"


class Node(msgspec.Struct):
    """An element of a letter type in all its versions: facts by version key, and the elements within."""

    path: str
    facts: dict[str, Fact]
    children: list[Node] = []

    @property
    def name(self) -> str:
        """The element's name."""
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> str:
        """The name of the element around it; empty at the top."""
        return self.path.rpartition("/")[0].rpartition("/")[2]

    def walk(self) -> Iterator[Node]:
        """Everything within, in order."""
        for child in self.children:
            yield child
            yield from child.walk()


def nodes_of(standard: Standard) -> tuple[Node, ...]:
    """The elements of a letter type, the newest version's order first."""
    found: dict[str, dict[str, Fact]] = {}
    order: list[str] = []
    for version in reversed(standard.versions):
        before = -1
        for path, fact in _flat(in_version(standard.tree, version.mark), "", set()):
            if path not in found:
                found[path] = {}
                order.insert(before + 1, path)
            before = order.index(path)
            found[path][version.key] = fact
    nodes: dict[str, Node] = {"": Node("", {})}
    for path in order:
        keys = [version.key for version in standard.versions if version.key in found[path]]
        nodes[path] = Node(path.removesuffix("#2"), {key: found[path][key] for key in keys}, [])
        nodes[path.rpartition("/")[0]].children.append(nodes[path])
    return tuple(nodes[""].children)


def _flat(words: Iterable[Word], base: str, seen: set[str]) -> Iterator[tuple[str, Fact]]:
    for word in words:
        if isinstance(word, Part):
            yield from _part(word, base, seen, Fact(word.low, word.high, None))
        elif isinstance(word, Choice):
            for option in word.options:
                others = tuple(other.name for other in word.options if other is not option)
                low, high = (option.low, option.high) if word.high == 1 else (word.low, word.high)
                yield from _part(
                    option, base, seen, Fact(low * min(word.low, 1), high, None, one_of=others, mixed=word.high > 1)
                )
        else:
            needed = [inner.name for inner in word.parts if isinstance(inner, Part) and inner.low]
            for inner in word.parts:
                if isinstance(inner, Part):
                    along = tuple(name for name in needed if name != inner.name)
                    fact = Fact(0, max(inner.high, word.high), None, along=along, needed_there=inner.low > 0)
                    yield from _part(inner, base, seen, fact)
                else:
                    yield from _flat((inner,), base, seen)


def _part(part: Part, base: str, seen: set[str], fact: Fact) -> Iterator[tuple[str, Fact]]:
    path = base + part.name
    if path in seen:  # a second element of the name, at another place of its parent
        path += "#2"
    seen.add(path)
    if not isinstance(part.holds, tuple):
        yield path, msgspec.structs.replace(fact, holds=part.holds)
    elif part.holds == DATE_TIME:
        yield path, msgspec.structs.replace(fact, holds=MOMENT)
    else:
        yield path, fact
        yield from _flat(part.holds, path + "/", seen)


def newest_of(standard: Standard) -> Version:
    """The newest version whose schema is public."""
    return next(version for version in reversed(standard.versions) if version.public)


# --- tables -----------------------------------------------------------------------------------------------------------


class Table(msgspec.Struct, frozen=True):
    """A part of the page: the element it is about, its rows, and tables for what stands deeper.

    The path of `node` is empty for what stands in the root and holds no parts.
    """

    node: Node
    rows: tuple[Node, ...]
    tables: tuple[Table, ...]


class Layout(msgspec.Struct, frozen=True):
    """A letter type as tables: its own, those of structures that stand in many places, and which path has which."""

    tables: tuple[Table, ...]
    shared: tuple[Table, ...]
    number_of: dict[str, int]
    places: tuple[tuple[str, ...], ...]


def layout_of(standard: Standard) -> Layout:
    """The tables of a letter type."""
    nodes = nodes_of(standard)
    everything = [node for top in nodes for node in (top, *top.walk())]
    groups = _shared_groups(everything, share_all=standard.form is None)
    number_of = {node.path: number for number, group in enumerate(groups, 1) for node in group}
    # The place with the most versions tells the most.
    fullest = [max(group, key=lambda node: len(node.facts)) for group in groups]
    shared = tuple(_table(node, number_of, 1, inside=True) for node in fullest)
    places = tuple(tuple(dict.fromkeys(node.name for node in group)) for group in groups)
    alone = tuple(node for node in nodes if not node.children)
    tables = (Table(Node("", {}), alone, ()),) if alone else ()
    tables += tuple(_table(node, number_of, 1) for node in nodes if node.children)
    return Layout(tables, shared, number_of, places)


def _table(node: Node, number_of: dict[str, int], depth: int, inside: bool = False) -> Table:
    rows: list[Node] = []
    tables: list[Table] = []

    def add(children: list[Node]) -> None:
        for child in children:
            rows.append(child)
            if child.path in number_of:
                continue
            many = sum(1 for _ in child.walk()) > ROWS_IN_PLACE and depth < DEEPEST_TABLE and not inside
            if many:
                tables.append(_table(child, number_of, depth + 1))
            else:
                add(child.children)

    add(node.children)
    return Table(node, tuple(rows), tuple(tables))


def _shared_groups(nodes: list[Node], share_all: bool) -> list[list[Node]]:
    """Structures that stand in several places, each with its places; a Reference always looks the same."""
    by_shape: dict[object, list[Node]] = {}
    for node in nodes:
        if len(node.children) > 1 and (share_all or node.name == REFERENCE):
            by_shape.setdefault(_shape(node), []).append(node)
    return [group for group in by_shape.values() if len(group) >= PLACES_TO_SHARE or group[0].name == REFERENCE]


def _shape(node: Node) -> object:
    if node.name == REFERENCE:
        return REFERENCE
    return tuple((child.name, list(child.facts.values())[-1], _shape(child)) for child in node.children)

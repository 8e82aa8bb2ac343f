"""The page of a letter type, as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from labbro.letters import tables
from labbro.letters.codecs import CODECS
from labbro.letters.form import Form, Group, Item, Line
from labbro.letters.labels import Language
from labbro.letters.reference.counterpart import Places, follows_of, places_of
from labbro.letters.reference.examples import edifact_lines, xml_lines
from labbro.letters.reference.layout import Fact, Layout, Node, Table, layout_of
from labbro.letters.reference.words import (
    how_many,
    meaning,
    phrase,
    said_value,
    sentences,
    word_meaning,
)
from labbro.letters.standard import Standard, Version
from labbro.letters.standing import STANDINGS
from labbro.letters.template import parse
from labbro.letters.values import Value

SPECIALITY = "MedicalSpecialityCode"
_GROUP = re.compile(r"`S\d\d` ")


def letter_page(standard: Standard, language: Language) -> str:
    """Everything about one letter type."""
    return "\n".join(_Page(standard, language).lines()) + "\n"


def version_name(key: str) -> str:
    """A version key as people write it."""
    code, _, year = key.partition("/")
    return f"{code} ({year})" if year else code


def title_of(standard: Standard, language: Language) -> str:
    """RPT01 / XRPT01: Laboratoriesvar."""
    codes = standard.name if standard.name == standard.type_code else f"{standard.name} / {standard.type_code}"
    return f"{codes}: {standard.english if language == 'en' else standard.danish}"


def row(*cells: str) -> str:
    """A line of a table."""
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def header(*names: str) -> list[str]:
    """The head of a table."""
    return [row(*names), "|" + "---|" * len(names)]


class _Page:
    def __init__(self, standard: Standard, language: Language) -> None:
        self.standard = standard
        self.language: Language = language
        self.layout: Layout = layout_of(standard)
        self.keys = [version.key for version in standard.versions]
        self.places: dict[str, Places] = {version.key: places_of(standard, version) for version in standard.versions}
        self.has_edifact = any(self.places.values())
        self.codes = _code_tables(standard.form)
        # Value lists by element name and words: the anchor of each.
        self.lists: dict[tuple[str, tuple[str, ...]], str] = {}
        self.follows = self._follows()

    def say(self, key: str, **words: object) -> str:
        return phrase(key, self.language, **words)

    def lines(self) -> Iterator[str]:
        other = "da" if self.language == "en" else "en"
        name = f"{self.standard.name.lower()}.md"
        yield f"# {title_of(self.standard, self.language)}"
        yield ""
        links = (f"[{self.say('other')}](../{other}/{name})", f"[{self.say('all')}](README.md)")
        yield " · ".join((*links, f"[{self.say('rules')}](rules.md)", f"[{self.say('findings')}](findings.md)"))
        yield ""
        yield from self._head()
        elements = list(self._elements())
        yield from elements
        if len(self.keys) > 1:
            yield from self._differences()
        yield from self._value_lists()
        yield from self._remarks()
        yield from self._example()
        yield "---"
        yield ""
        yield self.say("generated")

    # --- head ---

    def _head(self) -> Iterator[str]:
        yield from sentences(f"about {self.standard.name}", self.language)
        yield ""
        yield f"## {self.say('versions')}"
        yield ""
        yield from header(self.say("version"), self.say("schema"), self.say("root"), "EDIFACT", self.say("standing"))
        for version in self.standard.versions:
            edifact = f"`{version.edifact_code}`" if self.places[version.key] else self.say("xml_only")
            yield row(
                f"**{version_name(version.key)}**", version.date, f"`{version.root}`", edifact, self._standing(version)
            )
        yield ""
        form = self.standard.form
        if form is not None:
            yield f"{self.say('edifact_message')}: `{':'.join(form.message)}`, `{form.code}`."
            yield ""
        elif self.standard.kind != "envelope":
            yield self.say("no_edifact")
            yield ""
        own = {"receipt": "receipt_receipt", "envelope": "receipt_envelope"}
        receipt = own.get(self.standard.kind, "receipt_report")
        yield f"**{self.say('receipts')}.** {self.say(receipt)}"
        yield ""
        known = sentences(f"know {self.standard.name}", self.language)
        if known:
            yield f"## {self.say('notes')}"
            yield ""
            yield from (f"- {sentence}" for sentence in known)
            yield ""

    def _standing(self, version: Version) -> str:
        if not version.public:
            return self.say("not_public")
        standing = next((found for found in STANDINGS if found.key == version.key), None)
        if standing is None:
            return self.say("newest") if version.newest else ""
        if standing.until is None:
            return self.say("some", name=standing.followed_by, count=standing.senders)
        said = self.say("since", name=standing.followed_by, day=standing.until)
        return f"{self.say('newest')}; {said}" if version.newest else said

    # --- elements ---

    def _elements(self) -> Iterator[str]:
        yield f"## {self.say('elements')}"
        yield ""
        yield self.say("legend" if self.has_edifact else "legend_xml")
        yield ""
        for table in self.layout.tables:
            yield from self._table(table, f"### {table.node.name or self.standard.versions[-1].root}")
        if self.layout.shared:
            yield f"### {self.say('shared')}"
            yield ""
            for number, table in enumerate(self.layout.shared, 1):
                yield from self._shared(number, table)

    def _shared(self, number: int, table: Table) -> Iterator[str]:
        names = self.layout.places[number - 1]
        yield f"#### {self.say('part')} {number}"
        yield ""
        yield f"{self.say('used_by')} {_listed(names)}."
        yield ""
        # A Reference stands in several groups; its segment is the same in each.
        yield from (_GROUP.sub("", line) for line in self._rows(table))

    def _table(self, table: Table, heading: str) -> Iterator[str]:
        yield heading
        yield ""
        if table.node.facts:
            fact = list(table.node.facts.values())[-1]
            said = self.by_version(table.node, how_many)
            yield f"{self._meaning(table.node, fact)} {self.say('number')}: {said}.{self._only(table.node, ' ', '.')}"
            yield ""
        yield from self._rows(table)
        for inner in table.tables:
            yield from self._table(inner, f"#### {inner.node.path}")

    def _rows(self, table: Table) -> Iterator[str]:
        columns = [self.say("element"), self.say("meaning"), self.say("number"), self.say("value")]
        split = {inner.node.path for inner in table.tables}
        yield from header(*columns, *(["EDIFACT"] if self.has_edifact else []))
        for node in table.rows:
            name = f"`{node.path.removeprefix(table.node.path + '/')}`{self._only(node, '<br>')}"
            value = self._value(node, node.path in split)
            cells = [name, self._meaning(node, list(node.facts.values())[-1]), self.by_version(node, how_many), value]
            yield row(*cells, *([self._edifact(node)] if self.has_edifact else []))
        yield ""

    def _only(self, node: Node, before: str, after: str = "") -> str:
        """The versions of an element that only some have."""
        parent = node.path.rpartition("/")[0]
        around = next(self._facts_of(parent), self.keys) if parent else self.keys
        if len(node.facts) == len(around):
            return ""
        return f"{before}*{self.say('only')} {', '.join(map(version_name, node.facts))}*{after}"

    def _facts_of(self, path: str) -> Iterator[list[str]]:
        for top in self.layout.tables:
            for node in (top.node, *top.node.walk()):
                if node.path == path:
                    yield list(node.facts)

    def _meaning(self, node: Node, fact: Fact) -> str:
        said = meaning(node, self.language)
        if fact.one_of:
            key = "mixed" if fact.mixed else "or_else"
            said += " " + self.say(key, names=_listed(fact.one_of))
        elif fact.along:
            said += " " + self.say("along" if fact.needed_there else "only_along", names=_listed(fact.along))
        return said

    def _value(self, node: Node, has_table: bool) -> str:
        number = self.layout.number_of.get(node.path)
        if number is not None:
            part = self.say("part")
            return self.say("see_part", number=number, anchor=f"{part.lower()}-{number}")
        if has_table:
            return "↓"
        return self.by_version(node, lambda fact: said_value(fact, self.language, self._list_of(node, fact)))

    def _list_of(self, node: Node, fact: Fact) -> str:
        holds = fact.holds
        if not isinstance(holds, Value) or holds.kind != "words" or len(holds.words) < 2:
            return ""
        if node.name == SPECIALITY:
            return "specialities.md"
        key = (node.name, holds.words)
        if key not in self.lists:
            same_name = sum(1 for name, _ in self.lists if name == node.name)
            self.lists[key] = node.name.removeprefix("@") + (f" {same_name + 1}" if same_name else "")
        return f"#{self.lists[key].lower().replace(' ', '-')}"

    def by_version(self, node: Node, said: Callable[[Fact], str]) -> str:
        """What the versions say, the most common first and the others with their names."""
        groups: dict[str, list[str]] = {}
        for key, fact in node.facts.items():
            groups.setdefault(said(fact), []).append(key)
        return _grouped(groups)

    # --- EDIFACT ---

    def _follows(self) -> dict[str, str]:
        form = self.standard.form
        if form is None:
            return {}
        return {path: of for version in self.standard.versions for path, of in follows_of(form, version.mark).items()}

    def _edifact(self, node: Node) -> str:
        groups: dict[str, list[str]] = {}
        for key in node.facts:
            if self.places[key]:
                groups.setdefault(self._place(node, key), []).append(key)
        return _grouped(groups)

    def _place(self, node: Node, key: str) -> str:
        places = self.places[key]
        path = node.path
        if path in places:
            return " / ".join(places[path])
        if path in self.follows:
            return self.say("follows", of=self.follows[path].rpartition("/")[2])
        if path == "Letter/TypeCode":
            return "`UNH` 3.1"
        while "/" in path:
            path = path.rpartition("/")[0]
            if path in places and not node.children:
                return " / ".join(places[path])
        return "" if node.children else "–"

    # --- the rest ---

    def _differences(self) -> Iterator[str]:
        yield f"## {self.say('differences')}"
        yield ""
        different = [node for top in self.layout.tables for node in self._different(top.node)]
        if not different:
            yield self.say("no_differences")
            yield ""
            return
        yield from header(self.say("element"), *(version_name(key) for key in self.keys))
        for node in different:
            yield row(f"`{node.path}`", *(self._in(node, key) for key in self.keys))
        yield ""

    def _different(self, node: Node, around: int | None = None) -> Iterator[Node]:
        """Elements that not all versions have, or say otherwise; of what is absent, the outermost."""
        around = len(self.keys) if around is None else around
        facts = list(node.facts.values())
        if len(facts) < around or any(_plain(fact) != _plain(facts[0]) for fact in facts):
            yield node
        for child in node.children:
            yield from self._different(child, len(facts))

    def _in(self, node: Node, key: str) -> str:
        fact = node.facts.get(key)
        if fact is None:
            return "–"
        value = said_value(fact, self.language, self._list_of(node, fact)) if not node.children else ""
        return f"{how_many(fact)}: {value}" if value else how_many(fact)

    def _value_lists(self) -> Iterator[str]:
        if not self.lists:
            return
        yield f"## {self.say('lists')}"
        yield ""
        for (name, words), anchor in self.lists.items():
            yield f"### {anchor}"
            yield ""
            codes = self.codes.get(name, {})
            columns = [self.say("word"), self.say("meaning")]
            yield from header(*columns, *(["EDIFACT"] if codes else []))
            for word in words:
                code = [f"`{codes[word]}`" if word in codes else "–"] if codes else []
                yield row(f"`{word}`" if word else "", word_meaning(word, self.language), *code)
            yield ""

    def _remarks(self) -> Iterator[str]:
        codes = dict.fromkeys(rule.code for rule in self.standard.rules)
        if not codes:
            return
        yield f"## {self.say('remarks')}"
        yield ""
        yield self.say("remarks_said")
        yield ""
        yield ", ".join(f"[`{code}`](rules.md#{code})" for code in codes) + "."
        yield ""

    def _example(self) -> Iterator[str]:
        document = xml_lines(self.standard)
        if not document:
            return
        yield f"## {self.say('example')}"
        yield ""
        said = "example_envelope_said" if self.standard.kind == "envelope" else "example_said"
        yield self.say(said, name=self.standard.name.lower())
        yield ""
        yield from ("```xml", *document, "```", "")
        lines = edifact_lines(self.standard)
        if lines:
            yield from ("```text", *lines, "```", "")


def _grouped(groups: dict[str, list[str]]) -> str:
    """What most versions say, and what the others say with their names."""
    first, *others = sorted(groups, key=lambda text: -len(groups[text])) or [""]
    said = [first, *(f"{text} ({', '.join(map(version_name, groups[text]))})" for text in others if text)]
    return "; ".join(text for text in said if text)


def _plain(fact: Fact) -> tuple[object, ...]:
    return (fact.low, fact.high, fact.holds)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _code_tables(form: Form | None) -> dict[str, dict[str, str]]:
    """EDIFACT codes of words, by the name of the element."""
    found: dict[str, dict[str, str]] = {}
    if form is None:
        return found
    found["IdentifierCode"] = {word: ":".join(codes) for word, codes in tables.IDENTIFIER_CODES.items()}
    found["ObjectCode"] = tables.OBJECT_CODE
    found["ObjectExtensionCode"] = tables.OBJECT_EXTENSION
    found["RefuseCode"] = tables.REFUSALS
    for item in _lines_of(form.items):
        for slot in parse(item.template).slots:
            codec = CODECS.get(slot.codec)
            name = slot.path.rpartition("/")[2]
            if codec is not None and codec.words:
                found[name] = dict(codec.words)
    return found


def _lines_of(items: tuple[Item, ...]) -> Iterator[Line]:
    for item in items:
        if isinstance(item, Group):
            yield from _lines_of(item.items)
        elif isinstance(item, Line):
            yield item

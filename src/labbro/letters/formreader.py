"""Reads the segments of one letter into a tree, as its declared form says. One reader a version, made once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias, cast

from labbro.letters import ftx, tables
from labbro.letters.assembling import assemble, inner_plans_of, plans_of
from labbro.letters.codecs import CODECS, Codec, speciality
from labbro.letters.edifact import Segment
from labbro.letters.findings import Finding, Place, Severity
from labbro.letters.form import HEAD, CodedText, Derived, Form, Group, Item, Line, Presence, References, Texts
from labbro.letters.grammar import Word
from labbro.letters.messages import finding
from labbro.letters.standard import Version
from labbro.letters.template import Template, parse, parse_line
from labbro.letters.tree import Element

# What has been read of one element: leaves by path, lists of repeated elements, and codes under `~names`.
Draft: TypeAlias = "dict[str, Element | list[Element] | list[ftx.Ftx] | list[tuple[str, ftx.Ftx]] | str]"
Handler: TypeAlias = "Callable[[Segment, int, Draft, FormReading], None]"
Finish: TypeAlias = "Callable[[Draft, FormReading, int], None]"


# Before the path of a text: its segments, while its group is being read.
UNREAD = "*"


class FormReading:
    """One letter being read: its findings, and what was filled in by rule."""

    __slots__ = ("assumed", "findings", "reader", "within")

    def __init__(self, reader: FormReader) -> None:
        self.reader = reader
        self.findings: list[Finding] = []
        self.assumed: list[str] = []
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
        where = None if path is None else f"{self.reader.root}/{self.within}{path}"
        self.findings.append(finding(severity, code, where, Place(segment=at, position=position), **words))


class GroupReader:
    """What the segments of one group mean."""

    def __init__(self, group: Group, owner: FormReader, mark: str) -> None:
        self.group = group
        self.handlers: dict[str, Handler] = {}
        self.finishers: list[Finish] = []
        self.children: dict[str, GroupReader] = {}
        self.conditions = [_condition(parse(condition)) for condition in group.key.split()]
        derived = [item for item in group.items if isinstance(item, Derived)]
        self.wanted = {name for item in derived for name in item.names}
        # A repeated group has a draft of its own; others share that of the letter.
        self.prefix = "" if group.repeated or not group.target else group.target + "/"
        for item in group.items:
            if not item.versions or mark in item.versions:
                self._add(item, owner, mark)

    def _add(self, item: Item, owner: FormReader, mark: str) -> None:
        if isinstance(item, Line):
            self._add_line(item, parse_line(item), owner)
        elif isinstance(item, Texts):
            self._add_texts(item, owner)
        elif isinstance(item, CodedText):
            self._add_coded_text(item)
        elif isinstance(item, References):
            for code in ("URL", "SUP", "BIN"):
                self.handlers[f"FTX+{code}"] = _reference_handler(self.prefix + item.path)
        elif isinstance(item, Presence):
            self._add_presence(item)
        elif isinstance(item, Derived):
            self.finishers.append(_derived_finish(item, self.prefix))
        else:
            child = GroupReader(item, owner, mark)
            self.children[item.trigger] = child
            self.finishers.extend(child.finishers)

    def _add_line(self, item: Line, template: Template, owner: FormReader) -> None:
        handler = _line_handler(template, self.prefix, self.wanted, owner)
        key = f"{template.tag}+{template.qualifier}" if template.qualifier else template.tag
        self.handlers[key] = handler
        if item.lenient:
            self.handlers[template.tag] = handler
        base = f"{self.group.target}/" if self.group.target else ""
        for slot in template.slots:
            if not slot.path.startswith("~"):
                owner.positions[f"{owner.root}/{base}{slot.path}"] = slot.position

    def _add_texts(self, item: Texts, owner: FormReader) -> None:
        store = self.prefix + "|".join(path for _, path in item.kinds)
        base = f"{self.group.target}/" if self.group.target else ""
        for code, path in item.kinds:
            name = path.rpartition("/")[2]
            handler = _text_handler(store, name)
            self.handlers[f"FTX+{code}"] = handler
            # Written with a stray quote by MedCom's converter of 2005 (facts: letters/README.md, trap 13).
            self.handlers[f'FTX+{code}"'] = handler
            owner.positions[f"{owner.root}/{base}{path}"] = "4.1"
        self.finishers.append(_text_finish(item, store))

    def _add_coded_text(self, item: CodedText) -> None:
        store = self.prefix + item.text_path
        collect = _text_handler(store, item.text_path.rpartition("/")[2])
        for word, code in item.table.items():
            self.handlers[f"FTX+{code}"] = _coded_handler(self.prefix + item.code_path, word, collect)
        text = Texts((("", item.text_path),))
        self.finishers.append(_text_finish(text, store))

    def _add_presence(self, item: Presence) -> None:
        template = parse(item.template)
        path = self.prefix + item.path
        name = item.path.rpartition("/")[2]

        def present(_segment: Segment, at: int, draft: Draft, reading: FormReading) -> None:
            draft[path] = Element(name, item.present, at)
            reading.assumed = [assumed for assumed in reading.assumed if assumed != path]

        def finish(draft: Draft, reading: FormReading, at: int) -> None:
            if path not in draft:
                draft[path] = Element(name, item.absent, at)
                reading.assumed.append(path)

        self.handlers[f"{template.tag}+{template.qualifier}"] = present
        self.finishers.append(finish)

    def fits(self, instance: list[tuple[int, Segment]]) -> bool:
        """Whether these segments are of this group, by its key."""
        for tag, parts in self.conditions:
            for _, segment in instance:
                if segment[0][0] == tag and len(segment) > 1 and segment[1][: len(parts)] == parts:
                    break
            else:
                return False
        return True

    def read(self, instance: list[tuple[int, Segment]], draft: Draft, reading: FormReading) -> None:
        """Put what the segments say into the draft."""
        handlers = self.handlers
        first_at = instance[0][0]
        for at, segment in instance:
            tag = segment[0][0]
            child = self.children.get(tag)
            if child is not None:
                handlers = child.handlers
                if child.group.makes:
                    draft[self.prefix + child.group.makes + "!"] = ""
                continue
            handler = handlers.get(f"{tag}+{segment[1][0]}" if len(segment) > 1 else tag) or handlers.get(tag)
            if handler is not None:
                handler(segment, at, draft, reading)
            elif tag != self.group.trigger:
                reading.tell("warning", "segment-not-known", at, name="+".join(part[0] for part in segment[:2]))
        if self.group.makes:
            draft[self.prefix + self.group.makes + "!"] = ""
        for finish in self.finishers:
            finish(draft, reading, first_at)


def _condition(template: Template) -> tuple[str, list[str]]:
    """The tag and the first components of element 1 by which a group is known."""
    return template.tag, [part for part in template.elements[0] if isinstance(part, str)]


def _line_handler(template: Template, prefix: str, wanted: set[str], owner: FormReader) -> Handler:
    slots = tuple(_slot_steps(template, prefix, wanted, owner))
    known = len(template.elements) + 1

    def handle(segment: Segment, at: int, draft: Draft, reading: FormReading) -> None:
        elements = len(segment)
        if elements > known and any(part for element in segment[known:] for part in element):
            reading.tell("warning", "more-than-known", at, None, f"{known}.1", name=segment[0][0])
        for element, component, path, name, codec, position in slots:
            if element >= elements:
                continue
            parts = segment[element]
            if component >= len(parts):
                continue
            value = parts[component]
            if path in draft:
                if path[0] != "~" or draft[path] != value:
                    reading.tell("warning", "segment-repeated", at, None, position, name=segment[0][0])
            elif path[0] == "~":
                draft[path] = value
            elif not value:
                continue
            elif codec is None:
                draft[path] = Element(name, value, at)
            else:
                _decode(codec, value, at, path, name, position, draft, reading)

    return handle


def _slot_steps(
    template: Template, prefix: str, wanted: set[str], owner: FormReader
) -> Iterator[tuple[int, int, str, str, Codec | None, str]]:
    """Element, component, path in the draft, name, codec and position of every slot that says something."""
    for slot in template.slots:
        code = slot.path.startswith("~")
        if not code or slot.path in wanted:
            path, name = slot.path if code else prefix + slot.path, slot.path.rpartition("/")[2]
            yield slot.element, slot.component, path, name, owner.codec(slot.codec), slot.position


def _decode(
    codec: Codec, value: str, at: int, path: str, name: str, position: str, draft: Draft, reading: FormReading
) -> None:
    decoded = codec.decode(value, at)
    if decoded is None:
        reading.tell("error", codec.fault, at, path, position, found=value[:35], name=name, expected=codec.expected)
        draft[path] = Element(name, "", at)
        return
    draft[path] = Element(name, decoded, at)


def _text_handler(store: str, name: str) -> Handler:
    def handle(segment: Segment, at: int, draft: Draft, _reading: FormReading) -> None:
        style = segment[2][0] if len(segment) > 2 else ""
        lines = segment[4] if len(segment) > 4 else [""]
        draft.setdefault(UNREAD + store, []).append((name, ftx.Ftx(style, lines, at)))  # type: ignore[union-attr]

    return handle


def _coded_handler(path: str, word: str, collect: Handler) -> Handler:
    name = path.rpartition("/")[2]

    def handle(segment: Segment, at: int, draft: Draft, reading: FormReading) -> None:
        if path in draft and draft[path] != Element(name, word):
            reading.tell("warning", "segment-repeated", at, path, name="FTX")
        draft.setdefault(path, Element(name, word, at))
        if len(segment) > 4:
            collect(segment, at, draft, reading)

    return handle


def _text_finish(item: Texts, store: str) -> Finish:
    styled, joined, plain = item.styled, item.joined, item.plain

    def finish(draft: Draft, reading: FormReading, _at: int) -> None:
        segments = cast("list[tuple[str, ftx.Ftx]] | None", draft.pop(UNREAD + store, None))
        if not segments:
            return
        texts = [_text(name, together, styled, plain) for name, together in _gathered(segments, joined)]
        if not joined:
            draft.setdefault(store, []).extend(texts)  # type: ignore[union-attr]
        elif store in draft:
            reading.tell("warning", "segment-repeated", segments[0][1].at, store, name="FTX")
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


def _derived_finish(item: Derived, prefix: str) -> Finish:
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

        made = item.read(codes, value_at)
        if isinstance(made, str):
            said = "+".join(codes.get(name, "") for name in names)
            reading.tell(
                "error", made, at, prefix + item.describes, None, found=said[:35], name=item.describes, expected=""
            )
            return
        for path, value in made:
            draft[prefix + path] = Element(path.rpartition("/")[2], value, at)

    return finish


def _reference_handler(path: str) -> Handler:
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


class FormReader:
    """Reads letters of one version from their segments."""

    def __init__(self, form: Form, version: Version, words: tuple[Word, ...], type_code: str) -> None:
        self.form = form
        self.version = version
        self.root = version.root
        self.type_code = type_code
        self.positions: dict[str, str] = {}
        self._speciality = speciality(version.year)
        self.head = GroupReader(
            Group("", tuple(item for item in form.items if not isinstance(item, Group))), self, version.mark
        )
        self.groups: dict[str, list[GroupReader]] = {}
        self.hidden: dict[tuple[str, str], GroupReader] = {}
        for item in form.items:
            if isinstance(item, Group) and (not item.versions or version.mark in item.versions):
                self._add_group(GroupReader(item, self, version.mark))
        self.plans = plans_of(words, "")
        repeated = [group for groups in self.groups.values() for group in groups if group.group.repeated]
        self.inner_plans = {group.group.target: inner_plans_of(words, group.group.target) for group in repeated}

    def _add_group(self, group: GroupReader) -> None:
        declared = group.group
        self.groups.setdefault(declared.trigger, []).append(group)
        if declared.opens:
            for trigger in (*declared.after.split(), declared.trigger):
                self.hidden[(trigger, declared.opens)] = group

    def codec(self, name: str) -> Codec | None:
        """The codec a slot names; None for a plain value."""
        if name in {"", "name", "inner_name"}:
            return None
        return self._speciality if name == "speciality" else CODECS[name]

    def place(self, at: int, path: str) -> Place:
        """Segment and position of an element."""
        position = self.positions.get(path) or self.positions.get(path.rpartition("/")[0])
        return Place(segment=at if at > 0 else None, position=position)

    def read(self, segments: list[Segment], interchange: Segment | None) -> tuple[Element, FormReading]:
        """The tree of a letter. `segments` begin with UNH; UNT at the end is passed over."""
        reading = FormReading(self)
        draft: Draft = {}
        self._constants(segments[0], interchange, draft, reading)
        instances = self._instances(segments, reading)
        numbered = sum(candidates[0].group.repeated for candidates, _ in instances) > 1
        for candidates, instance in instances:
            self._read_instance(candidates, instance, draft, reading, numbered)
        return Element(self.root, tuple(assemble(self.plans, draft)), 1), reading

    def _constants(self, unh: Segment, interchange: Segment | None, draft: Draft, reading: FormReading) -> None:
        identifier = unh[1][0] if len(unh) > 1 else ""
        draft[self.form.identifier] = Element("Identifier", identifier, 1)
        draft["Letter/VersionCode"] = Element("VersionCode", self.version.code, 1)
        for name in ("StatisticalCode", "TypeCode"):
            draft[f"Letter/{name}"] = Element(name, self.type_code, 1)
        reading.assumed.append("Letter/StatisticalCode")
        for place, path in ((2, self.form.sender), (3, self.form.receiver)):
            if interchange is not None and len(interchange) > place and interchange[place][0]:
                draft[path] = Element("EANIdentifier", interchange[place][0], 0)

    def _instances(
        self, segments: list[Segment], reading: FormReading
    ) -> list[tuple[list[GroupReader], list[tuple[int, Segment]]]]:
        """Segments gathered into groups, each with the groups it may be."""
        instance: list[tuple[int, Segment]] = []
        found = [([self.head], instance)]
        trigger, inner = HEAD, self.head
        at = 1
        for segment in segments[1:]:
            at += 1
            tag = segment[0][0]
            opened = self.hidden.get((trigger, tag))
            if opened is not None:
                instance, trigger, inner = [(at, segment)], opened.group.trigger, opened
                found.append(([opened], instance))
            elif tag[0] == "S" and tag[1:].isdigit() and tag not in inner.children:
                if tag in self.form.transparent:
                    continue
                groups = self.groups.get(tag)
                if groups is None or groups[0].group.opens:
                    reading.tell("warning", "segment-not-known", at, name=tag)
                    continue
                instance, trigger, inner = [(at, segment)], tag, groups[0]
                found.append((groups, instance))
            else:
                if tag in inner.children:
                    trigger = inner.group.trigger
                instance.append((at, segment))
        return found

    def _read_instance(
        self,
        candidates: list[GroupReader],
        instance: list[tuple[int, Segment]],
        draft: Draft,
        reading: FormReading,
        numbered: bool,
    ) -> None:
        if not instance:
            return
        only = candidates[0] if len(candidates) == 1 else None
        fitting = only or next((group for group in candidates if group.fits(instance)), None)
        if fitting is None:
            names = "+".join(part[0] for part in instance[min(1, len(instance) - 1)][1][:2])
            reading.tell("warning", "segment-not-known", instance[0][0], name=names)
            return
        if not fitting.group.repeated:
            fitting.read(instance, draft, reading)
            return
        own: Draft = {}
        target = fitting.group.target
        made = cast("list[Element]", draft.setdefault(target, []))
        reading.within = f"{target}[{len(made) + 1}]/" if numbered else f"{target}/"
        fitting.read(instance, own, reading)
        reading.within = ""
        content = tuple(assemble(self.inner_plans[target], own))
        made.append(Element(target.rpartition("/")[2], content, instance[0][0]))

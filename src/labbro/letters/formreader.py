"""Reads the segments of one letter into a tree, as its declared form says. One reader a version, made once."""

from __future__ import annotations

from typing import cast

from labbro.letters.assembling import assemble, inner_plans_of, plans_of
from labbro.letters.codecs import CODECS, Codec, speciality
from labbro.letters.edifact import Segment
from labbro.letters.findings import Place
from labbro.letters.form import HEAD, CodedText, Derived, Form, Group, Item, Line, Presence, References, Texts
from labbro.letters.grammar import Word
from labbro.letters.segmentreading import (
    Draft,
    Finish,
    FormReading,
    Handler,
    coded_handler,
    derived_finish,
    line_handler,
    reference_handler,
    text_finish,
    text_handler,
)
from labbro.letters.standard import Version
from labbro.letters.template import Template, parse, parse_line
from labbro.letters.tree import Element


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
                self.handlers[f"FTX+{code}"] = reference_handler(self.prefix + item.path)
        elif isinstance(item, Presence):
            self._add_presence(item)
        elif isinstance(item, Derived):
            self.finishers.append(derived_finish(item, self.prefix))
        else:
            child = GroupReader(item, owner, mark)
            self.children[item.trigger] = child
            self.finishers.extend(child.finishers)

    def _add_line(self, item: Line, template: Template, owner: FormReader) -> None:
        handler = line_handler(template, self.prefix, self.wanted, owner.codec)
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
            handler = text_handler(store, name)
            self.handlers[f"FTX+{code}"] = handler
            # Written with a stray quote by MedCom's converter of 2005 (facts: letters/README.md, trap 13).
            self.handlers[f'FTX+{code}"'] = handler
            owner.positions[f"{owner.root}/{base}{path}"] = "4.1"
        self.finishers.append(text_finish(item, store))

    def _add_coded_text(self, item: CodedText) -> None:
        store = self.prefix + item.text_path
        collect = text_handler(store, item.text_path.rpartition("/")[2])
        for word, code in item.table.items():
            self.handlers[f"FTX+{code}"] = coded_handler(self.prefix + item.code_path, word, collect)
        text = Texts((("", item.text_path),))
        self.finishers.append(text_finish(text, store))

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
        reading = FormReading(self.root)
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

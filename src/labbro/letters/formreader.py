"""Reads the segments of one letter into a tree, as its declared form says. One reader a version, made once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from labbro.letters.assembling import assemble, inner_plans_of, plans_of
from labbro.letters.codecs import Codec, codec_named
from labbro.letters.edifact import Segment
from labbro.letters.findings import Place
from labbro.letters.form import (
    HEAD,
    Arrangement,
    Block,
    CodedText,
    Derived,
    EachWord,
    Follows,
    Form,
    Group,
    Item,
    Line,
    Lines,
    Presence,
    References,
    Rows,
    Texts,
)
from labbro.letters.grammar import Word
from labbro.letters.rowreading import RowsReader
from labbro.letters.segmentreading import (
    Draft,
    Finish,
    FormReading,
    Handler,
    coded_handler,
    derived_finish,
    each_word_handler,
    follow,
    line_handler,
    lines_handler,
    move_out,
    reference_handler,
    says_finish,
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
        # A group whose place says what it is, is never known by its segments.
        self.by_place = group.key.startswith("~")
        self.conditions = [] if self.by_place else [_condition(parse(condition)) for condition in group.key.split()]
        derived = [item for item in group.items if isinstance(item, Derived)]
        self.wanted = {name for item in derived for name in item.names}
        self.wanted.update(("~number", group.into) if group.repeated else ())
        # A repeated group has a draft of its own; others share that of the letter.
        self.prefix = "" if group.repeated or not group.target else group.target + "/"
        if group.says is not None:
            self.finishers.append(says_finish(self.prefix + group.says[0], group.says[1]))
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
        elif isinstance(item, Lines):
            self.handlers[f"FTX+{item.code}"] = lines_handler(self.prefix + item.path)
        elif isinstance(item, EachWord):
            template = parse(next(iter(item.segments.values())))
            self.handlers[f"{template.tag}+{template.qualifier}"] = each_word_handler(item, self.prefix + item.path)
        elif isinstance(item, Presence):
            self._add_presence(item)
        elif isinstance(item, Derived):
            self.finishers.append(derived_finish(item, self.prefix))
        elif isinstance(item, Rows):
            self._add_rows(item, owner)
        elif isinstance(item, Group):
            child = GroupReader(item, owner, mark)
            self.children[item.trigger] = child
            self.finishers.extend(child.finishers)

    def _add_line(self, item: Line, template: Template, owner: FormReader) -> None:
        handler = line_handler(template, self.prefix, self.wanted, owner.codec, "/" if self.group.repeated else "")
        key = f"{template.tag}+{template.qualifier}" if template.qualifier else template.tag
        self.handlers[key] = handler
        if item.lenient:
            self.handlers[template.tag] = handler
        base = f"{self.group.target}/" if self.group.target else ""
        for slot in template.slots:
            if not slot.path.startswith("~"):
                path = slot.path if slot.path.startswith("/") else f"/{base}{slot.path}"
                owner.positions[owner.root + path] = slot.position

    def _add_texts(self, item: Texts, owner: FormReader) -> None:
        store = self.prefix + "|".join(path for _, path in item.kinds)
        base = f"{self.group.target}/" if self.group.target else ""
        for code, path in item.kinds:
            name = path.rpartition("/")[2]
            handler = text_handler(store, name, item.tells)
            self.handlers[f"FTX+{code}"] = handler
            # Written with a stray quote by MedCom's converter of 2005 (facts: letters/README.md, trap 13).
            self.handlers[f'FTX+{code}"'] = handler
            owner.positions[f"{owner.root}/{base}{path}"] = "4.1"
        self.finishers.append(text_finish(item, store))

    def _add_rows(self, item: Rows, owner: FormReader) -> None:
        base = f"{self.group.target}/" if self.group.target else ""
        plans = [inner_plans_of(owner.words, base + path) for path, _ in item.kinds]
        rows = RowsReader(item, self.prefix, plans, owner.codec)
        self.handlers.update(rows.handlers)
        self.finishers.append(rows.finish)
        for path, lines in item.kinds:
            for slot in (slot for declared in lines for slot in parse(declared).slots):
                below = f"{path}/{slot.path}".removesuffix("/.")
                owner.positions[f"{owner.root}/{base}{below}"] = slot.position

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
        if self.by_place:
            return False
        for tag, parts, more in self.conditions:
            for _, segment in instance:
                if segment[0][0] != tag or len(segment) < 2 or segment[1][: len(parts)] != parts:
                    continue
                if not more or [element[0] for element in segment[2 : 2 + len(more)]] == more:
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
                reading.tell(reading.misplaced, "segment-not-known", at, name="+".join(part[0] for part in segment[:2]))
        if self.group.makes:
            draft[self.prefix + self.group.makes + "!"] = ""
        for finish in self.finishers:
            finish(draft, reading, first_at)


def _condition(template: Template) -> tuple[str, list[str], list[str]]:
    """The tag, the first components of element 1, and the first component of each later element: a group's mark."""
    first, *later = [[part for part in element if isinstance(part, str)] for element in template.elements] or [[]]
    return template.tag, first, [element[0] for element in later]


class FormReader:
    """Reads letters of one version from their segments."""

    def __init__(self, form: Form, version: Version, words: tuple[Word, ...], type_code: str) -> None:
        self.form = form
        self.version = version
        self.root = version.root
        self.type_code = type_code
        self.words = words
        self.positions: dict[str, str] = {}
        self.strict = form.strict and version.public
        self.follows = [
            item
            for item in form.items
            if isinstance(item, Follows) and (not item.versions or version.mark in item.versions)
        ]
        self.head = GroupReader(
            Group("", tuple(item for item in form.items if not isinstance(item, Group))), self, version.mark
        )
        self.groups: dict[str, list[GroupReader]] = {}
        self.hidden: dict[tuple[str, str], list[GroupReader]] = {}
        for item in form.items:
            if isinstance(item, Group) and (not item.versions or version.mark in item.versions):
                self._add_group(GroupReader(item, self, version.mark))
        self.plans = plans_of(words, "")
        every = [group for groups in self.groups.values() for group in groups]
        repeated = [group.group for group in every if group.group.repeated]
        self.inner_plans = {group.target: inner_plans_of(words, group.target) for group in repeated}
        self.added_to = {group.target for group in repeated if group.into}
        self.by_place = {group.group.key: [group] for group in every if group.by_place}
        self.children = {
            trigger: frozenset(child for group in groups for child in group.children)
            for trigger, groups in self.groups.items()
        }

    def _add_group(self, group: GroupReader) -> None:
        declared = group.group
        self.groups.setdefault(declared.trigger, []).append(group)
        if declared.opens:
            for trigger in (*declared.after.split(), declared.trigger):
                self.hidden.setdefault((trigger, declared.opens), []).append(group)

    def codec(self, name: str) -> Codec | None:
        """The codec a slot names; None for a plain value."""
        return codec_named(name, self.version.year)

    def place(self, at: int, path: str) -> Place:
        """Segment and position of an element."""
        position = self.positions.get(path) or self.positions.get(path.rpartition("/")[0])
        return Place(segment=at if at > 0 else None, position=position)

    def read(self, segments: list[Segment], interchange: Segment | None) -> tuple[Element, FormReading]:
        """The tree of a letter. `segments` begin with UNH; UNT at the end is passed over."""
        reading = FormReading(self.root, self.strict)
        draft: Draft = {}
        self._constants(segments[0], interchange, draft, reading)
        fitting = list(self._fitting(self._instances(segments, reading), reading))
        repeated = [group.group.target for group, _ in fitting if group.group.repeated]
        numbered = {target for target in set(repeated) if repeated.count(target) > 1}
        for group, instance in fitting:
            if group.group.repeated:
                self._read_repeated(group, instance, draft, reading, group.group.target in numbered)
            else:
                group.read(instance, draft, reading)
        for target, drafts in reading.added_to.items():
            name, plans = target.rpartition("/")[2], self.inner_plans[target]
            draft[target] = [Element(name, tuple(assemble(plans, own)), at) for at, own in drafts]
        for follows in self.follows:
            follow(follows, draft, reading)
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
        trigger = HEAD
        at = 1
        for segment in segments[1:]:
            at += 1
            tag = segment[0][0]
            opened = self.hidden.get((trigger, tag))
            if opened is not None:
                instance, trigger = [(at, segment)], opened[0].group.trigger
                found.append((opened, instance))
            elif tag[0] == "S" and tag[1:].isdigit() and tag not in self.children.get(trigger, ()):
                if tag in self.form.transparent:
                    continue
                groups = self.groups.get(tag)
                if groups is None or groups[0].group.opens:
                    reading.tell(reading.misplaced, "segment-not-known", at, name=tag)
                    continue
                instance, trigger = [(at, segment)], tag
                found.append((groups, instance))
            else:
                instance.append((at, segment))
        return found

    def _fitting(
        self, instances: list[tuple[list[GroupReader], Block]], reading: FormReading
    ) -> Iterator[tuple[GroupReader, Block]]:
        """Each group of segments with the declared group that it is; those that are none are told."""
        if self.form.arrangement is not None:
            instances = self._arranged(self.form.arrangement, instances, reading)
        for candidates, instance in instances:
            if not instance:
                continue
            only = candidates[0]
            if len(candidates) == 1 and not only.conditions:
                yield only, instance
                continue
            fitting = next((group for group in candidates if group.fits(instance)), None)
            if fitting is None:
                names = "+".join(part[0] for part in instance[min(1, len(instance) - 1)][1][:2])
                reading.tell(reading.misplaced, "segment-not-known", instance[0][0], name=names)
            else:
                yield fitting, instance

    def _arranged(
        self, arrangement: Arrangement, instances: list[tuple[list[GroupReader], Block]], reading: FormReading
    ) -> list[tuple[list[GroupReader], Block]]:
        """The same with hidden groups told apart by their place."""
        hidden = [(candidates, block) for candidates, block in instances if candidates[0].group.opens]
        found = [(candidates, block) for candidates, block in instances if not candidates[0].group.opens]
        for what, block in arrangement.apart([block for _, block in hidden]):
            severity, _, code = what.partition(":")
            if code:
                names = "+".join(part[0] for part in block[min(1, len(block) - 1)][1][:2])
                reading.tell("error" if severity == "error" else "warning", code, block[0][0], name=names)
            else:
                found.append((self.by_place[what] if what else hidden[0][0], block))
        return found

    def _read_repeated(
        self, group: GroupReader, instance: Block, draft: Draft, reading: FormReading, numbered: bool
    ) -> None:
        own: Draft = {}
        target = group.group.target
        if group.group.into:
            reading.within = f"{target}/"
            group.read(instance, own, reading)
            reading.within = ""
            for path in [path for path in own if path[0] == "/"]:
                move_out(path, own, draft, reading)
            _add_into(reading, target, own.pop(group.group.into, ""), own, instance[0][0])
            return
        known = reading.added_to.setdefault(target, []) if target in self.added_to else None
        made = cast("list[Element]", draft.setdefault(target, []))
        number = len(made if known is None else known) + 1
        reading.within = f"{target}[{number}]/" if numbered else f"{target}/"
        group.read(instance, own, reading)
        reading.within = ""
        for path in [path for path in own if path[0] == "/"]:
            move_out(path, own, draft, reading)
        if known is not None:
            own.setdefault("~number", str(number))
            known.append((instance[0][0], own))
            return
        content = tuple(assemble(self.inner_plans[target], own))
        made.append(Element(target.rpartition("/")[2], content, instance[0][0]))


def _add_into(reading: FormReading, target: str, number: object, more: Draft, at: int) -> None:
    """Add what a later group says to the element with its number; without a number, to the only one."""
    drafts = [own for _, own in reading.added_to.get(target, [])]
    chosen = [own for own in drafts if own["~number"] == number] if number else drafts
    if len(chosen) != 1:
        reading.tell("error", "link-unknown", at, target, name=target.rpartition("/")[2], found=str(number)[:10] or "-")
        return
    for path, value in more.items():
        if path in chosen[0]:
            reading.tell("error", "link-repeated", at, target, name=target.rpartition("/")[2], found=str(number)[:10])
            return
        chosen[0][path] = value

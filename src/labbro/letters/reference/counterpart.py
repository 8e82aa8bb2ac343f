"""Where an element stands in EDIFACT: segment, qualifier and component, read from the declared form."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

from labbro.letters.form import (
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
from labbro.letters.standard import Standard, Version
from labbro.letters.template import Slot, Template, parse

# From path to the places in one version; a place is Markdown.
Places = dict[str, list[str]]

# Where an internal form stands for segments that several groups share (facts: rpt02.md, c).
_PATTERN = "LaboratoryResults/CultureWithFindings/Pattern"
_TOLD_BY_GROUPS = {
    f"{_PATTERN}/PatternEntry/RefMicroorganism": ["`S18` `RFF+ARL` 1.2"],
    f"{_PATTERN}/PatternEntry/RefAntibiotic": ["`S18` `INV+CO` 2.4"],
    f"{_PATTERN}/PatternEntry/Sensitivity": ["`S18` `RSL+AV` 2.3"],
}
_REFERENCE = {
    "": ["`FTX`"],
    "/RefDescription": ["`FTX` 4.1"],
    "/URL": ["`FTX+URL` 4.2–4.5"],
    "/SUP": ["`FTX+SUP`"],
    "/BIN": ["`FTX+BIN`"],
    "/BIN/ObjectIdentifier": ["`FTX+BIN` 4.2"],
    "/BIN/ObjectCode": ["`FTX+BIN` 4.3"],
    "/BIN/ObjectExtensionCode": ["`FTX+BIN` 4.4"],
    "/BIN/OriginalObjectSize": ["`FTX+BIN` 4.5"],
}


def places_of(standard: Standard, version: Version) -> Places:
    """Where each element of a version stands; nothing where it has no EDIFACT form."""
    if standard.form is None or not version.has_edifact:
        return {}
    found = _Collecting(version.mark)
    form = standard.form
    found.add(form.identifier, "`UNH` 1.1")
    found.add("Letter/VersionCode", "`UNH` 2.5")
    found.add(form.sender, "`UNB` 2.1")
    found.add(form.receiver, "`UNB` 3.1")
    found.items(form.items, "", "", "")
    if form.arrangement is not None:
        found.places.update({path: place for path, place in _TOLD_BY_GROUPS.items() if path in found.places})
    return found.places


def follows_of(form: Form, mark: str) -> dict[str, str]:
    """Elements that EDIFACT does not say and that are read from another: path to path."""
    held = [item for item in form.items if isinstance(item, Follows) and (not item.versions or mark in item.versions)]
    return {item.path: item.of for item in held}


class _Collecting:
    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.places: Places = {}

    def add(self, path: str, place: str) -> None:
        known = self.places.setdefault(path, [])
        if place not in known:
            known.append(place)

    def items(self, items: Iterable[Item], base: str, trigger: str, key: str) -> None:
        held = [item for item in items if not item.versions or self.mark in item.versions]
        codes = self._codes(held, trigger, key)
        for item in held:
            if isinstance(item, Group):
                self._group(item, base)
            elif isinstance(item, Line):
                self._line(parse(item.template), base, trigger, key)
            elif isinstance(item, Derived):
                self._derived(item, base, codes)
            else:
                self._other(item, base, trigger)

    def _group(self, item: Group, base: str) -> None:
        below = f"{item.target}/" if item.target else base
        # A key that is a segment tells groups of one trigger apart; `~name` and INV codes are explained by their lines.
        key = item.key.split(" ")[0] if item.key.startswith("NAD+") else ""
        if item.says is not None:
            self.add(below + item.says[0], f"`{item.trigger}` `{item.key.split(' ')[0]}`")
        self.items(item.items, below, item.trigger, key)

    def _codes(self, items: Iterable[Item], trigger: str, key: str) -> dict[str, str]:
        """Where the codes of `Derived` stand, by their names."""
        found: dict[str, str] = {}
        for item in items:
            if isinstance(item, Line):
                template = parse(item.template)
                for slot in template.slots:
                    if slot.path.startswith("~"):
                        found.setdefault(slot.path, _place(template, slot, trigger, key))
        return found

    def _line(self, template: Template, base: str, trigger: str, key: str) -> None:
        for slot in template.slots:
            if not slot.path.startswith("~"):
                path = slot.path[1:] if slot.path.startswith("/") else base + slot.path
                self.add(path, _place(template, slot, trigger, key))

    def _derived(self, item: Derived, base: str, codes: dict[str, str]) -> None:
        places = [codes[name] for name in item.names if name in codes]
        if not item.describes or not places:
            return
        place = _joined(places)
        self.add(base + item.describes, place)
        if item.describes == "IdentifierCode":
            self.add(f"{base}IdentifierLocal", place)

    def _other(self, item: Item, base: str, trigger: str) -> None:
        if isinstance(item, Texts):
            for code, path in item.kinds:
                self.add(base + path, f"{_group(trigger)}`FTX+{code}`")
        elif isinstance(item, CodedText):
            self.add(base + item.code_path, f"{_group(trigger)}`FTX` 1.1")
            self.add(base + item.text_path, f"{_group(trigger)}`FTX` 4")
        elif isinstance(item, References):
            for below, places in _REFERENCE.items():
                self.add(base + item.path + below, f"{_group(trigger)}{places[0]}")
        elif isinstance(item, Lines):
            self.add(base + item.path, f"{_group(trigger)}`FTX+{item.code}` 4")
        elif isinstance(item, EachWord):
            for segment in item.segments.values():
                self.add(base + item.path, f"{_group(trigger)}`{'+'.join(segment.split('+')[:2])}` 2.1")
        elif isinstance(item, Presence):
            self.add(base + item.path, f"{_group(trigger)}`{item.template}`")
        elif isinstance(item, Rows):
            self._rows(item, base, trigger)

    def _rows(self, item: Rows, base: str, trigger: str) -> None:
        for path, lines in item.kinds:
            for declared in lines:
                template = parse(declared)
                for slot in template.slots:
                    self.add(f"{base}{path}/{slot.path}".removesuffix("/."), _place(template, slot, trigger, ""))


def _group(trigger: str) -> str:
    return f"`{trigger}` " if trigger else ""


def _joined(places: list[str]) -> str:
    """Several places as one, without saying group and segment again."""
    said = places[0]
    for before, place in pairwise(places):
        segment, _, position = place.rpartition(" ")
        same_segment = before.rpartition(" ")[0] == segment
        group, _, rest = place.partition(" ")
        said += f", {position}" if same_segment else f" + {rest if before.startswith(group + ' ') else place}"
    return said


def _place(template: Template, slot: Slot, trigger: str, key: str) -> str:
    segment = f"{template.tag}+{template.qualifier}" if template.qualifier else template.tag
    within = f" ({key})" if key and segment != key else ""
    return f"{_group(trigger)}`{segment}`{within} {slot.position}"

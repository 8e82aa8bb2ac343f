"""Reads elements that stand one after the other, each begun by a segment (`Rows` of form.py)."""

from __future__ import annotations

from typing import TypeAlias, cast

from labbro.letters.assembling import Plan, assemble
from labbro.letters.edifact import Segment
from labbro.letters.form import Rows
from labbro.letters.segmentreading import CodecOf, Draft, FormReading, Handler, line_handler
from labbro.letters.template import parse
from labbro.letters.tree import Element

# An element being read: which kind it is, where it stood, and what has been read of it.
Row: TypeAlias = "tuple[int, int, Draft]"


class RowsReader:
    """The handlers of such segments, by tag and qualifier, and what makes the elements at the end of the group."""

    def __init__(self, rows: Rows, prefix: str, plans: list[tuple[Plan, ...]], codec_of: CodecOf) -> None:
        self.store = "#" + prefix + rows.kinds[0][0]
        self.prefix = prefix
        self.paths = [path for path, _ in rows.kinds]
        self.plans = plans
        templates = [[parse(declared) for declared in lines] for _, lines in rows.kinds]
        begins = [line_handler(lines[0], "", set(), codec_of) for lines in templates]
        self.handlers = {f"{lines[0].tag}+{lines[0].qualifier}": self._begin(begins) for lines in templates[:1]}
        for lines in templates:
            for template in lines[1:]:
                handler = self._follow(line_handler(template, "", set(), codec_of))
                self.handlers.setdefault(f"{template.tag}+{template.qualifier}", handler)

    def _begin(self, begins: list[Handler]) -> Handler:
        last = len(begins) - 1

        def handle(segment: Segment, at: int, draft: Draft, reading: FormReading) -> None:
            rows = cast("dict[str, list[Row]]", draft).setdefault(self.store, [])
            kind = min(len(rows), last)
            own: Draft = {}
            rows.append((kind, at, own))
            self._within(begins[kind], segment, at, own, reading, kind)

        return handle

    def _follow(self, handler: Handler) -> Handler:
        def handle(segment: Segment, at: int, draft: Draft, reading: FormReading) -> None:
            rows = cast("dict[str, list[Row]]", draft).get(self.store)
            if not rows:
                reading.tell("warning", "segment-not-known", at, name="+".join(part[0] for part in segment[:2]))
                return
            kind, _, own = rows[-1]
            self._within(handler, segment, at, own, reading, kind)

        return handle

    def _within(self, handler: Handler, segment: Segment, at: int, own: Draft, reading: FormReading, kind: int) -> None:
        outside = reading.within
        reading.within = f"{outside}{self.prefix}{self.paths[kind]}/"
        handler(segment, at, own, reading)
        reading.within = outside

    def finish(self, draft: Draft, _reading: FormReading, _at: int) -> None:
        """Make the elements of what was read."""
        for kind, at, own in cast("dict[str, list[Row]]", draft).pop(self.store, []):
            path = self.prefix + self.paths[kind]
            whole = own.get(".")
            content = whole.content if isinstance(whole, Element) else tuple(assemble(self.plans[kind], own))
            made = cast("list[Element]", draft.setdefault(path, []))
            made.append(Element(path.rpartition("/")[2], content, at))

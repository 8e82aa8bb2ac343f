"""Hidden groups of pathology and genetics that are known by their place: headings, and codes of samples.

RPT03 has one heading of diagnoses before its codes. RPT04 has for each sample a group with its heading, the first with
that of the diagnoses before it, and a group with its codes (facts: rpt03.md, rpt04.md, e).
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from labbro.letters.edifact import Segment
from labbro.letters.form import Arrangement, Block


def _is_heading(block: Block) -> bool:
    """GIS and headings, nothing else."""
    return all(segment[0][0] in {"GIS", "INV"} and segment[1:2] != [["NR"]] for _, segment in block)


def _is_coded(block: Block) -> bool:
    return any(segment[0][0] == "CIN" or segment[1:2] == [["NR"]] or _links(segment) for _, segment in block)


def _links(segment: Segment) -> bool:
    """RFF+ASL: the number of the sample that codes belong to."""
    return segment[0][0] == "RFF" and len(segment) > 1 and segment[1][0] == "ASL"


# Sections that the public converter refuses in RPT03: macroscopy and haematology (facts: rpt03.md, c).
NOT_IN_CERVIX = frozenset({"MAC", "HEM"})
_REFERS = frozenset({"URL", "SUP", "BIN"})


def _kind(block: Block, refused: frozenset[str]) -> str:
    """What a hidden group is: codes, a heading, a section that has no place, or what its own segments tell."""
    if not any(segment[0][0] in {"RSL", "FTX", "CIN", "INV"} for _, segment in block):
        return ""
    if _is_coded(block):
        return "codes"
    if _is_heading(block):
        return "heading"
    texts = {segment[1][0] for _, segment in block if segment[0][0] == "FTX" and len(segment) > 1}
    if texts & refused:
        return "error:section-not-allowed"
    tags = {segment[0][0] for _, segment in block}
    return "warning:heading-without-section" if texts <= _REFERS and tags <= {"GIS", "INV", "FTX"} else ""


def _says_something(segment: list[list[str]]) -> bool:
    return segment[0][0] == "INV" and len(segment) > 2 and any(segment[2])


class _Headings:
    """Tells headings of diagnoses and of samples apart, in the order of the letter."""

    def __init__(self, with_own_heading: bool) -> None:
        self.with_own_heading = with_own_heading
        self.found: list[tuple[str, Block]] = []
        self.headings = 0
        self.waiting: Block = []

    def block(self, kind: str, block: Block, following: str, after_table: bool) -> None:
        if kind == "codes":
            self.found.append(("~codes", [*self.waiting, *block]))
            self.waiting = []
        elif kind == "heading":
            self.headings += 1
            self.heading([item for item in block if _says_something(item[1])], block, following, after_table)
        else:
            self.found.append((kind, block))

    def heading(self, said: Block, block: Block, following: str, after_table: bool) -> None:
        """The first of two headings is that of the diagnoses; one before codes is the sample's own."""
        two = sum(segment[0][0] == "INV" for _, segment in block) > 1
        own: Block = []
        if self.with_own_heading and following == "codes":
            own = [item for item in block[-1:] if item in said]
            said = said[:-1] if own else said
        self.waiting = own
        in_place = after_table or two or following == "codes"
        if said and in_place and self.headings == 1:
            self.found.append(("~diagnosis", said[:1]))
            said = said[1:]
        self.found.extend(("warning:heading-without-section", [item]) for item in said)


def _apart(
    with_own_heading: bool = False, refused: frozenset[str] = frozenset()
) -> Callable[[list[Block]], list[tuple[str, Block]]]:
    def apart(blocks: list[Block]) -> list[tuple[str, Block]]:
        headings = _Headings(with_own_heading)
        kinds = [_kind(block, refused) for block in blocks]
        for number, (kind, following) in enumerate(pairwise([*kinds, ""])):
            headings.block(kind, blocks[number], following, after_table=number == 1)
        return headings.found

    return apart


def _together(blocks: list[tuple[str, list[str]]]) -> list[str]:
    """The heading of the diagnoses stands in the first group of a sample's heading; samples without codes say
    nothing unless there is one, and then only their empty heading if no sample is coded."""
    coded = any(segment.startswith("CIN+") for key, block in blocks if key == "~codes" for segment in block)
    found: list[str] = []
    diagnosis = False
    first = True
    for key, block in blocks:
        if key != "~codes":
            found.extend(block)
            diagnosis = diagnosis or key == "~diagnosis"
            continue
        second = block.index("GIS+N", 1) if "GIS+N" in block[1:] else 0
        heading, codes = block[:second], block[second:]
        if diagnosis or any(segment.startswith("CIN+") for segment in codes):
            found.extend(heading[1:] if diagnosis and first else heading)
            found.extend(codes if coded else [])
        first = False
    return found


CERVIX_ARRANGEMENT = Arrangement(_apart(refused=NOT_IN_CERVIX), _together)
SAMPLES_ARRANGEMENT = Arrangement(_apart(with_own_heading=True), _together)


def _only_sections(blocks: list[Block]) -> list[tuple[str, Block]]:
    """RPT07: every hidden group is known by its own segments; a heading alone belongs to no section."""
    told = [_kind(block, frozenset()) for block in blocks]
    return [
        ("warning:heading-without-section" if kind == "heading" else "" if kind == "codes" else kind, block)
        for kind, block in zip(told, blocks, strict=True)
    ]


def _as_declared(blocks: list[tuple[str, list[str]]]) -> list[str]:
    return [segment for _, block in blocks for segment in block]


GENETICS_ARRANGEMENT = Arrangement(_only_sections, _as_declared)

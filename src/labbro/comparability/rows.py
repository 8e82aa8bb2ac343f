"""Results arranged in rows by comparability, with every merge, split and step explained where it stands. Pure."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from labbro.comparability.decision import Observed, Placement, Placer, explain_apart, method_name
from labbro.comparability.model import CodeRef, Procedure

NoteKind = Literal["merged", "split", "unassessed", "converted", "caution"]


class RowNote(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row is as it is: codes merged, a code split, not assessed, converted, compared with caution."""

    kind: NoteKind
    text_da: str
    text_en: str


class MethodChange(msgspec.Struct, frozen=True, kw_only=True):
    """A place in a row where the method changes. `before` is the index of the first result measured by the new one.

    `caution`: the registry asks for caution between the two, so the reader sees a step.
    """

    before: int
    caution: bool
    text_da: str
    text_en: str


class ComparableRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row: the results in it by their index, oldest first, and what there is to say of it.

    `address` names the row in an address and says nothing of the patient. `unit` None: the results' own.
    """

    key: tuple[str, ...]
    address: str
    label_da: str | None
    label_en: str | None
    unit: str | None
    members: tuple[int, ...]
    codes: tuple[CodeRef, ...]
    notes: tuple[RowNote, ...]
    changes: tuple[MethodChange, ...]

    @property
    def assessed(self) -> bool:
        """Whether somebody has decided what stands here."""
        return self.key[0] == "group"


class Arranged(msgspec.Struct, frozen=True, kw_only=True):
    """All rows, and the placement of every result, at one version of the registry."""

    version: int
    rows: tuple[ComparableRow, ...]
    placements: tuple[Placement, ...]


def arrange(results: Sequence[Observed], placer: Placer) -> Arranged:
    """The rows of results; the same results give the same rows whatever their order. Nothing is left out."""
    placements = placer.place_all(results)
    members: dict[tuple[str, ...], list[int]] = defaultdict(list)
    rows_of_code: dict[CodeRef, dict[tuple[str, ...], int]] = defaultdict(dict)
    for at, (told, placement) in enumerate(zip(results, placements, strict=True)):
        members[placement.row].append(at)
        rows_of_code[told.code].setdefault(placement.row, at)
    rows = [
        _row(key, sorted(held, key=lambda at: (results[at].sampled_on, at)), results, placements, rows_of_code)
        for key, held in members.items()
    ]
    return Arranged(
        version=placer.registry.version,
        rows=tuple(sorted(rows, key=lambda row: row.key)),
        placements=tuple(placements),
    )


def address_of(key: tuple[str, ...]) -> str:
    """Sixteen hexadecimal digits that name a row."""
    return hashlib.blake2b("\0".join(key).encode(), digest_size=8).hexdigest()


def _row(
    key: tuple[str, ...],
    held: list[int],
    results: Sequence[Observed],
    placements: Sequence[Placement],
    rows_of_code: dict[CodeRef, dict[tuple[str, ...], int]],
) -> ComparableRow:
    first = placements[held[0]]
    codes = tuple(sorted({results[at].code for at in held}))
    group = first.group if key[0] == "group" else None
    return ComparableRow(
        key=key,
        address=address_of(key),
        label_da=group.label_da if group else None,
        label_en=group.label_en if group else None,
        unit=group.unit if group else None,
        members=tuple(held),
        codes=codes,
        notes=tuple(_notes(key, codes, held, placements, rows_of_code)),
        changes=tuple(_changes(held, placements)),
    )


def _notes(
    key: tuple[str, ...],
    codes: tuple[CodeRef, ...],
    held: list[int],
    placements: Sequence[Placement],
    rows_of_code: dict[CodeRef, dict[tuple[str, ...], int]],
) -> list[RowNote]:
    first = placements[held[0]]
    notes: list[RowNote] = []
    if first.short_da:
        notes.append(RowNote(kind="unassessed", text_da=first.reason_da, text_en=first.reason_en))
    if len(codes) > 1:
        names = ", ".join(code.value for code in codes)
        group_da = first.group.label_da if first.group else ""
        group_en = first.group.label_en if first.group else ""
        notes.append(
            RowNote(
                kind="merged",
                text_da=f"Rækken samler {names}: metoderne er vurderet sammenlignelige i {group_da}.",
                text_en=f"The row holds {names}: their methods are assessed as comparable in {group_en}.",
            )
        )
    for code in codes:
        others = {row: at for row, at in rows_of_code[code].items() if row != key}
        if others:
            here = placements[rows_of_code[code][key]]
            why_da, why_en = explain_apart(here, placements[others[min(others)]])
            count = len(others) + 1
            notes.append(
                RowNote(
                    kind="split",
                    text_da=f"{code.value} står på {count} rækker. {why_da}",
                    text_en=f"{code.value} stands on {count} rows. {why_en}",
                )
            )
    notes += _once(held, placements)
    return notes


def _once(held: list[int], placements: Sequence[Placement]) -> list[RowNote]:
    """What is said once of a row although several results have it: conversions."""
    told = {
        placement.conversion.from_unit: placement
        for placement in (placements[at] for at in held)
        if placement.conversion is not None
    }
    return [
        RowNote(kind="converted", text_da=placement.reason_da, text_en=placement.reason_en)
        for _, placement in sorted(told.items())
    ]


def _changes(held: list[int], placements: Sequence[Placement]) -> list[MethodChange]:
    """Where the method changes, oldest first; a change to or from one to be compared with caution is a step."""
    found: list[MethodChange] = []
    names: dict[str, str] = {}

    def name(procedure: Procedure) -> str:
        known = names.get(procedure.procedure_id)
        if known is None:
            known = names[procedure.procedure_id] = method_name(procedure)
        return known

    for earlier, later in pairwise(held):
        before, after = placements[earlier], placements[later]
        if (
            before is after
            or before.procedure is None
            or after.procedure is None
            or before.procedure == after.procedure
        ):
            continue
        caution = "caution" in (before.verdict, after.verdict)
        was, now = name(before.procedure), name(after.procedure)
        note = after if after.verdict == "caution" else before
        text_da, text_en = f"Metodeskift: {was} → {now}.", f"Method change: {was} → {now}."
        if caution:
            text_da, text_en = f"{text_da} {note.reason_da}", f"{text_en} {note.reason_en}"
        found.append(MethodChange(before=later, caution=caution, text_da=text_da, text_en=text_en))
    return found

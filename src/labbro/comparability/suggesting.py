"""Suggestions which procedures may share a group, from their attributes, each with its reasons. People decide. Pure.

Source: comparability.md section 3 and rule 6.3: point of care, specimen, formula and kind of quantity split by default;
traceability to a reference procedure (class A, B) makes comparability likely, never certain. Section 2: `proc.` and
arbitrary kinds in the names of NPU say that a result depends on its procedure.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from labbro.codes.lists import CodeLists
from labbro.codes.npu import NpuName
from labbro.comparability.model import Group, Procedure, Verdict
from labbro.comparability.registry import Registry


class Suggestion(msgspec.Struct, frozen=True, kw_only=True):
    """What might be said of a procedure. `group_id` None: a group of its own. `asks`: the evidence still missing."""

    procedure_id: str
    group_id: str | None
    verdict: Verdict
    reasons_da: tuple[str, ...]
    reasons_en: tuple[str, ...]
    asks: str


_SPLITS = (
    ("point_of_care", "patientnær måling mod laboratorium", "point of care against laboratory"),
    ("specimen", "andet prøvemateriale", "another specimen"),
    ("site", "andet sted på kroppen", "another anatomical site"),
    ("formula", "anden formel", "another formula"),
)


PACKAGED = CodeLists()


def suggestions(registry: Registry, lists: CodeLists = PACKAGED) -> tuple[Suggestion, ...]:
    """For every procedure that no group has judged: the likeliest group of its measurand, or one of its own.

    `lists` say what the names of codes say: system, kind of property, whether the procedure matters.
    """
    judged = {one.procedure_id for one in registry.entries.assertions}
    judged |= {group.anchor_procedure_id for group in registry.entries.groups}
    found: list[Suggestion] = []
    for procedure in registry.entries.procedures:
        if procedure.procedure_id in judged:
            continue
        groups = [group for group in registry.entries.groups if group.measurand_id == procedure.measurand_id]
        told = [_against(procedure, group, registry, lists) for group in groups]
        found.append(min(told, key=_order) if told else _alone(procedure))
    return tuple(sorted(found, key=lambda one: one.procedure_id))


_RANK: dict[Verdict, int] = {"same": 0, "comparable": 1, "convertible": 2, "unknown": 3, "caution": 4, "not": 5}


def _order(one: Suggestion) -> tuple[int, str]:
    return _RANK[one.verdict], one.group_id or ""


def _against(procedure: Procedure, group: Group, registry: Registry, lists: CodeLists) -> Suggestion:
    anchor = registry.procedures[group.anchor_procedure_id]
    names = _name(procedure, lists), _name(anchor, lists)
    splits = [*_differences(procedure, anchor), *_names_differ(*names)]
    unit = procedure.unit
    if unit and unit != group.unit and registry.conversion(group.measurand_id, unit, group.unit) is None:
        splits.append((f"enheden {unit} kan ikke omregnes", f"the unit {unit} cannot be converted"))
    if splits:
        return _suggestion(procedure, group, "not", splits, "nothing: these split by default")
    if _same_assay(procedure, anchor):
        same = [("samme apparat, reagens og kalibrator som ankeret", "the anchor's device, kit and calibrator")]
        return _suggestion(procedure, group, "same", same, "a statement of the laboratory")
    if any(name is not None and name.depends_on_procedure for name in names):
        depends = [
            (
                "kodens navn siger, at svaret afhænger af metoden (proc. eller arbitrær enhed)",
                "the code's name says that the result depends on the procedure (proc. or an arbitrary kind)",
            )
        ]
        return _suggestion(procedure, group, "unknown", depends, "a comparison study")
    if procedure.traceability in ("A", "B") and anchor.traceability in ("A", "B"):
        classes = procedure.traceability, anchor.traceability
        traced = [
            (
                f"begge er sporbare til en referenceprocedure (klasse {classes[0]} og {classes[1]})",
                f"both are traceable to a reference procedure (class {classes[0]} and {classes[1]})",
            )
        ]
        return _suggestion(procedure, group, "comparable", traced, "a comparison study or external quality rounds")
    if procedure.calibrator and procedure.calibrator == anchor.calibrator:
        alike = [("samme kalibrator som ankeret", "the anchor's calibrator")]
        return _suggestion(procedure, group, "unknown", alike, "a comparison study")
    nothing = [("intet taler for sammenlignelighed", "nothing speaks for comparability")]
    return _suggestion(procedure, group, "unknown", nothing, "a comparison study")


def _differences(procedure: Procedure, anchor: Procedure) -> Iterator[tuple[str, str]]:
    for name, da, en in _SPLITS:
        own, other = getattr(procedure, name), getattr(anchor, name)
        if own != other and own is not None and other is not None:
            yield da, en
    if procedure.principle and anchor.principle and procedure.principle != anchor.principle:
        yield (
            f"andet princip ({procedure.principle} mod {anchor.principle})",
            f"another principle ({procedure.principle} against {anchor.principle})",
        )


def _name(procedure: Procedure, lists: CodeLists) -> NpuName | None:
    """The parts of the name of the first code that has any."""
    told = (lists.parts(one.value, one.system, one.responsible) for one in procedure.codes)
    return next((name for name in told if name is not None), None)


def _names_differ(own: NpuName | None, other: NpuName | None) -> Iterator[tuple[str, str]]:
    """What the names of two codes say apart: the system and its specification. Units and kinds are units' matter."""
    if own is None or other is None or not own.system or not other.system:
        return
    ours, theirs = (
        f"{name.system}({name.system_specification})" if name.system_specification else name.system
        for name in (own, other)
    )
    if ours != theirs:
        yield (
            f"kodens navn siger et andet system ({ours} mod {theirs})",
            f"the code's name says another system ({ours} against {theirs})",
        )


def _same_assay(procedure: Procedure, anchor: Procedure) -> bool:
    parts = ("device", "kit", "calibrator")
    told = [(getattr(procedure, part), getattr(anchor, part)) for part in parts]
    known = [(own, other) for own, other in told if own is not None or other is not None]
    return bool(known) and procedure.device is not None and all(own == other for own, other in known)


def _suggestion(
    procedure: Procedure, group: Group, verdict: Verdict, reasons: list[tuple[str, str]], asks: str
) -> Suggestion:
    return Suggestion(
        procedure_id=procedure.procedure_id,
        group_id=group.group_id,
        verdict=verdict,
        reasons_da=tuple(da for da, _ in reasons),
        reasons_en=tuple(en for _, en in reasons),
        asks=asks,
    )


def _alone(procedure: Procedure) -> Suggestion:
    return Suggestion(
        procedure_id=procedure.procedure_id,
        group_id=None,
        verdict="same",
        reasons_da=("størrelsen har endnu ingen gruppe; metoden kan være anker",),
        reasons_en=("the measurand has no group yet; the procedure may be its anchor",),
        asks="two persons who release the group",
    )

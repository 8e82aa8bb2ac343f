"""The decision: where a result stands, and whether two results share a row. Pure, deterministic, fail-safe.

Rules of comparability.md section 6: the procedure valid at sampling time; attributes in the message before producer and
code before code alone; what is not known is never merged silently, and nothing is ever hidden.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal

import msgspec

from labbro.comparability.model import (
    ANYWHERE,
    JOINS,
    Assertion,
    CodeRef,
    Conversion,
    Group,
    Procedure,
    Verdict,
)
from labbro.comparability.registry import Registry

MONITORING = "monitoring"
Step = Literal["message", "producer", "code", "none", "ambiguous"]


class Stated(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Attributes of the method that the message itself states (European documents may; Danish letters never do)."""

    principle: str | None = None
    device: str | None = None
    kit: str | None = None
    calibrator: str | None = None
    formula: str | None = None


class Observed(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What a decision needs of a result. `unit` in one spelling; `point_of_care` None where nobody says."""

    code: CodeRef
    producer: str | None
    unit: str | None
    sampled_on: dt.date
    value: float | None = None
    specimen: str | None = None
    point_of_care: bool | None = None
    stated: Stated | None = None


class Placement(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Where a result stands. Results share a row exactly when their `row` is equal.

    `conversion` is set where the row's unit is another; the original always stands beside. `reason` says why it is
    here, in one sentence; `short` is the mark beside a row: empty for one that is assessed.
    """

    row: tuple[str, ...]
    group: Group | None
    procedure: Procedure | None
    step: Step
    verdict: Verdict
    conversion: Conversion | None
    reason_da: str
    reason_en: str
    short_da: str = ""
    short_en: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """Whether two results share a row, and why, in one sentence."""

    same: bool
    reason_da: str
    reason_en: str
    first: Placement
    second: Placement


class Placer:
    """Places results by one version of the registry; remembers what it decided for all but day and value."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self._uses: dict[tuple[object, ...], _Use] = {}

    def place(self, told: Observed) -> Placement:
        """Where a result stands."""
        key = (told.code, told.producer, told.unit, told.specimen, told.point_of_care, told.stated)
        use = self._uses.get(key)
        if use is None:
            use = self._uses[key] = self._use(told)
        span = bisect_right(use.turning_days, told.sampled_on)
        asked = use.asked.get(span)
        if asked is None:
            asked = use.asked[span] = self._asked(use, told)
        return asked.settled or self._by_value(asked, told)

    def same_row(self, first: Observed, second: Observed) -> Decision:
        """Whether two results share a row."""
        a, b = self.place(first), self.place(second)
        same = a.row == b.row
        reason_da, reason_en = _why_same(a, b) if same else explain_apart(a, b)
        return Decision(same=same, reason_da=reason_da, reason_en=reason_en, first=a, second=b)

    def place_all(self, told: Sequence[Observed]) -> list[Placement]:
        """The placement of each, in order."""
        place = self.place
        return [place(one) for one in told]

    def _asked(self, use: _Use, told: Observed) -> _Asked:
        """What is to be asked of the results between two turning days: nothing where no value has a say."""
        procedure, step = use.procedure_on(told.sampled_on)
        said = () if procedure is None else self._said(procedure, told)
        asked = _Asked(procedure, step, said)
        if not said or said[0][0].scope is ANYWHERE:
            asked.settled = self._by_value(asked, told)
        return asked

    def _by_value(self, asked: _Asked, told: Observed) -> Placement:
        """Where a value stands: by the first assertion whose scope holds it, else outside all of them."""
        decided: tuple[str | None, bool] = (asked.said[0][0].assertion_id if asked.said else None, not asked.said)
        for assertion, conversion in asked.said:
            value = told.value
            if value is not None and conversion is not None:
                value = conversion.factor * value + conversion.offset
            if assertion.scope is ANYWHERE or assertion.scope.holds(value):
                decided = assertion.assertion_id, True
                break
        placement = asked.placements.get(decided)
        if placement is None:
            assertion_id, inside = decided
            placement = self._placement(told, asked.procedure, asked.step, assertion_id, inside=inside)
            asked.placements[decided] = placement
        return placement

    def _use(self, told: Observed) -> _Use:
        """The procedures that may have measured it, whatever the day, by the steps in their order."""
        fitting = [
            one
            for one in self.registry.procedures_of(told.code)
            if (told.point_of_care is None or one.point_of_care == told.point_of_care)
            and (told.specimen is None or one.specimen is None or one.specimen == told.specimen)
        ]
        stated = [one for one in fitting if told.stated is not None and _is_as_stated(one, told.stated)]
        own = [one for one in fitting if one.producer is not None and one.producer == told.producer]
        anybody = [one for one in fitting if one.producer is None]
        turning = {day for one in fitting for day in self.registry.turning_days(one)}
        return _Use((("message", stated), ("producer", own), ("code", anybody)), sorted(turning))

    def _said(self, procedure: Procedure, told: Observed) -> tuple[tuple[Assertion, Conversion | None], ...]:
        """What is said of a procedure on a day, each with the equation that brings values into its scope's unit."""
        if self.registry.anchored_by(procedure.procedure_id) is not None:
            return ()
        return tuple(
            (one, self._conversion(procedure, self.registry.groups[one.group_id], told.unit))
            for one in self.registry.assertions_of(procedure.procedure_id, told.sampled_on)
            if _is_of_courses(one)
        )

    def _conversion(self, procedure: Procedure, group: Group, unit: str | None) -> Conversion | None:
        own = unit or procedure.unit
        if own is None or own == group.unit:
            return None
        return self.registry.conversion(group.measurand_id, own, group.unit)

    def _placement(
        self, told: Observed, procedure: Procedure | None, step: Step, assertion_id: str | None, *, inside: bool
    ) -> Placement:
        if procedure is None:
            return _unassessed(told, step)
        anchored = self.registry.anchored_by(procedure.procedure_id)
        if anchored is not None:
            return self._in_group(told, procedure, anchored, "same", step, "", "")
        if assertion_id is None:
            return _procedure_only(told, procedure, step)
        assertion = self.registry.assertion(assertion_id)
        group = self.registry.groups[assertion.group_id]
        if not inside:
            return _outside(told, procedure, group, assertion, step)
        note_da, note_en = assertion.note_da, assertion.note_en
        if assertion.verdict in JOINS:
            return self._in_group(told, procedure, group, assertion.verdict, step, note_da, note_en)
        if assertion.verdict == "convertible" and self._conversion(procedure, group, told.unit) is not None:
            return self._in_group(told, procedure, group, "convertible", step, note_da, note_en)
        return _apart(told, procedure, group, assertion, step)

    def _in_group(
        self, told: Observed, procedure: Procedure, group: Group, verdict: Verdict, step: Step, da: str, en: str
    ) -> Placement:
        unit = told.unit or procedure.unit
        conversion = self._conversion(procedure, group, told.unit)
        if conversion is None and unit is not None and unit != group.unit:
            return Placement(
                row=("procedure", procedure.procedure_id, unit),
                group=group,
                procedure=procedure,
                step=step,
                verdict="unknown",
                conversion=None,
                reason_da=f"Enheden {unit} kan ikke omregnes til {group.unit} i {group.label_da}.",
                reason_en=f"The unit {unit} cannot be converted to {group.unit} of {group.label_en}.",
                short_da="enheden kan ikke omregnes",
                short_en="unit cannot be converted",
            )
        converted_da = f", omregnet fra {unit} ({conversion.equation or conversion.source})" if conversion else ""
        converted_en = f", converted from {unit} ({conversion.equation or conversion.source})" if conversion else ""
        da, en = da and f" {da}", en and f" {en}"
        return Placement(
            row=("group", group.group_id),
            group=group,
            procedure=procedure,
            step=step,
            verdict=verdict,
            conversion=conversion,
            reason_da=f"{_VERDICTS_DA[verdict]} i {group.label_da}{converted_da}.{da}",
            reason_en=f"{_VERDICTS_EN[verdict]} in {group.label_en}{converted_en}.{en}",
        )


class _Asked:
    """What is said of one way of reporting between two turning days; `settled` where it holds for every value."""

    def __init__(
        self, procedure: Procedure | None, step: Step, said: tuple[tuple[Assertion, Conversion | None], ...]
    ) -> None:
        self.procedure = procedure
        self.step: Step = step
        self.said = said
        self.settled: Placement | None = None
        self.placements: dict[tuple[str | None, bool], Placement] = {}


class _Use:
    """One way of reporting (code, producer, unit ...): its candidates by step, and what was decided so far."""

    def __init__(self, steps: tuple[tuple[Step, list[Procedure]], ...], turning_days: list[dt.date]) -> None:
        self._steps = steps
        # Between two of these days nothing changes.
        self.turning_days = turning_days
        self.asked: dict[int, _Asked] = {}

    def procedure_on(self, day: dt.date) -> tuple[Procedure | None, Step]:
        """The procedure valid on a day, by the first step that has one; None where there is none, or several."""
        for step, candidates in self._steps:
            found = [one for one in candidates if one.valid_from <= day < one.valid_to]
            if len(found) == 1:
                return found[0], step
            if found:
                return None, "ambiguous"
        return None, "none"


_VERDICTS_DA: dict[Verdict, str] = {
    "same": "Samme målemetode",
    "comparable": "Sammenlignelig målemetode",
    "caution": "Målemetode, der sammenlignes med forbehold",
    "convertible": "Omregnet med fast ligning",
    "not": "Ikke sammenlignelig",
    "unknown": "Sammenlignelighed ikke vurderet",
}
_VERDICTS_EN: dict[Verdict, str] = {
    "same": "The same measurement procedure",
    "comparable": "A comparable measurement procedure",
    "caution": "A measurement procedure to be compared with caution",
    "convertible": "Converted by a fixed equation",
    "not": "Not comparable",
    "unknown": "Comparability not assessed",
}
UNASSESSED_DA = "sammenlignelighed ikke vurderet"
UNASSESSED_EN = "comparability not assessed"


def _unassessed(told: Observed, step: Step) -> Placement:
    """An own row for each code, producer and unit: what nobody has assessed is not merged."""
    maker_da, maker_en = told.producer or "ukendt producent", told.producer or "an unknown producer"
    if step == "ambiguous":
        da = f"Registret har flere målemetoder for {told.code.value} hos {maker_da} den dag, så ingen af dem bruges."
        en = f"The registry has several procedures for {told.code.value} at {maker_en} that day, so none is used."
    else:
        da = f"Registret kender ingen målemetode for {told.code.value} hos {maker_da} den dag."
        en = f"The registry knows no procedure for {told.code.value} at {maker_en} that day."
    care = {None: "", True: "point-of-care", False: "laboratory"}[told.point_of_care]
    return Placement(
        row=(
            "code",
            told.code.system,
            told.code.value,
            told.code.responsible,
            told.producer or "",
            told.unit or "",
            care if told.point_of_care else "",
            told.specimen or "",
        ),
        group=None,
        procedure=None,
        step=step,
        verdict="unknown",
        conversion=None,
        reason_da=da,
        reason_en=en,
        short_da=UNASSESSED_DA,
        short_en=UNASSESSED_EN,
    )


def _procedure_only(told: Observed, procedure: Procedure, step: Step) -> Placement:
    """A known procedure that no group has assessed: a row of its own."""
    name = method_name(procedure)
    return Placement(
        row=("procedure", procedure.procedure_id, told.unit or procedure.unit or ""),
        group=None,
        procedure=procedure,
        step=step,
        verdict="unknown",
        conversion=None,
        reason_da=f"Målemetoden {name} er kendt, men ikke vurderet mod andre.",
        reason_en=f"The procedure {name} is known but has not been assessed against others.",
        short_da=UNASSESSED_DA,
        short_en=UNASSESSED_EN,
    )


def _outside(told: Observed, procedure: Procedure, group: Group, assertion: Assertion, step: Step) -> Placement:
    """A row of its own for values that lie where nothing was assessed."""
    span_da, span_en = _span(assertion, "til"), _span(assertion, "to")
    return Placement(
        row=("procedure", procedure.procedure_id, told.unit or procedure.unit or "", "outside"),
        group=None,
        procedure=procedure,
        step=step,
        verdict="unknown",
        conversion=None,
        reason_da=f"Værdien ligger uden for det, der er vurderet mod {group.label_da} ({span_da} {group.unit}).",
        reason_en=f"The value lies outside what was assessed against {group.label_en} ({span_en} {group.unit}).",
        short_da="uden for det vurderede område",
        short_en="outside the assessed range",
    )


def _apart(told: Observed, procedure: Procedure, group: Group, assertion: Assertion, step: Step) -> Placement:
    """A row of its own, because the registry says so."""
    name = method_name(procedure)
    note_da, note_en = assertion.note_da and f" {assertion.note_da}", assertion.note_en and f" {assertion.note_en}"
    if assertion.verdict == "convertible":
        da = f"{name} kan omregnes til {group.label_da}, men registret har ingen fast ligning.{note_da}"
        en = f"{name} could be converted to {group.label_en}, but the registry has no fixed equation.{note_en}"
        short_da, short_en = "kan omregnes, ikke omregnet", "convertible, not converted"
    elif assertion.verdict == "not":
        da = f"{name} er ikke sammenlignelig med {group.label_da}.{note_da}"
        en = f"{name} is not comparable with {group.label_en}.{note_en}"
        short_da, short_en = "ikke sammenlignelig med andre rækker", "not comparable with other rows"
    else:
        da = f"{name} er ikke vurderet mod {group.label_da}.{note_da}"
        en = f"{name} has not been assessed against {group.label_en}.{note_en}"
        short_da, short_en = UNASSESSED_DA, UNASSESSED_EN
    return Placement(
        row=("procedure", procedure.procedure_id, told.unit or procedure.unit or ""),
        group=None,
        procedure=procedure,
        step=step,
        verdict=assertion.verdict,
        conversion=None,
        reason_da=da,
        reason_en=en,
        short_da=short_da,
        short_en=short_en,
    )


def _span(assertion: Assertion, to: str) -> str:
    low = "" if assertion.scope.low is None else f"{assertion.scope.low:g} "
    high = "" if assertion.scope.high is None else f" {assertion.scope.high:g}"
    return f"{low}{to}{high}".strip()


def method_name(procedure: Procedure) -> str:
    """How people call a procedure: principle, device and maker as far as they are known, else what it answers under."""
    parts = [part for part in (procedure.principle, procedure.device, procedure.calibrator, procedure.formula) if part]
    care = "patientnær måling" if procedure.point_of_care else ""
    answers = ", ".join([*(code.value for code in procedure.codes), *filter(None, [procedure.unit])])
    name = ", ".join(filter(None, (*parts, care))) or answers
    return f"{name} ({procedure.producer})" if procedure.producer else name


def _is_of_courses(one: Assertion) -> bool:
    """Whether an assertion speaks of courses over time, which rows are: what was judged for another purpose does not.

    What joins for one population only joins nobody here, since a result does not say who it belongs to.
    """
    purpose = one.scope.purpose in (None, "", MONITORING)
    return purpose and (one.scope.population is None or one.verdict not in (*JOINS, "convertible"))


def _is_as_stated(procedure: Procedure, stated: Stated) -> bool:
    """Whether a procedure has every attribute that the message states, and the message states one it has."""
    pairs = (
        (stated.principle, procedure.principle),
        (stated.device, procedure.device),
        (stated.kit, procedure.kit),
        (stated.calibrator, procedure.calibrator),
        (stated.formula, procedure.formula),
    )
    told = [(said, own) for said, own in pairs if said is not None]
    return bool(told) and all(said == own for said, own in told)


def _why_same(a: Placement, b: Placement) -> tuple[str, str]:
    if a.group is None:
        return (
            f"Samme kode, producent og enhed; {UNASSESSED_DA}."
            if a.procedure is None
            else f"Samme målemetode: {method_name(a.procedure)}.",
            f"The same code, producer and unit; {UNASSESSED_EN}."
            if a.procedure is None
            else f"The same procedure: {method_name(a.procedure)}.",
        )
    group_da, group_en = a.group.label_da, a.group.label_en
    if a.procedure == b.procedure:
        return f"Samme målemetode i {group_da}.", f"The same procedure in {group_en}."
    if "caution" in (a.verdict, b.verdict):
        return (
            f"Begge hører til {group_da}, men metoderne sammenlignes med forbehold.",
            f"Both belong to {group_en}, but the methods are compared with caution.",
        )
    if a.conversion is not None or b.conversion is not None:
        return (
            f"Begge hører til {group_da}, den ene efter omregning med fast faktor eller ligning.",
            f"Both belong to {group_en}, one after conversion by a fixed factor or equation.",
        )
    return (
        f"Begge hører til {group_da}; metoderne er sammenlignelige.",
        f"Both belong to {group_en}; comparable methods.",
    )


def explain_apart(a: Placement, b: Placement) -> tuple[str, str]:
    """The reason of the one that keeps them apart: first who stands alone by decision, then who is not assessed."""
    for one in (a, b):
        if one.verdict == "not" or one.short_da.startswith(("uden for", "kan omregnes", "enheden")):
            return one.reason_da, one.reason_en
    for one in (a, b):
        if one.group is None:
            return one.reason_da, one.reason_en
    assert a.group is not None
    assert b.group is not None
    return (
        f"{a.group.label_da} og {b.group.label_da} er forskellige grupper, der ikke er sammenlignelige.",
        f"{a.group.label_en} and {b.group.label_en} are different groups that are not comparable.",
    )

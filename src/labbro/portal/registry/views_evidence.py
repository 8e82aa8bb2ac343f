"""What a verdict stands on, in words and as tables of rounds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from labbro.codes.units import shown_unit
from labbro.comparability.model import Assertion, Evidence, EvidenceKind, Round
from labbro.comparability.rounds import figures_of, is_outside, round_percent
from labbro.portal.numbers.blocks import Cell, Row, Table
from labbro.portal.registry.words import Said, figure

KINDS: Final[dict[EvidenceKind, tuple[str, str]]] = {
    "study": ("sammenligningsforsøg", "comparison study"),
    "external-quality": ("ekstern kvalitetskontrol", "external quality rounds"),
    "traceability": ("sporbarhed", "traceability"),
    "statement": ("udtalelse", "statement"),
}


def percent(value: float, said: Said) -> str:
    """A bias in per cent to one decimal."""
    return f"{figure(round(value, 1) + 0.0, said)} %"


def in_words(one: Evidence, said: Said) -> str:
    """A piece of evidence in a line: where it is, and its figures."""
    parts = [one.source]
    if one.count is not None:
        parts.append(f"n = {one.count}")
    if one.slope is not None:
        slope = figure(one.slope, said)
        parts.append(said(f"hældning {slope}", f"slope {slope}"))
    if one.bias_percent is not None:
        parts.append(f"bias {figure(one.bias_percent, said)} %")
    if one.rounds:
        parts.append(rounds_in_words(one.rounds, said))
    return ", ".join(parts)


def rounds_in_words(rounds: Sequence[Round], said: Said) -> str:
    """What rounds come to: how many, their mean and range, and how many exceed their own limit."""
    figures, told = figures_of(rounds), len(rounds)
    counted = said(f"{told} runde{'r' * (told != 1)}", f"{told} round{'s' * (told != 1)}")
    if figures is None:
        return counted
    mean, low, high = (percent(one, said) for one in (figures.mean_percent, figures.low_percent, figures.high_percent))
    if figures.count == 1:
        counted += f": bias {mean}"
    else:
        counted += said(f": bias i gennemsnit {mean} ({low} til {high})", f": mean bias {mean} ({low} to {high})")
    if figures.outside:
        counted += said(f", {figures.outside} uden for det tilladte", f", {figures.outside} outside the allowable")
    return counted


def round_tables(assertion: Assertion, said: Said, *, folded: bool = False) -> tuple[Table, ...]:
    """The rounds of each piece of evidence that has any."""
    return tuple(_round_table(assertion, one, said, folded) for one in assertion.evidence if one.rounds)


def _round_table(assertion: Assertion, evidence: Evidence, said: Said, folded: bool) -> Table:
    caption = said(f"Runder: {evidence.source}", f"Rounds: {evidence.source}")
    heads = (
        said("Runde", "Round"), said("Deltagere", "Participants"), said("Vores værdi", "Our value"),
        said("Målværdi", "Target"), said("Bias", "Bias"), said("Tilladt", "Allowable"),
    )  # fmt: skip
    rows = tuple(_round_row(one, said) for one in evidence.rounds)
    return Table(f"{caption} ({assertion.procedure_id})", heads, rows, folded=folded)


def _round_row(one: Round, said: Said) -> Row:
    unit, bias, allowable = shown_unit(one.unit) if one.unit else "", round_percent(one), one.allowable_percent
    value, target = (
        Cell(f"{figure(each, said)} {unit}".strip() if each is not None else "", figure=True)
        for each in (one.value, one.target)
    )
    mark = "" if allowable is None or bias is None else "bad" if is_outside(one) else "good"
    return Row(
        (
            Cell(one.name),
            Cell("" if one.count is None else str(one.count), figure=True),
            value,
            target,
            Cell("" if bias is None else percent(bias, said), mark=mark, figure=True),
            Cell("" if allowable is None else f"{figure(allowable, said)} %", figure=True),
        )
    )


def evidence_table(assertion: Assertion, said: Said, before: Assertion | None = None) -> Table:
    """Every piece of evidence of an assertion; with `before`, what it had then is told from what is new."""
    known = before.evidence if before is not None else ()
    rows = tuple(
        Row(
            (
                Cell(said(*KINDS[one.kind])),
                Cell(in_words(one, said)),
                Cell(said("som før", "as before")) if one in known else Cell(said("nyt", "new"), mark="soon"),
            )[: 3 if before is not None else 2]
        )
        for one in assertion.evidence
    )
    heads = said("Art", "Kind"), said("Grundlag", "Evidence"), said("Ændring", "Change")
    caption = said(f"Grundlag for {assertion.assertion_id}", f"Evidence of {assertion.assertion_id}")
    empty = said("Intet grundlag.", "No evidence.")
    return Table(caption, heads[: 3 if before is not None else 2], rows, empty=empty)

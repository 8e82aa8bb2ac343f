"""Judging a value against its own limits. Pure.

The laboratory's own word (ResultValidation) always goes first; limits are compared only when it is silent.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import msgspec

from labbro.letters.remarks import NOT_YET
from labbro.records.model import ReferenceInterval, Result

Mark = Literal["high", "low", "abnormal"]
MarkSource = Literal["laboratory", "limits"]

NOT_A_VALUE = NOT_YET
"""What the letters put where a value will come; it is never shown as one."""

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?\Z")
_DECIMALS = re.compile(r"([0-9])[.,]([0-9]+)")
_EN_DASH = "\N{EN DASH}"


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """Whether a value is out of range, and who says so."""

    mark: Mark | None
    source: MarkSource | None


INSIDE = Judgement(None, None)
_BY_LABORATORY: dict[str, Judgement] = {
    "high": Judgement("high", "laboratory"),
    "low": Judgement("low", "laboratory"),
    "abnormal": Judgement("abnormal", "laboratory"),
    "malignant": Judgement("abnormal", "laboratory"),
    "premalignant": Judgement("abnormal", "laboratory"),
}
_HIGH = Judgement("high", "limits")
_LOW = Judgement("low", "limits")


@lru_cache(maxsize=8192)
def number(text: str | None) -> float | None:
    """The number a text says, `.` and `,` both being decimal marks; None when it is anything but a plain number."""
    if text is None:
        return None
    stripped = text.strip()
    if not _NUMBER.match(stripped):
        return None
    return float(stripped.replace(",", "."))


def has_arrived(result: Result) -> bool:
    """False while the sample is received and nothing has been measured."""
    return result.status != "received" and result.value != NOT_A_VALUE


def judge(result: Result) -> Judgement:
    """Out of range or not: the laboratory's flag, else the value against the limits sent with it.

    A value on a limit is inside. `<` and `>` are compared only where the answer is certain: `<3` against a lower limit
    of 3 is low, `<5` against it is not known. Texts are never compared.
    """
    if not has_arrived(result):
        return INSIDE
    if result.flag is not None:
        return _BY_LABORATORY[result.flag]
    interval = result.interval
    if interval is None or result.kind != "numeric":
        return INSIDE
    value = number(result.value)
    if value is None:
        return INSIDE
    return _against_limits(value, result.operator, number(interval.lower), number(interval.upper))


def _against_limits(value: float, operator: str | None, lower: float | None, upper: float | None) -> Judgement:
    if operator == "<":
        return _LOW if lower is not None and value <= lower else INSIDE
    if operator == ">":
        return _HIGH if upper is not None and value >= upper else INSIDE
    if upper is not None and value > upper:
        return _HIGH
    if lower is not None and value < lower:
        return _LOW
    return INSIDE


def interval_text(interval: ReferenceInterval | None, therapeutic: str) -> str:
    """An interval as people read it, limits as sent: `3,5-4,4` with an en dash, or with one limit `≤ 4,4`; '' for none.

    `therapeutic` is the word put before a therapeutic interval.
    """
    if interval is None:
        return ""
    lower, upper = (interval.lower or "").strip(), (interval.upper or "").strip()
    if lower and upper:
        dash = f" {_EN_DASH} " if lower.startswith("-") or upper.startswith("-") else _EN_DASH
        limits = f"{lower}{dash}{upper}"
    elif upper:
        limits = f"≤ {upper}"
    else:
        limits = f"≥ {lower}" if lower else ""
    if limits and interval.kind == "therapeutic":
        limits = f"{therapeutic} {limits}"
    return " ".join(part for part in (limits, (interval.text or "").strip()) if part)


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """A text of numbers in one spelling, for comparing: point as decimal mark, no zeros at the end of decimals."""
    return _DECIMALS.sub(lambda found: found[1] + (f".{kept}" if (kept := found[2].rstrip("0")) else ""), text)


def value_text(result: Result) -> str:
    """The value as sent with its operator, `< 5`; '' when there is no value of its own."""
    if not has_arrived(result) or not result.value:
        return ""
    if result.operator in ("<", ">"):
        return f"{result.operator} {result.value}"
    return result.value

"""Paired results of two measurement procedures, read from CSV.

Columns by name: `x` and `y`, one row a sample, with `sample` if wanted; replicates as `x1`, `x2`, `y1`, `y2` are
averaged. Decimal comma or point; separator comma, semicolon or tab. Rows that cannot be used are told, not dropped.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence

import msgspec

from labbro.errors import WrongUse

FEWEST_PAIRS = 10
MOST_PAIRS = 5_000


class Pairs(msgspec.Struct, frozen=True):
    """The values of both procedures, sample by sample. `left_out`: rows of the file that could not be used, and why."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    samples: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many pairs there are."""
        return len(self.x)


def read_pairs(text: str) -> Pairs:
    """The pairs of a CSV text. Raises WrongUse `study-columns` or `study-pairs` when nothing can be made of it."""
    dialect = _separator(text)
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=dialect))
    header = [name.strip().lower() for name in rows[0]] if rows else []
    columns_x, columns_y = _columns(header, "x"), _columns(header, "y")
    sample_column = header.index("sample") if "sample" in header else None
    xs: list[float] = []
    ys: list[float] = []
    samples: list[str] = []
    left_out: list[str] = []
    for line, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        x, y = _mean(row, columns_x), _mean(row, columns_y)
        if x is None or y is None:
            left_out.append(f"line {line}: {'x' if x is None else 'y'} is no number")
            continue
        xs.append(x)
        ys.append(y)
        samples.append(row[sample_column].strip() if sample_column is not None and sample_column < len(row) else "")
    return checked(Pairs(tuple(xs), tuple(ys), tuple(samples), tuple(left_out)))


def checked(pairs: Pairs) -> Pairs:
    """The pairs, if they carry a comparison. Raises WrongUse `study-pairs` or `study-flat`."""
    if not FEWEST_PAIRS <= pairs.count <= MOST_PAIRS or len(pairs.x) != len(pairs.y):
        raise WrongUse(
            f"A comparison needs {FEWEST_PAIRS} to {MOST_PAIRS} pairs of numbers; there are {pairs.count}.",
            message_da=f"En sammenligning kræver {FEWEST_PAIRS} til {MOST_PAIRS} talpar; der er {pairs.count}.",
            code="study-pairs",
        )
    if len(set(pairs.x)) < 3 or len(set(pairs.y)) < 3:
        raise WrongUse(
            "A comparison needs at least three different values of each procedure.",
            message_da="En sammenligning kræver mindst tre forskellige værdier af hver procedure.",
            code="study-flat",
        )
    return pairs


def _separator(text: str) -> str:
    first = text.lstrip("\ufeff").partition("\n")[0]
    return max((";", "\t", ","), key=first.count)


def _columns(header: Sequence[str], name: str) -> list[int]:
    found = [at for at, told in enumerate(header) if told == name or (told[:1] == name and told[1:].isdigit())]
    if not found:
        raise WrongUse(
            f"The file has no column {name!r}; its first line must name the columns x and y.",
            message_da=f"Filen har ingen kolonne {name!r}; første linje skal nævne kolonnerne x og y.",
            code="study-columns",
        )
    return found


def _mean(row: Sequence[str], columns: Sequence[int]) -> float | None:
    values: list[float] = []
    for column in columns:
        told = row[column].strip().replace(",", ".") if column < len(row) else ""
        try:
            value = float(told)
        except ValueError:
            return None
        if not math.isfinite(value):
            return None
        values.append(value)
    return sum(values) / len(values)

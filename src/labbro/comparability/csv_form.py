"""Measurement procedures and rounds as tables: what laboratories keep in spreadsheets. The forms: docs/registry.md."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math

import msgspec

from labbro.codes.units import normal_unit
from labbro.comparability.model import CodeRef, Procedure, Round
from labbro.errors import WrongUse

COLUMNS = (
    "procedure_id", "measurand_id", "producer", "codes", "principle", "device", "kit", "calibrator", "traceability",
    "specimen", "container", "site", "point_of_care", "formula", "kind", "unit", "valid_from", "valid_to", "source",
)  # fmt: skip
_YES = {"yes", "ja", "true", "1", "x"}
_NO = {"", "no", "nej", "false", "0"}
_MOST_ROWS = 20_000
ROUND_COLUMNS = ("name", "count", "value", "target", "unit", "bias_percent", "allowable_percent")
_FIGURES = ("value", "target", "bias_percent", "allowable_percent")
_MOST_ROUNDS = 500


def read_procedures(text: str) -> tuple[Procedure, ...]:
    """The procedures of a CSV text; `codes` are `system/value/responsible`, by blanks.

    Raises WrongUse `registry-csv` that names every line that cannot be read, and why; then nothing is taken.
    """
    lines = text.lstrip("\ufeff")
    head = lines.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(lines), delimiter=max(";,\t", key=head.count))
    missing = [name for name in ("procedure_id", "measurand_id", "codes") if name not in (rows.fieldnames or ())]
    unknown = [name for name in rows.fieldnames or () if name not in COLUMNS]
    if missing or unknown:
        said = ", ".join([f"missing {name}" for name in missing] + [f"unknown {name!r}" for name in unknown])
        raise _wrong(f"columns: {said}")
    found: list[Procedure] = []
    faults: list[str] = []
    for line, row in enumerate(rows, start=2):
        if line > _MOST_ROWS:
            raise _wrong(f"more than {_MOST_ROWS} lines")
        try:
            found.append(_procedure({name: (value or "").strip() for name, value in row.items() if name}))
        except (ValueError, msgspec.ValidationError) as error:
            faults.append(f"line {line}: {error}")
    if faults:
        raise _wrong("; ".join(faults[:20]))
    return tuple(found)


def procedure_of(row: dict[str, str]) -> Procedure:
    """A procedure from one line's cells by column, empty ones for what is not known. Raises WrongUse `registry-csv`."""
    try:
        return _procedure({name: value.strip() for name, value in row.items() if name in COLUMNS})
    except (ValueError, msgspec.ValidationError) as error:
        raise _wrong(str(error)) from None


def codes_of(text: str) -> tuple[CodeRef, ...]:
    """Codes as `system/value/responsible`, by blanks. Raises WrongUse `registry-csv`."""
    try:
        return tuple(_code(part) for part in text.split())
    except ValueError as error:
        raise _wrong(str(error)) from None


def write_procedures(procedures: tuple[Procedure, ...]) -> str:
    """The same as text."""
    out = io.StringIO()
    rows: csv.DictWriter[str] = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\r\n")
    rows.writeheader()
    for one in procedures:
        rows.writerow(row_of(one))
    return out.getvalue()


def row_of(one: Procedure) -> dict[str, str]:
    """One line's cells by column, as `procedure_of` reads them."""
    told = msgspec.to_builtins(one)
    told["codes"] = " ".join(f"{code.system}/{code.value}/{code.responsible}" for code in one.codes)
    told["point_of_care"] = "yes" if one.point_of_care else ""
    told["valid_from"] = "" if one.valid_from == dt.date.min else one.valid_from.isoformat()
    told["valid_to"] = "" if one.valid_to == dt.date.max else one.valid_to.isoformat()
    return {name: told.get(name) or "" for name in COLUMNS}


def read_rounds(text: str) -> tuple[Round, ...]:
    """Rounds of external quality control from a pasted table: one a line, cells by `;` or tab as in ROUND_COLUMNS.

    Cells at the end may be missing; a first line of column names may set another order. Decimal point or comma.
    Raises WrongUse `rounds-table` that names every line that cannot be read, and why.
    """
    lines = [(number, line) for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1) if line.strip()]
    if len(lines) > _MOST_ROUNDS:
        raise _wrong_rounds(f"more than {_MOST_ROUNDS} lines")
    columns: tuple[str, ...] = ROUND_COLUMNS
    if lines and _cells(lines[0][1])[0].casefold() == "name":
        columns = tuple(cell.casefold() for cell in _cells(lines.pop(0)[1]))
        if unknown := [name for name in columns if name not in ROUND_COLUMNS]:
            raise _wrong_rounds("unknown columns " + ", ".join(map(repr, unknown)))
    found: list[Round] = []
    faults: list[str] = []
    for number, line in lines:
        try:
            found.append(_round(_cells(line), columns))
        except (ValueError, msgspec.ValidationError) as error:
            faults.append(f"line {number}: {error}")
    if faults:
        raise _wrong_rounds("; ".join(faults[:20]))
    return tuple(found)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("\t" if "\t" in line else ";")]


def _round(cells: list[str], columns: tuple[str, ...]) -> Round:
    if len(cells) > len(columns):
        raise ValueError(f"{len(cells)} cells, but {len(columns)} columns")
    row = {name: cell for name, cell in zip(columns, cells, strict=False) if cell}
    figures = {name: _figure(row[name]) for name in _FIGURES if name in row}
    told: dict[str, object] = {"name": row.get("name", ""), "unit": normal_unit(row.get("unit")), **figures}
    if "count" in row:
        told["count"] = row["count"]
    return msgspec.convert(told, Round, strict=False)


def _procedure(row: dict[str, str]) -> Procedure:
    if not row.get("procedure_id") or not row.get("measurand_id"):
        raise ValueError("procedure_id and measurand_id must be filled")
    told: dict[str, object] = {
        name: row[name]
        for name in COLUMNS
        if row.get(name) and name not in ("codes", "point_of_care", "valid_from", "valid_to")
    }
    told["codes"] = tuple(_code(part) for part in row.get("codes", "").split())
    told["point_of_care"] = _yes(row.get("point_of_care", ""))
    if "unit" in told:
        told["unit"] = normal_unit(row["unit"])
    for name in ("valid_from", "valid_to"):
        if row.get(name):
            told[name] = dt.date.fromisoformat(row[name])
    return msgspec.convert(told, Procedure, strict=False)


def _figure(told: str) -> float:
    figure = float(told.replace(",", ".").replace("\N{MINUS SIGN}", "-").rstrip("% "))
    if not math.isfinite(figure):
        raise ValueError(f"{told!r} is no number")
    return figure


def _code(part: str) -> CodeRef:
    pieces = part.split("/")
    if len(pieces) != 3 or not all(pieces):
        raise ValueError(f"{part!r} is not system/value/responsible")
    return CodeRef(*pieces)


def _yes(told: str) -> bool:
    if told.lower() in _YES | _NO:
        return told.lower() in _YES
    raise ValueError(f"point_of_care must be yes or no, not {told!r}")


def _wrong(why: str) -> WrongUse:
    return WrongUse(
        f"The table of procedures cannot be read: {why}.",
        message_da=f"Tabellen over målemetoder kan ikke læses: {why}.",
        code="registry-csv",
    )


def _wrong_rounds(why: str) -> WrongUse:
    return WrongUse(
        f"The table of rounds cannot be read: {why}.",
        message_da=f"Tabellen over runder kan ikke læses: {why}.",
        code="rounds-table",
    )

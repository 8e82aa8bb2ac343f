"""Measurement procedures as CSV: what laboratories keep in spreadsheets, and back. The form: docs/registry.md."""

from __future__ import annotations

import csv
import datetime as dt
import io

import msgspec

from labbro.codes.units import normal_unit
from labbro.comparability.model import CodeRef, Procedure
from labbro.errors import WrongUse

COLUMNS = (
    "procedure_id", "measurand_id", "producer", "codes", "principle", "device", "kit", "calibrator", "traceability",
    "specimen", "container", "site", "point_of_care", "formula", "kind", "unit", "valid_from", "valid_to", "source",
)  # fmt: skip
_YES = {"yes", "ja", "true", "1", "x"}
_NO = {"", "no", "nej", "false", "0"}
_MOST_ROWS = 20_000


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
    rows = csv.DictWriter(out, COLUMNS, delimiter=";", lineterminator="\r\n")
    rows.writeheader()
    for one in procedures:
        told = msgspec.to_builtins(one)
        told["codes"] = " ".join(f"{code.system}/{code.value}/{code.responsible}" for code in one.codes)
        told["point_of_care"] = "yes" if one.point_of_care else ""
        told["valid_from"] = "" if one.valid_from == dt.date.min else one.valid_from.isoformat()
        told["valid_to"] = "" if one.valid_to == dt.date.max else one.valid_to.isoformat()
        rows.writerow({name: told.get(name) or "" for name in COLUMNS})
    return out.getvalue()


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

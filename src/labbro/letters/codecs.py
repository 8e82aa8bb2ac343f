"""How a value is said in EDIFACT components, by the names that slots use (facts: edifact.md, 8 and 10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

import msgspec

from labbro.letters import tables
from labbro.letters.tree import Element

# What decoding gives: child elements or a value; None where the code is not known.
Decoded: TypeAlias = "str | tuple[Element, ...] | None"


class Codec(msgspec.Struct, frozen=True):
    """One way of saying an element in one component. `expected` describes the form in messages; `words` its table."""

    encode: Callable[[Element], str | None]
    decode: Callable[[str, int], Decoded]
    fault: str = "unknown-code"
    expected: str = ""
    words: Mapping[str, str] = {}


def _table(codes: Mapping[str, str], also: Mapping[str, str] | None = None) -> Codec:
    back = {code: word for word, code in codes.items()} | dict(also or {})
    return Codec(lambda element: codes.get(element.value), lambda code, _at: back.get(code), words=codes)


def _encode_minute(element: Element) -> str | None:
    return said_minute(element.text("Date") or "", element.text("Time") or "")


def said_minute(date: str, time: str) -> str | None:
    """A day and a time as ccyymmddhhmm; None where EDIFACT cannot say them (a zone, a long year)."""
    if len(date) != 10 or len(time) != 5:
        return None
    said = date.replace("-", "") + time.replace(":", "")
    return said if len(said) == 12 and said.isdigit() else None


def _decode_minute(said: str, at: int) -> Decoded:
    if len(said) != 12 or not (said.isascii() and said.isdigit()):
        return None
    date = f"{said[:4]}-{said[4:6]}-{said[6:8]}"
    return (Element("Date", date, at), Element("Time", f"{said[8:10]}:{said[10:]}", at))


# The date of a treatment that is not known: EDIFACT says none (facts: req03.md, cervix information).
UNKNOWN_DAY = "0001-01-01"


def _encode_day(element: Element) -> str | None:
    if element.value == UNKNOWN_DAY:
        return ""
    said = element.value.replace("-", "")
    return said if len(element.value) == 10 and len(said) == 8 and said.isdigit() else None


def _decode_day(said: str, _at: int) -> Decoded:
    return f"{said[:4]}-{said[4:6]}-{said[6:]}" if len(said) == 8 and said.isascii() and said.isdigit() else None


# Columns of a haematology line, as (start, width): 40, 11 and 11 characters, a blank between the last two.
_COLUMNS = ((0, 40), (40, 11), (52, 11))


def _columns(first: str) -> Codec:
    """A line of a haematology table: fixed columns, padded with blanks (facts: rpt04.md, haematology line)."""
    names = (first, "Marrow", "Peripheral")

    def encode(element: Element) -> str | None:
        cells = [(element.text(name) or "").strip() for name in names]
        return f"{cells[0]:<40}{cells[1]:<12}{cells[2]}" if all(cells) else None

    def decode(said: str, at: int) -> Decoded:
        cells = [said[start : start + width].strip() for start, width in _COLUMNS]
        return tuple(Element(name, cell, at) for name, cell in zip(names, cells, strict=True))

    return Codec(encode, decode)


def _speciality_word(year: int) -> dict[str, str]:
    return {tables.SPECIALITY_CODES[word]: word for word in tables.speciality_words(year)}


@cache
def speciality(year: int) -> Codec:
    """Speciality codes for a schema of this year; a code that only newer schemas know is read, and refused later."""
    words = _speciality_word(2014) | _speciality_word(year)
    return Codec(lambda element: tables.SPECIALITY_CODES.get(element.value), lambda code, _at: words.get(code))


CODECS: dict[str, Codec] = {
    "minute": Codec(_encode_minute, _decode_minute, "wrong-datetime", "ccyymmddhhmm"),
    "report_status": _table(tables.REPORT_STATUS),
    "result_type": _table(tables.RESULT_TYPE),
    "operator": _table(tables.OPERATOR),
    "operator_rpt02": _table(tables.OPERATOR_RPT02),
    "result_state": _table(tables.RESULT_STATE),
    "examination_type": _table(tables.EXAMINATION_TYPE),
    "validation": _table(tables.VALIDATION),
    "interval_type": _table(tables.INTERVAL_TYPE),
    "analysis_code_type": _table(tables.ANALYSIS_CODE_TYPE),
    "refusal": _table(tables.REFUSALS),
    "malignancy": _table(tables.MALIGNANCY),
    "relation": _table(tables.RELATION),
    "cells": _columns("CellType"),
    "cell_labels": _columns("CellTypes"),
    "payer": _table(tables.PAYER),
    "sampling_place": _table(tables.SAMPLING_PLACE),
    "priority": _table(tables.PRIORITY),
    "question_code_type": _table(tables.QUESTION_CODE_TYPE),
    "npn": _table(tables.SAMPLE_IDENTIFIER_TYPE),
    "relation_of_request": _table(tables.RELATION_OF_REQUEST),
    "day": Codec(_encode_day, _decode_day, "wrong-datetime", "ccyymmdd"),
}


def codec_named(name: str, year: int) -> Codec | None:
    """The codec a slot names, for a schema of this year; None for a plain value."""
    if name in {"", "name", "inner_name"}:
        return None
    return speciality(year) if name == "speciality" else CODECS[name]

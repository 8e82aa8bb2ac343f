"""Rows of the ledger as structs, and what may be wished for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from labbro.errors import WrongUse
from labbro.numbers.stock.model import HandOut, HeldSeries, Range, instant

LARGEST_HAND_OUT: Final = 100_000
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_PURPOSE = re.compile(r"[a-z][a-z-]{0,39}")  # no digits: nobody can be named by it

Row = tuple[Any, ...]


def check_wish(count: int, request_id: str | None, purpose: str | None) -> None:
    """Raises WrongUse for a hand-out that cannot be."""
    if not 1 <= count <= LARGEST_HAND_OUT:
        raise WrongUse(
            f"Between 1 and {LARGEST_HAND_OUT} numbers can be taken at once.",
            message_da=f"Der kan tages mellem 1 og {LARGEST_HAND_OUT} numre ad gangen.",
            code="count-out-of-range",
        )
    if request_id is not None and not _REQUEST_ID.fullmatch(request_id):
        raise WrongUse(
            "A request id is 1 to 64 letters, digits, or . _ : -",
            message_da="Et forespørgsels-id er 1 til 64 bogstaver, cifre eller . _ : -",
            code="request-id-malformed",
        )
    if purpose is not None and not _PURPOSE.fullmatch(purpose):
        raise WrongUse(
            "A purpose is one word in small letters, such as reception; it names no person.",
            message_da="Et formål er ét ord med små bogstaver, for eksempel reception; det nævner ingen person.",
            code="purpose-malformed",
        )


def ordinals(hand_out: HandOut) -> tuple[int, ...]:
    """The rows of a hand-out."""
    return tuple(range(hand_out.ordinal, hand_out.ordinal + len(hand_out.ranges)))


def handed(rows: Sequence[Row]) -> HandOut:
    """One hand-out of its rows: ordinal, series, first, past, at, part, parts, request_id, purpose."""
    first = rows[0]
    return HandOut(
        ordinal=first[0],
        ranges=tuple(Range(row[2], row[3]) for row in rows),
        at=instant(first[4]),
        request_id=first[7],
        purpose=first[8],
    )


def held(row: Row) -> HeldSeries:
    """A series from its row."""
    _, series_id, request_id, round_, first, past, following, state, drawn_at, void_at, void_why = row
    return msgspec.convert(
        {
            "series_id": series_id,
            "request_id": request_id,
            "round": round_,
            "first": first,
            "past": past,
            "next": following,
            "state": state,
            "drawn_at": instant(drawn_at),
            "void_at": None if void_at is None else instant(void_at),
            "void_why": void_why,
        },
        HeldSeries,
    )

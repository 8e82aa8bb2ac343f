"""From rows of the schema `numbers` to the structs that are told, and back into columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labbro.numbers.model import Approval, Claim, Gap, Release, Series
from labbro.numbers.space import Space

Row = Sequence[Any]


def series_of(space: Space, row: Row) -> Series:
    """From: series_id, round, positions, account, laboratory, vendor, system, manual, request, drawn_at, released."""
    series_id, turn, positions, account, laboratory, vendor, system, manual, request, drawn_at, released = row
    start, stop = positions.lower, positions.upper
    return Series(
        series_id=series_id,
        space=space.name,
        round=turn,
        count=stop - start,
        first_position=start,
        first_number=space.number(start),
        last_number=space.number(stop - 1),
        account_id=account,
        laboratory_id=laboratory,
        vendor_id=vendor,
        system_id=system,
        manual=manual,
        request_id=request,
        drawn_at=drawn_at,
        released=released,
    )


def release_of(space: Space, row: Row, *, again: bool = False) -> Release:
    """From: release_id, series_id, round, positions, reason, request_id, released_at, actor."""
    release_id, series_id, turn, positions, reason, request, released_at, actor = row
    return Release(
        release_id=release_id,
        series_id=series_id,
        space=space.name,
        round=turn,
        count=positions.upper - positions.lower,
        first_position=positions.lower,
        first_number=space.number(positions.lower),
        last_number=space.number(positions.upper - 1),
        reason=reason,
        request_id=request,
        released_at=released_at,
        actor=actor,
        again=again,
    )


def gap_of(space: Space, row: Row) -> Gap:
    """From: gap_id, round, positions, reason, note, at, actor."""
    gap_id, turn, positions, reason, note, at, actor = row
    return Gap(
        gap_id=gap_id,
        space=space.name,
        round=turn,
        count=positions.upper - positions.lower,
        first_position=positions.lower,
        first_number=space.number(positions.lower),
        last_number=space.number(positions.upper - 1),
        reason=reason,
        note=note,
        at=at,
        actor=actor,
    )


def claim_of(space: Space, row: Row, *, again: bool = False) -> Claim:
    """From: claim_id, positions, account_id, reason, request_id, claimed_at, actor."""
    claim_id, positions, account, reason, request, claimed_at, actor = row
    return Claim(
        claim_id=claim_id,
        space=space.name,
        count=positions.upper - positions.lower,
        first_position=positions.lower,
        first_number=space.number(positions.lower),
        last_number=space.number(positions.upper - 1),
        account_id=account,
        reason=reason,
        request_id=request,
        claimed_at=claimed_at,
        actor=actor,
        again=again,
    )


def approval_of(row: Row) -> Approval:
    """From: approval, account, laboratory, vendor, space, count, request, asked_at, asked_by, decision, at, by."""
    approval, account, laboratory, vendor, space, count, request, asked_at, asked_by, decision, at, by = row
    return Approval(
        approval_id=approval,
        account_id=account,
        laboratory_id=laboratory,
        vendor_id=vendor,
        space=space,
        count=count,
        request_id=request,
        asked_at=asked_at,
        asked_by=asked_by,
        decision=decision,
        decided_at=at,
        decided_by=by,
    )

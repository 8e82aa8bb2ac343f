"""The judgement of a history: the checker's, with what was lost explained, and the books of the stock agents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

import msgspec

from labbro.numbers.checker import Drawn, Event, Kept, Result, check
from labbro.numbers.stock import Stock

# What a restored database explains where the numbers lie in a gap: it has forgotten the series, and the request too,
# so that a late copy of the request is given another series, as a request never seen.
_BY_RESTORE: Final = frozenset({"lost", "two-series"})


class Agent(msgspec.Struct, frozen=True, kw_only=True):
    """The books of one agent at the end. Ranges tell series and positions; `known`: ids of its requests and series.

    `disk_lost`: an older file was put back, so that only the service knows what was drawn meanwhile.
    """

    name: str
    account: str
    handed: Sequence[Drawn]
    in_doubt: Sequence[Drawn]
    told: Sequence[Drawn]
    series: frozenset[str]
    given_up: frozenset[str]
    disk_lost: bool


class Book(msgspec.Struct, frozen=True):
    """A long history of one agent: its account, the series in its file, and every range that it handed out."""

    account: str
    series: frozenset[str]
    handed: Sequence[Drawn]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """`faults` is empty where the proof holds. `lost_in_gaps`: acknowledged series that a restore took out of the
    database, each wholly inside a gap with its reason, so that nobody else gets its numbers."""

    result: Result
    faults: tuple[str, ...]
    lost_in_gaps: int
    handed_out: int
    in_doubt: int


def judged(events: Sequence[Event], kept: Kept, agents: Sequence[Agent] = (), *, restored: bool = False) -> Judgement:
    """Judges a history. `restored`: the database was replaced by an older one, so series may lie in gaps."""
    result = check(events, kept)
    gaps = [gap for gap in kept.gaps if gap.round == 1]
    oks = {event.operation: event.drawn for event in events if event.kind == "ok" and event.act == "draw"}
    faults: list[str] = []
    in_gaps = 0
    for fault in result.faults:
        drawn = [one for operation in fault.operations if (one := oks.get(operation)) is not None]
        explained = restored and fault.kind in _BY_RESTORE and any(_inside(one, gaps) for one in drawn)
        in_gaps += explained and fault.kind == "lost"
        if not explained:
            faults.append(f"{fault.kind}: {fault.message}")
    for agent in agents:
        faults += _book_faults(agent)
    faults += _unknown_to_agents(kept, agents)
    return Judgement(
        result=result,
        faults=tuple(faults),
        lost_in_gaps=in_gaps,
        handed_out=sum(one.count for agent in agents for one in agent.told),
        in_doubt=sum(one.count for agent in agents for one in agent.in_doubt),
    )


def books_of(stock: Stock, name: str, account: str, told: Sequence[Drawn], *, disk_lost: bool) -> Agent:
    """What a stock's file says, after it was read whole. Raises Unavailable `stock-corrupted`."""
    stock.verify()
    ledger = stock.ledger
    series = {row[0]: row for row in ledger.all("all_series")}
    requests = stock.outgoing.newest(1_000_000)
    doubts = {row[0] for row in ledger.all("in_doubt")}
    hand_outs = ledger.all("hand_outs", (0, 10_000_000))
    return Agent(
        name=name,
        account=account,
        handed=[Drawn(row[1], row[3], row[4], row[6] - row[4]) for row in series.values() if row[6] > row[4]],
        in_doubt=[
            Drawn(series[row[1]][1], series[row[1]][3], row[2], row[3] - row[2])
            for row in hand_outs
            if row[0] in doubts
        ],
        told=told,
        series=frozenset(row[1] for row in series.values()),
        given_up=frozenset(str(one.request_id) for one in requests if one.state == "abandoned"),
        disk_lost=disk_lost,
    )


def drawn_faults(kept: Kept, books: Sequence[Book]) -> tuple[str, ...]:
    """Of agents that nothing befell: no range handed out twice, each out of a series of its own, no series lost."""
    found: list[str] = []
    known = {one.drawn.series_id: one for one in kept.series}
    everywhere = sorted((one.round, one.first_position, one.stop) for book in books for one in book.handed)
    for before, after in pairwise(everywhere):
        if before[0] == after[0] and before[2] > after[1]:
            found.append(f"handed-twice: position {after[1]}")
    for book in books:
        for one in book.handed:
            mine = known.get(one.series_id)
            if mine is None or mine.account != book.account or not _inside(one, [mine.drawn]):
                found.append(f"handed-foreign: out of {one.series_id}")
        lost = [one for one in kept.series if one.account == book.account and one.drawn.series_id not in book.series]
        found += [f"lost on the way: series {one.drawn.series_id} is in no agent's file" for one in lost]
    return tuple(found)


def _book_faults(agent: Agent) -> list[str]:
    """What was taken out of the stock was told, or stands in the list of those in doubt."""
    explained = _positions([*agent.told, *agent.in_doubt])
    missing = _positions(agent.handed) - explained
    found = [f"lost at an agent: {agent.name} took out {len(missing)} numbers without a record"] if missing else []
    foreign = _positions(agent.told) - _positions(agent.handed)
    if foreign and not agent.disk_lost:
        found.append(f"told without a record: {agent.name} told {len(foreign)} numbers that its file does not know")
    return found


def _unknown_to_agents(kept: Kept, agents: Sequence[Agent]) -> list[str]:
    """What the service issued to an agent is in the agent's file, or the agent gave the request up."""
    books: dict[str, list[Agent]] = {}
    for agent in agents:
        books.setdefault(agent.account, []).append(agent)
    found: list[str] = []
    for one in kept.series:
        mine = books.get(one.account)
        if mine and not any(
            agent.disk_lost or one.drawn.series_id in agent.series or one.request in agent.given_up for agent in mine
        ):
            found.append(f"lost on the way: series {one.drawn.series_id} is in no agent's file")
    return found


def _positions(ranges: Iterable[Drawn]) -> set[tuple[str, int]]:
    return {
        (one.series_id, position)
        for one in ranges
        for position in range(one.first_position, one.first_position + one.count)
    }


def _inside(drawn: Drawn, gaps: Sequence[Drawn]) -> bool:
    place = drawn.first_position
    for gap in sorted(gaps, key=lambda one: one.first_position):
        if gap.first_position <= place < gap.stop:
            place = gap.stop
    return drawn.round == 1 and place >= drawn.stop

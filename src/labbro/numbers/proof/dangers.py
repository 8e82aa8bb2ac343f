"""What goes wrong in a history, drawn from its seed. Pure."""

from __future__ import annotations

import random
from typing import Final, Literal

import msgspec

Point = Literal["written", "marked", "committed"]
POINTS: Final[tuple[Point, ...]] = ("written", "marked", "committed")
OneFault = Literal["kill-postgres", "restore", "split", "lose-mark"]


class Dangers(msgspec.Struct, frozen=True, kw_only=True):
    """Chances: of each call, each group of calls, each round, or each act of a stock agent."""

    lose_request: float = 0.0  # a call
    lose_answer: float = 0.0
    double: float = 0.0
    late: float = 0.0  # a copy of the call arrives later, after others
    crash: float = 0.0  # a group: the service ends at once
    cut: float = 0.0  # a group: its connection to the database is cut
    mark_full: float = 0.0  # a group: the mark's disk is full
    mark_torn: float = 0.0  # a group: the service ends in the middle of writing the mark
    outage: float = 0.0  # a round: the service is away from here on, for a while
    clock_jump: float = 0.0  # a round: the service's or an agent's clock jumps by up to two years
    agent_crash: float = 0.0  # an act: the agent ends at once, at one of its durable steps
    agent_full: float = 0.0  # an act: the agent's disk is full
    agent_copied: float = 0.0  # an act: its file is copied and the copy opened
    agent_restored: float = 0.0  # an act: its file is replaced by an older one
    twins: bool = False  # one agent is cloned with its first request under way, and both go on
    services: int = 1
    rest_days: int = 0
    digits: int = 13
    faults: tuple[OneFault, ...] = ()  # each once, in this order, at a round of its own


_MAYBE: Final[dict[str, tuple[float, float]]] = {  # the chance that a danger is there at all, and how large then
    "lose_request": (0.6, 0.15),
    "lose_answer": (0.7, 0.2),
    "double": (0.5, 0.15),
    "late": (0.5, 0.1),
    "crash": (0.6, 0.12),
    "cut": (0.4, 0.06),
    "mark_full": (0.25, 0.08),
    "mark_torn": (0.25, 0.06),
    "outage": (0.3, 0.08),
    "clock_jump": (0.4, 0.15),
    "agent_crash": (0.7, 0.15),
    "agent_full": (0.3, 0.05),
    "agent_copied": (0.3, 0.03),
    "agent_restored": (0.3, 0.03),
}


def dangers_of(seed: int) -> Dangers:
    """The dangers of one history."""
    chance = random.Random(f"dangers:{seed}")  # noqa: S311 - repeatable on purpose
    chances = {
        name: chance.uniform(0.2, 1.0) * size if chance.random() < there else 0.0
        for name, (there, size) in _MAYBE.items()
    }
    faults: list[OneFault] = []
    if chance.random() < 0.12:
        faults.append("kill-postgres")
    if chance.random() < 0.2:
        faults.append(chance.choice(("restore", "restore", "split")))
    if chance.random() < 0.06:
        faults.append("lose-mark")
    chance.shuffle(faults)
    return Dangers(
        **chances,
        twins=chance.random() < 0.15,
        services=chance.choice((1, 1, 2)),
        rest_days=chance.choice((0, 0, 5)) if not {"restore", "split"} & set(faults) else 0,
        digits=8 if chance.random() < 0.02 else 13,
        faults=tuple(faults),
    )

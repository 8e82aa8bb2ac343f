"""Stock agents: one that speaks from an older state than it had is put on hold."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest

from labbro.errors import LabbroError
from labbro.numbers.agents import AgentRow, heard
from labbro.numbers.model import Drawn, DrawRequest, Statement, StockTold
from labbro.numbers.service import NumberService

from .building import SOUTH, SOUTH_ACCOUNT, asks, attends, gives_back, key, person, system

AGENT = key(50)
NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


class Agent:
    """An agent's disk: what a clone or a backup of it copies."""

    def __init__(self, agent_id: UUID = AGENT) -> None:
        self.agent_id = agent_id
        self.calls = 0
        self.nonce: str | None = None
        self.highest: int | None = None

    def copy(self) -> Agent:
        other = Agent(self.agent_id)
        other.calls, other.nonce, other.highest = self.calls, self.nonce, self.highest
        return other

    def statement(self) -> Statement:
        self.calls += 1
        return Statement(agent_id=self.agent_id, call=self.calls, nonce=self.nonce, highest_position=self.highest)

    def asks(self, count: int = 5) -> DrawRequest:
        return asks(count, statement=self.statement())

    def takes(self, drawn: Drawn) -> None:
        self.nonce = drawn.nonce
        self.highest = max(self.highest or 0, drawn.series.last_position)

    def draws(self, numbers: NumberService) -> Drawn:
        drawn = numbers.draw(system(), self.asks())
        self.takes(drawn)
        return drawn

    def attends(self, numbers: NumberService) -> None:
        self.nonce = numbers.attend(system(), attends(self.statement())).nonce


def refused(code: str, work, *arguments) -> None:
    with pytest.raises(LabbroError) as problem:
        work(*arguments)
    assert problem.value.code == code


def test_an_agent_draws_and_attends_with_a_new_nonce_each_time(numbers: NumberService) -> None:
    agent = Agent()
    nonces = set()
    for _ in range(3):
        agent.draws(numbers)
        nonces.add(agent.nonce)
        agent.attends(numbers)
        nonces.add(agent.nonce)
    assert len(nonces) == 6
    (known,) = numbers.agents(person("laboratory"))
    assert (known.agent_id, known.call, known.highest_position, known.state) == (AGENT, 6, 14, "active")
    assert numbers.agents(person("laboratory", 2, SOUTH)) == ()


def test_an_agent_whose_answer_was_lost_asks_again_and_goes_on(numbers: NumberService) -> None:
    agent = Agent()
    agent.draws(numbers)
    request = agent.asks()
    numbers.draw(system(), request)  # the answer is lost
    again = numbers.draw(system(), request)
    assert again.again
    agent.takes(again)
    agent.draws(numbers)


def test_a_refused_request_leaves_the_agent_as_it_was(numbers: NumberService) -> None:
    agent = Agent()
    agent.draws(numbers)
    refused("series-empty", numbers.draw, system(), agent.asks(0))
    agent.draws(numbers)


def test_a_clone_is_found_when_the_second_of_the_two_calls(numbers: NumberService) -> None:
    agent = Agent()
    agent.draws(numbers)
    clone = agent.copy()
    agent.draws(numbers)
    refused("agent-cloned-or-restored", clone.draws, numbers)
    refused("agent-cloned-or-restored", agent.draws, numbers)  # nobody can tell which of them is the right one
    assert [one.state for one in numbers.agents(person("operator"))] == ["held"]


def test_an_agent_restored_from_a_backup_is_found(numbers: NumberService) -> None:
    agent = Agent()
    agent.draws(numbers)
    backup = agent.copy()
    for _ in range(3):
        agent.draws(numbers)
    refused("agent-cloned-or-restored", backup.attends, numbers)


def test_an_old_request_of_a_restored_agent_does_not_bring_its_series_again(numbers: NumberService) -> None:
    agent = Agent()
    agent.draws(numbers)
    request = agent.asks()
    agent.takes(numbers.draw(system(), request))
    agent.attends(numbers)  # as an agent does before it hands out the first number
    refused("agent-cloned-or-restored", numbers.draw, system(), request)


def test_a_person_acknowledges_and_the_agent_begins_anew(numbers: NumberService) -> None:
    agent = Agent()
    series = agent.draws(numbers).series
    clone = agent.copy()
    agent.draws(numbers)
    refused("agent-cloned-or-restored", clone.draws, numbers)
    refused("agent-unknown", numbers.acknowledge, person("laboratory", 2, SOUTH), AGENT)
    refused("agent-unknown", numbers.acknowledge, system(), AGENT)
    assert numbers.acknowledge(person("laboratory"), AGENT).state == "retired"
    assert numbers.acknowledge(person("laboratory"), AGENT).state == "retired"
    refused("agent-cloned-or-restored", agent.draws, numbers)
    numbers.release(system(), gives_back(series.series_id, reason="the agent was restored"))
    fresh = Agent(key(51))
    assert fresh.draws(numbers).series.first_position == 10


def test_an_agent_of_another_account_is_unknown(numbers: NumberService) -> None:
    agent = Agent()
    agent.draws(numbers)
    refused("agent-unknown", numbers.draw, system(SOUTH_ACCOUNT), agent.asks())


@pytest.mark.parametrize(("call", "highest"), [(0, None), (1, -1), (1, 10**13)])
def test_a_statement_that_cannot_be_true_is_refused(numbers: NumberService, call: int, highest: int | None) -> None:
    statement = Statement(agent_id=AGENT, call=call, highest_position=highest)
    refused("statement-malformed", numbers.draw, system(), asks(1, statement=statement))
    assert numbers.draw(system(), asks(1)).series.first_position == 0


def row(**more: object) -> AgentRow:
    known = {
        "agent_id": AGENT,
        "account_id": key(4),
        "call": 7,
        "nonce": "now",
        "previous_nonce": "before",
        "last_request_id": key(70),
        "highest_position": 100,
        "ledger_digest": None,
        "seen_at": NOW,
    }
    return AgentRow(**{**known, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "nonce", "request_id", "state"),
    [
        (8, "now", key(71), "active"),
        (9, "now", key(71), "active"),  # a call that never arrived
        (8, "before", key(70), "active"),  # the answer was lost
        (8, "before", key(71), "held"),  # another request from the old state
        (7, "older", key(69), "held"),
        (8, None, key(71), "held"),  # begins anew under an old name
        (9, "unknown", key(71), "active"),  # the database was restored and has forgotten: it is behind, not the agent
    ],
)
def test_what_an_agent_says_is_weighed(call: int, nonce: str | None, request_id: UUID, state: str) -> None:
    told, problem, _ = heard(
        Statement(agent_id=AGENT, call=call, nonce=nonce, highest_position=100),
        row(),
        account_id=key(4),
        request_id=request_id,
        nonce="new",
        capacity=1000,
        now=NOW,
    )
    assert told is not None
    assert told.state == state
    assert (problem is None) == (state == "active")


def test_a_stock_that_was_told_is_kept_until_another_is_told(numbers: NumberService) -> None:
    told = StockTold(left=4711, days=180, days_low=150, days_high=230)
    first = numbers.attend(system(), attends(Statement(agent_id=AGENT, call=1, stock=told)))
    assert numbers.agents(person("operator"))[0].stock == told
    numbers.attend(system(), attends(Statement(agent_id=AGENT, call=2, nonce=first.nonce)))
    assert numbers.agents(person("operator"))[0].stock == told

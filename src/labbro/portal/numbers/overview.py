"""The first page: what stands still, what waits, the stocks, the draws, and what is left of the number space."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from labbro.errors import LabbroError
from labbro.members import views
from labbro.members.board import FULL_STOCK_DAYS, HALF_YEAR_DAYS, LOW_STOCK_DAYS
from labbro.members.gate import danish_day
from labbro.members.model import Notice
from labbro.numbers.looking_up import DrawnDay
from labbro.numbers.model import Agent, SpaceState, StockTold
from labbro.portal import formats
from labbro.portal.numbers import saying
from labbro.portal.numbers.blocks import Alert, Cell, Chart, Content, Figure, Link, Mark, Row, Section, Table
from labbro.portal.numbers.door import Guest, address_of

WEEKS: Final = 52
_WEEK: Final = dt.timedelta(days=7)


def build(guest: Guest) -> Content:
    """The overview of whoever asks: of everything for the operator, else of what is their own."""
    w, numbers = guest.words, guest.rooms.numbers
    today = danish_day(guest.now)
    state, stopped = _state(guest)
    drawn = numbers.drawn_by_day(guest.caller, _monday(today) - WEEKS * _WEEK)
    agents = numbers.agents(guest.caller)
    return Content(
        title=w.page_names["overview"],
        lead=w.leads[guest.caller.role],
        sections=(
            Section(alerts=(*_stopped(guest, stopped), *_notices(guest), *_waiting(guest, agents), *_countdown(guest))),
            *_space(guest, state),
            _stocks(guest, agents, drawn, today),
            _draws(guest, drawn, today),
        ),
    )


def _state(guest: Guest) -> tuple[SpaceState | None, LabbroError | str | None]:
    """How the space stands; and for which problem nothing is issued, where that is so."""
    try:
        state = guest.rooms.numbers.state()
    except LabbroError as error:
        return None, error
    return state, state.stopped


def _stopped(guest: Guest, stopped: LabbroError | str | None) -> tuple[Alert, ...]:
    if stopped is None:
        return ()
    w = guest.words
    code = stopped if isinstance(stopped, str) else stopped.code
    todo = w.stopped_todo.get(code, w.stopped_todo["other"]) if guest.caller.role == "operator" else w.stopped_wait
    why = w.stopped_why.get(code, w.stopped_why["other"])
    return (Alert(w.stopped, f"{why} ({code})", todo, grave=True),)


def _notices(guest: Guest) -> tuple[Alert, ...]:
    """Active notices, and planned ones of the next two weeks, the one that begins first in front."""
    soon = guest.now + dt.timedelta(days=14)
    told = [one for one in views.notices(guest.directory, guest.caller, guest.now) if _shows(one, guest.now, soon)]
    return tuple(notice_alert(guest, one) for one in sorted(told, key=lambda one: one.starts_at))


def _shows(one: Notice, now: dt.datetime, soon: dt.datetime) -> bool:
    return one.withdrawn_at is None and now < one.ends_at and one.starts_at <= soon


def notice_alert(guest: Guest, one: Notice) -> Alert:
    """A notice as it is shown."""
    w = guest.words
    span = w.from_to.format(start=saying.moment(one.starts_at), end=saying.moment(one.ends_at))
    title = guest.said(one.title_da, one.title_en)
    return Alert(
        f"{w.notice_kinds[one.kind]}: {title}",
        guest.said(one.text_da, one.text_en),
        span,
        grave=one.kind == "incident" and one.active(guest.now),
    )


def _waiting(guest: Guest, agents: Sequence[Agent]) -> tuple[Alert, ...]:
    """What waits for a person."""
    w, told = guest.words, list[Alert]()
    waiting = [one for one in guest.rooms.numbers.approvals(guest.caller) if one.decision == "waiting"]
    if waiting:
        link = Link(w.page_names["approvals"], address_of("approvals"))
        told.append(Alert(w.approvals_wait.of(len(waiting)), w.approvals_wait_note, link=link))
    held = [one for one in agents if one.state == "held"]
    if held:
        link = Link(w.page_names["agents"], address_of("agents"))
        told.append(Alert(w.agents_held.of(len(held)), w.agents_held_note, grave=True, link=link))
    opened = [one for one in guest.directory.escalations.values() if one.state == "open"]
    if opened and guest.caller.role == "operator":
        link = Link(w.page_names["questions"], address_of("questions"))
        told.append(Alert(w.questions_wait.of(len(opened)), link=link))
    return tuple(told)


def _countdown(guest: Guest) -> tuple[Alert, ...]:
    """Until when people may draw by hand, for each vendor or laboratory that may, and those for whom it is over."""
    w = guest.words
    by_day: dict[tuple[dt.date, int | None], list[str]] = defaultdict(list)
    for one in views.accounts(guest.directory, guest.caller, guest.now):
        until = one.drawing.manual_until
        if (
            until is None
            or one.account.state == "closed"
            or (one.drawing.automatic and guest.caller.role == "operator")
        ):
            continue
        name = saying.account_name(guest.directory, one.account.account_id, w)
        by_day[until, one.drawing.manual_days_left].append(name)
    told: list[Alert] = []
    for (until, left), names in sorted(by_day.items(), key=lambda one: one[0][0]):
        text = w.manual_over if left is None else w.manual_left.of(left)
        heading = text.format(day=formats.day(until))
        told.append(Alert(heading, "; ".join(sorted(names)), link=Link(w.page_names["draw"], address_of("draw"))))
    return tuple(told)


def _space(guest: Guest, state: SpaceState | None) -> tuple[Section, ...]:
    if state is None:
        return ()
    w = guest.words
    years = state.ends_year
    left_share = state.left / state.capacity
    ends = w.never_ends if years is None else w.far_away if years >= 9000 else str(years)
    figures = (
        Figure(
            saying.count(state.left, w),
            w.numbers_left,
            w.of_capacity.format(percent=f"{100 * left_share:.1f}".replace(".", w.decimal_mark)),
        ),
        Figure(ends, w.ends_in, w.at_rate.format(count=saying.count(state.a_year, w))),
        Figure(
            saying.count(state.issued, w), w.numbers_issued, w.in_series.format(count=saying.count(state.series, w))
        ),
        Figure(
            saying.count(state.released, w),
            w.numbers_released,
            w.skipped_too.format(count=saying.count(state.skipped, w)),
        ),
    )
    return (Section(w.space, figures=figures),)


def mark_of(days: int | None) -> Mark:
    """How good a stock is. Between two draws, a fortnight apart, it sinks below half a year: that is in order."""
    if days is None:
        return "off"
    return "good" if days >= FULL_STOCK_DAYS else "soon" if days >= LOW_STOCK_DAYS else "bad"


def _stocks(guest: Guest, agents: Sequence[Agent], drawn: Sequence[DrawnDay], today: dt.date) -> Section:
    """Stocks as weeks, with the band of each agent's forecast."""
    w = guest.words
    told = _shortest(agents)
    recent: dict[UUID, int] = defaultdict(int)
    last: dict[UUID, dt.date] = {}
    for one in drawn:
        last[one.account_id] = one.day
        if one.day > today - dt.timedelta(days=HALF_YEAR_DAYS):
            recent[one.account_id] += one.numbers
    accounts = [one.account for one in views.accounts(guest.directory, guest.caller, guest.now)]
    rows: list[Row] = []
    for account in accounts:
        if account.state == "closed":
            continue
        agent = told.get(account.account_id)
        name = saying.account_name(guest.directory, account.account_id, w)
        link = f"{address_of('series')}?account={account.account_id}"
        rows.append(
            Row(
                (
                    Cell(name, link=link),
                    _stock_cell(guest, agent),
                    Cell(saying.count(agent.stock.left, w) if agent and agent.stock else "", figure=True),
                    Cell(saying.moment(agent.seen_at) if agent else ""),
                    Cell(formats.day(last.get(account.account_id))),
                    Cell(saying.count(recent[account.account_id], w), figure=True),
                )
            )
        )
    heads = (w.account, w.stock, w.left, w.agent_told, w.last_draw, w.drawn_half_year)
    table = Table(w.stocks_caption, heads, tuple(rows), w.no_accounts)
    return Section(w.stocks, w.stocks_lead, chart=_stock_chart(guest, told), tables=(table,))


def _shortest(agents: Sequence[Agent]) -> dict[UUID, Agent]:
    """By account the active agent that tells the shortest stock; one that tells none only where no other is."""
    found: dict[UUID, Agent] = {}
    for one in agents:
        if one.state != "active":
            continue
        known = found.get(one.account_id)
        if known is None or _days(one) < _days(known):
            found[one.account_id] = one
    return found


def _days(agent: Agent) -> float:
    return float("inf") if agent.stock is None or agent.stock.days is None else agent.stock.days


def _stock_cell(guest: Guest, agent: Agent | None) -> Cell:
    w = guest.words
    stock = agent.stock if agent else None
    if stock is None or stock.days is None:
        return Cell(w.stock_unknown, mark="off")
    return Cell(
        w.weeks.format(weeks=saying.decimal(saying.weeks(stock.days), w)), _band(guest, stock), mark_of(stock.days)
    )


def _band(guest: Guest, stock: StockTold) -> str:
    w = guest.words
    if stock.days_low is None or stock.days_high is None:
        return ""
    low, high = (saying.decimal(saying.weeks(days), w) for days in (stock.days_low, stock.days_high))
    return w.band.format(low=low, high=high)


def _stock_chart(guest: Guest, told: dict[UUID, Agent]) -> Chart | None:
    w = guest.words
    rows: list[tuple[str, StockTold, int]] = []
    for account_id, agent in told.items():
        if agent.stock is not None and agent.stock.days is not None:
            rows.append((saying.account_name(guest.directory, account_id, w), agent.stock, agent.stock.days))
    if not rows:
        return None
    rows.sort(key=lambda one: one[2])
    weeks = [days / 7 for _, _, days in rows]
    lows = [(stock.days if stock.days_low is None else stock.days_low) or 0 for _, stock, _ in rows]
    highs = [stock.days_high or stock.days or 0 for _, stock, _ in rows]
    labels = [
        f"{name}: {w.weeks.format(weeks=saying.decimal(saying.weeks(days), w))} {_band(guest, stock)}"
        for name, stock, days in rows
    ]
    data = {
        "kind": "stocks",
        "unit": w.weeks_unit,
        "names": [name for name, _, _ in rows],
        "labels": labels,
        "weeks": [round(one, 1) for one in weeks],
        "below": [round(max(0.0, week - low / 7), 1) for week, low in zip(weeks, lows, strict=True)],
        "above": [round(max(0.0, high / 7 - week), 1) for week, high in zip(weeks, highs, strict=True)],
        "marks": [mark_of(days) for _, _, days in rows],
        "limits": [LOW_STOCK_DAYS / 7, HALF_YEAR_DAYS / 7],
    }
    return Chart("stocks", w.stocks_chart, data, w.stocks_note)


def _draws(guest: Guest, drawn: Sequence[DrawnDay], today: dt.date) -> Section:
    """What was drawn, a bar a week; the week that is not over is the last."""
    w = guest.words
    sums: dict[dt.date, list[int]] = defaultdict(lambda: [0, 0])
    for one in drawn:
        week = sums[_monday(one.day)]
        week[0] += one.numbers
        week[1] += one.series
    if not sums:
        return Section(w.draws, tables=(Table(w.draws_caption, (), (), w.nothing_drawn),))
    last = _monday(today)
    mondays = [last - place * _WEEK for place in range(WEEKS, -1, -1)]
    shown = mondays[next(place for place, monday in enumerate(mondays) if sums[monday][1] or monday == last) :]
    labels = [w.week_of.format(day=formats.day(one)) + f": {saying.count(sums[one][0], w)}" for one in shown]
    chart = Chart(
        "draws",
        w.draws_chart,
        {
            "kind": "bars",
            "unit": w.numbers_unit,
            "days": [one.isoformat() for one in shown],
            "counts": [sums[one][0] for one in shown],
            "labels": labels,
        },
    )
    rows = tuple(
        Row(
            (
                Cell(formats.day(one)),
                Cell(saying.count(sums[one][0], w), figure=True),
                Cell(saying.count(sums[one][1], w), figure=True),
            )
        )
        for one in reversed(shown)
        if sums[one][1]
    )
    table = Table(w.draws_caption, (w.week_from, w.numbers_unit, w.series_unit), rows, folded=True)
    return Section(w.draws, w.draws_lead, chart=chart, tables=(table,))


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())

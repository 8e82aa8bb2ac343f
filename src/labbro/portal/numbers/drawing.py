"""What people do with numbers: draw by hand, approve draws far above plan, and take note of agents on hold."""

from __future__ import annotations

from typing import Final

from labbro.members import acts, views
from labbro.numbers.model import Agent, Approval
from labbro.portal import formats
from labbro.portal.numbers import saying
from labbro.portal.numbers.acting import do_address
from labbro.portal.numbers.blocks import Alert, Cell, Content, Field, Form, Link, Mark, Row, Section, Table
from labbro.portal.numbers.door import Guest, address_of
from labbro.portal.numbers.overview import mark_of
from labbro.portal.numbers.parties import drawing as drawing_cell
from labbro.portal.numbers.series import draw_choices, who

_DECISIONS: Final[dict[str, Mark]] = {"waiting": "soon", "approved": "good", "refused": "bad"}
_AGENTS: Final[dict[str, Mark]] = {"active": "good", "held": "bad", "retired": "off"}


def draw(guest: Guest, told: dict[str, str] | None = None) -> Content:
    """The form to draw by hand, and until when that is possible for each account. `told`: what was filled in."""
    w, told = guest.words, told or {}
    choices = draw_choices(guest)
    request_id = told.get("request_id") or str(guest.rooms.members.identities.new())
    form = Form(
        action=address_of("draw"),
        submit=w.draw_button,
        hidden=(("request_id", request_id),),
        fields=(
            Field(
                "account_id",
                w.account,
                "select",
                choices=tuple(
                    one if one.value != told.get("account_id") else type(one)(one.value, one.label, chosen=True)
                    for one in choices
                ),
            ),
            Field("count", w.how_many, "number", told.get("count", ""), w.how_many_hint, longest=9),
        ),
    )
    section = Section(forms=(form,)) if choices else Section(alerts=(Alert(w.no_drawing, w.no_drawing_note),))
    return Content(title=w.page_names["draw"], lead=w.draw_lead, sections=(section, _permissions(guest)))


def _permissions(guest: Guest) -> Section:
    """The count-down, as all three parties see it."""
    w = guest.words
    rows: list[Row] = []
    for one in views.accounts(guest.directory, guest.caller, guest.now):
        if one.account.state == "closed":
            continue
        told, owner = one.drawing, {"laboratory_id": one.account.laboratory_id}
        if told.manual_days_left is not None:
            left = Cell(w.days_left.of(told.manual_days_left), mark="soon")
        else:
            left = Cell(w.ended if told.manual_until else w.never_allowed, mark="off")
        change = ()
        if guest.may(acts.PermitManual) and one.account.laboratory_id:
            change = (Link(w.set_day, do_address(acts.PermitManual, **owner)),)
        name = saying.account_name(guest.directory, one.account.account_id, w)
        rows.append(Row((Cell(name), Cell(formats.day(told.manual_until)), left, drawing_cell(guest, one)), change))
    heads = (w.account, w.last_day, w.time_left, w.drawing)
    return Section(w.countdown, w.countdown_lead, tables=(Table(w.countdown, heads, tuple(rows), w.no_accounts),))


def approvals(guest: Guest) -> Content:
    """Draws far above plan: those that wait with forms to decide them, and those that were decided."""
    w = guest.words
    found = guest.rooms.numbers.approvals(guest.caller)
    waiting = [one for one in found if one.decision == "waiting"]
    decided = [one for one in found if one.decision != "waiting"]
    sections = [_waiting(guest, one) for one in waiting] or [Section(text=w.nothing_waits)]
    ready = [one for one in decided if one.decision == "approved" and one.asked_by == guest.caller.actor]
    sections += [section for one in ready if (section := _ready(guest, one))]
    rows = tuple(
        Row(
            (
                Cell(saying.moment(one.asked_at)),
                Cell(saying.account_name(guest.directory, one.account_id, w)),
                Cell(saying.count(one.count, w), figure=True),
                Cell(w.decisions[one.decision], saying.moment(one.decided_at), _DECISIONS[one.decision]),
                Cell(who(guest, one.decided_by or "")),
            )
        )
        for one in decided
    )
    heads = (w.asked_at, w.account, w.count, w.decision, w.by)
    sections.append(Section(w.decided, tables=(Table(w.decided, heads, rows, w.nothing_decided),)))
    return Content(title=w.page_names["approvals"], lead=w.approvals_lead, sections=tuple(sections))


def _waiting(guest: Guest, one: Approval) -> Section:
    w = guest.words
    name = saying.account_name(guest.directory, one.account_id, w)
    account = guest.directory.accounts.get(one.account_id)
    plan = account.limits.plan_a_fortnight if account else 0
    asked = w.asked_by.format(who=who(guest, one.asked_by), at=saying.moment(one.asked_at))
    text = w.asks_for.format(count=saying.count(one.count, w), plan=saying.count(plan, w))
    heading = f"{name}: {saying.count(one.count, w)}"
    if one.asked_by == guest.caller.actor:
        return Section(heading, asked, alerts=(Alert(w.own_request, w.own_request_note),), text=text)
    action = f"{address_of('approvals', one.approval_id)}/decision"
    yes = Form(action, w.approve, hidden=(("approve", "yes"),), about=heading)
    no = Form(action, w.refuse, hidden=(("approve", "no"),), grave=True, about=heading)
    return Section(heading, asked, text=text, forms=(yes, no))


def _ready(guest: Guest, one: Approval) -> Section | None:
    """What was approved is drawn by whoever asked, with the same request id; nothing where it was drawn already."""
    w = guest.words
    if guest.rooms.numbers.was_drawn(guest.caller, one.account_id, one.request_id):
        return None
    hidden = (("request_id", str(one.request_id)), ("account_id", str(one.account_id)), ("count", str(one.count)))
    name = saying.account_name(guest.directory, one.account_id, w)
    heading = w.approved_now.format(count=saying.count(one.count, w))
    return Section(heading, name, forms=(Form(address_of("draw"), w.draw_button, hidden=hidden, about=heading),))


def agents(guest: Guest) -> Content:
    """Stock agents as the service hears them; those on hold first, with what to do."""
    w = guest.words
    found = guest.rooms.numbers.agents(guest.caller)
    held = [one for one in found if one.state == "held"]
    sections = [_held(guest, one) for one in held]
    rows = tuple(_agent_row(guest, one) for one in found)
    heads = (w.account, w.state, w.stock, w.left, w.seen_at, w.calls, w.agent)
    sections.append(Section(tables=(Table(w.agents_caption, heads, rows, w.no_agents),)))
    return Content(title=w.page_names["agents"], lead=w.agents_lead, sections=tuple(sections))


def _held(guest: Guest, one: Agent) -> Section:
    w = guest.words
    name = saying.account_name(guest.directory, one.account_id, w)
    form = Form(f"{address_of('agents', one.agent_id)}/acknowledgement", w.acknowledge, grave=True, about=name)
    alert = Alert(w.agent_held.format(account=name), w.agents_held_note, w.agent_todo, grave=True)
    return Section(w.on_hold_since.format(at=saying.moment(one.held_at)), alerts=(alert,), forms=(form,))


def _agent_row(guest: Guest, one: Agent) -> Row:
    w = guest.words
    days = one.stock.days if one.stock else None
    stock = Cell(w.stock_unknown, mark="off")
    if days is not None:
        stock = Cell(w.weeks.format(weeks=saying.decimal(saying.weeks(days), w)), mark=mark_of(days))
    return Row(
        (
            Cell(saying.account_name(guest.directory, one.account_id, w)),
            Cell(w.agent_states[one.state], mark=_AGENTS[one.state]),
            stock,
            Cell(saying.count(one.stock.left, w) if one.stock else "", figure=True),
            Cell(saying.moment(one.seen_at)),
            Cell(saying.count(one.call, w), figure=True),
            Cell(str(one.agent_id)[:13] + "…"),
        )
    )

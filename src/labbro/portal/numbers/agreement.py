"""The agreement board, the transition from plain HTTP, and certification: who keeps what was agreed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from labbro.members import acts, views
from labbro.members.api import PLAIN_DAYS, counted
from labbro.members.authentication.callers import NOBODY, PlainUse
from labbro.members.board import Duty, State
from labbro.members.gate import danish_day
from labbro.members.model import Certificate
from labbro.members.views import Boards, SystemView
from labbro.numbers.drawing_facts import drawing_facts
from labbro.portal import formats
from labbro.portal.numbers import saying
from labbro.portal.numbers.blocks import Alert, Cell, Content, Fact, Figure, Mark, Row, Section, Table
from labbro.portal.numbers.door import Guest
from labbro.portal.numbers.parties import links

_MARKS: Final[dict[State, Mark]] = {"met": "good", "due-soon": "soon", "missing": "bad", "not-applicable": "off"}


def board(guest: Guest) -> Content:
    """Every duty within reach with its evidence, and how far the transitions are."""
    w, d, rooms = guest.words, guest.directory, guest.rooms
    known = counted(rooms.members, drawing_facts(rooms.members.database), guest.now)
    found = views.boards(d, guest.caller, known, guest.now)
    sections = [_sums(guest, found), _transition(guest), _certification(guest)]
    for vendor in found.vendors:
        sections.append(_duties(guest, d.vendors[vendor.vendor_id].name, w.roles["vendor"], vendor.duties))
        sections.extend(
            _duties(guest, d.laboratories[one.laboratory_id].name, w.roles["laboratory"], one.duties)
            for one in vendor.laboratories
        )
    sections.extend(
        _duties(guest, d.laboratories[one.laboratory_id].name, w.roles["laboratory"], one.duties)
        for one in found.laboratories
    )
    return Content(title=w.page_names["board"], lead=w.board_lead, sections=tuple(sections))


def _sums(guest: Guest, found: Boards) -> Section:
    """How many duties each organisation meets, so that the one in trouble is seen without reading on."""
    w, d = guest.words, guest.directory
    if not found.vendors:
        return Section()
    states: tuple[State, ...] = ("met", "due-soon", "missing")
    rows: list[Row] = []
    for vendor in found.vendors:
        told = [(d.vendors[vendor.vendor_id].name, w.roles["vendor"], vendor.duties)]
        told += [(d.laboratories[one.laboratory_id].name, "", one.duties) for one in vendor.laboratories]
        for name, role, duties in told:
            counts = [sum(one.state == state for one in duties) for state in states]
            cells = [
                Cell(str(count) if count else "", mark=_MARKS[state] if count else "")
                for state, count in zip(states, counts, strict=True)
            ]
            rows.append(Row((Cell(name, role), *cells)))
    heads = (w.organisation, *(w.duty_states[state] for state in states))
    return Section(tables=(Table(w.board_sum, heads, tuple(rows)),))


def _duties(guest: Guest, name: str, role: str, duties: Sequence[Duty]) -> Section:
    w = guest.words
    rows = tuple(
        Row(
            (
                Cell(guest.said(one.title_da, one.title_en)),
                Cell(w.duty_states[one.state], mark=_MARKS[one.state]),
                Cell(guest.said(one.evidence_da, one.evidence_en)),
                Cell(formats.day(one.due)),
            )
        )
        for one in duties
    )
    return Section(name, role, tables=(Table(w.duties_caption, (w.duty, w.state, w.evidence, w.due), rows),))


def _transition(guest: Guest) -> Section:
    """Calls over plain HTTP of four weeks, by laboratory."""
    w, d, members = guest.words, guest.directory, guest.rooms.members
    today = danish_day(guest.now)
    uses = views.plain_calls(d, guest.caller, members.authentication.plain_use(today - PLAIN_DAYS))
    rows = tuple(
        Row(
            (
                Cell(_caller_name(guest, one)),
                Cell(saying.count(one.calls, w), figure=True),
                Cell(saying.moment(one.last_at)),
            )
        )
        for one in sorted(uses, key=lambda one: -one.calls)
    )
    table = Table(w.plain_caption, (w.roles["laboratory"], w.plain_calls, w.last_call), rows)
    laboratories = views.laboratories(d, guest.caller)
    plain = {one.laboratory_id for one in uses}
    done = sum(one.laboratory_id not in plain for one in laboratories)
    figures = (
        Figure(
            f"{done} / {len(laboratories)}",
            w.only_https,
            w.in_four_weeks,
            "good" if done == len(laboratories) else "soon",
        ),
    )
    return Section(
        w.transition, _plain_until(guest, members.settings.plain_until, today), figures=figures, tables=(table,)
    )


def _plain_until(guest: Guest, until: dt.date | None, today: dt.date) -> str:
    w = guest.words
    if until is None or until < today:
        return w.plain_closed
    return w.plain_until.format(day=formats.day(until), days=(until - today).days)


def _caller_name(guest: Guest, one: PlainUse) -> str:
    if one.laboratory_id == NOBODY:
        return guest.words.not_recognised
    return saying.owner(guest.directory, None, one.laboratory_id, guest.words)


def _certification(guest: Guest) -> Section:
    """How many accounts draw by themselves, how many by hand, how many not at all."""
    w = guest.words
    seen = [one for one in views.accounts(guest.directory, guest.caller, guest.now) if one.account.state == "open"]
    automatic = sum(one.drawing.automatic for one in seen)
    hand = sum(not one.drawing.automatic and one.drawing.manual for one in seen)
    neither = len(seen) - automatic - hand
    figures = (
        Figure(f"{automatic} / {len(seen)}", w.draw_automatically, mark="good" if automatic == len(seen) else "soon"),
        Figure(str(hand), w.draw_by_hand, mark="soon" if hand else ""),
        Figure(str(neither), w.draw_not, mark="bad" if neither else ""),
    )
    return Section(w.certification, w.certification_lead, figures=figures)


def systems(guest: Guest) -> Content:
    """Every system version within reach with its certificates."""
    w, d = guest.words, guest.directory
    found = views.systems(d, guest.caller)
    sections: list[Section] = []
    if guest.caller.role != "laboratory":
        for vendor in views.vendors(d, guest.caller):
            products = [one for one in d.products.values() if one.vendor_id == vendor.vendor_id]
            add = [(acts.AddSystem, {"product_id": one.product_id}) for one in products]
            names = {one.product_id: one.name for one in products}
            told = Section(
                vendor.name,
                ", ".join(sorted(names.values())),
                links=links(guest, (acts.AddProduct, {"vendor_id": vendor.vendor_id}), *add[:1]),
            )
            sections.append(told)
            sections.extend(_system(guest, one) for one in found if one.vendor_id == vendor.vendor_id)
    else:
        sections.extend(_system(guest, one) for one in found)
    if not found:
        sections.append(Section(alerts=(Alert(w.no_systems),)))
    return Content(title=w.page_names["systems"], lead=w.systems_lead, sections=tuple(sections))


def _system(guest: Guest, one: SystemView) -> Section:
    w = guest.words
    rows = tuple(_certificate(guest, each) for each in one.certificates)
    heads = (w.letter_formats, w.state, w.valid_from, w.valid_to)
    return Section(
        f"{one.product} {one.version}",
        facts=(Fact(w.in_use, str(one.installations)),),
        tables=(Table(w.certificates_caption, heads, rows, w.no_certificates),),
        links=links(guest, (acts.IssueCertificate, {"system_id": one.system_id})),
    )


def _certificate(guest: Guest, one: Certificate) -> Row:
    w, today = guest.words, danish_day(guest.now)
    if one.withdrawn_on is not None:
        state = Cell(w.certificate_states["withdrawn"], formats.day(one.withdrawn_on), "bad")
    elif one.holds(today):
        left = (one.valid_to - today).days
        state = Cell(w.certificate_states["valid"], w.days_left.of(left), "soon" if left < 60 else "good")
    else:
        state = Cell(w.certificate_states["early" if today < one.valid_from else "over"], mark="off")
    owner: dict[str, UUID | None] = {"certificate_id": one.certificate_id}
    live = one.withdrawn_on is None and today <= one.valid_to
    return Row(
        (Cell(", ".join(one.formats)), state, Cell(formats.day(one.valid_from)), Cell(formats.day(one.valid_to))),
        links(guest, (acts.WithdrawCertificate, owner)) if live else (),
    )

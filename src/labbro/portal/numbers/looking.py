"""A number looked up: whose it is, since when, and what became of it; or what is likely wrong with it. Pure views."""

from __future__ import annotations

from typing import Final

from labbro.numbers.explaining import Explained
from labbro.numbers.model import NumberInformation
from labbro.portal.numbers import saying
from labbro.portal.numbers.blocks import Cell, Content, Fact, Field, Form, Mark, Row, Section, Table
from labbro.portal.numbers.door import Guest, address_of

LONGEST_INPUT: Final = 40
_STATES: Final[dict[str, Mark]] = {
    "issued": "good",
    "released": "soon",
    "resting": "soon",
    "skipped": "bad",
    "claimed": "soon",
    "never-issued": "bad",
}


def content(guest: Guest, sections: tuple[Section, ...] = (), number: str = "") -> Content:
    """The form, and what was found. The number is sent in the form's body: it stands in no address and no log."""
    w = guest.words
    form = Form(
        action=address_of("look-up"),
        submit=w.look_up_button,
        fields=(Field("number", w.number, value=number, hint=w.number_hint, longest=LONGEST_INPUT),),
    )
    return Content(title=w.page_names["look-up"], lead=w.look_up_lead, sections=(Section(forms=(form,)), *sections))


def found(guest: Guest, told: NumberInformation, *, own: bool) -> tuple[Section, ...]:
    """A number that exists and was given out or skipped. `own`: the guest may know its sample's life."""
    w = guest.words
    facts = [Fact(w.number, told.number), Fact(w.state, w.number_states[told.state], mark=_STATES[told.state])]
    for one in told.holdings:
        series = one.series
        facts.append(Fact(w.held_by, saying.account_name(guest.directory, series.account_id, w)))
        facts.append(Fact(w.drawn_at, saying.moment(series.drawn_at), w.by_person if series.manual else w.by_system))
        system = guest.directory.systems.get(series.system_id) if series.system_id else None
        if system is not None:
            facts.append(Fact(w.system, f"{guest.directory.products[system.product_id].name} {system.version}"))
        if one.release is not None:
            facts.append(Fact(w.given_back_at, saying.moment(one.release.released_at), one.release.reason))
    if told.gap is not None and not told.holdings:
        facts.append(Fact(w.reason, w.gap_reasons[told.gap.reason], told.gap.note))
    if told.claim is not None:
        holder = saying.account_name(guest.directory, told.claim.account_id, w)
        facts.append(Fact(w.claimed_by, holder, f"{saying.moment(told.claim.claimed_at)}: {told.claim.reason}"))
    rows = tuple(
        Row((Cell(saying.moment(one.at)), Cell(guest.said(one.text_da, one.text)), Cell(one.place)))
        for one in told.life
    )
    life = Table(w.life_caption, (w.when, w.what_happened, w.place), rows, w.no_life if own else w.life_of_others)
    return (Section(w.found, facts=tuple(facts)), Section(w.life, w.life_lead, tables=(life,)))


def explained(guest: Guest, told: Explained, problem: str) -> tuple[Section, ...]:
    """A number that is wrong: why, and which numbers are one slip away, those of one's own series first."""
    w = guest.words
    facts = [Fact(w.number, told.number), Fact(w.state, problem, mark="bad")]
    if told.practice is not None:
        facts.append(Fact(w.practice, told.practice))
    remarks = " ".join(guest.said(one.message_da, one.message) for one in told.remarks)
    rows = tuple(
        Row(
            (
                Cell(one.number, figure=True),
                Cell(guest.said(one.message_da, one.message)),
                Cell(w.yours if one.known else "", mark="good" if one.known else ""),
            )
        )
        for one in told.suggestions[:20]
    )
    table = Table(w.suggestions, (w.number, w.slip, w.own_series), rows)
    return (Section(w.wrong_number, facts=tuple(facts), text=remarks, tables=(table,)),)

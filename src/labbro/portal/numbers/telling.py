"""Service notices with their mail, questions to the operator with diagnostics, and mail that was sent."""

from __future__ import annotations

from typing import Final
from uuid import UUID

import msgspec

from labbro.members import acts, permissions, problems, views
from labbro.members.model import Escalation, Notice
from labbro.members.outbox import Sent
from labbro.portal.numbers import saying
from labbro.portal.numbers.blocks import Alert, Cell, Content, Fact, Link, Mark, Row, Section, Table
from labbro.portal.numbers.door import Guest, address_of, back_to
from labbro.portal.numbers.parties import links

_MAILS: Final[dict[str, Mark]] = {"sent": "good", "waiting": "soon", "sending": "soon", "cancelled": "off"}
_QUESTIONS: Final[dict[str, Mark]] = {"open": "soon", "answered": "good", "closed": "off"}


def notices(guest: Guest) -> Content:
    """Notices that concern whoever asks; the operator sees all, and writes them."""
    w = guest.words
    found = sorted(views.notices(guest.directory, guest.caller, guest.now), key=lambda one: one.starts_at, reverse=True)
    sections = [Section(links=(*links(guest, (acts.WriteNotice, {})), Link(w.feed, "/notices.atom")))]
    sections.extend(_notice(guest, one) for one in found)
    if not found:
        sections.append(Section(text=w.no_notices))
    return Content(title=w.page_names["notices"], lead=w.notices_lead, sections=tuple(sections))


def _notice(guest: Guest, one: Notice) -> Section:
    w, d = guest.words, guest.directory
    state = _notice_state(guest, one)
    to = ", ".join(sorted(d.vendors[each].name for each in one.vendor_ids)) or w.everyone
    facts = [Fact(w.state, state.text, mark=state.mark), Fact(w.kind, w.notice_kinds[one.kind])]
    facts.append(Fact(w.period, w.from_to.format(start=saying.moment(one.starts_at), end=saying.moment(one.ends_at))))
    more: tuple[Link, ...] = ()
    if guest.caller.role == "operator":
        mails = guest.rooms.members.outbox.mails(f"notice:{one.notice_id}")
        purposes = ", ".join(w.purposes[each] for each in one.purposes)
        facts += [Fact(w.sent_to, to, purposes), Fact(w.page_names["mails"], _mail_sum(guest, mails))]
        live = one.withdrawn_at is None and guest.now < one.ends_at
        withdraw = links(guest, (acts.WithdrawNotice, {"notice_id": one.notice_id})) if live else ()
        more = (*withdraw, Link(w.see_mails, f"{address_of('mails')}?notice={one.notice_id}"))
    return Section(
        guest.said(one.title_da, one.title_en),
        text=guest.said(one.text_da, one.text_en),
        facts=tuple(facts),
        links=more,
    )


def _notice_state(guest: Guest, one: Notice) -> Cell:
    states = guest.words.notice_states
    if one.withdrawn_at is not None:
        return Cell(states["withdrawn"], mark="off")
    if guest.now < one.starts_at:
        return Cell(states["planned"], mark="soon")
    return Cell(states["active"], mark="good") if one.active(guest.now) else Cell(states["over"], mark="off")


def _mail_sum(guest: Guest, mails: list[Sent]) -> str:
    """How many mails are in each state."""
    states = guest.words.mail_states
    found: dict[str, int] = {}
    for one in mails:
        found[one.state] = found.get(one.state, 0) + 1
    told = [f"{states.get(state, state)}: {count}" for state, count in sorted(found.items())]
    return ", ".join(told) or guest.words.no_mails


def mails(guest: Guest, notice_id: UUID | None) -> Content:
    """The newest mails; the operator notes those that came back."""
    w = guest.words
    found = guest.rooms.members.outbox.mails(f"notice:{notice_id}" if notice_id else None)
    rows = tuple(
        Row(
            (
                Cell(saying.moment(one.made_at)),
                Cell(one.recipient),
                Cell(one.subject),
                Cell(w.mail_states.get(one.state, one.state), one.answer or "", _MAILS.get(one.state, "bad")),
                Cell(saying.moment(one.told_at)),
            ),
            links(guest, (acts.NoteBounce, {"mail_id": one.mail_id})) if one.state == "sent" else (),
        )
        for one in found
    )
    heads = (w.written, w.recipient, w.mail_subject, w.state, w.settled)
    waiting = () if guest.rooms.members.settings.smtp_host else (Alert(w.no_mail_server, w.no_mail_server_note),)
    table = Table(w.mails_caption, heads, rows, w.no_mails)
    return Content(title=w.page_names["mails"], lead=w.mails_lead, sections=(Section(alerts=waiting, tables=(table,)),))


def questions(guest: Guest) -> Content:
    """Questions that vendors passed on, the newest first."""
    w = guest.words
    found = sorted(views.escalations(guest.directory, guest.caller), key=lambda one: one.opened_at, reverse=True)
    rows = tuple(
        Row(
            (
                Cell(one.subject, link=address_of("questions", one.escalation_id)),
                Cell(w.question_states[one.state], mark=_QUESTIONS[one.state]),
                Cell(saying.owner(guest.directory, one.vendor_id, None, w)),
                Cell(saying.owner(guest.directory, None, one.laboratory_id, w) if one.laboratory_id else ""),
                Cell(saying.moment(one.opened_at)),
            )
        )
        for one in found
    )
    heads = (w.labels["subject"], w.state, w.roles["vendor"], w.roles["laboratory"], w.asked_at)
    ask = links(guest, (acts.Escalate, {"vendor_id": guest.caller.vendor_id})) if guest.caller.vendor_id else ()
    table = Table(w.questions_caption, heads, rows, w.no_questions)
    return Content(
        title=w.page_names["questions"], lead=w.questions_lead, sections=(Section(tables=(table,), links=ask),)
    )


def question(guest: Guest, escalation_id: UUID) -> Content:
    """One question with its answer and the diagnostics kept with it. Raises NotFound for what is not the guest's."""
    w = guest.words
    subject = permissions.subject_of_escalation(guest.directory, escalation_id)
    if not views.sees(guest.caller, subject.vendor_id, subject.laboratory_id):
        raise problems.not_found("escalation", "henvendelse")
    one: Escalation = guest.directory.escalations[escalation_id]
    told = guest.rooms.members.changes.diagnostics(escalation_id)
    facts = [
        Fact(w.state, w.question_states[one.state], mark=_QUESTIONS[one.state]),
        Fact(w.roles["vendor"], saying.owner(guest.directory, one.vendor_id, None, w)),
        Fact(w.asked_at, saying.moment(one.opened_at)),
    ]
    if one.laboratory_id is not None:
        facts.append(Fact(w.roles["laboratory"], saying.owner(guest.directory, None, one.laboratory_id, w)))
    answer = links(guest, (acts.AnswerEscalation, {"escalation_id": escalation_id})) if one.state != "closed" else ()
    sections = [Section(facts=tuple(facts), text=one.text, links=answer)]
    if one.answer is not None:
        sections.append(Section(w.labels["answer"], saying.moment(one.answered_at), text=one.answer))
    indented = msgspec.json.format(msgspec.json.encode(told), indent=2).decode()
    sections.append(Section(w.diagnostics, w.diagnostics_lead, fixed=indented))
    return Content(title=one.subject, back=back_to(guest, "questions"), sections=tuple(sections))

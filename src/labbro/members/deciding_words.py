"""Decisions about service notices and escalations. Pure."""

from __future__ import annotations

import re

from msgspec.structs import replace

from labbro.members import acts, mails, problems, support
from labbro.members.decision import Decision, Given
from labbro.members.model import Escalation, Notice
from labbro.members.permissions import of_organisation

# Six digits that can be a date, and four more: what a CPR number looks like.
_LIKE_CPR = re.compile(r"(?<!\d)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[- ]?\d{4}(?!\d)")


def write_notice(given: Given, act: acts.WriteNotice) -> Decision:
    """A notice, sent in the same transaction's mail."""
    _refuse_persons(act.title_da, act.title_en, act.text_da, act.text_en)
    if act.ends_at <= act.starts_at:
        raise problems.wrong("A notice ends after it begins.", "En meddelelse slutter, efter at den begynder.")
    for vendor_id in act.vendor_ids:
        of_organisation(given.directory, vendor_id, None)
    notice = Notice(
        notice_id=given.new(),
        kind=act.kind,
        title_da=act.title_da,
        title_en=act.title_en,
        text_da=act.text_da,
        text_en=act.text_en,
        purposes=act.purposes,
        vendor_ids=act.vendor_ids,
        starts_at=act.starts_at,
        ends_at=act.ends_at,
        written_at=given.now,
    )
    return Decision(entity_id=notice.notice_id, entities=(notice,), mails=mails.of_notice(given.directory, notice))


def withdraw_notice(given: Given, act: acts.WithdrawNotice) -> Decision:
    """Not shown any more; what waits to be sent is not sent."""
    found = given.directory.notices[act.notice_id]
    withdrawn = replace(found, withdrawn_at=found.withdrawn_at or given.now)
    return Decision(entity_id=act.notice_id, entities=(withdrawn,), cancelled_occasion=f"notice:{act.notice_id}")


def escalate(given: Given, act: acts.Escalate) -> Decision:
    """A question to the operator, with diagnostics of the vendor, or of its laboratory."""
    _refuse_persons(act.subject, act.text)
    owner = of_organisation(given.directory, act.vendor_id, act.laboratory_id)
    if owner.vendor_id is None:
        raise problems.wrong("Name the vendor or the laboratory.", "Angiv leverandøren eller laboratoriet.")
    escalation = Escalation(
        escalation_id=given.new(),
        vendor_id=owner.vendor_id,
        laboratory_id=owner.laboratory_id,
        subject=act.subject,
        text=act.text,
        state="open",
        opened_at=given.now,
    )
    return Decision(
        entity_id=escalation.escalation_id,
        entities=(escalation,),
        mails=mails.of_escalation(given.directory, escalation),
        diagnostics=support.diagnostics(given.directory, owner.vendor_id, owner.laboratory_id, given.now),
    )


def answer_escalation(given: Given, act: acts.AnswerEscalation) -> Decision:
    """The operator's answer, sent to the vendor's support."""
    _refuse_persons(act.answer)
    found = given.directory.escalations[act.escalation_id]
    answered = replace(found, answer=act.answer, answered_at=given.now, state="closed" if act.close else "answered")
    return Decision(
        entity_id=act.escalation_id,
        entities=(answered,),
        mails=mails.of_answer(given.directory, answered, act.request_id),
    )


def note_bounce(given: Given, act: acts.NoteBounce) -> Decision:
    """Only the mail changes."""
    del given
    return Decision(entity_id=act.mail_id, entities=(), bounced_mail=act.mail_id)


def _refuse_persons(*texts: str) -> None:
    if any(_LIKE_CPR.search(text) for text in texts):
        raise problems.wrong(
            "The text holds what looks like a CPR number; write without naming patients.",
            "Teksten indeholder noget, der ligner et CPR-nummer; skriv uden at nævne patienter.",
        )

"""Which mail an act sends, to whom and in which words: Danish first, English below. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from labbro.members.decision import Mail
from labbro.members.directory import Directory
from labbro.members.model import Contact, Escalation, Notice

ContactChange = Literal["added", "changed", "removed"]
_DENMARK = ZoneInfo("Europe/Copenhagen")
_CHANGED_DA: dict[ContactChange, str] = {"added": "tilføjet", "changed": "ændret", "removed": "fjernet"}


def of_notice(directory: Directory, notice: Notice) -> tuple[Mail, ...]:
    """To the contacts of the notice's purposes at its vendors and their laboratories, each mailbox once."""
    wanted = (
        one
        for one in directory.contacts.values()
        if one.removed_at is None
        and one.purpose in notice.purposes
        and one.vendor_id is not None
        and (not notice.vendor_ids or one.vendor_id in notice.vendor_ids)
    )
    span = f"{_moment(notice.starts_at)} – {_moment(notice.ends_at)}"
    body = (
        f"{notice.title_da}\n\n{notice.text_da}\n\nTidsrum: {span} (dansk tid)\n\n"
        f"-- In English --\n\n{notice.title_en}\n\n{notice.text_en}\n\nTime: {span} (Danish time)\n"
    )
    return _to(wanted, f"notice:{notice.notice_id}", f"[Labbro] {notice.title_da} / {notice.title_en}", body)


def of_contact(directory: Directory, request_id: UUID, contact: Contact, what: ContactChange) -> tuple[Mail, ...]:
    """To the operator's contacts for the agreement: a contact of another organisation was changed."""
    name = organisation_name(directory, contact.vendor_id, contact.laboratory_id)
    body = (
        f"En kontakt hos {name} er {_CHANGED_DA[what]}.\n\n"
        f"Formål: {contact.purpose}\nNavn: {contact.name}\nPostkasse: {contact.mailbox}\n"
        f"Telefon: {contact.telephone}\n\n"
        f"-- In English --\n\nA contact of {name} was {what}; purpose, name, mailbox and telephone are above.\n"
    )
    operators = directory.contacts_of(None, None, "agreement")
    return _to(operators, f"contact:{request_id}", f"[Labbro] Kontakt {_CHANGED_DA[what]}: {name}", body)


def of_escalation(directory: Directory, escalation: Escalation) -> tuple[Mail, ...]:
    """To the operator's support: a vendor asks. The diagnostics stay in Labbro."""
    name = organisation_name(directory, escalation.vendor_id, escalation.laboratory_id)
    body = (
        f"{name}: {escalation.subject}\n\n{escalation.text}\n\nDiagnostik: se henvendelse {escalation.escalation_id}.\n"
    )
    operators = directory.contacts_of(None, None, "support")
    return _to(operators, f"escalation:{escalation.escalation_id}", f"[Labbro] Henvendelse: {name}", body)


def of_answer(directory: Directory, escalation: Escalation, request_id: UUID) -> tuple[Mail, ...]:
    """To the vendor's support: the operator answered."""
    body = f"Svar på: {escalation.subject}\n\n{escalation.answer}\n"
    support = directory.contacts_of(escalation.vendor_id, None, "support")
    return _to(support, f"answer:{request_id}", "[Labbro] Svar på henvendelse / answer", body)


def organisation_name(directory: Directory, vendor_id: UUID | None, laboratory_id: UUID | None) -> str:
    """As people call it."""
    if laboratory_id is not None:
        return directory.laboratories[laboratory_id].name
    return directory.vendors[vendor_id].name if vendor_id is not None else "Labbro"


def _to(contacts: Iterable[Contact], occasion: str, subject: str, body: str) -> tuple[Mail, ...]:
    boxes = {one.mailbox.casefold(): one.mailbox for one in contacts}
    return tuple(Mail(occasion, box, subject, body) for box in boxes.values())


def _moment(at: dt.datetime) -> str:
    return f"{at.astimezone(_DENMARK):%d.%m.%Y %H:%M}"

"""What an act comes to, before anything is written: rows to put, mail to send, warnings to tell. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

import msgspec

from labbro.members.directory import Directory
from labbro.members.mailboxes import looks_personal
from labbro.members.model import Caller, Entity


class Given(msgspec.Struct, frozen=True):
    """What every decision is made from. `now` is aware and in UTC; `new` makes an identity."""

    directory: Directory
    caller: Caller
    now: dt.datetime
    new: Callable[[], UUID]


class Caution(msgspec.Struct, frozen=True):
    """Something that was done as asked, but should be looked at."""

    code: str
    message: str
    message_da: str


class Mail(msgspec.Struct, frozen=True):
    """One message to one mailbox. `occasion` and `recipient` together are sent once."""

    occasion: str
    recipient: str
    subject: str
    body: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """`entity_id`: of what the act made or changed. `cancelled_occasion`: its waiting mail is not sent any more."""

    entity_id: UUID
    entities: tuple[Entity, ...]
    warnings: tuple[Caution, ...] = ()
    mails: tuple[Mail, ...] = ()
    cancelled_occasion: str | None = None
    bounced_mail: UUID | None = None
    diagnostics: dict[str, Any] | None = None


def mailbox_warnings(mailbox: str, name: str = "") -> tuple[Caution, ...]:
    """The caution for a mailbox that looks personal, or nothing."""
    found = looks_personal(mailbox, name)
    return (Caution(found.code, found.reason, found.reason_da),) if found else ()

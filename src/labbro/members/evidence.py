"""Gathers the evidence for the agreement board from the directory and from what others counted. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from uuid import UUID

import msgspec

from labbro.members.board import DrawFacts, Duty, Evidence, LaboratoryBoard, laboratory_duties, vendor_duties
from labbro.members.directory import Directory
from labbro.members.gate import drawing_state
from labbro.members.mailboxes import looks_personal
from labbro.members.model import Account, Contact


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """What is not in the directory: draws and stocks, plain calls of four weeks, mailboxes that refuse mail."""

    draws: Mapping[UUID, DrawFacts]
    plain_calls: Mapping[UUID, int]
    plain_until: dt.date | None
    refusing_mailboxes: Collection[str]


class VendorBoard(msgspec.Struct, frozen=True):
    """A vendor's duties and those of its laboratories."""

    vendor_id: UUID
    duties: tuple[Duty, ...]
    laboratories: tuple[LaboratoryBoard, ...]


def vendor_board(directory: Directory, vendor_id: UUID, counted: Counted, today: dt.date) -> VendorBoard:
    """The board of a vendor with all its laboratories."""
    boards = tuple(
        laboratory_board(directory, one.laboratory_id, counted, today) for one in directory.laboratories_of(vendor_id)
    )
    own = _evidence(directory, vendor_id, None, counted, today)
    return VendorBoard(vendor_id, vendor_duties(boards, own), boards)


def laboratory_board(directory: Directory, laboratory_id: UUID, counted: Counted, today: dt.date) -> LaboratoryBoard:
    """The board of one laboratory."""
    vendor_id = directory.laboratories[laboratory_id].vendor_id
    return LaboratoryBoard(
        laboratory_id, laboratory_duties(_evidence(directory, vendor_id, laboratory_id, counted, today))
    )


def _evidence(
    directory: Directory, vendor_id: UUID, laboratory_id: UUID | None, counted: Counted, today: dt.date
) -> Evidence:
    accounts = [
        one
        for one in directory.accounts_of(vendor_id=vendor_id, laboratory_id=laboratory_id)
        if one.state == "open" and one.laboratory_id == laboratory_id
    ]
    certified_until, missing = _certified(directory, accounts, today)
    contacts = directory.contacts_of(vendor_id, laboratory_id)
    nobody = UUID(int=0)
    return Evidence(
        today=today,
        accounts=len(accounts),
        certified_until=certified_until,
        missing_formats=missing,
        manual_until=directory.manual_until(vendor_id, laboratory_id),
        draws=counted.draws.get(laboratory_id or nobody, DrawFacts()),
        plain_calls=counted.plain_calls.get(laboratory_id or nobody, 0) if laboratory_id else 0,
        plain_until=counted.plain_until,
        personal_mailboxes=sum(looks_personal(one.mailbox) is not None for one in accounts),
        contacts=len(contacts),
        contacts_confirmed_on=min((one.confirmed_at.date() for one in contacts), default=None),
        unreachable_contacts=sum(_refuses(one, counted) for one in contacts),
        support_contacts=len(directory.contacts_of(vendor_id, None, "support")),
    )


def _certified(directory: Directory, accounts: list[Account], today: dt.date) -> tuple[dt.date | None, tuple[str, ...]]:
    """Until when every account with a running system may draw; the day of the account that ends first."""
    states = [
        drawing_state(directory, one, today) for one in accounts if directory.installations_of(one.account_id)
    ] or [drawing_state(directory, one, today) for one in accounts]
    ends = [one.certified_until for one in states]
    whole = [end for end in ends if end is not None]
    missing = tuple(sorted({name for one in states for name in one.missing_formats}))
    return (min(whole), ()) if whole and len(whole) == len(ends) else (None, missing)


def _refuses(contact: Contact, counted: Counted) -> bool:
    return contact.mailbox in counted.refusing_mailboxes

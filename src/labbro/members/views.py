"""What a caller may read, out of the directory. Pure.

The operator's people see everything; a vendor's people their vendor and its laboratories; a laboratory's people and
systems their laboratory, its vendor's name and support, and the systems that run for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

import msgspec

from labbro.members import support
from labbro.members.authentication.callers import PlainUse
from labbro.members.board import LaboratoryBoard
from labbro.members.directory import Directory
from labbro.members.evidence import Counted, VendorBoard, laboratory_board, vendor_board
from labbro.members.gate import DrawingState, danish_day, drawing_state, formats_of
from labbro.members.model import (
    Account,
    Caller,
    Certificate,
    Contact,
    Credential,
    Escalation,
    Installation,
    Laboratory,
    Notice,
    Person,
    Role,
    Vendor,
)

_T = TypeVar("_T", Account, Contact, Escalation, Laboratory, Person)


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """Who the service takes the caller for."""

    kind: str
    role: Role
    vendor_id: UUID | None
    laboratory_id: UUID | None
    account_id: UUID | None
    installation_id: UUID | None
    system_id: UUID | None
    person_id: UUID | None


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An account and how it may draw today."""

    account: Account
    formats: tuple[str, ...]
    drawing: DrawingState


class SystemView(msgspec.Struct, frozen=True, kw_only=True):
    """A system version with its certificates. `installations`: how many run it, of those that the caller may see."""

    system_id: UUID
    product_id: UUID
    vendor_id: UUID
    product: str
    version: str
    certificates: tuple[Certificate, ...]
    installations: int


class InstallationView(msgspec.Struct, frozen=True, kw_only=True):
    """An installation with all keys that it has or had."""

    installation: Installation
    credentials: tuple[Credential, ...]


class Boards(msgspec.Struct, frozen=True, kw_only=True):
    """The agreement board of every vendor that the caller may see; for a laboratory its own only."""

    vendors: tuple[VendorBoard, ...] = ()
    laboratories: tuple[LaboratoryBoard, ...] = ()


def sees(caller: Caller, vendor_id: UUID | None, laboratory_id: UUID | None) -> bool:
    """Whether the affairs of an organisation are the caller's to read."""
    if caller.role == "operator":
        return True
    if caller.role == "vendor":
        return vendor_id is not None and vendor_id == caller.vendor_id
    return laboratory_id is not None and laboratory_id == caller.laboratory_id


def me(caller: Caller) -> Me:
    """The caller, without what is only for logs."""
    return Me(
        kind=caller.kind,
        role=caller.role,
        vendor_id=caller.vendor_id,
        laboratory_id=caller.laboratory_id,
        account_id=caller.account_id,
        installation_id=caller.installation_id,
        system_id=caller.system_id,
        person_id=caller.person_id,
    )


def vendors(directory: Directory, caller: Caller) -> list[Vendor]:
    """All for the operator; for others their own vendor."""
    own = caller.role == "operator"
    return [one for one in directory.vendors.values() if own or one.vendor_id == caller.vendor_id]


def laboratories(directory: Directory, caller: Caller) -> list[Laboratory]:
    """Those within reach."""
    return _seen(directory.laboratories.values(), caller)


def accounts(directory: Directory, caller: Caller, now: dt.datetime) -> list[AccountView]:
    """Those within reach; a system sees its own only."""
    found = _seen(directory.accounts.values(), caller)
    if caller.kind == "system":
        found = [one for one in found if one.account_id == caller.account_id]
    today = danish_day(now)
    return [
        AccountView(account=one, formats=formats_of(directory, one), drawing=drawing_state(directory, one, today))
        for one in found
    ]


def systems(directory: Directory, caller: Caller) -> list[SystemView]:
    """For the operator all, for a vendor its own, for a laboratory and a system what runs for it."""
    running = [one.installation.system_id for one in installations(directory, caller)]
    told: list[SystemView] = []
    for one in directory.systems.values():
        own = caller.role == "operator" or (caller.role == "vendor" and one.vendor_id == caller.vendor_id)
        if own or one.system_id in running:
            told.append(
                SystemView(
                    system_id=one.system_id,
                    product_id=one.product_id,
                    vendor_id=one.vendor_id,
                    product=directory.products[one.product_id].name,
                    version=one.version,
                    certificates=tuple(directory.certificates_of(one.system_id)),
                    installations=running.count(one.system_id),
                )
            )
    return told


def installations(directory: Directory, caller: Caller) -> list[InstallationView]:
    """What runs for the accounts within reach; a system sees itself."""
    told: list[InstallationView] = []
    for one in directory.installations.values():
        account = directory.accounts[one.account_id]
        own = caller.kind != "system" or one.installation_id == caller.installation_id
        if own and one.ended_at is None and sees(caller, account.vendor_id, account.laboratory_id):
            keys = tuple(directory.credentials_of(one.installation_id))
            told.append(InstallationView(installation=one, credentials=keys))
    return told


def persons(directory: Directory, caller: Caller) -> list[Person]:
    """Living people within reach."""
    return [one for one in _seen(directory.persons.values(), caller) if one.ended_at is None]


def contacts(directory: Directory, caller: Caller) -> list[Contact]:
    """Those within reach, and for everybody whom to ask: a laboratory its vendor's support, a vendor the operator's."""
    found = [one for one in _seen(directory.contacts.values(), caller) if one.removed_at is None]
    if caller.role == "laboratory" and caller.laboratory_id is not None:
        return found + support.first_level(directory, caller.laboratory_id)
    return found if caller.role == "operator" else found + directory.contacts_of(None, None, "support")


def escalations(directory: Directory, caller: Caller) -> list[Escalation]:
    """Those within reach, the newest last."""
    return _seen(directory.escalations.values(), caller)


def notices(directory: Directory, caller: Caller, now: dt.datetime) -> list[Notice]:
    """Notices that have not ended and are meant for the caller; the operator sees all that were ever written."""
    if caller.role == "operator":
        return list(directory.notices.values())
    return [
        one
        for one in directory.notices.values()
        if one.withdrawn_at is None and now < one.ends_at and (not one.vendor_ids or caller.vendor_id in one.vendor_ids)
    ]


def plain_calls(directory: Directory, caller: Caller, found: Iterable[PlainUse]) -> list[PlainUse]:
    """Those of laboratories within reach; calls that nobody was recognised by are the operator's to see."""
    told: list[PlainUse] = []
    for one in found:
        laboratory = directory.laboratories.get(one.laboratory_id)
        if sees(caller, laboratory.vendor_id if laboratory else None, one.laboratory_id):
            told.append(one)
    return told


def boards(directory: Directory, caller: Caller, counted: Counted, now: dt.datetime) -> Boards:
    """Every board within reach."""
    today = danish_day(now)
    if caller.role == "laboratory":
        assert caller.laboratory_id is not None
        return Boards(laboratories=(laboratory_board(directory, caller.laboratory_id, counted, today),))
    seen = vendors(directory, caller)
    return Boards(vendors=tuple(vendor_board(directory, one.vendor_id, counted, today) for one in seen))


def _seen(found: Iterable[_T], caller: Caller) -> list[_T]:
    return [one for one in found if sees(caller, one.vendor_id, one.laboratory_id)]

"""The members of an invented country: laboratories with one account and one certified system each, in memory."""

from __future__ import annotations

import datetime as dt
from typing import Final
from uuid import UUID

from labbro.members.directory import Directories, Directory
from labbro.members.model import (
    Account,
    Caller,
    Certificate,
    Credential,
    Installation,
    Laboratory,
    Limits,
    SystemVersion,
    Vendor,
)
from labbro.platform.database import Connection, Database

LABORATORIES: Final = 100
BEGAN: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
FAR: Final = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
LIMITS: Final = Limits(largest_series=10**9, numbers_a_day=10**12, plan_a_fortnight=10**9)


def _id(kind: int, number: int = 0) -> UUID:
    return UUID(int=(0x7 << 76) | (0b10 << 62) | (kind << 16) | number)


VENDOR: Final = _id(1)
_SYSTEM, _PRODUCT, _CERTIFICATE = _id(2), _id(8), _id(3)


def caller(number: int) -> Caller:
    """The system of laboratory `number`, as the doors know it."""
    return Caller(
        kind="system",
        role="laboratory",
        account_id=account_id(number),
        laboratory_id=_id(4, number),
        vendor_id=VENDOR,
        system_id=_SYSTEM,
        credential_id=_id(7, number),
        person_id=None,
        actor=f"system:{_id(6, number)}",
        installation_id=_id(6, number),
    )


def account_id(number: int) -> UUID:
    """The account of laboratory `number`."""
    return _id(5, number)


def operator() -> Caller:
    """A person who runs the service."""
    me = _id(9)
    return Caller(
        kind="person",
        role="operator",
        account_id=None,
        laboratory_id=None,
        vendor_id=None,
        system_id=None,
        credential_id=None,
        person_id=me,
        actor=f"person:{me}",
    )


def directory(laboratories: int = LABORATORIES) -> Directory:
    """All members, always in order: who may draw is not what is proved here."""
    numbers = range(laboratories)
    return Directory(
        version=1,
        vendors={VENDOR: Vendor(vendor_id=VENDOR, name="Nordlab", connected_at=BEGAN)},
        laboratories={_id(4, number): _laboratory(number) for number in numbers},
        accounts={account_id(number): _account(number) for number in numbers},
        products={},
        systems={_SYSTEM: SystemVersion(system_id=_SYSTEM, product_id=_PRODUCT, vendor_id=VENDOR, version="1")},
        certificates={
            _CERTIFICATE: Certificate(
                certificate_id=_CERTIFICATE,
                system_id=_SYSTEM,
                formats=("RPT01",),
                valid_from=BEGAN.date(),
                valid_to=FAR.date(),
            )
        },
        installations={
            _id(6, number): Installation(
                installation_id=_id(6, number), account_id=account_id(number), system_id=_SYSTEM, name="LIS"
            )
            for number in numbers
        },
        credentials={_id(7, number): _credential(number) for number in numbers},
        persons={},
        contacts={},
        permissions={},
        notices={},
        escalations={},
    )


class InventedDirectories(Directories):
    """Asks for the members' version in each transaction, as in operation, and gives the invented members."""

    def __init__(self, database: Database, invented: Directory) -> None:
        super().__init__(database)
        self._invented = invented

    def in_transaction(self, connection: Connection) -> Directory:
        """The invented members."""
        super().in_transaction(connection)
        return self._invented


def _laboratory(number: int) -> Laboratory:
    return Laboratory(
        laboratory_id=_id(4, number),
        vendor_id=VENDOR,
        name=f"Laboratory {number}",
        formats=("RPT01",),
        connected_at=BEGAN,
    )


def _account(number: int) -> Account:
    return Account(
        account_id=account_id(number),
        vendor_id=VENDOR,
        laboratory_id=_id(4, number),
        department="KBA",
        mailbox="kba@lab.example",
        state="open",
        limits=LIMITS,
        opened_at=BEGAN,
    )


def _credential(number: int) -> Credential:
    return Credential(
        credential_id=_id(7, number),
        installation_id=_id(6, number),
        kind="key",
        key_id="proof",
        thumbprint="",
        jwk=None,
        valid_from=BEGAN,
        valid_to=FAR,
    )

"""The members of `labbro bench numbers`: 20 laboratories with one account and one certified system each, in memory."""

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

LABORATORIES: Final = 20
_BEGAN: Final = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_FAR: Final = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)
_LIMITS: Final = Limits(largest_series=10**6, numbers_a_day=10**12, plan_a_fortnight=10**9)


def _id(kind: int, number: int = 0) -> UUID:
    return UUID(int=(0x7 << 76) | (0b10 << 62) | (kind << 16) | number)


VENDOR, SYSTEM, CERTIFICATE = _id(1), _id(2), _id(3)

CALLERS: Final = tuple(
    Caller(
        kind="system",
        role="laboratory",
        account_id=_id(5, number),
        laboratory_id=_id(4, number),
        vendor_id=VENDOR,
        system_id=SYSTEM,
        credential_id=_id(7, number),
        person_id=None,
        actor=f"system:{_id(6, number)}",
        installation_id=_id(6, number),
    )
    for number in range(LABORATORIES)
)


class BenchDirectories(Directories):
    """Asks for the members' version in each transaction, as in operation, and gives the members of the bench."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._bench = _directory()

    def in_transaction(self, connection: Connection) -> Directory:
        super().in_transaction(connection)
        return self._bench


def _directory() -> Directory:
    certificate = Certificate(
        certificate_id=CERTIFICATE,
        system_id=SYSTEM,
        formats=("RPT01",),
        valid_from=_BEGAN.date(),
        valid_to=_FAR.date(),
    )
    numbers = range(LABORATORIES)
    return Directory(
        version=1,
        vendors={VENDOR: Vendor(vendor_id=VENDOR, name="Bench", connected_at=_BEGAN)},
        laboratories={_id(4, number): _laboratory(number) for number in numbers},
        accounts={_id(5, number): _account(number) for number in numbers},
        products={},
        systems={SYSTEM: SystemVersion(system_id=SYSTEM, product_id=_id(8), vendor_id=VENDOR, version="1")},
        certificates={CERTIFICATE: certificate},
        installations={
            _id(6, number): Installation(
                installation_id=_id(6, number), account_id=_id(5, number), system_id=SYSTEM, name="bench"
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


def _laboratory(number: int) -> Laboratory:
    return Laboratory(
        laboratory_id=_id(4, number),
        vendor_id=VENDOR,
        name=f"Laboratory {number}",
        formats=("RPT01",),
        connected_at=_BEGAN,
    )


def _account(number: int) -> Account:
    return Account(
        account_id=_id(5, number),
        vendor_id=VENDOR,
        laboratory_id=_id(4, number),
        department="Bench",
        mailbox="bench@lab.example",
        state="open",
        limits=_LIMITS,
        opened_at=_BEGAN,
    )


def _credential(number: int) -> Credential:
    return Credential(
        credential_id=_id(7, number),
        installation_id=_id(6, number),
        kind="key",
        key_id="bench",
        thumbprint="",
        jwk=None,
        valid_from=_BEGAN,
        valid_to=_FAR,
    )

"""A small world for the number service: one vendor, two laboratories, accounts, a certified system, people."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from pathlib import Path
from uuid import UUID

import msgspec

from labbro.members.directory import Directory
from labbro.members.model import (
    Account,
    Caller,
    Certificate,
    Credential,
    Installation,
    Laboratory,
    Limits,
    ManualPermission,
    SystemVersion,
    Vendor,
)
from labbro.numbers.durability import Durability
from labbro.numbers.model import Attendance, DrawRequest, ReleaseRequest, Statement
from labbro.numbers.service import NumberService, open_numbers
from labbro.platform.clock import Clock, FixedClock
from labbro.platform.database import Database
from labbro.platform.identities import SystemIdentities
from labbro.platform.settings import Settings

NOW = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
BEGAN = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
FAR = dt.datetime(2999, 1, 1, tzinfo=dt.UTC)


def key(number: int) -> UUID:
    """A readable id."""
    return UUID(int=(0x7 << 76) | (0b10 << 62) | number)


VENDOR, NORTH, SOUTH = key(1), key(2), key(3)
NORTH_ACCOUNT, SOUTH_ACCOUNT, CLOSED_ACCOUNT = key(4), key(5), key(6)
SYSTEM, PRODUCT = key(7), key(8)
LIMITS = Limits(largest_series=200_000, numbers_a_day=1_000_000, plan_a_fortnight=50_000)


def directory(limits: Limits = LIMITS, **changes: object) -> Directory:
    accounts = {
        NORTH_ACCOUNT: _account(NORTH_ACCOUNT, NORTH, limits),
        SOUTH_ACCOUNT: _account(SOUTH_ACCOUNT, SOUTH, limits),
        CLOSED_ACCOUNT: msgspec.structs.replace(_account(CLOSED_ACCOUNT, SOUTH, limits), state="closed"),
    }
    installations = {
        one: Installation(installation_id=one, account_id=account, system_id=SYSTEM, name="LIS")
        for one, account in _INSTALLED.items()
    }
    credentials = {
        _credential_of(one): Credential(
            credential_id=_credential_of(one),
            installation_id=one,
            kind="key",
            key_id="k",
            thumbprint="",
            jwk=None,
            valid_from=BEGAN,
            valid_to=FAR,
        )
        for one in _INSTALLED
    }
    made = Directory(
        version=1,
        vendors={VENDOR: Vendor(vendor_id=VENDOR, name="Nordlab", connected_at=BEGAN)},
        laboratories={one: _laboratory(one) for one in (NORTH, SOUTH)},
        accounts=accounts,
        products={},
        systems={SYSTEM: SystemVersion(system_id=SYSTEM, product_id=PRODUCT, vendor_id=VENDOR, version="1")},
        certificates={
            key(9): Certificate(
                certificate_id=key(9),
                system_id=SYSTEM,
                formats=("RPT01",),
                valid_from=BEGAN.date(),
                valid_to=FAR.date(),
            )
        },
        installations=installations,
        credentials=credentials,
        persons={},
        contacts={},
        permissions={
            key(10): ManualPermission(permission_id=key(10), vendor_id=VENDOR, laboratory_id=None, until=FAR.date())
        },
        notices={},
        escalations={},
    )
    return msgspec.structs.replace(made, **changes)


class Directories:
    """Stands for labbro.members.directory.Directories; may be exchanged while the service runs."""

    def __init__(self, now: Directory) -> None:
        self.now = now

    def in_transaction(self, connection: object) -> Directory:
        return self.now

    def recent(self) -> Directory:
        return self.now


_INSTALLED = {key(20): NORTH_ACCOUNT, key(21): SOUTH_ACCOUNT, key(22): CLOSED_ACCOUNT}


def _credential_of(installation: UUID) -> UUID:
    return key(installation.int % 2**32 + 100)


def _account(account: UUID, laboratory: UUID, limits: Limits) -> Account:
    return Account(
        account_id=account,
        vendor_id=VENDOR,
        laboratory_id=laboratory,
        department="KBA",
        mailbox="kba@lab.example",
        state="open",
        limits=limits,
        opened_at=BEGAN,
    )


def _laboratory(one: UUID) -> Laboratory:
    return Laboratory(
        laboratory_id=one, vendor_id=VENDOR, name=f"Laboratory {one.int % 100}", formats=("RPT01",), connected_at=BEGAN
    )


def system(account: UUID = NORTH_ACCOUNT) -> Caller:
    """The laboratory system of an account."""
    installation = next(one for one, of in _INSTALLED.items() if of == account)
    return Caller(
        kind="system",
        role="laboratory",
        account_id=account,
        laboratory_id=NORTH if account == NORTH_ACCOUNT else SOUTH,
        vendor_id=VENDOR,
        system_id=SYSTEM,
        credential_id=_credential_of(installation),
        person_id=None,
        actor=f"system:{installation}",
        installation_id=installation,
    )


def person(role: str, number: int = 1, laboratory: UUID | None = None) -> Caller:
    """Someone of a role; of a laboratory, North unless said otherwise."""
    me = key(1000 + number)
    return Caller(
        kind="person",
        role=role,  # type: ignore[arg-type]
        account_id=None,
        laboratory_id=(laboratory or NORTH) if role == "laboratory" else None,
        vendor_id=None if role == "operator" else VENDOR,
        system_id=None,
        credential_id=None,
        person_id=me,
        actor=f"person:{me}",
    )


def asks(count: int, request: UUID | None = None, **more: object) -> DrawRequest:
    return DrawRequest(request_id=request or uuid.uuid4(), count=count, **more)  # type: ignore[arg-type]


def gives_back(series: UUID, request: UUID | None = None, **more: object) -> ReleaseRequest:
    return ReleaseRequest(**{"request_id": request or uuid.uuid4(), "series_id": series, "reason": "unused", **more})  # type: ignore[arg-type]


def attends(statement: Statement, request: UUID | None = None) -> Attendance:
    return Attendance(request_id=request or uuid.uuid4(), statement=statement)


def settings(folder: Path, **more: object) -> Settings:
    return Settings(**{"data_dir": folder, "secret": b"s" * 32, **more})  # type: ignore[arg-type]


def service(
    database: Database,
    folder: Path,
    *,
    clock: Clock | None = None,
    known: Directory | None = None,
    at=None,
    durability: Durability | None = None,
    **more: object,
) -> NumberService:
    """A service on a database, with its mark in a folder."""
    return open_numbers(
        database=database,
        settings=settings(folder, **more),
        clock=clock or FixedClock(NOW),
        identities=SystemIdentities(),
        directories=Directories(known or directory()),  # type: ignore[arg-type]
        at=at,
        durability=durability,
    )


def open_database(url: str, connections: int = 4) -> Database:
    database = Database(url, connections=connections)
    database.pool.open(wait=True)
    return database


def rows(url_or_database: str | Database, query: str) -> list[tuple]:
    import psycopg

    url = url_or_database if isinstance(url_or_database, str) else url_or_database.url
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def killer(point: str, after: int = 1):
    """A hook that kills this process, with SIGKILL, when a point is passed for the n-th time."""
    left = [after]

    def at(passed: str) -> None:
        if passed == point:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), 9)

    return at

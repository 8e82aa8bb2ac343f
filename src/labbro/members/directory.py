"""The directory: everything the members room knows, as one snapshot in memory, and when it is old.

Each change raises a counter in the database. Whoever issues something reads that counter in the issuing transaction
(`Directories.in_transaction`), so that a closed account or a revoked key ends at once in every process. Whoever only
reads may use a snapshot that was true at most a second ago (`Directories.recent`).
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from psycopg.rows import dict_row

from labbro.errors import Unavailable
from labbro.members.model import (
    Account,
    Certificate,
    Contact,
    Credential,
    Escalation,
    Installation,
    Laboratory,
    ManualPermission,
    Notice,
    Person,
    Product,
    Purpose,
    SystemVersion,
    Vendor,
)
from labbro.platform.database import Connection, Database, load_sql

RECENT_SECONDS: Final = 1.0
_MOST_READINGS = 20
_SQL = load_sql("labbro.members", "directory.sql")
_T = TypeVar("_T")


class Directory(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The members as they were at `version`. Look-ups by id give None for what does not exist."""

    version: int
    vendors: Mapping[UUID, Vendor]
    laboratories: Mapping[UUID, Laboratory]
    accounts: Mapping[UUID, Account]
    products: Mapping[UUID, Product]
    systems: Mapping[UUID, SystemVersion]
    certificates: Mapping[UUID, Certificate]
    installations: Mapping[UUID, Installation]
    credentials: Mapping[UUID, Credential]
    persons: Mapping[UUID, Person]
    contacts: Mapping[UUID, Contact]
    permissions: Mapping[UUID, ManualPermission]
    notices: Mapping[UUID, Notice]
    escalations: Mapping[UUID, Escalation]

    def laboratories_of(self, vendor_id: UUID) -> list[Laboratory]:
        """The customers of a vendor, by name."""
        return [one for one in self.laboratories.values() if one.vendor_id == vendor_id]

    def accounts_of(self, *, vendor_id: UUID | None = None, laboratory_id: UUID | None = None) -> list[Account]:
        """The accounts of a laboratory, or all of a vendor with those of its laboratories."""
        if laboratory_id is not None:
            return [one for one in self.accounts.values() if one.laboratory_id == laboratory_id]
        return [one for one in self.accounts.values() if one.vendor_id == vendor_id]

    def installations_of(self, account_id: UUID) -> list[Installation]:
        """What runs for an account now."""
        return self._running.get(account_id, [])

    def credentials_of(self, installation_id: UUID) -> list[Credential]:
        """All keys that an installation has or had, oldest first."""
        return self._keys.get(installation_id, [])

    def certificates_of(self, system_id: UUID) -> list[Certificate]:
        """All certificates of a system version, the one that ends last at the end."""
        return self._certified.get(system_id, [])

    def contacts_of(
        self, vendor_id: UUID | None, laboratory_id: UUID | None, purpose: Purpose | None = None
    ) -> list[Contact]:
        """The contacts of one organisation (both None: the operator), without removed ones."""
        return [
            one
            for one in self.contacts.values()
            if (one.vendor_id, one.laboratory_id) == (vendor_id, laboratory_id)
            and one.removed_at is None
            and purpose in (None, one.purpose)
        ]

    def person_signed_in(self, identifier: str) -> Person | None:
        """Whoever signs in under an identifier, as the portal's session tells it."""
        return self._people.get(identifier)

    def ever_signed_in(self, identifier: str) -> bool:
        """Whether somebody is or was a person here under an identifier, as the portal's session tells it."""
        return identifier in self._ever_people

    def credential_of_certificate(self, thumbprint: str) -> Credential | None:
        """The credential that is a TLS client certificate with this SHA-256."""
        return self._tls.get(thumbprint.lower())

    def manual_until(self, vendor_id: UUID, laboratory_id: UUID | None) -> dt.date | None:
        """The last day of manual drawing: the laboratory's own, else that of its vendor's laboratories."""
        found = {(one.vendor_id, one.laboratory_id): one.until for one in self.permissions.values()}
        return found.get((vendor_id, laboratory_id), found.get((vendor_id, None)))

    def notices_active(self, now: dt.datetime, vendor_id: UUID | None = None) -> list[Notice]:
        """The notices to be shown now; with a vendor, those that are meant for it."""
        return [
            one
            for one in self.notices.values()
            if one.active(now) and (vendor_id is None or not one.vendor_ids or vendor_id in one.vendor_ids)
        ]

    @cached_property
    def _running(self) -> dict[UUID, list[Installation]]:
        running = (one for one in self.installations.values() if one.ended_at is None)
        return _grouped(running, lambda one: one.account_id)

    @cached_property
    def _keys(self) -> dict[UUID, list[Credential]]:
        return _grouped(self.credentials.values(), lambda one: one.installation_id)

    @cached_property
    def _certified(self) -> dict[UUID, list[Certificate]]:
        return _grouped(self.certificates.values(), lambda one: one.system_id)

    @cached_property
    def _people(self) -> dict[str, Person]:
        return {one.identifier: one for one in self.persons.values() if one.ended_at is None}

    @cached_property
    def _ever_people(self) -> frozenset[str]:
        return frozenset(one.identifier for one in self.persons.values())

    @cached_property
    def _tls(self) -> dict[str, Credential]:
        return {one.thumbprint: one for one in self.credentials.values() if one.kind == "tls"}


class Directories:
    """Keeps one snapshot for the process and renews it. Safe for threads."""

    def __init__(self, database: Database, seconds: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._seconds = seconds
        self._kept: Directory | None = None
        self._looked_at = float("-inf")

    def in_transaction(self, connection: Connection) -> Directory:
        """The directory as it is for this transaction's next statements: exact, one small query."""
        kept = self._kept
        if kept is not None and kept.version == _version(connection):
            return kept
        self._kept = read = read_directory(connection)
        return read

    def outdated(self) -> None:
        """Says that this process changed something: the next look asks the database."""
        self._looked_at = float("-inf")

    def fresh(self) -> Directory | None:
        """What `recent` would give without asking the database; None where it would ask."""
        return self._kept if self._seconds() - self._looked_at < RECENT_SECONDS else None

    def recent(self) -> Directory:
        """A directory that was true at most a second ago. Raises Unavailable when the database does not answer."""
        if (kept := self.fresh()) is not None:
            return kept
        asked_at = self._seconds()
        with self._database.connection() as connection:
            found = self.in_transaction(connection)
        self._looked_at = asked_at
        return found


def read_directory(connection: Connection) -> Directory:
    """Reads everything, as of one version: again when a change was committed meanwhile.

    Takes no lock. Raises Unavailable when the members change all the time.
    """
    for _ in range(_MOST_READINGS):
        version = _version(connection)
        found = _read_all(connection, version)
        if _version(connection) == version:
            return found
    raise Unavailable("The members are being changed; try again in a moment.")


def _version(connection: Connection) -> int:
    row = connection.execute(_SQL["version"]).fetchone()
    return row[0] if row else 0


def _read_all(connection: Connection, version: int) -> Directory:
    return Directory(
        version=version,
        vendors=_read(connection, "vendors", Vendor, lambda one: one.vendor_id),
        laboratories=_read(connection, "laboratories", Laboratory, lambda one: one.laboratory_id),
        accounts=_read(connection, "accounts", Account, lambda one: one.account_id),
        products=_read(connection, "products", Product, lambda one: one.product_id),
        systems=_read(connection, "systems", SystemVersion, lambda one: one.system_id),
        certificates=_read(connection, "certificates", Certificate, lambda one: one.certificate_id),
        installations=_read(connection, "installations", Installation, lambda one: one.installation_id),
        credentials=_read(connection, "credentials", Credential, lambda one: one.credential_id),
        persons=_read(connection, "persons", Person, lambda one: one.person_id),
        contacts=_read(connection, "contacts", Contact, lambda one: one.contact_id),
        permissions=_read(connection, "permissions", ManualPermission, lambda one: one.permission_id),
        notices=_read(connection, "notices", Notice, lambda one: one.notice_id),
        escalations=_read(connection, "escalations", Escalation, lambda one: one.escalation_id),
    )


def _read(connection: Connection, query: str, kind: type[_T], key: Callable[[_T], UUID]) -> dict[UUID, _T]:
    with connection.cursor(row_factory=dict_row) as cursor:
        rows: list[dict[str, Any]] = cursor.execute(_SQL[query]).fetchall()
    return {key(one): one for one in msgspec.convert(rows, list[kind])}


def _grouped(found: Iterable[_T], key: Callable[[_T], UUID]) -> dict[UUID, list[_T]]:
    groups: dict[UUID, list[_T]] = {}
    for one in found:
        groups.setdefault(key(one), []).append(one)
    return groups

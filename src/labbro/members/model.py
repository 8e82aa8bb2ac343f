"""What the members room knows, as frozen structs. Rows of the same names in schema/; nothing is ever deleted.

An organisation is named by two fields: `vendor_id` and `laboratory_id`. Both None is the operator; a vendor alone has
no `laboratory_id`; a laboratory has both, its vendor's and its own.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec

Role = Literal["operator", "vendor", "laboratory"]
AccountState = Literal["open", "closed"]
Purpose = Literal["support", "operations", "agreement", "security"]
NoticeKind = Literal["planned", "incident", "change"]
EscalationState = Literal["open", "answered", "closed"]


class Caller(msgspec.Struct, frozen=True):
    """Who makes a call, as authentication found it. Given to every door; checked again where something is issued.

    `actor` names the caller in the audit and in logs: `system:<installation>` or `person:<id>`, never a personal name.
    `over_plain`: the call came by the plain HTTP listener of the transition period.
    """

    kind: Literal["system", "person"]
    role: Role
    account_id: UUID | None
    laboratory_id: UUID | None
    vendor_id: UUID | None
    system_id: UUID | None
    credential_id: UUID | None
    person_id: UUID | None
    actor: str
    over_plain: bool = False
    installation_id: UUID | None = None


class Vendor(msgspec.Struct, frozen=True, kw_only=True):
    """A maker of laboratory systems, party to the connection agreement; first-level support of its laboratories."""

    vendor_id: UUID
    name: str
    connected_at: dt.datetime


class Laboratory(msgspec.Struct, frozen=True, kw_only=True):
    """A laboratory, customer of one vendor. `formats`: the letter types it exchanges, to be covered by a certificate.

    Identifiers are checked where they are given: `gln` 13 digits, `sor` 11 or more, `shak` 4 to 9 characters,
    `provider_number` (ydernummer) 6 digits.
    """

    laboratory_id: UUID
    vendor_id: UUID
    name: str
    formats: tuple[str, ...]
    connected_at: dt.datetime
    gln: str | None = None
    sor: str | None = None
    shak: str | None = None
    provider_number: str | None = None


class Limits(msgspec.Struct, frozen=True):
    """How many numbers an account may draw. `plan_a_fortnight`: what it expects; three times that asks for approval."""

    largest_series: int = 500_000
    numbers_a_day: int = 1_000_000
    plan_a_fortnight: int = 50_000


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What draws numbers. Belongs to a department and its functional mailbox, never to a person.

    `laboratory_id` is None for an account of the vendor itself.
    """

    account_id: UUID
    vendor_id: UUID
    laboratory_id: UUID | None
    department: str
    mailbox: str
    state: AccountState
    limits: Limits
    opened_at: dt.datetime
    closed_at: dt.datetime | None = None

    @property
    def role(self) -> Role:
        """In which role the account's systems call."""
        return "vendor" if self.laboratory_id is None else "laboratory"


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """A vendor's laboratory system, over all its versions."""

    product_id: UUID
    vendor_id: UUID
    name: str


class SystemVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a product: what is certified. `system_id` names it everywhere."""

    system_id: UUID
    product_id: UUID
    vendor_id: UUID
    version: str


class Certificate(msgspec.Struct, frozen=True, kw_only=True):
    """A system version was found to handle some formats. Both days count; not valid from `withdrawn_on` on."""

    certificate_id: UUID
    system_id: UUID
    formats: tuple[str, ...]
    valid_from: dt.date
    valid_to: dt.date
    withdrawn_on: dt.date | None = None

    def holds(self, today: dt.date) -> bool:
        """Whether it is in force on a day."""
        kept = self.withdrawn_on is None or today < self.withdrawn_on
        return kept and self.valid_from <= today <= self.valid_to


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """A system that runs somewhere for an account: an OAuth client named by `installation_id`.

    `system_id` is the version it runs now.
    """

    installation_id: UUID
    account_id: UUID
    system_id: UUID
    name: str
    ended_at: dt.datetime | None = None


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """How an installation proves itself: a public key (`jwk`, named `key_id`) or a TLS client certificate.

    `thumbprint`: SHA-256 in hexadecimal, of the key (RFC 7638) or of the certificate (DER). Valid from `valid_from` up
    to but not at `valid_to`; several may be valid at the same time, so that keys change without a pause.
    """

    credential_id: UUID
    installation_id: UUID
    kind: Literal["key", "tls"]
    key_id: str
    thumbprint: str
    jwk: str | None
    valid_from: dt.datetime
    valid_to: dt.datetime
    revoked_at: dt.datetime | None = None

    def holds(self, now: dt.datetime) -> bool:
        """Whether it may be used at a time."""
        return self.revoked_at is None and self.valid_from <= now < self.valid_to


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who signs in; known by the identity provider's `issuer` and `subject`, which together never change.

    In the demonstration `issuer` is `demonstration`.
    """

    person_id: UUID
    issuer: str
    subject: str
    name: str
    role: Role
    vendor_id: UUID | None
    laboratory_id: UUID | None
    ended_at: dt.datetime | None = None

    @property
    def identifier(self) -> str:
        """As the portal's session names whoever signed in."""
        return f"demonstration:{self.subject}" if self.issuer == "demonstration" else f"{self.issuer}#{self.subject}"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Whom to reach at an organisation, and for what. `confirmed_at`: when it was last said to be right."""

    contact_id: UUID
    vendor_id: UUID | None
    laboratory_id: UUID | None
    purpose: Purpose
    name: str
    mailbox: str
    telephone: str
    confirmed_at: dt.datetime
    removed_at: dt.datetime | None = None


class ManualPermission(msgspec.Struct, frozen=True, kw_only=True):
    """People may draw by hand up to and with a day: for all laboratories of a vendor, or for one.

    Of both, the laboratory's own counts.
    """

    permission_id: UUID
    vendor_id: UUID
    laboratory_id: UUID | None
    until: dt.date


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A service notice of the operator, active from `starts_at` to `ends_at`. `vendor_ids`: to whom; empty is everyone.

    `purposes`: which contacts of an organisation it is sent to.
    """

    notice_id: UUID
    kind: NoticeKind
    title_da: str
    title_en: str
    text_da: str
    text_en: str
    purposes: tuple[Purpose, ...]
    vendor_ids: tuple[UUID, ...]
    starts_at: dt.datetime
    ends_at: dt.datetime
    written_at: dt.datetime
    withdrawn_at: dt.datetime | None = None

    def active(self, now: dt.datetime) -> bool:
        """Whether it is to be shown at a time."""
        return self.withdrawn_at is None and self.starts_at <= now < self.ends_at


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """A question that a vendor passes on to the operator."""

    escalation_id: UUID
    vendor_id: UUID
    laboratory_id: UUID | None
    subject: str
    text: str
    state: EscalationState
    opened_at: dt.datetime
    answer: str | None = None
    answered_at: dt.datetime | None = None


Entity: TypeAlias = (
    Vendor
    | Laboratory
    | Account
    | Product
    | SystemVersion
    | Certificate
    | Installation
    | Credential
    | Person
    | Contact
    | ManualPermission
    | Notice
    | Escalation
)

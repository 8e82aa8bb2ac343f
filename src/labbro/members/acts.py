"""What can be changed, one struct an act. Each carries the request id that the client made before it sent the act.

Field names say what an act is about: `vendor_id`, `laboratory_id`, `account_id` and so on name what exists. Where both
`vendor_id` and `laboratory_id` may be given, the laboratory alone is enough; none of them is the operator.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from labbro.members.model import Limits, NoticeKind, Purpose, Role

_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"  # one line with something on it
Line = Annotated[str, Meta(min_length=1, max_length=120, pattern=_LINE)]
Text = Annotated[str, Meta(min_length=1, max_length=4000, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")]
Mailbox = Annotated[
    str, Meta(max_length=200, pattern=r"^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}$")
]
Telephone = Annotated[str, Meta(pattern=r"^\+?[0-9][0-9 ]{3,19}$")]
Format = Annotated[str, Meta(pattern=r"^X?(RPT|REQ)[0-9]{2}$")]
Formats = Annotated[tuple[Format, ...], Meta(min_length=1, max_length=30)]
Moment = Annotated[dt.datetime, Meta(tz=True)]


class Act(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One change. The same request id with the same content is done once and answered the same for ever."""

    request_id: UUID


class AddVendor(Act, frozen=True, kw_only=True):
    """Connects a vendor."""

    name: Line


class RenameVendor(Act, frozen=True, kw_only=True):
    """Gives a vendor another name."""

    vendor_id: UUID
    name: Line


class AddLaboratory(Act, frozen=True, kw_only=True):
    """Connects a laboratory as customer of a vendor."""

    vendor_id: UUID
    name: Line
    formats: Formats
    gln: str | None = None
    sor: str | None = None
    shak: str | None = None
    provider_number: str | None = None


class ChangeLaboratory(Act, frozen=True, kw_only=True):
    """Changes what is known of a laboratory. All fields are given again."""

    laboratory_id: UUID
    name: Line
    formats: Formats
    gln: str | None = None
    sor: str | None = None
    shak: str | None = None
    provider_number: str | None = None


class MoveLaboratory(Act, frozen=True, kw_only=True):
    """A laboratory, with its accounts, contacts and people, becomes the customer of another vendor."""

    laboratory_id: UUID
    to_vendor_id: UUID


class OpenAccount(Act, frozen=True, kw_only=True):
    """Opens an account for a department of a laboratory, or for the vendor itself."""

    vendor_id: UUID | None = None
    laboratory_id: UUID | None = None
    department: Line
    mailbox: Mailbox


class ChangeAccount(Act, frozen=True, kw_only=True):
    """Changes the department and the mailbox of an account."""

    account_id: UUID
    department: Line
    mailbox: Mailbox


class CloseAccount(Act, frozen=True, kw_only=True):
    """Closes an account: from its commit on nothing is drawn with it, in any process."""

    account_id: UUID


class ReopenAccount(Act, frozen=True, kw_only=True):
    """Opens a closed account again."""

    account_id: UUID


class SetLimits(Act, frozen=True, kw_only=True):
    """Sets how much an account may draw."""

    account_id: UUID
    limits: Limits


class AddProduct(Act, frozen=True, kw_only=True):
    """Registers a vendor's laboratory system."""

    vendor_id: UUID
    name: Line


class AddSystem(Act, frozen=True, kw_only=True):
    """Registers a version of a product."""

    product_id: UUID
    version: Line


class IssueCertificate(Act, frozen=True, kw_only=True):
    """Certifies a system version for formats, both days included."""

    system_id: UUID
    formats: Formats
    valid_from: dt.date
    valid_to: dt.date


class WithdrawCertificate(Act, frozen=True, kw_only=True):
    """Ends a certificate from today on."""

    certificate_id: UUID


class Install(Act, frozen=True, kw_only=True):
    """Registers a system that runs for an account. The answer's id is its OAuth client_id."""

    account_id: UUID
    system_id: UUID
    name: Line


class UpgradeInstallation(Act, frozen=True, kw_only=True):
    """Says that an installation runs another version now."""

    installation_id: UUID
    to_system_id: UUID


class EndInstallation(Act, frozen=True, kw_only=True):
    """Ends an installation: its keys and tokens stop working at once."""

    installation_id: UUID


class PublicKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A public key as a JSON Web Key (RFC 7517): P-256 for ES256, Ed25519 for EdDSA, RSA from 2048 bits for PS256.

    `kid` defaults to the thumbprint (RFC 7638). `d` is the private part, which is refused.
    """

    kty: str
    crv: str | None = None
    x: str | None = None
    y: str | None = None
    n: str | None = None
    e: str | None = None
    kid: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._~-]{1,100}$")] | None = None
    use: str | None = None
    alg: str | None = None
    d: str | None = None


class AddKey(Act, frozen=True, kw_only=True):
    """Registers a public key of an installation. Others go on working until their own end: keys overlap."""

    installation_id: UUID
    jwk: PublicKey
    valid_from: Moment
    valid_to: Moment


class AddClientCertificate(Act, frozen=True, kw_only=True):
    """Registers a TLS client certificate (PEM, without the key) of an installation; valid as long as it says itself."""

    installation_id: UUID
    pem: Annotated[str, Meta(max_length=20_000)]


class EndCredential(Act, frozen=True, kw_only=True):
    """Lets a key end earlier, as when a new one takes over."""

    credential_id: UUID
    valid_to: Moment


class RevokeCredential(Act, frozen=True, kw_only=True):
    """Ends a key now, with every token that was given for it."""

    credential_id: UUID


class AddPerson(Act, frozen=True, kw_only=True):
    """Lets a person sign in, known by issuer and subject of the identity provider."""

    issuer: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^[!-~]+$")]
    subject: Annotated[str, Meta(min_length=1, max_length=255, pattern=r"^[ -~]+$")]
    name: Line
    role: Role
    vendor_id: UUID | None = None
    laboratory_id: UUID | None = None


class EndPerson(Act, frozen=True, kw_only=True):
    """A person may no longer act here."""

    person_id: UUID


class AddContact(Act, frozen=True, kw_only=True):
    """Names whom to reach at an organisation; tells the operator."""

    vendor_id: UUID | None = None
    laboratory_id: UUID | None = None
    purpose: Purpose
    name: Line
    mailbox: Mailbox
    telephone: Telephone


class ChangeContact(Act, frozen=True, kw_only=True):
    """Changes a contact; tells the operator."""

    contact_id: UUID
    name: Line
    mailbox: Mailbox
    telephone: Telephone


class RemoveContact(Act, frozen=True, kw_only=True):
    """Removes a contact; tells the operator."""

    contact_id: UUID


class ConfirmContacts(Act, frozen=True, kw_only=True):
    """Says that all contacts of an organisation are right as they stand."""

    vendor_id: UUID | None = None
    laboratory_id: UUID | None = None


class PermitManual(Act, frozen=True, kw_only=True):
    """Sets the last day of drawing by hand, for all laboratories of a vendor or for one."""

    vendor_id: UUID | None = None
    laboratory_id: UUID | None = None
    until: dt.date


class WriteNotice(Act, frozen=True, kw_only=True):
    """Writes a service notice and sends it to the contacts of the given purposes. No vendor given: to everyone."""

    kind: NoticeKind
    title_da: Line
    title_en: Line
    text_da: Text
    text_en: Text
    starts_at: Moment
    ends_at: Moment
    purposes: Annotated[tuple[Purpose, ...], Meta(min_length=1, max_length=4)] = ("operations", "support")
    vendor_ids: Annotated[tuple[UUID, ...], Meta(max_length=500)] = ()


class WithdrawNotice(Act, frozen=True, kw_only=True):
    """Ends a notice, and cancels what of it was not sent yet."""

    notice_id: UUID


class Escalate(Act, frozen=True, kw_only=True):
    """Passes a question on to the operator, with diagnostics. Give the laboratory it is about, if it is about one."""

    vendor_id: UUID | None = None
    laboratory_id: UUID | None = None
    subject: Line
    text: Text


class AnswerEscalation(Act, frozen=True, kw_only=True):
    """Answers a question and, with `close`, ends it."""

    escalation_id: UUID
    answer: Text
    close: bool = False


class NoteBounce(Act, frozen=True, kw_only=True):
    """Notes that a mail which was taken came back later, so that its contact is looked at."""

    mail_id: UUID

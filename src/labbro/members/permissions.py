"""Who may do what. One table, and one rule what "own" means.

The operator's people may do everything. A vendor's people act on their own vendor and its laboratories, a laboratory's
people on their own laboratory, a system on its own installation. What is out of reach is told as not existing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from labbro.members import acts, problems
from labbro.members.directory import Directory
from labbro.members.model import Caller

OPERATOR_ONLY: Final[frozenset[str]] = frozenset()
VENDOR: Final = frozenset({"vendor"})
VENDOR_AND_SYSTEM: Final = frozenset({"vendor", "system"})
VENDOR_AND_LABORATORY: Final = frozenset({"vendor", "laboratory"})
EVERYONE_CONCERNED: Final = frozenset({"vendor", "laboratory", "system"})

MAY: Final[dict[type[acts.Act], frozenset[str]]] = {
    acts.AddVendor: OPERATOR_ONLY,
    acts.RenameVendor: OPERATOR_ONLY,
    acts.AddLaboratory: VENDOR,
    acts.ChangeLaboratory: VENDOR,
    acts.MoveLaboratory: OPERATOR_ONLY,
    acts.OpenAccount: VENDOR,
    acts.ChangeAccount: VENDOR,
    acts.CloseAccount: VENDOR,
    acts.ReopenAccount: VENDOR,
    acts.SetLimits: OPERATOR_ONLY,
    acts.AddProduct: VENDOR,
    acts.AddSystem: VENDOR,
    acts.IssueCertificate: OPERATOR_ONLY,
    acts.WithdrawCertificate: OPERATOR_ONLY,
    acts.Install: VENDOR,
    acts.UpgradeInstallation: VENDOR,
    acts.EndInstallation: VENDOR,
    acts.AddKey: VENDOR_AND_SYSTEM,
    acts.AddClientCertificate: VENDOR_AND_SYSTEM,
    acts.EndCredential: VENDOR_AND_SYSTEM,
    acts.RevokeCredential: EVERYONE_CONCERNED,
    acts.AddPerson: VENDOR,
    acts.EndPerson: VENDOR,
    acts.AddContact: VENDOR,
    acts.ChangeContact: VENDOR,
    acts.RemoveContact: VENDOR,
    acts.ConfirmContacts: VENDOR_AND_LABORATORY,
    acts.PermitManual: OPERATOR_ONLY,
    acts.WriteNotice: OPERATOR_ONLY,
    acts.WithdrawNotice: OPERATOR_ONLY,
    acts.Escalate: VENDOR,
    acts.AnswerEscalation: OPERATOR_ONLY,
    acts.NoteBounce: OPERATOR_ONLY,
}

# Who may read what, beside the operator's people; of each only what is their own (labbro.members.views).
READ: Final[dict[str, frozenset[str]]] = {
    "me": EVERYONE_CONCERNED,
    "vendors": EVERYONE_CONCERNED,
    "laboratories": EVERYONE_CONCERNED,
    "accounts": EVERYONE_CONCERNED,
    "systems": EVERYONE_CONCERNED,
    "installations": EVERYONE_CONCERNED,
    "persons": VENDOR_AND_LABORATORY,
    "contacts": EVERYONE_CONCERNED,
    "board": EVERYONE_CONCERNED,
    "notices": EVERYONE_CONCERNED,
    "plain-calls": EVERYONE_CONCERNED,
    "escalations": VENDOR,
    "diagnostics": VENDOR,
    "mails": OPERATOR_ONLY,
}


class Subject(msgspec.Struct, frozen=True):
    """Whose affairs an act concerns. Nothing set: the operator's, or nobody's in particular."""

    vendor_id: UUID | None = None
    laboratory_id: UUID | None = None
    installation_id: UUID | None = None


def check_act(directory: Directory, caller: Caller, act: acts.Act) -> Subject:
    """Whose affairs the act concerns. Raises NotAllowed for the role, NotFound for what is not the caller's."""
    if not may(caller, type(act)):
        raise problems.not_for_you()
    subject = subject_of(directory, act)
    if not reaches(caller, subject):
        raise problems.not_found("organisation or thing", "organisation eller ting")
    return subject


def check_read(caller: Caller, what: str) -> None:
    """Raises NotAllowed where the role may not read such things at all."""
    asked_as = "system" if caller.kind == "system" else caller.role
    if asked_as != "operator" and asked_as not in READ[what]:
        raise problems.not_for_you()


def may(caller: Caller, act: type[acts.Act]) -> bool:
    """Whether the role may do such an act at all, on what is its own."""
    if caller.kind == "system":
        return "system" in MAY[act]
    return caller.role == "operator" or caller.role in MAY[act]


def reaches(caller: Caller, subject: Subject) -> bool:
    """Whether the subject is the caller's own; everything is the operator's."""
    if caller.kind == "system":
        return caller.installation_id is not None and subject.installation_id == caller.installation_id
    if caller.role == "operator":
        return True
    if caller.role == "vendor":
        return caller.vendor_id is not None and subject.vendor_id == caller.vendor_id
    return caller.laboratory_id is not None and subject.laboratory_id == caller.laboratory_id


def subject_of(directory: Directory, act: acts.Act) -> Subject:
    """From the most particular thing that the act names. Raises NotFound for a thing that does not exist."""
    return subject_named(directory, {field: getattr(act, field, None) for field, _ in _FINDERS})


def subject_named(directory: Directory, ids: Mapping[str, UUID | None]) -> Subject:
    """Whose affairs things concern that are named by their ids' fields. Raises NotFound as `subject_of`."""
    for field, find in _FINDERS:
        named = ids.get(field)
        if named is not None:
            return find(directory, named)
    return Subject()


def subject_of_escalation(directory: Directory, escalation_id: UUID) -> Subject:
    """Whose question it is. Raises NotFound."""
    return _escalation(directory, escalation_id)


def of_organisation(directory: Directory, vendor_id: UUID | None, laboratory_id: UUID | None) -> Subject:
    """The subject for an organisation as acts name it. Raises NotFound where the two do not belong together."""
    subject = _laboratory(directory, laboratory_id) if laboratory_id else Subject()
    if vendor_id is None:
        return subject
    if laboratory_id is not None and subject.vendor_id != vendor_id:
        raise problems.not_found("laboratory of this vendor", "laboratorium hos denne leverandør")
    return subject if laboratory_id else _vendor(directory, vendor_id)


def _vendor(directory: Directory, vendor_id: UUID) -> Subject:
    if vendor_id not in directory.vendors:
        raise problems.not_found("vendor", "leverandør")
    return Subject(vendor_id)


def _laboratory(directory: Directory, laboratory_id: UUID) -> Subject:
    found = directory.laboratories.get(laboratory_id)
    if found is None:
        raise problems.not_found("laboratory", "laboratorium")
    return Subject(found.vendor_id, found.laboratory_id)


def _account(directory: Directory, account_id: UUID) -> Subject:
    found = directory.accounts.get(account_id)
    if found is None:
        raise problems.account_unknown()
    return Subject(found.vendor_id, found.laboratory_id)


def _installation(directory: Directory, installation_id: UUID) -> Subject:
    found = directory.installations.get(installation_id)
    if found is None:
        raise problems.not_found("installation", "installation")
    account = _account(directory, found.account_id)
    return Subject(account.vendor_id, account.laboratory_id, installation_id)


def _credential(directory: Directory, credential_id: UUID) -> Subject:
    found = directory.credentials.get(credential_id)
    if found is None:
        raise problems.not_found("key", "nøgle")
    return _installation(directory, found.installation_id)


def _product(directory: Directory, product_id: UUID) -> Subject:
    found = directory.products.get(product_id)
    if found is None:
        raise problems.not_found("product", "produkt")
    return Subject(found.vendor_id)


def _system(directory: Directory, system_id: UUID) -> Subject:
    found = directory.systems.get(system_id)
    if found is None:
        raise problems.not_found("system version", "systemversion")
    return Subject(found.vendor_id)


def _certificate(directory: Directory, certificate_id: UUID) -> Subject:
    found = directory.certificates.get(certificate_id)
    if found is None:
        raise problems.not_found("certificate", "certifikat")
    return _system(directory, found.system_id)


def _person(directory: Directory, person_id: UUID) -> Subject:
    found = directory.persons.get(person_id)
    if found is None:
        raise problems.not_found("person", "person")
    return Subject(found.vendor_id, found.laboratory_id)


def _contact(directory: Directory, contact_id: UUID) -> Subject:
    found = directory.contacts.get(contact_id)
    if found is None or found.removed_at is not None:
        raise problems.not_found("contact", "kontakt")
    return Subject(found.vendor_id, found.laboratory_id)


def _notice(directory: Directory, notice_id: UUID) -> Subject:
    if notice_id not in directory.notices:
        raise problems.not_found("notice", "driftsmeddelelse")
    return Subject()


def _escalation(directory: Directory, escalation_id: UUID) -> Subject:
    found = directory.escalations.get(escalation_id)
    if found is None:
        raise problems.not_found("escalation", "henvendelse")
    return Subject(found.vendor_id, found.laboratory_id)


_FINDERS: Final = (
    ("credential_id", _credential),
    ("installation_id", _installation),
    ("account_id", _account),
    ("certificate_id", _certificate),
    ("system_id", _system),
    ("product_id", _product),
    ("person_id", _person),
    ("contact_id", _contact),
    ("notice_id", _notice),
    ("escalation_id", _escalation),
    ("laboratory_id", _laboratory),
    ("vendor_id", _vendor),
)

"""Decisions about vendors, laboratories, accounts, people, contacts and manual drawing. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from msgspec.structs import replace

from labbro.codes import gln, provider, shak, sor
from labbro.codes.explanation import Explanation
from labbro.members import acts, mails, problems
from labbro.members.decision import Caution, Decision, Given, Mail, mailbox_warnings
from labbro.members.model import Account, Contact, Laboratory, Limits, ManualPermission, Person, Vendor
from labbro.members.permissions import Subject, of_organisation


def add_vendor(given: Given, act: acts.AddVendor) -> Decision:
    """A new vendor; names are used once."""
    _must_be_new(act.name, (one.name for one in given.directory.vendors.values()))
    vendor = Vendor(vendor_id=given.new(), name=act.name, connected_at=given.now)
    return Decision(entity_id=vendor.vendor_id, entities=(vendor,))


def rename_vendor(given: Given, act: acts.RenameVendor) -> Decision:
    """Another name."""
    vendors = given.directory.vendors
    _must_be_new(act.name, (one.name for one in vendors.values() if one.vendor_id != act.vendor_id))
    return Decision(entity_id=act.vendor_id, entities=(replace(vendors[act.vendor_id], name=act.name),))


def add_laboratory(given: Given, act: acts.AddLaboratory) -> Decision:
    """A new laboratory; its identifiers are checked by their kinds."""
    _must_be_new(act.name, (one.name for one in given.directory.laboratories.values()))
    told, warnings = _identifiers(act)
    laboratory = Laboratory(
        laboratory_id=given.new(),
        vendor_id=act.vendor_id,
        name=act.name,
        formats=tuple(sorted(set(act.formats))),
        connected_at=given.now,
        **told,
    )
    return Decision(entity_id=laboratory.laboratory_id, entities=(laboratory,), warnings=warnings)


def change_laboratory(given: Given, act: acts.ChangeLaboratory) -> Decision:
    """All fields anew."""
    laboratories = given.directory.laboratories
    others = (one.name for one in laboratories.values() if one.laboratory_id != act.laboratory_id)
    _must_be_new(act.name, others)
    told, warnings = _identifiers(act)
    formats = tuple(sorted(set(act.formats)))
    changed = replace(laboratories[act.laboratory_id], name=act.name, formats=formats, **told)
    return Decision(entity_id=act.laboratory_id, entities=(changed,), warnings=warnings)


def move_laboratory(given: Given, act: acts.MoveLaboratory) -> Decision:
    """To another vendor, with accounts, contacts and people. Permissions of its own to draw by hand go along."""
    directory = given.directory
    if act.to_vendor_id not in directory.vendors:
        raise problems.not_found("vendor", "leverandør")
    groups = (directory.accounts, directory.contacts, directory.persons, directory.permissions)
    own = [one for group in groups for one in group.values() if one.laboratory_id == act.laboratory_id]
    laboratory = replace(directory.laboratories[act.laboratory_id], vendor_id=act.to_vendor_id)
    moved = tuple(replace(one, vendor_id=act.to_vendor_id) for one in own)
    return Decision(entity_id=act.laboratory_id, entities=(laboratory, *moved))


def open_account(given: Given, act: acts.OpenAccount) -> Decision:
    """A new account with the usual limits."""
    owner = of_organisation(given.directory, act.vendor_id, act.laboratory_id)
    if owner.vendor_id is None:
        raise problems.wrong("Name the vendor or the laboratory.", "Angiv leverandøren eller laboratoriet.")
    account = Account(
        account_id=given.new(),
        vendor_id=owner.vendor_id,
        laboratory_id=owner.laboratory_id,
        department=act.department,
        mailbox=act.mailbox,
        state="open",
        limits=Limits(),
        opened_at=given.now,
    )
    return Decision(entity_id=account.account_id, entities=(account,), warnings=mailbox_warnings(act.mailbox))


def change_account(given: Given, act: acts.ChangeAccount) -> Decision:
    """Department and mailbox."""
    changed = replace(given.directory.accounts[act.account_id], department=act.department, mailbox=act.mailbox)
    return Decision(entity_id=act.account_id, entities=(changed,), warnings=mailbox_warnings(act.mailbox))


def close_account(given: Given, act: acts.CloseAccount) -> Decision:
    """Closed; one that is closed already stays as it is."""
    account = given.directory.accounts[act.account_id]
    closed = replace(account, state="closed", closed_at=account.closed_at or given.now)
    return Decision(entity_id=act.account_id, entities=(closed,))


def reopen_account(given: Given, act: acts.ReopenAccount) -> Decision:
    """Open again."""
    opened = replace(given.directory.accounts[act.account_id], state="open", closed_at=None)
    return Decision(entity_id=act.account_id, entities=(opened,))


def set_limits(given: Given, act: acts.SetLimits) -> Decision:
    """Other limits. Each is at least 1 and fits what a number space can hold."""
    limits = act.limits
    told = (limits.largest_series, limits.numbers_a_day, limits.plan_a_fortnight)
    if not all(1 <= one <= 10**12 for one in told):
        raise problems.wrong("Limits are whole numbers above 0.", "Grænser er hele tal over 0.")
    changed = replace(given.directory.accounts[act.account_id], limits=limits)
    return Decision(entity_id=act.account_id, entities=(changed,))


def add_person(given: Given, act: acts.AddPerson) -> Decision:
    """A person with one role. A vendor's people may add people of vendors and laboratories only, and of their own."""
    subject = _role_subject(given, act)
    if act.role == "operator" and given.caller.role != "operator":
        raise problems.not_for_you()
    person = Person(
        person_id=given.new(),
        issuer=act.issuer.rstrip("/"),
        subject=act.subject,
        name=act.name,
        role=act.role,
        vendor_id=subject.vendor_id,
        laboratory_id=subject.laboratory_id,
    )
    if given.directory.person_signed_in(person.identifier) is not None:
        raise problems.taken("This sign-in", "Dette login")
    return Decision(entity_id=person.person_id, entities=(person,))


def end_person(given: Given, act: acts.EndPerson) -> Decision:
    """No longer. The last of the operator's people stays: nobody could let anyone in again."""
    person = given.directory.persons[act.person_id]
    operators = [one for one in given.directory.persons.values() if one.role == "operator" and one.ended_at is None]
    if operators == [person]:
        raise problems.wrong(
            "The last person of the operator cannot be ended; add another one first.",
            "Den sidste person hos driftsansvarlig kan ikke fjernes; tilføj først en anden.",
        )
    return Decision(entity_id=act.person_id, entities=(replace(person, ended_at=person.ended_at or given.now),))


def add_contact(given: Given, act: acts.AddContact) -> Decision:
    """A new contact, confirmed by whoever names it."""
    owner = of_organisation(given.directory, act.vendor_id, act.laboratory_id)
    contact = Contact(
        contact_id=given.new(),
        vendor_id=owner.vendor_id,
        laboratory_id=owner.laboratory_id,
        purpose=act.purpose,
        name=act.name,
        mailbox=act.mailbox,
        telephone=act.telephone,
        confirmed_at=given.now,
    )
    return _contact_decision(given, act.request_id, contact, "added")


def change_contact(given: Given, act: acts.ChangeContact) -> Decision:
    """Other name, mailbox or telephone; confirmed thereby."""
    changed = replace(
        given.directory.contacts[act.contact_id],
        name=act.name,
        mailbox=act.mailbox,
        telephone=act.telephone,
        confirmed_at=given.now,
    )
    return _contact_decision(given, act.request_id, changed, "changed")


def remove_contact(given: Given, act: acts.RemoveContact) -> Decision:
    """No longer a contact."""
    removed = replace(given.directory.contacts[act.contact_id], removed_at=given.now)
    return _contact_decision(given, act.request_id, removed, "removed")


def confirm_contacts(given: Given, act: acts.ConfirmContacts) -> Decision:
    """All contacts of the organisation, confirmed now."""
    owner = of_organisation(given.directory, act.vendor_id, act.laboratory_id)
    found = given.directory.contacts_of(owner.vendor_id, owner.laboratory_id)
    if not found:
        raise problems.wrong("There is no contact to confirm yet.", "Der er endnu ingen kontakt at bekræfte.")
    confirmed = tuple(replace(one, confirmed_at=given.now) for one in found)
    return Decision(entity_id=owner.laboratory_id or owner.vendor_id or given.new(), entities=confirmed)


def permit_manual(given: Given, act: acts.PermitManual) -> Decision:
    """The last day of manual drawing; a later act moves it."""
    owner = of_organisation(given.directory, act.vendor_id, act.laboratory_id)
    if owner.vendor_id is None:
        raise problems.wrong("Name the vendor or the laboratory.", "Angiv leverandøren eller laboratoriet.")
    found = next(
        (
            one
            for one in given.directory.permissions.values()
            if (one.vendor_id, one.laboratory_id) == (owner.vendor_id, owner.laboratory_id)
        ),
        None,
    )
    permission = ManualPermission(
        permission_id=found.permission_id if found else given.new(),
        vendor_id=owner.vendor_id,
        laboratory_id=owner.laboratory_id,
        until=_sensible(act.until),
    )
    return Decision(entity_id=permission.permission_id, entities=(permission,))


def _role_subject(given: Given, act: acts.AddPerson) -> Subject:
    """The organisation of a new person, which must fit the role."""
    subject = of_organisation(given.directory, act.vendor_id, act.laboratory_id)
    wanted = {
        "operator": subject.vendor_id is None,
        "vendor": subject.vendor_id is not None and subject.laboratory_id is None,
        "laboratory": subject.laboratory_id is not None,
    }
    if not wanted[act.role]:
        raise problems.wrong(
            "The organisation does not fit the role: a laboratory for laboratory, a vendor alone for vendor, none for "
            "operator.",
            "Organisationen passer ikke til rollen: et laboratorium til laboratorie, kun en leverandør til leverandør, "
            "ingen til driftsansvarlig.",
        )
    return subject


def _contact_decision(given: Given, request_id: UUID, contact: Contact, what: mails.ContactChange) -> Decision:
    own = given.caller.role == "operator" and contact.vendor_id is None
    told: tuple[Mail, ...] = () if own else mails.of_contact(given.directory, request_id, contact, what)
    warnings = mailbox_warnings(contact.mailbox, contact.name) if what != "removed" else ()
    return Decision(entity_id=contact.contact_id, entities=(contact,), warnings=warnings, mails=told)


def _must_be_new(name: str, used: Iterable[str]) -> None:
    if name.casefold() in {one.casefold() for one in used}:
        raise problems.taken("This name", "Dette navn")


def _sensible(day: dt.date) -> dt.date:
    if not dt.date(2000, 1, 1) <= day <= dt.date(2200, 1, 1):
        raise problems.wrong("Give a day between 2000 and 2200.", "Angiv en dag mellem år 2000 og 2200.")
    return day


def _identifiers(
    act: acts.AddLaboratory | acts.ChangeLaboratory,
) -> tuple[dict[str, str | None], tuple[Caution, ...]]:
    """The identifiers in their normal form. Raises WrongUse for a wrong form; a failing check digit warns."""
    checked: dict[str, Explanation | None] = {
        "gln": gln.explain(act.gln) if act.gln else None,
        "sor": sor.explain(act.sor) if act.sor else None,
        "shak": shak.explain(act.shak) if act.shak else None,
        "provider_number": provider.explain(act.provider_number) if act.provider_number else None,
    }
    told: dict[str, str | None] = {}
    warnings: list[Caution] = []
    for field, found in checked.items():
        if found is not None and found.normal is None:
            raise problems.wrong(found.remarks[0].message, found.remarks[0].message_da)
        told[field] = found.normal if found else None
        warnings.extend(Caution(one.code, one.message, one.message_da) for one in (found.remarks if found else ()))
    return told, tuple(warnings)
